"""Exports an instance's metrics and spans during a request, before the response.

After the response, the instance has no CPU, so no background thread can export. Metrics are
exported at most once per OTEL_METRIC_EXPORT_INTERVAL, by the first request after the interval ends.
Each sampled request exports its spans. The remaining data is exported when the platform stops the
instance and briefly gives it CPU again. Only one export runs at a time. A concurrent request leaves
its spans for the next export. The OpenTelemetry SDK is imported by the first export, because
importing it at start-up would add 200 ms to each cold start.
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
"""The maximum time that a request waits for its export, including the connection."""
APART_SECONDS = 5.5
"""Cloud Monitoring rejects points of a series that are less than five seconds apart."""
TURN_SECONDS = 1.0
"""The maximum time that the last export waits for a running one."""
MAX_WAITING = 1000
"""The maximum number of spans waiting for an export; others are dropped and counted in the log."""


class _State:
    """The state of a process's exports, with monotonic times.

    The state is changed only on the event loop, except `sent_at`, which the export sets. The class
    is not a dataclass, because creating one adds half a millisecond to each cold start.
    """

    def __init__(self) -> None:
        self.due_at = math.inf
        self.sent_at = -math.inf
        self.paused_until = -math.inf
        self.waiting: list[Span] = []
        self.dropped = 0
        self.ending: asyncio.Task[None] | None = None

    def keep(self, spans: list[Span]) -> None:
        """Keep spans for the next export, up to MAX_WAITING."""
        room = MAX_WAITING - len(self.waiting)
        self.waiting += spans[:room]
        self.dropped += max(0, len(spans) - room)

    def take(self) -> tuple[list[Span], int]:
        """Return the waiting spans and the number of spans dropped since the last call."""
        taken = self.waiting, self.dropped
        self.waiting, self.dropped = [], 0
        return taken


_state = _State()
# Held while an export runs; acquired without waiting, except at the end.
_on_its_way = threading.Lock()


async def flush() -> None:
    """Export what is due; failures are logged, never raised."""
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

    After a failure, no export is attempted for an interval, so that an unavailable receiver delays
    only one request per interval.
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
    """Export spans and metrics, log any failure, and return whether everything was accepted."""
    try:
        from shared.runtime import otlp  # noqa: PLC0415  see above

        otlp.export(spans, with_metrics=with_metrics)
    except Exception as error:  # noqa: BLE001  the request gets its response after any error
        reason = f"{type(error).__name__}: {error}"
        logs.warning("telemetry could not be exported", reason=reason)
        return False
    finally:
        if with_metrics:
            _state.sent_at = time.monotonic()
        _on_its_way.release()
    return True


def _export_at_the_end(loop: asyncio.AbstractEventLoop) -> None:
    """Export once more on SIGTERM, before the server handles the signal.

    `atexit` cannot be used, because uvicorn terminates the process by raising the signal again.
    """
    server = signal.getsignal(signal.SIGTERM) or signal.SIG_DFL

    def end() -> None:
        loop.remove_signal_handler(signal.SIGTERM)
        signal.signal(signal.SIGTERM, server)  # a second signal goes straight to the server
        _state.ending = loop.create_task(_end())

    loop.add_signal_handler(signal.SIGTERM, end)


async def _end() -> None:
    """Export the remaining data as soon as the receiver accepts it, then pass the signal on.

    The platform kills the process ten seconds after the signal. The lock, the pause and the export
    fit into that time.
    """
    _state.paused_until = math.inf  # running requests leave their data for this export
    try:
        if await asyncio.to_thread(_on_its_way.acquire, timeout=TURN_SECONDS):
            await asyncio.sleep(_state.sent_at + _apart() - time.monotonic())
            await _send(with_metrics=True)
    finally:
        signal.raise_signal(signal.SIGTERM)
