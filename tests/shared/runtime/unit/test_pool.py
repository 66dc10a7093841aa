"""A pool has the size its function.yaml declares; the connection budget relies on it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.runtime import events, http, pool, sql
from tests.shared.runtime.unit.edge import folder


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_largest", 0)
    monkeypatch.setenv("SQL_URL", "mysql://nobody@127.0.0.1:9/nothing")


def edge(entry_file: str) -> None:
    http.Api(entry_file)


def trigger(entry_file: str) -> None:
    @events.on_schedule(entry_file)
    def main() -> None: ...


@pytest.mark.parametrize(
    ("serve", "kind"),
    [
        (edge, {"http": {"paths": ["/v1/a"], "caller": "public"}}),
        (trigger, {"schedule": "* * * * *"}),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 9])
def test_the_pool_has_the_size_in_the_manifest(
    tmp_path: Path, serve: Callable[[str], None], kind: dict[str, Any], size: int
) -> None:
    stores = {"sql": {"pool": size, "tables": {"games": "r"}}}
    serve(str(folder(tmp_path, trigger=kind, stores=stores)))
    engine = sql._make_engine()
    assert engine.pool.size() == size  # type: ignore[attr-defined]
    assert engine.pool._max_overflow == 0  # type: ignore[attr-defined]


def test_the_largest_size_of_several_functions_in_one_process_is_used() -> None:
    for size in (2, 7, 3):
        pool.require(size)
    assert pool.size() == 7
