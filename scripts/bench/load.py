"""An HTTP client that costs little: keep-alive connections, one request each at a time."""

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import uvloop

from emulators.cloud.config import HOST

END_OF_HEAD = b"\r\n\r\n"
OK = range(200, 300)
PATIENCE_SECONDS = 30.0


class WrongAnswer(Exception):
    """A request was answered by something else than 2xx; what was measured is worth nothing."""


def request(
    method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> bytes:
    """Return the bytes of one HTTP/1.1 request."""
    lines = {"Host": HOST, **(headers or {})}
    if body or method == "POST":
        lines["Content-Length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


@dataclass
class _Run:
    """What the connections of one run share."""

    requests: Iterator[bytes]
    until: float
    most: int
    sent: int = 0
    answered: int = 0
    wrong: str = ""
    open: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def next_request(self) -> bytes | None:
        """Return what to send next, or None when the run is over."""
        if self.wrong or self.sent >= self.most or time.perf_counter() >= self.until:
            return None
        self.sent += 1
        return next(self.requests)


class _Connection(asyncio.Protocol):
    """Sends a request, waits for its answer, sends the next."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._answer = bytearray()
        self._expected = 0
        self._waits = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._run.open += 1
        self._send()

    def data_received(self, data: bytes) -> None:
        """Take a part of the answer; when it is whole, go on."""
        self._answer += data
        if not self._expected:
            end = self._answer.find(END_OF_HEAD)
            if end < 0:
                return
            self._expected = end + len(END_OF_HEAD) + _length(bytes(self._answer[:end]))
        if len(self._answer) < self._expected:
            return
        if int(self._answer[9:12]) not in OK:
            self._run.wrong = self._answer[:500].decode("latin-1")
        self._run.answered += 1
        self._answer.clear()
        self._expected = 0
        self._waits = False
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count the connections that are left."""
        if self._waits and not self._run.wrong:
            self._run.wrong = f"the connection broke: {exc!r}"
        self._run.open -= 1
        if not self._run.open:
            self._run.over.set()

    def _send(self) -> None:
        following = self._run.next_request()
        if following is None:
            self._transport.close()
        else:
            self._waits = True
            self._transport.write(following)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


@dataclass(frozen=True)
class Done:
    """How many requests were answered, and in how many seconds."""

    requests: int
    seconds: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def run(
    port: int,
    requests: Sequence[bytes],
    *,
    connections: int,
    seconds: float = PATIENCE_SECONDS,
    most: int = 1_000_000,
) -> Done:
    """Send `requests` round and round for `seconds` or until `most` were sent.

    Raises WrongAnswer when one is not answered 2xx.
    """

    async def work() -> Done:
        started = time.perf_counter()
        state = _Run(itertools.cycle(requests), started + seconds, most)
        loop = asyncio.get_running_loop()
        opening = [
            loop.create_connection(lambda: _Connection(state), HOST, port)
            for _ in range(min(connections, most))
        ]
        await asyncio.gather(*opening)
        await asyncio.wait_for(state.over.wait(), seconds + PATIENCE_SECONDS)
        if state.wrong:
            raise WrongAnswer(state.wrong)
        return Done(state.answered, time.perf_counter() - started)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work())
