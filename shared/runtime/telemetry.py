"""What an instance has measured leaves inside a request, before its answer.

Afterwards it has no CPU, so no thread exports in the background. Metrics leave at most once in
OTEL_METRIC_EXPORT_INTERVAL, whichever request comes then; spans with each sampled request; and
what is left when the platform stops the instance, for which it gives CPU again. The SDK is imported
by the first export: it would cost each cold start 200 ms.
"""

import asyncio
import math
import os
import signal
import threading
import time
from collections.abc import Sequence

from shared.runtime import logs, settings, tracing
from shared.runtime.tracing import Span

_due_at = math.inf
_begun = False
_lock = threading.Lock()


async def flush() -> None:
    """Export what is due; a failure is logged, never raised."""
    if not settings.telemetry().endpoint:
        return
    spans, with_metrics = tracing.collected(), _is_due(time.monotonic())
    if spans or with_metrics:
        await asyncio.to_thread(_export, spans, with_metrics=with_metrics)


def _is_due(now: float) -> bool:
    """Tell whether this request exports; asked on the event loop only, so it is one at a time."""
    global _due_at, _begun  # noqa: PLW0603  one clock a process is the point
    due = now >= _due_at
    if due or not _begun:
        _due_at = now + settings.telemetry().interval()
    if not _begun:
        _begun = True
        if "K_SERVICE" in os.environ:
            _export_at_the_end(asyncio.get_running_loop())
    return due


def _export_at_the_end(loop: asyncio.AbstractEventLoop) -> None:
    """Export once more on SIGTERM, before the server acts on it.

    Not by `atexit`: uvicorn ends its process by the signal itself.
    """
    server = signal.getsignal(signal.SIGTERM)

    def end() -> None:
        _export((), with_metrics=True)
        loop.remove_signal_handler(signal.SIGTERM)
        if callable(server):
            server(signal.SIGTERM, None)
        else:
            signal.raise_signal(signal.SIGTERM)

    loop.add_signal_handler(signal.SIGTERM, end)


def _export(spans: Sequence[Span], *, with_metrics: bool) -> None:
    try:
        from shared.runtime import otlp  # noqa: PLC0415  see above

        with _lock:
            otlp.export(spans, with_metrics=with_metrics)
    except Exception as error:  # noqa: BLE001  whatever it is, the request is answered
        logs.warning("telemetry could not be exported", reason=f"{type(error).__name__}: {error}")
