"""Returns a player's achievements, and playtime per game and day."""

from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from shared.domain.play import achievements
from shared.domain.play import days as playtime
from shared.domain.play.achievements import Achievement
from shared.domain.play.days import PlaytimeDay
from shared.domain.play.model import Days
from shared.runtime import clock, errors, http, sql
from shared.runtime.identity import Player

MAX_DAYS = 366
DEFAULT_DAYS = 30
EARLIEST_ZONE = timedelta(hours=14)
"""The easternmost UTC offset, where the local date is the latest."""

api = http.Api(__file__)


@api.get("/v1/me/playtime")
def list_playtime(
    player: Player,
    from_: date | None = None,
    to: date | None = None,
    limit: Annotated[int, Field(ge=1, le=500)] = 100,
    cursor: http.Cursor = None,
) -> http.Page[PlaytimeDay]:
    """List the caller's playtime by local day and game, from `from` to `to` inclusive.

    The date range may span up to 366 days; the default is the last 30 days. Days without playtime
    are omitted.
    """
    asked = _range(from_, to)
    after = http.after(cursor, "playtime", date, str)
    items, rest = sql.read(lambda conn: playtime.list_page(conn, player.uid, asked, after, limit))
    following = http.next_cursor("playtime", rest)
    return http.Page[PlaytimeDay](items=items, next_cursor=following)


def _range(first: date | None, last: date | None) -> Days:
    if last is None:
        last = (clock.now() + EARLIEST_ZONE).date()
        if first is not None:
            last = max(last, first)
    if first is None:
        first = last - timedelta(days=min(DEFAULT_DAYS, (last - date.min).days + 1) - 1)
    count = (last - first).days + 1
    if not 1 <= count <= MAX_DAYS:
        raise errors.BadRequest(
            f"`from` to `to` must be 1 to {MAX_DAYS} days",
            errors=[{"field": "to", "detail": f"{count} days"}],
        )
    return Days(first, last)


@api.get("/v1/me/achievements")
def list_achievements(player: Player) -> http.Page[Achievement]:
    """List the caller's achievements, oldest first."""
    items = sql.read(lambda conn: achievements.list_all(conn, player.uid))
    return http.Page[Achievement](items=items)


main = api.entry_point()
