"""Programs that the catalog does not know: played under a hash until it learns them."""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, literal_column, select, update

from shared.domain import erasure, game_keys, intervals, playtime, popularity, stats
from shared.domain.playtime import Play
from shared.runtime import clock, projections, sql
from shared.schema.catalog import game_executables
from shared.schema.play import play_intervals, player_stats, playtime_days, unlisted_games

HASHES_A_PAGE = 1000
PLAYERS_A_PAGE = 100

_exe, _waiting, _days = game_executables.c, unlisted_games.c, playtime_days.c


def resolve(tx: Connection, plays: Mapping[str, Play]) -> dict[str, Play]:
    """Return the plays with each hash that means exactly one game replaced by that game's id."""
    hashes = {game_keys.suffix_hash(key): key for key in game_keys.only_unlisted(plays)}
    if not hashes:
        return dict(plays)
    known = {hashes[one]: game for one, game in _games(tx, list(hashes)).items()}
    resolved: dict[str, Play] = {}
    for key, play in plays.items():
        resolved.setdefault(known.get(key, key), Play()).add(play)
    return resolved


def note(tx: Connection, uid: str, plays: Mapping[str, Play], now: datetime) -> None:
    """Remember which of these the catalog does not know, so that they can be attached later."""
    rows = [
        {"uid": uid, "game_key": key, "first_seen_at": now}
        for key in game_keys.only_unlisted(plays)
    ]
    sql.insert_ignore(tx, unlisted_games, rows)


def attach_known(until: float) -> dict[str, int]:
    """Move what was played under a hash to the game that the catalog knows by now.

    Walks the catalog's executables, not the players. Each player and hash moves in a transaction
    of its own, so it may stop anywhere and go on with the next call; stops at `until` (monotonic
    seconds). Returns how many moved, and whether it came to the end.
    """
    moved = 0
    for game_key, game_id in _learnt():
        for uid in _waiting_for(game_key):
            if time.monotonic() >= until:
                return {"moved": moved, "finished": 0}
            moved += attach(uid, game_key, game_id)
    return {"moved": moved, "finished": 1}


def attach(uid: str, game_key: str, game_id: str) -> bool:
    """Move one player's play from a hash to a game; False when there is nothing to move."""
    now = clock.now()

    def work(tx: Connection) -> None:
        sql.replay_finds_it()  # a second run finds nothing left to move
        _move(tx, uid, game_key, game_id, now)

    try:
        sql.transact(work)
    except _NothingToMove:
        return False
    projections.project_due(stats.KIND, [(uid, game_id)])
    return True


class _NothingToMove(Exception):
    """Another call moved it, or the player asked to be erased."""


def _move(tx: Connection, uid: str, game_key: str, game_id: str, now: datetime) -> None:
    kept = playtime.lock(tx, uid, [game_id, game_key])
    old, is_new = kept[game_key], kept[game_id].revision == 0
    mine = (_waiting.uid == uid, _waiting.game_key == game_key)
    first_seen_at = tx.scalar(select(_waiting.first_seen_at).where(*mine))
    if first_seen_at is None:
        raise _NothingToMove
    ended = old.last_ended_at and intervals.to_ms(old.last_ended_at)
    play = Play(playtime.sessions_of(tx, uid, game_key), ended)
    playtime.record(tx, uid, {game_id: play}, now)
    folded = _move_frozen_days(tx, uid, game_key, game_id, now)
    revision = _add_to_stats(tx, game_id, old, folded)
    for table in (play_intervals, playtime_days, player_stats, unlisted_games):
        tx.execute(delete(table).where(table.c.uid == uid, table.c.game_key == game_key))
    popularity.note(tx, [game_id] if is_new else [])
    stats.owe(tx, uid, {game_id: revision}, ended={game_id})
    if erasure.erased_since(tx, uid, first_seen_at):
        raise _NothingToMove


def _move_frozen_days(tx: Connection, uid: str, game_key: str, game_id: str, now: datetime) -> int:
    """Add the day totals that have no runs any more to the game's; return their sum in ms.

    Two devices at once cannot be seen in totals; where both were played, both count.
    """
    frozen = select(_days.day, _days.play_ms).where(
        _days.uid == uid, _days.game_key == game_key, _days.day < playtime.frozen_before(now)
    )
    totals = {row.day: row.play_ms for row in tx.execute(frozen)}
    rows = [
        {"uid": uid, "game_key": game_id, "day": day, "play_ms": ms} for day, ms in totals.items()
    ]
    added = _days.play_ms + literal_column("VALUES(`play_ms`)")
    sql.upsert(tx, playtime_days, rows, {"play_ms": added})
    return sum(totals.values())


def _add_to_stats(tx: Connection, game_id: str, old: Row[Any], folded: int) -> int:
    """Add what the runs did not tell to the game's stats; return the new revision."""
    new = playtime.lock(tx, old.uid, [game_id])[game_id]
    values = {
        "revision": new.revision + 1,
        "play_ms": new.play_ms + folded,
        "first_played_at": min(_known(new.first_played_at, old.first_played_at), default=None),
        "last_played_at": max(_known(new.last_played_at, old.last_played_at), default=None),
    }
    mine = (player_stats.c.uid == old.uid, player_stats.c.game_key == game_id)
    tx.execute(update(player_stats).where(*mine).values(values))
    return int(new.revision + 1)


def _known(*moments: datetime | None) -> list[datetime]:
    return [moment for moment in moments if moment is not None]


def _games(conn: Connection, hashes: Sequence[bytes]) -> dict[bytes, str]:
    """Return the id of the one game that each hash means; a launcher means none."""
    found = (
        select(_exe.suffix_hash, func.min(_exe.game_id), func.max(_exe.game_id))
        .where(_exe.suffix_hash.in_(hashes), _exe.is_launcher.is_(False))
        .group_by(_exe.suffix_hash)
    )
    return {row[0]: str(row[1]) for row in conn.execute(found) if row[1] == row[2]}


def _learnt() -> Iterator[tuple[str, str]]:
    """Yield each hash that players wait under and that means a game now, as key and game id."""
    after = b""
    while True:
        page = (
            select(_exe.suffix_hash)
            .where(_exe.suffix_hash > after)
            .order_by(_exe.suffix_hash)
            .distinct()
            .limit(HASHES_A_PAGE)
        )

        def load(conn: Connection, page: Select[Any] = page) -> tuple[list[bytes], dict[str, str]]:
            hashes = list(conn.scalars(page))
            keys = [game_keys.unlisted(one) for one in hashes]
            waiting = select(_waiting.game_key).where(_waiting.game_key.in_(keys)).distinct()
            known = [game_keys.suffix_hash(key) for key in conn.scalars(waiting)]
            games = _games(conn, known) if known else {}
            return hashes, {game_keys.unlisted(one): game for one, game in games.items()}

        hashes, found = sql.read(load)
        yield from sorted(found.items())
        if len(hashes) < HASHES_A_PAGE:
            return
        after = hashes[-1]


def _waiting_for(game_key: str) -> Iterator[str]:
    """Yield the players who played under a hash, page by page in the order of their uids."""
    after = ""
    while True:
        page = (
            select(_waiting.uid)
            .where(_waiting.game_key == game_key, _waiting.uid > after)
            .order_by(_waiting.uid)
            .limit(PLAYERS_A_PAGE)
        )
        uids = sql.read(lambda conn, page=page: list(conn.scalars(page)))  # type: ignore[misc]
        yield from uids
        if len(uids) < PLAYERS_A_PAGE:
            return
        after = uids[-1]
