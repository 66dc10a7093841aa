"""Query plans: the statements that a function executes, and whether an index serves them."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, event

from shared.runtime import sql

Statement = tuple[str, Any]


def statements_of(
    engine: Engine, work: Callable[[Connection], Any], verb: str = "SELECT"
) -> list[Statement]:
    """Return the statements with this verb that `work` executes."""
    seen: list[Statement] = []

    def note(*arguments: Any) -> None:
        seen.append((arguments[2], arguments[3]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        sql.read(work)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return [one for one in seen if one[0].startswith(("(", verb))]


def plan(engine: Engine, statement: Statement) -> Sequence[RowMapping]:
    """Return how the database would run a statement, one row per table."""
    with engine.connect() as connection:
        explain = f"EXPLAIN FORMAT=TRADITIONAL {statement[0]}"
        return connection.exec_driver_sql(explain, statement[1]).mappings().all()


def scans(engine: Engine, statement: Statement, most_rows: int) -> list[str]:
    """Return the steps of a plan that read a whole table, or more than `most_rows` rows."""
    return [
        f"{row['table']}: {row['type']} by {row['key']}, {row['rows']} rows: {statement[0]}"
        for row in plan(engine, statement)
        if row["table"] != "achievements"  # tens of rows: a scan is the best plan
        and row["table"] is not None
        and not row["table"].startswith("<")  # a derived table: its sources have their own rows
        and (row["type"] in {"ALL", "index"} or int(row["rows"] or 0) > most_rows)
    ]
