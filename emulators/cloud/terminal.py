"""Prints startup progress, a summary of the running cloud, and tables."""

import sys
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.status import Status
from rich.table import Table

from emulators.cloud.config import Cloud
from emulators.cloud.supervisor import Running
from emulators.edge.issuer import mint
from shared.runtime.manifest import Manifest

MARKS = {"waiting": "·", "starting": "…", "ready": "✓", "done": "✓", "held": "‖", "stopped": "■"}


def show_progress(status: Status, running: Mapping[str, Running]) -> None:
    """Show each service's phase in a status line until no service is waiting or starting."""
    status.update("  ".join(f"{name} {MARKS[one.phase]}" for name, one in running.items()))
    if all(one.phase in {"ready", "done", "held", "stopped"} for one in running.values()):
        status.stop()
    else:
        status.start()


def console() -> Console:
    """Return a console for standard output: coloured on a terminal, otherwise plain and wide."""
    found = Console()
    return found if found.is_terminal else Console(width=200, no_color=True, highlight=False)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table."""
    shown = Table(title=title, title_justify="left")
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in rows:
        shown.add_row(*row)
    console().print(shown)


def announce(
    cloud: Cloud, manifests: Mapping[str, Manifest], running: Mapping[str, Running]
) -> None:
    """Print each function's trigger, a token, commands to try and the console's address."""
    if "edge" in running:
        rows = [[name, invoked_by(cloud, one)] for name, one in sorted(manifests.items())]
        table("Functions", ("function", "started by"), rows)
    ready = ", ".join(f"{name} {one.seconds:.1f} s" for name, one in running.items() if one.seconds)
    print(f"Ready ({ready}).")
    if "seed" in running:
        print(f"\nTOKEN={mint(cloud, 'ada')}")
        print(cloud.seed_output.read_text() if cloud.seed_output.exists() else "")
    if "edge" in running:
        print(f"Console: {cloud.url('edge')}/_local/console/")
    sys.stdout.flush()


def invoked_by(cloud: Cloud, manifest: Manifest) -> str:
    """Describe a function's trigger: its addresses, topic, document or schedule."""
    trigger = manifest.trigger
    if trigger.http:
        return "\n".join(cloud.url("edge") + path for path in trigger.http.paths)
    if trigger.document:
        return f"document {trigger.document.path} {trigger.document.event}"
    if trigger.pull:
        return f"topic {trigger.pull.topic}, pulled on schedule {trigger.pull.schedule}"
    return f"topic {trigger.topic}" if trigger.topic else f"schedule {trigger.schedule}"
