"""Rebuilds the detection lists every ten minutes, if the catalog has changed."""

from shared.domain.catalog.detection import publishing
from shared.runtime import events


@events.on_schedule(__file__)
def main() -> dict[str, int]:
    """Publish the lists that have changed, then delete files that no client needs any more."""
    return {"written": publishing.publish(), "deleted": publishing.delete_unused()}
