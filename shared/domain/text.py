"""Normal forms of titles and names, public because clients and importers must agree on them.

- `title_key` identifies a title. Only case, width, spaces and trademark signs fold, so that "Beyond
  Good & Evil" and "Beyond Good and Evil" stay two games.
- `name_key` is what a name is found by. Accents, punctuation, "&" and letters like "ø" fold too.
"""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

NAME_KEY_LENGTH = 191


TRADEMARKS = re.compile("[™®©℠]")


JOINED = re.compile("['`.\u2018\u2019\u00b4]")
"""Marks inside a word: "Clancy's" is found by "clancys", "S.T.A.L.K.E.R." by "stalker"."""


PLAIN_LETTERS = str.maketrans(
    {
        "\u0131": "i", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th",
        "ħ": "h", "ŧ": "t", "ŋ": "n",
    }
)  # fmt: skip
"""Latin letters that Unicode does not decompose, and what people type instead."""


def title_key(title: str) -> str:
    """Return the identity of a title: case, width, spaces and trademark signs fold."""
    plain = unicodedata.normalize("NFKC", TRADEMARKS.sub("", title))
    return " ".join(plain.casefold().split())


def name_key(name: str) -> str:
    """Return what a name is found and sorted by; never empty unless the name is blank."""
    plain = JOINED.sub("", TRADEMARKS.sub("", name)).replace("&", " and ")
    letters = (c for c in unicodedata.normalize("NFKD", plain) if unicodedata.category(c) != "Mn")
    plain = "".join(letters).casefold().translate(PLAIN_LETTERS)
    folded = "".join(c if c.isalnum() else " " for c in plain)
    key = unicodedata.normalize("NFKC", " ".join(folded.split()))
    return (key or title_key(name))[:NAME_KEY_LENGTH]


CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Includes the characters that change text direction: they make one name look like another."""


def printable(text: str) -> str:
    """Return text that can be displayed; raise ValueError for any other."""
    if CONTROL.search(text):
        raise ValueError("it contains a control character")
    if text and not any(char.isprintable() and not char.isspace() for char in text):
        raise ValueError("it has no visible character")
    return text


Label = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(printable),
]
