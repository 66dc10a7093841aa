"""What a bundle exports under production's command: before the response, and on shutdown."""

import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, insert

from scripts.bundling import bundle
from scripts.bundling.requirements import distributions, extras
from shared.runtime import clock, metrics, otlp, telemetry
from shared.schema.operations import projections
from shared.schema.play import player_stats
from tests.conftest import Player
from tests.scripts.bundling import otlp_receiver
from tests.scripts.bundling.otlp_receiver import Receiver
from tests.scripts.bundling.serving import FUNCTIONS, serving
from tests.support import site_packages
from tests.support.local_cloud import LocalCloud, eventually

Start = Callable[..., AbstractContextManager[str]]
SERVED = [FUNCTIONS["playtime"], FUNCTIONS["sweep_projections"]]
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"
NEVER, ALWAYS = "3600000", "0"
MANY = 20


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build")
    bundle.stage(SERVED, folder)
    return folder


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder per function with exactly its bundle's requirements."""
    folder = tmp_path_factory.mktemp("sites")
    return {
        one.name: site_packages.site(distributions(frozenset(extras(one))), folder / one.name)
        for one in SERVED
    }


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with otlp_receiver.serving() as made:
        yield made


@pytest.fixture
def start(staged: Path, sites: dict[str, Path], cloud: LocalCloud, receiver: Receiver) -> Start:
    """Run a bundle that exports to the receiver instead of Google."""
    settings = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url,
        "OTEL_TRACES_EXPORTER": "otlp",
        "TRACE_SAMPLE": "0",
        "OTEL_RESOURCE_ATTRIBUTES": "gcp.project_id=p,cloud.region=europe-west1",
    }

    def run(interval_ms: str, name: str = "playtime", **more: str) -> AbstractContextManager[str]:
        wanted = settings | {"OTEL_METRIC_EXPORT_INTERVAL": interval_ms} | more
        return serving(FUNCTIONS[name], staged, sites[name], cloud, **wanted)

    return run


@pytest.fixture
def ask(player: Callable[..., Player]) -> Iterator[Callable[..., httpx.Response]]:
    someone = player()

    def get(url: str, *, sampled: bool = False, trace: str = TRACE) -> httpx.Response:
        traceparent = f"00-{trace}-{PARENT}-{'01' if sampled else '00'}"
        headers = {**someone.headers, "traceparent": traceparent}
        return asking.get(f"{url}/v1/me/playtime", headers=headers)

    # The server closes an idle connection after two seconds, perhaps during the next request.
    each_its_own = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(timeout=30, limits=each_its_own) as asking:
        yield get


def log(staged: Path) -> str:
    file = staged / "playtime.log"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def counted(points: list[Any], **labels: str) -> list[int]:
    """Return the counts of a histogram's points with these labels."""
    found = []
    for point in points:
        attributes = {one.key: one.value.string_value for one in point.attributes}
        if labels.items() <= attributes.items():
            found.append(point.count)
    return found


def test_the_spans_of_a_sampled_request_are_exported_before_its_response(
    start: Start, receiver: Receiver, ask: Callable[..., httpx.Response], staged: Path
) -> None:
    with start(NEVER) as url:
        assert ask(url).is_success
        assert receiver.spans == []
        assert ask(url, sampled=True).is_success
        spans = list(receiver.spans)  # no waiting: they were exported before the response
    by_name = {span.name: span for span in spans}
    root = by_name["GET /v1/me/playtime"]
    assert (root.trace_id.hex(), root.parent_span_id.hex()) == (TRACE, PARENT)
    statement = by_name["SELECT"]
    assert statement.parent_span_id == root.span_id
    attributes = {one.key: one.value.string_value for one in statement.attributes}
    assert attributes["statement"].startswith("SELECT ")
    assert root.start_time_unix_nano <= statement.start_time_unix_nano
    assert statement.end_time_unix_nano <= root.end_time_unix_nano + 1_000_000
    assert '"kind":"sql"' not in log(staged), "exported spans are not logged too"


def test_the_spans_of_a_sampled_event_include_its_documents(
    start: Start, receiver: Receiver, sql: Connection, player: Callable[..., Player]
) -> None:
    uid, at = player().uid, clock.now()
    stats = {"uid": uid, "game_key": "7", "revision": 3, "play_ms": 5, "first_played_at": at}
    due = {"uid": uid, "kind": "stats", "item": "7", "revision": 3}
    with start(NEVER, "sweep_projections") as url:
        # Only now, because the readiness check fired the schedule.
        sql.execute(insert(player_stats).values(stats))
        sql.execute(insert(projections).values(**due, due_at=at - timedelta(minutes=5)))
        headers = {"x-cloudscheduler": "true", "traceparent": f"00-{TRACE}-{PARENT}-01"}
        assert httpx.post(f"{url}/", headers=headers, timeout=60).is_success
        spans = list(receiver.spans)
    (written,) = [
        span
        for span in spans
        for one in span.attributes
        if (span.name, one.value.string_value) == ("commit", f"players/{uid}/stats/7")
    ]
    root = next(span for span in spans if span.name == "sweep_projections ← schedule")
    assert (root.kind, root.parent_span_id.hex()) == (root.SPAN_KIND_CONSUMER, PARENT)
    assert (written.kind, written.parent_span_id) == (root.SPAN_KIND_CLIENT, root.span_id)


def test_metrics_are_exported_with_a_request_and_start_at_zero(
    start: Start, receiver: Receiver, ask: Callable[..., httpx.Response]
) -> None:
    where = {"function": "playtime", "kind": "http", "status": "2xx"}
    with start(ALWAYS) as url:
        for _ in range(3):
            assert ask(url).is_success
        found = counted(receiver.points(metrics.REQUEST), **where)
    assert found[0] == 0
    assert found[-1] == 3
    assert found == sorted(found)
    (resource,) = {tuple(sorted(one.items())) for one in receiver.resources}
    attributes = dict(resource)
    assert (attributes["service.name"], attributes["cloud.region"]) == ("playtime", "europe-west1")
    assert attributes["service.instance.id"]


def test_remaining_metrics_are_exported_when_the_instance_stops(
    start: Start, receiver: Receiver, ask: Callable[..., httpx.Response]
) -> None:
    with start(NEVER) as url:
        assert ask(url).is_success
        assert receiver.metrics == []
    assert max(counted(receiver.points(metrics.REQUEST), function="playtime", status="2xx")) == 1


@pytest.mark.parametrize("sampled", [True, False])
def test_a_failing_receiver_fails_no_request_and_loses_no_count(
    start: Start,
    receiver: Receiver,
    ask: Callable[..., httpx.Response],
    staged: Path,
    sampled: bool,
) -> None:
    with start(ALWAYS) as url:
        receiver.status = 503
        for _ in range(2):
            assert ask(url, sampled=sampled).is_success
        assert receiver.refused > 0
        assert "telemetry could not be exported" in log(staged)
        receiver.status = 200
        assert ask(url).is_success
        found = counted(receiver.points(metrics.REQUEST), function="playtime", status="2xx")
    assert found[-1] == 3


def send_concurrently(ask: Callable[..., httpx.Response], url: str, traces: list[str]) -> float:
    """Send a sampled request per trace, all at once; return the seconds until all responded."""
    with ThreadPoolExecutor(len(traces)) as threads:
        started = time.monotonic()
        found = list(threads.map(lambda one: ask(url, sampled=True, trace=one), traces))
        elapsed = time.monotonic() - started
    assert {one.status_code for one in found} == {200}
    return elapsed


def new_traces() -> list[str]:
    return [secrets.token_hex(16) for _ in range(MANY)]


def test_a_hanging_receiver_delays_requests_by_one_deadline_in_total(
    start: Start, ask: Callable[..., httpx.Response], staged: Path
) -> None:
    complaint = "telemetry could not be exported"
    before = log(staged).count(complaint)
    with (
        otlp_receiver.mute() as silent,
        start(NEVER, OTEL_EXPORTER_OTLP_ENDPOINT=silent) as url,
    ):
        first = send_concurrently(ask, url, new_traces())
        send_concurrently(ask, url, new_traces())
        tries = log(staged).count(complaint) - before
    usual = otlp.EXPORT_SECONDS  # longer than the requests take, shorter than one export attempt
    assert usual < first < telemetry.DEADLINE_SECONDS + usual
    assert tries == 1, "after a failure there is a pause"


def test_an_endless_response_delays_a_request_by_one_deadline(
    start: Start, ask: Callable[..., httpx.Response]
) -> None:
    with (
        otlp_receiver.endless() as endless,
        start(NEVER, OTEL_EXPORTER_OTLP_ENDPOINT=endless) as url,
    ):
        first = send_concurrently(ask, url, new_traces())
        again = send_concurrently(ask, url, new_traces())
        stopping = time.monotonic()
    assert telemetry.DEADLINE_SECONDS <= first < telemetry.DEADLINE_SECONDS + 1
    assert again < telemetry.DEADLINE_SECONDS
    assert time.monotonic() - stopping < 9, "the platform kills after ten seconds"


def test_spans_that_end_during_an_export_are_in_the_next_one(
    start: Start, receiver: Receiver, ask: Callable[..., httpx.Response]
) -> None:
    traces = new_traces()
    with start(NEVER) as url:
        send_concurrently(ask, url, traces)
        assert ask(url, sampled=True).is_success
        roots = [one for one in receiver.spans if one.name == "GET /v1/me/playtime"]
    assert sorted(one.trace_id.hex() for one in roots) == sorted([*traces, TRACE])


def test_the_last_export_keeps_the_interval(
    start: Start, receiver: Receiver, ask: Callable[..., httpx.Response]
) -> None:
    requests = 0

    def exported() -> bool:
        nonlocal requests
        requests += 1
        return ask(url).is_success and receiver.metrics != []

    with start("2000") as url:
        eventually(exported)
        assert ask(url).is_success
    found = [one for one in receiver.points(metrics.REQUEST) if counted([one], status="2xx")]
    assert found[-1].count == requests + 1
    assert found[-1].time_unix_nano - found[-2].time_unix_nano >= 2_000_000_000
