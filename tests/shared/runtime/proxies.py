"""A TCP proxy in front of a real server: it can close, stall, or break off in mid-response."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

HOST = "127.0.0.1"
CHUNK = 65_536


@dataclass(eq=False)
class ProxiedConnection:
    """A client's connection and the one to the server behind it."""

    client: socket.socket
    server: socket.socket
    cut: bool = False

    def close(self) -> None:
        for half in (self.client, self.server):
            with contextlib.suppress(OSError):
                half.shutdown(socket.SHUT_RDWR)
            half.close()


@dataclass
class Proxy:
    """Clients connect to it instead of `target`; `port` stays the same when it reopens.

    cut_after: forward the next request with these bytes, then drop the connection unanswered.
    cut_before: drop the connection before the next request with these bytes is forwarded.
    seen: what clients sent while `record` was on.
    """

    target: tuple[str, int]
    port: int = 0
    cut_after: bytes | None = None
    cut_before: bytes | None = None
    record: bool = False
    seen: bytearray = field(default_factory=bytearray)
    _listening: socket.socket | None = None
    _connections: list[ProxiedConnection] = field(default_factory=list)
    _forwarding: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _stall_timer: threading.Timer | None = None

    def open(self) -> None:
        self._listening = socket.create_server((HOST, self.port))
        self.port = self._listening.getsockname()[1]
        self._forwarding.set()
        self._start(partial(self._accept, self._listening))

    def close(self) -> None:
        """Refuse and drop connections, like a server that was killed."""
        if self._listening is not None:
            with contextlib.suppress(OSError):
                self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            self._listening = None
        self.resume()
        self.drop_connections()
        for thread in self._threads:
            thread.join(5)
        self._threads.clear()

    def drop_connections(self) -> None:
        """Drop the open connections; new ones are accepted."""
        while self._connections:
            self._connections.pop().close()

    def stall(self, seconds: float = 8) -> None:
        """Forward nothing, like a server that hangs, until `resume` or the time is over."""
        self._forwarding.clear()
        self._stall_timer = threading.Timer(seconds, self._forwarding.set)
        self._stall_timer.start()

    def resume(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None
        self._forwarding.set()

    def _start(self, work: "partial[None]") -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            try:
                connection = ProxiedConnection(client, socket.create_connection(self.target))
            except OSError:
                client.close()
                continue
            self._connections.append(connection)
            for to_server in (True, False):
                self._start(partial(self._pump, connection, to_server))

    def _pump(self, connection: ProxiedConnection, to_server: bool) -> None:
        """Copy data in one direction."""
        source, sink = connection.client, connection.server
        if not to_server:
            source, sink = sink, source
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                self._forwarding.wait()
                if to_server and not self._should_forward(connection, data):
                    break
                if connection.cut and not to_server:
                    break
                sink.sendall(data)
        connection.close()

    def _should_forward(self, connection: ProxiedConnection, data: bytes) -> bool:
        """Return whether the data should be forwarded."""
        if self.record:
            self.seen += data
        if self.cut_after is not None and self.cut_after in data:
            self.cut_after, connection.cut = None, True
        if self.cut_before is not None and self.cut_before in data:
            self.cut_before = None
            return False
        return True


@contextlib.contextmanager
def proxy(host: str, port: int) -> Iterator[Proxy]:
    """Run a proxy in front of a server."""
    started = Proxy((host, port))
    started.open()
    try:
        yield started
    finally:
        started.close()
