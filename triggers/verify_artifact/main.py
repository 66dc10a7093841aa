"""Verifies an uploaded file, then publishes its version or rejects it with a reason."""

from shared.domain.tools import versions
from shared.domain.tools.versions import ArtifactUploaded
from shared.runtime import events, outbox


@events.on_message(ArtifactUploaded, __file__)
def main(uploaded: ArtifactUploaded) -> None:
    """Verify the file; a redelivery does not change a version that has already been verified."""
    versions.verify(uploaded)
    outbox.flush()
