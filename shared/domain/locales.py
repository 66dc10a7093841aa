"""Selects translations by BCP 47 language tag, using the lookup of RFC 4647.

Every text exists in English. Clients choose a language with `?locale=`, not Accept-Language,
because a CDN caches one response per URL. Each response states the language of its text, which
may differ from the requested one.
"""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, StringConstraints

DEFAULT = "en"

Tag = Annotated[
    str,
    Field(max_length=35, pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", examples=["de-AT"]),
]
"""A BCP 47 tag, up to the length that RFC 5646 §4.4.1 requires systems to support."""

LocaleTag = Annotated[
    str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$")
]
"""A BCP 47 tag of language, script and region, in canonical case."""

Locale = Annotated[Tag | None, Field(description="A BCP 47 tag; the fallback is English.")]
"""The query parameter `locale`; the default is English."""


def choose(wanted: str | None, available: Iterable[str]) -> str:
    """Return the available tag that matches `wanted` best, or English if none does.

    Uses the lookup of RFC 4647 §3.4: "zh-Hant-x-a" falls back to "zh-Hant", then "zh".
    """
    tags = {tag.lower(): tag for tag in available}
    parts = (wanted or DEFAULT).lower().split("-")
    while parts:
        match = tags.get("-".join(parts))
        if match is not None:
            return match
        parts.pop()
        while parts and len(parts[-1]) == 1:  # a singleton only introduces the removed subtag
            parts.pop()
    return tags.get(DEFAULT, DEFAULT)


def content_language(tags: Iterable[str]) -> str:
    """Format the languages of a response's text as a Content-Language header."""
    return ", ".join(sorted(set(tags))) or DEFAULT
