"""A low-overhead HTTP client that sends one request at a time on each keep-alive connection."""

import asyncio
import itertools
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import uvloop

from emulators.cloud.config import HOST

OK = range(200, 300)
PATIENCE_SECONDS = 30.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class WrongAnswer(Exception):
    """Raised when a response is not 2xx, which makes the measurement invalid."""


def request(
    method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> bytes:
    """Return an HTTP/1.1 request as bytes."""
    lines = {"Host": HOST, **(headers or {})}
    if body or method == "POST":
        lines["Content-Length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


@dataclass(frozen=True)
class Done:
    """The number of completed requests, and the total time in seconds."""

    requests: int
    seconds: float

    @property
    def rate(self) -> float:
        """The rate in requests per second."""
        return self.requests / self.seconds


async def _connection(port: int, requests: Iterator[bytes], until: float) -> int:
    """Send requests one after another until none are left; return the number sent."""
    reader, writer = await asyncio.open_connection(HOST, port)
    answered = 0
    try:
        while time.perf_counter() < until and (following := next(requests, None)):
            writer.write(following)
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            body = await reader.readexactly(int(length[1]) if length else 0)
            if int(head[9:12]) not in OK:
                raise WrongAnswer((head + body)[:500].decode("latin-1"))
            answered += 1
    except (EOFError, OSError) as error:
        raise WrongAnswer(f"the connection broke: {error!r}") from error
    finally:
        writer.close()
    return answered


def run(
    port: int,
    requests: Sequence[bytes],
    *,
    connections: int,
    seconds: float = PATIENCE_SECONDS,
    most: int = 1_000_000,
) -> Done:
    """Send `requests` repeatedly until `seconds` have passed or `most` are sent.

    Raises WrongAnswer.
    """

    async def work() -> Done:
        started = time.perf_counter()
        following = itertools.islice(itertools.cycle(requests), most)
        working = (
            _connection(port, following, started + seconds) for _ in range(min(connections, most))
        )
        async with asyncio.timeout(seconds + PATIENCE_SECONDS):
            answered = await asyncio.gather(*working)
        return Done(sum(answered), time.perf_counter() - started)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work())
