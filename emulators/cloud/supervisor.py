"""Starts services, restarts any that die, and stops them in reverse order, all on one thread."""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FrameType

import httpx

from emulators.cloud import processes, wiring
from emulators.cloud.config import HOST, Cloud, CloudError, process_environment, read, save
from emulators.cloud.services import Service
from shared.runtime import manifest

TICK = 0.1
MANIFEST_CHECK_SECONDS = 1.0
RESTARTS = 3
RESTARTS_WITHIN = 60.0


@dataclass
class Running:
    """A service and its phase: waiting, starting, ready, done, held or stopped.

    A service with `once` is done after it has run. A service stopped by `stop` is held.
    """

    service: Service
    phase: str = "waiting"
    process: subprocess.Popen[bytes] | None = None
    since: float = 0.0
    seconds: float = 0.0
    was_ready: bool = False
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=RESTARTS))


@dataclass
class Supervisor:
    """Runs the cloud.

    Calls `report` with each message, and `progress` after each change of a service's phase.
    """

    cloud: Cloud
    services: list[Service]
    manifests: dict[str, manifest.Manifest]
    report: Callable[[str], None]
    progress: Callable[[dict[str, Running]], None]

    def __post_init__(self) -> None:
        """Prepare the state without starting any service."""
        self.running = {service.name: Running(service) for service in self.services}
        self.sockets: dict[str, socket.socket] = {}
        self.stopping = False
        self._stamp, self._complaint = _stamp(self.cloud), ""
        self._checked = time.monotonic()

    def run(self, announce: Callable[[], None]) -> None:
        """Start all services, call `announce`, run until a signal arrives, and stop all services.

        Services are stopped even after an error. Raises CloudError if a service does not start or
        dies too often.
        """
        with _locked(self.cloud), _stopped_by_signals(self):
            try:
                self._open_ports()
                while not self.stopping and not self._is_ready():
                    self._tick()
                if not self.stopping:
                    self._save(ready=True)
                    announce()
                while not self.stopping:
                    self._tick()
                    self._check_manifests()
            finally:
                self._stop_all()

    def _is_ready(self) -> bool:
        return all(one.phase in {"ready", "done", "held"} for one in self.running.values())

    def _open_ports(self) -> None:
        for service in self.services:
            if service.name not in self.cloud.ports:
                continue
            opened = _listen(service.name, self.cloud.ports[service.name])
            if service.listens:
                self.sockets[service.name] = opened
            else:
                opened.close()

    def _tick(self) -> None:
        before = [(one.phase, one.process) for one in self.running.values()]
        for one in self.running.values():
            self._step(one)
        if before != [(one.phase, one.process) for one in self.running.values()]:
            self._save(ready=self._is_ready())
            self.progress(self.running)
        time.sleep(TICK)

    def _step(self, one: Running) -> None:
        held = self._is_held(one.service.name)
        if one.phase == "held":
            if not held:
                self._release(one)
        elif held:
            self._hold(one)
        elif one.phase == "waiting":
            needed = (self.running.get(name) for name in one.service.needs)
            if all(need is None or need.phase in {"ready", "done"} for need in needed):
                self._start(one)
        elif one.phase != "done":
            self._check(one)

    def _start(self, one: Running) -> None:
        service = one.service
        opened = self.sockets.get(service.name)
        command = service.command(self.cloud)
        fds = []
        if opened:
            fds = [opened.fileno()]
            command += ["--fd", str(opened.fileno())]
        log = self.cloud.log(service.name)
        env = process_environment(self.cloud)
        one.process = processes.spawn(command, log, env, pass_fds=fds)
        one.phase, one.since = "starting", time.monotonic()

    def _check(self, one: Running) -> None:
        code = one.process.poll() if one.process else None
        elapsed = time.monotonic() - one.since
        if code is not None:
            if one.service.once and code == 0:
                one.phase, one.seconds = "done", elapsed
            else:
                self._died(one, code)
        elif one.phase == "starting":
            if not one.service.once and one.service.ready(self.cloud):
                self._became_ready(one, elapsed)
            elif elapsed > one.service.limit:
                msg = f"{one.service.name} was not ready after {elapsed:.0f} s; {self._see(one)}"
                raise CloudError(msg)

    def _became_ready(self, one: Running, elapsed: float) -> None:
        if not self._wire(one):
            return
        if one.was_ready:
            self.report(f"{one.service.name} is ready again.")
        one.phase, one.seconds, one.was_ready = "ready", elapsed, True

    def _wire(self, one: Running) -> bool:
        """Wire a service; return False if the service died in the meantime.

        A service that died is wired once it is ready again.
        """
        try:
            one.service.wired(self.cloud, self.manifests)
            if one.service.name == "pubsub" and self._is_held("functions"):
                wiring.pause_pushes(self.cloud, self.manifests)
        except httpx.HTTPError:
            one.phase, one.since = "starting", time.monotonic()
            return False
        return True

    def _died(self, one: Running, code: int) -> None:
        name = one.service.name
        death = f"{name} {processes.ending(code)}"
        if not one.was_ready:
            msg = f"{death} while it started; {self._see(one)}"
            raise CloudError(msg)
        if not self._was_killed_by_console(one):
            self._count_death(one, death)
        self.report(f"{death} and is started again; {self._see(one)}")
        self._start(one)

    def _was_killed_by_console(self, one: Running) -> bool:
        """Tell whether the console killed this process, and remove the console's marker file."""
        marker = self.cloud.kill_marker(one.service.name)
        pid = marker.read_text() if marker.exists() else ""
        marker.unlink(missing_ok=True)
        return one.process is not None and pid == str(one.process.pid)

    def _count_death(self, one: Running, death: str) -> None:
        now = time.monotonic()
        if len(one.deaths) == RESTARTS and now - one.deaths[0] < RESTARTS_WITHIN:
            msg = f"{death} again and again, so everything is stopped; {self._see(one)}"
            raise CloudError(msg)
        one.deaths.append(now)

    def _see(self, one: Running) -> str:
        return f"see the end of {self.cloud.log(one.service.name)}."

    def _is_held(self, name: str) -> bool:
        return self.cloud.stop_marker(name).exists()

    def _hold(self, one: Running) -> None:
        name = one.service.name
        self.report(f"{name} is stopped until `python -m emulators start {name}`.")
        if name == "functions":
            self._rewire("pubsub")  # pauses pushes, because functions are held
        self._stop(one)
        opened = self.sockets.pop(name, None)
        if opened:
            opened.close()  # refuse connections, as an unavailable service would
        one.phase = "held"

    def _release(self, one: Running) -> None:
        name = one.service.name
        if one.service.listens:
            self.sockets[name] = _listen(name, self.cloud.ports[name])
        one.phase = "waiting"
        if name == "functions":
            self._rewire("pubsub")

    def _rewire(self, name: str) -> None:
        one = self.running.get(name)
        if one and one.phase == "ready":
            self._wire(one)

    def _check_manifests(self) -> None:
        """If a manifest has changed, wire the emulators again and restart the edge."""
        now = time.monotonic()
        if now - self._checked < MANIFEST_CHECK_SECONDS:
            return
        self._checked, stamp = now, _stamp(self.cloud)
        if stamp == self._stamp and not self._complaint:
            return
        try:
            self.manifests = manifest.discover(self.cloud.roots)
        except manifest.ManifestError as error:
            if str(error) != self._complaint:  # reported once and retried: it may be half written
                self._complaint = str(error)
                self._save(ready=self._is_ready())
                self.report(f"The wiring of the functions is unchanged: {error}")
            return
        self._stamp, self._complaint = stamp, ""
        for name in ("pubsub", "firestore"):
            self._rewire(name)
        edge = self.running.get("edge")
        if edge and edge.phase == "ready":
            self._stop(edge)
            self._start(edge)
        self._save(ready=self._is_ready())

    def _stop(self, one: Running) -> None:
        if one.process:
            processes.stop(one.process)

    def _stop_all(self) -> None:
        for service in reversed(self.services):
            self._stop(self.running[service.name])
            if self.running[service.name].process:
                self.running[service.name].phase = "stopped"
                self.progress(self.running)
        for opened in self.sockets.values():
            opened.close()
        self.cloud.file.unlink(missing_ok=True)

    def _save(self, *, ready: bool) -> None:
        services = {
            name: {
                "phase": one.phase,
                "seconds": round(one.seconds, 2),
                "process": _identity(one.process),
            }
            for name, one in self.running.items()
        }
        running = {"ready": ready, "supervisor": _SUPERVISOR, "services": services}
        save(self.cloud, {**running, "complaint": self._complaint or None})


_SUPERVISOR = processes.identity(os.getpid())


def _identity(process: subprocess.Popen[bytes] | None) -> dict[str, float] | None:
    if process is None or process.poll() is not None:
        return None
    return processes.identity(process.pid)


def _stamp(cloud: Cloud) -> list[tuple[str, int]]:
    files = (folder / manifest.FILE for root in cloud.roots for folder in manifest.folders(root))
    return [(str(file), file.stat().st_mtime_ns) for file in files if file.exists()]


def _listen(name: str, port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port), backlog=1024)
    except OSError as error:
        msg = (
            f"Port {port}, wanted for {name}, cannot be used ({error.strerror}); "
            "stop the process that uses it, or choose other ports with --ports or SAVEPOINT_PORT."
        )
        raise CloudError(msg) from None


@contextlib.contextmanager
def _locked(cloud: Cloud) -> Iterator[None]:
    """Lock the state folder, and stop processes that a killed supervisor left running."""
    cloud.state.mkdir(parents=True, exist_ok=True)
    with (cloud.state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            msg = (
                f"A local cloud already runs with the state in {cloud.state}; stop it with "
                "`python -m emulators down`, or set SAVEPOINT_STATE to another folder."
            )
            raise CloudError(msg) from None
        with contextlib.suppress(CloudError):
            _, found = read(cloud.state)
            left = (one["process"] for one in found["services"].values())
            processes.stop_leftovers([one for one in left if one])
        cloud.file.unlink(missing_ok=True)
        yield


@contextlib.contextmanager
def _stopped_by_signals(supervisor: Supervisor) -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        supervisor.stopping = True

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        sys.stdout.flush()
