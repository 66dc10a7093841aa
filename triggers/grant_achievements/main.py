"""Stats that changed may have earned achievements: each is granted once and told once."""

from pydantic import BaseModel

from shared.domain.play import achievements, notices
from shared.runtime import events
from shared.runtime.events.documents import on_document


class StatsDocument(BaseModel):
    """That there is a document is all that matters: the stats themselves are rows."""


@on_document(StatsDocument, __file__)
def main(stats: StatsDocument | None, params: dict[str, str]) -> None:
    """Grant what the player has earned, then deliver it; a redelivery heals what was not."""
    if stats is None:
        return
    uid = params["uid"]
    notices.deliver(uid, achievements.grant(uid, events.current().time))
