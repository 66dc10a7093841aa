"""Metric names are declared in one file, and all code reads one clock."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from shared.domain import metrics as product
from shared.runtime import clock, metrics

ROOT = Path(__file__).parents[4]
NAMES = {
    name: value
    for module in (metrics, product)
    for name, value in vars(module).items()
    if name.isupper() and isinstance(value, str)
}
RECORDERS = {
    "metrics.count": ("line", "counter"),
    "metrics.measure": ("gauge",),
    "metrics.observe": ("histogram",),
}


def calls() -> Iterator[tuple[Path, ast.Call, str]]:
    """Yield every call of `module.function` in the production code."""
    for folder in ("functions", "triggers", "shared"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    yield file, node, ast.unparse(node.func)


def recorded() -> Iterator[tuple[str, ast.Call, str]]:
    """Yield where a metric is recorded, and with which function and arguments."""
    for file, node, name in calls():
        if name in RECORDERS:
            yield f"{file}:{node.lineno}", node, name


def test_every_recorded_metric_is_declared() -> None:
    for where, node, recorder in recorded():
        name = NAMES[ast.unparse(node.args[0]).removeprefix("metrics.")]
        instrument = metrics.INSTRUMENTS[name]
        assert instrument.kind in RECORDERS[recorder], where
        assert tuple(one.arg for one in node.keywords) == instrument.labels, where


def test_every_declared_metric_is_recorded_and_declared_once() -> None:
    used = {ast.unparse(node.args[0]).removeprefix("metrics.") for _, node, _ in recorded()}
    assert set(NAMES) == used
    assert sorted(NAMES.values()) == sorted(metrics.INSTRUMENTS)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", value) for value in NAMES.values())


def test_no_label_can_be_an_id() -> None:
    labels = {label for one in metrics.INSTRUMENTS.values() for label in one.labels}
    assert labels == {"code", "kind", "result", "status", "table"}


def test_no_code_uses_naive_time() -> None:
    for file, node, name in calls():
        assert not name.endswith(("utcnow", "utcfromtimestamp")), f"{file}:{node.lineno}"
        if name.endswith("datetime.now"):
            assert node.args, f"{file}:{node.lineno} uses a naive time"


def test_the_clock_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_rfc3339_is_utc_with_microseconds() -> None:
    there = datetime(2026, 3, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert clock.rfc3339(there) == "2026-02-28T23:30:00.000000Z"
    assert datetime.fromisoformat(clock.rfc3339(there)) == there
