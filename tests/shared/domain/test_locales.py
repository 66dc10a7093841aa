"""Which of the languages that there are suits the one that is asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.domain import locales

THERE_ARE = ["en", "de", "de-CH", "pt-BR", "zh-Hant", "zh"]


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
def test_the_nearest_is_chosen(wanted: str | None, chosen: str) -> None:
    assert locales.choose(wanted, THERE_ARE) == chosen


def test_english_is_the_answer_also_where_it_is_not_listed() -> None:
    assert locales.choose("fr", ["de"]) == "en"
    assert locales.choose(None, []) == "en"


def test_a_tag_is_answered_as_it_is_spelt() -> None:
    assert locales.choose("de-at", ["EN", "De"]) == "De"
    assert locales.choose("fr", ["EN", "De"]) == "EN"


@given(st.text(max_size=60))
def test_whatever_is_wanted_something_is_chosen(wanted: str) -> None:
    assert locales.choose(wanted, THERE_ARE) in THERE_ARE


@pytest.mark.parametrize("tag", ["de", "de-AT", "zh-Hant-TW", "sl-rozaj-biske-1994"])
def test_what_a_tag_looks_like(tag: str) -> None:
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
def test_what_is_no_tag(tag: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(locales.Locale).validate_python(tag)


def test_a_tag_has_at_most_35_characters() -> None:
    longest = "de-abcdefgh-abcdefgh-abcdefgh-abcde"
    assert TypeAdapter(locales.Tag).validate_python(longest) == longest
    with pytest.raises(ValidationError):
        TypeAdapter(locales.Tag).validate_python(longest + "f")
