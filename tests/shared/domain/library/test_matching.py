"""How good matching is, on both engines, and that it asks little of the database."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from scripts.bench import matching_quality
from scripts.bench.matching_quality import Tally
from shared.domain import programs
from shared.domain.library import matching
from shared.domain.library import paths as program_paths
from shared.domain.library.items import LibraryItem
from shared.domain.library.matching import Verdict
from shared.domain.tools import fits
from shared.runtime import clock, sql
from shared.schema import migrate
from shared.schema.catalog import (
    game_build_marks,
    game_builds,
    game_executables,
    game_names,
    game_stores,
    games,
)
from tests.support import statistics
from tests.support.engines import disconnect, execute

LEAST = {
    "another drive, separators, case": 0.93,
    "another folder than listed": 0.94,
    "its file in any folder": 0.37,
    "renamed program": 0.77,
    "another edition's folder": 0.95,
    "Proton prefix": 0.95,
    "store id": 0.999,
}
"""The recall below which something broke; it is stated, precision is what is promised."""
TABLES = [games, game_names, game_stores, game_executables, game_builds, game_build_marks]


@pytest.fixture(scope="module")
def tallies(server_url: str) -> Iterator[dict[str, Tally]]:
    """What came out in a database of this module's own, which stays for its other tests."""
    name = "matching"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SQL_URL", f"{server_url}/{name}")
        execute(server_url, f"CREATE DATABASE {name}")
        migrate.upgrade(f"{server_url}/{name}")
        disconnect()
        yield {one.kind: one for one in matching_quality.measure()}
        execute(server_url, f"DROP DATABASE {name}")
    disconnect()


def test_what_is_answered_is_right(tallies: dict[str, Tally]) -> None:
    wrong = {kind: one.precision for kind, one in tallies.items() if one.precision < 0.98}
    assert set(wrong) <= set(matching_quality.NO_GAMES)
    assert {kind: tallies[kind].number > 50 for kind in LEAST} == dict.fromkeys(LEAST, True)
    assert {kind: one for kind, one in LEAST.items() if tallies[kind].recall < one} == {}
    shared = tallies["store id that games share"]
    assert (shared.number, shared.answered, shared.candidates) == (12, 0, 12)


def test_what_is_no_game_is_hardly_ever_named(tallies: dict[str, Tally]) -> None:
    for kind, least in (("unknown programs", 500), ("no games", 100)):
        assert tallies[kind].number >= least
        assert tallies[kind].answered <= tallies[kind].number * 0.01, kind


def test_the_hand_written_paths_are_each_another(tallies: dict[str, Tally]) -> None:
    del tallies
    for name in ("unknown_programs", "no_games"):
        paths = matching_quality.hand_written(name)
        assert len(set(paths)) == len(paths)


def items(count: int) -> list[LibraryItem]:
    """Return distinct items, each with every clue by which an item can be identified."""
    listed = matching_quality.hand_written("unknown_programs")
    paths = [f"D:\\GOG Games\\Portal {n}\\{listed[n % len(listed)]}" for n in range(count)]
    return [
        LibraryItem(
            id=str(number),
            store="steam",
            store_id=str(number),
            store_build_id=f"b{number}",
            path=path,
            sha1=f"{number:040x}",
            sha512=f"{number:0128x}",
            murmur2=number,
        )
        for number, path in enumerate(paths)
    ]


def ask(conn: Any, count: int) -> list[Verdict]:
    verdicts = matching.match(conn, items(count))
    found = {one.game.game_id: {one.build_id} for one in verdicts if one.game}
    fits.newest(conn, {**found, 1: {None, 1}})
    return verdicts


def test_a_thousand_items_are_three_statements(tallies: dict[str, Tally]) -> None:
    del tallies
    assert len(statistics.capture(lambda conn: ask(conn, 1000))) == 3
    assert len(statistics.capture(lambda conn: ask(conn, 1))) <= 3


def test_the_values_are_parameters_one_a_list(tallies: dict[str, Tally]) -> None:
    del tallies
    few, many = (statistics.capture(lambda conn, n=n: ask(conn, n))[:2] for n in (20, 1000))  # type: ignore[misc]
    assert [text for text, _ in few] == [text for text, _ in many]
    assert [len(parameters) for _, parameters in many] == [4, 3]


def test_names_that_are_made_to_cost_stay_bounded(tallies: dict[str, Tally]) -> None:
    del tallies
    gold = " gold" * 36
    paths = [f"C:/games/a{n}{gold}/b{n}{gold}/c{n}{gold}.exe" for n in range(1000)]
    asked = [LibraryItem(id=path[:20], path=path) for path in paths]
    ((_, lists),) = statistics.capture(lambda conn: matching.match(conn, asked))
    names = json.loads(bytes.fromhex(lists[2]))
    assert len(names) == matching.MAX_NAMES
    assert {program_paths.read(path).folders[0][0] for path in paths} <= set(names)
    assert sum(map(len, lists)) < 8_000_000  # MariaDB takes 16 MB at once


@pytest.mark.parametrize("belief", statistics.STATISTICS)
@pytest.mark.parametrize("count", [1, 1000])
def test_indexes_lead_to_everything_that_is_asked(
    tallies: dict[str, Tally], count: int, belief: str
) -> None:
    del tallies
    asked = []
    for statement, parameters in statistics.capture(lambda conn: ask(conn, 1000))[:2]:
        arrays = (json.loads(bytes.fromhex(one)) for one in parameters)
        lists = tuple(json.dumps(one[:count]).encode().hex() for one in arrays)
        asked.append((statement, lists))
    for plan, (_, lists) in statistics.plans(belief, TABLES, asked):
        read = [row for row in plan if row["table"] not in {"wanted", None}]
        assert len(read) - len(lists) in {0, 1}  # the build stands behind its mark
        full = [row for row in read if row["type"] in {"ALL", "index"}]
        assert [row for row in full if not row["table"].startswith("<")] == []


HOSTILE = [
    "'",
    '"',
    "\x1f",
    "]",
    "\\",
    "x'",
    "%s",
    "%(a)s",
    ":a",
    "?",
    "\u2028",
    "😀",
    "'); DROP TABLE games; -- ",
]


@pytest.mark.parametrize("strange", HOSTILE)
def test_every_string_is_looked_up_as_it_is(tallies: dict[str, Tally], strange: str) -> None:
    del tallies
    suffix = programs.normalise_suffix(f"a{strange}b/c{strange}d.exe")

    def add(tx: Connection) -> int:
        row = {"title": "Strange", "import_key": strange, "revision": 1, "updated_at": clock.now()}
        game_id = tx.execute(insert(games).values(row)).lastrowid
        mine = {"game_id": game_id, "store": "odd", "store_id": f"a{strange}!"}
        tx.execute(insert(game_stores).values(mine))
        program = {"game_id": game_id, "os": "win32", "suffix": suffix, "is_launcher": False}
        program["suffix_hash"] = programs.suffix_hash(suffix)
        tx.execute(insert(game_executables).values(program))
        return game_id

    game_id = sql.transact(add)
    asked = [
        LibraryItem(id="s", store="odd", store_id=f"a{strange}!"),
        LibraryItem(id="p", path=f"/opt/a{strange}b/c{strange}d.exe"),
    ]
    found = sql.read(lambda conn: matching.match(conn, asked))
    assert [one.game and one.game.game_id for one in found] == [game_id, game_id]
