"""Accepts batches of play session reports from clients."""

from shared.domain.metrics import SESSIONS_ACCEPTED, SESSIONS_REJECTED
from shared.domain.play import sessions
from shared.domain.play.sessions import SessionReport
from shared.runtime import http, messages, metrics
from shared.runtime.identity import Player

api = http.Api(__file__)


@api.post("/v1/me/sessions:batch", status=202)
def report_sessions(
    player: Player, batch: http.Batch[SessionReport], request: http.Request
) -> http.Receipt:
    """Accept reports of the caller's play sessions; playtime is updated shortly afterwards."""
    events, refused = sessions.screen(batch.items, batch.sent_at, request.received_at)
    for one in refused:
        batch.reject(one.index, one.event_id, one.code, one.detail)
    if events:
        messages.publish(sessions.to_message(player.uid, request.received_at, events))
    metrics.count(SESSIONS_ACCEPTED, len(events))
    metrics.count(SESSIONS_REJECTED, len(batch.rejected))
    return batch.receipt(accepted=len(events))


main = api.entry_point()
