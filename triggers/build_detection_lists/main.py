"""The lists for detecting games locally follow the catalog, at most every ten minutes."""

from shared.domain.catalog.detection import files
from shared.runtime import events


@events.on_schedule(__file__)
def main() -> dict[str, int]:
    """Publish what has changed, then delete what nobody can be told of any more."""
    return {"written": files.build(), "deleted": files.clean()}
