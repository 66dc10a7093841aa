"""(g) Compares matching a thousand library items with running the same SQL statements alone."""

import contextlib
import gzip
import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, event

from scripts.bench.figures import Line, Section, median, median_ratio, milliseconds
from scripts.bench.stores import GAMES, Stores
from shared.domain.catalog.imports import importing
from shared.domain.library import matching
from shared.domain.library.items import LibraryItem
from shared.domain.tools import fits
from shared.runtime import sql

ITEMS = 1000
WITH_STORE_ID = 5
"""Every n-th item has a store's id, where n is this number."""
ROUNDS = 25
AT_MOST = 2.0
ROOTS = ("D:\\SteamLibrary\\steamapps\\common\\", "E:\\GOG Games\\", "C:\\Program Files\\")


def measure(stores: Stores) -> Section:
    """Measure matching, and the same SQL statements alone, in alternating rounds."""
    stores.progress("importing all games")
    importing.import_file(GAMES)
    items = _items()
    statements = _statements(items)
    stores.progress(f"matching {ITEMS} items")
    ours: list[float] = []
    floor: list[float] = []
    with contextlib.closing(stores.connect()) as connection, connection.cursor() as cursor:

        def bare() -> None:
            for statement, parameters in statements:
                cursor.execute(statement, parameters)
                cursor.fetchall()

        for _ in range(ROUNDS):
            ours.append(_timed(lambda: sql.read(lambda conn: _match(conn, items))))
            floor.append(_timed(bare))
    line = Line(
        f"{ITEMS} items, {len(statements)} statements",
        milliseconds(median(ours)),
        milliseconds(median(floor)),
        median_ratio(ours, floor),
        at_most=AT_MOST,
        limit="parsing paths and scoring in Python, about 20 µs per item",
    )
    how = f"Wall time in one process, including fitting tools; medians of {ROUNDS} rounds."
    return Section("(g) matching a library ÷ its statements by PyMySQL", how, [line])


def _items() -> list[LibraryItem]:
    """Return library items: the first games' listed programs, placed in common install folders."""
    found: list[LibraryItem] = []
    with gzip.open(GAMES) as lines:
        for number, game in enumerate(map(json.loads, lines)):
            for program in game["executables"][:1]:
                path = ROOTS[number % len(ROOTS)] + program["name"].replace("/", "\\")
                item = LibraryItem(id=str(number), path=path)
                if number % WITH_STORE_ID == 0:
                    item.store, item.store_id = "steam", str(number)
                found.append(item)
    return found[:ITEMS]


def _match(conn: Connection, items: Sequence[LibraryItem]) -> fits.Fitting:
    found = [one.game.game_id for one in matching.match(conn, items) if one.game]
    return fits.newest(conn, {game_id: {None} for game_id in found})


def _statements(items: Sequence[LibraryItem]) -> list[tuple[str, Any]]:
    """Return the SQL statements that one match request runs, with their parameters."""
    seen: list[tuple[str, Any]] = []

    def note(*arguments: Any) -> None:
        seen.append(arguments[2:4])

    event.listen(sql.engine(), "before_cursor_execute", note)
    try:
        sql.read(lambda conn: _match(conn, items))
    finally:
        event.remove(sql.engine(), "before_cursor_execute", note)
    return seen


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
