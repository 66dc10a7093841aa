"""Reported sessions become playtime: in any order, any number of times."""

from shared.domain.play import roll_up, stats
from shared.domain.play.sessions import SessionsReported
from shared.runtime import events, projections


@events.on_message(SessionsReported, __file__)
def main(reported: SessionsReported) -> None:
    """Merge the events into playtime, then write the stats documents that are due.

    What a crash between the two leaves due is written when the message comes again, or by
    sweep_projections.
    """
    projections.project_due(stats.KIND, roll_up.record(reported))
