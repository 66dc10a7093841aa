"""`python -m scripts.bench.matching_quality`: measures matching quality on held-out evidence.

Part of each game's data is held out when the catalog is loaded. The items are made from the
held-out part only, so no item repeats loaded data. Each game belongs to exactly one kind of item.
"""

import gzip
import json
import os
import random
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from scripts.bench import stores
from scripts.bench.stores import GAMES
from scripts.bundling.imports import ROOT
from shared.domain import text
from shared.domain.catalog.imports import importing
from shared.domain.library import matching
from shared.domain.library.items import LibraryItem
from shared.domain.library.matching import Verdict
from shared.runtime import sql
from shared.schema.catalog import games

HAND_WRITTEN = ROOT / "tests/shared/domain/library/data"
SEED = 20261124
BATCH = 1000

ROOTS = (
    "D:\\SteamLibrary\\steamapps\\common\\",
    "C:\\Program Files (x86)\\Steam\\steamapps\\common\\",
    "E:\\GOG Games\\",
    "C:\\Program Files\\Epic Games\\",
    "F:/XboxGames/",
    "/mnt/c/Games/",
    "/home/ada/.local/share/Steam/steamapps/common/",
    "/run/media/deck/sd/steamapps/common/",
    "/home/ada/Games/prefix/drive_c/GOG Games/",
)
ANYWHERE = ("D:\\Stuff\\old\\", "C:\\Users\\ada\\Desktop\\", "/home/ada/Downloads/", "G:\\x\\")
EDITIONS = (
    " - Game of the Year Edition",
    " Deluxe Edition",
    " Gold Edition",
    " GOTY",
    " Complete Edition",
    ": Definitive Edition",
    " Demo",
)
OTHER_NAMES = ("Game.exe", "game-win64-shipping.exe", "play.exe", "Main.exe", "run_x64.exe")

Record = dict[str, Any]
Item = dict[str, Any]


@dataclass(frozen=True)
class Query:
    """An item and the title keys of its correct matches (none if the item is not a game)."""

    item: LibraryItem
    right: frozenset[str] = frozenset()


@dataclass
class Tally:
    """The results for one kind of item.

    candidates: the number of verdicts that list the correct game.
    """

    kind: str
    number: int = 0
    answered: int = 0
    right: int = 0
    candidates: int = 0

    @property
    def precision(self) -> float:
        """The share of answers that are correct."""
        return self.right / self.answered if self.answered else 1.0

    @property
    def recall(self) -> float:
        """The share of items that were answered correctly."""
        return self.right / self.number if self.number else 0.0


def measure(wrong: list[str] | None = None) -> list[Tally]:
    """Load the catalog without the held-out data, match all items, and return each kind's tally.

    The database must not contain any games. Descriptions of wrong answers are added to `wrong`.
    """
    queries = _load(random.Random(SEED))  # noqa: S311 - the same items each time
    ids = sql.read(
        lambda conn: dict(conn.execute(select(games.c.game_id, games.c.import_key)).all())
    )
    tallies = []
    for kind, some in queries.items():
        tally = Tally(kind)
        for start in range(0, len(some), BATCH):
            batch = some[start : start + BATCH]
            items = [one.item for one in batch]
            verdicts = sql.read(lambda conn, items=items: matching.match(conn, items))  # type: ignore[misc]
            for query, verdict in zip(batch, verdicts, strict=True):
                _count(tally, query, verdict, ids, wrong)
        tallies.append(tally)
    return tallies


def _count(
    tally: Tally, query: Query, verdict: Verdict, ids: dict[int, str], wrong: list[str] | None
) -> None:
    tally.number += 1
    if verdict.game:
        tally.answered += 1
        if ids[verdict.game.game_id] in query.right:
            tally.right += 1
        elif wrong is not None:
            answer = f"{verdict.game.title} ({verdict.game.confidence}, {verdict.game.evidence})"
            wrong.append(f"{tally.kind}: {query.item.path}: {answer}")
    elif any(ids[candidate.game_id] in query.right for candidate in verdict.candidates):
        tally.candidates += 1


def _load(chance: random.Random) -> dict[str, list[Query]]:
    """Import the games without their held-out data; return the items by kind."""
    with gzip.open(GAMES) as file:
        records = [json.loads(line) for line in file]
    queries: dict[str, list[Query]] = {kind: [] for kind in KINDS}
    for record in records:
        for kind in chance.sample(list(KINDS), len(KINDS)):
            made = KINDS[kind](record, chance)
            if made:
                right = frozenset([text.title_key(record["title"])])
                queries[kind].append(Query(LibraryItem(id="1", **made), right))
                break
    importing.import_games(json.dumps(record).encode() for record in records)
    queries |= _store_ids(records)
    for kind, name in NO_GAMES.items():
        items = [LibraryItem(id="1", path=path, os=_os(path)) for path in hand_written(name)]
        queries[kind] = [Query(item) for item in items]
    return queries


def hand_written(name: str) -> list[str]:
    """Return the paths listed in a hand-written file."""
    lines = (HAND_WRITTEN / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def _store_ids(records: Iterable[Record]) -> dict[str, list[Query]]:
    """Return an item for each store id; every game with that id is a correct match."""
    owners: dict[tuple[str, str], set[str]] = {}
    for record in records:
        for store in record["stores"]:
            key = text.title_key(record["title"])
            owners.setdefault((store["store"], store["id"]), set()).add(key)
    found: dict[str, list[Query]] = {"store id": [], "store id that games share": []}
    for (store, store_id), keys in owners.items():
        kind = "store id" if len(keys) == 1 else "store id that games share"
        item = LibraryItem(id="1", store=store, store_id=store_id)
        found[kind].append(Query(item, frozenset(keys)))
    return found


def _os(path: str) -> Any:
    if not path.startswith("/") or path.startswith("/mnt/c/") or "drive_c" in path:
        return "win32"
    return "darwin" if path.startswith(("/Applications", "/System", "/Users")) else "linux"


def _program(record: Record) -> str | None:
    """Return the path suffix of one of the game's Windows programs."""
    for one in record["executables"]:
        name = one["name"].removeprefix(">")
        if one["os"] == "win32" and name.endswith(".exe") and not one["is_launcher"]:
            return str(name)
    return None


def _install(root: str, path: str, chance: random.Random) -> Item:
    """Return an item with a path under `root`, in the path format of the item's system."""
    if root.startswith("/"):
        return {"path": root + path, "os": chance.choice(("linux", None))}
    path = chance.choice((str, str.title, str.upper, str))(path)
    if chance.random() < 0.5:  # noqa: PLR2004
        path = path.replace("/", "\\")
    return {"path": root + path, "os": chance.choice(("win32", None))}


def _folder(title: str) -> str:
    """Return the folder name that an installer would use for a game with this title."""
    return "".join(c for c in title if c not in '<>:"/\\|?*™®©').strip(" .")


def _elsewhere(record: Record, chance: random.Random) -> Item | None:
    """Return the game's listed path on another drive, with different separators and case."""
    program = _program(record)
    return program and _install(chance.choice(ROOTS), program, chance)  # type: ignore[return-value]


def _other_folder(record: Record, chance: random.Random) -> Item | None:
    """Return the game's file in a folder named after the game instead of the listed folder."""
    folder, _, file = (_program(record) or "").rpartition("/")
    title = _folder(record["title"])
    if not folder or not title or text.name_key(folder) == text.name_key(title):
        return None
    return _install(chance.choice(ROOTS), f"{title}/{file}", chance)


def _any_folder(record: Record, chance: random.Random) -> Item | None:
    """Return the game's file in a folder that identifies neither the game nor a store."""
    program = _program(record)
    if not program:
        return None
    return _install(chance.choice(ANYWHERE), f"new/{program.rpartition('/')[2]}", chance)


def _renamed(record: Record, chance: random.Random) -> Item | None:
    """Return a different file in the game's folder; hold out all of the game's files."""
    folder = (_program(record) or "").partition("/")[0]
    if not folder or folder.endswith(".exe") or folder in NOT_ITS_FOLDER:
        return None
    record["executables"] = []
    return _install(chance.choice(ROOTS), f"{folder}/{chance.choice(OTHER_NAMES)}", chance)


def _edition(record: Record, chance: random.Random) -> Item | None:
    """Return the game's file in another edition's folder; hold out all of the game's files."""
    program, title = _program(record), _folder(record["title"])
    if not program or not title or "edition" in title.lower():
        return None
    record["executables"] = []
    folder = title + chance.choice(EDITIONS).replace(":", chance.choice(("", " -")))
    return _install(chance.choice(ROOTS), f"{folder}/{program.rpartition('/')[2]}", chance)


def _proton(record: Record, chance: random.Random) -> Item | None:
    """Return a program in a Proton prefix; hold out the game's files and aliases."""
    ids = [one["id"] for one in record["stores"] if one["store"] == "steam"]
    program = _program(record)
    if not program or not ids:
        return None
    record["executables"], record["aliases"] = [], []
    home = chance.choice(("/home/ada/.steam/steam", "/home/deck/.local/share/Steam"))
    prefix = f"{home}/steamapps/compatdata/{ids[0]}/pfx/drive_c/Program Files/Studio"
    return {"path": f"{prefix}/{program.rpartition('/')[2]}", "os": "linux"}


NOT_ITS_FOLDER = {"bin", "win32", "win64", "x64", "system", "game", "common", "base", "binaries"}
"""Folders inside a game's folder that begin some listed suffixes and do not name the game."""

NO_GAMES = {"unknown programs": "unknown_programs", "no games": "no_games"}
"""Kinds of items that are not games, with their hand-written files."""

KINDS: dict[str, Callable[[Record, random.Random], Item | None]] = {
    "another drive, separators, case": _elsewhere,
    "another folder than listed": _other_folder,
    "its file in any folder": _any_folder,
    "renamed program": _renamed,
    "another edition's folder": _edition,
    "Proton prefix": _proton,
}


def show(tallies: Iterable[Tally]) -> None:
    """Print the table."""
    table = Table(title="Matching on held-out evidence", box=None, title_justify="left")
    columns = ("kind", "n", "answered", "right", "candidates", "precision", "recall")
    for name in columns:
        table.add_column(name, justify="left" if name == "kind" else "right")
    for one in tallies:
        row = (one.number, one.answered, one.right, one.candidates)
        quality = (f"{one.precision:.3f}", f"{one.recall:.3f}")
        if one.kind in NO_GAMES:
            quality = ("", f"{one.answered / one.number:.3f} named")
        table.add_row(one.kind, *map(str, row), *quality)
    Console(width=110, highlight=False).print(table)


def main() -> None:
    """Measure matching in a temporary database; print the table and the wrong answers."""
    wrong: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="savepoint-matching-") as folder,
        stores.running(Path(folder)) as running,
    ):
        os.environ.update(running.settings())
        show(measure(wrong))
    print("\n".join(wrong))


if __name__ == "__main__":
    main()
