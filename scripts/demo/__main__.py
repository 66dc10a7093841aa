"""`make demo`: some hundred players report; then it is proved that all of it came out right."""

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
SHOWN = 10


class Failed(Exception):
    """Something did not come out as it must; the text says what, and the first differences."""


@dataclass(frozen=True)
class Demo:
    """One run: which cloud, whose uids, and where progress is shown."""

    cloud: Cloud
    prefix: str
    progress: Progress
    began: datetime
    patience: float

    def tell(self, sentence: str) -> None:
        """Say a sentence above the bars."""
        self.progress.console.print(sentence)

    def until(self, what: str, total: int, differences: Callable[[], list[str]]) -> None:
        """Wait until there are no differences; fail when nothing has moved for too long."""
        task = self.progress.add_task(what, total=total)
        left, until = total + 1, time.monotonic() + self.patience
        while True:
            try:
                found = differences()
            except errors.Unavailable:
                found = ["a store is away"] * left
            if len(found) < left:
                left, until = len(found), time.monotonic() + self.patience
            self.progress.update(task, completed=total - min(total, len(found)))
            if not found:
                return
            if time.monotonic() > until:
                raise Failed(_listed(f"{what}: {len(found)} differences", found))
            time.sleep(1)


def main() -> int:
    """Run the demo; return 0 when everything was proved."""
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
            print(run(Demo(cloud, prefix, progress, now, options.patience), options))
    except (CloudError, Failed) as error:
        console.print(str(error), style="bold red", markup=False)
        return 1
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.demo", description=__doc__)
    parser.add_argument("--players", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None, help="invent the same players again")
    parser.add_argument("--kill", choices=faults.KILLABLE, help="kill this in the middle")
    parser.add_argument("--away", type=float, default=0, help="… and keep it away (seconds)")
    parser.add_argument(
        "--patience",
        type=float,
        default=300,
        help="give up after no progress (s); a document may wait 140",
    )
    parser.add_argument("--state", type=Path, default=state_folder(), help="the local cloud's")
    return parser.parse_args()


def run(demo: Demo, options: argparse.Namespace) -> str:
    """Let the players report, prove what came out, and return what to say about it."""
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    invented = _invent(demo, options.players, seed)
    truths = {one.uid: expected.truth(one) for one in invented}
    demo.tell(f"{len(invented)} players (seed {seed}) on {demo.cloud.url('edge')}")
    started = time.monotonic()
    sent = _send(demo, invented, options)
    sending_took = time.monotonic() - started
    _prove(demo, truths)
    hours = sum(sum(truth.days.values()) for truth in truths.values()) / expected.HOUR_MS
    granted = sum(len(truth.achievements) for truth in truths.values())
    return (
        f"{sent.batches} batches in {sending_took:.0f} s: {sent.items} items, "
        f"{sent.accepted} accepted, {sent.duplicates} duplicates within a batch, "
        f"{sent.rejected} rejected as they must be, {sent.retries} sent again after no answer.\n"
        f"Proved after {time.monotonic() - started:.0f} s: {hours:.1f} hours of play in MySQL are "
        f"what was played, every stats document equals its row, {granted} achievements were "
        "granted once, no dead letters."
    )


def _invent(demo: Demo, count: int, seed: int) -> list[Player]:
    games = httpx.get(f"{demo.cloud.url('edge')}/v1/games", params={"limit": GAMES}, timeout=30)
    listed = games.json().get("items", []) if games.is_success else []
    if not listed:
        raise CloudError("The catalog is empty; run `python -m emulators seed`.")
    ids = [one["game_id"] for one in listed]
    now = int(demo.began.timestamp())
    return [
        players.invent(f"{demo.prefix}{n:04d}", ids, now, random.Random(f"{seed}-{n}"))  # noqa: S311
        for n in range(count)
    ]


def _send(demo: Demo, invented: list[Player], options: argparse.Namespace) -> sending.Sent:
    """Send everything, with a death in the middle when one was asked for."""
    total = sum(len(one.batches) for one in invented)
    task = demo.progress.add_task("batches sent", total=total)
    deaths: list[threading.Thread] = []

    def told(sent: sending.Sent) -> None:
        demo.progress.update(task, completed=sent.batches)
        if options.kill and not deaths and sent.batches >= total * KILL_AFTER:
            deaths.append(faults.kill(demo.cloud, options.kill, options.away, demo.tell))

    url = demo.cloud.url("edge")
    sent = asyncio.run(sending.send_all(url, invented, lambda uid: mint(demo.cloud, uid), told))
    for one in deaths:
        one.join()
    if sent.wrong:
        raise Failed(_listed(f"{len(sent.wrong)} receipts are wrong", sent.wrong))
    return sent


def _prove(demo: Demo, truths: proof.Truths) -> None:
    prefix, count = demo.prefix, len(truths)
    days = sum(len(truth.days) for truth in truths.values())
    demo.until("days of play equal in MySQL", days, lambda: proof.playtime(prefix, truths))
    demo.until("documents written", count, lambda: ["owed"] * proof.owed(prefix))
    demo.until("achievements granted", count, lambda: proof.achievements(prefix, truths))
    # Whatever is still on its way, the second half of a duplicate say, must change nothing.
    time.sleep(QUIET_SECONDS)
    demo.until("documents still written", count, lambda: ["owed"] * proof.owed(prefix))
    _once("playtime", proof.playtime(prefix, truths))
    _once("stats", proof.stats(prefix, truths))
    _once("achievements", proof.achievements(prefix, truths))
    for what, pairs in (
        ("stats documents compared", proof.stats_documents(prefix, truths)),
        ("inboxes compared", proof.inboxes(truths)),
    ):
        task = demo.progress.add_task(what, total=count)
        for uid, differences in pairs:
            _once(f"{what}: {uid}", differences)
            demo.progress.advance(task)
    _once("dead letters", proof.new_dead_letters(demo.began))


def _once(what: str, differences: list[str]) -> None:
    if differences:
        raise Failed(_listed(f"{what}: {len(differences)} differences", differences))


def _listed(heading: str, lines: list[str]) -> str:
    more = [f"  … and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return "\n".join([heading, *(f"  {line}" for line in lines[:SHOWN]), *more])


if __name__ == "__main__":
    sys.exit(main())
