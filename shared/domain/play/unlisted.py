"""Programs that the catalog does not know: played under a hash until it learns them."""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select

from shared.domain import ids
from shared.domain.play import moves
from shared.domain.play.playtime import Play
from shared.runtime import sql
from shared.schema.catalog import game_executables
from shared.schema.play import unlisted_games

HASHES_A_PAGE = 1000

_exe, _waiting = game_executables.c, unlisted_games.c


def resolve(tx: Connection, plays: Mapping[str, Play]) -> dict[str, Play]:
    """Return the plays with each hash that means exactly one game replaced by that game's id."""
    hashes = {ids.suffix_hash(key): key for key in ids.only_unlisted(plays)}
    if not hashes:
        return dict(plays)
    known = {hashes[one]: game for one, game in _games(tx, list(hashes)).items()}
    resolved: dict[str, Play] = {}
    for key, play in plays.items():
        resolved.setdefault(known.get(key, key), Play()).add(play)
    return resolved


def note(tx: Connection, uid: str, plays: Mapping[str, Play], now: datetime) -> None:
    """Remember which of these the catalog does not know, so that they can be attached later."""
    rows = [{"uid": uid, "game_key": key, "first_seen_at": now} for key in ids.only_unlisted(plays)]
    sql.insert_ignore(tx, unlisted_games, rows)


def attach_known(until: float) -> dict[str, int]:
    """Move what was played under a hash to the game that the catalog knows by now.

    Walks the catalog's executables, not the players. Each player and hash moves in a transaction
    of its own, so it may stop anywhere and go on with the next call; stops at `until` (monotonic
    seconds). Returns how many moved, and whether it came to the end.
    """
    moved = 0
    for game_key, game_id in _learnt():
        waiting = select(_waiting.uid).where(_waiting.game_key == game_key)
        for uid in moves.players(waiting):
            if time.monotonic() >= until:
                return {"moved": moved, "finished": 0}
            moved += attach(uid, game_key, game_id)
    return {"moved": moved, "finished": 1}


def attach(uid: str, game_key: str, game_id: str) -> bool:
    """Move one player's play from a hash to a game; False when there is nothing to move."""
    mine = (_waiting.uid == uid, _waiting.game_key == game_key)

    def begin(tx: Connection) -> datetime:
        first_seen_at: datetime | None = tx.scalar(select(_waiting.first_seen_at).where(*mine))
        if first_seen_at is None:
            raise moves.NothingToMove
        tx.execute(delete(unlisted_games).where(*mine))
        return first_seen_at

    return moves.move(uid, game_key, game_id, begin)


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
            keys = [ids.unlisted(one) for one in hashes]
            waiting = select(_waiting.game_key).where(_waiting.game_key.in_(keys)).distinct()
            known = [ids.suffix_hash(key) for key in conn.scalars(waiting)]
            games = _games(conn, known) if known else {}
            return hashes, {ids.unlisted(one): game for one, game in games.items()}

        hashes, found = sql.read(load)
        yield from sorted(found.items())
        if len(hashes) < HASHES_A_PAGE:
            return
        after = hashes[-1]
