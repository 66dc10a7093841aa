"""Generates fifty reports of one player's evening: two sessions, reported every 4 minutes."""

import json
from datetime import datetime, timedelta

from shared.domain.play import sessions
from shared.domain.play.sessions import SessionReport, SessionsReported

EVENTS = 50
GAMES = ("1", "2")
_APART = timedelta(minutes=4)
_PER_SESSION = EVENTS // len(GAMES)


def reports(player: str, days_ago: int, now: datetime) -> list[dict[str, object]]:
    """Return the reports that a client sends in one evening; `days_ago` 0 is yesterday evening."""
    evening = now.replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=days_ago + 1)
    items: list[dict[str, object]] = []
    for number in range(EVENTS):
        session, moment = divmod(number, _PER_SESSION)
        items.append(
            {
                "event_id": f"{player}-{days_ago}-{number}",
                "session_id": f"{player}-{days_ago}-{session}",
                "game_id": GAMES[session],
                "kind": {0: "started", _PER_SESSION - 1: "ended"}.get(moment, "heartbeat"),
                "at": (evening + number * _APART).isoformat(),
                "install_id": f"{player}-desktop",
                "boot_id": f"{player}-{days_ago}",
                "uptime_ms": 60_000 + number * (_APART // timedelta(milliseconds=1)),
            }
        )
    return items


def batch(player: str, days_ago: int, now: datetime) -> bytes:
    """Return the body of a request that reports one evening."""
    items = reports(player, days_ago, now)
    return json.dumps({"sent_at": now.isoformat(), "items": items}).encode()


def message(player: str, days_ago: int, now: datetime) -> SessionsReported:
    """Return the message that the function publishes for this request."""
    items = [
        SessionReport.model_validate_json(json.dumps(one)) for one in reports(player, days_ago, now)
    ]
    events, _ = sessions.screen(list(enumerate(items)), now, now)
    return sessions.to_message(player, now, events)
