"""Which game a running program is, told on the player's machine: docs/detection.md.

A list is JSON in one canonical form: no spaces, members and rows in a fixed order, strings ordered
by UTF-16 code units as JavaScript and RFC 8785 order them. So whoever applies a delta arrives at
the very bytes of the new list, and its SHA-256 proves it.
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
"""Of a program: its suffix, confidence as 0 to 2, whether it is a launcher as 0 or 1, games."""

FORMAT = 1
SEGMENTS = 16
"""A suffix has at most so many, which bounds what a matcher tries."""

MANY = 10
"""A file name that so many games carry says nothing without its folder."""

CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)
LOW, MEDIUM, HIGH = range(3)
TABLES = ("programs", "stores")

_BUNDLE = re.compile(r"(.*\.app)/contents/macos/[^/]+", re.DOTALL)

# Folder names that say nothing about the game.
_FOLDERS = re.compile(
    "apps?|base|(bin|lib|linux|osx|win|x)(32|64|86)?|binar(y|ies)|build|common|contents|data|"
    "debug|dist|executables?|files|games|live|macos|media|pc|release|_?retail_?|runtime|"
    "system(32)?|win_x(64|86)|windows(-i686|_content)?|x86_64"
)
# What installs, guards or mourns a game: seeing it does not mean that the game runs.
_HELPERS = re.compile(
    r"unins\d*|(un)?install(er)?|oalinst|(vc_?|dotnet|directx_?)redist.*|dx(web)?setup|dotnetfx.*|"
    r"physx.*|pbsvc|pnkbstr[ab]|(easy|eac)?anticheat.*|easyanticheat.*|beservice.*|"
    r".*crash(pad)?_?(handler|report|reporter|reportclient|sender)(32|64)?|werfault"
)


class Listed(NamedTuple):
    """One executable of the catalog."""

    suffix: str
    game_id: str
    is_launcher: bool


@dataclass(frozen=True)
class Match:
    """The games that a program may be, or be the launcher of, and how sure that is."""

    game_ids: tuple[str, ...]
    is_launcher: bool
    confidence: Confidence


Programs = Mapping[str, Match]


def match(lists: Mapping[Os, Programs], os: Os, path: str) -> Match | None:
    """Return what a running program is by its path, the longest suffix that is listed first."""
    whole = normalise_suffix(path)
    # Wine, Proton and CrossOver run programs of Windows.
    programs = lists["win32" if whole.endswith(".exe") else os]
    found = _longest(programs, whole)
    bundle = _BUNDLE.fullmatch(whole) if os == "darwin" and found is None else None
    return _longest(programs, bundle[1]) if bundle else found


def _longest(programs: Programs, path: str) -> Match | None:
    segments = path.split("/")[-SEGMENTS:]
    suffixes = ("/".join(segments[start:]) for start in range(len(segments)))
    return next((programs[suffix] for suffix in suffixes if suffix in programs), None)


def read(content: bytes) -> dict[str, Match]:
    """Return a list's programs by suffix."""
    return {
        suffix: Match(tuple(game_ids), bool(is_launcher), CONFIDENCES[confidence])
        for suffix, confidence, is_launcher, *game_ids in json.loads(content)["programs"]
    }


def compile_list(os: Os, listed: Iterable[Listed], stores: Mapping[str, Iterable[str]]) -> bytes:
    """Return the list of one system; `stores`: the ids `store:id` of a game, by game."""
    programs = _programs(listed)
    named = {game_id for row in programs for game_id in row[3:]}
    rows = [[game_id, *_ordered(ids)] for game_id, ids in stores.items() if game_id in named]
    return _canonical({"format": FORMAT, "os": os, "programs": programs, "stores": _by_key(rows)})


def _programs(listed: Iterable[Listed]) -> list[Row]:
    games: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    carriers: defaultdict[str, set[str]] = defaultdict(set)
    for suffix, game_id, is_launcher in listed:
        # For someone not a launcher: then seeing it does mean a game.
        games[suffix][game_id] = is_launcher and games[suffix].get(game_id, True)
        carriers[_file_name(suffix)].add(game_id)
    rows = []
    for suffix, flags in games.items():
        confidence = _confidence(suffix, len(flags), len(carriers[_file_name(suffix)]))
        if confidence is not None:
            rows.append([suffix, confidence, int(all(flags.values())), *sorted(flags, key=int)])
    return _by_key(rows)


def _confidence(suffix: str, games: int, carriers: int) -> int | None:
    """Return how sure a suffix of `games` is, whose file name `carriers` have, or None."""
    *folders, name = suffix.split("/")
    stem = name.rpartition(".")[0] or name
    if _HELPERS.fullmatch(stem) or len(folders) >= SEGMENTS:
        return None
    generic = [bool(_FOLDERS.fullmatch(one) or one in GENERIC_NAMES) for one in folders]
    has_telling_folder = not all(generic)
    if not has_telling_folder and (stem in GENERIC_NAMES or carriers >= MANY):
        return None
    if games > 1:
        return LOW
    if has_telling_folder:
        return HIGH
    return LOW if carriers > 1 else MEDIUM


def delta(old: bytes, new: bytes) -> bytes:
    """Return what turns the list `old` into `new`: rows by their first column."""
    before, after = json.loads(old), json.loads(new)
    changes: dict[str, Any] = {"format": FORMAT, "from": digest(old), "to": digest(new)}
    for table in TABLES:
        had = {row[0]: row for row in before[table]}
        has = {row[0]: row for row in after[table]}
        changed = [row for key, row in has.items() if had.get(key) != row]
        changes[table] = {"removed": _ordered(had.keys() - has), "changed": _by_key(changed)}
    return _canonical(changes)


def apply(old: bytes, changes: bytes) -> bytes:
    """Return the list that a delta from `old` leads to."""
    content, wanted = json.loads(old), json.loads(changes)
    for table in TABLES:
        rows = {row[0]: row for row in content[table]}
        for key in wanted[table]["removed"]:
            del rows[key]
        rows |= {row[0]: row for row in wanted[table]["changed"]}
        content[table] = _by_key(rows.values())
    return _canonical(content)


def digest(content: bytes) -> str:
    """Return the SHA-256 by which a list or a delta is known: of the JSON, not of its gzip."""
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
