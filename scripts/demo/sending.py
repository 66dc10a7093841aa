"""Sends the players' batches, retrying each until it is accepted."""

import asyncio
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx

from scripts.demo.players import Batch, Player, sent_at

AT_ONCE = 16
TIMEOUT_SECONDS = 15
LONGEST_PAUSE = 10.0
GIVE_UP_SECONDS = 600
ACCEPTED = 202


@dataclass
class Sent:
    """The numbers of batches and items sent; `wrong` lists unexpected receipts."""

    batches: int = 0
    items: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    retries: int = 0
    wrong: list[str] = field(default_factory=list)


async def send_all(
    url: str,
    players: Iterable[Player],
    token: Callable[[str], str],
    on_sent: Callable[[Sent], None],
) -> Sent:
    """Send every batch, keeping each player's order; call `on_sent` after each batch."""
    sent, gate = Sent(), asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT_SECONDS) as client:

        async def play(player: Player) -> None:
            async with gate:
                headers = {"Authorization": f"Bearer {token(player.uid)}"}
                for batch in player.batches:
                    await _send(client, headers, batch, sent)
                    on_sent(sent)

        await asyncio.gather(*(play(player) for player in players))
    return sent


async def _send(
    client: httpx.AsyncClient, headers: dict[str, str], batch: Batch, sent: Sent
) -> None:
    pause, until = 0.1, time.monotonic() + GIVE_UP_SECONDS
    while True:
        body = {"sent_at": sent_at(batch, time.time()), "items": batch.items}
        try:
            response = await client.post("/v1/me/sessions:batch", json=body, headers=headers)
        except httpx.TransportError:
            response = httpx.Response(503)
        if response.status_code == ACCEPTED:
            _count(batch, response.json(), sent)
            return
        if response.status_code < 500:  # noqa: PLR2004  not to be retried
            raise RuntimeError(f"a batch failed: {response.status_code} {response.text[:500]}")
        if time.monotonic() > until:
            raise RuntimeError(f"a batch was not accepted within {GIVE_UP_SECONDS} s")
        sent.retries += 1
        await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311
        pause = min(pause * 2, LONGEST_PAUSE)


def _count(batch: Batch, receipt: dict[str, Any], sent: Sent) -> None:
    rejected = len(receipt["rejected"])
    total = receipt["accepted"] + receipt["duplicates"] + rejected
    expected = (batch.broken, batch.twice, len(batch.items))
    if (rejected, receipt["duplicates"], total) != expected:
        sent.wrong.append(f"expected (rejected, duplicates, total) {expected}: {receipt}")
    sent.batches += 1
    sent.items += len(batch.items)
    sent.accepted += receipt["accepted"]
    sent.duplicates += receipt["duplicates"]
    sent.rejected += rejected
