"""`make demo`: simulates hundreds of players, then checks the stored results."""

import argparse
import asyncio
import os
import random
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from emulators.cloud.config import Cloud, CloudError, environment, read, state_folder
from emulators.edge.issuer import mint
from scripts.demo import expected, faults, players, proof, sending
from scripts.demo.players import Player
from shared.runtime import errors, settings

GAMES = 60
KILL_AFTER = 0.4
QUIET_SECONDS = 5
PATIENCE_SECONDS = 300
"""The maximum number of seconds without progress; a document may take 140 s."""
SHOWN = 10


class Failed(Exception):
    """The stored results are not as expected; the message lists the first differences."""


@dataclass(frozen=True)
class Demo:
    """One run of the demo, with its cloud, uid prefix and progress bars."""

    cloud: Cloud
    prefix: str
    progress: Progress
    started_at: datetime

    def report(self, sentence: str) -> None:
        """Print a sentence above the progress bars."""
        self.progress.console.print(sentence)

    def until(self, what: str, total: int, differences: Callable[[], list[str]]) -> None:
        """Wait until there are no differences; raise Failed if progress stops for too long."""
        task = self.progress.add_task(what, total=total)
        left, until = total + 1, time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                found = differences()
            except errors.Unavailable:
                found = ["a store is unavailable"] * left
            if len(found) < left:
                left, until = len(found), time.monotonic() + PATIENCE_SECONDS
            self.progress.update(task, completed=total - min(total, len(found)))
            if not found:
                return
            if time.monotonic() > until:
                raise Failed(_listed(f"{what}: {len(found)} differences", found))
            time.sleep(1)


def main() -> int:
    """Run the demo; return 0 if the stored results are correct."""
    options = _options()
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<34}"), BarColumn(), MofNCompleteColumn())
    progress = Progress(
        *columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal
    )
    try:
        cloud, _ = read(options.state)
        os.environ.update(environment(cloud))
        settings.reset()
        with progress:
            now = datetime.now(UTC)
            prefix = f"demo-{int(now.timestamp()):x}-"
            print(run(Demo(cloud, prefix, progress, now), options))
    except (CloudError, Failed) as error:
        console.print(str(error), style="bold red", markup=False)
        return 1
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.demo", description=__doc__)
    parser.add_argument("--players", type=int, default=200)
    parser.add_argument("--seed", type=int, help="simulate the same players as an earlier run")
    parser.add_argument("--kill", choices=faults.KILLABLE, help="kill this service during the run")
    parser.add_argument(
        "--state", type=Path, default=state_folder(), help="state folder of the local cloud"
    )
    return parser.parse_args()


def run(demo: Demo, options: argparse.Namespace) -> str:
    """Send the players' reports, check the stored results, and return a summary."""
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    invented = _invent(demo, options.players, seed)
    truths = {one.uid: expected.truth(one) for one in invented}
    demo.report(f"{len(invented)} players (seed {seed}) on {demo.cloud.url('edge')}")
    started = time.monotonic()
    sent = _send(demo, invented, options)
    sending_took = time.monotonic() - started
    _prove(demo, truths)
    hours = sum(sum(truth.days.values()) for truth in truths.values()) / expected.HOUR_MS
    granted = sum(len(truth.achievements) for truth in truths.values())
    return (
        f"{sent.batches} batches in {sending_took:.0f} s: {sent.items} items, "
        f"{sent.accepted} accepted, {sent.duplicates} duplicates within a batch, "
        f"{sent.rejected} invalid ones rejected, {sent.retries} retries.\n"
        f"Proved after {time.monotonic() - started:.0f} s: MySQL has the {hours:.1f} hours that "
        f"were played, every stats document equals its row, {granted} achievements were granted "
        "exactly once, there are no dead letters."
    )


def _invent(demo: Demo, count: int, seed: int) -> list[Player]:
    games = httpx.get(f"{demo.cloud.url('edge')}/v1/games", params={"limit": GAMES}, timeout=30)
    listed = games.json().get("items", []) if games.is_success else []
    if not listed:
        raise CloudError("The catalog is empty; run `python -m emulators seed`.")
    ids = [one["game_id"] for one in listed]
    now = int(demo.started_at.timestamp())
    return [
        players.invent(f"{demo.prefix}{n:04d}", ids, now, random.Random(f"{seed}-{n}"))  # noqa: S311
        for n in range(count)
    ]


def _send(demo: Demo, invented: list[Player], options: argparse.Namespace) -> sending.Sent:
    """Send all batches; with `--kill`, kill a service while they are being sent."""
    total = sum(len(one.batches) for one in invented)
    task = demo.progress.add_task("batches sent", total=total)
    restarts: list[threading.Thread] = []

    def on_sent(sent: sending.Sent) -> None:
        demo.progress.update(task, completed=sent.batches)
        if options.kill and not restarts and sent.batches >= total * KILL_AFTER:
            restarts.append(faults.kill(demo.cloud, options.kill, demo.report))

    url = demo.cloud.url("edge")
    sent = asyncio.run(sending.send_all(url, invented, lambda uid: mint(demo.cloud, uid), on_sent))
    for one in restarts:
        one.join()
    if sent.wrong:
        raise Failed(_listed(f"{len(sent.wrong)} wrong receipts", sent.wrong))
    return sent


def _prove(demo: Demo, truths: proof.Truths) -> None:
    prefix, count = demo.prefix, len(truths)
    days = sum(len(truth.days) for truth in truths.values())
    demo.until("days of play equal in MySQL", days, lambda: proof.playtime(prefix, truths))
    demo.until("documents written", count, lambda: ["due"] * proof.owed(prefix))
    demo.until("achievements granted", count, lambda: proof.achievements(prefix, truths))
    # Messages still being delivered, such as duplicates, must not change the results.
    time.sleep(QUIET_SECONDS)
    demo.until("documents still written", count, lambda: ["due"] * proof.owed(prefix))
    _require("playtime", proof.playtime(prefix, truths))
    _require("stats", proof.stats(prefix, truths))
    _require("achievements", proof.achievements(prefix, truths))
    for what, pairs in (
        ("stats documents compared", proof.stats_documents(prefix, truths)),
        ("inboxes compared", proof.inboxes(truths)),
    ):
        task = demo.progress.add_task(what, total=count)
        for uid, differences in pairs:
            _require(f"{what}: {uid}", differences)
            demo.progress.advance(task)
    _require("dead letters", proof.new_dead_letters(demo.started_at))


def _require(what: str, differences: list[str]) -> None:
    if differences:
        raise Failed(_listed(f"{what}: {len(differences)} differences", differences))


def _listed(heading: str, lines: list[str]) -> str:
    more = [f"  … and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return "\n".join([heading, *(f"  {line}" for line in lines[:SHOWN]), *more])


if __name__ == "__main__":
    sys.exit(main())
