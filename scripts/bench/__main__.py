"""`python -m scripts.bench [--json FILE] [SECTION …]`: what our work costs, beside its floors."""

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from scripts.bench import (
    bundles,
    cached_read,
    cold_start,
    console,
    cpus,
    detection,
    figures,
    matching,
    pipeline,
    search,
    sql_routes,
    stores,
)
from scripts.bench.figures import Progress, Section
from scripts.bench.stores import Stores

Measure = Callable[[Stores, Path, Path, Progress], Section]

SECTIONS: dict[str, Measure] = {
    "a": cached_read.measure,
    "b": sql_routes.measure,
    "c": cold_start.measure,
    "d": pipeline.measure,
    "e": console.measure,
    "f": search.measure,
    "g": matching.measure,
    "h": detection.measure,
}


def main() -> None:
    """Measure what was asked for and print each table when it is done."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench", description=__doc__)
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []], metavar="SECTION")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    given = parser.parse_args()
    # Asked to stop, it stops what it started and removes its files.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))
    terminal = Console(stderr=True)
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="savepoint-bench-") as folder,
        terminal.status("starting") as status,
    ):

        def progress(text: str) -> None:
            status.update(f"{text} ({time.monotonic() - started:.0f} s)")

        kept = _measure(given.sections or list(SECTIONS), Path(folder), progress)
    print(f"{time.monotonic() - started:.0f} s")
    if given.json:
        given.json.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def _measure(names: list[str], folder: Path, progress: Progress) -> dict[str, Any]:
    cpus.leave_one()
    progress("starting the stores")
    build, logs = folder / "build", folder / "logs"
    logs.mkdir()
    found = []
    with stores.running(folder / "state") as running:
        progress("importing games, staging the functions")
        stores.import_games(running)
        bundles.stage(build)
        for name in names:
            section = SECTIONS[name](running, build, logs, progress)
            figures.show(section)
            found.append(section)
    sections = {name: section.kept() for name, section in zip(names, found, strict=True)}
    return {"machine": machine(), "sections": sections}


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    return {
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "system": platform.platform(),
    }


if __name__ == "__main__":
    main()
