"""Finds the suffixes, folder names and store id in a program's path.

Does no I/O. Accepts paths from any system, with either separator, drive letters, Wine and Proton
prefixes, or macOS bundles. A request may contain thousands of paths, so cheap checks come before
expensive ones.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from shared.domain import text
from shared.domain.programs import GENERIC_NAMES

MAX_SEGMENTS = 7
"""The number of trailing path segments that are looked up; no listed suffix has more."""
MAX_READINGS = 6
"""The maximum number of readings of a name; it bounds the cost of names with many edition words."""

_SLASHES = re.compile("//+")
_APP = re.compile(r"(.*?\.app)/contents/macos/[^/]+$")
_COMPATDATA = re.compile(r"(?:^|/)steamapps/compatdata/([1-9][0-9]{0,9})/pfx/")
_PROGRAMS = {"exe", "app", "bin", "x86", "x86_64", "x64", "sh", "appimage"}
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])|(?<=[A-Z])(?=[A-Z][a-z])")

_ROOT_NAMES = """
games|my games|gog games|epic games|xboxgames|modifiablewindowsapps|origin games|ea games
electronic arts|riot games|rockstar games|heroic|legendary|spiele|jeux|juegos|giochi|jogos|gry
"""
_ROOTS: dict[str, str | None] = {
    name: None for name in _ROOT_NAMES.replace("\n", "|").split("|") if name
}
_ROOTS |= {"common": "steamapps", "apps": "itch", "library": "amazon games"}
"""Folders that contain games, some only inside a certain parent; the next segment is the game's."""

_INNER = """
app apps application applications bin bin32 bin64 binaries bits build builds client common content
contents current data desktop dist documents downloads drive_c engine exe files game gamedata games
home launcher lib library linux linux32 linux64 live local macos main mnt mono opt osx pfx portable
program programs public release resources retail roaming runtime share shipping src start steam
steamapps system temp tmp tools users usr win win32 win64 windows windowsnoeditor winnoeditor x64
x86 x86_64 appdata .local .wine .steam
"""
_NOT_FOLDERS = {*_INNER.split(), "program files", "program files (x86)"}
_SYSTEM = frozenset(
    {"system32", "syswow64", "winsxs", "microsoft.net", "systemapps", "_commonredist", "_redist"}
    | {"redist", "redistributables", "steamworks shared", "easyanticheat", "battleye", "directx"}
    | {"__installer", "thirdparty", "prerequisites", "commonredist", "gameguard", "blackcipher"}
)
_STEAM_TOOLS = ("proton", "steamlinuxruntime")

# Programs that are not games, regardless of their folder.
_NOT_GAMES = re.compile(
    r"(?:^|[^a-z])(?:un|de)inst|unins[0-9t]|setup|install|redist|dotnet|directx|oalinst"
    r"|crash.?(?:report|handler|send|pad|dump|service|monitor|upload|proxy|log)|bugsplat"
    r"|easyanticheat|battleye|protected_game|gameguard|xigncode|punkbuster|updat(?:e|er|or)"
    r"|patcher|launcher|launchpad|helper|webview|subprocess|notifier|errorhandler|overlay|server"
    r"|service|benchmark|activation|prereq"
    r"|^(?:physx|crash$|eac|be(?:service|client)|vg(?:c|tray|k|m)$|npggsvr|gamemon|xhunter|faceit"
    r"|equ8|pnkbstr|anticheat|patch$|cef|repair|vc_?redist|vcruntime|dxdiag|dxweb|xna|touchup"
    r"|cleanup|steam$|steam(?:cmd|errorreporter|tmp|run)|galaxyclient|origin$|upc$|uplay|eadesktop"
    r"|eabackground|ealink|agent$|battle\.net|quicksfv|7z|dosbox|bootstrap|bspatch|oo2|nvngx|amd_"
    r"|openvr|vrmonitor|wgc|dowser$|blackcipher)"
    r"|(?:report(?:er|ing)?|settings?|options|editor|sdk|_be)$"
    r"|config(?:ure|uration|urator|tool|dlg)?(?:[0-9]|$)"
)
# Engines that mods share are also generic; detection lists them with low confidence.
_GENERIC = GENERIC_NAMES | {"gamemd", "hl2", "hl2_linux", "hl2_osx"}

_BITS = (
    r"win(?:dows)?(?: ?(?:32|64|x64|x86))?|x ?(?:64|86)|(?:32|64) ?bits?|linux|mac ?os|osx|pc|gog"
    r"|steam|epic|egs|itch|shipping|release|retail|dx ?(?:9|10|11|12)|vulkan|opengl|sp|mp|exe"
    r"|v ?[0-9]+(?: [0-9]+)*|build(?: [0-9]+)*"
)
_EDITIONS = (
    r"(?:[0-9]+th )?anniversary|goty|game of the year|deluxe|digital|gold|platinum|silver|complete"
    r"|definitive|enhanced|ultimate|premium|special|collectors?|limited|standard|legendary"
    r"|extended|royal|directors cut|final cut|classic|demo|beta|early access|playtest|public test"
    r"|test server|ptr"
)
_LAST_BITS = re.compile(rf" (?:{_BITS})$")
_LAST_WORDS = re.compile(rf"(?: (?:{_BITS})| (?:the )?(?:{_EDITIONS})(?: edition)?| edition)$")
"""Platform and edition words, removed one by one from the end of a name."""
_FINAL_WORDS = {*re.findall(r"[a-z]{2,}", f"{_BITS}|{_EDITIONS}|edition|collector|bit|windows")}
"""The last words of a name for which the expensive pattern is tried."""

# Equivalent to `text.name_key` for plain ASCII, in a fraction of the time.
_PLAIN = {code: " " for code in range(128) if not chr(code).isalnum()}
_PLAIN |= {ord(mark): "" for mark in "'`."} | {ord("&"): " and "}


class Program(NamedTuple):
    """A parsed path, ready for matching.

    suffixes: the suffixes of the path in the catalog's form, longest first.
    folders: the possible catalog names of the install folder, then of a nearer folder.
    stems: the possible catalog names of the file.
    installed: whether the first folder is inside a folder that contains games.
    app_id: Steam's id of the game, if the path is inside its Proton prefix.
    is_generic: whether the file name is too common to identify a game.
    """

    file: str
    suffixes: list[str]
    folders: list[list[str]]
    stems: list[str]
    installed: bool
    app_id: str | None
    is_generic: bool


def read(path: str) -> Program:
    """Parse a path."""
    written = _with_slashes(path).lstrip("/ ").rstrip(" ")
    plain = _normalised(written)
    # The segments are also kept in their original case, because capitals separate words.
    segments, raw = plain.split("/"), written.split("/")
    root = _root(segments)
    stem = _stem(segments[-1])
    if (
        _NOT_GAMES.search(stem)
        or not _SYSTEM.isdisjoint(segments)
        or _is_steam_tool(segments, root)
    ):
        return _not_a_game(segments, root)
    key = _key(stem)
    generic = stem in _GENERIC or not key or _without_end(key, _LAST_BITS) in _GENERIC
    suffixes = _suffixes(segments, root)
    if ".app/" in plain and (bundle := _APP.match(plain)):
        suffixes += _suffixes(bundle[1].split("/"))
    if generic:
        suffixes = [end for end in suffixes if end != segments[-1]]
    prefix = _COMPATDATA.search(plain) if "compatdata" in plain else None
    return Program(
        file=segments[-1],
        suffixes=suffixes,
        folders=[_readings(_stem(raw[at])) for at in _name_folders(segments, root)],
        stems=[] if generic else _readings(_stem(raw[-1]), key),
        installed=root is not None,
        app_id=prefix[1] if prefix else None,
        is_generic=generic,
    )


def _with_slashes(path: str) -> str:
    slashed = path.replace("\\", "/")
    return _SLASHES.sub("/", slashed) if "//" in slashed else slashed


def _normalised(written: str) -> str:
    """Normalise a path without backslashes, as `programs.normalise_suffix` does."""
    lower = written.lower()
    return lower if lower.isascii() else unicodedata.normalize("NFC", lower)


def _not_a_game(segments: Sequence[str], root: int | None) -> Program:
    """Return a program that matches only catalog suffixes that include the program's folder."""
    ends = [end for end in _suffixes(segments, root) if end.partition("/")[0] not in _NOT_FOLDERS]
    return Program(segments[-1], ends[:-1], [], [], False, None, True)  # noqa: FBT003  as named above


def _root(segments: Sequence[str]) -> int | None:
    """Return the index of the install folder, if the path has a folder that contains games."""
    for at in range(len(segments) - 3, -1, -1):
        name = segments[at]
        if name in _ROOTS and _ROOTS[name] in {None, segments[at - 1] if at else ""}:
            return at + 1
    return None


def _is_steam_tool(segments: Sequence[str], root: int | None) -> bool:
    return (
        root is not None
        and segments[root].startswith(_STEAM_TOOLS)
        and segments[root - 1] == "common"
    )


def _name_folders(segments: Sequence[str], root: int | None) -> list[int]:
    """Return the indexes of up to two folders that may be named after the game."""
    nearest = len(segments) - 2
    last = -1 if root is None else root
    near = [at for at in range(nearest, last, -1) if _may_be_a_name(segments[at])]
    return near[:2] if root is None else [root, *near[:1]]


def _may_be_a_name(folder: str) -> bool:
    return folder not in _NOT_FOLDERS and folder[-1:] != ":"


def _stem(file: str) -> str:
    stem, _, kind = file.rpartition(".")
    return stem if kind.lower() in _PROGRAMS else file


def _suffixes(segments: Sequence[str], root: int | None = None) -> list[str]:
    """Return the path suffixes to look up, starting one folder above the game's folder."""
    last = segments[max(len(segments) - MAX_SEGMENTS, root - 1 if root else 0) :]
    return ["/".join(last[start:]) for start in range(len(last))]


def _readings(name: str, key: str | None = None) -> list[str]:
    """Return the possible game names for a folder or file name, most complete first."""
    key = _key(name) if key is None else key
    readings = [key] if key else []
    spaced = name if name.islower() and name.isalpha() else _CAMEL.sub(" ", name)
    if spaced != name:
        readings.append(_key(spaced))
    for reading in readings:
        shorter = _without_end(reading, _LAST_WORDS)
        if shorter not in readings and len(readings) < MAX_READINGS:
            readings.append(shorter)
    return readings


def _without_end(key: str, ends: re.Pattern[str]) -> str:
    _, space, last = key.rpartition(" ")
    if space and (last in _FINAL_WORDS or last[0].isdigit() or last[-1].isdigit()):
        return ends.sub("", key)
    return key


def _key(name: str) -> str:
    if name.isascii() and len(name) <= text.NAME_KEY_LENGTH:
        return " ".join(name.lower().translate(_PLAIN).split()) or text.name_key(name)
    return text.name_key(name)
