"""(b) An authenticated read and write on MySQL beside the same statements by PyMySQL alone."""

import contextlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from emulators.edge import issuer
from scripts.bench import bundles, load, servers
from scripts.bench.bundles import FLOORS
from scripts.bench.figures import Line, Progress, Section, median, microseconds
from scripts.bench.recording import COMMAND, Recording
from scripts.bench.servers import Server, Wanted
from scripts.bench.stores import Stores
from shared.runtime import clock

CONNECTIONS = 8
ROUNDS = 9
SECONDS = 0.5
WARM_SECONDS = 0.3
PLAYER = "bench-reader"
DAYS_PLAYED = 20
AT_MOST = 1.8


@dataclass(frozen=True)
class Route:
    """A measured route.

    peer: what a comparable request of Nakama with PostgreSQL costs.
    """

    name: str
    function: str
    requests: Sequence[bytes]
    path: str
    peer: str
    body: bytes | None = None
    headers: dict[str, str] | None = None


@dataclass(frozen=True)
class Cost:
    """CPU seconds a request: of the function, and of the database."""

    function: float
    database: float

    @property
    def both(self) -> float:
        """The sum."""
        return self.function + self.database


def measure(stores: Stores, build: Path, logs: Path, progress: Progress) -> Section:
    """Measure each route and its floor, round by round."""
    _fill(stores)
    section = Section(
        "(b) authenticated routes on MySQL ÷ the same statements by PyMySQL",
        "CPU a request, function + database. The floor: a bare async functions-framework "
        f"handler (httptools, uvloop) that hops to a thread; {CONNECTIONS} keep-alive "
        f"connections, 4 database connections, medians of {ROUNDS} rounds, each round both.",
    )
    for route in _routes(stores):
        statements = _record(stores, route, build, logs)
        progress(f"{route.name}: {len(statements[0])} statements")
        file = logs / f"{route.function}.statements.json"
        file.write_text(json.dumps(statements), encoding="utf-8")
        section.lines += _compare(stores, route, file, build, logs)
    with contextlib.closing(stores.connect()) as connection:
        connection.query("DELETE FROM consumers")  # what was paused works again
    return section


def _routes(stores: Stores) -> list[Route]:
    player = {"Authorization": f"Bearer {issuer.mint(stores.cloud, PLAYER)}"}
    admin = {
        "Authorization": f"Bearer {issuer.mint(stores.cloud, 'bench-admin', ['admin'])}",
        "Content-Type": "application/json",
    }
    read, why = "/v1/me/playtime", b'{"reason":"measured"}'
    paused = [name for name, one in bundles.functions().items() if one.trigger.kind != "http"]
    pauses = [f"/v1/admin/consumers/{name}/pause" for name in paused]
    return [
        Route(
            f"read: GET /v1/me/playtime, {DAYS_PLAYED} rows",
            "playtime",
            [load.request("GET", read, headers=player)],
            read,
            "account read 300 + 88 µs, storage read 341 + 84 µs",
            headers=player,
        ),
        Route(
            "write: POST /v1/admin/consumers/{consumer}/pause",
            "operations",
            [load.request("POST", path, why, admin) for path in pauses],
            pauses[0],
            "storage write 528 + 365 µs",
            why,
            admin,
        ),
    ]


def _fill(stores: Stores) -> None:
    """Give the player a month of playtime, in which not every day was played."""
    today = clock.now().date()
    rows = [(PLAYER, today - timedelta(days=day), "1", 3_600_000) for day in range(DAYS_PLAYED)]
    with contextlib.closing(stores.connect()) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO playtime_days (uid, day, game_key, play_ms) VALUES (%s, %s, %s, %s)", rows
        )


def _record(stores: Stores, route: Route, build: Path, logs: Path) -> list[list[str]]:
    """Return the statements that each of the route's requests sends."""
    recording = Recording(logs / f"probe-{route.function}")
    environment = {**stores.settings(), **recording.environment()}
    wanted = _wanted(route, build, environment, COMMAND)
    found = []
    with servers.running(wanted, logs) as server:
        recording.taken()
        for request in route.requests:
            load.run(server.port, [request], connections=1, most=1)
            found.append(recording.taken())
    return found


def _wanted(
    route: Route,
    build: Path,
    environment: dict[str, str],
    command: Sequence[str] = servers.PRODUCTION,
) -> Wanted:
    return Wanted(
        route.function,
        build / route.function,
        environment,
        route.path,
        route.body,
        route.headers,
        command,
    )


def _compare(stores: Stores, route: Route, statements: Path, build: Path, logs: Path) -> list[Line]:
    told = {"SQL_URL": stores.settings()["SQL_URL"], "STATEMENTS": str(statements)}
    floor = Wanted("pymysql", FLOORS / "statements", told, "/0")
    bare = [load.request("GET", f"/{number}") for number in range(len(route.requests))]
    costs: dict[str, list[Cost]] = defaultdict(list)
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(servers.running(_wanted(route, build, stores.settings()), logs))
        its = stack.enter_context(servers.running(floor, logs))
        pairs = (("ours", ours, route.requests), ("floor", its, bare))
        for _, server, requests in pairs:
            _load(stores, server, requests, WARM_SECONDS)
        for _ in range(ROUNDS):
            for name, server, requests in pairs:
                costs[name].append(_load(stores, server, requests, SECONDS))
    return [_line(route, costs["ours"], costs["floor"]), Line("  peer", route.peer)]


def _load(stores: Stores, server: Server, requests: Sequence[bytes], seconds: float) -> Cost:
    before, database = server.used(), stores.used("mysql")
    done = load.run(server.port, requests, connections=CONNECTIONS, seconds=seconds)
    return Cost(
        (server.used() - before) / done.requests,
        (stores.used("mysql") - database) / done.requests,
    )


def _line(route: Route, ours: list[Cost], floor: list[Cost]) -> Line:
    return Line(
        route.name,
        _both(ours),
        _both(floor),
        median([mine.both / its.both for mine, its in zip(ours, floor, strict=True)]),
        at_most=AT_MOST,
        limit="edge, token, pool and SQLAlchemy Core, all Python",
    )


def _both(costs: list[Cost]) -> str:
    function = median([one.function for one in costs])
    database = median([one.database for one in costs])
    return f"{function * 1e6:,.0f} + {microseconds(database)}"
