"""Runs SQL statements with PyMySQL in a thread: the least that a function with a store does.

STATEMENTS is the path of a JSON file with lists of statements. A request's path selects a list by
index: `/3` runs the fourth list.
"""

import asyncio
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pymysql
from starlette.requests import Request

THREADS = 4
"""The number of connections, the same as in the measured functions."""

_lists: list[list[str]] = json.loads(Path(os.environ["STATEMENTS"]).read_text(encoding="utf-8"))
_mine = threading.local()
_pools: list[ThreadPoolExecutor] = []


async def main(request: Request) -> str:
    """Run one list of statements."""
    if not _pools:
        _pools.append(ThreadPoolExecutor(THREADS))
    statements = _lists[int(request.scope["path"][1:])]
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_pools[0], _run, statements)


def _run(statements: list[str]) -> str:
    connection = _connection()
    rows = 0
    for statement in statements:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            rows += len(cursor.fetchall())
    return str(rows)


def _connection() -> Any:
    if not hasattr(_mine, "connection"):
        parts = urlsplit(os.environ["SQL_URL"])
        _mine.connection = pymysql.connect(
            host=parts.hostname or "",
            port=parts.port or 0,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            database=parts.path.lstrip("/"),
            charset="utf8mb4",
            autocommit=True,
            init_command="SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        )
    return _mine.connection
