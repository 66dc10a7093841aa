"""The supervisor starts services after those they need, and stops them in reverse."""

import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from emulators.cloud.config import Cloud, CloudError, choose_ports
from emulators.cloud.services import Service
from emulators.cloud.supervisor import Supervisor

PART = """
import signal, sys, time
diary, name, code = sys.argv[1:4]
def note(what):
    with open(diary, "a") as out:
        out.write(f"{what} {name}\\n")
def stop(*_):
    note("stopped")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
note("started")
if code:
    sys.exit(int(code))
while True:
    time.sleep(60)
"""


def diary(cloud: Cloud) -> list[str]:
    file = cloud.state / "diary"
    return file.read_text().splitlines() if file.exists() else []


def part(name: str, *needs: str, code: str = "", once: bool = False) -> Service:
    def command(cloud: Cloud) -> list[str]:
        return [sys.executable, "-c", PART, str(cloud.state / "diary"), name, code]

    def ready(cloud: Cloud) -> bool:
        return not code and f"started {name}" in diary(cloud)

    return Service(name, needs, command, ready=ready, once=once)


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    return Cloud(
        tmp_path / "state",
        ports=choose_ports("auto"),
        roots=(),
        sql_url="mysql://u:p@127.0.0.1:1/d",
    )


def run(cloud: Cloud, services: list[Service], then: Callable[[Supervisor], None]) -> list[str]:
    """Run the services; call `then` when they are ready; return the reported messages."""
    reported: list[str] = []
    supervisor = Supervisor(cloud, services, {}, reported.append, lambda _running: None)
    supervisor.run(lambda: then(supervisor))
    return reported


def stop(supervisor: Supervisor) -> None:
    supervisor.stopping = True


def test_services_start_after_what_they_need_and_stop_in_reverse(cloud: Cloud) -> None:
    services = [part("a"), part("b", "a"), part("step", "b", code="0", once=True)]
    run(cloud, [*services, part("c", "step")], stop)
    assert diary(cloud) == [
        "started a",
        "started b",
        "started step",
        "started c",
        "stopped c",
        "stopped b",
        "stopped a",
    ]


def test_when_a_service_does_not_start_the_others_are_stopped(cloud: Cloud) -> None:
    services = [part("a"), part("b", "a", code="3"), part("c", "b")]
    with pytest.raises(CloudError, match=r"b ended with code 3 while it started; .*b\.log"):
        run(cloud, services, stop)
    assert diary(cloud) == ["started a", "started b", "stopped a"]


def killing(before: Callable[[Supervisor, int], None]) -> Callable[[Supervisor], None]:
    """Return a function that kills b whenever it is ready, after calling `before` with its pid."""

    def kill(supervisor: Supervisor) -> None:
        def again() -> None:
            for _ in range(200):
                process = supervisor.running["b"].process
                if supervisor.stopping or process is None:
                    return
                if supervisor.running["b"].phase == "ready" and process.poll() is None:
                    before(supervisor, process.pid)
                    process.kill()
                threading.Event().wait(0.05)
            supervisor.stopping = True

        threading.Thread(target=again, daemon=True).start()

    return kill


def test_a_service_that_dies_too_often_stops_everything(cloud: Cloud) -> None:
    with pytest.raises(CloudError, match=r"b was killed by signal 9 .* again and again"):
        run(cloud, [part("a"), part("b", "a")], killing(lambda _supervisor, _pid: None))
    assert diary(cloud).count("started b") == 4
    assert diary(cloud)[-1] == "stopped a"


def test_deaths_by_the_console_are_not_counted(cloud: Cloud) -> None:
    killed: set[int] = set()

    def mark(supervisor: Supervisor, pid: int) -> None:
        killed.add(pid)
        supervisor.stopping = len(killed) > 5
        cloud.kill_marker("b").parent.mkdir(exist_ok=True)
        cloud.kill_marker("b").write_text(str(pid))

    reported = run(cloud, [part("a"), part("b", "a")], killing(mark))
    assert sum("is started again" in message for message in reported) >= 5


def test_a_kill_marker_counts_only_for_the_process_it_names(cloud: Cloud) -> None:
    def mark(_supervisor: Supervisor, _pid: int) -> None:
        cloud.kill_marker("b").parent.mkdir(exist_ok=True)
        cloud.kill_marker("b").write_text("1")

    with pytest.raises(CloudError, match="again and again"):
        run(cloud, [part("a"), part("b", "a")], killing(mark))


def test_a_step_that_fails_is_named(cloud: Cloud) -> None:
    with pytest.raises(CloudError, match="step ended with code 1 while it started"):
        run(cloud, [part("step", code="1", once=True), part("a", "step")], stop)
    assert diary(cloud) == ["started step"]


def test_a_service_that_dies_while_it_is_wired_is_wired_after_its_restart(cloud: Cloud) -> None:
    tries: list[int] = []

    def wired(_cloud: Cloud, _manifests: object) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise httpx.RemoteProtocolError("gone")

    reported = run(cloud, [replace(part("a"), wired=wired)], stop)
    assert (len(tries), reported) == (3, [])
