"""(a) A game from memory beside the least that functions-framework can do.

The target is against the framework as it comes (ADR 12); what httptools and uvloop, which our
bundles bring, do for a bare hello is shown beside it.
"""

import contextlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from scripts.bench import load, servers
from scripts.bench.bundles import FLOORS
from scripts.bench.figures import Line, Progress, Section, median, microseconds
from scripts.bench.servers import Server, Wanted
from scripts.bench.stores import Stores

CONNECTIONS = 16
ROUNDS = 9
SECONDS = 0.5
WARM_SECONDS = 0.3
GAME = "/v1/games/1"
AT_LEAST = 0.8
STOCK, ACCELERATED, OURS = "stock", "accelerated", "catalog"


@dataclass(frozen=True)
class Cost:
    """One round's requests a second and CPU seconds a request."""

    rate: float
    cpu: float


def measure(stores: Stores, build: Path, logs: Path, progress: Progress) -> Section:
    """Measure the two floors and the catalog, round by round."""
    wanted = [
        Wanted(STOCK, FLOORS / "hello", {}, command=servers.STOCK),
        Wanted(ACCELERATED, FLOORS / "hello", {}),
        Wanted(OURS, build / "catalog", stores.settings(), GAME),
    ]
    costs: dict[str, list[Cost]] = defaultdict(list)
    with contextlib.ExitStack() as stack:
        started = [stack.enter_context(servers.running(one, logs)) for one in wanted]
        for server, one in zip(started, wanted, strict=True):
            _load(server, one.path, WARM_SECONDS)
        for number in range(ROUNDS):
            progress(f"a cached read, round {number + 1} of {ROUNDS}")
            for server, one in zip(started, wanted, strict=True):
                costs[one.name].append(_load(server, one.path, SECONDS))
    return _section(costs)


def _load(server: Server, path: str, seconds: float) -> Cost:
    before = server.used()
    requests = [load.request("GET", path)]
    done = load.run(server.port, requests, connections=CONNECTIONS, seconds=seconds)
    return Cost(done.rate, (server.used() - before) / done.requests)


def _section(costs: dict[str, list[Cost]]) -> Section:
    section = Section(
        "(a) GET /v1/games/{id} from memory ÷ bare functions-framework hello",
        f"{CONNECTIONS} keep-alive connections, medians of {ROUNDS} rounds, "
        "each round all three. One worker process each.",
    )
    floors = {
        STOCK: "as pip installs functions-framework (h11, asyncio)",
        ACCELERATED: "with httptools and uvloop, as our bundles have them",
    }
    limits = {
        STOCK: "",
        ACCELERATED: "five more headers, one log line, route and trace a request, all Python",
    }
    ours = costs[OURS]
    for name, said in floors.items():
        pairs = list(zip(ours, costs[name], strict=True))
        floor = median([one.rate for one in costs[name]])
        rate = median([mine.rate / its.rate for mine, its in pairs])
        section.lines.append(
            Line(
                f"rate, beside bare {said}",
                f"{median([one.rate for one in ours]):,.0f}/s",
                f"{floor:,.0f}/s",
                rate,
                at_least=AT_LEAST if name == STOCK else None,
                limit=limits[name],
            )
        )
        section.lines.append(
            Line(
                "  the same by CPU (floor ÷ ours)",
                microseconds(median([one.cpu for one in ours])),
                microseconds(median([one.cpu for one in costs[name]])),
                median([its.cpu / mine.cpu for mine, its in pairs]),
            )
        )
    return section
