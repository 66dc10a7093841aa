"""What a program's path tells of a game: its ends, the names of its folders, the store's own ids.

Pure, and of any machine: both separators, drive letters, Wine and Proton, bundles of macOS.
"""

import re
from typing import NamedTuple

from shared.domain import catalog

MOST_SEGMENTS = 7
"""How many of a path's last segments are looked up; no listed suffix is longer."""
FOLDERS_LOOKED_AT = 2

_SEPARATORS = re.compile(r"[\\/]+")
_APP = re.compile(r"(.*?\.app)/contents/macos/[^/]+$")
_COMPATDATA = re.compile(r"/steamapps/compatdata/([1-9][0-9]{0,9})/pfx/")
_ROOT = re.compile(
    r".*/(?:steamapps/common|gog games|gog galaxy/games|gog/games|epic games|xboxgames"
    r"|modifiablewindowsapps|origin games|ea games|electronic arts|ubisoft game launcher/games"
    r"|ubisoft/games|amazon games/library|itch/apps|riot games|rockstar games|heroic|legendary"
    r"|games|my games|spiele|jeux|juegos|giochi|jogos|gry)/(?=[^/]+/)"
)
"""Where stores and people put games: what stands behind it names the game."""

_INNER = (
    "app apps application applications bin bin32 bin64 binaries bits build builds client common "
    "content contents current data desktop dist documents downloads drive_c engine exe files game "
    "gamedata games home launcher lib library linux linux32 linux64 live local macos main mnt "
    "mono opt osx pfx portable program programs public release resources retail roaming runtime "
    "share shipping src start steam steamapps system system32 temp tmp tools users usr win win32 "
    "win64 windows windowsnoeditor winnoeditor x64 x86 x86_64"
)
_NOT_FOLDERS = {
    *_INNER.split(),
    "program files",
    "program files (x86)",
    "appdata",
    ".local",
    ".wine",
    ".steam",
}

# Neither a game nor a hint at one, wherever they lie.
_NO_GAMES = re.compile(
    r"(^|[^a-z])(un|de)inst|unins[0-9t]|setup|install|redist|dotnet|directx|oalinst|^physx"
    r"|crash.?(report|handler|send|pad|dump|service|monitor|upload|proxy|log)|^crash$|bugsplat"
    r"|easyanticheat|^eac|battleye|^be(service|client)|protected_game|^vg(c|tray|k|m)$"
    r"|gameguard|^npggsvr|^gamemon|xigncode|^xhunter|^faceit|^equ8|punkbuster|^pnkbstr|^anticheat"
    r"|updat(e|er|or)|patcher|^patch$|launcher|launchpad|helper|webview|subprocess|^cef|notifier"
    r"|report(er|ing)?$|errorhandler|overlay|^repair|config(ure|uration|urator|tool|dlg)?([0-9]|$)"
    r"|settings?$|options$|server|service|editor$|benchmark|sdk$|^vc_?redist|^vcruntime|^dxdiag"
    r"|^dxweb|^xna|^touchup|^cleanup|activation|^steam$|^steam(cmd|errorreporter|tmp|run)"
    r"|^galaxyclient|^origin$|^upc$|^uplay|^eadesktop|^eabackground|^ealink|^agent$|^battle\.net"
    r"|prereq|_be$|^wgc|^dowser$|^blackcipher|^quicksfv|^7z|^dosbox|^bootstrap|^bspatch|^oo2|^nvngx|^amd_|^openvr|^vrmonitor"
)
_COMMON = (
    "a app application bin binary client demo engine exe game game32 game64 java javaw launch love "
    "main mono nw play player program python pythonw renpy run runner shipping start test udk wine "
    "windows flashplayer electron node rpg_rt scummvm hl2 hl2_linux hl2_osx gamemd game_x64"
)
_GENERIC = set(_COMMON.split())
_SYSTEM = re.compile(
    r"/windows/(system32|syswow64|winsxs|microsoft\.net|systemapps)/|/_?commonredist/|/_redist/"
    r"|/redist(ributables)?/|/steamworks shared/|/easyanticheat/|/battleye/|/directx/"
    r"|/__installer/|/steamlinuxruntime|/steamapps/common/proton|/thirdparty/|/prerequisites/"
)

_BITS = re.compile(
    r"( (win(dows)?( ?(32|64|x64|x86))?|x ?(64|86)|(32|64) ?bits?|linux|mac ?os|osx|pc|gog|steam"
    r"|epic|egs|itch|shipping|release|retail|dx ?(9|10|11|12)|vulkan|opengl|sp|mp|exe"
    r"|v ?[0-9]+( [0-9]+)*|build( [0-9]+)*))+$"
)
_LAST_WORDS = re.compile(
    _BITS.pattern + r"|( the)?( ([0-9]+th )?(anniversary|goty|game of the year|deluxe|digital|gold"
    r"|platinum|silver|complete|definitive|enhanced|ultimate|premium|special|collectors?|limited"
    r"|standard|legendary|extended|royal|directors cut|final cut|classic|demo|beta|early access"
    r"|playtest|public test|test server|ptr))( edition)?$| edition$"
)
"""What a name is without: the machine it was built for, then one edition after the other."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])|(?<=[A-Z])(?=[A-Z][a-z])")


class Program(NamedTuple):
    """A path as matching sees it.

    suffixes: ends of the path as the catalog lists them, the longest first.
    folders: what its install folder, then a nearer one, may be called in the catalog.
    stems: what the file's own name may be called there.
    installed: the first folder stands where stores and people put games.
    app_id: Steam's id of the game whose Proton prefix this is.
    is_no_game: it is part of something else; only a listed path makes it a game.
    is_generic: the file's own name tells nothing.
    """

    file: str
    suffixes: list[str]
    folders: list[list[str]]
    stems: list[str]
    installed: bool
    app_id: str | None
    is_no_game: bool
    is_generic: bool

    @property
    def names(self) -> set[str]:
        """All that it may be called in the catalog."""
        return {*self.stems, *(name for ways in self.folders for name in ways)}


def read(path: str) -> Program:
    """Return what a path tells."""
    plain = catalog.normalise_suffix(path)
    whole, segments = f"/{plain}", plain.split("/")
    # The same segments with their capitals, which part words.
    raw = _SEPARATORS.sub("/", path).lstrip("/ ").rstrip(" ").split("/")
    stem = _stem(segments[-1])
    no_game = bool(_NO_GAMES.search(stem) or _SYSTEM.search(whole))
    generic = no_game or stem in _GENERIC or _without_bits(stem) in _GENERIC
    # A common name is listed with the folder above it, which must say more than `bin`.
    mute = {segments[-1], *(_NOT_FOLDERS if no_game else ())}
    installed, folders = _folders(whole, segments, raw)
    bundle = _APP.match(plain)
    suffixes = _suffixes(segments) + (_suffixes(bundle[1].split("/")) if bundle else [])
    prefix = _COMPATDATA.search(whole)
    return Program(
        file=segments[-1],
        suffixes=[end for end in suffixes if not generic or end.partition("/")[0] not in mute],
        folders=[] if no_game else folders,
        stems=[] if generic else _called(_stem(raw[-1])),
        installed=installed,
        app_id=prefix[1] if prefix else None,
        is_no_game=no_game,
        is_generic=generic,
    )


def _without_bits(stem: str) -> str:
    return _BITS.sub("", f" {catalog.name_key(stem)}").strip() or "game"


def _suffixes(segments: list[str]) -> list[str]:
    last = segments[-MOST_SEGMENTS:]
    return ["/".join(last[start:]) for start in range(len(last))]


def _stem(file: str) -> str:
    return re.sub(r"(?i)\.(exe|app|bin|x86|x86_64|x64|sh|appimage)$", "", file)


def _folders(whole: str, segments: list[str], raw: list[str]) -> tuple[bool, list[list[str]]]:
    """Return whether the path lies among games, and how its telling folders may be called."""
    root = _ROOT.match(whole)
    first = whole[: root.end()].count("/") - 1 if root else 0
    inner = range(len(segments) - 2, first - 1, -1)
    telling = [at for at in inner if segments[at] not in _NOT_FOLDERS and ":" not in segments[at]]
    chosen = telling[:FOLDERS_LOOKED_AT]
    if root and first < len(segments) - 1:
        chosen = list(dict.fromkeys([first, *telling[:1]]))
    return root is not None, [_called(_stem(raw[at])) for at in chosen]


def _called(name: str) -> list[str]:
    """Return the names that a folder or file may stand for, from the whole to the bare one."""
    ways: dict[str, None] = {}
    for key in (catalog.name_key(name), catalog.name_key(_CAMEL.sub(" ", name))):
        while key and key not in ways:
            ways[key] = None
            key = _LAST_WORDS.sub("", key)  # noqa: PLW2901  the next shorter one
    return list(ways)
