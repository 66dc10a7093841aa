"""Ids as the API and the tables write them.

A player's rows name a game by its *key*: a catalog id in decimal, or `unlisted:` and the suffix
hash of a program that the catalog does not know.
"""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,18}$")]
"""A 64-bit id of a row, in decimal: JavaScript would round a number."""
GameId = Annotated[Id, Field(examples=["3255"])]
BuildId = Annotated[Id, Field(examples=["12"])]
ToolId = Annotated[Id, Field(examples=["7"])]
InstallId = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,64}$"), Field(examples=["desktop-7f3a9c"])
]
"""An installation of our app on a machine, named by the client."""

UNLISTED = "unlisted:"
"""Begins the key of a game that the catalog does not know; sorts after every decimal id."""


def unlisted(suffix_hash: bytes) -> str:
    """Return the key under which an unknown program is played."""
    return UNLISTED + suffix_hash.hex()


def is_unlisted(game_key: str) -> bool:
    """Tell whether the key is a hash and not a game's id."""
    return game_key.startswith(UNLISTED)


def suffix_hash(game_key: str) -> bytes:
    """Return the 32 bytes of an unlisted key's hash."""
    return bytes.fromhex(game_key.removeprefix(UNLISTED))


def only_unlisted(game_keys: Iterable[str]) -> list[str]:
    """Return the unlisted ones in order."""
    return sorted(key for key in game_keys if is_unlisted(key))
