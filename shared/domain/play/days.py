"""Playtime per local day and game, as the HTTP API returns it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Integer, bindparam, or_, select

from shared.domain.play import model
from shared.domain.play.model import Days
from shared.runtime import sql
from shared.schema.play import playtime_days

_days = playtime_days.c

_PAGE = (
    select(_days.day, _days.game_key, _days.play_ms)
    .where(
        _days.uid == bindparam("uid"),
        _days.day.between(bindparam("first"), bindparam("last")),
        _days.play_ms > 0,
    )
    .order_by(_days.day, _days.game_key)
    .limit(bindparam("limit", type_=Integer))
    # While the statistics show few rows, MySQL would not start with the player's days.
    .with_hint(playtime_days, "FORCE INDEX (PRIMARY)")
)
_NEXT_PAGE = _PAGE.where(
    _days.day >= bindparam("day"),
    or_(_days.day > bindparam("day"), _days.game_key > bindparam("key")),
)


# A dataclass: filling a page of pydantic models takes twice as long.
@dataclass(slots=True)
class PlaytimeDay:
    """Playtime in one game on one local day.

    unlisted: the hash that the client reported, for a game that is not in the catalog.
    """

    day: date
    play_ms: int
    game_id: str | None = None
    unlisted: str | None = None


def list_page(
    conn: Connection, uid: str, days: Days, after: tuple[date, str] | None, limit: int
) -> tuple[list[PlaytimeDay], tuple[date, str] | None]:
    """Return up to `limit` entries in order of day and key, and the next page's cursor, or None."""
    params = {"uid": uid, **days._asdict(), "limit": limit + 1}
    if after is None:
        rows = conn.execute(_PAGE, params).all()
    else:
        rows = conn.execute(_NEXT_PAGE, {**params, "day": after[0], "key": after[1]}).all()
    page, last = sql.cut(rows, limit, lambda row: (row.day, row.game_key))
    return [_entry(row.day, row.game_key, row.play_ms) for row in page], last


def _entry(day: date, game_key: str, play_ms: int) -> PlaytimeDay:
    if model.is_unlisted(game_key):
        return PlaytimeDay(day, play_ms, unlisted=model.hash_of_key(game_key).hex())
    return PlaytimeDay(day, play_ms, game_key)
