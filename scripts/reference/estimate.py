"""Estimates costs and the load on each limit: `python -m scripts.reference.estimate [--check]`.

The script reads scripts/reference/estimate.yaml and the manifests, prints tables, and updates
docs/estimate.md and docs/pictures/estimate.svg. With --check, the script writes nothing and fails
if a generated file is out of date.
"""

import argparse
import math
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field
from rich.console import Console
from rich.table import Table

from scripts.bundling.imports import ROOT
from scripts.reference import estimate_plot
from shared.runtime import manifest
from shared.runtime.manifest import Manifest

FILE = ROOT / "scripts/reference/estimate.yaml"
PAGE = ROOT / "docs/estimate.md"
PICTURE = ROOT / "docs/pictures/estimate.svg"
MARKS = ("<!-- tables: make estimate -->", "<!-- end of tables -->")
SCALES = (400_000, 4_000_000, 40_000_000)
DAY = 86_400
DAYS = 30
HOURS = 730
MOST = 10**12
"""A number of players that is above every limit."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Figure(_Part):
    """A number with its source: a reason, a row of docs/benchmarks.md, or a web page."""

    value: float
    unit: str
    why: str = ""
    row: str = ""
    page: str = ""


class Tiers(_Part):
    """A tiered price; each step applies up to an amount, and the last step applies to the rest."""

    unit: str
    page: str
    steps: list[tuple[float | None, float]]


class Flow(_Part):
    """An activity of a daily player, with its frequency and the resources used each time."""

    function: str | None
    per_day: Figure
    cpu: list[str] = []
    database: list[str] = []
    wait_ms: Figure | None = None
    uses: Mapping[str, float] = {}
    why: Annotated[str, Field(min_length=1)]


class Assumptions(_Part):
    """The contents of estimate.yaml."""

    prices_of: date
    players: Mapping[str, Figure]
    figures: Mapping[str, Figure]
    flows: Mapping[str, Flow]
    storage: Mapping[str, Figure]
    run: Mapping[str, Figure]
    limits: Mapping[str, Figure]
    prices: Mapping[str, Figure]
    tiers: Mapping[str, Tiers]

    def seconds(self, names: list[str]) -> float:
        """Return the sum of the named figures, converted from µs to seconds."""
        return sum(self.figures[name].value for name in names) / 1e6


class Load(NamedTuple):
    """The load on a limit; `by` names the function, if any, that causes most of the load."""

    used: float
    limit: float
    unit: str
    by: str = ""

    @property
    def share(self) -> float:
        """The share of the limit that is used."""
        return self.used / self.limit


class Model:
    """Calculates costs and loads from the assumptions and the manifests."""

    def __init__(self, assumed: Assumptions, functions: Mapping[str, Manifest]) -> None:
        self.assumed = assumed
        self.functions = functions
        self.flows = list(assumed.flows.values())
        self.price, self.run = _values(assumed.prices), _values(assumed.run)
        self.kept = _values(assumed.storage)

    def daily(self, registered: float) -> float:
        """Return the number of players who play on a given day."""
        return registered * self.assumed.players["daily"].value

    def per_day(self, registered: float, use: str) -> float:
        """Return the amount of a resource that all flows together use per day."""
        times = sum(flow.per_day.value * flow.uses.get(use, 0) for flow in self.flows)
        return times * self.daily(registered)

    def peak(self, per_day: float) -> float:
        """Convert a daily amount to the rate per second at the daily peak."""
        return per_day / DAY * self.assumed.players["peak"].value

    def requests(self, registered: float) -> float:
        """Return the number of function calls per day."""
        return self.daily(registered) * sum(one.per_day.value for one in self.flows if one.function)

    def instances(self, registered: float) -> dict[str, float]:
        """Return the fractional number of instances that each function needs at the peak."""
        needed: dict[str, float] = {}
        for flow in self.flows:
            if flow.function:
                rate = self.peak(self.daily(registered) * flow.per_day.value)
                needed[flow.function] = needed.get(flow.function, 0) + rate * self._held(flow)
        return needed

    def _held(self, flow: Flow) -> float:
        """Return the time that a call occupies an instance, limited by CPU or by concurrency."""
        function = self.functions[str(flow.function)]
        cpu = self.assumed.seconds(flow.cpu)
        pool = function.stores.sql.pool if function.stores.sql else function.concurrency
        slots = min(function.concurrency, pool)
        waits = flow.wait_ms.value / 1000 if flow.wait_ms else 0
        busy = cpu / (function.cpu * self.run["utilization"])
        return max(busy, (cpu + waits) / slots)

    def sql_cpus(self, registered: float) -> float:
        """Return the number of database CPUs that are busy at the peak."""
        day = sum(one.per_day.value * self.assumed.seconds(one.database) for one in self.flows)
        return self.peak(self.daily(registered) * day)

    def sql_bytes(self, registered: float) -> float:
        """Return the size of the tables in bytes after the assumed number of years."""
        kept = self.kept
        old = self.daily(registered) * kept["rows_daily"] * 365 * kept["years"]
        return (old + registered * kept["rows_new"]) * kept["row"]

    def loads(self, registered: float) -> dict[str, Load]:
        """Return the load on every limit at the daily peak."""
        needed = self.instances(registered)
        worst = max(needed, key=lambda name: needed[name] / self.functions[name].instances.max)
        served = sum(self.per_day(registered, use) for use in ("out_bytes", "cdn_bytes"))
        served += self.per_day(registered, "object_bytes")
        used = {
            "Firestore writes": self.peak(self.per_day(registered, "firestore_writes")),
            "SQL connections": self._connections(needed),
            "SQL CPU": self.sql_cpus(registered),
            "SQL storage": self.sql_bytes(registered),
            "Pub/Sub push bytes": self.peak(self.per_day(registered, "message_bytes")),
            "Egress": 8 * self.peak(served),
        }
        limits = self.assumed.limits
        found = {
            name: Load(value, limits[name].value, limits[name].unit) for name, value in used.items()
        }
        most = self.functions[worst].instances.max
        found["Cloud Run instances"] = Load(needed[worst], most, "instances", worst)
        return found

    def _connections(self, needed: Mapping[str, float]) -> float:
        """Return the number of reserved connections plus those of two revisions' instances."""
        held = self.run["reserved_connections"]
        for name, instances in needed.items():
            store = self.functions[name].stores.sql
            held += 2 * math.ceil(instances) * (store.pool if store else 0)
        return held

    def hit(self, limit: str) -> float:
        """Return the number of registered players at which a limit is reached."""
        low, high = 0.0, float(MOST)
        while high - low > high / 1e6:
            middle = (low + high) / 2
            low, high = (middle, high) if self.loads(middle)[limit].share < 1 else (low, middle)
        return high

    def costs(self, registered: float) -> dict[str, float]:
        """Return the monthly cost of each product in US dollars."""
        return {**dict(self._work(registered)), **dict(self._traffic(registered))}

    def _work(self, registered: float) -> Iterator[tuple[str, float]]:
        """Yield the costs of compute and storage."""
        price, run, kept = self.price, self.run, self.kept
        month = self._month(registered)
        mean = sum(self.instances(registered).values()) / self.assumed.players["peak"].value
        second = price["run_cpu"] + run["memory_gib"] * price["run_memory"]
        calls = DAYS * self.requests(registered) / 1e6
        yield "Cloud Run", mean * DAYS * DAY * second + calls * price["run_requests"]
        vcpus = max(2, 2 * math.ceil(self.sql_cpus(registered) / run["database_utilization"] / 2))
        hour = vcpus * (price["sql_vcpu"] + run["gib_per_vcpu"] * price["sql_memory"])
        disk = self.sql_bytes(registered) / 1e9 * price["sql_storage"]
        yield "Cloud SQL", price["sql_copies"] * (hour * HOURS + disk)
        documents = registered * kept["documents_new"] * kept["document"] / 1e9
        writes = month["firestore_writes"] / 1e6 * price["firestore_writes"]
        reads = month["firestore_reads"] / 1e6 * price["firestore_reads"]
        yield "Firestore", writes + reads + documents * price["firestore_storage"]
        yield "Buckets", kept["objects"] / 1e9 * price["objects"]
        monthly = registered * self.assumed.players["monthly"].value
        yield "Identity Platform", tiered(monthly, self.assumed.tiers["accounts"])

    def _traffic(self, registered: float) -> Iterator[tuple[str, float]]:
        """Yield the costs of traffic and logs."""
        price, run = self.price, self.run
        month = self._month(registered)
        calls = DAYS * self.requests(registered)
        out = month["out_bytes"] / 1e9
        yield "Pub/Sub", 2 * month["message_bytes"] / 2**40 * price["pubsub"]
        fixed = price["balancer_fixed"] + run["fixed_rules"] * price["armor_rule"]
        balanced = out * price["balancer"] + calls / 1e6 * price["armor"]
        yield "Load balancer and Cloud Armor", fixed + balanced
        downloads = month["object_bytes"] / 1e9
        yield "Egress, downloads included", tiered(out + downloads, self.assumed.tiers["egress"])
        cdn = tiered(month["cdn_bytes"] / 1e9, self.assumed.tiers["cdn"])
        yield "Cloud CDN", cdn + month["cdn_requests"] / 1e6 * price["cdn_requests"]
        yield "Logs", calls * run["log_bytes"] / 2**30 * price["logs"]

    def _month(self, registered: float) -> dict[str, float]:
        uses = {use for flow in self.flows for use in flow.uses}
        return {use: DAYS * self.per_day(registered, use) for use in uses}


def _values(figures: Mapping[str, Figure]) -> dict[str, float]:
    return {name: one.value for name, one in figures.items()}


def tiered(amount: float, tiers: Tiers) -> float:
    """Return the tiered price of an amount."""
    total, begin = 0.0, 0.0
    for end, price in tiers.steps:
        total += max(0.0, min(amount, math.inf if end is None else end) - begin) * price
        begin = begin if end is None else end
    return total


def read(file: Path = FILE) -> Model:
    """Return the model built from the assumptions in a file."""
    assumed = Assumptions.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    return Model(assumed, manifest.discover([ROOT]))


def short(number: float) -> str:
    """Return a number with two significant digits and a unit prefix."""
    for size, name in ((1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k")):
        if number >= size:
            return f"{number / size:.{0 if number >= 10 * size else 1}f}{name}"
    return f"{number:.{0 if number >= 10 else 1 if number >= 1 else 2}f}"  # noqa: PLR2004


def tables(model: Model) -> dict[str, list[list[str]]]:
    """Return the two tables by title, each with its header row first."""
    scales = [f"{short(one).strip()} players" for one in SCALES]
    costs = [model.costs(one) for one in SCALES]
    by_cost = sorted(costs[-1], key=lambda name: -costs[-1][name])
    money = [[name, *(f"{one[name]:,.0f}" for one in costs)] for name in by_cost]
    totals = [sum(one.values()) for one in costs]
    each = [f"{total / size * 1000:,.2f}" for total, size in zip(totals, SCALES, strict=True)]
    money += [["**total**", *(f"**{total:,.0f}**" for total in totals)]]
    money += [["per thousand registered players", *each]]
    loads = [model.loads(one) for one in SCALES]
    first = sorted(loads[-1], key=model.hit)
    used = []
    for name in first:
        limit = loads[-1][name]
        label = f"{name} of `{limit.by}`" if limit.by else name
        shares = [f"{short(one[name].used)} ({one[name].share:.1%})" for one in loads]
        used.append([label, f"{short(limit.limit)} {limit.unit}", *shares, short(model.hit(name))])
    return {
        "US dollars per month": [["", *scales], *money],
        "Load at the daily peak": [["limit", "of", *scales, "reached at"], *used],
    }


def verdict(model: Model) -> str:
    """Return a sentence that names the limits reached first and second."""
    hits = sorted((model.hit(name), name) for name in model.loads(SCALES[-1]))
    (first, name), (then, next_name) = hits[:2]
    by = model.loads(first)[name].by
    of = f" of `{by}`" if by else ""
    return (
        f"The first limit is **{name}{of}**, at {short(first)} registered players; "
        f"the next is {next_name}, at {short(then)}."
    )


def files(model: Model) -> dict[Path, str]:
    """Return the generated files with their contents."""
    lines = [verdict(model), ""]
    for title, rows in tables(model).items():
        head, *body = rows
        lines += [f"**{title}**", "", _row(head), "|---|" + "--:|" * (len(head) - 1)]
        lines += [*map(_row, body), ""]
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    page = "\n".join([before + MARKS[0], "", *lines, MARKS[1] + after])
    curves = {
        name: [(size, model.loads(size)[name].share) for size in estimate_plot.sizes()]
        for name in model.loads(SCALES[-1])
    }
    hits = {name: model.hit(name) for name in curves}
    return {PAGE: page, PICTURE: estimate_plot.draw(curves, hits, SCALES)}


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the tables and write the generated files, or check them."""
    parser = argparse.ArgumentParser(description="Estimate costs and the load on limits.")
    parser.add_argument("--check", action="store_true", help="only compare, without writing files")
    check = parser.parse_args().check
    model = read()
    generated = files(model)
    if check:
        stale = [path for path in generated if path.read_text("utf-8") != generated[path]]
        sys.exit(f"out of date, run `make estimate`: {stale}" if stale else 0)
    for title, rows in tables(model).items():
        table = Table(title=title)
        for number, name in enumerate(rows[0]):
            table.add_column(name, justify="right" if number else "left", overflow="fold")
        for row in rows[1:]:
            table.add_row(*map(_plain, row))
        Console().print(table)
    print(_plain(verdict(model)))
    for path, text in generated.items():
        path.write_text(text, encoding="utf-8")


def _plain(text: str) -> str:
    return text.replace("*", "").replace("`", "")


if __name__ == "__main__":
    main()
