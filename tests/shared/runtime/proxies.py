"""A door before a real server: it can be shut, held, or close in the middle of an answer."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

HOST = "127.0.0.1"
CHUNK = 65_536


@dataclass(eq=False)
class Passage:
    """One connection through the door, both halves."""

    client: socket.socket
    server: socket.socket
    cut: bool = False

    def close(self) -> None:
        for half in (self.client, self.server):
            with contextlib.suppress(OSError):
                half.shutdown(socket.SHUT_RDWR)
            half.close()


@dataclass
class Door:
    """What clients connect to instead of `target`; `port` stays the same when it opens again.

    cut_after: the next request holding these bytes reaches the server, its answer no client.
    cut_before: the next request holding these bytes does not even reach the server.
    seen: what clients sent while `record` was on.
    """

    target: tuple[str, int]
    port: int = 0
    cut_after: bytes | None = None
    cut_before: bytes | None = None
    record: bool = False
    seen: bytearray = field(default_factory=bytearray)
    _listening: socket.socket | None = None
    _passages: list[Passage] = field(default_factory=list)
    _passing: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _until: threading.Timer | None = None

    def open(self) -> None:
        self._listening = socket.create_server((HOST, self.port))
        self.port = self._listening.getsockname()[1]
        self._passing.set()
        self._start(partial(self._accept, self._listening))

    def shut(self) -> None:
        """Refuse who comes and cut who is inside, as a server does that was killed."""
        if self._listening is not None:
            with contextlib.suppress(OSError):
                self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            self._listening = None
        self.go_on()
        self.cut()
        for thread in self._threads:
            thread.join(5)
        self._threads.clear()

    def cut(self) -> None:
        """Cut who is inside; who comes next is let in."""
        while self._passages:
            self._passages.pop().close()

    def hold(self, seconds: float = 8) -> None:
        """Let nothing through, as a server does that hangs; `go_on` ends it, or the time."""
        self._passing.clear()
        self._until = threading.Timer(seconds, self._passing.set)
        self._until.start()

    def go_on(self) -> None:
        if self._until is not None:
            self._until.cancel()
            self._until = None
        self._passing.set()

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
                passage = Passage(client, socket.create_connection(self.target))
            except OSError:
                client.close()
                continue
            self._passages.append(passage)
            for inwards in (True, False):
                self._start(partial(self._pump, passage, inwards))

    def _pump(self, passage: Passage, inwards: bool) -> None:
        """Carry what one half says to the other."""
        source, sink = passage.client, passage.server
        if not inwards:
            source, sink = sink, source
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                self._passing.wait()
                if inwards and not self._lets(passage, data):
                    break
                if passage.cut and not inwards:
                    break
                sink.sendall(data)
        passage.close()

    def _lets(self, passage: Passage, data: bytes) -> bool:
        """Tell whether a request may pass."""
        if self.record:
            self.seen += data
        if self.cut_after is not None and self.cut_after in data:
            self.cut_after, passage.cut = None, True
        if self.cut_before is not None and self.cut_before in data:
            self.cut_before = None
            return False
        return True


@contextlib.contextmanager
def door(host: str, port: int) -> Iterator[Door]:
    """Yield an open door before a server; shut it in the end."""
    made = Door((host, port))
    made.open()
    try:
        yield made
    finally:
        made.shut()
