"""The lists for detecting games locally follow the catalog, at most every ten minutes."""

from shared.domain.catalog.detection import publishing
from shared.runtime import events


@events.on_schedule(__file__)
def main() -> dict[str, int]:
    """Publish what has changed, then delete what nobody can be told of any more."""
    return {"written": publishing.publish(), "deleted": publishing.delete_unused()}
