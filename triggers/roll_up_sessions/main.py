"""Merges reported sessions into playtime, regardless of the order or number of deliveries."""

from shared.domain.play import roll_up, stats
from shared.domain.play.sessions import SessionsReported
from shared.runtime import events, projections


@events.on_message(SessionsReported, __file__)
def main(reported: SessionsReported) -> None:
    """Merge the sessions into playtime, then write the stats documents that are due.

    If a crash occurs between these two steps, the redelivery or `sweep_projections` writes the
    documents.
    """
    projections.project_due(stats.KIND, roll_up.record(reported))
