"""Lists that clients use to detect running games on the player's machine (docs/detection.md).

A list is canonical JSON without spaces, with members and rows in a fixed order. Strings are sorted
by UTF-16 code units, as in JavaScript and RFC 8785. Applying a delta therefore reproduces the new
list byte for byte, and clients verify the result with the list's SHA-256.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

from shared.domain.programs import GENERIC_NAMES, Os, normalise_suffix

Confidence = Literal["low", "medium", "high"]
Row = list[Any]
"""A program: its suffix, confidence (0 to 2), launcher flag (0 or 1), and the ids of its games."""

FORMAT = 1
MAX_SEGMENTS = 16
"""The maximum number of path segments of a suffix, which bounds a matcher's lookups."""

COMMON_NAME_GAMES = 10
"""A file name shared by at least this many games identifies none of them without its folder."""

CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)
LOW, MEDIUM, HIGH = range(3)
TABLES = ("programs", "stores")

_BUNDLE = re.compile(r"(.*\.app)/contents/macos/[^/]+", re.DOTALL)

# Folder names that do not identify a game.
_FOLDERS = re.compile(
    "apps?|base|(bin|lib|linux|osx|win|x)(32|64|86)?|binar(y|ies)|build|common|contents|data|"
    "debug|dist|executables?|files|games|live|macos|media|pc|release|_?retail_?|runtime|"
    "system(32)?|win_x(64|86)|windows(-i686|_content)?|x86_64"
)
# Installers, anti-cheat services and crash reporters, which may run without the game.
_HELPERS = re.compile(
    r"unins\d*|(un)?install(er)?|oalinst|(vc_?|dotnet|directx_?)redist.*|dx(web)?setup|dotnetfx.*|"
    r"physx.*|pbsvc|pnkbstr[ab]|(easy|eac)?anticheat.*|easyanticheat.*|beservice.*|"
    r".*crash(pad)?_?(handler|report|reporter|reportclient|sender)(32|64)?|werfault"
)


class ListedProgram(NamedTuple):
    """One executable of the catalog."""

    suffix: str
    game_id: str
    is_launcher: bool


@dataclass(frozen=True)
class Match:
    """The games that a program may belong to, with a launcher flag and the confidence."""

    game_ids: tuple[str, ...]
    is_launcher: bool
    confidence: Confidence


Programs = Mapping[str, Match]


def match(lists: Mapping[Os, Programs], os: Os, path: str) -> Match | None:
    """Return the match for the longest listed suffix of a running program's path."""
    normalised = normalise_suffix(path)
    # Wine, Proton and CrossOver run Windows programs.
    programs = lists["win32" if normalised.endswith(".exe") else os]
    result = _longest(programs, normalised)
    bundle = _BUNDLE.fullmatch(normalised) if os == "darwin" and result is None else None
    return _longest(programs, bundle[1]) if bundle else result


def _longest(programs: Programs, path: str) -> Match | None:
    segments = path.split("/")[-MAX_SEGMENTS:]
    suffixes = ("/".join(segments[start:]) for start in range(len(segments)))
    return next((programs[suffix] for suffix in suffixes if suffix in programs), None)


def read(content: bytes) -> dict[str, Match]:
    """Return the programs in a list, keyed by suffix."""
    return {
        suffix: Match(tuple(game_ids), bool(is_launcher), CONFIDENCES[confidence])
        for suffix, confidence, is_launcher, *game_ids in json.loads(content)["programs"]
    }


def compile_list(
    os: Os, listed: Iterable[ListedProgram], stores: Mapping[str, Iterable[str]]
) -> bytes:
    """Return the list for one operating system; `stores` maps game ids to `store:id` strings."""
    programs = _programs(listed)
    used = {game_id for row in programs for game_id in row[3:]}
    rows = [[game_id, *_ordered(ids)] for game_id, ids in stores.items() if game_id in used]
    return _canonical({"format": FORMAT, "os": os, "programs": programs, "stores": _by_key(rows)})


def _programs(listed: Iterable[ListedProgram]) -> list[Row]:
    games: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    games_by_name: defaultdict[str, set[str]] = defaultdict(set)
    for suffix, game_id, is_launcher in listed:
        # If two executables of a game disagree, the program counts as the game itself.
        games[suffix][game_id] = is_launcher and games[suffix].get(game_id, True)
        games_by_name[_file_name(suffix)].add(game_id)
    rows = []
    for suffix, flags in games.items():
        confidence = _confidence(suffix, len(flags), len(games_by_name[_file_name(suffix)]))
        if confidence is not None:
            rows.append([suffix, confidence, int(all(flags.values())), *sorted(flags, key=int)])
    return _by_key(rows)


def _confidence(suffix: str, games: int, games_with_name: int) -> int | None:
    """Return the confidence of a suffix, or None if it must not be listed.

    games: the number of games with the suffix. games_with_name: the number of games with the
    suffix's file name.
    """
    *folders, name = suffix.split("/")
    stem = name.rpartition(".")[0] or name
    if _HELPERS.fullmatch(stem) or len(folders) >= MAX_SEGMENTS:
        return None
    generic = [bool(_FOLDERS.fullmatch(folder) or folder in GENERIC_NAMES) for folder in folders]
    has_distinctive_folder = not all(generic)
    is_common = stem in GENERIC_NAMES or games_with_name >= COMMON_NAME_GAMES
    if is_common and not has_distinctive_folder:
        return None
    if games > 1:
        return LOW
    if has_distinctive_folder:
        return HIGH
    return LOW if games_with_name > 1 else MEDIUM


def delta(old: bytes, new: bytes) -> bytes:
    """Return the delta from the list `old` to `new`; the first column is the key of a row."""
    before, after = json.loads(old), json.loads(new)
    changes: dict[str, Any] = {"format": FORMAT, "from": digest(old), "to": digest(new)}
    for table in TABLES:
        had = {row[0]: row for row in before[table]}
        has = {row[0]: row for row in after[table]}
        changed = [row for key, row in has.items() if had.get(key) != row]
        changes[table] = {"removed": _ordered(had.keys() - has), "changed": _by_key(changed)}
    return _canonical(changes)


def apply(old: bytes, delta: bytes) -> bytes:
    """Return the list that results from applying a delta to `old`."""
    content, changes = json.loads(old), json.loads(delta)
    for table in TABLES:
        rows = {row[0]: row for row in content[table]}
        for key in changes[table]["removed"]:
            del rows[key]
        rows |= {row[0]: row for row in changes[table]["changed"]}
        content[table] = _by_key(rows.values())
    return _canonical(content)


def digest(content: bytes) -> str:
    """Return the SHA-256 of a list or delta, computed over the uncompressed JSON."""
    return hashlib.sha256(content).hexdigest()


def _canonical(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _file_name(suffix: str) -> str:
    return suffix.rpartition("/")[2]


def _units(text: str) -> bytes:
    return text.encode("utf-16-be")


def _ordered(texts: Iterable[str]) -> list[str]:
    return sorted(texts, key=_units)


def _by_key(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: _units(row[0]))
