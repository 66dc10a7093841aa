"""How a player's rows name a game: a catalog id in decimal, or the hash of an unknown program."""

from collections.abc import Iterable

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
