"""Merges on both engines: facts move to the survivor, and playtime follows."""

import json
import time
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from shared.domain import current_games, text
from shared.domain.catalog import editing as edited
from shared.domain.catalog import merging, reading, versioning
from shared.domain.catalog.editing import GameChanges, NewGame
from shared.domain.catalog.imports import importing
from shared.domain.catalog.search import finding
from shared.domain.play import model, moves, roll_up, sessions, stats
from shared.domain.play.sessions import Kind, PlayEvent
from shared.domain.uploads import art as art_uploads
from shared.runtime import clock, errors, projections, settings, sql
from shared.runtime.revisions import Expected
from shared.schema import operations
from shared.schema.catalog import game_builds, games
from shared.schema.play import erasures, play_intervals, player_stats, playtime_days
from shared.schema.tools import tools

NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=3)
MINUTE = 60_000


@pytest.fixture(autouse=True)
def _without_documents(runtime_sql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents stay due, as when Firestore is unavailable; these tests check only rows."""
    monkeypatch.setattr(projections, "project_due", lambda *_: 0)


@pytest.fixture
def word() -> str:
    """A word that occurs in no title and is no store's id."""
    return f"q{uuid.uuid4().hex[:12]}"


def a_game(title: str, **members: Any) -> int:
    importing.import_games([json.dumps({"title": title, **members}).encode()])
    key = text.title_key(title)
    return int(
        sql.read(lambda c: c.scalar(select(games.c.game_id).where(games.c.import_key == key))) or 0
    )


def merge(game_id: int, into: int) -> None:
    sql.transact(lambda tx: merging.merge(tx, game_id, into, "operator"))


def edit(game_id: int, changes: GameChanges) -> None:
    sql.transact(lambda tx: edited.edit(tx, "operator", game_id, changes, Expected("*")))


def audited(game_id: int) -> dict[str, Any]:
    mine = operations.audit.c.target == str(game_id), operations.audit.c.action == "games.merge"
    detail = select(operations.audit.c.detail).where(*mine)
    return dict(json.loads(sql.read(lambda conn: conn.scalar(detail)) or "{}"))


def survivor(game_id: int) -> int | None:
    return sql.read(lambda conn: current_games.survivor(conn, game_id))


def one(game_id: int, locale: str | None = None) -> reading.GameDetail:
    return sql.read(lambda conn: reading.get(conn, game_id, locale))


def play(uid: str, game_id: int, *minutes: int, session: str = "s", kind: Kind = "ended") -> None:
    events = [
        PlayEvent(str(game_id), session, kind, model.to_ms(NOON + timedelta(minutes=minute)), 0)
        for minute in minutes
    ]
    roll_up.record(sessions.to_message(uid, clock.now(), events))


def move() -> int:
    outcome = moves.move_merged(time.monotonic() + 60)
    assert outcome["finished"] == 1
    return outcome["moved"]


def rows(table: Any, uid: str) -> list[Any]:
    return sql.read(lambda c: list(c.execute(select(table).where(table.c.uid == uid))))


def days(uid: str) -> dict[tuple[str, date], int]:
    return {(r.game_key, r.day): r.play_ms for r in rows(playtime_days, uid)}


def test_all_facts_move_to_the_survivor(word: str) -> None:
    programs = [{"os": "win32", "name": f"{word}.exe"}]
    old = a_game(
        f"{word} old",
        aliases=[f"{word} both", f"{word} mine"],
        executables=programs,
        stores=[{"store": "steam", "id": word}],
    )
    new = a_game(f"{word} new", aliases=[f"{word} both"], discord_ids=[word])
    now = clock.now()

    def make(tx: Connection) -> None:
        build = {"name": "1", "released_at": now, "created_by": word, "created_at": now}
        tx.execute(game_builds.insert().values(game_id=old, **build))
        tool = {"kind": "mod", "creator_uid": word, "texts": "{}", "revision": 1}
        tx.execute(tools.insert().values(game_id=old, created_at=now, updated_at=now, **tool))

    sql.transact(make)
    version = sql.read(versioning.current)
    merge(old, new)
    kept = one(new)
    assert kept.title == f"{word} new"
    assert kept.aliases == [f"{word} both", f"{word} mine", f"{word} old"]
    assert [(s.store, s.id) for s in kept.stores] == [("discord", word), ("steam", word)]
    assert [program.suffix for program in kept.executables] == [f"{word}.exe"]
    assert [build.name for build in kept.builds] == ["1"]
    owner = select(tools.c.game_id).where(tools.c.creator_uid == word)
    assert sql.read(lambda conn: conn.scalar(owner)) == new
    assert (one(old).stores, one(old).aliases) == ([], [])
    found = sql.read(lambda c: finding.list_page(c, text.name_key(word), None, 10))[0]
    assert [game.game_id for game in found] == [str(new)]
    assert sql.read(versioning.current) == version + 1
    merge(old, new)
    assert (one(new).revision, sql.read(versioning.current)) == (kept.revision, version + 1)


def test_an_import_finds_the_survivor_by_the_old_title(word: str) -> None:
    old, new = a_game(f"{word} old"), a_game(f"{word} new")
    merge(old, new)
    a_game(f"{word} OLD", aliases=[f"{word} later"])
    assert f"{word} later" in one(new).aliases


def test_an_import_finds_the_survivor_by_the_old_games_last_title(word: str) -> None:
    old, new = a_game(f"{word} first"), a_game(f"{word} & new")
    for title in (f"{word} renamed", f"{word} and new"):
        changes = GameChanges(title=title)
        edit(old, changes)
    merge(old, new)
    game = {"title": f"{word} and NEW", "aliases": [f"{word} later"]}
    outcome = importing.import_games([json.dumps(game).encode()])
    assert (outcome.created, outcome.updated) == (0, 1)
    assert f"{word} later" in one(new).aliases


def test_a_title_conflict_names_the_owner_and_why(word: str) -> None:
    old, new = a_game(f"{word} first"), a_game(f"{word} new")
    edit(old, GameChanges(title=f"{word} renamed"))

    def refusal(title: str) -> str:
        with pytest.raises(errors.Conflict) as refused:
            sql.transact(lambda tx: edited.create(tx, "operator", NewGame(title=title)))
        return refused.value.detail

    assert refusal(f"{word} RENAMED") == f"game {old} has this title"
    assert refusal(f"{word} FIRST").startswith(f"game {old} was created with this title")
    merge(old, new)
    for title in ("first", "renamed"):
        message = f"a game that was merged into game {new} had this title"
        assert refusal(f"{word} {title}") == message


def test_the_survivor_gets_the_titles_and_the_art_that_it_lacked(
    word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OBJECTS_PUBLIC_URL", "https://public.example")
    settings.reset()
    old, new = a_game(f"{word} old"), a_game(f"{word} new")

    def picture(name: str, state: str) -> dict[str, Any]:
        sizes = [{"width": 1, "height": 1, "name": f"art/{name}.webp"}]
        upload = {"upload_id": name, "state": state}
        return {"colour": "#123456", "sizes": sizes, "upload": upload}

    waiting = {"upload": {"upload_id": "waits", "state": "waiting"}}
    shown = {
        old: (
            {"de": f"{word} alt", "fr": f"{word} vieux"},
            {"icon": picture("a", "published"), "cover": picture("b", "processing")}
            | {"banner": waiting},
        ),
        new: (
            {"de": f"{word} neu"},
            {"icon": picture("c", "published"), "cover": waiting},
        ),
    }

    def show(tx: Connection) -> None:
        for game_id, (titles, art) in shown.items():
            values = {"titles": json.dumps(titles), "art": json.dumps(art)}
            tx.execute(games.update().where(games.c.game_id == game_id).values(**values))

    sql.transact(show)
    merge(old, new)
    for locale, title in (("de", "neu"), ("fr", "vieux"), ("en", "new")):
        found = one(new, locale)
        assert found.title == f"{word} {title}"
    urls = {kind: one.sizes[0].url.rsplit("/", 1)[1] for kind, one in found.art.items()}
    assert urls == {"icon": "c.webp", "cover": "b.webp"}
    kept = sql.read(lambda conn: art_uploads.get(conn, games, new))
    assert {kind: one.upload_id for kind, one in kept.uploads.items()} == {
        "icon": "c", "cover": "waits",
    }  # fmt: skip
    by_title = sql.read(lambda c: finding.list_page(c, text.name_key(f"{word} vieux"), None, 10))[0]
    assert [game.game_id for game in by_title] == [str(new)]
    assert audited(old)["moved"] | {"names": []} == {
        "names": [], "stores": [], "executables": [], "titles": ["fr"], "art": ["cover"],
    }  # fmt: skip


def test_a_chain_of_merges_leads_to_the_end(word: str) -> None:
    a, b, c, d = (a_game(f"{word} {name}") for name in "abcd")
    merge(a, b)
    merge(c, d)
    merge(b, d)
    assert [survivor(game) for game in (a, b, c, d)] == [d, d, d, None]


def test_an_invalid_merge_is_refused(word: str) -> None:
    a, b, c = (a_game(f"{word} {name}") for name in "abc")
    merge(a, b)
    for pair in ((c, c), (a, c), (c, a)):
        with pytest.raises(errors.Conflict):
            merge(*pair)
    for pair in ((c, 2**62), (2**62, c)):
        with pytest.raises(errors.NotFound):
            merge(*pair)
    assert (survivor(a), survivor(c)) == (b, None)


def test_play_moves_to_the_survivor_and_is_merged_with_its_own(word: str) -> None:
    uid, old, new = f"player-{word}", a_game(f"{word} old"), a_game(f"{word} new")
    play(uid, old, 0, 4, 8)
    play(uid, new, 6, 10, session="on another device")
    merge(old, new)
    assert move() == 1
    assert days(uid) == {(str(new), NOON.date()): 10 * MINUTE}
    (mine,) = rows(player_stats, uid)
    assert (mine.game_key, mine.play_ms, mine.first_played_at) == (str(new), 10 * MINUTE, NOON)
    assert {row.game_key for row in rows(play_intervals, uid)} == {str(new)}
    owed = {row.item: row.revision for row in rows(operations.projections, uid) if row.due_at}
    assert owed == {str(old): 0, str(new): mine.revision}
    assert move() == 0


def test_play_reported_under_the_old_id_counts_for_the_survivor(word: str) -> None:
    uid, old, new = f"player-{word}", a_game(f"{word} old"), a_game(f"{word} new")
    merge(old, new)
    play(uid, old, 0, 4)
    assert days(uid) == {(str(new), NOON.date()): 4 * MINUTE}
    assert move() == 0


def test_a_move_that_fails_half_way_changes_nothing_and_the_next_one_completes(
    word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid, old, new = f"player-{word}", a_game(f"{word} old"), a_game(f"{word} new")
    play(uid, old, 0, 4)
    before = [rows(table, uid) for table in (play_intervals, playtime_days, player_stats)]
    merge(old, new)

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(stats, "mark_due", die)
        with pytest.raises(KeyboardInterrupt):
            move()
    after = [rows(table, uid) for table in (play_intervals, playtime_days, player_stats)]
    assert after == before
    assert moves.move_merged(time.monotonic() - 1) == {"moved": 0, "finished": 0}
    assert move() == 1
    assert days(uid) == {(str(new), NOON.date()): 4 * MINUTE}


def test_nothing_moves_for_a_player_who_asked_to_be_erased(word: str) -> None:
    uid, old, new = f"player-{word}", a_game(f"{word} old"), a_game(f"{word} new")
    play(uid, old, 0, 1)
    request = [{"uid": uid, "requested_at": clock.now()}]
    sql.transact(lambda tx: sql.insert_ignore(tx, erasures, request))
    merge(old, new)
    assert move() == 0
    assert [row.game_key for row in rows(player_stats, uid)] == [str(old)]
