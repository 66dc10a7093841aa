"""(b) Compares MySQL-backed HTTP routes to the same SQL statements sent directly by PyMySQL."""

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
from scripts.bench.figures import Line, Section, median, median_ratio, microseconds
from scripts.bench.servers import Recording, Server, Wanted
from scripts.bench.stores import Stores
from shared.runtime import clock

CONNECTIONS = 8
ROUNDS = 9
SECONDS = 0.5
WARM_SECONDS = 0.3
PLAYER = "bench-reader"
DAYS_PLAYED = 20
AT_MOST = 1.8

Costs = list[tuple[float, float]]
"""CPU seconds per request for the function and for the database, by round."""


@dataclass(frozen=True)
class Route:
    """A measured route.

    peer: the cost of a comparable request to Nakama with PostgreSQL.
    """

    name: str
    wanted: Wanted
    requests: Sequence[bytes]
    peer: str


def measure(stores: Stores) -> Section:
    """Measure each route and its bare SQL statements in alternating rounds."""
    _fill(stores)
    section = Section(
        "(b) authenticated routes on MySQL ÷ the same statements by PyMySQL",
        "CPU per request, function + database. Floor: a bare async functions-framework handler "
        f"(httptools, uvloop) that runs them in a thread; {CONNECTIONS} keep-alive connections, 4 "
        f"database connections, medians of {ROUNDS} rounds that measure both.",
    )
    for route in (_read(stores), _write(stores)):
        statements = _record(route, stores.logs)
        stores.progress(f"{route.name}: {len(statements[0])} statements")
        file = stores.logs / f"{route.wanted.name}.statements.json"
        file.write_text(json.dumps(statements), encoding="utf-8")
        section.lines += _compare(stores, route, file)
    with contextlib.closing(stores.connect()) as connection:
        connection.query("DELETE FROM consumers")  # resume what was paused
    return section


def _read(stores: Stores) -> Route:
    path = "/v1/me/playtime"
    headers = {"Authorization": f"Bearer {issuer.mint(stores.cloud, PLAYER)}"}
    return Route(
        f"read: GET /v1/me/playtime, {DAYS_PLAYED} rows",
        Wanted("playtime", stores.build / "playtime", stores.settings(), path, headers=headers),
        [load.request("GET", path, headers=headers)],
        "account read 300 + 88 µs, storage read 341 + 84 µs",
    )


def _write(stores: Stores) -> Route:
    headers = {
        "Authorization": f"Bearer {issuer.mint(stores.cloud, 'bench-admin', ['admin'])}",
        "Content-Type": "application/json",
    }
    body, name = b'{"reason":"measured"}', "operations"
    triggers = [name for name, one in bundles.functions().items() if one.trigger.kind != "http"]
    paths = [f"/v1/admin/consumers/{name}/pause" for name in triggers]
    return Route(
        "write: POST /v1/admin/consumers/{consumer}/pause",
        Wanted(name, stores.build / name, stores.settings(), paths[0], body, headers),
        [load.request("POST", path, body, headers) for path in paths],
        "storage write 528 + 365 µs",
    )


def _fill(stores: Stores) -> None:
    """Insert several days of playtime for the player."""
    today = clock.now().date()
    rows = [(PLAYER, today - timedelta(days=day), "1", 3_600_000) for day in range(DAYS_PLAYED)]
    with contextlib.closing(stores.connect()) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO playtime_days (uid, day, game_key, play_ms) VALUES (%s, %s, %s, %s)", rows
        )


def _record(route: Route, logs: Path) -> list[list[str]]:
    """Return the SQL statements sent by each of the route's requests."""
    recording = Recording(logs / f"probe-{route.wanted.name}")
    found = []
    with servers.running(route.wanted.probed(recording, statements=True), logs) as server:
        recording.taken()
        for request in route.requests:
            load.run(server.port, [request], connections=1, most=1)
            found.append(recording.taken())
    return found


def _compare(stores: Stores, route: Route, statements: Path) -> list[Line]:
    environment = {"SQL_URL": stores.settings()["SQL_URL"], "STATEMENTS": str(statements)}
    floor = Wanted("pymysql", FLOORS / "statements", environment, "/0")
    bare = [load.request("GET", f"/{number}") for number in range(len(route.requests))]
    costs: dict[str, Costs] = defaultdict(list)
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(servers.running(route.wanted, stores.logs))
        its = stack.enter_context(servers.running(floor, stores.logs))
        pairs = ((ours, route.requests), (its, bare))
        for server, requests in pairs:
            _load(stores, server, requests, WARM_SECONDS)
        for _ in range(ROUNDS):
            for server, requests in pairs:
                costs[server.name].append(_load(stores, server, requests, SECONDS))
    mine, other = costs[ours.name], costs[its.name]
    line = Line(
        route.name,
        _both(mine),
        _both(other),
        median_ratio([sum(one) for one in mine], [sum(one) for one in other]),
        at_most=AT_MOST,
        limit="edge, token, pool and SQLAlchemy Core, all Python",
    )
    return [line, Line("  peer", route.peer)]


def _load(
    stores: Stores, server: Server, requests: Sequence[bytes], seconds: float
) -> tuple[float, float]:
    before, database = server.used(), stores.used("mysql")
    done = load.run(server.port, requests, connections=CONNECTIONS, seconds=seconds)
    return (
        (server.used() - before) / done.requests,
        (stores.used("mysql") - database) / done.requests,
    )


def _both(costs: Costs) -> str:
    function, database = (median(one) for one in zip(*costs, strict=True))
    return f"{function * 1e6:,.0f} + {microseconds(database)}"
