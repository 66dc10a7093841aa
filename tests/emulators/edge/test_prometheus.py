"""Every metric, read from the Prometheus endpoint before and after a real cause."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Connection, insert

from emulators.edge import prometheus
from shared.domain import metrics as product
from shared.domain.metrics import ROLL_UP_SIZE
from shared.domain.tools.download_counts import DownloadGranted
from shared.runtime import clock, messages, metrics
from shared.schema.operations import outbox, projections
from shared.schema.play import player_stats
from tests.conftest import Player
from tests.support import playing, publishing
from tests.support.local_cloud import LocalCloud, eventually

Players = Callable[..., Player]


class Endpoint:
    """The Prometheus endpoint of a local cloud."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud

    def read(self, name: str, **labels: str) -> list[float]:
        """Return a sample's values with these labels, one per instance."""
        text = httpx.get(f"{self.cloud.url}{prometheus.METRICS}").raise_for_status().text
        return [
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]

    def fresh(self, name: str, **labels: str) -> list[float]:
        """Read after another request, which exports what was measured since the last one."""
        httpx.head(f"{self.cloud.url}/v1/detection/nothing-here")
        return self.read(name, **labels)

    def grows(
        self, by: float, act: Callable[[], Any], name: str, part: str = "", **labels: str
    ) -> None:
        """Call `act`, and check that a total grows by exactly this much."""
        self.fresh(name)  # exports what happened before
        before = sum(self.read(name + part, **labels))
        act()
        eventually(
            lambda: sum(self.fresh(name + part, **labels)) != before, 30, f"{name} did not grow"
        )
        assert sum(self.read(name + part, **labels)) - before == by


@pytest.fixture
def endpoint(cloud: LocalCloud) -> Endpoint:
    return Endpoint(cloud)


@pytest.fixture
def downloaded(cloud: LocalCloud, sql: Connection) -> Callable[[], None]:
    """Return a function that publishes the same download and rolls it up."""
    tool_id = publishing.tool(sql, publishing.game(sql))
    version_id = publishing.version(sql, tool_id, "1.0.0")
    granted = DownloadGranted(
        download_id=str(uuid.uuid4()),
        tool_id=str(tool_id),
        version_id=str(version_id),
        granted_at=clock.now(),
    )

    def tell() -> None:
        messages.publish(granted, event_id=granted.download_id)
        assert cloud.fire("roll_up_downloads").status_code == httpx.codes.NO_CONTENT

    return tell


def test_a_request_is_counted_and_timed(
    endpoint: Endpoint, client: httpx.Client, player: Players
) -> None:
    someone, here = player(), {"function": "playtime", "kind": "http"}

    def ask() -> None:
        assert client.get("/v1/me/playtime", headers=someone.headers).status_code == httpx.codes.OK

    endpoint.grows(1, ask, metrics.REQUEST, "_count", status="2xx", **here)
    endpoint.grows(1, ask, metrics.REQUEST, "_bucket", status="2xx", le="+Inf", **here)
    endpoint.grows(
        1, lambda: client.get("/v1/me/playtime"), metrics.REQUEST, "_count", status="4xx", **here
    )
    endpoint.grows(1, ask, metrics.POOL_WAIT, "_count", function="playtime")
    assert 0 < sum(endpoint.read(f"{metrics.REQUEST}_sum", function="playtime")) < 10


def test_an_event_is_counted_as_a_request(endpoint: Endpoint, cloud: LocalCloud) -> None:
    where = {"function": "flaky_message", "kind": "message", "status": "2xx"}
    body = json.dumps({"key": uuid.uuid4().hex}).encode()
    endpoint.grows(
        1, lambda: cloud.publish("flaky-messages", body), metrics.REQUEST, "_count", **where
    )


def test_cache_hits_are_counted(endpoint: Endpoint, client: httpx.Client, sql: Connection) -> None:
    game_id = publishing.game(sql)

    def ask() -> None:
        assert client.get(f"/v1/games/{game_id}").status_code == httpx.codes.OK

    endpoint.grows(1, ask, metrics.CACHE_READS, function="catalog", result="miss")
    endpoint.grows(1, ask, metrics.CACHE_READS, function="catalog", result="hit")


def test_a_repeated_event_is_a_duplicate(
    endpoint: Endpoint, downloaded: Callable[[], None]
) -> None:
    here = {"function": "roll_up_downloads"}
    endpoint.grows(1, downloaded, ROLL_UP_SIZE, "_count", **here)
    endpoint.grows(1, downloaded, metrics.INBOX_DUPLICATES, **here)


def test_the_size_of_a_roll_up_is_counted(
    endpoint: Endpoint, client: httpx.Client, player: Players
) -> None:
    reports = playing.session(playing.now() - timedelta(hours=1), 20)

    def report() -> None:
        assert playing.send(client, player().headers, reports)["accepted"] == len(reports)

    endpoint.grows(
        1,
        report,
        ROLL_UP_SIZE,
        "_count",
        function="roll_up_sessions",
    )


def test_an_event_that_is_given_up_is_a_dead_letter(endpoint: Endpoint, cloud: LocalCloud) -> None:
    body = json.dumps({"key": uuid.uuid4().hex, "fails": "hopeless"}).encode()
    endpoint.grows(
        1,
        lambda: cloud.publish("flaky-messages", body),
        metrics.DEAD_LETTERS,
        function="flaky_message",
        code="told_so",
    )


def test_a_failed_attempt_is_counted(endpoint: Endpoint, cloud: LocalCloud, firestore: Any) -> None:
    key = uuid.uuid4().hex
    firestore.document(f"broken/{key}").set({})
    before = sum(endpoint.read(metrics.EVENTS_FAILED, function="flaky_message"))
    body = json.dumps({"key": key, "fails": "while_broken"}).encode()
    cloud.publish("flaky-messages", body)
    eventually(
        lambda: sum(endpoint.fresh(metrics.EVENTS_FAILED, function="flaky_message")) > before
    )
    firestore.document(f"broken/{key}").delete()


def test_the_lag_of_the_outbox_is_shown(
    endpoint: Endpoint, cloud: LocalCloud, sql: Connection
) -> None:
    key = str(uuid.uuid4())
    row = {
        "event_id": key,
        "topic": "flaky-messages",
        "attributes": json.dumps({"ce-id": key}),
        "body": json.dumps({"key": key}),
        "created_at": clock.now() - timedelta(minutes=5),
    }
    cloud.fire("relay_outbox")  # publishes what other tests left
    sql.execute(insert(outbox).values(**row))
    endpoint.grows(1, lambda: cloud.fire("relay_outbox"), metrics.OUTBOX_RELAYED)
    eventually(lambda: 300 <= max(endpoint.fresh(metrics.OUTBOX_LAG)) < 600)
    cloud.fire("relay_outbox")
    eventually(lambda: max(endpoint.fresh(metrics.OUTBOX_LAG)) < 1)


def test_the_lag_of_projections_is_shown(
    endpoint: Endpoint, cloud: LocalCloud, sql: Connection, player: Players
) -> None:
    def owe() -> None:
        uid = player().uid
        stats = {"uid": uid, "game_key": "7", "revision": 3, "play_ms": 5}
        due = {"uid": uid, "kind": "stats", "item": "7", "revision": 3}
        at = clock.now()
        sql.execute(insert(player_stats).values(**stats, first_played_at=at))
        sql.execute(insert(projections).values(**due, due_at=at - timedelta(minutes=5)))
        assert cloud.fire("sweep_projections").is_success

    endpoint.grows(1, owe, metrics.PROJECTIONS_SWEPT, kind="stats")
    endpoint.grows(1, owe, metrics.PROJECTIONS_WRITTEN, kind="stats", function="sweep_projections")
    eventually(lambda: 300 <= max(endpoint.fresh(metrics.PROJECTION_LAG, kind="stats")) < 600)
    cloud.fire("sweep_projections")
    eventually(lambda: max(endpoint.fresh(metrics.PROJECTION_LAG, kind="stats")) < 1)


def test_only_listed_metrics_are_shown(
    endpoint: Endpoint,
) -> None:
    text = httpx.get(f"{endpoint.cloud.url}{prometheus.METRICS}").text
    for family in text_string_to_metric_families(text):
        listed = metrics.INSTRUMENTS.get(family.name) or metrics.INSTRUMENTS[f"{family.name}_total"]
        for sample in family.samples:
            assert sample.labels.keys() - {"le"} == {"instance", "function", *listed.labels}


def test_every_exported_metric_is_tested_above() -> None:
    above = Path(__file__).read_text(encoding="utf-8")
    exported = {name for name, one in metrics.INSTRUMENTS.items() if one.kind != "line"}
    known = {**vars(metrics), **vars(product)}
    names = {name for name, value in known.items() if str(value) in exported}
    assert {name for name in names if name not in above} == set()


@pytest.mark.parametrize(
    ("content_type", "body"), [("text/plain", b""), (prometheus.PROTOBUF, b"\xff\xff\xff")]
)
def test_a_body_that_is_not_an_export_is_refused(
    cloud: LocalCloud, content_type: str, body: bytes
) -> None:
    url = f"{cloud.url}{prometheus.OTLP}/v1/metrics"
    answer = httpx.post(url, content=body, headers={"content-type": content_type})
    assert answer.status_code == httpx.codes.BAD_REQUEST
