"""Renders an uploaded image as art in the sizes of its kind, or rejects it with a reason."""

import hashlib

from shared.domain.uploads import art, incoming, pictures
from shared.domain.uploads.art import ArtUploaded, Stored
from shared.runtime import errors, events, objects


@events.on_message(ArtUploaded, __file__)
def main(uploaded: ArtUploaded) -> None:
    """Render and publish the art; after a crash the same files are written again."""
    if not art.is_due(uploaded):
        return
    try:
        picture = pictures.render(uploaded.kind, _read(uploaded))
    except incoming.Rejected as rejected:
        art.reject(uploaded, rejected.detail)
    else:
        sizes = [_put(one) for one in picture.renditions]
        art.publish(uploaded, picture.colour, sizes)
    incoming.discard(uploaded.upload_id)


def _read(uploaded: ArtUploaded) -> bytes:
    try:
        return b"".join(objects.stream("artifacts", incoming.key(uploaded.upload_id)))
    except errors.NotFound as error:
        raise incoming.Rejected("missing", "the upload has expired: upload it again") from error


def _put(one: pictures.Rendition) -> Stored:
    name = f"art/{hashlib.sha256(one.body).hexdigest()}-{one.width}.webp"
    objects.put("public", name, one.body, content_type="image/webp", immutable=True)
    return Stored(width=one.width, height=one.height, name=name)
