"""The importer and the catalog's reads, on both engines, with the 9,118 real games."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select
from sqlalchemy.dialects import mysql

from shared.domain import catalog, catalog_import
from shared.domain.catalog import Game
from shared.domain.catalog_import import Outcome
from shared.runtime import sql

pytestmark = pytest.mark.usefixtures("runtime_sql")

REAL = Path(__file__).parents[2] / "data" / "games.jsonl.gz"


@pytest.fixture
def _real_games(runtime_sql: str) -> None:
    """The real games are there; imported once an engine."""
    if runtime_sql not in _filled:
        catalog_import.import_file(REAL)
        _filled.add(runtime_sql)


_filled: set[str] = set()


@pytest.fixture
def word() -> str:
    """A word that no game has in its title."""
    return f"q{uuid.uuid4().hex[:12]}"


def imported(*records: Any) -> Outcome:
    lines = (one if isinstance(one, bytes) else json.dumps(one).encode() for one in records)
    return catalog_import.import_games(lines)


def found(q: str, limit: int = 100) -> list[Game]:
    """Walk all pages of a search."""
    return [game for page in pages(q, limit) for game in page]


def pages(q: str, limit: int) -> Iterator[list[Game]]:
    after = None
    while True:
        page, after = sql.read(lambda c, a=after: catalog.page(c, catalog.name_key(q), a, limit))  # type: ignore[misc]
        yield page
        if after is None:
            return


def only(q: str) -> catalog.GameDetail:
    (game,) = found(q)
    return sql.read(lambda conn: catalog.one(conn, int(game.game_id)))


def counts(outcome: Outcome) -> tuple[int, int, int, int]:
    return outcome.created, outcome.updated, outcome.unchanged, outcome.rejected_count


def version() -> int:
    return sql.read(catalog.version)


def test_the_real_games_import_whole_and_again_change_nothing() -> None:
    told: list[int] = []
    first = catalog_import.import_file(REAL, told.append)
    assert (first.created + first.unchanged, first.rejected) == (9118, [])
    assert told == sorted(told)
    assert told[-1] == 9118
    before = version()
    assert counts(catalog_import.import_file(REAL)) == (0, 0, 9118, 0)
    assert version() == before
    titles = [game.title for game in found("beyond good and evil")]
    assert titles == ["Beyond Good & Evil™", "Beyond Good and Evil"]


@pytest.mark.usefixtures("_real_games")
def test_every_game_is_listed_once_in_the_order_of_titles() -> None:
    listed = found("")
    assert len(listed) >= 9118
    assert len({game.game_id for game in listed}) == len(listed)
    keys = [catalog.name_key(game.title) for game in listed]
    assert keys == sorted(keys)


@pytest.mark.usefixtures("_real_games")
@pytest.mark.parametrize("q", ["half-life", "the", "100%", "S.T.A.L.K", "pokémon", "_", "a%"])
def test_small_pages_and_large_ones_list_the_same(q: str) -> None:
    assert found(q, 3) == found(q, 100)


def test_a_game_is_found_by_any_of_its_names_once_where_the_first_stands(word: str) -> None:
    imported(
        {"title": f"{word} Zebra", "aliases": [f"{word} ape", f"{word} cow", f"{word} zebra!"]},
        {"title": f"{word} Bee"},
    )
    assert [one.title for one in found(word, 1)] == [f"{word} Zebra", f"{word} Bee"]
    assert [one.title for one in found(f"{word} cow")] == [f"{word} Zebra"]
    assert only(f"{word} ape").aliases == [f"{word} ape", f"{word} cow"]


def test_an_exact_name_comes_first(word: str) -> None:
    imported({"title": f"{word} 2"}, {"title": f"{word}: a new hope"}, {"title": word.upper()})
    assert found(word)[0].title == word.upper()


def test_a_changed_record_replaces_what_was_known_and_lifts_the_version(word: str) -> None:
    record = {
        "title": f"{word}™ Game",
        "aliases": [f"{word} one", f"{word} two"],
        "executables": [
            {"os": "win32", "name": "Bin\\Game.exe", "is_launcher": False},
            {"os": "win32", "name": ">launch.exe", "is_launcher": True},
        ],
        "stores": [{"store": "steam", "id": "1"}, {"store": "gog", "id": "2"}],
        "discord_ids": ["99"],
    }
    assert counts(imported(record)) == (1, 0, 0, 0)
    before, first = version(), only(f"{word} game")
    assert [(one.os, one.suffix, one.is_launcher) for one in first.executables] == [
        ("win32", "bin/game.exe", False),
        ("win32", "launch.exe", True),
    ]
    assert [(one.store, one.id) for one in first.stores] == [
        ("discord", "99"),
        ("gog", "2"),
        ("steam", "1"),
    ]
    changed = record | {
        "title": f"{word} GAME",
        "aliases": [f"{word} Two"],
        "executables": [{"os": "win32", "name": "launch.exe", "is_launcher": False}],
        "stores": [{"store": "steam", "id": "1"}],
    }
    assert counts(imported(changed)) == (0, 1, 0, 0)
    second = only(f"{word} game")
    assert version() == before + 1
    assert (second.game_id, second.revision) == (first.game_id, 2)
    assert (second.title, second.aliases) == (f"{word} GAME", [f"{word} Two"])
    assert [(one.suffix, one.is_launcher) for one in second.executables] == [("launch.exe", False)]
    assert [one.store for one in second.stores] == ["discord", "steam"]
    assert counts(imported(changed)) == (0, 0, 1, 0)
    assert version() == before + 1


def test_a_broken_record_is_named_and_the_rest_goes_on(word: str) -> None:
    outcome = imported(
        {"title": f"{word} good"},
        b'{"title": ',
        b"\xff\xfe",
        b"",
        {"aliases": []},
        {"title": ""},
        {"title": "x" * 301},
        {"title": 7},
        {"title": f"{word} bad", "executables": [{"os": "win32"}]},
        {"title": f"{word} worse", "stores": [{"store": "a store", "id": "1"}]},
        b'{"title": "\\ud800"}',
        {"title": "™"},
        [],
        {"title": f"{word} fine"},
    )
    assert (outcome.created, outcome.rejected_count) == (2, 11)
    assert [one.line for one in outcome.rejected] == [2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13]
    assert "title" in outcome.rejected[2].reason
    assert "executables.0.name" in outcome.rejected[6].reason
    assert [one.title for one in found(word)] == [f"{word} fine", f"{word} good"]


def test_two_records_with_one_title_do_not_overwrite_each_other(word: str) -> None:
    outcome = imported({"title": f"{word} Twin", "aliases": ["a"]}, {"title": f"{word} TWIN™"})
    assert counts(outcome) == (1, 0, 0, 1)
    assert outcome.rejected[0].reason == "the same title as in line 1"
    assert only(f"{word} twin").aliases == ["a"]


def test_what_only_the_database_refuses_rejects_one_record(
    word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_long(title: str) -> str:
        return title * (30 if "broken" in title else 1)

    monkeypatch.setattr(catalog, "title_key", too_long)
    outcome = imported(*({"title": f"{word} {name}"} for name in ("a", "broken", "c")))
    assert counts(outcome) == (2, 0, 0, 1)
    assert outcome.rejected[0].line == 2
    assert len(found(word)) == 2


def test_discords_own_format_is_taken(word: str) -> None:
    imported(
        {
            "id": "356875057940791296",
            "name": f"{word} Discord",
            "aliases": [f"{word} alias"],
            "executables": [{"is_launcher": False, "name": "a/b.exe", "os": "win32"}],
            "third_party_skus": [
                {"distributor": "steam", "id": "730", "sku": "730"},
                {"distributor": "gog", "id": None, "sku": None},
            ],
            "hook": True,
        }
    )
    game = only(f"{word} discord")
    assert [(one.store, one.id) for one in game.stores] == [
        ("discord", "356875057940791296"),
        ("steam", "730"),
    ]


def test_an_empty_version_row_is_made_by_the_first_import(word: str) -> None:
    imported({"title": word})
    assert version() > 0


QUERIES = {
    "all": catalog._listing("", None, 101),
    "all, next page": catalog._listing("", ("half life", 3), 101),
    "prefix": catalog._listing("ha", None, 101),
    "prefix, next page": catalog._listing("ha", ("half life", 3), 101),
}


@pytest.mark.usefixtures("_real_games")
@pytest.mark.parametrize("name", QUERIES)
def test_no_listing_scans_or_sorts_a_table(name: str) -> None:
    for step in explained(QUERIES[name]):
        assert step["type"] in ("range", "ref", "eq_ref", "const"), step
        assert step["key"], step
        assert "filesort" not in (step["Extra"] or ""), step
        assert "temporary" not in (step["Extra"] or ""), step


def explained(query: Select[Any]) -> list[Any]:
    dialect = mysql.dialect()
    text = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    return sql.read(
        lambda c: list(c.exec_driver_sql(f"EXPLAIN FORMAT=TRADITIONAL {text}").mappings())
    )
