"""Runs functions-framework and measures the CPU time of every call to a store.

The benchmark starts this program instead of `functions-framework`. Each wrapped call adds its
thread's CPU time to counters in the file named by PROBE. The benchmark reads these counters while
the function runs. If PROBE_STATEMENTS names a file, each statement that PyMySQL sends is appended
to that file as a line of JSON. The probe runs inside a bundle, so it imports none of this project's
code.
"""

import contextlib
import functools
import json
import mmap
import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

PARTS = ("sql", "publish", "firestore")
"""The measured parts; `sql` includes acquiring and releasing a connection."""

QUERY = 3
"""The MySQL protocol's command that sends a statement."""


def main() -> None:
    """Wrap the store clients, then start functions-framework."""
    counters = _counters(Path(os.environ["PROBE"]))
    with contextlib.suppress(ImportError):
        _wrap_sql(counters)
    with contextlib.suppress(ImportError):
        _wrap_publisher(counters)
    with contextlib.suppress(ImportError):
        _wrap_firestore(counters)
    from functions_framework._cli import _cli  # noqa: PLC0415

    file = os.environ.get("PROBE_STATEMENTS")
    with statements(partial(_append, Path(file))) if file else contextlib.nullcontext():
        _cli()


def read(file: Path) -> dict[str, float]:
    """Return the CPU seconds that each part has used so far."""
    numbers = memoryview(file.read_bytes()).cast("q")
    return {part: numbers[index] / 1e9 for index, part in enumerate(PARTS)}


def _counters(file: Path) -> memoryview:
    """Return the counters, which are memory-mapped so that other processes can share them."""
    file.write_bytes(bytes(8 * len(PARTS)))
    with file.open("r+b") as opened:
        return memoryview(mmap.mmap(opened.fileno(), 0)).cast("q")


def _timed(counters: memoryview, part: str, owner: Any, *names: str) -> None:
    """Wrap methods to measure their CPU time; the methods must not call each other."""
    index = PARTS.index(part)
    clock = time.thread_time_ns

    def wrap(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def timed(*args: Any, **kwargs: Any) -> Any:
            started = clock()
            try:
                return method(*args, **kwargs)
            finally:
                counters[index] += clock() - started

        return timed

    for name in names:
        setattr(owner, name, wrap(getattr(owner, name)))


def _wrap_sql(counters: memoryview) -> None:
    import pymysql.connections  # noqa: PLC0415
    import sqlalchemy  # noqa: PLC0415

    # The driver sends these statements without SQLAlchemy.
    _timed(counters, "sql", pymysql.connections.Connection, "begin", "commit", "rollback")
    _timed(counters, "sql", sqlalchemy.Engine, "connect")
    _timed(counters, "sql", sqlalchemy.Connection, "execute", "scalar", "close")
    # Rows are created while they are read.
    result = sqlalchemy.CursorResult
    rows = result.__iter__
    result._all_rows = lambda self: list(rows(self))  # type: ignore[attr-defined]  # noqa: SLF001
    _timed(counters, "sql", result, "_all_rows", "all", "first", "one", "one_or_none")
    result.__iter__ = lambda self: iter(self._all_rows())  # type: ignore[attr-defined,method-assign]


def _append(file: Path, statement: str) -> None:
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps(statement) + "\n")


@contextlib.contextmanager
def statements(record: Callable[[str], None]) -> Iterator[None]:
    """Call `record` with every statement that PyMySQL sends."""
    import pymysql.connections  # noqa: PLC0415

    driver: Any = pymysql.connections.Connection
    execute = driver._execute_command  # noqa: SLF001  the last call with the statement's text

    def recorded(self: Any, command: int, sql: str | bytes) -> Any:
        if command == QUERY:
            record(sql if isinstance(sql, str) else sql.decode("utf-8", "surrogateescape"))
        return execute(self, command, sql)

    driver._execute_command = recorded  # noqa: SLF001
    try:
        yield
    finally:
        driver._execute_command = execute  # noqa: SLF001


def _wrap_publisher(counters: memoryview) -> None:
    from google.pubsub_v1 import PublisherClient  # noqa: PLC0415

    _timed(counters, "publish", PublisherClient, "publish")


def _wrap_firestore(counters: memoryview) -> None:
    from google.cloud import firestore  # noqa: PLC0415

    _timed(counters, "firestore", firestore.Client, "document", "batch")
    _timed(counters, "firestore", firestore.WriteBatch, "set", "commit")
    _timed(counters, "firestore", firestore.DocumentReference, "get", "delete")


if __name__ == "__main__":
    main()
