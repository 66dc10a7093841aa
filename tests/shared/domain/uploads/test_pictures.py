"""Rendering of art: accepted images, reasons for rejection, and what is public."""

import contextlib
import io
import json
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw

from scripts.bundling import imports
from shared.domain.catalog import art
from shared.domain.catalog.art import Kind
from shared.domain.uploads import art as art_uploads
from shared.domain.uploads import incoming, pictures
from shared.runtime import manifest, settings
from shared.runtime.manifest import Manifest

RED, BLUE, GREY = (200, 30, 30), (20, 40, 200), (120, 120, 120)


def encoded(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def plain(width: int, height: int, colour: Any = RED, mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (width, height), colour)


def opened(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body))


def near(colour: str, rgb: tuple[int, int, int], far: int = 6) -> bool:
    parts = bytes.fromhex(colour.removeprefix("#"))
    return all(abs(one - other) <= far for one, other in zip(parts, rgb, strict=True))


@pytest.mark.parametrize(
    ("kind", "size", "made"),
    [
        ("icon", (512, 512), [(64, 64), (128, 128), (256, 256)]),
        ("cover", (600, 900), [(300, 450), (600, 900)]),
        ("cover", (1000, 1490), [(300, 450), (600, 900)]),
        ("banner", (1920, 1080), [(640, 360), (1280, 720)]),
        ("banner", (1600, 1000), [(640, 360), (1280, 720)]),
    ],
)
def test_each_kind_has_its_sizes(
    kind: Kind, size: tuple[int, int], made: list[tuple[int, int]]
) -> None:
    renditions = pictures.render(kind, encoded(plain(*size))).renditions
    assert [(one.width, one.height) for one in renditions] == made
    assert [opened(one.body).size for one in renditions] == made
    assert {opened(one.body).format for one in renditions} == {"WEBP"}


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_three_formats_are_accepted(form: str) -> None:
    assert near(pictures.render("icon", encoded(plain(256, 256), form)).colour, RED)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
def test_every_png_mode_is_accepted(mode: str) -> None:
    image = plain(256, 256, 40000, mode) if mode == "I;16" else plain(256, 256).convert(mode)
    colour = bytes.fromhex(pictures.render("icon", encoded(image)).colour[1:])
    if mode == "I;16":
        assert colour == bytes([156] * 3)


def test_cmyk_is_accepted() -> None:
    image = plain(256, 256).convert("CMYK")
    assert near(pictures.render("icon", encoded(image, "JPEG")).colour, RED)


def test_metadata_is_removed_and_the_picture_is_upright() -> None:
    image = plain(600, 300, BLUE)
    ImageDraw.Draw(image).rectangle((0, 0, 299, 299), RED)
    upright = image.crop((0, 0, 600, 300)).resize((900, 600)).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # rotated by 90 degrees
    exif[0x010E] = "Ada's desk"
    raw = encoded(
        upright.rotate(90, expand=True),
        "JPEG",
        exif=exif,
        xmp=b"<x:xmpmeta>Ada</x:xmpmeta>",
        icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    )
    assert b"Ada" in raw
    for one in pictures.render("cover", raw).renditions:
        made = opened(one.body)
        top, bottom = (made.getpixel((one.width // 2, y)) for y in (5, one.height - 5))
        assert isinstance(top, tuple)
        assert isinstance(bottom, tuple)
        assert (top[2] > top[0], bottom[0] > bottom[2]) == (True, True)
        assert b"Ada" not in one.body
        assert not {"exif", "xmp", "icc_profile"} & set(made.info)


def test_transparency_is_kept() -> None:
    image = plain(256, 256, (*RED, 0), "RGBA")
    ImageDraw.Draw(image).ellipse((64, 64, 192, 192), (*BLUE, 255))
    picture = pictures.render("icon", encoded(image))
    assert near(picture.colour, BLUE)
    assert opened(picture.renditions[0].body).mode == "RGBA"


def test_the_colour_occurs_in_the_picture() -> None:
    halves = plain(300, 300, RED)
    ImageDraw.Draw(halves).rectangle((0, 0, 299, 120), BLUE)
    assert near(pictures.render("icon", encoded(halves)).colour, RED)


def test_a_vivid_colour_wins_over_a_somewhat_more_frequent_grey() -> None:
    patch = plain(300, 300, GREY)
    ImageDraw.Draw(patch).rectangle((0, 0, 299, 119), BLUE)
    assert near(pictures.render("icon", encoded(patch)).colour, BLUE)
    speck = plain(300, 300, GREY)
    ImageDraw.Draw(speck).rectangle((0, 0, 29, 29), BLUE)
    assert near(pictures.render("icon", encoded(speck)).colour, GREY)


def bomb() -> bytes:
    """Return a PNG of a few kB that declares 10 billion pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        check = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", check)

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")


def animated(form: str) -> Callable[[], bytes]:
    frames = [plain(256, 256, BLUE)]
    return lambda: encoded(plain(256, 256), form, save_all=True, append_images=frames)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (lambda: b"", "not a PNG, JPEG or WebP"),
        (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a PNG, JPEG or WebP"),
        (lambda: encoded(plain(256, 256), "GIF"), "not a PNG, JPEG or WebP"),
        (lambda: encoded(plain(256, 256), "TIFF"), "not a PNG, JPEG or WebP"),
        (lambda: encoded(plain(256, 256))[:200], "corrupt"),
        (lambda: encoded(Image.effect_noise((256, 256), 50), "JPEG")[:4000], "corrupt"),
        (animated("PNG"), "animated"),
        (animated("WEBP"), "animated"),
        (bomb, "100000 by 100000 pixels"),
        (lambda: encoded(plain(255, 255)), "at least 256 by 256"),
        (lambda: encoded(plain(256, 300)), "the icon must be 1:1"),
        (lambda: encoded(plain(256, 256, (1, 2, 3, 0), "RGBA")), "transparent"),
    ],
)
def test_a_rejection_names_the_reason(raw: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(incoming.Rejected, match=reason):
        pictures.render("icon", raw())


@given(st.binary(max_size=300), st.integers(0, 2000))
def test_corrupt_bytes_are_rejected_without_a_crash(noise: bytes, at: int) -> None:
    raw = encoded(plain(256, 256))
    broken = raw[: at % len(raw)] + noise + raw[at % len(raw) + len(noise) :]
    with contextlib.suppress(incoming.Rejected):
        pictures.render("icon", broken)


def test_published_art_has_urls_and_no_uploads(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ENDPOINT", "KEY_ID", "SECRET", "ARTIFACTS_BUCKET", "PUBLIC_BUCKET"):
        monkeypatch.setenv(f"OBJECTS_{name}", "x")
    monkeypatch.setenv("OBJECTS_PUBLIC_URL", "https://cdn.example")
    settings.reset()
    size = {"width": 64, "height": 64, "name": "art/abc-64.webp"}
    upload = {"upload_id": "u2", "state": "rejected", "reason": "animated"}
    stored = json.dumps(
        {
            "icon": {"colour": "#c81e1e", "sizes": [size], "upload": upload},
            "cover": {"upload": {"upload_id": "u1", "state": "waiting"}},
        }
    )
    try:
        found = art.from_column(stored)
    finally:
        settings.reset()
    assert {kind: one.model_dump() for kind, one in found.items()} == {
        "icon": {
            "colour": "#c81e1e",
            "sizes": [{"width": 64, "height": 64, "url": "https://cdn.example/art/abc-64.webp"}],
        }
    }
    assert art_uploads._uploads(stored)["icon"].reason == "animated"
    assert art_uploads._uploads(stored)["cover"].state == "waiting"
    assert art.from_column(None) == {}
    assert art_uploads._uploads(None) == {}


@pytest.mark.parametrize(
    "function", manifest.discover([imports.ROOT]).values(), ids=lambda one: one.name
)
def test_exactly_the_functions_that_declare_images_bundle_pillow(function: Manifest) -> None:
    decodes = "PIL" in imports.outside(imports.closure(function.source))
    assert decodes == ("images" in function.needs)
