"""The console's actions: reporting play sessions for the player ada, and injecting failures."""

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
POISON = b"{ not a session"
TIMEOUT_SECONDS = 30
SHORT_TIMEOUT_SECONDS = 2

Json = dict[str, Any]
Functions = Mapping[str, Manifest]
_turns = itertools.count()
_titles: dict[str, str] = {}
"""The titles of ada's games by id, for use while the database is unavailable."""


def tokens(cloud: Cloud) -> Json:
    """Return a new ID token for each kind of caller."""
    return {
        "ada": mint(cloud, seed.ADA),
        "creator": mint(cloud, "creator", ["creator"]),
        "admin": mint(cloud, "admin", ["admin"]),
    }


def play(cloud: Cloud, minutes: int) -> Json:
    """Report a play session for ada that ends now; raise Conflict if ada has no games.

    Sessions can also be reported while the database is unavailable, to show that none is lost.
    """
    headers = {"Authorization": f"Bearer {mint(cloud, seed.ADA)}"}
    with httpx.Client(
        base_url=cloud.url("edge"), headers=headers, timeout=TIMEOUT_SECONDS, trust_env=False
    ) as client:
        game_id = _game(client, cloud)
        now = clock.now()
        start = (now - timedelta(minutes=minutes)).astimezone(seed.ZONE)
        items = seed.session(start, minutes, game_id)
        body = {"sent_at": now.isoformat(), "items": items}
        response = client.post("/v1/me/sessions:batch", json=body)
        _check(response)
        trace = tracing.parse(response.headers.get("traceparent"))
        return {
            "trace": trace[0] if trace else None,
            "receipt": response.json(),
            "game": {"game_id": game_id, "title": _title(client, game_id)},
        }


def _game(client: httpx.Client, cloud: Cloud) -> str:
    """Return the id of one of ada's games, choosing the next game on each call."""
    try:
        response = client.get("/v1/me/playtime", timeout=SHORT_TIMEOUT_SECONDS)
        _check(response)
        games = sorted({day["game_id"] for day in response.json()["items"] if day.get("game_id")})
    except (httpx.TransportError, errors.Unavailable):
        games = sorted(_titles) or _seeded(cloud)
    if not games:
        raise errors.Conflict("Ada has no games yet: run `python -m emulators seed`.")
    return str(games[next(_turns) % len(games)])


def _seeded(cloud: Cloud) -> list[str]:
    """Return the ids of the games in the example commands that `seed` saved."""
    file = cloud.state / "seed.txt"
    return re.findall(r"/v1/games/(\w+)", file.read_text())[:1] if file.exists() else []


def _title(client: httpx.Client, game_id: str) -> str:
    """Return a game's title, or its id if the catalog is unavailable."""
    with contextlib.suppress(httpx.TransportError):
        response = client.get(f"/v1/games/{game_id}", timeout=SHORT_TIMEOUT_SECONDS)
        if response.is_success:
            _titles[game_id] = str(response.json()["title"])
    return _titles.setdefault(game_id, game_id)


def _check(response: httpx.Response) -> None:
    if response.is_error:
        path, text = response.request.url.path, response.text[:300]
        raise errors.Unavailable(f"{path} returned {response.status_code}: {text}")


def poison(cloud: Cloud) -> Json:
    """Publish an unparsable message to the topic for reported sessions."""
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
    _check(_post(cloud.url("pubsub") + path, json={"messages": [message]}))
    return {"event_id": event_id}


def _post(url: str, **options: Any) -> httpx.Response:
    return httpx.post(url, **{"timeout": TIMEOUT_SECONDS, "trust_env": False} | options)


def scheduled(functions: Functions) -> Json:
    """List the triggers that run on a schedule."""
    found = [one for _, one in sorted(functions.items()) if one.schedule]
    return {"schedules": [{"name": one.name, "schedule": one.schedule} for one in found]}


def run(cloud: Cloud, functions: Functions, name: str) -> Json:
    """Run a scheduled trigger now; raise NotFound if it does not exist."""
    trigger = functions.get(name)
    if trigger is None or trigger.schedule is None:
        raise errors.NotFound(f"There is no scheduled trigger {name}.")
    address = environment(cloud)["CONSUMER_URL"]
    response = _post(**schedules.call(address, trigger, datetime.now(UTC)))
    return {"status": response.status_code, "text": response.text}


def kill(cloud: Cloud, name: str) -> Json:
    """Kill a service's process.

    Raises NotFound if there is no such service, and Conflict if its process is not running.
    """
    _, state = read(cloud.state)
    if name not in KILLABLE or name not in state["services"]:
        raise errors.NotFound(f"{name} cannot be killed; these can: {', '.join(KILLABLE)}.")
    recorded = state["services"][name]["process"]
    process = processes.find(recorded) if recorded else None
    if process is None:
        raise errors.Conflict(f"{name} is not running.")
    marker = cloud.kill_marker(name)
    marker.parent.mkdir(exist_ok=True)
    marker.write_text(str(process.pid))
    process.kill()
    return {"pid": process.pid}


def set_broken(cloud: Cloud, functions: Functions, name: str, *, broken: bool) -> Json:
    """Make a function return 500 without running its code, or restore the function.

    Raises NotFound.
    """
    flag = health.broken_folder(cloud.state) / name
    if name not in functions and name not in health.broken(cloud.state):
        raise errors.NotFound(f"There is no function {name}.")
    if broken:
        flag.parent.mkdir(exist_ok=True)
        flag.touch()
    else:
        flag.unlink(missing_ok=True)
    return {"broken": health.broken(cloud.state)}
