"""Matches items on disk to games by looking up and weighing evidence.

The weight of a piece of evidence is the probability that it alone identifies the right game. The
doubt about a game is the product of (1 - weight) over all evidence for the game. For example, two
pieces of weight 0.8 leave a doubt of 0.04. An item is matched to a game if little doubt remains and
no other game has nearly as much evidence. `docs/matching.md` reports the measured accuracy.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection

from shared.domain.library import paths
from shared.domain.library.items import LibraryItem
from shared.domain.library.paths import Program
from shared.schema.catalog import (
    game_build_marks,
    game_builds,
    game_executables,
    game_names,
    game_stores,
    games,
)

Why = Literal["fingerprint", "store_id", "path", "file_name", "folder", "program_name"]
Weighed = tuple[float, Why]

CONFIDENT = 0.8
PLAUSIBLE = 0.5
CLEAR_LEAD = 3
"""Every other game must have at least this many times the winner's doubt."""
MAX_CANDIDATES = 5
MAX_NAMES = 8000
"""Names that are looked up per batch; a thousand real paths yield about two thousand."""
MAX_GAMES_PER_FILE = 3
"""A bare file name listed by more games than this is evidence for none of them."""
DISTINCTIVE_LENGTH = 7
"""A name with this many letters is unlikely to match another program's by chance."""
WEAKER = 0.65
"""The factor applied to the weight of a shorter name, or of a name that several games share."""
MIN_WORD_LENGTH = 3
"""The minimum number of letters for a word shared by two names to count."""
STEAM = "steam"

HASH: Weighed = (0.999, "fingerprint")
SHORT_HASH: Weighed = (0.95, "fingerprint")
"""Murmur2 has 32 bits: among a million files, about a hundred pairs collide."""
UNCONFIRMED_HASH: Weighed = (0.6, "fingerprint")
STORE_ID: Weighed = (0.99, "store_id")
LISTED_PATH: Weighed = (0.97, "path")
LISTED_FILE: Weighed = (0.8, "file_name")
FILE_ELSEWHERE: Weighed = (0.6, "file_name")
INSTALL_FOLDER: Weighed = (0.85, "folder")
ANY_FOLDER: Weighed = (0.6, "folder")
FOLDER_WORDS: Weighed = (0.5, "folder")
PROGRAM_NAME: Weighed = (0.6, "program_name")


# Each list is sent as one parameter, a JSON array, because one parameter per value takes longer
# than the lookup. The array is sent in hex, because the pure-Python driver would take just as long
# to escape its quotes. Both engines read the array first and then look up each value; with a long
# IN, MariaDB would scan the table.
_BY_BYTES = "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH"
_ARRAY = "CONVERT(UNHEX(%s) USING utf8mb4)"
_LIST = f"JSON_TABLE({_ARRAY}, '$[*]' COLUMNS ({{}})) AS wanted STRAIGHT_JOIN"
_PAIRS = _LIST.format(f"a VARCHAR(20) {_BY_BYTES} '$[0]', b VARCHAR(128) {_BY_BYTES} '$[1]'")
_TEXTS = _LIST.format(f"a VARCHAR(191) {_BY_BYTES} '$'")
_HASHES = _LIST.format("a CHAR(64) PATH '$'")
_NUMBERS = _LIST.format("a BIGINT UNSIGNED PATH '$'")
# Forced, because an engine that estimates a table as nearly empty would scan it.
_KEY = "FORCE INDEX (PRIMARY)"
_STORES = f"store, store_id, game_id, 0 FROM {_PAIRS} {game_stores} {_KEY}"
_PROGRAMS = f"os, suffix, game_id, is_launcher FROM {_HASHES} {game_executables} {_KEY}"
_NAMES = f"'', name_key, game_id, 0 FROM {_TEXTS} {game_names} {_KEY}"
_MARKS = f"kind, value, game_id, build_id FROM {_PAIRS} {game_build_marks} {_KEY}"
_BUILDS = f"STRAIGHT_JOIN {game_builds} {_KEY} USING (build_id)"
_CLUES = (
    f"'store', {_STORES} ON (store, store_id) = (a, b)",
    f"'program', {_PROGRAMS} ON suffix_hash = UNHEX(a)",
    f"'name', {_NAMES} ON name_key = a",
    f"'build', {_MARKS} ON (kind, value) = (a, b) {_BUILDS}",
)
_GAMES = tuple(
    f"'{kind}', game_id, {value} FROM {_NUMBERS} {table} FORCE INDEX ({index}) ON game_id = a"
    for kind, value, table, index in (
        ("title", "title", games, "PRIMARY"),
        ("name", "name_key", game_names, "game_names_by_game"),
        ("file", "suffix", game_executables, "game_executables_by_game"),
    )
)


class Guess(NamedTuple):
    """A candidate game for an item, and the kinds of evidence for it, strongest first."""

    game_id: int
    title: str
    confidence: float
    evidence: list[Why]


class Verdict(NamedTuple):
    """The result for an item: one game, several candidates, or no game."""

    game: Guess | None = None
    candidates: Sequence[Guess] = ()
    build_id: int | None = None


@dataclass
class _Game:
    """A game for which evidence was found, with the data needed to weigh the evidence."""

    title: str = ""
    names: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)


class _Clues(NamedTuple):
    """The keys by which an item is looked up in the catalog."""

    program: Program | None
    os: str | None
    stores: list[tuple[str, str]]
    marks: list[tuple[str, str]]


class _Hits(NamedTuple):
    """The catalog rows that were found for all items, grouped by clue."""

    stores: dict[tuple[str, str], list[int]]
    names: dict[str, list[int]]
    programs: dict[str, list[tuple[str, int, bool]]]
    builds: dict[tuple[str, str], list[tuple[int, int]]]


def match(conn: Connection, items: Sequence[LibraryItem]) -> list[Verdict]:
    """Return a verdict per item, using two database round trips for any number of items."""
    clues = [_clues(item) for item in items]
    hits = _look_up(conn, clues)
    known = _games(conn, _game_ids(hits))
    return [_decide(one, hits, known) for one in clues]


def _clues(item: LibraryItem) -> _Clues:
    program = paths.read(item.path) if item.path else None
    stores = [(item.store, item.store_id)] if item.store and item.store_id else []
    if program and program.app_id:
        stores.append((STEAM, program.app_id))
    marks = [(name, value) for name in ("sha512", "sha1") if (value := getattr(item, name))]
    if item.murmur2 is not None:
        marks.append(("murmur2", str(item.murmur2)))
    if item.store and item.store_build_id:
        marks.append((item.store, item.store_build_id))
    # Wine runs Windows programs on every system.
    os = "win32" if program and program.file.endswith(".exe") else item.os
    return _Clues(program, os, stores, marks)


def _look_up(conn: Connection, clues: Sequence[_Clues]) -> _Hits:
    """Look up the clues for all items in one query."""
    programs = [one.program for one in clues if one.program]
    ends = {end for program in programs for end in program.suffixes}
    lists = (
        {pair for one in clues for pair in one.stores},
        # The same as `programs.suffix_hash`, for suffixes that are already normalised.
        [hashlib.sha256(end.encode()).hexdigest() for end in ends],
        list(islice(_names(programs), MAX_NAMES)),
        {pair for one in clues for pair in one.marks},
    )
    hits = _Hits(defaultdict(list), defaultdict(list), defaultdict(list), defaultdict(list))
    for kind, scope, value, game_id, more in _rows(conn, _CLUES, lists):
        if kind == "store":
            hits.stores[scope, value].append(game_id)
        elif kind == "name":
            hits.names[value].append(game_id)
        elif kind == "program":
            hits.programs[value].append((scope, game_id, bool(more)))
        else:
            hits.builds[scope, value].append((game_id, more))
    return hits


def _names(programs: Sequence[Program]) -> dict[str, None]:
    """Return the game names to look up for these programs, most complete first."""
    readings = [names for one in programs for names in (one.stems, *one.folders)]
    ranks = zip_longest(*readings)
    return dict.fromkeys(name for rank in ranks for name in rank if name)


def _game_ids(hits: _Hits) -> set[int]:
    ids = {game for some in (*hits.stores.values(), *hits.names.values()) for game in some}
    ids |= {game for some in hits.programs.values() for _, game, _ in some}
    return ids | {game for some in hits.builds.values() for game, _ in some}


def _games(conn: Connection, ids: Collection[int]) -> dict[int, _Game]:
    """Return the title, names and program files of these games."""
    known: dict[int, _Game] = defaultdict(_Game)
    if not ids:
        return known
    for kind, game_id, value in _rows(conn, _GAMES, [ids] * 3):
        game = known[game_id]
        if kind == "title":
            game.title = value
        elif kind == "name":
            game.names.add(value)
        else:
            game.files.add(value.rpartition("/")[2])
    return known


def _rows(
    conn: Connection, parts: Sequence[str], lists: Iterable[Collection[Any]]
) -> Sequence[Any]:
    """Look up all lists in one SQL statement, which has one part per list."""
    arrays = tuple(json.dumps(list(one), ensure_ascii=False).encode().hex() for one in lists)
    return conn.exec_driver_sql(" UNION ALL ".join(f"SELECT {one}" for one in parts), arrays).all()


def _decide(clues: _Clues, hits: _Hits, known: dict[int, _Game]) -> Verdict:
    """Weigh the evidence found for one item, and decide."""
    evidence: dict[int, list[Weighed]] = defaultdict(list)
    for pair in clues.stores:
        for game_id in hits.stores.get(pair, ()):
            evidence[game_id].append(STORE_ID)
    _weigh_marks(clues, hits, evidence)
    if clues.program:
        _weigh_path(clues.program, clues.os, hits, known, evidence)
    ranked = sorted((_doubt(some), game_id) for game_id, some in evidence.items())
    if not ranked:
        return Verdict()
    best, winner = ranked[0]
    close = [one for one in ranked if one[0] < CLEAR_LEAD * best]
    if len(close) == 1 and best <= 1 - CONFIDENT:
        guess = _guess(best, evidence[winner], winner, known)
        return Verdict(guess, (), _build_id(clues, hits, winner))
    if len(close) > 1 and best <= 1 - PLAUSIBLE:
        shown = close[:MAX_CANDIDATES]
        return Verdict(None, [_guess(doubt, evidence[one], one, known) for doubt, one in shown])
    return Verdict()


def _doubt(evidence: Sequence[Weighed]) -> float:
    doubt = 1.0
    for weight, _ in evidence:
        doubt *= 1 - weight
    return doubt


def _guess(doubt: float, evidence: list[Weighed], game_id: int, known: dict[int, _Game]) -> Guess:
    whys = dict.fromkeys([why for _, why in sorted(evidence, reverse=True)])
    return Guess(game_id, known[game_id].title, round(1 - doubt, 3), list(whys))


def _weigh_marks(clues: _Clues, hits: _Hits, evidence: dict[int, list[Weighed]]) -> None:
    """Weigh hashes and store builds; a short hash counts less if the long one is unknown."""
    if not clues.marks:
        return
    long_hashes = [mark for mark in clues.marks if mark[0] in {"sha1", "sha512"}]
    confirmed = any(mark in hits.builds for mark in long_hashes)
    for mark in clues.marks:
        if mark in long_hashes:
            weighed = HASH
        elif mark[0] == "murmur2":
            weighed = SHORT_HASH if confirmed or not long_hashes else UNCONFIRMED_HASH
        else:
            weighed = STORE_ID
        for game_id in dict.fromkeys(game for game, _ in hits.builds.get(mark, ())):
            evidence[game_id].append(weighed)


def _build_id(clues: _Clues, hits: _Hits, game_id: int) -> int | None:
    """Return the game's build if all its known marks have exactly one build in common."""
    if not clues.marks:
        return None
    sets = [
        {build for game, build in hits.builds.get(mark, ()) if game == game_id}
        for mark in clues.marks
    ]
    known = [one for one in sets if one]
    common = set.intersection(*known) if known else set()
    return common.pop() if len(common) == 1 else None


def _weigh_path(
    program: Program,
    os: str | None,
    hits: _Hits,
    known: dict[int, _Game],
    evidence: dict[int, list[Weighed]],
) -> None:
    listed = _games_by_suffix(program, os, hits)
    if listed is None:
        return  # a launcher is never the game, regardless of its folder's name
    in_folder = _games_by_folder(program, hits)
    same_name = {game_id for name in program.stems for game_id in hits.names.get(name, ())}
    for game_id in same_name.union(listed, in_folder):
        game = known[game_id]
        pieces = [listed[game_id]] if game_id in listed else []
        if not pieces and not program.is_generic and program.file in game.files:
            pieces.append(FILE_ELSEWHERE)
        if game_id in in_folder:
            pieces.append(in_folder[game_id])
        elif pieces and _shares_words(program, game):
            pieces.append(FOLDER_WORDS)
        if game_id in same_name:
            pieces.append(_program_name(program, game))
        evidence[game_id] += pieces


def _games_by_suffix(program: Program, os: str | None, hits: _Hits) -> dict[int, Weighed] | None:
    """Return the games that list the path's longest known suffix, or None for a launcher."""
    for end in program.suffixes:
        if end not in hits.programs:
            continue
        rows = [row for row in hits.programs[end] if os in {None, row[0]}]
        if not rows:
            continue
        game_ids = {game_id for _, game_id, is_launcher in rows if not is_launcher}
        if not game_ids:
            return None
        if "/" in end or end.endswith(".app"):
            return dict.fromkeys(game_ids, LISTED_PATH)
        if len(game_ids) > MAX_GAMES_PER_FILE:
            return {}
        return dict.fromkeys(
            game_ids, _weakened(LISTED_FILE, end.rpartition(".")[0], len(game_ids))
        )
    return {}


def _games_by_folder(program: Program, hits: _Hits) -> dict[int, Weighed]:
    """Look up each folder's most complete known name; return the games with these names."""
    best: dict[int, Weighed] = {}
    for index, readings in enumerate(program.folders):
        weighed = INSTALL_FOLDER if program.installed and index == 0 else ANY_FOLDER
        named = next((name for name in readings if name in hits.names), None)
        for game_id in hits.names.get(named or "", ()):
            shared = len(hits.names[named or ""])
            one = weighed if weighed is INSTALL_FOLDER else _weakened(weighed, named or "", shared)
            best[game_id] = max(best.get(game_id, one), one)
    return best


def _program_name(program: Program, game: _Game) -> Weighed:
    # The name may have been deleted between the two statements.
    named = next((name for name in program.stems if name in game.names), "")
    return _weakened(PROGRAM_NAME, named, 1)


def _weakened(weighed: Weighed, name: str, shared: int) -> Weighed:
    if shared == 1 and len(name.replace(" ", "")) >= DISTINCTIVE_LENGTH:
        return weighed
    return weighed[0] * WEAKER, weighed[1]


def _shares_words(program: Program, game: _Game) -> bool:
    """Return whether a folder's words are all in a name of the game, or vice versa."""
    names = [set(name.split()) for name in game.names]
    for folder in [set(name.split()) for readings in program.folders for name in readings]:
        for name in names:
            fewer = folder if folder <= name else name if name <= folder else ()
            if any(len(word) >= MIN_WORD_LENGTH for word in fewer):
                return True
    return False
