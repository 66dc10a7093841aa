"""Which games the things on a disk are: evidence is looked up, weighed, and only then believed.

Each piece of evidence has a weight, the share of cases in which it alone would be right. Pieces
for one game multiply their doubts: two that are each wrong once in five are wrong together once in
twenty-five. A game is named when little doubt is left and no other has nearly as much for it;
`docs/matching.md` says how often that is right.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel
from sqlalchemy import Connection, Select, literal, select, tuple_, union_all

from shared.domain import catalog, program_paths
from shared.domain.library_items import Item
from shared.domain.program_paths import Program
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


class Candidate(BaseModel):
    """A game that an item may be, and what speaks for it, the strongest first."""

    game_id: str
    title: str
    confidence: float
    why: Why
    evidence: list[Why]


class Verdict(NamedTuple):
    """What an item is: one game, or several that it may be, or nothing that is known."""

    game: Candidate | None = None
    candidates: Sequence[Candidate] = ()
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


def match(conn: Connection, items: Sequence[Item]) -> list[Verdict]:
    """Return what each item is, in two round trips whatever their number."""
    clues = [_clues(item) for item in items]
    hits = _look_up(conn, clues)
    known = _games(conn, _hit_games(hits))
    return [_decide(one, hits, known) for one in clues]


def _clues(item: Item) -> _Clues:
    program = program_paths.read(item.path) if item.path else None
    stores = [(item.store, item.store_id)] if item.store and item.store_id else []
    if program and program.app_id and not program.is_no_game:
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
    names = {name for program in programs for name in program.names}
    wanted = [
        *_stores({pair for one in clues for pair in one.stores}),
        *_programs({catalog.suffix_hash(end) for end in ends}),
        *_names(names),
        *_builds({pair for one in clues for pair in one.marks}),
    ]
    hits = _Hits(defaultdict(list), defaultdict(list), defaultdict(list), defaultdict(list))
    for kind, scope, value, game_id, more in conn.execute(union_all(*wanted)) if wanted else ():
        if kind == "store":
            hits.stores[scope, value].append(game_id)
        elif kind == "name":
            hits.names[value].append(game_id)
        elif kind == "program":
            hits.programs[value].append((scope, game_id, bool(more)))
        else:
            hits.builds[scope, value].append((game_id, more))
    return hits


def _stores(pairs: Collection[tuple[str, str]]) -> Iterator[Select[Any]]:
    c = game_stores.c
    if pairs:
        yield select(literal("store"), c.store, c.store_id, c.game_id, literal(0)).where(
            tuple_(c.store, c.store_id).in_(sorted(pairs))
        )


def _programs(hashes: Collection[bytes]) -> Iterator[Select[Any]]:
    c = game_executables.c
    if hashes:
        yield select(literal("program"), c.os, c.suffix, c.game_id, c.is_launcher).where(
            c.suffix_hash.in_(sorted(hashes))
        )


def _names(keys: Collection[str]) -> Iterator[Select[Any]]:
    c = game_names.c
    if keys:
        yield select(literal("name"), literal(""), c.name_key, c.game_id, literal(0)).where(
            c.name_key.in_(sorted(keys))
        )


def _builds(marks: Collection[tuple[str, str]]) -> Iterator[Select[Any]]:
    c = game_build_marks.c
    if marks:
        yield (
            select(literal("build"), c.kind, c.value, game_builds.c.game_id, c.build_id)
            .join(game_builds, game_builds.c.build_id == c.build_id)
            .where(tuple_(c.kind, c.value).in_(sorted(marks)))
        )


def _hit_games(hits: _Hits) -> set[int]:
    found = {game for some in (*hits.stores.values(), *hits.names.values()) for game in some}
    found |= {game for some in hits.programs.values() for _, game, _ in some}
    return found | {game for some in hits.builds.values() for game, _ in some}


def _games(conn: Connection, ids: Collection[int]) -> dict[int, _Game]:
    """Return the title, names and program files of some games."""
    known: dict[int, _Game] = defaultdict(_Game)
    if not ids:
        return known
    name, program = game_names.c, game_executables.c
    wanted = union_all(
        select(literal("title"), games.c.game_id, games.c.title).where(games.c.game_id.in_(ids)),
        select(literal("name"), name.game_id, name.name_key).where(name.game_id.in_(ids)),
        select(literal("file"), program.game_id, program.suffix).where(program.game_id.in_(ids)),
    )
    for kind, game_id, value in conn.execute(wanted):
        game = known[game_id]
        if kind == "title":
            game.title = value
        elif kind == "name":
            game.names.add(value)
        else:
            game.files.add(value.rpartition("/")[2])
    return known


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
    near = [game_id for doubt, game_id in ranked if doubt < CLEARLY * best]
    if len(near) == 1 and best <= 1 - CONFIDENT:
        build_id = _build(clues, hits, winner)
        return Verdict(_candidate(winner, evidence[winner], known), (), build_id)
    if len(near) > 1 and best <= 1 - PLAUSIBLE:
        shown = near[:MOST_CANDIDATES]
        return Verdict(None, [_candidate(one, evidence[one], known) for one in shown])
    return Verdict()


def _doubt(evidence: Sequence[Weighed]) -> float:
    doubt = 1.0
    for weight, _ in evidence:
        doubt *= 1 - weight
    return doubt


def _candidate(game_id: int, evidence: Sequence[Weighed], known: dict[int, _Game]) -> Candidate:
    ordered = [why for _, why in sorted(evidence, key=lambda one: -one[0])]
    return Candidate(
        game_id=str(game_id),
        title=known[game_id].title,
        confidence=round(1 - _doubt(evidence), 3),
        why=ordered[0],
        evidence=list(dict.fromkeys(ordered)),
    )


def _weigh_marks(clues: _Clues, hits: _Hits, evidence: dict[int, list[Weighed]]) -> None:
    """Weigh the hashes of the file; a long one that nobody knows leaves the short one in doubt."""
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
    for game_id in {*listed, *called, *_called_like_it(program, hits)}:
        game = known[game_id]
        found = [listed[game_id]] if game_id in listed else []
        if not found and not program.is_generic and program.file in game.files:
            found.append(FILE_ELSEWHERE)
        if game_id in called:
            found.append(called[game_id])
        elif found and _shares_words(program, game):
            found.append(WORDS_OF_FOLDER)
        evidence[game_id] += found + _name_of_program(program, game)


def _listed(program: Program, os: str | None, hits: _Hits) -> dict[int, Weighed] | None:
    """Return the games that list the longest end of the path; None for a launcher's."""
    for end in program.suffixes:
        rows = [row for row in hits.programs.get(end, ()) if os in {None, row[0]}]
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


def _called_like_it(program: Program, hits: _Hits) -> set[int]:
    return {game_id for name in program.stems for game_id in hits.names.get(name, ())}


def _name_of_program(program: Program, game: _Game) -> list[Weighed]:
    named = next((name for name in program.stems if name in game.names), None)
    return [_short(PROGRAM_NAME, named, 1)] if named else []


def _short(weighed: Weighed, name: str, shared: int) -> Weighed:
    if shared == 1 and len(name.replace(" ", "")) >= TELLING:
        return weighed
    return weighed[0] * SHORT, weighed[1]


def _shares_words(program: Program, game: _Game) -> bool:
    """Tell whether the words of a folder are all in a name of the game, or the other way round."""
    names = [set(name.split()) for name in game.names]
    folders = [set(way.split()) for ways in program.folders for way in ways]
    return any(
        (folder <= name or name <= folder) and any(len(word) >= WORD for word in folder & name)
        for folder in folders
        for name in names
    )
