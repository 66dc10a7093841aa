"""Grants the achievements that a player has earned, and delivers each achievement once."""

from pydantic import BaseModel

from shared.domain.play import achievements, notices
from shared.runtime import events
from shared.runtime.events.documents import on_document


class StatsDocument(BaseModel):
    """A stats document, declared without fields because stats are read from rows."""


@on_document(StatsDocument, __file__)
def main(stats: StatsDocument | None, params: dict[str, str]) -> None:
    """Grant the achievements that the player has earned, then deliver them.

    Both steps are safe to repeat.
    """
    if stats is None:
        return
    uid = params["uid"]
    notices.deliver(uid, achievements.grant(uid, events.current().time))
