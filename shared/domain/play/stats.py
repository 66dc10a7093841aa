"""A player's stats per game, and the documents that copy them for the player's devices."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, and_, bindparam, insert, or_, select

from shared.domain.ids import UNLISTED
from shared.runtime import projections
from shared.runtime.projections import Due, Key, Source
from shared.schema.collections import STATS
from shared.schema.play import new_players, player_stats

MIN_WRITE_INTERVAL = timedelta(minutes=1)
"""The minimum time between two writes of a document, except when a session ends."""

_stats = player_stats.c
_NEW_PLAYER = insert(new_players)
_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_OF_PLAYER = select(player_stats).where(_stats.uid == bindparam("uid"), _stats.game_key.in_(_KEYS))


def mark_due(
    tx: Connection, uid: str, revisions: Mapping[str, int], ended: Collection[str]
) -> None:
    """Mark the stats documents of these games as due.

    A document is due immediately if its game is in `ended`, which lists games whose session ended.
    Other documents are due at most once per minute.
    """
    due = [Due((uid, key), revision) for key, revision in sorted(revisions.items())]
    immediate = [one for one in due if one.key[1] in ended]
    playing = [one for one in due if one.key[1] not in ended]
    if immediate:
        projections.mark_due(tx, KIND, immediate)
    if playing:
        projections.mark_due(tx, KIND, playing, at_most_every=MIN_WRITE_INTERVAL)


def record_new_players(tx: Connection, game_ids: Iterable[str]) -> None:
    """Record that a player played each of these games for the first time.

    Appends one row per player and game, so that writers do not contend for the row of a popular
    game. `catalog.popularity` folds the rows later.
    """
    rows = [{"game_id": int(game_id)} for game_id in game_ids]
    if rows:
        tx.execute(_NEW_PLAYER, rows)


def _render(conn: Connection, keys: Sequence[Key]) -> dict[Key, Source]:
    return {
        (row.uid, row.game_key): Source(
            row.revision,
            {
                "game_id": row.game_key,
                "play_ms": row.play_ms,
                "first_played_at": row.first_played_at,
                "last_played_at": row.last_played_at,
                "last_ended_at": row.last_ended_at,
            },
        )
        for uid, items in projections.by_player(keys).items()
        for row in conn.execute(_OF_PLAYER, {"uid": uid, "keys": items})
    }


def _keys(conn: Connection, uid: str | None, after: Key | None, limit: int) -> list[Key]:
    # Decimal ids sort before `unlisted:`.
    query = select(_stats.uid, _stats.game_key).where(_stats.game_key < UNLISTED)
    if uid is not None:
        query = query.where(_stats.uid == uid)
    if after is not None:
        same_player = and_(_stats.uid == after[0], _stats.game_key > after[1])
        query = query.where(_stats.uid >= after[0], or_(_stats.uid > after[0], same_player))
    ordered = query.order_by(_stats.uid, _stats.game_key).limit(limit)
    return [(row.uid, row.game_key) for row in conn.execute(ordered)]


KIND = projections.Kind("stats", STATS.path, _render, _keys)
