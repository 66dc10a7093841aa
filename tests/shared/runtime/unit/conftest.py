"""Fixtures of the runtime's unit tests: complete settings, and readable log lines."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.runtime import logs, settings, tracing

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("K_SERVICE", "SQL_URL", "SQL_INSTANCE", "SQL_USER", "SQL_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "demo-runtime")
    monkeypatch.setenv("PUBLIC_URL", "https://api.example")
    monkeypatch.setenv("TRUSTED_ISSUERS", "[]")
    monkeypatch.setenv("TRACE_SAMPLE", "1")
    settings.reset()
    yield
    settings.reset()


@pytest.fixture(autouse=True)
def untraced() -> Iterator[None]:
    """Reset the trace, so that no test continues that of the previous one."""
    yield
    tracing._current.set(None)
    logs.context.set({})


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """Return the log lines since the last call, each of which must be one JSON object."""

    def read() -> list[dict[str, Any]]:
        found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert all(isinstance(line, dict) for line in found)
        return found

    return read
