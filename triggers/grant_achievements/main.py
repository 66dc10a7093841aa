"""Grants the achievements that a player's stats have earned, and delivers each once."""

from pydantic import BaseModel

from shared.domain.play import achievements, notices
from shared.runtime import events
from shared.runtime.events.documents import on_document


class StatsDocument(BaseModel):
    """A stats document; it has no fields here, because stats are read from rows."""


@on_document(StatsDocument, __file__)
def main(stats: StatsDocument | None, params: dict[str, str]) -> None:
    """Grant what the player has earned, then deliver it; both are safe to repeat."""
    if stats is None:
        return
    uid = params["uid"]
    notices.deliver(uid, achievements.grant(uid, events.current().time))
