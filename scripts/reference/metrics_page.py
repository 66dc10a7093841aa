"""Generates docs/metrics.md: each metric's name, meaning and export path."""

from collections.abc import Iterator

import shared.domain.metrics  # noqa: F401  registers the product's
from shared.runtime import metrics, settings
from shared.runtime.metrics import Instrument

INTRODUCTION = """\
Every metric is a constant in the code and is exported in exactly one way ([ADR
22](adr/0022-opentelemetry-without-a-background.md)):

- **Runtime metrics** are kept in an instance's memory and exported over OpenTelemetry's protocol.
  In production, they go to Cloud Monitoring (`telemetry.googleapis.com`); query
  `prometheus.googleapis.com/NAME/counter`, `/gauge` or `/histogram` in PromQL. On a developer's
  machine, they go to the local cloud, where Prometheus scrapes
  `http://127.0.0.1:8080/_local/metrics`.
- **Product metrics** are log lines, `{"message": "metric", "metric": {"name": …, "amount": …}}`.
  They are exact, and none are lost if an instance crashes. Cloud Logging converts them to
  `logging.googleapis.com/user/NAME`.
- **Google's own metrics** are not duplicated. They include Cloud Run's instances, cold starts and
  billed time, the backlog and message age of subscriptions, connections to Cloud SQL, and denials
  and contention in Firestore.

No label contains an id, an address or a name chosen by a caller.
"""

READING = """\
## How to read them

- An instance exports during requests, at most once every {interval} seconds, and once more when the
  platform stops it. This last export comes at least five seconds after the previous one, because
  Cloud Monitoring rejects points of a series that are closer together. The last values of an idle
  instance therefore arrive late.
- If an instance crashes or its last export fails, the values since the previous export are lost.
  The values of requests that end after the last export are also lost. Any other failed export loses
  nothing, because the next export contains the totals.
- Spans are sent once. While an export is running, and for {interval} seconds after a failed one, an
  instance buffers up to 1,000 spans and drops the rest. The spans of a failed export and the
  buffered spans of a crashed instance are lost. Losses are logged as `spans were dropped`,
  `telemetry could not be exported` or `telemetry was not taken in time`.
- `savepoint_request_seconds_count` is the number of requests, and the histogram is their latency.
  CORS preflights (OPTIONS) are not included.
- Counters and histograms are totals since the instance started. Each series starts at zero, so that
  `increase()` and `rate()` include its first event.
- A gauge shows the result of the last scheduled run. Its series ends five minutes after its
  instance stops.
- Locally, functions export every second while they receive requests. In the functions host, all
  functions share one instance; with `--isolated`, each function has its own instance. Counters and
  histograms restart from zero when code changes.
"""


def page() -> Iterator[str]:
    """Yield the page's lines, except the title."""
    yield INTRODUCTION
    yield "## Exported by OpenTelemetry\n"
    yield "Each metric also has the label `function`. In Cloud Monitoring, `instance` and `job`"
    yield "(the service) are labels of the resource.\n"
    yield "| name | kind | meaning | labels |\n|---|---|---|---|"
    yield from _rows(exported=True)
    yield "\n## Counted by log lines\n"
    yield "| name | meaning | labels |\n|---|---|---|"
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
