"""Applies the saved plan: `python -m scripts.release.apply`.

The new revisions do not receive traffic yet.
"""

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from scripts.release import PLAN, plan, shell

LATEST = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"


def unpinned(planned: Mapping[str, Any]) -> Iterator[str]:
    """Yield each running function whose traffic the plan would move to a new revision."""
    for change in planned.get("resource_changes", []):
        is_service = change["type"] == "google_cloud_run_v2_service"
        if not is_service or "update" not in change["change"]["actions"]:
            continue
        traffic = change["change"]["after"].get("traffic") or [{"type": LATEST}]
        if any(one.get("type") == LATEST and one.get("percent") != 0 for one in traffic):
            yield change["change"]["after"]["name"]


def main() -> None:
    """Apply the plan, unless it would move traffic."""
    sh = shell.from_arguments(__doc__)
    found = list(unpinned(sh.read_json(*plan.TERRAFORM, "show", "-json", str(PLAN), dry={})))
    if found:
        sys.exit(
            f"The plan was made before {', '.join(found)} was pinned and would send all traffic to"
            " the new revision at once: run pin, then plan."
        )
    sh.run(*plan.TERRAFORM, "apply", "-input=false", "-lock-timeout=300s", str(PLAN))


if __name__ == "__main__":
    main()
