"""Normal forms of titles and names, and checks on text that is displayed.

- `title_key` identifies a title. It folds only case, width, spaces and trademark signs, so that
  "Beyond Good & Evil" and "Beyond Good and Evil" stay different games.
- `name_key` is for search and sorting. `name_key` also folds accents, punctuation, "&" and letters
  like "ø".
"""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

NAME_KEY_LENGTH = 191


TRADEMARKS = re.compile("[™®©℠]")


JOINED = re.compile("['`.\u2018\u2019\u00b4]")
"""Marks inside a word, which are removed: "clancys" finds "Clancy's"."""


PLAIN_LETTERS = str.maketrans(
    {
        "\u0131": "i", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th",
        "ħ": "h", "ŧ": "t", "ŋ": "n",
    }
)  # fmt: skip
"""Latin letters that Unicode does not decompose, with the letters that people type instead."""


def title_key(title: str) -> str:
    """Return the key that identifies a title; folds case, width, spaces and trademark signs."""
    plain = unicodedata.normalize("NFKC", TRADEMARKS.sub("", title))
    return " ".join(plain.casefold().split())


def name_key(name: str) -> str:
    """Return the key for finding and sorting a name, which is empty only for a blank name."""
    plain = JOINED.sub("", TRADEMARKS.sub("", name)).replace("&", " and ")
    letters = (c for c in unicodedata.normalize("NFKD", plain) if unicodedata.category(c) != "Mn")
    plain = "".join(letters).casefold().translate(PLAIN_LETTERS)
    folded = "".join(c if c.isalnum() else " " for c in plain)
    key = unicodedata.normalize("NFKC", " ".join(folded.split()))
    return (key or title_key(name))[:NAME_KEY_LENGTH]


CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters, including those that change text direction and can disguise a name."""


def printable(text: str) -> str:
    """Return the text if it can be displayed; raise ValueError otherwise."""
    if CONTROL.search(text):
        raise ValueError("contains a control character")
    if text and not any(char.isprintable() and not char.isspace() for char in text):
        raise ValueError("has no visible character")
    return text


Label = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(printable),
]
