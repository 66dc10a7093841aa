"""Defines the benchmark tables: measured figures with their floors, ratios and targets."""

import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from rich import box
from rich.console import Console
from rich.table import Table

PLAIN_WIDTH = 160
NUMBERS = {"figure", "floor", "ratio", "target"}

Progress = Callable[[str], None]
"""A callback that receives a description of the current measurement."""

median = statistics.median


@dataclass(frozen=True)
class Line:
    """One row of a table.

    what: the measured quantity.
    figure: the measured value with its unit.
    floor: the floor's value with its unit.
    ratio: the figure divided by the floor.
    at_least, at_most: the target for `value` in `unit`, or for the ratio if `value` is None.
    limit: the factor that limits the result.
    """

    what: str
    figure: str
    floor: str = ""
    ratio: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    value: float | None = None
    unit: str = ""
    limit: str = ""

    @property
    def target(self) -> str:
        """The target as text, or an empty string if there is none."""
        if self.at_least is not None:
            return f"≥ {self.at_least:g}{self.unit}"
        return "" if self.at_most is None else f"≤ {self.at_most:,g}{self.unit}"

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None if there is no target."""
        compared = self.ratio if self.value is None else self.value
        if compared is None or not self.target:
            return None
        if self.at_least is not None:
            return compared >= self.at_least
        return self.at_most is not None and compared <= self.at_most


@dataclass
class Section:
    """One benchmark table: its title, its method of measurement and its lines."""

    title: str
    how: str
    lines: list[Line] = field(default_factory=list)


def show(section: Section) -> None:
    """Print a section as a table; colours and lines appear only on a terminal."""
    terminal = sys.stdout.isatty()
    console = Console(width=None if terminal else PLAIN_WIDTH, highlight=False)
    style = box.SIMPLE_HEAD if terminal else None
    table = Table(title=section.title, caption=section.how, box=style)
    table.title_justify = table.caption_justify = "left"
    for name in ("what", "figure", "floor", "ratio", "target", "met", "limited by"):
        table.add_column(name, justify="right" if name in NUMBERS else "left", overflow="fold")
    for line in section.lines:
        ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
        met = {True: "yes", False: "NO", None: ""}[line.met]
        table.add_row(line.what, line.figure, line.floor, ratio, line.target, met, line.limit)
    console.print(table)
    console.print()


def microseconds(seconds: float) -> str:
    """Format seconds as whole microseconds."""
    return f"{seconds * 1e6:,.0f} µs"


def milliseconds(seconds: float) -> str:
    """Format seconds as whole milliseconds."""
    return f"{seconds * 1e3:,.0f} ms"


def median_ratio(ours: list[float], floor: list[float]) -> float:
    """Return the median ratio over all rounds."""
    return median([mine / its for mine, its in zip(ours, floor, strict=True)])
