"""An uploaded picture becomes art in the sizes of its kind, or its creator reads why not."""

import hashlib

from shared.domain.uploads import art, artifacts, pictures
from shared.domain.uploads.art import ArtUploaded, Stored
from shared.runtime import errors, events, objects


@events.on_message(ArtUploaded, __file__)
def main(uploaded: ArtUploaded) -> None:
    """Make the art and show it; what was put before a kill is put again, under the same names."""
    if not art.is_due(uploaded):
        return
    try:
        picture = pictures.render(uploaded.kind, _read(uploaded))
    except pictures.Refused as refused:
        art.reject(uploaded, str(refused))
    else:
        sizes = [_put(one) for one in picture.renditions]
        art.publish(uploaded, picture.colour, sizes)
    objects.delete("artifacts", artifacts.incoming(uploaded.upload_id))


def _read(uploaded: ArtUploaded) -> bytes:
    try:
        return b"".join(objects.stream("artifacts", artifacts.incoming(uploaded.upload_id)))
    except errors.NotFound as error:
        raise pictures.Refused("the upload is gone: upload it again") from error


def _put(one: pictures.Rendition) -> Stored:
    name = f"art/{hashlib.sha256(one.body).hexdigest()}-{one.width}.webp"
    objects.put("public", name, one.body, content_type="image/webp", immutable=True)
    return Stored(width=one.width, height=one.height, name=name)
