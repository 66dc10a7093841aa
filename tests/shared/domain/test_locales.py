"""The lookup of the best available language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.domain import locales

AVAILABLE = ["en", "de", "de-CH", "pt-BR", "zh-Hant", "zh"]


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (None, "en"),
        ("en", "en"),
        ("en-GB", "en"),
        ("de-AT", "de"),
        ("de-CH", "de-CH"),
        ("DE-ch-1996", "de-CH"),
        ("pt-br", "pt-BR"),
        ("pt", "en"),
        ("zh-Hant-TW", "zh-Hant"),
        ("zh-Hant-x-private", "zh-Hant"),
        ("zh-a-x-b", "zh"),
        ("ja", "en"),
        ("", "en"),
    ],
)
def test_the_best_match_is_chosen(wanted: str | None, chosen: str) -> None:
    assert locales.choose(wanted, AVAILABLE) == chosen


def test_english_is_the_fallback_even_if_it_is_not_available() -> None:
    assert locales.choose("fr", ["de"]) == "en"
    assert locales.choose(None, []) == "en"


def test_a_tag_is_returned_as_it_is_spelled() -> None:
    assert locales.choose("de-at", ["EN", "De"]) == "De"
    assert locales.choose("fr", ["EN", "De"]) == "EN"


@given(st.text(max_size=60))
def test_an_available_language_is_always_chosen(wanted: str) -> None:
    assert locales.choose(wanted, AVAILABLE) in AVAILABLE


@pytest.mark.parametrize("tag", ["de", "de-AT", "zh-Hant-TW", "sl-rozaj-biske-1994"])
def test_a_valid_tag_is_accepted(tag: str) -> None:
    assert TypeAdapter(locales.Locale).validate_python(tag) == tag


@pytest.mark.parametrize(
    "tag",
    [
        "",
        "d",
        "de_AT",
        "de-",
        "-de",
        "de--AT",
        "de\n",
        "*",
        "i-klingon",
        "d e",
        "ä",
        "de-" + "a" * 9,
    ],
)
def test_an_invalid_tag_is_rejected(tag: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(locales.Locale).validate_python(tag)


def test_a_tag_has_at_most_35_characters() -> None:
    longest = "de-abcdefgh-abcdefgh-abcdefgh-abcde"
    assert TypeAdapter(locales.Tag).validate_python(longest) == longest
    with pytest.raises(ValidationError):
        TypeAdapter(locales.Tag).validate_python(longest + "f")
