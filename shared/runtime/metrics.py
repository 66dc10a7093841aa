"""Records all metrics, and defines those of the runtime.

The product's metrics are defined in `shared/domain/metrics.py`. A metric of the kind `line` is
written immediately as a log line, which Cloud Logging counts exactly. Other metrics are aggregated
in memory, and `telemetry` exports them during a request. Callers record both kinds in the same way.
docs/metrics.md lists all metrics.
"""

import threading
import time
from bisect import bisect_left
from typing import Final, Literal, NamedTuple

from shared.runtime import logs

# Exported by OpenTelemetry, as prometheus.googleapis.com/NAME/KIND.
CACHE_READS: Final = "savepoint_cache_reads_total"
DEAD_LETTERS: Final = "savepoint_dead_letters_total"
EVENTS_FAILED: Final = "savepoint_events_failed_total"
INBOX_DUPLICATES: Final = "savepoint_inbox_duplicates_total"
OUTBOX_LAG: Final = "savepoint_outbox_lag_seconds"
OUTBOX_RELAYED: Final = "savepoint_outbox_relayed_total"
POOL_WAIT: Final = "savepoint_pool_wait_seconds"
PROJECTION_LAG: Final = "savepoint_projection_lag_seconds"
PROJECTIONS_SWEPT: Final = "savepoint_projections_swept_total"
PROJECTIONS_WRITTEN: Final = "savepoint_projections_written_total"
REQUEST: Final = "savepoint_request_seconds"

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Instrument(NamedTuple):
    """A metric. Each label has few values. Exported metrics also have the label `function`."""

    kind: Literal["line", "counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()


INSTRUMENTS: Final[dict[str, Instrument]] = {
    CACHE_READS: Instrument(
        "counter", "Reads from an instance's memory: hit or miss.", ("result",)
    ),
    DEAD_LETTERS: Instrument("counter", "Events moved to the dead letters.", ("code",)),
    EVENTS_FAILED: Instrument("counter", "Failed attempts at an event that will be retried."),
    INBOX_DUPLICATES: Instrument("counter", "Events that had already taken effect."),
    OUTBOX_LAG: Instrument("gauge", "Age of the oldest message that a sweep found waiting."),
    OUTBOX_RELAYED: Instrument("counter", "Messages published by the sweep."),
    POOL_WAIT: Instrument("histogram", "Wait for a database connection.", (), _SECONDS),
    PROJECTION_LAG: Instrument("gauge", "How long the oldest document is overdue.", ("kind",)),
    PROJECTIONS_SWEPT: Instrument("counter", "Documents written by the sweep.", ("kind",)),
    PROJECTIONS_WRITTEN: Instrument("counter", "Documents projected.", ("kind",)),
    REQUEST: Instrument(
        "histogram", "Duration of requests and events.", ("kind", "status"), _SECONDS
    ),
}


class Series:
    """One metric with one set of labels, in this process.

    began_ns: when the series was first recorded. value: a counter's total, a gauge's last reading
    or a histogram's sum.
    """

    __slots__ = ("began_ns", "buckets", "value")

    def __init__(self, began_ns: int, buckets: list[int], value: float = 0.0) -> None:
        self.began_ns = began_ns
        self.buckets = buckets
        self.value = value


def register(instruments: dict[str, Instrument]) -> None:
    """Register metrics that are recorded by code outside the runtime."""
    INSTRUMENTS.update(instruments)


Key = tuple[str, str, tuple[str, ...]]
"""A metric's name, the function, and the labels' values in the order of the instrument."""

_series: dict[Key, Series] = {}
_NOWHERE: dict[str, str] = {}
_lock = threading.Lock()


def count(name: str, amount: int = 1, **labels: str) -> None:
    """Add `amount` to the counter `name`; zero is ignored."""
    if not amount:
        return
    if INSTRUMENTS[name].kind == "line":
        logs.info("metric", metric={"name": name, "amount": amount, **labels})
        return
    series = _at(name, labels)
    with _lock:
        series.value += amount


def observe(name: str, value: float, **labels: str) -> None:
    """Add one value to the histogram `name`."""
    series, bucket = _at(name, labels), bisect_left(INSTRUMENTS[name].bounds, value)
    with _lock:
        series.buckets[bucket] += 1
        series.value += value


def measure(name: str, value: float, **labels: str) -> None:
    """Set the gauge `name` to `value`."""
    _at(name, labels).value = value


def _at(name: str, labels: dict[str, str]) -> Series:
    function = logs.context.get(_NOWHERE).get("function", "")
    key = (name, function, tuple(labels.values()))
    return _series.get(key) or _begun(key, labels)


def _begun(key: Key, labels: dict[str, str]) -> Series:
    known = INSTRUMENTS[key[0]]
    if tuple(labels) != known.labels:
        raise TypeError(f"{key[0]} has the labels {known.labels}, not {tuple(labels)}")
    buckets = [0] * (len(known.bounds) + 1) if known.bounds else []
    with _lock:
        return _series.setdefault(key, Series(time.time_ns(), buckets))


def snapshot() -> dict[Key, Series]:
    """Return the current state of every series."""
    with _lock:
        return {
            key: Series(one.began_ns, [*one.buckets], one.value) for key, one in _series.items()
        }
