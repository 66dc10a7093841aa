"""A steady load of real requests that records every failure."""

import base64
import itertools
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from shared.domain.play.sessions import PlayedRun, PlayedSession, SessionsReported

WORKERS = 3
PAUSE_SECONDS = 0.01
Send = Callable[[httpx.Client], httpx.Response]


@dataclass
class Load:
    """Successful requests by kind, and all failures."""

    answered: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    rolled_up: list[str] = field(default_factory=list)

    def at_least(self, count: int) -> bool:
        return bool(self.answered) and min(self.answered.values()) >= count

    def send(self, client: httpx.Client, kind: str, send: Send) -> None:
        try:
            answer = send(client)
        except httpx.HTTPError as error:
            self.failed.append(f"{kind}: {error!r}")
            return
        if answer.status_code < 300:
            self.answered[kind] += 1
        else:
            self.failed.append(f"{kind}: {answer.status_code} {answer.text[:300]}")


@contextmanager
def running(addresses: Mapping[str, str], tokens: Mapping[str, str]) -> Iterator[Load]:
    """Send requests to the functions until the block ends."""
    load, stop = Load(), threading.Event()

    def work() -> None:
        with httpx.Client(timeout=20) as client:
            for kind, send in itertools.cycle(requests(addresses, tokens, load).items()):
                if stop.is_set():
                    return
                load.send(client, kind, send)
                time.sleep(PAUSE_SECONDS)

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for one in threads:
        one.start()
    try:
        yield load
    finally:
        stop.set()
        for one in threads:
            one.join()


def requests(
    addresses: Mapping[str, str], tokens: Mapping[str, str], load: Load
) -> dict[str, Send]:
    """Return the requests: reads of catalog and playtime, an operator's write, an event."""
    player = {"Authorization": f"Bearer {tokens['player']}"}
    admin = {"Authorization": f"Bearer {tokens['admin']}"}
    games, me = f"{addresses['catalog']}/v1/games", f"{addresses['playtime']}/v1/me/playtime"
    pause = f"{addresses['operations']}/v1/admin/consumers/attach_unlisted_games/pause"

    def search(client: httpx.Client) -> httpx.Response:
        # A different word each time, so that nothing is cached.
        return client.get(games, params={"q": uuid.uuid4().hex[:6]})

    def roll_up(client: httpx.Client) -> httpx.Response:
        uid = f"previous-{uuid.uuid4().hex}"
        answer = client.post(addresses["roll_up_sessions"], json=played(uid))
        if answer.is_success:
            load.rolled_up.append(uid)
        return answer

    return {
        "search": search,
        "playtime": lambda client: client.get(me, headers=player),
        "pause": lambda client: client.post(pause, headers=admin, json={"reason": "a rollout"}),
        "roll up": roll_up,
    }


def played(uid: str) -> dict[str, object]:
    """Return the push request for a report of ten minutes of play."""
    end = datetime.now(UTC) - timedelta(minutes=1)
    run = PlayedRun(start_at=end - timedelta(minutes=10), end_at=end, utc_offset_min=0)
    session = PlayedSession(game_key="7", session_id=uuid.uuid4().hex, runs=[run])
    reported = SessionsReported(uid=uid, received_at=datetime.now(UTC), sessions=[session])
    now = datetime.now(UTC).isoformat()
    attributes = {
        "ce-specversion": "1.0",
        "ce-id": uuid.uuid4().hex,
        "ce-type": SessionsReported.type,
        "ce-source": "//savepoint/tests",
        "ce-time": now,
    }
    data = base64.b64encode(json.dumps(reported.model_dump(mode="json")).encode()).decode()
    message = {
        "data": data,
        "attributes": attributes,
        "messageId": uuid.uuid4().hex,
        "publishTime": now,
    }
    return {"message": message, "subscription": "projects/tests/subscriptions/roll-up-sessions"}
