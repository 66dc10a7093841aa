"""Services start, stop and die: in order, with one clear message, leaving no process behind."""

import contextlib
import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from emulators.cloud import processes
from emulators.cloud.config import HOST, OFFSETS
from tests.support import local_cloud
from tests.support.local_cloud import LocalCloud, eventually

BROKEN = "def main(:\n"
FUNCTION = """
from starlette.responses import PlainTextResponse

async def main(request):
    return PlainTextResponse({answer!r})
"""
MANIFEST = (local_cloud.FIXTURES / "functions/probe/function.yaml").read_text()


@pytest.fixture(scope="module")
def extra(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extra")
    write(folder, "changing", "one")
    return folder


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, extra: Path) -> Iterator[LocalCloud]:
    """A cloud that the tests of this file may break; the last of them kills it."""
    opened = local_cloud.running(tmp_path_factory.mktemp("own"), "--extra", str(extra))
    with opened as cloud:
        yield cloud


def write(folder: Path, name: str, answer: str, code: str | None = None) -> None:
    function = folder / "functions" / name
    function.mkdir(parents=True, exist_ok=True)
    (function / "main.py").write_text(code or FUNCTION.format(answer=answer))
    path = f"/test/{name.replace('_', '-')}"
    (function / "function.yaml").write_text(MANIFEST.replace("/test/probe", path))


def ask(cloud: LocalCloud, path: str = "/test/changing") -> str:
    return httpx.get(cloud.url + path, timeout=10).text


def children(cloud: LocalCloud) -> list[psutil.Process]:
    return psutil.Process(cloud.process.pid).children(recursive=True)


def test_the_edge_opens_after_everything_else_is_ready(own: LocalCloud) -> None:
    begun = {
        name: one["process"]["created"] for name, one in own.services().items() if one["process"]
    }
    assert set(begun) == {"mysql", "firestore", "objects", "functions", "pubsub", "edge"}
    assert max(begun, key=lambda name: begun[name]) == "edge"
    assert {"migrate", "mysql-files"} <= set(own.services())


def test_status_lists_every_service(own: LocalCloud) -> None:
    answer = own.command("status")
    assert answer.returncode == 0
    for name in own.cloud.ports:
        assert name in answer.stdout
    assert str(own.pid("edge")) in answer.stdout


def test_a_second_cloud_on_the_same_state_is_refused(own: LocalCloud) -> None:
    answer = own.command("up", "--ports", "auto")
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert "already runs with the state in" in answer.stderr
    assert ask(own) == "one"


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    base = _free_neighbours(len(OFFSETS))
    with socket.create_server((HOST, base)):
        answer = local_cloud.command(tmp_path, "up", "--no-seed", "--ports", str(base))
    assert answer.returncode == 1
    assert f"Port {base}, wanted for edge, cannot be used" in answer.stderr
    assert answer.stderr.count("\n") == 1


def _free_neighbours(count: int) -> int:
    """Return the first of `count` consecutive free ports."""
    for base in range(20000, 30000, count):
        with contextlib.ExitStack() as opened, contextlib.suppress(OSError):
            for port in range(base, base + count):
                opened.enter_context(socket.create_server((HOST, port)))
            return base
    raise AssertionError


def test_a_missing_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GCLOUD_SDK_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    answer = local_cloud.command(tmp_path, "up", "--no-seed", "--ports", "auto", "--only", "pubsub")
    if answer.stderr.startswith("Java"):
        pytest.skip("no Java on this path")
    assert answer.returncode == 1
    assert "gcloud components install pubsub-emulator" in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_an_unknown_service_is_named(tmp_path: Path) -> None:
    answer = local_cloud.command(tmp_path, "up", "--only", "postgres")
    assert "no service 'postgres'" in answer.stderr


def test_a_change_is_served_and_no_request_is_refused(own: LocalCloud, extra: Path) -> None:
    answers = set()

    def changed() -> bool:
        answers.add(ask(own))
        return "two" in answers

    write(extra, "changing", "two")
    eventually(changed, 20)
    assert answers <= {"one", "two"}


def test_a_function_that_cannot_be_imported_does_not_hurt_the_others(
    own: LocalCloud, extra: Path
) -> None:
    write(extra, "broken", "", code=BROKEN)
    answer = eventually(lambda: _problem(own, "/test/broken"), 60)
    assert answer["status"] == 500
    assert "SyntaxError" in str(answer["detail"])
    assert str(extra / "functions/broken") in own.cloud.log("functions").read_text()
    assert ask(own) == "two"
    write(extra, "broken", "fixed")
    eventually(lambda: ask(own, "/test/broken") == "fixed", 60)


def _problem(cloud: LocalCloud, path: str) -> dict[str, object]:
    answer = httpx.get(cloud.url + path, timeout=10)
    assert answer.status_code == 500, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_a_service_that_died_is_reported_and_restarted(own: LocalCloud) -> None:
    for name in ("pubsub", "mysql", "functions"):
        killed = own.pid(name)
        own.kill(name)
        own.wait_until_back(name, killed)
    output = (own.cloud.state / "up.out").read_text()
    for name in ("pubsub", "mysql", "functions"):
        assert f"{name} was killed by signal 9 (SIGKILL) and is started again" in output
    assert ask(own) == "two"


def test_without_functions_requests_are_503_and_pushes_are_paused(own: LocalCloud) -> None:
    before = _endpoints(own)
    assert any(before)
    with own.without("functions"):
        answer = httpx.get(own.url + "/test/changing", timeout=10)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
        assert not any(_endpoints(own))
    assert _endpoints(own) == before
    eventually(lambda: ask(own) == "two")


def _endpoints(cloud: LocalCloud) -> list[str]:
    path = f"/v1/projects/{cloud.cloud.project}/subscriptions"
    found = httpx.get(cloud.cloud.url("pubsub") + path).json()["subscriptions"]
    return sorted(one.get("pushConfig", {}).get("pushEndpoint", "") for one in found)


def test_a_supervisor_that_is_killed_leaves_nothing_behind(own: LocalCloud) -> None:
    left = children(own)
    assert len(left) >= 5
    os.kill(own.process.pid, signal.SIGKILL)
    own.process.wait()
    _, alive = psutil.wait_procs(left, timeout=30)
    assert not alive


def test_after_that_it_starts_again_and_stops_completely(own: LocalCloud, extra: Path) -> None:
    with local_cloud.running(own.cloud.state, "--extra", str(extra)) as again:
        assert "mysql-files" not in again.services()
        assert ask(again) == "two"
        left = children(again)
        again.process.send_signal(signal.SIGINT)
        assert again.process.wait(60) == 0
    assert not psutil.wait_procs(left, timeout=5)[1]
    assert not again.cloud.file.exists()


def test_a_detached_cloud_logs_why_it_ended(tmp_path: Path) -> None:
    words = ("--detach", "--only", "functions", "--ports", "auto", "--no-seed")
    assert local_cloud.command(tmp_path, "up", *words).returncode == 0
    file = tmp_path / "cloud.json"
    try:
        for _ in range(4):
            eventually(lambda: _killed(file), 60)
        eventually(lambda: not file.exists(), 60)
    finally:
        local_cloud.command(tmp_path, "down")
    log = (tmp_path / "logs/supervisor.log").read_text()
    assert "functions was killed by signal 9 (SIGKILL) again and again" in log.splitlines()[-1]
    assert "Traceback" not in log


def _killed(file: Path) -> bool:
    """Kill the functions host once it is ready; False until it is."""
    one = json.loads(file.read_text())["services"]["functions"]
    process = processes.find(one["process"]) if one["process"] else None
    if one["phase"] != "ready" or process is None:
        return False
    process.kill()
    process.wait()
    return True


def test_reset_deletes_the_state(own: LocalCloud) -> None:
    state = own.cloud.state
    own.token("ada")
    files = [state / name for name in ("relay.sqlite", "mysql.password", "issuer", "logs")]
    assert all(one.exists() for one in files)
    answer = local_cloud.command(state, "reset")
    assert answer.returncode == 0
    assert not any(one.exists() for one in files)
    assert local_cloud.command(state, "down").stdout == "No local cloud is running here.\n"
    assert "make run" in local_cloud.command(state, "status").stderr
