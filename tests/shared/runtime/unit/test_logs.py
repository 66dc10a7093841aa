"""Log lines: one JSON object each, with any values and from any number of threads."""

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.domain.metrics import SESSIONS_ACCEPTED, SESSIONS_REJECTED
from shared.runtime import errors, logs, metrics
from tests.shared.runtime.unit.conftest import Lines


def test_a_line_has_the_fields_of_cloud_logging(lines: Lines) -> None:
    logs.info("it happened", size=3)
    (line,) = lines()
    assert (line["severity"], line["message"], line["size"]) == ("INFO", "it happened", 3)
    assert datetime.fromisoformat(line["time"]) - datetime.now(UTC) < timedelta(seconds=5)


@pytest.mark.parametrize(
    "value",
    [
        "two\nlines\r\n",
        "é ß 🙂  \x00\x1b[31m",
        "\ud800",
        b"bytes",
        datetime(2026, 3, 1, tzinfo=UTC),
        Path("/a"),
        errors.CommonCode.STALE,
        {1: {2: object()}},
        {"a", "b"},
        float("nan"),
        float("inf"),
        Exception("x"),
        "x" * 100_000,
    ],
)
def test_any_value_stays_on_one_line(value: Any, lines: Lines) -> None:
    logs.warning("odd", value=value)
    logs.warning("next")
    odd, following = lines()
    assert (odd["message"], following["message"]) == ("odd", "next")


@pytest.mark.parametrize("value", [float("nan"), {"a": [float("-inf")]}, {(1, 2): 3}, b"\xff"])
def test_a_value_that_json_cannot_represent_is_written_as_text(
    value: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    logs.info("odd", value=value, size=3)
    line = json.loads(capsys.readouterr().out, parse_constant=refuse)
    assert (line["message"], line["size"]) == ("odd", 3)


def test_an_error_inside_an_except_has_the_stack(lines: Lines) -> None:
    try:
        {}["inner"]  # type: ignore[index]
    except KeyError:
        logs.error("it failed")
    logs.error("by itself")
    failed, alone = lines()
    assert failed["severity"] == "ERROR"
    assert failed["stack_trace"].startswith("Traceback")
    assert "KeyError: 'inner'" in failed["stack_trace"]
    assert "stack_trace" not in alone


def test_the_context_is_on_every_line_and_fields_override_it(lines: Lines) -> None:
    token = logs.context.set({"function": "f", "a": 1})
    logs.info("one")
    logs.info("two", a=2)
    logs.context.reset(token)
    logs.info("three")
    one, two, three = lines()
    assert (one["function"], one["a"], two["a"]) == ("f", 1, 2)
    assert "function" not in three


def test_lines_of_many_threads_do_not_mix(lines: Lines) -> None:
    def write() -> None:
        for _ in range(50):
            logs.info("x" * 500)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [line["message"] for line in lines()] == ["x" * 500] * 400


def test_a_count_is_a_line_and_zero_is_not_logged(lines: Lines) -> None:
    metrics.count(SESSIONS_ACCEPTED, 3, kind="a")
    metrics.count(SESSIONS_REJECTED, 0)
    (line,) = lines()
    assert line["metric"] == {"name": "sessions_accepted", "amount": 3, "kind": "a"}
