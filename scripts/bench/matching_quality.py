"""`python -m scripts.bench.matching_quality`: how often the matcher is right, on evidence held out.

A part of what is known of each game is taken from the catalog before it is loaded, and the items
are made of that part, so nothing is asked for that was loaded as such. Each game is in one kind.
"""

import gzip
import json
import os
import random
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from scripts.bench import stores
from shared.domain import text
from shared.domain.catalog.imports import importing
from shared.domain.library import matching
from shared.domain.library.items import LibraryItem
from shared.domain.library.matching import Verdict
from shared.runtime import sql
from shared.schema.catalog import games

ROOT = Path(__file__).parents[2]
GAMES = ROOT / "data" / "games.jsonl.gz"
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


@dataclass(frozen=True)
class Asked:
    """An item, and the title keys of the games that it may be said to be; none: it is no game."""

    item: LibraryItem
    meant: frozenset[str]


@dataclass
class Tally:
    """How a kind came out; `told` counts answers that are candidates with the right one."""

    kind: str
    number: int = 0
    answered: int = 0
    right: int = 0
    told: int = 0

    @property
    def precision(self) -> float:
        """How much of what was answered is right."""
        return self.right / self.answered if self.answered else 1.0

    @property
    def recall(self) -> float:
        """How much of what was asked was answered rightly."""
        return self.right / self.number if self.number else 0.0


def measure(wrong: list[str] | None = None) -> list[Tally]:
    """Load the catalog without what is held out, ask, and return each kind's tally.

    The database must hold no games. What was answered wrongly is described in `wrong`.
    """
    asked = _load(random.Random(SEED))  # noqa: S311  the same items each time
    ids = sql.read(
        lambda conn: dict(conn.execute(select(games.c.game_id, games.c.import_key)).all())
    )
    tallies = []
    for kind, some in asked.items():
        tally = Tally(kind)
        for one, verdict in zip(some, _answers([one.item for one in some]), strict=True):
            _count(tally, one, verdict, ids, wrong)
        tallies.append(tally)
    return tallies


def _answers(items: Sequence[LibraryItem]) -> Iterator[Verdict]:
    for start in range(0, len(items), BATCH):
        some = items[start : start + BATCH]
        yield from sql.read(lambda conn, some=some: matching.match(conn, some))  # type: ignore[misc]


def _count(
    tally: Tally, one: Asked, verdict: Verdict, ids: dict[int, str], wrong: list[str] | None
) -> None:
    tally.number += 1
    if verdict.game:
        tally.answered += 1
        if ids[verdict.game.game_id] in one.meant:
            tally.right += 1
        elif wrong is not None:
            said = f"{verdict.game.title} ({verdict.game.confidence}, {verdict.game.evidence})"
            wrong.append(f"{tally.kind}: {one.item.path}: {said}")
    elif any(ids[candidate.game_id] in one.meant for candidate in verdict.candidates):
        tally.told += 1


def _load(chance: random.Random) -> dict[str, list[Asked]]:
    """Import the games, each without what its own item is made of; return the items by kind."""
    with gzip.open(GAMES) as file:
        records = [json.loads(line) for line in file]
    asked: dict[str, list[Asked]] = {kind: [] for kind in KINDS}
    for record in records:
        for kind in chance.sample(list(KINDS), len(KINDS)):
            made = KINDS[kind](record, chance)
            if made:
                meant = frozenset([text.title_key(record["title"])])
                asked[kind].append(Asked(LibraryItem(id="1", **made), meant))
                break
    importing.import_games(json.dumps(record).encode() for record in records)
    asked |= _store_ids(records)
    for kind, name in (("unknown programs", "unknown_programs"), ("no games", "no_games")):
        items = [LibraryItem(id="1", path=path, os=_os(path)) for path in hand_written(name)]
        asked[kind] = [Asked(item, frozenset()) for item in items]
    return asked


def hand_written(name: str) -> list[str]:
    """Return the paths of a hand-written file."""
    lines = (HAND_WRITTEN / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def _store_ids(records: Iterable[Record]) -> dict[str, list[Asked]]:
    """Return an item for each store id; one that games share is meant to give them all."""
    owners: dict[tuple[str, str], set[str]] = {}
    for record in records:
        for store in record["stores"]:
            key = text.title_key(record["title"])
            owners.setdefault((store["store"], store["id"]), set()).add(key)
    found: dict[str, list[Asked]] = {"store id": [], "store id that games share": []}
    for (store, store_id), keys in owners.items():
        kind = "store id" if len(keys) == 1 else "store id that games share"
        item = LibraryItem(id="1", store=store, store_id=store_id)
        found[kind].append(Asked(item, frozenset(keys)))
    return found


def _os(path: str) -> Any:
    if not path.startswith("/") or path.startswith("/mnt/c/") or "drive_c" in path:
        return "win32"
    return "darwin" if path.startswith(("/Applications", "/System", "/Users")) else "linux"


def _program(record: Record) -> str | None:
    """Return the suffix of a Windows program of the game that is no part of something else."""
    for one in record["executables"]:
        name = one["name"].removeprefix(">")
        if one["os"] == "win32" and name.endswith(".exe") and not one["is_launcher"]:
            return str(name)
    return None


def _as_written(path: str, chance: random.Random) -> str:
    """Return the path with this or that case and separator."""
    path = chance.choice((str, str.title, str.upper, str))(path)
    return path.replace("/", "\\") if chance.random() < 0.5 else path  # noqa: PLR2004


def _on_windows(root: str, path: str, chance: random.Random) -> dict[str, Any]:
    """Return the path's members of an item, as the system of that root writes them."""
    if root.startswith("/"):
        return {"path": root + path, "os": chance.choice(("linux", None))}
    return {"path": root + _as_written(path, chance), "os": chance.choice(("win32", None))}


def _folder(title: str) -> str:
    """Return a title as an installer makes a folder of it."""
    return "".join(c for c in title if c not in '<>:"/\\|?*™®©').strip(" .")


def _elsewhere(record: Record, chance: random.Random) -> dict[str, Any] | None:
    """Take its listed path, on another drive, with other separators and case."""
    program = _program(record)
    return program and _on_windows(chance.choice(ROOTS), program, chance)  # type: ignore[return-value]


def _other_folder(record: Record, chance: random.Random) -> dict[str, Any] | None:
    """Put its file into a folder called like the game, which is not the folder that is listed."""
    folder, _, file = (_program(record) or "").rpartition("/")
    title = _folder(record["title"])
    if not folder or not title or text.name_key(folder) == text.name_key(title):
        return None
    return _on_windows(chance.choice(ROOTS), f"{title}/{file}", chance)


def _any_folder(record: Record, chance: random.Random) -> dict[str, Any] | None:
    """Put its file into a folder that says nothing, where no store puts games."""
    program = _program(record)
    if not program:
        return None
    return _on_windows(chance.choice(ANYWHERE), f"new/{program.rpartition('/')[2]}", chance)


def _renamed(record: Record, chance: random.Random) -> dict[str, Any] | None:
    """Take its real folder, with a file of another name; none of its files is in the catalog."""
    folder = (_program(record) or "").partition("/")[0]
    if not folder or folder.endswith(".exe") or folder in NOT_ITS_FOLDER:
        return None
    record["executables"] = []
    return _on_windows(chance.choice(ROOTS), f"{folder}/{chance.choice(OTHER_NAMES)}", chance)


def _edition(record: Record, chance: random.Random) -> dict[str, Any] | None:
    """Take the folder of another edition, its own file; none of its files is in the catalog."""
    program, title = _program(record), _folder(record["title"])
    if not program or not title or "edition" in title.lower():
        return None
    record["executables"] = []
    folder = title + chance.choice(EDITIONS).replace(":", chance.choice(("", " -")))
    return _on_windows(chance.choice(ROOTS), f"{folder}/{program.rpartition('/')[2]}", chance)


def _proton(record: Record, chance: random.Random) -> dict[str, Any] | None:
    """Take a program in the game's Proton prefix; the catalog knows no file or alias of it."""
    ids = [one["id"] for one in record["stores"] if one["store"] == "steam"]
    program = _program(record)
    if not program or not ids:
        return None
    record["executables"], record["aliases"] = [], []
    home = chance.choice(("/home/ada/.steam/steam", "/home/deck/.local/share/Steam"))
    prefix = f"{home}/steamapps/compatdata/{ids[0]}/pfx/drive_c/Program Files/Studio"
    return {"path": f"{prefix}/{program.rpartition('/')[2]}", "os": "linux"}


NOT_ITS_FOLDER = {"bin", "win32", "win64", "x64", "system", "game", "common", "base", "binaries"}
"""Where a listed suffix begins inside the game's folder, its first part does not name the game."""

KINDS: dict[str, Callable[[Record, random.Random], dict[str, Any] | None]] = {
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
        row = (one.number, one.answered, one.right, one.told)
        quality = (f"{one.precision:.3f}", f"{one.recall:.3f}")
        if one.kind in NO_GAMES:
            quality = ("", f"{one.answered / one.number:.3f} named")
        table.add_row(one.kind, *map(str, row), *quality)
    Console(width=110, highlight=False).print(table)


NO_GAMES = ("unknown programs", "no games")


def main() -> None:
    """Measure in a database of its own and print the table, then what was wrong."""
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
