"""Renders an uploaded image as art: validates it, crops it to each size and drops its metadata.

Only this module imports Pillow, so that functions which only show art do not load the library.
"""

import io
import struct
from dataclasses import dataclass
from typing import NamedTuple

from PIL import Image, ImageCms, ImageOps

from shared.domain.catalog.art import Kind
from shared.domain.uploads.incoming import Rejected

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 40_000_000
OPAQUE = 128
"""A pixel with at least this alpha counts towards the colour."""
QUALITY = 85
# Pillow only warns about large images; MAX_PIXELS rejects them before anything is decoded.
Image.MAX_IMAGE_PIXELS = None
SWATCHES = 12


class Shape(NamedTuple):
    """A kind's aspect ratio, the accepted deviation from it, and the widths to render."""

    ratio_width: int
    ratio_height: int
    tolerance: float
    widths: tuple[int, ...]

    def height(self, width: int) -> int:
        """Return the height that gives a picture of this width the kind's aspect ratio."""
        return width * self.ratio_height // self.ratio_width


SHAPES: dict[Kind, Shape] = {
    "icon": Shape(1, 1, 0.02, (64, 128, 256)),
    "cover": Shape(2, 3, 0.02, (300, 600)),
    "banner": Shape(16, 9, 0.15, (640, 1280)),
}


@dataclass(frozen=True)
class Rendition:
    """One size, encoded as WebP."""

    width: int
    height: int
    body: bytes


@dataclass(frozen=True)
class Picture:
    """All sizes of a picture, and the colour to show until the picture is loaded."""

    colour: str
    renditions: list[Rendition]


def render(kind: Kind, raw: bytes) -> Picture:
    """Return the sizes and the colour of an uploaded picture; raise Rejected."""
    image, shape = _decoded(raw), SHAPES[kind]
    _check_shape(kind, image.size)
    sizes = [(width, shape.height(width)) for width in shape.widths]
    images = [ImageOps.fit(image, size, Image.Resampling.LANCZOS) for size in sizes]
    colour = _colour(images[0])
    return Picture(colour, [Rendition(*rendered.size, _webp(rendered)) for rendered in images])


def _decoded(raw: bytes) -> Image.Image:
    """Return the picture upright, converted to RGB or RGBA in the sRGB colour space."""
    try:
        image = Image.open(io.BytesIO(raw), formats=FORMATS)
    except (OSError, SyntaxError, ValueError) as error:
        raise Rejected("not_an_image", "the file is not a PNG, JPEG or WebP image") from error
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise Rejected(
            "too_large",
            f"the image has {width} by {height} pixels; at most {MAX_PIXELS:,} are accepted",
        )
    try:
        if getattr(image, "n_frames", 1) > 1:
            raise Rejected("animated", "animated images are not accepted")
        return _in_srgb(ImageOps.exif_transpose(image))
    # Decoders raise all of these for corrupt bytes.
    except (OSError, SyntaxError, ValueError, IndexError, TypeError, struct.error) as error:
        raise Rejected("corrupt", "the image is corrupt and cannot be decoded") from error


def _in_srgb(image: Image.Image) -> Image.Image:
    """Convert the picture to sRGB, because its colour profile is removed with the metadata."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):  # 16 bits; Pillow would clip them, not scale them
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if image.mode != "CMYK":
        image = image.convert(mode)
    if profile:
        try:
            source, target = (
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
            )
            converted = ImageCms.profileToProfile(image, source, target, outputMode=mode)
        except ImageCms.PyCMSError:
            converted = None  # an unreadable profile, or one for another colour space
        if converted is not None:
            return converted
    return image.convert(mode)


def _check_shape(kind: Kind, size: tuple[int, int]) -> None:
    shape, (width, height) = SHAPES[kind], size
    min_width, min_height = shape.widths[-1], shape.height(shape.widths[-1])
    actual = f"the image has {width} by {height} pixels"
    if width < min_width or height < min_height:
        detail = f"{actual}; the {kind} must have at least {min_width} by {min_height}"
        raise Rejected("too_small", detail)
    if abs(width * shape.ratio_height / (height * shape.ratio_width) - 1) > shape.tolerance:
        detail = f"{actual}; the {kind} must be {shape.ratio_width}:{shape.ratio_height}"
        raise Rejected("wrong_shape", detail)


def _webp(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.info = {}
    image.save(file, "WEBP", quality=QUALITY, method=4)
    return file.getvalue()


def _colour(image: Image.Image) -> str:
    """Return the dominant colour: the most frequent one, with a preference for vivid colours.

    The mean of all pixels might be a colour that the picture does not contain.
    """
    raw = image.convert("RGBA").tobytes()
    opaque = b"".join(raw[at : at + 3] for at in range(0, len(raw), 4) if raw[at + 3] >= OPAQUE)
    if not opaque:
        raise Rejected("transparent", "the image is fully transparent")
    pixels = Image.frombytes("RGB", (len(opaque) // 3, 1), opaque).quantize(SWATCHES)
    palette = iter(pixels.getpalette("RGB") or [])
    patches = zip(pixels.histogram(), zip(palette, palette, palette, strict=False), strict=False)
    _, rgb = max(patches, key=lambda patch: patch[0] * (64 + max(patch[1]) - min(patch[1])))
    return "#{:02x}{:02x}{:02x}".format(*rgb)
