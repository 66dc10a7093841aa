"""What a program's path tells of a game: its ends, the names of its folders, a store's own id.

Pure, and of any machine: both separators, drive letters, Wine and Proton, bundles of macOS.
Thousands of paths are read in one request, so what is rare is looked for only behind what is cheap.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from shared.domain import text
from shared.domain.programs import GENERIC_NAMES

MOST_SEGMENTS = 7
"""How many of a path's last segments are looked up; no listed suffix is longer."""
MOST_WAYS = 6
"""How many ways of reading a name are looked up; a name of many editions is made to cost."""

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
"""Where stores and people put games, some only within another folder: behind it is the game's."""

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
_STEAMS_OWN = ("proton", "steamlinuxruntime")

# Neither a game nor a hint at one, whatever folder they lie in.
_NO_GAMES = re.compile(
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
# Engines of mods, which say as little here; detection lists them, with low confidence.
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
"""What a name is without: the machine it was built for, one edition after the other."""
_LAST_WORDS_END = {*re.findall(r"[a-z]{2,}", f"{_BITS}|{_EDITIONS}|edition|collector|bit|windows")}
"""A cheap look at a name's last word, before its end is looked at."""

# `catalog.name_key` of what is plain ASCII, in a fraction of its time.
_PLAIN = {code: " " for code in range(128) if not chr(code).isalnum()}
_PLAIN |= {ord(mark): "" for mark in "'`."} | {ord("&"): " and "}


class Program(NamedTuple):
    """A path as matching sees it.

    suffixes: ends of the path as the catalog lists them, the longest first.
    folders: what its install folder, then a nearer one, may be called in the catalog.
    stems: what the file's own name may be called there.
    installed: the first folder stands where stores and people put games.
    app_id: Steam's id of the game whose Proton prefix this is.
    is_generic: the file's own name tells nothing.
    """

    file: str
    suffixes: list[str]
    folders: list[list[str]]
    stems: list[str]
    installed: bool
    app_id: str | None
    is_generic: bool


def read(path: str) -> Program:
    """Return what a path tells."""
    written = _with_slashes(path).lstrip("/ ").rstrip(" ")
    plain = _normalised(written)
    # The same segments twice: capitals part words.
    segments, raw = plain.split("/"), written.split("/")
    root = _root(segments)
    stem = _stem(segments[-1])
    if _NO_GAMES.search(stem) or not _SYSTEM.isdisjoint(segments) or _is_steams_own(segments, root):
        return _part_of_something(segments, root)
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
        folders=[_called(_stem(raw[at])) for at in _telling(segments, root)],
        stems=[] if generic else _called(_stem(raw[-1]), key),
        installed=root is not None,
        app_id=prefix[1] if prefix else None,
        is_generic=generic,
    )


def _with_slashes(path: str) -> str:
    slashed = path.replace("\\", "/")
    return _SLASHES.sub("/", slashed) if "//" in slashed else slashed


def _normalised(written: str) -> str:
    """Return `catalog.normalise_suffix` of a path that is without its odd separators already."""
    lower = written.lower()
    return lower if lower.isascii() else unicodedata.normalize("NFC", lower)


def _part_of_something(segments: Sequence[str], root: int | None) -> Program:
    """Return what is no game unless it is listed as one, with a folder that says more than bin."""
    ends = [end for end in _suffixes(segments, root) if end.partition("/")[0] not in _NOT_FOLDERS]
    return Program(segments[-1], ends[:-1], [], [], False, None, True)  # noqa: FBT003  as named above


def _root(segments: Sequence[str]) -> int | None:
    """Return where the install folder stands among the segments, if a place for games tells."""
    for at in range(len(segments) - 3, -1, -1):
        name = segments[at]
        if name in _ROOTS and _ROOTS[name] in {None, segments[at - 1] if at else ""}:
            return at + 1
    return None


def _is_steams_own(segments: Sequence[str], root: int | None) -> bool:
    return (
        root is not None
        and segments[root].startswith(_STEAMS_OWN)
        and segments[root - 1] == "common"
    )


def _telling(segments: Sequence[str], root: int | None) -> list[int]:
    """Return where the two folders stand that may be called like the game."""
    nearest = len(segments) - 2
    last = -1 if root is None else root
    near = [at for at in range(nearest, last, -1) if _may_name(segments[at])]
    return near[:2] if root is None else [root, *near[:1]]


def _may_name(folder: str) -> bool:
    return folder not in _NOT_FOLDERS and folder[-1:] != ":"


def _stem(file: str) -> str:
    stem, _, kind = file.rpartition(".")
    return stem if kind.lower() in _PROGRAMS else file


def _suffixes(segments: Sequence[str], root: int | None = None) -> list[str]:
    """Return the ends of a path; a listed one begins at most one folder above the game's own."""
    last = segments[max(len(segments) - MOST_SEGMENTS, root - 1 if root else 0) :]
    return ["/".join(last[start:]) for start in range(len(last))]


def _called(name: str, key: str | None = None) -> list[str]:
    """Return the names that a folder or file may stand for, from the whole to the bare one."""
    key = _key(name) if key is None else key
    ways = [key] if key else []
    parted = name if name.islower() and name.isalpha() else _CAMEL.sub(" ", name)
    if parted != name:
        ways.append(_key(parted))
    for way in ways:
        shorter = _without_end(way, _LAST_WORDS)
        if shorter not in ways and len(ways) < MOST_WAYS:
            ways.append(shorter)
    return ways


def _without_end(key: str, ends: re.Pattern[str]) -> str:
    _, space, last = key.rpartition(" ")
    if space and (last in _LAST_WORDS_END or last[0].isdigit() or last[-1].isdigit()):
        return ends.sub("", key)
    return key


def _key(name: str) -> str:
    if name.isascii() and len(name) <= text.NAME_KEY_LENGTH:
        return " ".join(name.lower().translate(_PLAIN).split()) or text.name_key(name)
    return text.name_key(name)
