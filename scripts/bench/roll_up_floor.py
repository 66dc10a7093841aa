"""Compares the roll-up with the same SQL statements sent directly through PyMySQL."""

import contextlib
import os
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import pymysql

from scripts.bench import cpu, probe, session_reports
from scripts.bench.figures import Line, median, median_ratio
from scripts.bench.stores import Stores
from shared.domain.play import roll_up
from shared.domain.play.sessions import SessionsReported
from shared.runtime import clock

T = TypeVar("T")

ROUNDS = 15
PLAYERS = 20
AT_LEAST = 0.5
UNCOUNTED = ("SET ", "ROLLBACK")
"""Statements sent when a connection is opened and when it is returned to the pool."""


def compare(stores: Stores) -> Line:
    """Return the events per second of the roll-up and of PyMySQL alone, measured alternately."""
    os.environ.update(stores.settings())
    ours, bare, statements = [], [], 0
    with contextlib.closing(stores.connect()) as connection, cpu.taken():
        connection.query("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
        for number in range(-1, ROUNDS):  # the first round only warms up
            sent = _sent(_messages(f"bench-sent-{number + 1}"))
            # Use different players, so that their rows do not exist yet.
            again = [text.replace("bench-sent-", "bench-bare-") for text in sent]
            spent = _seconds(roll_up.record, _messages(f"bench-ours-{number + 1}"))
            floor = _seconds(lambda text: _send(connection, text), again)
            statements = len(again) // PLAYERS
            if number >= 0:
                ours.append(spent)
                bare.append(floor)
    events = PLAYERS * session_reports.EVENTS
    return Line(
        "roll-up alone, events per second ÷ its statements by PyMySQL",
        f"{events / median(ours):,.0f}/s",
        f"{events / median(bare):,.0f}/s",
        median_ratio(bare, ours),
        at_least=AT_LEAST,
        limit=f"{statements} statements per batch, SQLAlchemy Core around each",
    )


def _messages(prefix: str) -> list[SessionsReported]:
    now = clock.now()
    return [session_reports.message(f"{prefix}-{player}", 1, now) for player in range(PLAYERS)]


def _sent(messages: Iterable[SessionsReported]) -> list[str]:
    """Return the SQL statements that are sent when these messages are rolled up."""
    found: list[str] = []
    with probe.statements(found.append):
        for message in messages:
            roll_up.record(message)
    return [text for text in found if not text.startswith(UNCOUNTED)]


def _seconds(work: Callable[[T], object], each: Iterable[T]) -> float:
    started = time.perf_counter()
    for one in each:
        work(one)
    return time.perf_counter() - started


def _send(connection: "pymysql.Connection[pymysql.cursors.Cursor]", statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.fetchall()
