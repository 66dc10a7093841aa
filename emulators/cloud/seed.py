"""Loads sample data: games, and a player named ada with three days of play.

Ada's play sessions are reported in one HTTP batch and then processed as in production, which also
updates her stats documents and achievements. Seeding again changes nothing.
"""

import sys
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx

from emulators.cloud.config import ROOT, Cloud, CloudError
from emulators.edge.issuer import mint
from shared.domain.catalog.imports import importing
from shared.runtime import clock

ADA = "ada"
GAMES = ROOT / "data" / "games.jsonl.gz"
EARNED = {"first_hour", "five_games"}
WAIT_SECONDS = 60
HEARTBEAT_MINUTES = 4
BOOTED_BEFORE = timedelta(minutes=10)
ZONE = timezone(timedelta(hours=1))

# How many days ago, the hour of the evening, minutes of play, and the game's title.
PLAYED = (
    (3, 19, 70, "Hades"),
    (3, 21, 25, "Celeste"),
    (2, 19, 45, "Hades"),
    (2, 20, 40, "Hollow Knight"),
    (1, 18, 30, "Portal 2"),
    (1, 20, 50, "Stardew Valley"),
)


def seed(cloud: Cloud) -> list[str]:
    """Import the games, report ada's sessions, and return commands to try. Raises CloudError."""
    imported = importing.import_file(GAMES)
    print(
        f"Games: {imported.created} new, {imported.updated} changed, "
        f"{imported.unchanged} unchanged, {imported.rejected_count} rejected.",
        file=sys.stderr,
        flush=True,
    )
    headers = {"Authorization": f"Bearer {mint(cloud, ADA)}"}
    with httpx.Client(base_url=cloud.url("edge"), headers=headers, timeout=30) as client:
        if not _earned(client):
            _report(client)
            _wait(client)
        # Rows survive a restart of the local cloud; documents in the emulator do not.
        _restore_documents(cloud)
        game = _find(client, "Hades")
    return _lines(cloud.url("edge"), game)


def _report(client: httpx.Client) -> None:
    """Report three evenings of play in one batch."""
    games = {title: _find(client, title) for _, _, _, title in PLAYED}
    now = clock.now()
    items = [
        item
        for days, hour, minutes, title in PLAYED
        for item in session(_evening(now, days, hour), minutes, games[title])
    ]
    receipt = _call(
        client, "POST", "/v1/me/sessions:batch", {"sent_at": now.isoformat(), "items": items}
    )
    if receipt["rejected"]:
        raise CloudError(f"Ada's play was rejected: {receipt['rejected'][0]['detail']}")


def _evening(now: datetime, days: int, hour: int) -> datetime:
    day = (now - timedelta(days=days)).astimezone(ZONE)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def session(start: datetime, minutes: int, game_id: str) -> list[dict[str, Any]]:
    """Return the reports of one play session: its start, regular heartbeats and its end."""
    session_id = f"{ADA}-{start:%Y%m%d-%H%M%S}"
    booted = start - BOOTED_BEFORE
    moments = [*range(0, minutes, HEARTBEAT_MINUTES), minutes]
    return [
        {
            "event_id": f"{session_id}-{minute}",
            "session_id": session_id,
            "game_id": game_id,
            "kind": {0: "started", minutes: "ended"}.get(minute, "heartbeat"),
            "at": (start + timedelta(minutes=minute)).isoformat(),
            "install_id": f"{ADA}-desktop",
            "boot_id": f"{ADA}-{booted:%Y%m%d-%H%M%S}",
            "uptime_ms": int((start - booted).total_seconds() * 1000) + minute * 60_000,
        }
        for minute in moments
    ]


def _find(client: httpx.Client, title: str) -> str:
    """Return the id of the game with this title. The search lists an exact match first."""
    found = _call(client, "GET", f"/v1/games?q={title}&limit=1")["items"]
    if not found or found[0]["title"] != title:
        raise CloudError(f"{title!r} is not in the catalog; see `python -m emulators logs`.")
    game_id: str = found[0]["game_id"]
    return game_id


def _earned(client: httpx.Client) -> bool:
    """Tell whether ada has received the achievements for her three days of play."""
    items = _call(client, "GET", "/v1/me/achievements")["items"]
    return {one["achievement_id"] for one in items} >= EARNED


def _wait(client: httpx.Client) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not _earned(client):
        if time.monotonic() > until:
            raise CloudError(
                f"Ada's achievements did not arrive within {WAIT_SECONDS} s; "
                "see `python -m emulators logs functions`."
            )
        time.sleep(0.2)


def _restore_documents(cloud: Cloud) -> None:
    headers = {"Authorization": f"Bearer {mint(cloud, 'seed', ['admin'])}"}
    with httpx.Client(base_url=cloud.url("edge"), headers=headers, timeout=30) as operator:
        body = {"kind": "stats", "uid": ADA}
        _call(operator, "POST", "/v1/admin/projections/rebuild", body)


def _call(client: httpx.Client, method: str, path: str, body: Any = None) -> Any:
    try:
        response = client.request(method, path, json=body)
    except httpx.HTTPError as error:
        raise CloudError(f"{client.base_url} does not answer: {error}") from None
    if response.is_error:
        text = response.text[:300]
        raise CloudError(f"{method} {path} returned {response.status_code}: {text}")
    return response.json()


def _lines(url: str, game_id: str) -> list[str]:
    """Return commands to paste into a shell.

    The commands use $TOKEN, which `up` prints.
    """
    signed_in = 'curl -s -H "Authorization: Bearer $TOKEN"'
    return [
        f"curl -s '{url}/v1/games/{game_id}'",
        f"{signed_in} '{url}/v1/me/playtime'",
        f"{signed_in} '{url}/v1/me/achievements'",
    ]
