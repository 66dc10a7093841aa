"""The page of metrics: each one's name, what it means, and which way it travels."""

from collections.abc import Iterator

import shared.domain.metrics  # noqa: F401  registers the product's
from shared.runtime import metrics, settings
from shared.runtime.metrics import Instrument

INTRODUCTION = """\
Every metric is a constant of `shared/runtime/metrics.py` or, for the product's own, of
`shared/domain/metrics.py`, and takes one of two routes ([ADR
22](adr/0022-opentelemetry-without-a-background.md)):

- **Measurements** add up in an instance's memory and are exported by OpenTelemetry's
  protocol: in production to Cloud Monitoring (`telemetry.googleapis.com`; there
  `prometheus.googleapis.com/NAME/counter`, `/gauge` or `/histogram`, asked by PromQL), on a
  developer's machine to the local cloud, where Prometheus reads
  `http://127.0.0.1:8080/_local/metrics`.
- **Counts that must be exact** are log lines, `{"message": "metric", "metric": {"name": …,
  "amount": …}}`: exact, and nothing of it is lost with an instance. Cloud Logging makes
  `logging.googleapis.com/user/NAME` of it.
- **What Google measures itself** is not measured again: instances, cold starts and billed time of
  Cloud Run, backlog and age of subscriptions, connections of Cloud SQL, denials and contention of
  Firestore.

No label can hold an id, an address or a name that a caller chose.
"""

READING = """\
## How to read them

- An instance exports inside a request, at most every {interval} seconds, and once more when the
  platform stops it, at least five seconds after the last time: Cloud Monitoring refuses points
  of a series that are closer. The last values of a quiet instance therefore arrive late.
- Values are lost when the instance crashes, or when its last export fails: those since the export
  before. A failed export loses nothing else, the next one brings the totals. Lost too is what a
  request counts that ends after the last export, while the instance stops.
- Spans are sent once. Those that find an export on its way, or the pause of {interval} seconds that
  follows a failure, wait for the next, up to 1,000 of an instance; what is more is dropped. Lost
  are the spans of an export that fails, and what waits in an instance that crashes. Log lines say
  so: `spans were dropped`, `telemetry could not be exported`, `telemetry was not taken in time`.
- Requests are `savepoint_request_seconds_count`, their latency the histogram itself. What CORS
  asks beforehand (OPTIONS) is not in it.
- Counters and histograms are totals since the instance began. A series is first sent as zero, so
  that `increase()` and `rate()` see also its first event.
- A gauge says what the last run of a schedule found; it ends five minutes after its instance did.
- Locally functions export every second while requests come. In the functions host all share one
  instance; with `--isolated` each has its own. Histograms and counters begin anew when code
  changes.
"""


def page() -> Iterator[str]:
    """Yield the page's lines, without its title."""
    yield INTRODUCTION
    yield "## Exported by OpenTelemetry\n"
    yield "Each has the label `function` too. Cloud Monitoring has `instance` and `job` (the"
    yield "service) in the resource.\n"
    yield "| name | kind | what it is | labels |\n|---|---|---|---|"
    yield from _rows(exported=True)
    yield "\n## Counted by log lines\n"
    yield "| name | what it is | labels |\n|---|---|---|"
    yield from _rows(exported=False)
    yield ""
    interval_ms = settings.Telemetry.__dataclass_fields__["interval_ms"].metadata["default"]
    yield READING.format(interval=int(interval_ms) // 1000)


def _rows(*, exported: bool) -> Iterator[str]:
    for name, one in sorted(metrics.INSTRUMENTS.items()):
        if (one.kind != "line") == exported:
            yield _row(name, one)


def _row(name: str, one: Instrument) -> str:
    labels = ", ".join(f"`{label}`" for label in one.labels)
    kind = "" if one.kind == "line" else f" {one.kind} |"
    return f"| `{name}` |{kind} {one.help} | {labels} |"
