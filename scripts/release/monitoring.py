"""Queries Cloud Monitoring in PromQL for each revision's request counts and latencies."""

import os
import shlex
import sys
from collections import defaultdict
from collections.abc import Iterator

import httpx

from scripts.release import shell
from scripts.release.shell import Shell
from scripts.release.verdict import Seen

ADDRESS = "https://monitoring.googleapis.com"
REQUESTS = (
    "sum by (revision_name, response_code_class) (increase("
    'run_googleapis_com:request_count{{monitored_resource="cloud_run_revision"}}[{window}s]))'
)
P99 = (
    "histogram_quantile(0.99, sum by (revision_name, le) (increase("
    'run_googleapis_com:request_latencies_bucket{{monitored_resource="cloud_run_revision"}}'
    "[{window}s])))"
)


def seen(sh: Shell, window: int) -> dict[str, Seen]:
    """Return each revision's request counts and latencies for the last `window` seconds."""
    total: dict[str, float] = defaultdict(float)
    errors: dict[str, float] = defaultdict(float)
    for labels, value in _query(sh, REQUESTS.format(window=window)):
        total[labels["revision_name"]] += value
        if labels["response_code_class"] == "5xx":
            errors[labels["revision_name"]] += value
    p99 = _query(sh, P99.format(window=window))
    slowest = {labels["revision_name"]: value for labels, value in p99}
    return {name: Seen(count, errors[name], slowest.get(name, 0)) for name, count in total.items()}


def _query(sh: Shell, query: str) -> Iterator[tuple[dict[str, str], float]]:
    project = shell.place().project
    address = os.environ.get("MONITORING_URL", ADDRESS)
    url = f"{address}/v1/projects/{project}/location/global/prometheus/api/v1/query"
    if sh.dry:
        bearer = '"Authorization: Bearer $(gcloud auth print-access-token)"'
        data = shlex.quote(f"query={query}")
        print(f"curl --fail --header {bearer} --data-urlencode {data} {url}")
        return
    token = sh.read("gcloud", "auth", "print-access-token").strip()
    headers = {"Authorization": f"Bearer {token}"}
    try:
        response = httpx.post(url, data={"query": query}, headers=headers, timeout=60)
        response.raise_for_status()
    except httpx.HTTPError as error:
        sys.exit(f"Cloud Monitoring could not be queried: {error}")
    for one in response.json()["data"]["result"]:
        yield one["metric"], float(one["value"][1])
