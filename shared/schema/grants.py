"""What each database user may do: what its function names of its tables, nothing else.

Granting never harms who is running; revoking is a step of its own, since until a release has
all the traffic the one before it still reads what it names.
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
"""The right to each table, as PRIVILEGES names it, by user and table."""

_USER = re.compile(r"[a-z][a-z0-9_-]{0,31}")
# What SHOW GRANTS says on both engines; a role is granted ON nothing.
_GRANTED = re.compile(r"GRANT (?P<what>.+?)(?: ON (?P<where>.+?))? TO (?P<rest>.+)")
_BETWEEN_PRIVILEGES = re.compile(r", (?![^(]*\))")  # not within the columns of one


class _Held(NamedTuple):
    """One privilege, or a role, that a user has; `where` is written as SQL does."""

    what: str
    where: str | None


def grant(connection: Connection, wanted: Wanted, *, run: bool = True) -> list[str]:
    """Give the users what they lack; return the statements, executed if `run`.

    Raises ValueError for a name that is no user's or no table's, before anything is granted.
    """
    return _execute(connection, _lacking(connection, _checked(wanted)), run=run)


def revoke(connection: Connection, wanted: Wanted, *, run: bool = True) -> list[str]:
    """Take from the users what is not wanted, wherever it lies; return the statements.

    Who was given ALL by hand gets at once back what is wanted.
    """
    done = _execute(connection, _extra(connection, _checked(wanted)), run=run)
    return done + grant(connection, wanted, run=run)


def _checked(wanted: Wanted) -> Wanted:
    for user, tables in wanted.items():
        if not _USER.fullmatch(user):
            raise ValueError(f"{user!r} is no database user's name")
        for table, right in tables.items():
            if table not in metadata.tables or right not in PRIVILEGES:
                raise ValueError(f"{user}: {table}: {right} is no right to a table of ours")
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
    """Return all that a user has, but for the right to sign in."""
    lines = _scalars(connection, f"SHOW GRANTS FOR {_account(user)}")
    return {one for line in lines for one in _parsed(line) if one.what != "USAGE"}


def _parsed(line: str) -> Iterator[_Held]:
    found = _GRANTED.fullmatch(line)
    if found is None:  # which role is the default one, or a partial revoke
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
    # Without parameters nothing in a statement is taken for a placeholder.
    return list(
        connection.execution_options(no_parameters=True).exec_driver_sql(statement).scalars()
    )


def _execute(connection: Connection, statements: Iterable[str], *, run: bool) -> list[str]:
    done = list(statements)
    for statement in done if run else ():
        connection.execution_options(no_parameters=True).exec_driver_sql(statement)
    return done
