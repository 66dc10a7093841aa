"""Failures are reported with their reason, and killed services come back."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support import local_cloud, windows
from tests.support.local_cloud import LocalCloud, eventually
from tests.support.windows import API, StreamEvent, Window

PROBE = local_cloud.FIXTURES / "functions/probe"


@pytest.fixture(scope="module")
def extra(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extra")
    add(folder, "probe")
    return folder


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, extra: Path) -> Iterator[LocalCloud]:
    """A local cloud that the tests of this file may break."""
    opened = local_cloud.running(tmp_path_factory.mktemp("own"), "--extra", str(extra))
    with opened as cloud:
        yield cloud


def add(folder: Path, name: str) -> Path:
    into = folder / "functions" / name
    shutil.copytree(PROBE, into)
    manifest = into / "function.yaml"
    manifest.write_text(manifest.read_text().replace("/test/probe", f"/test/{name}"))
    return into


def until(window: Window, field: str, wanted: Any) -> None:
    """Wait until a field of the health event satisfies `wanted`."""

    def found(event: StreamEvent) -> bool:
        return event.type == "health" and bool(wanted(event.data[field]))

    if not wanted(window.hello["health"][field]):
        window.wait(found, field)


def test_an_import_error_is_reported(own: LocalCloud, extra: Path) -> None:
    code = extra / "functions/probe/main.py"
    good = code.read_text()
    with windows.opened(own) as window:
        assert window.hello["health"]["failed"] == {}
        code.write_text("def main(:\n")
        until(window, "failed", lambda failed: "SyntaxError" in failed.get("probe", ""))
        code.write_text(good)
        window.wait(lambda event: event.type == "health" and event.data["failed"] == {})


def test_an_invalid_manifest_is_reported_and_the_edge_survives_it(
    own: LocalCloud, extra: Path
) -> None:
    bad = extra / "functions/bad"
    bad.mkdir()  # never a valid function: adding one restarts the edge, which ends the stream
    with windows.opened(own) as window:
        (bad / "function.yaml").write_text("description: [torn")
        until(window, "manifest_error", lambda error: error and str(bad) in error)
    killed = own.pid("edge")
    own.kill("edge")
    own.wait_until_back("edge", killed)
    assert httpx.get(own.url + "/test/probe").is_success
    shutil.rmtree(bad)
    eventually(lambda: hello(own)["health"]["manifest_error"] is None, 60)
    assert own.process.poll() is None


def hello(cloud: LocalCloud) -> dict[str, Any]:
    with windows.opened(cloud) as window:
        return window.hello


def test_a_service_can_be_killed_repeatedly(own: LocalCloud) -> None:
    for _ in range(5):
        killed = own.pid("pubsub")
        answer = httpx.post(f"{own.url}{API}/services/pubsub/kill")
        assert answer.json() == {"pid": killed}
        own.wait_until_back("pubsub", killed)
    assert own.process.poll() is None
