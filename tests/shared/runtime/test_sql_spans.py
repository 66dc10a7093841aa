"""Statements are spans, without their values, and only in sampled traces."""

import pytest
from sqlalchemy import Connection, select

from shared.runtime import sql, tracing
from shared.schema.operations import inbox
from tests.shared.runtime.conftest import Lines
from tests.shared.runtime.private_rows import PrivateRows

pytestmark = pytest.mark.usefixtures("project")
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def work(own_rows: PrivateRows, secret: str) -> None:
    def both(tx: Connection) -> None:
        tx.execute(own_rows.insert(secret))
        tx.execute(select(inbox.c.event_id).where(inbox.c.consumer == own_rows.name)).all()

    sql.transact(both)
    sql.read(lambda c: c.execute(select(inbox.c.event_id).where(inbox.c.event_id == secret)).all())


def test_every_statement_is_a_span_below_its_transaction(
    own_rows: PrivateRows, lines: Lines
) -> None:
    begun = tracing.begin("f", f"00-{TRACE}-00f067aa0ba902b7-01")
    work(own_rows, "hunter2")
    written = lines()
    spans = [line["span"] for line in written]
    assert [span["name"] for span in spans] == [
        "BEGIN", "INSERT", "SELECT", "COMMIT", "transaction", "SELECT",
    ]  # fmt: skip
    assert {span["kind"] for span in spans} == {"sql"}
    transaction = written[4]["logging.googleapis.com/spanId"]
    assert [span["parent"] for span in spans] == [transaction] * 4 + [begun.span] * 2
    assert spans[1]["attributes"]["rows"] == 1
    assert "INSERT INTO inbox" in spans[1]["attributes"]["statement"]
    assert "hunter2" not in str(written)
    assert all(span["ms"] > 0 for span in spans)


@pytest.mark.parametrize("header", [f"00-{TRACE}-00f067aa0ba902b7-00", None])
def test_an_unsampled_trace_logs_no_lines(
    own_rows: PrivateRows, lines: Lines, header: str | None
) -> None:
    if header is not None:
        tracing.begin("f", header)
    work(own_rows, "a")
    assert lines() == []


def test_a_rerun_is_a_separate_transaction_span(own_rows: PrivateRows, lines: Lines) -> None:
    tracing.begin("f", f"00-{TRACE}-00f067aa0ba902b7-01")
    runs: list[int] = []

    def lost_once(tx: Connection) -> None:
        runs.append(1)
        if len(runs) == 1:
            own_rows.kill(tx.connection.driver_connection.thread_id())  # type: ignore[union-attr]
        tx.execute(own_rows.insert("a"))

    sql.transact(lost_once)
    found = [
        (line["span"]["status"], line["span"]["attributes"])
        for line in lines()
        if line.get("span", {}).get("name") == "transaction"
    ]
    assert found == [("error", {"attempt": 1}), ("ok", {"attempt": 2})]
