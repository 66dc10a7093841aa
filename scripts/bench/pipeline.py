"""(d) Measures the CPU time that each part of the pipeline spends on fifty session events."""

import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from emulators.edge import issuer
from scripts.bench import cpu, load, probe, roll_up_floor, servers, session_reports
from scripts.bench.cold_start import JSON, push
from scripts.bench.figures import Line, Section, median, microseconds
from scripts.bench.servers import Recording, Server, Wanted
from scripts.bench.stores import Stores, topic_path
from shared.runtime import clock

PLAYERS, EVENINGS, WARM_EVENINGS = 150, 5, 1
CONNECTIONS = 4
PATIENCE_SECONDS = 30.0
PATH = "/v1/me/sessions:batch"
TOPIC, SUBSCRIPTION = "sessions-reported", "bench-roll-up"
STORES = ("mysql", "pubsub", "firestore")
OWN_AT_MOST = 1500.0
PEER = 6097.0
_PLAYERS = [f"bench-player-{number}" for number in range(PLAYERS)]


Spent = dict[str, float]
"""CPU seconds by part, in display order."""

PARTS = {
    "function sessions: own code": "two edges; 50 events are parsed twice and encoded once",
    "  publish RPC": "gRPC and Google's client",
    "trigger roll_up_sessions: own code": "",
    "  SQL, client side": "SQLAlchemy Core and PyMySQL",
    "  Firestore RPC, two commits": "Google's client",
    "database": "",
    "Pub/Sub emulator (Google's servers)": "",
    "Firestore emulator (Google's servers)": "",
}
REPORT, PUBLISH, ROLL_UP, SQL, COMMIT, DATABASE, *GOOGLE = PARTS


@dataclass(frozen=True)
class Pipeline:
    """The components that process the events."""

    stores: Stores
    sessions: Server
    roll_up: Server
    recordings: dict[str, Recording]

    def spent(self) -> Spent:
        """Return the CPU time that each part has used so far."""
        python, grpc = _threads(self.sessions)
        calls = probe.read(self.recordings["sessions"].counters)
        found = {REPORT: python - calls["publish"], PUBLISH: calls["publish"] + grpc}
        python, grpc = _threads(self.roll_up)
        calls = probe.read(self.recordings["roll_up_sessions"].counters)
        found[ROLL_UP] = python - calls["sql"] - calls["firestore"]
        found[SQL] = calls["sql"]
        found[COMMIT] = calls["firestore"] + grpc
        used = [self.stores.used(name) for name in STORES]
        return found | dict(zip([DATABASE, *GOOGLE], used, strict=True))


def measure(stores: Stores) -> Section:
    """Measure the whole pipeline, then the roll-up alone."""
    section = Section(
        f"(d) {session_reports.EVENTS} session events through function, message, roll-up, "
        "projection",
        f"CPU of one batch of two sessions in two games: the median of {EVENINGS} rounds (the "
        f"best). A round is {PLAYERS} batches over {CONNECTIONS} connections to the function, then "
        "their messages to the trigger. Own code is everything except calls of publisher, SQL and "
        "Firestore, by thread CPU clocks; it includes the HTTP server and the framework.",
    )
    tokens = [issuer.mint(stores.cloud, player) for player in _PLAYERS]
    with contextlib.ExitStack() as stack:
        client = stack.enter_context(_subscribed(stores))
        pipeline = stack.enter_context(_started(stores))
        _pull(client, 1)  # discard the message of the first request
        rounds = []
        for evening in reversed(range(EVENINGS + WARM_EVENINGS)):
            stores.progress(f"session events, {evening} evenings ago")
            before = pipeline.spent()
            _report(tokens, pipeline.sessions, evening)
            _deliver(_pull(client, PLAYERS), pipeline.roll_up)
            after = pipeline.spent()
            if evening < EVENINGS:
                rounds.append({part: (after[part] - before[part]) / PLAYERS for part in after})
    section.lines += _lines(rounds)
    stores.progress("the roll-up beside its statements")
    section.lines.append(roll_up_floor.compare(stores))
    return section


@contextlib.contextmanager
def _subscribed(stores: Stores) -> Iterator[httpx.Client]:
    """Subscribe to the topic; yield an HTTP client for the subscription API."""
    cloud = stores.cloud
    topic = topic_path(cloud, TOPIC).removeprefix("/v1/")
    base = f"{cloud.url('pubsub')}/v1/projects/{cloud.project}/subscriptions/"
    with httpx.Client(base_url=base, timeout=10) as client:
        body = {"topic": topic, "ackDeadlineSeconds": 600}
        client.put(SUBSCRIPTION, json=body).raise_for_status()
        yield client
        client.delete(SUBSCRIPTION).raise_for_status()


@contextlib.contextmanager
def _started(stores: Stores) -> Iterator[Pipeline]:
    """Start the function and the trigger with the CPU probe."""
    player = {"Authorization": f"Bearer {issuer.mint(stores.cloud, 'bench-warm')}"}
    body = session_reports.batch("bench-warm", 0, clock.now())
    requests = {
        "sessions": (PATH, body, player),
        "roll_up_sessions": ("/", push("roll_up_sessions"), JSON),
    }
    recordings = {name: Recording(stores.logs / f"probe-{name}") for name in requests}
    with contextlib.ExitStack() as stack:
        started = {}
        for name, request in requests.items():
            wanted = Wanted(name, stores.build / name, stores.settings(), *request)
            probed = wanted.probed(recordings[name])
            started[name] = stack.enter_context(servers.running(probed, stores.logs))
        yield Pipeline(stores, started["sessions"], started["roll_up_sessions"], recordings)


def _report(tokens: list[str], sessions: Server, evening: int) -> None:
    """Report every player's sessions of one evening, `evening` days ago."""
    now = clock.now()
    requests = []
    for player, token in zip(_PLAYERS, tokens, strict=True):
        body = session_reports.batch(player, evening, now)
        requests.append(load.request("POST", PATH, body, {"Authorization": f"Bearer {token}"}))
    load.run(sessions.port, requests, connections=CONNECTIONS, most=len(requests))


def _pull(client: httpx.Client, count: int) -> list[dict[str, object]]:
    """Return the next `count` messages; raise TimeoutError if some do not arrive in time."""
    found: list[dict[str, object]] = []
    until = time.monotonic() + PATIENCE_SECONDS
    while len(found) < count:
        if time.monotonic() > until:
            raise TimeoutError(f"{count - len(found)} of {count} messages did not arrive")
        body = {"maxMessages": count - len(found)}
        response = client.post(f"/{SUBSCRIPTION}:pull", json=body).raise_for_status()
        found += [one["message"] for one in response.json().get("receivedMessages", [])]
    return found


def _deliver(messages: list[dict[str, object]], roll_up: Server) -> None:
    """Post messages to the trigger as a push subscription would."""
    bodies = [json.dumps({"message": one, "subscription": SUBSCRIPTION}) for one in messages]
    requests = [load.request("POST", "/", body.encode(), JSON) for body in bodies]
    load.run(roll_up.port, requests, connections=CONNECTIONS, most=len(requests))


def _threads(server: Server) -> tuple[float, float]:
    """Return the CPU seconds used by a function's Python threads and by its gRPC threads."""
    python = grpc = 0.0
    for pid in server.pids():
        threads = cpu.threads(pid)
        own = next(name for name, thread in threads if thread == pid)
        for (name, _), seconds in threads.items():
            if name == own:
                python += seconds
            else:
                grpc += seconds
    return python, grpc


def _lines(rounds: list[Spent]) -> list[Line]:
    def figure(*parts: str) -> tuple[float, str]:
        sums = [sum(spent[part] for part in parts) for spent in rounds]
        return median(sums), f"{microseconds(median(sums))} ({min(sums) * 1e6:,.0f})"

    own, shown = figure(REPORT, ROLL_UP)
    ours, all_shown = figure(*(part for part in PARTS if part not in GOOGLE))
    return [
        *(Line(part, figure(part)[1], limit=limit) for part, limit in PARTS.items()),
        Line("own code of both", shown, at_most=OWN_AT_MOST, value=own * 1e6, unit=" µs"),
        Line(
            "functions and database ÷ peer (50 rows in PostgreSQL)",
            all_shown,
            f"{PEER:,.0f} µs",
            ours * 1e6 / PEER,
        ),
    ]
