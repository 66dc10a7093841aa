"""The catalog: games, the names they are found by, their store ids and executables.

Three normal forms, all public because clients and importers must agree on them:

- `title_key`: what makes a title *this* title. Only case, width, spaces and trademark signs
  fold, so that "Beyond Good & Evil" and "Beyond Good and Evil" stay two games.
- `name_key`: what a name is found by. Accents, punctuation and "&" fold too.
- `suffix`: the end of a program's path, which clients hash (see `suffix_hash`).
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from shared.runtime import clock, errors
from shared.schema.catalog import (
    catalog_version,
    game_executables,
    game_names,
    game_stores,
    games,
)

NAME_KEY_LENGTH = 191
HIGHEST = "\U0010ffff"
"""Sorts after every character: a prefix with it appended ends the prefix's range."""
TRADEMARKS = re.compile("[™®©℠]")
JOINED = re.compile("['`.\u2018\u2019\u00b4]")
"""Marks inside a word: "Clancy's" is found by "clancys", "S.T.A.L.K.E.R." by "stalker"."""


class Game(BaseModel):
    """A game in a list."""

    game_id: str
    title: str
    revision: int


class Store(BaseModel):
    """The game's id in one store, or in Discord's list of games."""

    store: str
    id: str


class Executable(BaseModel):
    """The end of a path by which a running program is known to be this game."""

    os: str
    suffix: str
    is_launcher: bool


class GameDetail(Game):
    """All that is known of one game."""

    aliases: list[str]
    stores: list[Store]
    executables: list[Executable]
    updated_at: datetime


def title_key(title: str) -> str:
    """Return the identity of a title: case, width, spaces and trademark signs fold."""
    plain = unicodedata.normalize("NFKC", TRADEMARKS.sub("", title))
    return " ".join(plain.casefold().split())


def name_key(name: str) -> str:
    """Return what a name is found and sorted by; never empty unless the name is blank."""
    plain = JOINED.sub("", TRADEMARKS.sub("", name)).replace("&", " and ")
    letters = (c for c in unicodedata.normalize("NFKD", plain) if unicodedata.category(c) != "Mn")
    folded = "".join(c if c.isalnum() else " " for c in "".join(letters).casefold())
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
    row = insert(catalog_version).prefix_with("IGNORE")
    tx.execute(row.values(only=1, version=0, updated_at=clock.now()))
    only = select(catalog_version.c.version).where(catalog_version.c.only == 1)
    tx.execute(only.with_for_update())


def bump_version(tx: Connection) -> None:
    """Tell every instance that what it remembers of the catalog is old, once this commits."""
    grown = {"version": catalog_version.c.version + 1, "updated_at": clock.now()}
    tx.execute(update(catalog_version).where(catalog_version.c.only == 1).values(**grown))


def page(
    conn: Connection, prefix: str, after: tuple[str, int] | None, limit: int
) -> tuple[list[Game], tuple[str, int] | None]:
    """Return up to `limit` games and where the next page starts, or None at the end.

    With an empty `prefix`: every game in the order of titles. With one, a `name_key`: each game
    that has a title or an alias starting with it, once; an exact name sorts first.
    """
    rows = conn.execute(_listing(prefix, after, limit + 1)).all()
    more = len(rows) > limit
    rows = rows[:limit]
    found = [Game(game_id=str(r.game_id), title=r.title, revision=r.revision) for r in rows]
    return found, (rows[-1].name_key, rows[-1].game_id) if more else None


def _listing(prefix: str, after: tuple[str, int] | None, limit: int) -> Select[Any]:
    name = game_names.c
    conditions = [name.name_key >= prefix, name.name_key < prefix + HIGHEST]
    if after is not None:
        key, game_id = after
        # The first condition gives the index its start, the second drops what was shown.
        conditions[0] = name.name_key >= max(key, prefix)
        conditions.append(or_(name.name_key > key, name.game_id > game_id))
    conditions.append(_first_match(prefix) if prefix else name.is_title)
    return (
        select(name.name_key, name.game_id, games.c.title, games.c.revision)
        .join(games, games.c.game_id == name.game_id)
        .where(*conditions)
        .order_by(name.name_key, name.game_id)
        .limit(limit)
    )


def _first_match(prefix: str) -> ColumnElement[bool]:
    """Let a game that several of its names match stand where the first of them stands."""
    earlier = game_names.alias("earlier")
    return ~exists().where(
        earlier.c.game_id == game_names.c.game_id,
        # Not `>=` and `<`: for those MySQL may look at the whole table once a row, by a guess of
        # its statistics. A game has a few names, and they are found by the game.
        func.strcmp(earlier.c.name_key, prefix) >= 0,
        func.strcmp(earlier.c.name_key, game_names.c.name_key) < 0,
    )


def one(conn: Connection, game_id: int) -> GameDetail:
    """Return all that is known of a game; raise NotFound."""
    game = conn.execute(select(games).where(games.c.game_id == game_id)).one_or_none()
    if game is None:
        raise errors.NotFound(f"no game has the id {game_id}")

    def rows(table: Table, *order: ColumnElement[Any]) -> Sequence[Row[Any]]:
        return conn.execute(select(table).where(table.c.game_id == game_id).order_by(*order)).all()

    return GameDetail(
        game_id=str(game.game_id),
        title=game.title,
        aliases=[row.name for row in rows(game_names, game_names.c.name_key) if not row.is_title],
        stores=[
            Store(store=row.store, id=row.store_id)
            for row in rows(game_stores, game_stores.c.store, game_stores.c.store_id)
        ],
        executables=[
            Executable(os=row.os, suffix=row.suffix, is_launcher=row.is_launcher)
            for row in rows(game_executables, game_executables.c.os, game_executables.c.suffix)
        ],
        revision=game.revision,
        updated_at=game.updated_at,
    )
