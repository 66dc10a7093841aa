"""A trace is found in the logs and its spans form a tree."""

import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from emulators.cloud.config import CloudError
from emulators.console import trace

ID = "0af7651916cd43dd8448eb211c80319c"


def line(span: str, parent: str | None, name: str, start: str, **more: Any) -> str:
    described = {"name": name, "kind": "sql", "parent": parent, "start": start}
    return json.dumps(
        {
            "severity": "DEBUG",
            "message": name,
            trace.TRACE: f"projects/p/traces/{more.pop('id', ID)}",
            trace.SPAN_ID: span,
            "span": {**described, "ms": 1.5, "status": "ok", "attributes": {}, **more},
        }
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ids = {trace.TRACE: f"projects/p/traces/{ID}", trace.SPAN_ID: "b" * 16}
    lines = [
        line("b" * 16, "a" * 16, "second", "2026-01-01T00:00:00.010000+00:00", status="error"),
        line("a" * 16, None, "first", "2026-01-01T00:00:00.000000+00:00", kind="http"),
        line("c" * 16, "f" * 16, "orphan", "2026-01-01T00:00:00.020000+00:00"),
        line("d" * 16, None, "another", "2026-01-01T00:00:00+00:00", id="ff" * 16),
        json.dumps({"severity": "WARNING", "message": "mind the gap", **ids}),
        "not JSON",
        line("e" * 16, None, "cut", "2026-01-01T00:00:00+00:00")[:-20],
    ]
    (tmp_path / "functions.log").write_text("\n".join(lines) + "\n")
    return tmp_path


def drawn(folder: Path, given: str) -> list[str]:
    console = Console(width=200, no_color=True)
    with console.capture() as captured:
        console.print(trace.tree(*trace.read(folder, given)))
    return [text.strip("│├└─ ") for text in captured.get().splitlines()]


@pytest.mark.parametrize("given", [ID, ID.upper(), ID[:8], f"00-{ID}-{'a' * 16}-01"])
def test_a_trace_is_found_by_id_prefix_and_traceparent(folder: Path, given: str) -> None:
    assert drawn(folder, given) == [
        f"trace {ID}: 3 spans in 21.5 ms",
        "+0.0 ms http first 1.5 ms",
        "+10.0 ms sql second 1.5 ms failed",
        "WARNING mind the gap",
        "+20.0 ms sql orphan 1.5 ms",
    ]


def test_a_child_is_below_its_parent(folder: Path) -> None:
    _, roots = trace.read(folder, ID)
    assert [root.name for root in roots] == ["first", "orphan"]
    assert [child.name for child in roots[0].children] == ["second"]


@pytest.mark.parametrize("given", ["", "abc", "not hex at all", ID + "0"])
def test_an_invalid_trace_id_is_refused(folder: Path, given: str) -> None:
    with pytest.raises(CloudError, match="is not a trace id"):
        trace.read(folder, given)


def test_an_unknown_trace_is_refused(folder: Path) -> None:
    with pytest.raises(CloudError, match="No trace '1234'"):
        trace.read(folder, "1234")


def test_a_trace_without_an_ended_span_is_refused(folder: Path) -> None:
    ids = {trace.TRACE: f"projects/p/traces/{'1' * 32}", trace.SPAN_ID: "b" * 16}
    line_ = json.dumps({"severity": "INFO", "message": "beginning", **ids})
    (folder / "functions.log").write_text(line_ + "\n")
    with pytest.raises(CloudError, match="none of its spans has ended yet"):
        trace.read(folder, "1" * 32)


def test_a_traceback_follows_its_message(folder: Path) -> None:
    ids = {trace.TRACE: f"projects/p/traces/{ID}", trace.SPAN_ID: "a" * 16}
    failed = {"severity": "ERROR", "message": "failed", "stack_trace": "Traceback\n  here", **ids}
    with (folder / "functions.log").open("a") as log:
        log.write(json.dumps(failed) + "\n")
    assert trace.read(folder, ID)[1][0].log_lines == ["ERROR failed\nTraceback\n  here"]
