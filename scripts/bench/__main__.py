"""`python -m scripts.bench [SECTION …]`: benchmarks our code against floors from the same run."""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from scripts.bench import (
    bundles,
    cached_read,
    cold_start,
    console,
    cpu,
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

SECTIONS: dict[str, Callable[[Stores], Section]] = {
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
    """Measure the given sections, or all sections, and print the results after each section."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench", description=__doc__)
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []], metavar="SECTION")
    names = parser.parse_args().sections or list(SECTIONS)
    # On SIGTERM, stop the started processes and remove the files.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="savepoint-bench-") as folder,
        Console(stderr=True).status("starting") as status,
    ):

        def progress(text: str) -> None:
            status.update(f"{text} ({time.monotonic() - started:.0f} s)")

        _measure(names, Path(folder), progress)
    print(f"{time.monotonic() - started:.0f} s")


def _measure(names: list[str], folder: Path, progress: Progress) -> None:
    cpu.leave_one()
    progress("starting the stores")
    with stores.running(folder, progress) as running:
        progress("importing games, staging the functions")
        stores.import_games(running)
        bundles.stage(running.build)
        for name in names:
            figures.show(SECTIONS[name](running))


if __name__ == "__main__":
    main()
