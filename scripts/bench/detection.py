"""(h) Measures the size of the game detection list and the cost of matching on the client."""

import gzip
import json
import subprocess
from pathlib import Path
from typing import Any

from emulators.cloud.config import ROOT
from scripts.bench.figures import Line, Section, median
from scripts.bench.stores import GAMES, Stores
from shared.domain.catalog.detection import lists
from shared.domain.catalog.detection.lists import ListedProgram
from shared.domain.programs import normalise_suffix

CLIENT = ROOT / "clients" / "ts"
MATCH = Path(__file__).with_name("detection.mjs")
CHANGED = 50
PATHS, OF_GAMES = 500, 100
STARTS = 9
AT_MOST_MS = 5.0
STEAM = "C:\\Program Files (x86)\\Steam\\steamapps\\common\\"


def measure(stores: Stores) -> Section:
    """Compile the list of all games, then run the client in Node.js to match paths."""
    stores.progress("compiling the list for detecting games")
    listed, store_ids = _catalog()
    old = lists.compile_list("win32", listed, store_ids)
    new = lists.compile_list("win32", _changed(listed), store_ids)
    stores.progress("compiling the client")
    subprocess.run(["npx", "--no-install", "tsc"], cwd=CLIENT, check=True)
    stores.progress("matching paths in Node.js")
    given = json.dumps({"list": old.decode(), "paths": _paths(listed)})
    runs = [_run(given) for _ in range(STARTS)]
    ms = {name: median([run[name] for run in runs]) for name in runs[0]}
    return Section(
        f"(h) Detecting games locally: the list of win32, {len(lists.read(old)):,} programs",
        f"{PATHS} paths, {ms['found']:.0f} of them of games; medians of {STARTS} processes. "
        "Floor: lowercasing the file name and looking it up once.",
        [
            Line(
                "the list, gzipped", _kb(gzip.compress(old)), _kb(old), limit="floor: uncompressed"
            ),
            Line(
                f"the delta for {CHANGED} games whose program was renamed, gzipped",
                _kb(gzip.compress(lists.delta(old, new))),
                _kb(gzip.compress(new)),
                limit="floor: the whole list, gzipped",
            ),
            Line("parsing the list in Node.js: JSON and maps", f"{ms['parse']:.1f} ms"),
            _match("the first match, before the code is compiled", ms["first"]),
            _match("repeated matches", ms["ours"], ms["floor"]),
        ],
    )


def _match(what: str, ours: float, floor: float | None = None) -> Line:
    return Line(
        what,
        f"{ours:.2f} ms",
        f"{floor:.2f} ms" if floor else "",
        ours / floor if floor else None,
        at_most=AT_MOST_MS,
        value=ours,
        unit=" ms",
    )


def _catalog() -> tuple[list[ListedProgram], dict[str, list[str]]]:
    listed: list[ListedProgram] = []
    stores: dict[str, list[str]] = {}
    with gzip.open(GAMES) as lines:
        for game_id, game in enumerate(map(json.loads, lines), start=1):
            stores[str(game_id)] = [f"{one['store']}:{one['id']}" for one in game["stores"]]
            for one in game["executables"]:
                if one["os"] == "win32":
                    suffix = normalise_suffix(one["name"].removeprefix(">"))
                    listed.append(ListedProgram(suffix, str(game_id), one["is_launcher"]))
    return listed, {game_id: ids for game_id, ids in stores.items() if ids}


def _changed(listed: list[ListedProgram]) -> list[ListedProgram]:
    """Return a copy of the list in which some games' programs are renamed."""
    every = len(listed) // CHANGED
    renamed = set(range(0, every * CHANGED, every))
    return [
        one._replace(suffix=f"new {one.suffix}") if number in renamed else one
        for number, one in enumerate(listed)
    ]


def _paths(listed: list[ListedProgram]) -> list[str]:
    """Return Windows paths of running programs, including an unusually large number of games."""
    every = len(listed) // OF_GAMES
    games = [one.suffix.title().replace("/", "\\") for one in listed[::every][:OF_GAMES]]
    others = range(PATHS - len(games))
    return [
        *(STEAM + suffix for suffix in games),
        *(f"C:\\Program Files\\Vendor {n}\\App\\1.{n}.0\\Service{n}.exe" for n in others),
    ]


def _run(given: str) -> dict[str, Any]:
    done = subprocess.run(["node", MATCH], input=given, capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def _kb(content: bytes) -> str:
    return f"{len(content) / 1000:,.1f} kB"
