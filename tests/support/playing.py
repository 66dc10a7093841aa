"""Session reports as a client sends them."""

import itertools
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

BATCH = "/v1/me/sessions:batch"
_boots = itertools.count()


def now() -> datetime:
    """Return the time in whole milliseconds, as columns store it."""
    found = datetime.now(UTC)
    return found.replace(microsecond=found.microsecond // 1000 * 1000)


def item(
    at: datetime,
    *,
    game_id: str | None = "7",
    session: str = "s",
    kind: str = "heartbeat",
    booted: datetime | None = None,
    **other: Any,
) -> dict[str, Any]:
    """Return one report; the client's machine booted a day earlier unless `booted` is given."""
    booted = booted or at - timedelta(days=1)
    return {
        "event_id": uuid.uuid4().hex,
        "session_id": session,
        "game_id": game_id,
        "kind": kind,
        "at": at.isoformat(),
        "install_id": "i-1",
        "boot_id": f"b-{next(_boots)}",
        "uptime_ms": (at - booted) // timedelta(milliseconds=1),
        **other,
    }


def session(
    start: datetime, minutes: int, *, every: int = 4, name: str = "s", **other: Any
) -> list[dict[str, Any]]:
    """Return a session's reports: start, heartbeats, end."""
    moments = [*range(0, minutes, every), minutes]
    kinds = {0: "started", minutes: "ended"}
    return [
        item(
            start + timedelta(minutes=one),
            session=name,
            kind=kinds.get(one, "heartbeat"),
            booted=start - timedelta(hours=1),
            **{"boot_id": f"boot-{name}", **other},
        )
        for one in moments
    ]


def batch(items: list[Any], sent_at: datetime | None = None) -> dict[str, Any]:
    """Return a batch, sent now by default."""
    return {"sent_at": (sent_at or now()).isoformat(), "items": items}


def send(client: httpx.Client, headers: dict[str, str], items: list[Any]) -> dict[str, Any]:
    """Send a batch and return its receipt."""
    answer = client.post(BATCH, json=batch(items), headers=headers)
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt
