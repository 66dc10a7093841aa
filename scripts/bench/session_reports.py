"""Fifty reports of one player's evening: two sessions, two games, a report every four minutes."""

import json
from datetime import datetime, timedelta

from shared.domain.play import sessions
from shared.domain.play.sessions import Report, SessionsReported

EVENTS = 50
GAMES = ("1", "2")
_APART = timedelta(minutes=4)
_A_SESSION = EVENTS // len(GAMES)


def reports(player: str, days_ago: int, now: datetime) -> list[dict[str, object]]:
    """Return the reports of one evening, yesterday's for 0, as a client sends them."""
    evening = now.replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=days_ago + 1)
    items: list[dict[str, object]] = []
    for number in range(EVENTS):
        session, moment = divmod(number, _A_SESSION)
        at = evening + number * _APART
        items.append(
            {
                "event_id": f"{player}-{days_ago}-{number}",
                "session_id": f"{player}-{days_ago}-{session}",
                "game_id": GAMES[session],
                "kind": {0: "started", _A_SESSION - 1: "ended"}.get(moment, "heartbeat"),
                "at": at.isoformat(),
                "install_id": f"{player}-desktop",
                "boot_id": f"{player}-{days_ago}",
                "uptime_ms": 60_000 + (at - evening) // timedelta(milliseconds=1),
            }
        )
    return items


def batch(player: str, days_ago: int, now: datetime) -> bytes:
    """Return the body of a request that reports one evening."""
    items = reports(player, days_ago, now)
    return json.dumps({"sent_at": now.isoformat(), "items": items}).encode()


def message(player: str, days_ago: int, now: datetime) -> SessionsReported:
    """Return the message that the function publishes for such a request."""
    items = [Report.model_validate_json(json.dumps(one)) for one in reports(player, days_ago, now)]
    events, _ = sessions.screen(list(enumerate(items)), now, now)
    return sessions.reported(player, now, events)
