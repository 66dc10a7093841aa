"""A staging host restores its emulators' state, and every response says that it is emulated."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulators.cloud import google_emulators, processes, snapshots, wiring
from emulators.cloud.config import ROOT, Cloud, choose_ports
from emulators.staging import main
from shared.runtime import manifest
from tests.support.local_cloud import FIXTURES, LocalCloud, eventually

DOCUMENTS = "/v1/projects/demo-savepoint/databases/(default)/documents"
OWNER = {"Authorization": "Bearer owner"}


@pytest.fixture
def place(tmp_path: Path) -> Cloud:
    """A cloud without running services."""
    return Cloud(state=tmp_path, ports=choose_ports("auto"))


@contextmanager
def running(place: Cloud, service: str, command: list[str]) -> Iterator[None]:
    process = processes.spawn(command, place.log(service), {"PATH": "/usr/bin:/bin"})
    try:
        eventually(lambda: httpx.get(place.url(service)).is_success, 60, f"{service} runs")
        yield
    finally:
        processes.stop(process)


def test_documents_are_restored(place: Cloud) -> None:
    def ada() -> httpx.Response:
        return httpx.get(f"{place.url('firestore')}{DOCUMENTS}/players/ada", headers=OWNER)

    with running(place, "firestore", google_emulators.firestore_command(place)):
        snapshots.export_documents(place)  # of an empty database
        fields = {"name": {"stringValue": "Ada"}}
        where = f"{place.url('firestore')}{DOCUMENTS}/players?documentId=ada"
        httpx.post(where, json={"fields": fields}, headers=OWNER).raise_for_status()
        newest = snapshots.export_documents(place)
    assert list((place.state / "firestore").iterdir()) == [newest]
    with running(place, "firestore", google_emulators.firestore_command(place)):
        assert ada().status_code == 404
    command = [*google_emulators.firestore_command(place), *snapshots.import_options(place)]
    with running(place, "firestore", command):
        assert ada().json()["fields"] == fields


def test_an_interrupted_export_is_not_restored(place: Cloud) -> None:
    draft = place.state / "firestore/1.draft/firestore_export_1"
    draft.mkdir(parents=True)
    (draft / "firestore_export_1.overall_export_metadata").touch()
    assert snapshots.import_options(place) == []


@contextmanager
def consumer(place: Cloud) -> Iterator[list[Any]]:
    """Serve the functions' port; yield the messages that are pushed there."""
    pushed: list[Any] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            pushed.append(json.loads(body)["message"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    server = http.server.HTTPServer(("127.0.0.1", place.ports["functions"]), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield pushed
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_unacknowledged_messages_are_restored(place: Cloud) -> None:
    known = manifest.discover([FIXTURES])
    topic = f"{place.url('pubsub')}/v1/projects/{place.project}/topics/flaky-messages:publish"

    def publish(name: str) -> None:
        message = {"data": "e30=", "attributes": {"ce-id": name}}
        httpx.post(topic, json={"messages": [message]}).raise_for_status()

    def ids(pushed: list[Any]) -> list[str]:
        return [one["attributes"]["ce-id"] for one in pushed]

    with running(place, "pubsub", google_emulators.pubsub_command(place)):
        wiring.wire_pubsub(place, known)
        with consumer(place) as pushed:
            publish("done")
            eventually(lambda: ids(pushed) == ["done"], what="a message is pushed")
            wiring.pause_pushes(place, known)
        publish("kept")
        assert snapshots.save_messages(place, known) == 1
    with running(place, "pubsub", google_emulators.pubsub_command(place)):
        wiring.wire_pubsub(place, known)
        with consumer(place) as pushed:
            assert snapshots.restore_messages(place) == 1
            eventually(lambda: ids(pushed) == ["kept"], what="the message is restored")
            assert snapshots.restore_messages(place) == 0


def test_a_host_is_described_and_its_bundles_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def printed(*words: str) -> Any:
        assert main([*words, f"--state={tmp_path}", "--port=8080"]) == 0
        return json.loads(capsys.readouterr().out)

    describe = ("describe", "--public-url=https://staging.test")
    assert printed(*describe) == {"changed": True}
    assert printed(*describe) == {"changed": False}
    settings = (tmp_path / "functions.env").read_text()
    assert "PUBLIC_URL='https://staging.test'\n" in settings
    assert "FIRESTORE_EMULATOR_HOST='127.0.0.1:8082'\n" in settings
    assert (tmp_path / "functions.env").stat().st_mode & 0o077 == 0

    bundles = ("bundles", f"--into={tmp_path / 'bundles'}")
    first = printed(*bundles)
    assert first["changed"] is True
    assert printed(*bundles) == first | {"changed": False}
    assert {one["name"] for one in first["functions"]} == manifest.discover([ROOT]).keys()
    for one in first["functions"]:
        assert (tmp_path / "bundles" / one["name"] / one["hash"] / "main.py").exists()


@pytest.mark.parametrize("path", ["/test/probe", "/nothing", "/_local/health", "/_local/console/"])
def test_every_response_says_that_it_is_emulated(cloud: LocalCloud, path: str) -> None:
    answer = httpx.get(cloud.url + path)
    assert answer.headers.get_list("savepoint-environment") == ["emulated"]


def test_a_preflight_says_it_too(cloud: LocalCloud) -> None:
    headers = {"Origin": "https://example.com", "Access-Control-Request-Method": "GET"}
    response = httpx.options(f"{cloud.url}/nothing", headers=headers)
    assert response.headers["savepoint-environment"]
