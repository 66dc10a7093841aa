"""Languages: names and labels are kept by BCP 47 tag, English always, and looked up (RFC 4647).

The language is asked for by `?locale=`, never by Accept-Language: a CDN keeps one answer an
address. Every answer says which language it is in, for it may be another than was asked for.
"""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, StringConstraints

DEFAULT = "en"

Tag = Annotated[
    str,
    Field(max_length=35, pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", examples=["de-AT"]),
]
"""What a text's language is named by: as long as RFC 5646 §4.4.1 asks to have room for."""

LocaleTag = Annotated[
    str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$")
]
"""A BCP 47 tag of language, script and region, in the one way of writing it."""

Locale = Annotated[Tag | None, Field(description="A BCP 47 tag; English where it is unknown.")]
"""The query parameter `locale`; left out, it means English."""


def choose(wanted: str | None, available: Iterable[str]) -> str:
    """Return the tag among `available` that suits `wanted` best; English where none does.

    Lookup as RFC 4647 §3.4 has it: "zh-Hant-x-a" is followed by "zh-Hant", then "zh".
    """
    tags = {tag.lower(): tag for tag in available}
    parts = (wanted or DEFAULT).lower().split("-")
    while parts:
        found = tags.get("-".join(parts))
        if found is not None:
            return found
        parts.pop()
        while parts and len(parts[-1]) == 1:  # it only announces what was just cut off
            parts.pop()
    return tags.get(DEFAULT, DEFAULT)


def listed(tags: Iterable[str]) -> str:
    """Return the languages of an answer's texts as the header Content-Language lists them."""
    return ", ".join(sorted(set(tags))) or DEFAULT
