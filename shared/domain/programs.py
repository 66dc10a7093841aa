"""How programs are identified: operating system, path suffix and its hash, generic file names."""

import hashlib
import re
import unicodedata
from typing import Literal

Os = Literal["win32", "darwin", "linux"]


def normalise_suffix(path: str) -> str:
    r"""Return a program's path suffix in the normal form that clients hash.

    The normal form is lower case by Unicode's default mapping, independent of the machine's locale,
    then Unicode NFC. Runs of slashes and backslashes become one slash. Leading slashes and spaces
    and trailing spaces are removed. The JavaScript equivalent is
    `path.toLowerCase().normalize("NFC").replace(/[\\/]+/g, "/")`, then
    `.replace(/^[ /]+| +$/g, "")`.
    """
    lower = unicodedata.normalize("NFC", path.lower())
    return re.sub(r"[\\/]+", "/", lower).lstrip("/ ").rstrip(" ")


def suffix_hash(path: str) -> bytes:
    """Return the SHA-256 (32 bytes) of the normalised suffix, encoded as UTF-8."""
    return hashlib.sha256(normalise_suffix(path).encode()).digest()


_GENERIC = """
a app application autorun bin binary boot client config default demo dosbox dosbox-x editor electron
engine exe flashplayer game game32 game64 gameclient gamelaunch gamelauncher java javaw launch
launcher love love2d main mono node nw nwjs play player program python pythonw renpy rpg_rt run
runner scummvm server settings setup shipping start starter steam test udk ue4game
ue4game-win64-shipping unity unityplayer update updater windows wine wine64
"""
GENERIC_NAMES = frozenset(_GENERIC.split())
"""File names without extension that identify no game: interpreters, engines, launchers."""
