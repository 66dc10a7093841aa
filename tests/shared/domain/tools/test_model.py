"""Options that can be drawn, texts that fall back to English, and versions in their order."""

import re
from functools import cmp_to_key
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.domain.tools.model import (
    SEMVER,
    Dependency,
    Labels,
    OptionDefinition,
    Options,
    Texts,
    Version,
    sort_key,
)

OPTIONS, TEXTS, LABELS = TypeAdapter(Options), TypeAdapter(Texts), TypeAdapter(Labels)
EN = {"en": "Speed"}
NUMBER = {"kind": "number", "min": 1, "max": 10, "default": 2}
CHOICES = [{"value": "easy", "labels": EN}, {"value": "hard", "labels": EN}]
PRECEDENCE = [
    "0.0.0",
    "0.9.9",
    "0.9.10",
    "0.10.0",
    "1.0.0-0",
    "1.0.0-9",
    "1.0.0-10",
    "1.0.0-10.1",
    "1.0.0--1",
    "1.0.0-1a",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.1.0",
    "1.0.0-alpha.beta",
    "1.0.0-alpha-1",
    "1.0.0-alphabet",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1",
    "2.0.0",
    "10.0.0",
]


def option(**members: Any) -> dict[str, Any]:
    return {"id": "speed", "labels": EN, **members}


def complaint(model: TypeAdapter[Any], given: Any) -> str:
    with pytest.raises(ValidationError) as raised:
        model.validate_python(given)
    return str(raised.value)


@pytest.mark.parametrize(
    "given",
    [
        option(kind="toggle", default=False),
        option(**NUMBER),
        option(**NUMBER, step=0.5, group={"en": "Ship", "de": "Schiff"}),
        option(**NUMBER | {"min": -0.5, "default": 0.0}),
        option(kind="choice", choices=CHOICES, default="hard"),
        option(kind="text", default=""),
        option(kind="key"),
        option(kind="key", default="Ctrl+Shift+KeyK"),
        option(kind="key", default="F1", replaces="old_speed"),
        option(kind="action"),
    ],
)
def test_options_that_can_be_drawn(given: dict[str, Any]) -> None:
    (made,) = OPTIONS.validate_python([given])
    assert made.model_dump(exclude_none=True) == given


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (option(kind="toggle"), "needs `default`"),
        (option(kind="toggle", default=1), "true or false"),
        (option(kind="toggle", default="true"), "true or false"),
        (option(kind="toggle", default=True, min=1), "has no `min`"),
        (option(kind="number", default=2, min=1), "needs `max`"),
        (option(**NUMBER | {"default": 11}), "must be in this order"),
        (option(**NUMBER | {"default": True}), "must be a number"),
        (option(**NUMBER | {"max": float("inf")}), "finite"),
        (option(**NUMBER | {"max": 2**60}), "less than or equal"),
        (option(**NUMBER, step=0), "more than 0"),
        (option(**NUMBER, choices=CHOICES), "has no `choices`"),
        (option(kind="choice", default="easy"), "needs `choices`"),
        (option(kind="choice", default="easy", choices=[]), "at least 1"),
        (option(kind="choice", default="other", choices=CHOICES), "not one of the choices"),
        (option(kind="choice", default="easy", choices=CHOICES * 2), "same value"),
        (option(kind="text", default=1), "must be a string"),
        (option(kind="text", default="a\x00b"), "control characters"),
        (option(kind="text", default="x" * 201), "at most 200"),
        (option(kind="key", default="ctrl-k"), "must look like"),
        (option(kind="key", default="F1\n"), "must look like"),
        (option(kind="action", default=True), "has no `default`"),
        (option(kind="slider", default=1), "'toggle', 'number'"),
        (option(kind="action", labels={"de": "Tempo"}), "`en` is missing"),
        (option(kind="action", labels={**EN, "DE": "Tempo"}), "pattern"),
        (option(kind="action", labels={"en": " "}), "at least 1"),
        (option(kind="action", labels={"en": "a\x00b"}), "control character"),
        (option(kind="action", labels={"en": "a\u202eb"}), "control character"),
        (option(kind="action", labels={"en": "\u200b"}), "no visible character"),
        (option(kind="action", labels={"en": "x" * 101}), "at most 100"),
        (option(kind="action", id="Speed"), "pattern"),
        (option(kind="action", id="speed\n"), "pattern"),
        (option(kind="action", colour="red"), "not permitted"),
    ],
)
def test_options_that_cannot_be_drawn(given: dict[str, Any], says: str) -> None:
    assert says in complaint(OPTIONS, [given])


@pytest.mark.parametrize(
    ("ids", "says"),
    [
        ([("a", None), ("a", None)], "two options have the id a"),
        ([("a", None), ("b", "a")], "a is still in the list"),
        ([("a", "a")], "a is still in the list"),
        ([("a", "c"), ("b", "c")], "two options replace c"),
    ],
)
def test_whose_setting_an_option_takes_is_clear(
    ids: list[tuple[str, str | None]], says: str
) -> None:
    options = [option(kind="action") | {"id": one, "replaces": old} for one, old in ids]
    assert says in complaint(OPTIONS, options)


def test_texts_have_english_and_whole_names() -> None:
    assert TEXTS.validate_python({"en": {"name": " Calm "}})["en"].name == "Calm"
    assert "`en` is missing" in complaint(TEXTS, {"pt-BR": {"name": "Calmo"}})
    assert "at least 1" in complaint(TEXTS, {"en": {"name": ""}})
    assert LABELS.validate_python({**EN, "zh-Hant-TW": "速度", "es-419": "Velocidad"})


def test_an_option_is_read_as_it_was_written() -> None:
    made = OptionDefinition.model_validate(option(**NUMBER))
    assert OptionDefinition.model_validate_json(made.model_dump_json(exclude_none=True)) == made


@pytest.mark.parametrize("text", ["*", "=1.0.0", ">=1.2.0", ">=1.2.0 <2.0.0-0"])
def test_ranges(text: str) -> None:
    assert Dependency(tool_id="7", range=text).range == text


@pytest.mark.parametrize(
    "text", ["", "1.0.0", "^1.0.0", ">=1", ">= 1.0.0", ">=1.0.0  <2.0.0", "*\n", ">=1.0.0 " * 3]
)
def test_what_is_no_range(text: str) -> None:
    with pytest.raises(ValidationError):
        Dependency(tool_id="7", range=text)


@pytest.mark.parametrize("text", PRECEDENCE)
def test_versions(text: str) -> None:
    assert TypeAdapter(Version).validate_python(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.0",
        "01.0.0",
        "1.0.0-",
        "1.0.0-01",
        "1.0.0-a..b",
        "1.0.0+7",
        "1.0.0\n",
        "v1.0.0",
        "1.0.0-ä",
        "1.0.٣",
        "1.0.0-" + "a" * 59,
    ],
)
def test_what_is_no_version(text: str) -> None:
    complaint(TypeAdapter(Version), text)


def test_the_standards_own_order() -> None:
    assert sorted(PRECEDENCE, key=sort_key) == PRECEDENCE


def precedence(first: str, second: str) -> int:
    """Compare as Semantic Versioning 2.0.0 says in §11, word for word."""
    (core, _, release), (other_core, _, other_release) = (
        one.partition("-") for one in (first, second)
    )
    numbers, others = ([int(n) for n in one.split(".")] for one in (core, other_core))
    if numbers != others:
        return 1 if numbers > others else -1
    if not release or not other_release:
        return bool(other_release) - bool(release)
    for word, other in zip(release.split("."), other_release.split("."), strict=False):
        if word == other:
            continue
        if word.isdigit() and other.isdigit():
            return 1 if int(word) > int(other) else -1
        if word.isdigit() != other.isdigit():
            return -1 if word.isdigit() else 1
        return 1 if word > other else -1
    return release.count(".") - other_release.count(".")


@given(st.lists(st.from_regex(re.compile(SEMVER, re.ASCII), fullmatch=True), max_size=6))
def test_the_key_sorts_as_the_standard_compares(versions: list[str]) -> None:
    short = [one for one in versions if len(one) <= 64]
    keys = [sort_key(one) for one in short]
    assert all(len(key) <= 191 and min(key) > " " for key in keys)
    ordered = sorted(short, key=cmp_to_key(precedence))
    assert [sort_key(one) for one in ordered] == sorted(keys)
    assert len(set(keys)) == len(set(short))
