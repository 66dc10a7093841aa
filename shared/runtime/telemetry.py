"""What an instance has measured leaves inside a request, before its answer.

Afterwards it has no CPU, so no thread exports in the background. Metrics leave at most once in
OTEL_METRIC_EXPORT_INTERVAL, whichever request comes then; spans with each sampled request; and
what is left when the platform stops the instance, for which it gives CPU again. One export is on
its way at a time: who comes meanwhile leaves its spans for the next and is answered. The SDK is
imported by the first export: it would cost each cold start 200 ms.
"""

import asyncio
import math
import os
import signal
import threading
import time

from shared.runtime import logs, settings, tracing
from shared.runtime.tracing import Span

DEADLINE_SECONDS = 2.0
"""The longest that a request waits for its export, connecting and all."""
APART_SECONDS = 5.5
"""Cloud Monitoring refuses points of a series that are closer than five seconds."""
TURN_SECONDS = 1.0
"""How long the last export waits for one that is on its way."""
MAX_WAITING = 1000
"""How many spans wait for an export; what is more is dropped, and counted in the log."""


class _State:
    """What a process knows of its exports. Times are monotonic.

    Changed on the event loop only, but for `sent_at`, which whoever exports says. No dataclass:
    making one takes each cold start half a millisecond.
    """

    def __init__(self) -> None:
        self.due_at = math.inf
        self.sent_at = -math.inf
        self.paused_until = -math.inf
        self.waiting: list[Span] = []
        self.dropped = 0
        self.ending: asyncio.Task[None] | None = None

    def keep(self, spans: list[Span]) -> None:
        """Let spans wait for the next export, as many as there is room for."""
        room = MAX_WAITING - len(self.waiting)
        self.waiting += spans[:room]
        self.dropped += max(0, len(spans) - room)

    def take(self) -> tuple[list[Span], int]:
        """Return the spans that wait, and how many were dropped since the last time."""
        taken = self.waiting, self.dropped
        self.waiting, self.dropped = [], 0
        return taken


_state = _State()
# Held while an export is on its way; by nobody who would wait for it.
_on_its_way = threading.Lock()


async def flush() -> None:
    """Export what is due; a failure is logged, never raised."""
    if not settings.telemetry().endpoint:
        return
    spans, now = tracing.collected(), time.monotonic()
    if spans:
        _state.keep(spans)
    if _state.due_at == math.inf:
        _state.due_at = now + settings.telemetry().interval()
        if "K_SERVICE" in os.environ:
            _export_at_the_end(asyncio.get_running_loop())
    is_due = now >= max(_state.due_at, _state.sent_at + _apart())
    wanted = is_due or _state.waiting
    if wanted and now >= _state.paused_until and _on_its_way.acquire(blocking=False):
        await _send(with_metrics=is_due)


async def _send(*, with_metrics: bool) -> None:
    """Export in a thread, which releases the lock; wait for it until the deadline.

    After a failure nothing is tried for an interval, so an address that is away costs one request
    in that time, and no other.
    """
    now, interval = time.monotonic(), settings.telemetry().interval()
    if with_metrics:
        _state.due_at = now + interval
    spans, dropped = _state.take()
    if dropped:
        logs.warning("spans were dropped", dropped=dropped)
    loop = asyncio.get_running_loop()
    export = loop.run_in_executor(None, lambda: _export(spans, with_metrics=with_metrics))
    done, _ = await asyncio.wait({export}, timeout=DEADLINE_SECONDS)
    if not done:
        logs.warning("telemetry was not taken in time", seconds=DEADLINE_SECONDS)
    if not done or not export.result():
        _state.paused_until = max(_state.paused_until, time.monotonic() + interval)


def _apart() -> float:
    return min(APART_SECONDS, settings.telemetry().interval())


def _export(spans: list[Span], *, with_metrics: bool) -> bool:
    """Tell whether all was taken; a failure is logged."""
    try:
        from shared.runtime import otlp  # noqa: PLC0415  see above

        otlp.export(spans, with_metrics=with_metrics)
    except Exception as error:  # noqa: BLE001  whatever it is, the request is answered
        reason = f"{type(error).__name__}: {error}"
        logs.warning("telemetry could not be exported", reason=reason)
        return False
    finally:
        if with_metrics:
            _state.sent_at = time.monotonic()
        _on_its_way.release()
    return True


def _export_at_the_end(loop: asyncio.AbstractEventLoop) -> None:
    """Export once more on SIGTERM, before the server acts on it.

    Not by `atexit`: uvicorn ends its process by the signal itself.
    """
    server = signal.getsignal(signal.SIGTERM) or signal.SIG_DFL

    def end() -> None:
        loop.remove_signal_handler(signal.SIGTERM)
        signal.signal(signal.SIGTERM, server)  # a second signal is the server's at once
        _state.ending = loop.create_task(_end())

    loop.add_signal_handler(signal.SIGTERM, end)


async def _end() -> None:
    """Export what is left, no sooner than the receiver takes it, and hand the signal on.

    Ten seconds after the signal the platform kills: turn, pause and export fit into them.
    """
    _state.paused_until = math.inf  # requests still under way leave theirs for this one
    try:
        if await asyncio.to_thread(_on_its_way.acquire, timeout=TURN_SECONDS):
            await asyncio.sleep(_state.sent_at + _apart() - time.monotonic())
            await _send(with_metrics=True)
    finally:
        signal.raise_signal(signal.SIGTERM)
