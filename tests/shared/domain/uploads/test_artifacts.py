"""The fingerprint by which CurseForge knows a file."""

import pytest

from shared.domain.uploads.artifacts import WHITESPACE, murmur2


@pytest.mark.parametrize(
    ("text", "value"),
    [(b"foo", 197930586), (b"foobarbaz", 2517958894), (b"hello world", 2824650221)],
)
def test_murmur2_without_white_space_is_curseforges(text: bytes, value: int) -> None:
    assert murmur2(text.translate(None, WHITESPACE)) == value


def test_murmur2_with_another_seed_is_the_same_function() -> None:
    assert murmur2(b"foo", 123) == 1412061192
    assert murmur2(b"foobarbaz", 234) == 1777016281
    assert murmur2(b"") == murmur2(bytearray())
