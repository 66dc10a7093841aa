"""Grants each database user only the rights on tables that its function declares.

Granting rights does not affect running functions. Revoking rights is a separate step, because the
previous release needs its rights until the new release receives all traffic.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from shared.schema.all_tables import metadata

PRIVILEGES = {
    "r": frozenset({"SELECT"}),
    "a": frozenset({"INSERT"}),
    "ra": frozenset({"SELECT", "INSERT"}),
    "rw": frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"}),
}
Wanted = Mapping[str, Mapping[str, str]]
"""Rights by user and table, with the keys of PRIVILEGES."""

_USER = re.compile(r"[a-z][a-z0-9_-]{0,31}")
# The output of SHOW GRANTS on both engines; roles have no ON clause.
_GRANTED = re.compile(r"GRANT (?P<what>.+?)(?: ON (?P<where>.+?))? TO (?P<rest>.+)")
_BETWEEN_PRIVILEGES = re.compile(r", (?![^(]*\))")  # not inside a list of columns


class _Held(NamedTuple):
    """A privilege or role that a user has; `where` is a quoted SQL name."""

    what: str
    where: str | None


def grant(connection: Connection, wanted: Wanted, *, run: bool = True) -> list[str]:
    """Grant users the rights that they lack, and return the statements.

    The statements are executed only if `run` is true.

    Raises ValueError for an invalid user, table or right, before anything is granted.
    """
    return _execute(connection, _lacking(connection, _checked(wanted)), run=run)


def revoke(connection: Connection, wanted: Wanted, *, run: bool = True) -> list[str]:
    """Revoke all unwanted rights on any database, and return the statements.

    If a user was manually granted ALL, revoking it also removes the wanted rights, which are
    therefore granted again.
    """
    done = _execute(connection, _extra(connection, _checked(wanted)), run=run)
    return done + grant(connection, wanted, run=run)


def _checked(wanted: Wanted) -> Wanted:
    for user, tables in wanted.items():
        if not _USER.fullmatch(user):
            raise ValueError(f"{user!r} is not a valid database user name")
        for table, right in tables.items():
            if table not in metadata.tables or right not in PRIVILEGES:
                raise ValueError(f"{user}: {table}: {right}: unknown table or right")
    return wanted


def _lacking(connection: Connection, wanted: Wanted) -> list[str]:
    found = []
    for user, tables in wanted.items():
        held = _held(connection, user)
        for table, right in sorted(tables.items()):
            where = _table(connection, table)
            lacking = sorted(PRIVILEGES[right] - {one.what for one in held if one.where == where})
            if lacking:
                found.append(f"GRANT {', '.join(lacking)} ON {where} TO {_account(user)}")
    return found


def _extra(connection: Connection, wanted: Wanted) -> list[str]:
    found = []
    for user, tables in wanted.items():
        justified = {
            _Held(what, _table(connection, table))
            for table, right in tables.items()
            for what in PRIVILEGES[right]
        }
        for one in sorted(_held(connection, user) - justified, key=str):
            place = "" if one.where is None else f" ON {one.where}"
            found.append(f"REVOKE {one.what}{place} FROM {_account(user)}")
    return found


def _held(connection: Connection, user: str) -> set[_Held]:
    """Return all of a user's rights, except the right to connect."""
    lines = _scalars(connection, f"SHOW GRANTS FOR {_account(user)}")
    return {one for line in lines for one in _parsed(line) if one.what != "USAGE"}


def _parsed(line: str) -> Iterator[_Held]:
    found = _GRANTED.fullmatch(line)
    if found is None:  # a default role, or a partial revoke
        return
    where = found["where"]
    for what in _BETWEEN_PRIVILEGES.split(found["what"]):
        yield _Held(what, where)
    if found["rest"].endswith("WITH GRANT OPTION") and where is not None:
        yield _Held("GRANT OPTION", where)


def _account(user: str) -> str:
    return f"`{user}`@`%`"


def _table(connection: Connection, name: str) -> str:
    (database,) = _scalars(connection, "SELECT DATABASE()")
    return ".".join(f"`{part.replace('`', '``')}`" for part in (database, name))


def _scalars(connection: Connection, statement: str) -> list[str]:
    # Without parameters, nothing in a statement is interpreted as a placeholder.
    return list(
        connection.execution_options(no_parameters=True).exec_driver_sql(statement).scalars()
    )


def _execute(connection: Connection, statements: Iterable[str], *, run: bool) -> list[str]:
    done = list(statements)
    for statement in done if run else ():
        connection.execution_options(no_parameters=True).exec_driver_sql(statement)
    return done
