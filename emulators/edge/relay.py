"""Delivers document events as Eventarc does: at least once, with backoff, for up to a day.

The Firestore emulator sends each event only once. The relay therefore stores an event before it
responds, and delivers the stored event until the function returns 2xx.
"""

import asyncio
import base64
import binascii
import contextlib
import json
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import Response

from emulators.edge.gateway import SPARE_SECONDS, end_to_end
from shared.runtime import logs
from shared.runtime.manifest import Manifest

CONCURRENCY = 16
FIRST_BACKOFF = 10.0
LONGEST_BACKOFF = 600.0
GIVE_UP_SECONDS = 24 * 3600.0
NOT_FORWARDED = frozenset((b"content-length", b"host", b"accept-encoding"))

TABLE = """
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY,
    service TEXT NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    stored REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due REAL NOT NULL
)
"""


@dataclass(frozen=True)
class Event:
    """A document event, stored for delivery to one function."""

    id: int
    service: str
    headers: list[tuple[str, str]]
    body: bytes
    stored: float
    attempts: int


class Store:
    """Stores undelivered events in a file."""

    def __init__(self, file: Path) -> None:
        """Open the store of undelivered events; create it if it does not exist."""
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(TABLE)
        self._db.execute("CREATE INDEX IF NOT EXISTS events_due ON events (due)")

    def add(self, service: str, headers: list[tuple[str, str]], body: bytes) -> None:
        """Store an event, due now."""
        now = time.time()
        self._db.execute(
            "INSERT INTO events (service, headers, body, stored, due) VALUES (?, ?, ?, ?, ?)",
            (service, json.dumps(headers), body, now, now),
        )

    def due(self, limit: int, busy: set[int]) -> list[Event]:
        """Return the events that are due, earliest first, except those in `busy`."""
        rows = self._db.execute(
            "SELECT id, service, headers, body, stored, attempts FROM events"
            " WHERE due <= ? ORDER BY due LIMIT ?",
            (time.time(), limit + len(busy)),
        ).fetchall()
        found = (Event(row[0], row[1], json.loads(row[2]), *row[3:]) for row in rows)
        return [event for event in found if event.id not in busy][:limit]

    def next_due(self, busy: set[int]) -> float | None:
        """Return the Unix time at which the next event not in `busy` is due.

        The returned time may be in the past if the event became due after `due` was called.
        """
        rows = self._db.execute("SELECT id, due FROM events ORDER BY due LIMIT ?", (len(busy) + 1,))
        return next((float(due) for id_, due in rows if id_ not in busy), None)

    def postpone(self, event: Event, seconds: float) -> None:
        """Postpone an event's next delivery by `seconds`."""
        self._db.execute(
            "UPDATE events SET attempts = attempts + 1, due = ? WHERE id = ?",
            (time.time() + seconds, event.id),
        )

    def remove(self, event: Event) -> None:
        """Delete an event that was delivered or abandoned."""
        self._db.execute("DELETE FROM events WHERE id = ?", (event.id,))

    def waiting(self) -> int:
        """Return the number of undelivered events."""
        return int(self._db.execute("SELECT COUNT(*) FROM events").fetchone()[0])


@dataclass
class Relay:
    """Accepts events from the emulator and delivers them to the functions.

    backoff: the factor applied to production's retry backoff.
    """

    store: Store
    functions: Mapping[str, Manifest]
    address: str
    client: httpx.AsyncClient
    backoff: float
    _busy: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def accept(self, request: Request) -> Response:
        """Store an event that the Firestore emulator posted, then respond."""
        body = await request.body()
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in end_to_end(request.headers.raw)
            if name not in NOT_FORWARDED
        ]
        self.store.add(request.path_params["trigger"], _fixed(headers), _binary(body))
        self._changed.set()
        return Response(status_code=200)

    async def run(self) -> None:
        """Deliver due events forever, at most CONCURRENCY at a time."""
        while True:
            self._changed.clear()
            for event in self.store.due(CONCURRENCY - len(self._busy), set(self._busy)):
                self._busy[event.id] = asyncio.create_task(self._deliver(event))
            await self._wait()

    async def _wait(self) -> None:
        """Wait for a new event, a finished delivery, or, if there is room, the next due time."""
        due = self.store.next_due(set(self._busy)) if len(self._busy) < CONCURRENCY else None
        seconds = None if due is None else max(0.01, due - time.time())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), seconds)

    async def _deliver(self, event: Event) -> None:
        try:
            if await self._post(event) or self._is_expired(event):
                self.store.remove(event)
            else:
                wait = min(FIRST_BACKOFF * 2**event.attempts, LONGEST_BACKOFF)
                self.store.postpone(event, wait * self.backoff)
        finally:
            del self._busy[event.id]
            self._changed.set()

    async def _post(self, event: Event) -> bool:
        """Post an event; return True if it succeeded or its function was removed."""
        function = self.functions.get(event.service)
        if function is None:
            logs.warning("the event's function no longer exists", service=event.service)
            return True
        url = self.address.format(function=function.name) + "/"
        timeout = function.timeout + SPARE_SECONDS
        headers = [
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in event.headers
        ]
        try:
            response = await self.client.post(
                url, headers=headers, content=event.body, timeout=timeout
            )
        except httpx.TransportError as error:
            logs.warning("event not delivered", service=event.service, reason=repr(error))
            return False
        return response.is_success

    def _is_expired(self, event: Event) -> bool:
        if time.time() - event.stored < GIVE_UP_SECONDS:
            return False
        logs.write("ERROR", "event given up after a day", {"service": event.service})
        return True


def _fixed(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the headers as in production, without the repeated part of the source header."""
    return [
        (name, value.replace("projects/projects/", "projects/") if name == "ce-source" else value)
        for name, value in headers
    ]


def _binary(body: bytes) -> bytes:
    """Return the payload as in production, decoded if the emulator encoded it in base64."""
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        return body


def open_relay(
    state: Path, functions: Mapping[str, Manifest], address: str, client: Any, backoff: float
) -> Relay:
    """Open the relay that stores its events in a state folder."""
    by_service = {function.service: function for function in functions.values()}
    return Relay(Store(state / "relay.sqlite"), by_service, address, client, backoff)
