"""An uploaded file becomes an artifact, and its version is published, or rejected with a reason."""

from shared.domain.tools import versions
from shared.domain.tools.versions import ArtifactUploaded
from shared.runtime import events, outbox


@events.on_message(ArtifactUploaded, __file__)
def main(told: ArtifactUploaded) -> None:
    """Verify it; told again, a version that has its verdict stays as it is."""
    versions.verify(told)
    outbox.flush()
