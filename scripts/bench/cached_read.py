"""(a) Compares reading a game from memory with a minimal functions-framework handler.

The target applies to the default installation of functions-framework (ADR 12). The table's
second line is a comparison with a handler that uses httptools and uvloop, as our bundles do.
"""

import contextlib
from collections import defaultdict
from dataclasses import replace

from scripts.bench import load, servers
from scripts.bench.figures import Line, Section, median, median_ratio, microseconds
from scripts.bench.servers import HELLO, Server, Wanted
from scripts.bench.stores import Stores

CONNECTIONS = 16
ROUNDS = 9
SECONDS = 0.5
WARM_SECONDS = 0.3
AT_LEAST = 0.8
STOCK, ACCELERATED, OURS = "stock", "accelerated", "catalog"


def measure(stores: Stores) -> Section:
    """Measure the catalog function and its two floors in alternating rounds."""
    wanted = [
        replace(HELLO, name=STOCK, command=servers.STOCK),
        replace(HELLO, name=ACCELERATED),
        Wanted(OURS, stores.build / OURS, stores.settings(), "/v1/games/1"),
    ]
    rates: dict[str, list[float]] = defaultdict(list)
    cpu: dict[str, list[float]] = defaultdict(list)
    with contextlib.ExitStack() as stack:
        started = [stack.enter_context(servers.running(one, stores.logs)) for one in wanted]
        pairs = list(zip(started, wanted, strict=True))
        for server, one in pairs:
            _load(server, one.path, WARM_SECONDS)
        for number in range(ROUNDS):
            stores.progress(f"a cached read, round {number + 1} of {ROUNDS}")
            for server, one in pairs:
                rate, used = _load(server, one.path, SECONDS)
                rates[one.name].append(rate)
                cpu[one.name].append(used)
    section = Section(
        "(a) GET /v1/games/{id} from memory ÷ bare functions-framework hello",
        f"{CONNECTIONS} keep-alive connections, medians of {ROUNDS} rounds that measure all three. "
        "One worker process each.",
    )
    section.lines += _lines(STOCK, "as installed by pip (h11, asyncio)", rates, cpu)
    section.lines += _lines(ACCELERATED, "with httptools and uvloop, like our bundles", rates, cpu)
    return section


def _load(server: Server, path: str, seconds: float) -> tuple[float, float]:
    """Send requests; return the requests per second and the CPU seconds per request."""
    before = server.used()
    requests = [load.request("GET", path)]
    done = load.run(server.port, requests, connections=CONNECTIONS, seconds=seconds)
    return done.rate, (server.used() - before) / done.requests


def _lines(
    floor: str, description: str, rates: dict[str, list[float]], cpu: dict[str, list[float]]
) -> list[Line]:
    stock = floor == STOCK
    return [
        Line(
            f"rate, beside bare functions-framework {description}",
            f"{median(rates[OURS]):,.0f}/s",
            f"{median(rates[floor]):,.0f}/s",
            median_ratio(rates[OURS], rates[floor]),
            at_least=AT_LEAST if stock else None,
            limit="" if stock else "five more headers, log line, route and trace, all in Python",
        ),
        Line(
            "  the same by CPU (floor ÷ ours)",
            microseconds(median(cpu[OURS])),
            microseconds(median(cpu[floor])),
            median_ratio(cpu[floor], cpu[OURS]),
        ),
    ]
