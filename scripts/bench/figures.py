"""Measured figures: each beside its floor, its ratio and its target."""

import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

PLAIN_WIDTH = 160


@dataclass(frozen=True)
class Line:
    """One row of a table.

    what, figure: what was measured, with its unit. floor: the same, of the floor. ratio: the two
    divided. at_least, at_most: the target of the ratio, or of the figure when `ratio` is None.
    value: the number that is compared with the target when it is not the ratio.
    limit: what keeps it from being better.
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
        """The target in words, or nothing."""
        if self.at_least is not None:
            return f"≥ {self.at_least:g}{self.unit}"
        return "" if self.at_most is None else f"≤ {self.at_most:,g}{self.unit}"

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None when there is none."""
        compared = self.ratio if self.value is None else self.value
        if compared is None or (self.at_least is None and self.at_most is None):
            return None
        if self.at_least is not None:
            return compared >= self.at_least
        return self.at_most is not None and compared <= self.at_most


@dataclass
class Section:
    """One table: its title, a sentence or two on how it was measured, its lines."""

    title: str
    how: str
    lines: list[Line] = field(default_factory=list)

    def kept(self) -> dict[str, Any]:
        """Return the section as JSON keeps it."""
        lines = [{**asdict(line), "target": line.target, "met": line.met} for line in self.lines]
        return {"title": self.title, "how": self.how, "lines": lines}


def show(section: Section) -> None:
    """Print one section as a table; without colours and lines when nobody watches."""
    terminal = sys.stdout.isatty()
    console = Console(width=None if terminal else PLAIN_WIDTH, highlight=False)
    table = Table(title=section.title, caption=section.how, box=None if not terminal else _BOX)
    table.title_justify = table.caption_justify = "left"
    for name in ("what", "figure", "floor", "ratio", "target", "met", "limited by"):
        table.add_column(name, justify="right" if name in _NUMBERS else "left", overflow="fold")
    for line in section.lines:
        ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
        met = {True: "yes", False: "NO", None: ""}[line.met]
        table.add_row(line.what, line.figure, line.floor, ratio, line.target, met, line.limit)
    console.print(table)
    console.print()


_NUMBERS = {"figure", "floor", "ratio", "target"}


def _box() -> Any:
    from rich import box  # noqa: PLC0415  only for a terminal

    return box.SIMPLE_HEAD


_BOX = _box()


def microseconds(seconds: float) -> str:
    """Return seconds as whole microseconds."""
    return f"{seconds * 1e6:,.0f} µs"


def milliseconds(seconds: float) -> str:
    """Return seconds as whole milliseconds."""
    return f"{seconds * 1e3:,.0f} ms"


def median(values: Sequence[float]) -> float:
    """Return the median of a few rounds."""
    return statistics.median(values)


Progress = Callable[[str], None]
"""Is told what is being measured."""
