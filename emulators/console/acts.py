"""What the console can do to the local cloud: let ada play, and break things on purpose."""

import base64
import contextlib
import itertools
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from emulators.cloud import processes, seed
from emulators.cloud.config import Cloud, environment, read
from emulators.console import health
from emulators.edge import schedules
from emulators.edge.issuer import mint
from shared.domain.play.sessions import SessionsReported
from shared.runtime import clock, errors, tracing
from shared.runtime.manifest import Manifest

KILLABLE = ("mysql", "firestore", "pubsub", "objects", "functions")
POISON = b"{ this is no session"
PATIENCE_SECONDS = 30
PROMPT_SECONDS = 2

Json = dict[str, Any]
Functions = Mapping[str, Manifest]
_turns = itertools.count()
_titles: dict[str, str] = {}
"""The games that ada played from here, which are known while the database is away."""


def tokens(cloud: Cloud) -> Json:
    """Return a fresh token for each kind of caller."""
    return {
        "ada": mint(cloud, seed.ADA),
        "creator": mint(cloud, "creator", ["creator"]),
        "admin": mint(cloud, "admin", ["admin"]),
    }


def play(cloud: Cloud, minutes: int) -> Json:
    """Let ada play one of her games until now; raise Conflict when she has none.

    Works while the database is away too: that her play is not lost then is what one wants to see.
    """
    headers = {"Authorization": f"Bearer {mint(cloud, seed.ADA)}"}
    with httpx.Client(
        base_url=cloud.url("edge"), headers=headers, timeout=PATIENCE_SECONDS, trust_env=False
    ) as client:
        game_id = _game(client, cloud)
        now = clock.now()
        start = (now - timedelta(minutes=minutes)).astimezone(seed.ZONE)
        items = seed.session(start, minutes, game_id)
        body = {"sent_at": now.isoformat(), "items": items}
        answer = client.post("/v1/me/sessions:batch", json=body)
        _expected(answer)
        trace = tracing.parse(answer.headers.get("traceparent"))
        return {
            "trace": trace[0] if trace else None,
            "receipt": answer.json(),
            "game": {"game_id": game_id, "title": _title(client, game_id)},
        }


def _game(client: httpx.Client, cloud: Cloud) -> str:
    """Return one of ada's games, another one each time."""
    try:
        answer = client.get("/v1/me/playtime", timeout=PROMPT_SECONDS)
        _expected(answer)
        known = sorted({one["game_id"] for one in answer.json()["items"] if one.get("game_id")})
    except (httpx.TransportError, errors.Unavailable):
        known = sorted(_titles) or _seeded(cloud)
    if not known:
        raise errors.Conflict("Ada has no game yet: run `python -m emulators seed`.")
    return str(known[next(_turns) % len(known)])


def _seeded(cloud: Cloud) -> list[str]:
    """Return the game in the lines that the seed left."""
    file = cloud.state / "seed.txt"
    return re.findall(r"/v1/games/(\w+)", file.read_text())[:1] if file.exists() else []


def _title(client: httpx.Client, game_id: str) -> str:
    """Return a game's title, or its id where the catalog does not say."""
    with contextlib.suppress(httpx.TransportError):
        answer = client.get(f"/v1/games/{game_id}", timeout=PROMPT_SECONDS)
        if answer.is_success:
            _titles[game_id] = str(answer.json()["title"])
    return _titles.setdefault(game_id, game_id)


def _expected(answer: httpx.Response) -> None:
    if answer.is_error:
        said = f"{answer.request.url.path} answered {answer.status_code}: {answer.text[:300]}"
        raise errors.Unavailable(said)


def poison(cloud: Cloud) -> Json:
    """Send a message that nobody can read where sessions are reported."""
    event_id = f"poison-{uuid.uuid4()}"
    attributes = {
        "ce-specversion": "1.0",
        "ce-id": event_id,
        "ce-type": SessionsReported.type,
        "ce-source": "//savepoint/console",
        "ce-time": clock.rfc3339(clock.now()),
        "content-type": "application/json",
    }
    message = {"data": base64.b64encode(POISON).decode(), "attributes": attributes}
    path = f"/v1/projects/{cloud.project}/topics/{SessionsReported.topic}:publish"
    _expected(_post(cloud.url("pubsub") + path, json={"messages": [message]}))
    return {"event_id": event_id}


def _post(url: str, **options: Any) -> httpx.Response:
    return httpx.post(url, **{"timeout": PATIENCE_SECONDS, "trust_env": False} | options)


def scheduled(functions: Functions) -> Json:
    """List what the clock starts."""
    timed = [one for _, one in sorted(functions.items()) if one.schedule]
    return {"schedules": [{"name": one.name, "schedule": one.schedule} for one in timed]}


def run(cloud: Cloud, functions: Functions, name: str) -> Json:
    """Run a schedule now, as the clock would; raise NotFound."""
    wanted = functions.get(name)
    if wanted is None or wanted.schedule is None:
        raise errors.NotFound(f"No trigger {name} has a schedule.")
    address = environment(cloud)["CONSUMER_URL"]
    answer = _post(**schedules.call(address, wanted, datetime.now(UTC)))
    return {"status": answer.status_code, "text": answer.text}


def kill(cloud: Cloud, name: str) -> Json:
    """Kill a service's process with -9; raise NotFound, or Conflict when it is not running."""
    _, found = read(cloud.state)
    if name not in KILLABLE or name not in found["services"]:
        raise errors.NotFound(f"No service {name} can be killed; {', '.join(KILLABLE)} can.")
    written = found["services"][name]["process"]
    process = processes.find(written) if written else None
    if process is None:
        raise errors.Conflict(f"{name} is not running now.")
    mark = cloud.kill_marker(name)
    mark.parent.mkdir(exist_ok=True)
    mark.write_text(str(process.pid))
    process.kill()
    return {"pid": process.pid}


def mark(cloud: Cloud, functions: Functions, name: str, *, broken: bool) -> Json:
    """Let a function answer 500 before its code runs, or mend it; raise NotFound."""
    flag = health.folder(cloud.state) / name
    if name not in functions and name not in health.broken(cloud.state):
        raise errors.NotFound(f"There is no function {name}.")
    if broken:
        flag.parent.mkdir(exist_ok=True)
        flag.touch()
    else:
        flag.unlink(missing_ok=True)
    return {"broken": health.broken(cloud.state)}
