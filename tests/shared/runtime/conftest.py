"""Fixtures for the runtime: emulators behind proxies, and a project per test."""

import json
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from emulators.cloud import google_emulators, processes
from emulators.cloud.config import HOST, Cloud, choose_ports
from shared.runtime import documents, identity, logs, messages, metrics, settings, sql, tracing
from shared.runtime.events import deadletters, pull
from tests.shared.runtime.issuer import Issuer, serving
from tests.shared.runtime.private_rows import PrivateRows
from tests.shared.runtime.proxies import Proxy, proxy
from tests.support.engines import disconnect

READY_SECONDS = 60
Lines = Callable[[], list[dict[str, Any]]]


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Poll until the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not become true"
        time.sleep(0.02)


def within(seconds: float, call: Callable[[], object]) -> None:
    """Call and raise what it raises; fail if it takes too long, even if it never returns."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as error:  # noqa: BLE001  raised again in the test
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), "it took too long"
    for error in raised:
        raise error


def total(name: str, *labels: str) -> float:
    """Return the sum this test recorded for a metric with these labels."""
    found = metrics.snapshot().items()
    return sum(one.value for (known, _, given), one in found if (known, given) == (name, labels))


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=1).is_success
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="session")
def emulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The Firestore and Pub/Sub emulators for this session, without subscriptions or triggers."""
    cloud = Cloud(state=tmp_path_factory.mktemp("emulators"), ports=choose_ports("auto"))
    started = [
        processes.spawn(command(cloud), cloud.log(name), os.environ)
        for name, command in (
            ("firestore", google_emulators.firestore_command),
            ("pubsub", google_emulators.pubsub_command),
        )
    ]
    try:
        for name in ("firestore", "pubsub"):
            wait_until(partial(_answers, cloud.url(name)), READY_SECONDS)
        yield cloud
    finally:
        for process in started:
            processes.stop(process)


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A project for this test only, so that it sees no other documents or topics."""
    name = f"demo-{uuid.uuid4().hex[:12]}"
    for setting in ("K_SERVICE", "SQL_INSTANCE"):
        monkeypatch.delenv(setting, raising=False)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", name)
    monkeypatch.setenv("PUBLIC_URL", "https://api.example")
    monkeypatch.setenv("TRUSTED_ISSUERS", "[]")
    monkeypatch.setenv("TRACE_SAMPLE", "1")
    settings.reset()
    yield name
    settings.reset()


@pytest.fixture
def firestore(emulators: Cloud, project: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """The proxy through which `shared.runtime.documents` reaches the emulator."""
    with proxy(HOST, emulators.ports["firestore"]) as made:
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", f"{HOST}:{made.port}")
        monkeypatch.setattr(documents, "_client", None)
        yield made


class PubSub:
    """The topics of the test's project, and the messages that arrived on them."""

    def __init__(self, cloud: Cloud, project: str, proxy: Proxy) -> None:
        self.proxy = proxy
        self._base = f"{cloud.url('pubsub')}/v1/projects/{project}"
        self._project = project

    def topic(self, name: str, subscription: str = "") -> None:
        """Create a topic and a subscription, by default of the same name, that keeps messages."""
        httpx.put(f"{self._base}/topics/{name}")
        body = {"topic": f"projects/{self._project}/topics/{name}", "ackDeadlineSeconds": 60}
        path = f"{self._base}/subscriptions/{subscription or name}"
        httpx.put(path, json=body).raise_for_status()

    def received(self, name: str) -> list[dict[str, Any]]:
        """Pull and acknowledge the messages that wait now, possibly none."""
        path = f"{self._base}/subscriptions/{name}"
        body = {"maxMessages": 1000, "returnImmediately": True}
        answer = httpx.post(f"{path}:pull", json=body, timeout=10).raise_for_status()
        found: list[dict[str, Any]] = answer.json().get("receivedMessages", [])
        if found:
            ids = {"ackIds": [one["ackId"] for one in found]}
            httpx.post(f"{path}:acknowledge", json=ids).raise_for_status()
        return [one["message"] for one in found]


@pytest.fixture
def pubsub(emulators: Cloud, project: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[PubSub]:
    """Pub/Sub, which `shared.runtime.messages` reaches through the proxy."""
    with proxy(HOST, emulators.ports["pubsub"]) as made:
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", f"{HOST}:{made.port}")
        for module in (messages, pull):
            monkeypatch.setattr(module, "_client", None)
        yield PubSub(emulators, project, made)


@pytest.fixture
def own_rows(runtime_sql: str) -> Iterator[PrivateRows]:
    """Rows in the database that belong to this test."""
    made = PrivateRows(f"t{uuid.uuid4().hex[:20]}", runtime_sql)
    yield made
    made.execute(f"DELETE FROM inbox WHERE consumer = '{made.name}'")


@pytest.fixture
def sql_proxy(runtime_sql: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """The proxy through which `shared.runtime.sql` reaches the engine."""
    parts = urlsplit(runtime_sql)
    with proxy(HOST, parts.port or 3306) as made:
        through = parts._replace(netloc=f"root:@{HOST}:{made.port}").geturl()
        monkeypatch.setenv("SQL_URL", through)
        options = sql._options()  # without TLS, so that the proxy can read statements
        monkeypatch.setattr(sql, "_options", lambda: {**options, "ssl_disabled": True})
        disconnect()
        yield made
        disconnect()


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch, project: str) -> Iterator[Issuer]:
    """A trusted issuer whose keys have not been fetched yet."""
    for name in ("_keys", "_fetched_at", "_fetching"):
        monkeypatch.setattr(identity, name, {})
    monkeypatch.setattr(identity, "_verified", type(identity._verified)())
    with serving() as made:
        monkeypatch.setenv("TRUSTED_ISSUERS", made.setting())
        settings.reset()
        yield made


@pytest.fixture(autouse=True)
def untraced() -> Iterator[None]:
    """Reset the trace, so that no test continues that of the previous one."""
    yield
    tracing._current.set(None)
    logs.context.set({})


@pytest.fixture(autouse=True)
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_series", {})


@pytest.fixture(autouse=True)
def unpaused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadletters, "_paused", {})


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """Return the log lines since the last call, each of which must be one JSON object."""

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return read
