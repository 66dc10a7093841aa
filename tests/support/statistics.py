"""Query plans under different table statistics.

Statistics lag behind: the engine updates them some seconds after a tenth of the rows changed. So a
plan that is good with one set of statistics only is good by luck.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, event, text

from shared.runtime import sql

Statement = tuple[str, Any]
Plan = tuple[list[RowMapping], Statement]

BY_KEY = ("const", "eq_ref", "ref", "range")
"""The ways to read a table that look rows up."""

STATISTICS: dict[str, int | None] = {"none": 0, "few": 10, "counted": None, "many": 10_000_000}
"""How many rows the statistics show for a table; None: as many as ANALYZE counts."""
GROWN = ("counted", "many")
"""Statistics of any table but a brand-new one, of which a small index may be read whole."""

_OF = "database_name = DATABASE() AND table_name = :name"
# The share of distinct values keeps its last estimate, and each index has at least one page:
# MySQL crashes without one.
_DIFFERENT = f"""UPDATE mysql.innodb_index_stats SET stat_value = stat_value * :factor
  WHERE {_OF} AND stat_name LIKE 'n_diff%'"""
_PAGES = f"""UPDATE mysql.innodb_index_stats SET stat_value = GREATEST(1, stat_value * :factor)
  WHERE {_OF} AND stat_name NOT LIKE 'n_diff%'"""
_ROWS = f"""UPDATE mysql.innodb_table_stats SET n_rows = :rows,
  clustered_index_size = GREATEST(1, clustered_index_size * :factor),
  sum_of_other_index_sizes = sum_of_other_index_sizes * :factor WHERE {_OF}"""
_COUNTED = f"SELECT n_rows FROM mysql.innodb_table_stats WHERE {_OF}"


def capture(work: Callable[[Connection], Any], verb: str = "SELECT") -> list[Statement]:
    """Return the statements of this kind that `work` sends."""
    seen: list[Statement] = []

    def note(*arguments: Any) -> None:
        seen.append((arguments[2], arguments[3]))

    engine = sql.engine()
    event.listen(engine, "before_cursor_execute", note)
    try:
        sql.read(work)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return [one for one in seen if one[0].startswith(("(", verb))]


def plans(belief: str, tables: Sequence[Table], statements: Sequence[Statement]) -> list[Plan]:
    """Return the plans of statements while the engine assumes these statistics."""
    names, rows = [table.name for table in tables], STATISTICS[belief]
    try:
        while True:
            _run(f"ANALYZE TABLE {', '.join(names)}")
            if rows is not None:
                for name in names:
                    _believe(name, rows)
            found = [_explained(one) for one in statements]
            # It may have updated the statistics meanwhile.
            if rows is None or all(_count(name) == rows for name in names):
                return list(zip(found, statements, strict=True))
    finally:
        _run(f"ANALYZE TABLE {', '.join(names)}")


def scans(
    belief: str, tables: Sequence[Table], statements: Sequence[Statement], most_rows: int
) -> list[str]:
    """Return the steps that read a whole table or too many rows."""
    return [
        f"{belief}: {row['table']}: {row['type']} by {row['key']}, {row['rows']} rows: {statement}"
        for steps, (statement, _) in plans(belief, tables, statements)
        for row in steps
        if row["table"] != "achievements"  # tens of rows: a scan is the best plan
        and row["table"] is not None
        and not row["table"].startswith("<")  # a derived table: its reads have their own lines
        and (row["type"] in {"ALL", "index"} or int(row["rows"] or 0) > most_rows)
    ]


def _explained(statement: Statement) -> list[RowMapping]:
    explain = f"EXPLAIN FORMAT=TRADITIONAL {statement[0]}"
    return sql.read(lambda conn: list(conn.exec_driver_sql(explain, statement[1]).mappings()))


def _believe(name: str, rows: int) -> None:
    factor = rows / max(1, _count(name))
    for statement in (_DIFFERENT, _PAGES, _ROWS):
        _run(statement, name=name, rows=rows, factor=factor)
    # Flushing alone does not make MariaDB read them again.
    _run(f"RENAME TABLE {name} TO {name}_, {name}_ TO {name}")


def _count(name: str) -> int:
    return int(sql.read(lambda conn: conn.scalar(text(_COUNTED), {"name": name})) or 0)


def _run(statement: str, **given: Any) -> None:
    sql.read(lambda conn: conn.execute(text(statement), given).close())
