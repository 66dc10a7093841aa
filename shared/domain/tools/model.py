"""The parts of a tool: its kind, translated text and options, and its versions and their order.

The phone page, the overlay and the editor are rendered from the options alone, so options that
cannot be rendered are rejected here.
"""

import re
from collections import Counter
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    model_validator,
)

from shared.domain.ids import Id
from shared.domain.locales import LocaleTag
from shared.domain.text import CONTROL, Label, printable

Kind = Literal["trainer", "mod", "widget", "config_pack"]
Channel = Literal["stable", "beta", "alpha"]
State = Literal["draft", "verifying", "published", "rejected", "withdrawn"]
OptionKind = Literal["toggle", "number", "choice", "text", "key", "action"]

_NUMBER = r"(0|[1-9][0-9]*)"
_IDENTIFIER = r"(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
SEMVER = rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-{_IDENTIFIER}(\.{_IDENTIFIER})*)?"
_COMPARATOR = rf"(>=|>|<=|<|=){SEMVER}"

_ID = r"^[a-z][a-z0-9_-]{0,63}$"
_LARGEST = 10**15
"""Below 2^53, so that JavaScript represents every integer exactly."""

_MEMBERS: dict[OptionKind, tuple[set[str], set[str]]] = {
    "toggle": ({"default"}, set()),
    "number": ({"default", "min", "max"}, {"step"}),
    "choice": ({"default", "choices"}, set()),
    "text": ({"default"}, set()),
    "key": (set(), {"default"}),
    "action": (set(), set()),
}
"""The required and the optional members of each kind of option, beyond id, labels and group."""


def _with_english(texts: dict[str, object]) -> dict[str, object]:
    if "en" not in texts:
        raise ValueError("`en` is missing: it is the fallback for every other language")
    return texts


Version = Annotated[str, StringConstraints(pattern=rf"^{SEMVER}$", max_length=64)]
"""Semantic Versioning 2.0.0 without build metadata, which does not affect the order."""
Range = Annotated[
    str, StringConstraints(pattern=rf"^(\*|{_COMPARATOR}( {_COMPARATOR})?)$", max_length=140)
]
"""`*`, or one or two bounds that must all hold: `>=1.2.0 <2.0.0`."""
OptionId = Annotated[str, StringConstraints(pattern=_ID)]
Labels = Annotated[dict[LocaleTag, Label], Field(max_length=50), AfterValidator(_with_english)]
Number = (
    Annotated[int, Field(ge=-_LARGEST, le=_LARGEST)]
    | Annotated[float, Field(ge=-_LARGEST, le=_LARGEST, allow_inf_nan=False)]
)
KeyCombination = re.compile(r"((Ctrl|Alt|Shift|Meta)\+){0,4}[A-Z][A-Za-z0-9]{1,23}")
"""Modifiers and a W3C `KeyboardEvent.code`: `Ctrl+KeyK`, `F1`."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _example(**members: JsonValue) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [members]})


class ToolText(_Strict):
    """A tool's name and summary in one language."""

    name: Label
    summary: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(printable)
    ] = ""


Texts = Annotated[dict[LocaleTag, ToolText], Field(max_length=50), AfterValidator(_with_english)]


class ChoiceDefinition(_Strict):
    """One of the values of a choice."""

    value: OptionId
    labels: Labels


class OptionDefinition(_Strict):
    """A setting that a player can change, or an action that a player can trigger.

    group: the heading under which the option is shown. List options of the same group
        consecutively.
    default: true or false for a toggle, a number between `min` and `max`, one of the `choices`,
    text of at most 200 characters, or a key such as `Ctrl+KeyK`. An action has no default.
    replaces: the id of an earlier version's option whose setting this option takes over.
    """

    model_config = _example(
        id="speed", kind="number", labels={"en": "Speed"}, min=1, max=10, step=1, default=2
    )

    id: OptionId
    kind: OptionKind
    labels: Labels
    group: Labels | None = None
    min: Number | None = None
    max: Number | None = None
    step: Number | None = None
    choices: Annotated[list[ChoiceDefinition], Field(min_length=1, max_length=100)] | None = None
    default: bool | Number | Annotated[str, StringConstraints(max_length=200)] | None = None
    replaces: OptionId | None = None

    @model_validator(mode="after")
    def _has_valid_members(self) -> Self:
        needed, allowed = _MEMBERS[self.kind]
        given = {
            name
            for name in ("min", "max", "step", "choices", "default")
            if getattr(self, name) is not None
        }
        for name in sorted(needed - given):
            raise ValueError(f"{self.id}: an option of kind {self.kind} needs `{name}`")
        for name in sorted(given - needed - allowed):
            raise ValueError(f"{self.id}: an option of kind {self.kind} has no `{name}`")
        problem = self._problem()
        if problem:
            raise ValueError(f"{self.id}: {problem}")
        return self

    def _problem(self) -> str | None:
        match self.kind:
            case "toggle" if not isinstance(self.default, bool):
                return "the default of a toggle must be true or false"
            case "number":
                return self._number_problem()
            case "choice":
                return self._choice_problem()
            case "text" if not isinstance(self.default, str) or CONTROL.search(self.default):
                return "the default of a text must be a string without control characters"
            case "key" if self.default is not None and not _is_key(self.default):
                return "the default of a key must look like `Ctrl+KeyK` or `F1`"
            case _:
                return None

    def _number_problem(self) -> str | None:
        default, low, high = self.default, self.min, self.max
        if isinstance(default, str | bool) or default is None or low is None or high is None:
            return "the default of a number must be a number"
        if not low <= default <= high:
            return "`min`, `default` and `max` must be in this order"
        if self.step is not None and self.step <= 0:
            return "`step` must be more than 0"
        return None

    def _choice_problem(self) -> str | None:
        values = Counter(choice.value for choice in self.choices or ())
        if values.total() > len(values):
            return "two choices have the same value"
        return None if self.default in values else "the default is not one of the choices"


def _is_key(default: object) -> bool:
    return isinstance(default, str) and KeyCombination.fullmatch(default) is not None


def _unambiguous(options: list[OptionDefinition]) -> list[OptionDefinition]:
    """Reject a list in which two options could take over the same setting."""
    ids = Counter(option.id for option in options)
    replaced = Counter(option.replaces for option in options if option.replaces)
    for name, times in ids.items():
        if times > 1:
            raise ValueError(f"two options have the id {name}")
        if name in replaced:
            raise ValueError(f"option {name} is still in the list and cannot be replaced")
    for name, times in replaced.items():
        if times > 1:
            raise ValueError(f"two options replace {name}")
    return options


Options = Annotated[list[OptionDefinition], Field(max_length=200), AfterValidator(_unambiguous)]


class Dependency(_Strict):
    """A tool that this version requires, and the range of acceptable versions."""

    model_config = _example(tool_id="7", range=">=1.2.0 <2.0.0")

    tool_id: Id
    range: Range


def sort_key(version: str) -> str:
    """Return a key for sorting versions bytewise in Semantic Versioning 2.0.0 order.

    Each number is prefixed with its digit count, so that 9 sorts before 10. After the three
    numbers, `#` (numeric identifier) sorts before `$` (alphanumeric identifier), and both before
    `~` (no pre-release). `!` ends an alphanumeric identifier, so that a shorter identifier sorts
    before a longer one that starts with it. All of these characters sort after the space, with
    which MySQL pads strings.
    """
    numbers, _, prerelease = version.partition("+")[0].partition("-")
    key = "".join(_length_prefixed(number) for number in numbers.split("."))
    if not prerelease:
        return key + "~"
    return key + "".join(
        f"#{_length_prefixed(word)}" if word.isdigit() else f"${word}!"
        for word in prerelease.split(".")
    )


def _length_prefixed(number: str) -> str:
    return chr(ord("0") + len(number)) + number
