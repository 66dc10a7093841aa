"""The catalog: games, the names they are found by, their store ids and executables.

Three normal forms, all public because clients and importers must agree on them:

- `title_key`: what makes a title *this* title. Only case, width, spaces and trademark signs
  fold, so that "Beyond Good & Evil" and "Beyond Good and Evil" stay two games.
- `name_key`: what a name is found by. Accents, punctuation, "&" and letters like "ø" fold too.
- `suffix`: the end of a program's path, which clients hash (see `suffix_hash`).
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    insert,
    or_,
    select,
    update,
)

from shared.domain import locales
from shared.runtime import clock
from shared.schema.catalog import (
    catalog_version,
    game_names,
    games,
)

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
"""Latin letters that Unicode does not take apart, typed without a keyboard that has them."""


class Game(BaseModel):
    """A game in a list; locale: the language of its title."""

    game_id: str
    title: str
    locale: str = locales.DEFAULT
    revision: int


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


def normalise_suffix(path: str) -> str:
    r"""Return the end of a program's path as clients hash it.

    Lower case by Unicode's own table, whatever the machine's language; then Unicode NFC;
    backslashes become slashes; doubled slashes, spaces at both ends and slashes at the start go.
    In JavaScript: `path.toLowerCase().normalize("NFC").replace(/[\\/]+/g, "/")`, then
    `.replace(/^[ /]+| +$/g, "")`.
    """
    lower = unicodedata.normalize("NFC", path.lower())
    return re.sub(r"[\\/]+", "/", lower).lstrip("/ ").rstrip(" ")


def suffix_hash(path: str) -> bytes:
    """Return the SHA-256 (32 bytes) of the normalised suffix in UTF-8."""
    return hashlib.sha256(normalise_suffix(path).encode()).digest()


def version(conn: Connection) -> int:
    """Return the catalog's version: it grows with each transaction that changed a game."""
    return conn.scalar(select(catalog_version.c.version).where(catalog_version.c.only == 1)) or 0


def lock_version(tx: Connection) -> None:
    """Let one writer of the catalog at a time past this line, until it commits."""
    only = select(catalog_version.c.version).where(catalog_version.c.only == 1).with_for_update()
    # Not inserted first: that would share a lock on a row that two then want alone.
    if tx.scalar(only) is None:
        row = insert(catalog_version).prefix_with("IGNORE")
        tx.execute(row.values(only=1, version=0, updated_at=clock.now()))
        tx.execute(only)


def bump_version(tx: Connection) -> None:
    """Tell every instance that what it remembers of the catalog is old, once this commits."""
    grown = {"version": catalog_version.c.version + 1, "updated_at": clock.now()}
    tx.execute(update(catalog_version).where(catalog_version.c.only == 1).values(**grown))


def page(
    conn: Connection, after: tuple[str, int] | None, limit: int
) -> tuple[list[Game], tuple[str, int] | None]:
    """Return up to `limit` games in the order of titles, and where the next page starts or None."""
    rows = conn.execute(_listing(after, limit + 1)).all()
    more = len(rows) > limit
    rows = rows[:limit]
    found = [Game(game_id=str(r.game_id), title=r.title, revision=r.revision) for r in rows]
    return found, (rows[-1].name_key, rows[-1].game_id) if more else None


def translated(conn: Connection, found: Sequence[Game], wanted: str | None) -> list[Game]:
    """Return games under their titles in a language, in English where one has none."""
    if wanted in (None, locales.DEFAULT) or not found:
        return list(found)
    ids = [int(one.game_id) for one in found]
    rows = select(games.c.game_id, games.c.titles).where(
        games.c.game_id.in_(ids), games.c.titles.is_not(None)
    )
    known = {str(row.game_id): json.loads(row.titles) for row in conn.execute(rows)}
    shown = []
    for one in found:
        titles = {locales.DEFAULT: one.title, **known.get(one.game_id, {})}
        locale = locales.choose(wanted, titles)
        shown.append(one.model_copy(update={"title": titles[locale], "locale": locale}))
    return shown


def _listing(after: tuple[str, int] | None, limit: int) -> Select[Any]:
    name = game_names.c
    conditions: list[ColumnElement[bool]] = [name.is_title]
    if after is not None:
        key, game_id = after
        # The first condition gives the index its start, the second drops what was shown.
        conditions += [name.name_key >= key, or_(name.name_key > key, name.game_id > game_id)]
    return (
        select(name.name_key, name.game_id, games.c.title, games.c.revision)
        .join(games, games.c.game_id == name.game_id)
        .where(*conditions)
        .order_by(name.name_key, name.game_id)
        .limit(limit)
        # In the order of names, also while the engine believes in hardly any games: it would
        # read and sort them all.
        .prefix_with("STRAIGHT_JOIN")
        .with_hint(game_names, "FORCE INDEX (PRIMARY)")
        .with_hint(games, "FORCE INDEX (PRIMARY)")
    )
