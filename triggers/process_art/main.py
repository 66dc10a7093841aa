"""Renders an uploaded image as art in all required sizes, or rejects it with a reason."""

import hashlib

from shared.domain.uploads import art, incoming, pictures
from shared.domain.uploads.art import ArtUploaded, StoredSize
from shared.runtime import errors, events, objects


@events.on_message(ArtUploaded, __file__)
def main(uploaded: ArtUploaded) -> None:
    """Render and publish the art; a retry after a crash rewrites the same files."""
    if not art.is_due(uploaded):
        return
    try:
        picture = pictures.render(uploaded.kind, _read(uploaded))
    except incoming.Rejected as rejected:
        art.reject(uploaded, rejected.detail)
    else:
        sizes = [_put(rendition) for rendition in picture.renditions]
        art.publish(uploaded, picture.colour, sizes)
    incoming.discard(uploaded.upload_id)


def _read(uploaded: ArtUploaded) -> bytes:
    try:
        return b"".join(objects.stream("artifacts", incoming.key(uploaded.upload_id)))
    except errors.NotFound as error:
        raise incoming.Rejected("missing", "the upload has expired: upload it again") from error


def _put(rendition: pictures.Rendition) -> StoredSize:
    name = f"art/{hashlib.sha256(rendition.body).hexdigest()}-{rendition.width}.webp"
    objects.put("public", name, rendition.body, content_type="image/webp", immutable=True)
    return StoredSize(width=rendition.width, height=rendition.height, name=name)
