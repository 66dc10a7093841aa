"""Which games the things on a disk are: evidence is looked up, weighed, and only then believed.

Each piece of evidence has a weight, the share of cases in which it alone would be right. Pieces
for one game multiply their doubts: two that are each wrong once in five are wrong together once in
twenty-five. A game is named when little doubt is left and no other has nearly as much for it;
`docs/matching.md` says how often that is right.
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
CLEARLY = 3
"""How many times the winner's doubt every other game must leave."""
MOST_CANDIDATES = 5
MOST_NAMES = 8000
"""How many names are looked up for a batch; a thousand real paths have some two thousand."""
SHARED_BY = 3
"""A bare file name that more games list than this is evidence for none of them."""
TELLING = 7
"""Letters from which on a name is hardly another program's by chance."""
SHORT = 0.65
"""What the weight of a shorter name is multiplied by, and of one that several games share."""
WORD = 3
"""Letters from which on a word that two names share says something."""
STEAM = "steam"

HASH: Weighed = (0.999, "fingerprint")
SHORT_HASH: Weighed = (0.95, "fingerprint")
"""Murmur2 has 32 bits: of a million files some hundred pairs collide."""
UNCONFIRMED_HASH: Weighed = (0.6, "fingerprint")
STORE_ID: Weighed = (0.99, "store_id")
LISTED_PATH: Weighed = (0.97, "path")
LISTED_FILE: Weighed = (0.8, "file_name")
FILE_ELSEWHERE: Weighed = (0.6, "file_name")
INSTALL_FOLDER: Weighed = (0.85, "folder")
ANY_FOLDER: Weighed = (0.6, "folder")
WORDS_OF_FOLDER: Weighed = (0.5, "folder")
PROGRAM_NAME: Weighed = (0.6, "program_name")


# A list is one parameter, a JSON array: each value as one of its own takes longer than the lookup.
# It is sent in hex: the driver, which is Python, would take as long to escape all its quotes.
# Read first, it lets both engines look each value up, where a long IN makes MariaDB read the table.
_BY_BYTES = "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH"
_ARRAY = "CONVERT(UNHEX(%s) USING utf8mb4)"
_LIST = f"JSON_TABLE({_ARRAY}, '$[*]' COLUMNS ({{}})) AS wanted STRAIGHT_JOIN"
_PAIRS = _LIST.format(f"a VARCHAR(20) {_BY_BYTES} '$[0]', b VARCHAR(128) {_BY_BYTES} '$[1]'")
_TEXTS = _LIST.format(f"a VARCHAR(191) {_BY_BYTES} '$'")
_HASHES = _LIST.format("a CHAR(64) PATH '$'")
_NUMBERS = _LIST.format("a BIGINT UNSIGNED PATH '$'")
# Named, since an engine that takes a table for nearly empty would read all of it.
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
    """A game that an item may be, and what speaks for it, the strongest first."""

    game_id: int
    title: str
    confidence: float
    evidence: list[Why]


class Verdict(NamedTuple):
    """What an item is: one game, or several that it may be, or nothing that is known."""

    game: Guess | None = None
    candidates: Sequence[Guess] = ()
    build_id: int | None = None


@dataclass
class _Game:
    """What weighing needs to know of a game that was hit."""

    title: str = ""
    names: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)


class _Clues(NamedTuple):
    """An item with what it can be looked up by."""

    program: Program | None
    os: str | None
    stores: list[tuple[str, str]]
    marks: list[tuple[str, str]]


class _Hits(NamedTuple):
    """The catalog's rows that any item's clues hit, by clue."""

    stores: dict[tuple[str, str], list[int]]
    names: dict[str, list[int]]
    programs: dict[str, list[tuple[str, int, bool]]]
    builds: dict[tuple[str, str], list[tuple[int, int]]]


def match(conn: Connection, items: Sequence[LibraryItem]) -> list[Verdict]:
    """Return what each item is, in two round trips whatever their number."""
    clues = [_clues(item) for item in items]
    hits = _look_up(conn, clues)
    known = _games(conn, _hit_games(hits))
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
    """Ask for every clue of every item at once."""
    programs = [one.program for one in clues if one.program]
    ends = {end for program in programs for end in program.suffixes}
    wanted = (
        {pair for one in clues for pair in one.stores},
        # As `catalog.suffix_hash` of what is normalised already.
        [hashlib.sha256(end.encode()).hexdigest() for end in ends],
        list(islice(_names(programs), MOST_NAMES)),
        {pair for one in clues for pair in one.marks},
    )
    hits = _Hits(defaultdict(list), defaultdict(list), defaultdict(list), defaultdict(list))
    for kind, scope, value, game_id, more in _rows(conn, _CLUES, wanted):
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
    """Return the names that programs may stand for: first every whole one, last the barest."""
    called = [ways for one in programs for ways in (one.stems, *one.folders)]
    ranks = zip_longest(*called)
    return dict.fromkeys(name for rank in ranks for name in rank if name)


def _hit_games(hits: _Hits) -> set[int]:
    found = {game for some in (*hits.stores.values(), *hits.names.values()) for game in some}
    found |= {game for some in hits.programs.values() for _, game, _ in some}
    return found | {game for some in hits.builds.values() for game, _ in some}


def _games(conn: Connection, ids: Collection[int]) -> dict[int, _Game]:
    """Return the title, names and program files of some games."""
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
    """Look each list up by its part, all in one statement."""
    arrays = tuple(json.dumps(list(one), ensure_ascii=False).encode().hex() for one in lists)
    return conn.exec_driver_sql(" UNION ALL ".join(f"SELECT {one}" for one in parts), arrays).all()


def _decide(clues: _Clues, hits: _Hits, known: dict[int, _Game]) -> Verdict:
    """Weigh what was found for one item."""
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
    near = [one for one in ranked if one[0] < CLEARLY * best]
    if len(near) == 1 and best <= 1 - CONFIDENT:
        guess = _guess(best, evidence[winner], winner, known)
        return Verdict(guess, (), _build(clues, hits, winner))
    if len(near) > 1 and best <= 1 - PLAUSIBLE:
        shown = near[:MOST_CANDIDATES]
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
    """Weigh the hashes of the file; a long one that nobody knows leaves the short one in doubt."""
    if not clues.marks:
        return
    given = [mark for mark in clues.marks if mark[0] in {"sha1", "sha512"}]
    confirmed = any(mark in hits.builds for mark in given)
    for mark in clues.marks:
        if mark in given:
            weighed = HASH
        elif mark[0] == "murmur2":
            weighed = SHORT_HASH if confirmed or not given else UNCONFIRMED_HASH
        else:
            weighed = STORE_ID
        for game_id in dict.fromkeys(game for game, _ in hits.builds.get(mark, ())):
            evidence[game_id].append(weighed)


def _build(clues: _Clues, hits: _Hits, game_id: int) -> int | None:
    """Return the one build of the game that all marks which know it mean."""
    if not clues.marks:
        return None
    sets = [
        {build for game, build in hits.builds.get(mark, ()) if game == game_id}
        for mark in clues.marks
    ]
    common = set.intersection(*found) if (found := [one for one in sets if one]) else set()
    return common.pop() if len(common) == 1 else None


def _weigh_path(
    program: Program,
    os: str | None,
    hits: _Hits,
    known: dict[int, _Game],
    evidence: dict[int, list[Weighed]],
) -> None:
    listed = _listed(program, os, hits)
    if listed is None:
        return  # a launcher: not the game, whatever its folder says
    called = _folders(program, hits)
    alike = {game_id for name in program.stems for game_id in hits.names.get(name, ())}
    for game_id in alike.union(listed, called):
        game = known[game_id]
        found = [listed[game_id]] if game_id in listed else []
        if not found and not program.is_generic and program.file in game.files:
            found.append(FILE_ELSEWHERE)
        if game_id in called:
            found.append(called[game_id])
        elif found and _shares_words(program, game):
            found.append(WORDS_OF_FOLDER)
        if game_id in alike:
            found.append(_name_of_program(program, game))
        evidence[game_id] += found


def _listed(program: Program, os: str | None, hits: _Hits) -> dict[int, Weighed] | None:
    """Return the games that list the longest end of the path; None for a launcher's."""
    for end in program.suffixes:
        if end not in hits.programs:
            continue
        rows = [row for row in hits.programs[end] if os in {None, row[0]}]
        if not rows:
            continue
        found = {game_id for _, game_id, is_launcher in rows if not is_launcher}
        if not found:
            return None
        if "/" in end or end.endswith(".app"):
            return dict.fromkeys(found, LISTED_PATH)
        if len(found) > SHARED_BY:
            return {}
        return dict.fromkeys(found, _short(LISTED_FILE, end.rpartition(".")[0], len(found)))
    return {}


def _folders(program: Program, hits: _Hits) -> dict[int, Weighed]:
    """Return the games that a folder is called like, by the best way of reading its name."""
    found: dict[int, Weighed] = {}
    for place, ways in enumerate(program.folders):
        weighed = INSTALL_FOLDER if program.installed and place == 0 else ANY_FOLDER
        named = next((name for name in ways if name in hits.names), None)
        for game_id in hits.names.get(named or "", ()):
            shared = len(hits.names[named or ""])
            one = weighed if weighed is INSTALL_FOLDER else _short(weighed, named or "", shared)
            found[game_id] = max(found.get(game_id, one), one)
    return found


def _name_of_program(program: Program, game: _Game) -> Weighed:
    # A name may have gone between the two statements.
    named = next((name for name in program.stems if name in game.names), "")
    return _short(PROGRAM_NAME, named, 1)


def _short(weighed: Weighed, name: str, shared: int) -> Weighed:
    if shared == 1 and len(name.replace(" ", "")) >= TELLING:
        return weighed
    return weighed[0] * SHORT, weighed[1]


def _shares_words(program: Program, game: _Game) -> bool:
    """Tell whether the words of a folder are all in a name of the game, or the other way round."""
    names = [set(name.split()) for name in game.names]
    for folder in [set(way.split()) for ways in program.folders for way in ways]:
        for name in names:
            fewer = folder if folder <= name else name if name <= folder else ()
            if any(len(word) >= WORD for word in fewer):
                return True
    return False
