"""Generates simulated players with their play sessions and the batches their clients send.

Some client clocks are hours off, and some are corrected during play. Batches may be repeated,
overlap, arrive out of order, or contain invalid items.
"""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

DAY = 86_400
OLDEST_DAYS = 9
HEARTBEAT_SECONDS = (200, 290)
MOST_ITEMS = 120
ZONES_MIN = (-480, -300, 0, 60, 60, 120, 330, 540, 720)
CLOCK_ERRORS_MIN = (0, 0, 0, 0, -180, 17, 60, 2880, -45)


@dataclass(frozen=True)
class Moment:
    """An event in a session; `at` is its actual time in whole seconds since 1970."""

    event_id: str
    session_id: str
    game_key: str
    kind: str
    at: int


@dataclass(frozen=True)
class Client:
    """An app installation whose clock is `error` seconds fast.

    The clock is corrected at `set_at`, or never if `set_at` is None.
    """

    install_id: str
    error: int
    set_at: int | None = None

    def stamp(self, at: int) -> int:
        """Return the time that the client's clock shows at the actual time `at`."""
        return at + (self.error if self.set_at is None or at < self.set_at else 0)


@dataclass(frozen=True)
class Session:
    """A play session on one client, whose machine was booted at the time `booted`."""

    client: Client
    booted: int
    moments: list[Moment]


@dataclass
class Batch:
    """One request's items.

    broken: the number of items that must be rejected.
    twice: the number of duplicates within the batch.
    """

    client: Client
    items: list[Any]
    broken: int = 0
    twice: int = 0


@dataclass
class Player:
    """A player, with the sessions played and the batches to send."""

    uid: str
    offset_min: int
    sessions: list[Session] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)


def invent(uid: str, games: Sequence[str], now: int, chance: random.Random) -> Player:
    """Return a player with sessions from the last few days."""
    player = Player(uid, chance.choice(ZONES_MIN))
    clients = [
        Client(f"{uid}-pc{number}", 60 * chance.choice(CLOCK_ERRORS_MIN))
        for number in range(chance.choice((1, 1, 2)))
    ]
    favourites = chance.sample(games, k=min(len(games), chance.choice((1, 2, 3, 5, 6))))
    if chance.random() < 0.1:  # noqa: PLR2004  some play a game that is not in the catalog
        favourites.append(f"unlisted:{hashlib.sha256(uid.encode()).hexdigest()}")
    for number in range(chance.randint(2, 7)):
        start = now - chance.randrange(4 * 3600, OLDEST_DAYS * DAY)
        client, game = chance.choice(clients), chance.choice(favourites)
        name = f"{uid}-{number}"
        player.sessions.append(_session(name, client, game, start, chance))
        if len(clients) > 1 and chance.random() < 0.4:  # noqa: PLR2004  on two devices at once
            start += chance.randrange(-1800, 1800)
            other = clients[0] if client is clients[1] else clients[1]
            player.sessions.append(_session(f"{name}-too", other, game, start, chance))
    player.batches = _batches(player, chance)
    return player


def _session(name: str, client: Client, game: str, start: int, chance: random.Random) -> Session:
    end = start + chance.randrange(60, 150 * 60)
    times = [start]
    while times[-1] < end:
        pause = chance.randint(*HEARTBEAT_SECONDS)
        asleep = chance.random() < 0.03  # noqa: PLR2004  sometimes the machine sleeps
        times.append(times[-1] + (pause * 10 if asleep else pause))
    kinds = ["started", *["heartbeat"] * (len(times) - 2), "ended"]
    if chance.random() < 0.2:  # noqa: PLR2004  some sessions crash and have no end
        kinds[-1] = "heartbeat"
    moments = [
        Moment(f"{name}-{number}", name, game, kind, at)
        for number, (kind, at) in enumerate(zip(kinds, times, strict=True))
    ]
    if client.error and chance.random() < 0.3:  # noqa: PLR2004  the clock is set during play
        client = replace(client, set_at=chance.choice(times[1:]))
    return Session(client, start - chance.randrange(60, DAY), moments)


def _batches(player: Player, chance: random.Random) -> list[Batch]:
    """Return the player's batches as they are sent: most out of order and some repeated."""
    batches = []
    for session in player.sessions:
        items = [_item(player, session, moment) for moment in session.moments]
        if session.client.set_at is not None:
            # Times can be corrected only in a batch with a timestamp after the clock was set.
            batches.append(Batch(session.client, items))
            continue
        while items:
            size = chance.randint(5, MOST_ITEMS)
            batches.append(Batch(session.client, items[:size]))
            if chance.random() < 0.2:  # noqa: PLR2004  the next one repeats some of it
                size = max(1, size - 5)
            items = items[size:]
    for batch in batches:
        if chance.random() < 0.5:  # noqa: PLR2004
            chance.shuffle(batch.items)
    batches += [one for one in batches if chance.random() < 0.2]  # noqa: PLR2004
    if chance.random() < 0.6:  # noqa: PLR2004
        chance.shuffle(batches)
    return [_with_errors(one, chance) for one in batches]


def _item(player: Player, session: Session, moment: Moment) -> dict[str, Any]:
    zone = timezone(timedelta(minutes=player.offset_min))
    key = moment.game_key
    name = "unlisted" if key.startswith("unlisted:") else "game_id"
    return {
        "event_id": moment.event_id,
        "session_id": moment.session_id,
        name: key.removeprefix("unlisted:"),
        "kind": moment.kind,
        "at": datetime.fromtimestamp(session.client.stamp(moment.at), zone).isoformat(),
        "install_id": session.client.install_id,
        "boot_id": f"{moment.session_id}-boot",
        "uptime_ms": (moment.at - session.booted) * 1000,
    }


def _with_errors(batch: Batch, chance: random.Random) -> Batch:
    """Return the batch; about every tenth batch gets additional invalid and duplicate items."""
    if chance.random() < 0.9:  # noqa: PLR2004
        return batch
    twice = batch.items[:3]
    bad = (
        {**batch.items[0], "event_id": "no kind", "kind": "napped"},
        {**batch.items[0], "event_id": "no offset", "at": "2026-01-01T00:00:00"},
        {**batch.items[0], "event_id": "long ago", "at": "2001-01-01T00:00:00Z", "boot_id": "x"},
        "not an object",
    )
    items = [*batch.items, *twice, *bad]
    chance.shuffle(items)
    return Batch(batch.client, items, broken=len(bad), twice=len(twice))


def sent_at(batch: Batch, now: float) -> str:
    """Return the sending time according to the client's clock."""
    shown = now + (batch.client.error if batch.client.set_at is None else 0)
    return datetime.fromtimestamp(shown, UTC).isoformat()
