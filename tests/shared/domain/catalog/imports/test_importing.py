"""Imports of lists, on both engines: which game a record matches, and what it adds."""

import io
import json
import time
import uuid
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select

from shared.domain.catalog import reading, versioning
from shared.domain.catalog.imports import candidates, importing
from shared.domain.catalog.imports import records as game_lists
from shared.domain.catalog.imports.candidates import ImportRun
from shared.domain.catalog.imports.importing import ImportReport
from shared.domain.text import name_key
from shared.runtime import sql
from shared.schema.catalog import game_names, game_stores, games, import_claims
from tests.support import statistics

pytestmark = pytest.mark.usefixtures("runtime_sql")

REAL = Path(__file__).parents[5] / "data" / "games.jsonl.gz"


@pytest.fixture
def word() -> str:
    """A word that occurs in no title and is no store's id."""
    return f"q{uuid.uuid4().hex[:12]}"


def imported(*records: Any) -> ImportReport:
    lines = (one if isinstance(one, bytes) else json.dumps(one).encode() for one in records)
    return importing.import_games(lines)


def an_array(text: bytes) -> ImportReport:
    return importing.import_records(game_lists.read(io.BytesIO(text).read), ImportRun())


def game(title: str) -> reading.GameDetail:
    """Return the only game with this name."""
    key = name_key(title)
    named = select(game_names.c.game_id).where(game_names.c.name_key == key)
    (game_id,) = sql.read(lambda conn: list(conn.scalars(named)))
    return sql.read(lambda conn: reading.get(conn, game_id))


def how_many(word: str) -> int:
    named = select(func.count()).select_from(games).where(games.c.title.like(f"{word}%"))
    return sql.read(lambda conn: conn.scalar(named)) or 0


def counts(outcome: ImportReport) -> tuple[int, ...]:
    return (
        outcome.created,
        outcome.updated,
        outcome.merged,
        outcome.unchanged,
        outcome.rejected_count,
    )


def stores(**ids: str) -> list[dict[str, str]]:
    return [{"store": store, "id": id_} for store, id_ in ids.items()]


def version() -> int:
    return sql.read(versioning.current)


def test_importing_the_real_games_twice_changes_nothing() -> None:
    progress: list[int] = []
    first = importing.import_file(REAL, progress.append)
    assert (first.created + first.unchanged, first.rejected) == (9118, [])
    assert progress == sorted(progress)
    assert progress[-1] == 9118
    before = version()
    assert counts(importing.import_file(REAL)) == (0, 0, 0, 9118, 0)
    assert version() == before


def test_a_record_adds_facts_and_deletes_none(word: str) -> None:
    record = {
        "title": f"{word}™ Game",
        "aliases": [f"{word} one"],
        "executables": [
            {"os": "win32", "name": "Bin\\Game.exe", "is_launcher": False},
            {"os": "win32", "name": ">launch.exe", "is_launcher": True},
        ],
        "stores": stores(steam=f"{word}1", gog=f"{word}2"),
        "discord_ids": [f"{word}9"],
    }
    assert counts(imported(record)) == (1, 0, 0, 0, 0)
    before, first = version(), game(f"{word} one")
    assert [(one.suffix, one.is_launcher) for one in first.executables] == [
        ("bin/game.exe", False),
        ("launch.exe", True),
    ]
    assert [one.store for one in first.stores] == ["discord", "gog", "steam"]
    other = {
        "title": f"{word} GAME",
        "aliases": [f"{word} two"],
        "executables": [{"os": "win32", "name": "launch.exe"}],
    }
    assert counts(imported(other)) == (0, 1, 0, 0, 0)
    second = game(f"{word} one")
    assert version() == before + 1
    assert (second.game_id, second.revision, second.title) == (first.game_id, 2, f"{word}™ Game")
    assert second.aliases == [f"{word} one", f"{word} two"]
    assert second.stores == first.stores
    assert [one.is_launcher for one in second.executables] == [False, False]
    for again in (record, other):
        assert counts(imported(again)) == (0, 0, 0, 1, 0)
    assert version() == before + 1


def test_a_store_id_finds_the_game_under_another_title(word: str) -> None:
    imported({"title": f"{word} old", "stores": stores(steam=word)})
    renamed = {"title": f"{word} new", "stores": stores(steam=word, gog=word)}
    assert counts(imported(renamed)) == (0, 0, 1, 0, 0)
    found = game(f"{word} new")
    assert (found.title, found.aliases) == (f"{word} old", [f"{word} new"])
    assert {one.store for one in found.stores} == {"steam", "gog"}
    assert counts(imported(renamed)) == (0, 0, 0, 1, 0)


def test_store_and_discord_ids_take_precedence_over_the_title(word: str) -> None:
    imported(
        {"title": f"{word} by store", "stores": stores(steam=word)},
        {"title": f"{word} by discord", "discord_ids": [word]},
        {"title": f"{word} by title"},
    )
    record = {"title": f"{word} by title", "aliases": [f"{word} more"]}
    imported(record | {"stores": stores(steam=word)})
    assert game(f"{word} more").title == f"{word} by store"
    imported({"id": word, "name": f"{word} by title", "aliases": [f"{word} even more"]})
    assert game(f"{word} even more").title == f"{word} by discord"
    imported({"title": f"{word} BY title", "aliases": [f"{word} most"]})
    assert game(f"{word} most").title == f"{word} by title"


def test_ids_of_two_games_are_a_conflict_and_change_nothing(word: str) -> None:
    imported(
        {"title": f"{word} a", "stores": stores(steam=word)},
        {"title": f"{word} b", "discord_ids": [word]},
    )
    a, b = game(f"{word} a"), game(f"{word} b")
    before = version()
    both = {"id": word, "name": word, "third_party_skus": [{"distributor": "steam", "id": word}]}
    outcome = imported({"title": f"{word} c"}, both)
    assert counts(outcome) == (1, 0, 0, 0, 1)
    assert outcome.rejected[0].position == 2
    assert outcome.rejected[0].reason == (
        f"the ids belong to different games: discord {word} to game {b.game_id}, "
        f"steam {word} to game {a.game_id}"
    )
    assert (game(f"{word} a"), game(f"{word} b"), version()) == (a, b, before + 1)


def test_two_games_of_a_list_that_share_an_id_stay_separate(word: str) -> None:
    shared = stores(steam=word)
    records = [
        {"title": f"{word} base", "stores": shared},
        {"title": f"{word} deluxe", "stores": shared},
    ]
    assert counts(imported(*records)) == (2, 0, 0, 0, 0)
    assert counts(imported(*records)) == (0, 0, 0, 2, 0)
    assert counts(imported(*reversed(records))) == (0, 0, 0, 2, 0)
    stranger = imported({"title": f"{word} gold", "stores": shared})
    assert counts(stranger) == (0, 0, 0, 0, 1)
    assert "several games, none with this title" in stranger.rejected[0].reason
    named = {"title": f"{word} DELUXE", "stores": stores(steam=word, gog=word)}
    assert counts(imported(named)) == (0, 1, 0, 0, 0)
    assert [one.store for one in game(f"{word} deluxe").stores] == ["gog", "steam"]


def test_an_import_in_parts_keeps_its_claims(word: str) -> None:
    run = uuid.uuid4()

    def part(position: int, **record: Any) -> ImportReport:
        text = json.dumps(record).encode()
        return importing.import_records([game_lists.RawRecord(position, text)], ImportRun(run))

    base = {"title": f"{word} base", "stores": stores(steam=word)}
    deluxe = {"title": f"{word} deluxe", "stores": stores(steam=word)}
    assert counts(part(1, **base)) == (1, 0, 0, 0, 0)
    assert counts(part(2, **deluxe)) == (1, 0, 0, 0, 0)
    assert counts(part(2, **deluxe)) == (0, 0, 0, 1, 0)
    assert counts(part(3, **deluxe)) == (0, 0, 0, 0, 1)
    mine = select(import_claims.c.position).where(import_claims.c.import_id == str(run))
    assert sorted(sql.read(lambda conn: list(conn.scalars(mine)))) == [1, 2]


def test_a_second_record_with_the_same_title_is_rejected(word: str) -> None:
    outcome = imported({"title": f"{word} Twin", "aliases": ["a"]}, {"title": f"{word} TWIN™"})
    assert counts(outcome) == (1, 0, 0, 0, 1)
    assert outcome.rejected[0].reason == "duplicate of record 1"


def test_a_broken_record_is_rejected_and_the_rest_is_imported(word: str) -> None:
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
        {"title": "x" * game_lists.MAX_BYTES},
        {"title": f"{word} fine"},
    )
    assert (outcome.created, outcome.rejected_count) == (2, 12)
    assert [one.position for one in outcome.rejected] == [2, 3, *range(5, 15)]
    assert "title" in outcome.rejected[2].reason
    assert "executables.0.name" in outcome.rejected[6].reason
    assert how_many(word) == 2


def test_a_broken_array_element_is_rejected_and_the_rest_is_imported(word: str) -> None:
    whole = [{"id": f"{word}{n}", "name": f"{word} {n}", "executables": []} for n in range(4)]
    first, second, third, fourth = (json.dumps(one).encode() for one in whole)
    broken = second.replace(b'", "executables', b", executables")
    outcome = an_array(b"[" + b", ".join((first, broken, third, b'"text"', fourth)) + b"]")
    assert (outcome.created, outcome.rejected_count) == (3, 2)
    assert [one.position for one in outcome.rejected] == [2, 4]


def test_a_truncated_array_is_reported_where_it_ends(word: str) -> None:
    text = json.dumps([{"id": f"{word}{n}", "name": f"{word} {n}"} for n in range(3)]).encode()
    for cut in (text[:-9], text[:-1]):
        outcome = an_array(cut)
        (at,) = outcome.rejected
        assert (at.position, "EOF" in at.reason) == (3 if cut == text[:-9] else 4, True)
    assert how_many(word) == 3


def test_a_record_that_the_database_rejects_does_not_stop_the_others(
    word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_long(title: str) -> str:
        return title * (30 if "broken" in title else 1)

    monkeypatch.setattr(importing, "title_key", too_long)
    outcome = imported(*({"title": f"{word} {name}"} for name in ("a", "broken", "c")))
    assert counts(outcome) == (2, 0, 0, 0, 1)
    assert outcome.rejected[0].position == 2
    assert how_many(word) == 2


def test_discords_format_is_accepted(word: str) -> None:
    text = json.dumps(
        [
            {
                "id": f"{word}1",
                "name": f"{word} Discord",
                "aliases": [f"{word} alias"],
                "executables": [{"is_launcher": False, "name": "a/b.exe", "os": "win32"}],
                "third_party_skus": [
                    {"distributor": "steam", "id": word, "sku": word},
                    {"distributor": "gog", "id": None, "sku": None},
                ],
                "hook": True,
            }
        ]
    )
    assert counts(an_array(text.encode())) == (1, 0, 0, 0, 0)
    found = game(f"{word} alias")
    assert [(one.store, one.id) for one in found.stores] == [
        ("discord", f"{word}1"),
        ("steam", word),
    ]


def test_the_number_of_statements_depends_on_transactions_not_games(word: str) -> None:
    transactions = 4
    records = [
        {
            "id": f"{word}{number}",
            "name": f"{word} {number} of the many games",
            "aliases": [f"{word} {number} also"],
            "executables": [{"os": "win32", "name": f"{word}/{number}.exe"}],
            "third_party_skus": [{"distributor": "steam", "id": f"{word}{number}"}],
            "hook": "x" * 400,
        }
        for number in range(transactions * importing.BATCH_SIZE)
    ]
    sent: list[str] = []

    def capture(*arguments: Any) -> None:
        sent.append(arguments[2])

    event.listen(sql.engine(), "before_cursor_execute", capture)
    try:
        assert an_array(json.dumps(records).encode()).created == len(records)
    finally:
        event.remove(sql.engine(), "before_cursor_execute", capture)
    assert len(sent) <= 30 * transactions, len(sent)


@pytest.mark.usefixtures("real_games")
@pytest.mark.parametrize("belief", statistics.STATISTICS)
@pytest.mark.parametrize("count", [30, importing.BATCH_SIZE])
def test_matching_records_to_games_uses_indexes(word: str, count: int, belief: str) -> None:
    def look_up(connection: Connection) -> None:
        candidates._owners(connection, {("steam", f"{word}{n}") for n in range(count)})
        candidates.by_title(connection, {f"{word}{n}" for n in range(count)})

    statements = statistics.capture(look_up)
    assert len(statements) == 4
    tables = [games, game_names, game_stores]
    for steps, (text, _) in statistics.plans(belief, tables, statements):
        for step in steps:
            # `game_stores` is only a primary key, which MySQL scans while the table seems tiny.
            tiny = step["table"] == "game_stores" and belief in ("none", "few")
            assert step["type"] in (("index",) if tiny else ()) + statistics.BY_KEY, (step, text)


@pytest.mark.parametrize("member", ["third_party_skus", "aliases", "executables"])
@pytest.mark.parametrize("shape", [5, True, "x", {"x": 1}])
def test_a_member_of_the_wrong_type_rejects_only_its_record(
    word: str, member: str, shape: object
) -> None:
    broken = {"id": word, "name": word, member: shape}
    outcome = imported(broken, {"title": f"{word} whole"})
    assert counts(outcome) == (1, 0, 0, 0, 1)
    assert member in outcome.rejected[0].reason


@pytest.mark.parametrize("blanks", ["\n", ",", " ,", "\n "])
def test_skipping_a_broken_element_takes_linear_time(word: str, blanks: str) -> None:
    record = json.dumps({"id": word, "name": word})
    began = time.monotonic()
    outcome = an_array(f"[x{blanks * 100_000}y{blanks * 3}{record}]".encode())
    assert counts(outcome) == (1, 0, 0, 0, 1)
    assert time.monotonic() - began < 5
