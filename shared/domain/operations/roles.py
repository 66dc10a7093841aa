"""What a player may be besides a player: granted and taken back by operators, as token claims.

A token that was issued before a change says what was true then, for an hour at most.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel
from sqlalchemy import Connection, select, text

from shared.domain import audit
from shared.runtime import accounts, clock, errors, sql
from shared.runtime.identity import ROLES
from shared.schema import operations as tables

GrantableRole = Literal["creator", "admin"]
"""What is granted; everyone who is signed in is a player."""

TOKEN_LIFETIME = timedelta(hours=1, minutes=1)
TURN_SECONDS = 5
GRANT, REVOKE = "role.grant", "role.take_back"

Change = Callable[[list[str]], list[str]]

_TURN = text("SELECT GET_LOCK(CONCAT('roles:', LEFT(DATABASE(), 40)), :seconds)")
_TURN_OVER = text("DO RELEASE_LOCK(CONCAT('roles:', LEFT(DATABASE(), 40)))")


class Roles(BaseModel):
    """What a player's next token says that the player is."""

    uid: str
    roles: list[str]


def get(uid: str) -> Roles:
    """Return a player's roles; raise NotFound when no account has this uid."""
    return _shown(uid, _listed(accounts.claims(uid)))


def grant(uid: str, role: GrantableRole, actor: str) -> Roles:
    """Give a player a role; audited. Raises NotFound when no account has this uid."""

    def with_it(roles: list[str]) -> list[str]:
        return roles if role in roles else [*roles, role]

    return sql.read(lambda conn: _change(conn, uid, actor, GRANT, with_it))


def revoke(uid: str, role: GrantableRole, actor: str) -> None:
    """Take a role from a player; audited.

    Nobody takes `admin` from themselves, so one who can grant it is always left. Raises NotFound
    when no account has this uid.
    """
    if role == "admin" and uid == actor:
        raise errors.Conflict("another admin must take this role from you")

    def without_it(roles: list[str]) -> list[str]:
        return [one for one in roles if one != role]

    sql.read(lambda conn: _change(conn, uid, actor, REVOKE, without_it))


def _change(conn: Connection, uid: str, actor: str, action: str, changed: Change) -> Roles:
    """Note a change, then make it.

    Outside a transaction: the note must stand before the claims change, whatever then happens,
    and whoever has the next turn must see it.
    """
    with _turn(conn):
        _must_be_admin_still(conn, actor)
        held = accounts.claims(uid)
        before = _listed(held)
        after = changed(before)
        wanted = {**held, "roles": after}
        accounts.fitting(wanted)
        # Noted first: what was not noted has not happened, and a repetition is noted too.
        audit.record(conn, actor, action, uid, {"before": before, "after": after})
        if after != before:
            accounts.give(uid, wanted)
    return _shown(uid, after)


@contextmanager
def _turn(conn: Connection) -> Iterator[None]:
    """Let nobody else change claims: an account is read, merged and written back as a whole."""
    if conn.scalar(_TURN, {"seconds": TURN_SECONDS}) != 1:
        raise errors.Unavailable("another change of roles is under way")
    try:
        yield
    finally:
        if not conn.invalidated:
            conn.execute(_TURN_OVER)


def _must_be_admin_still(conn: Connection, actor: str) -> None:
    """Refuse who was an admin when the token was issued and is none now."""
    column = tables.audit.c
    about = (column.target == actor, column.action.in_((GRANT, REVOKE)))
    recent = column.at > clock.now() - TOKEN_LIFETIME
    newest = select(column.detail).where(recent, *about).order_by(column.audit_id.desc()).limit(1)
    detail = conn.scalar(newest)
    if detail is not None and "admin" not in json.loads(detail)["after"]:
        raise errors.Forbidden("this role was taken from you")


def _listed(claims: dict[str, Any]) -> list[str]:
    listed = claims.get("roles")
    return [str(one) for one in listed] if isinstance(listed, list) else []


def _shown(uid: str, roles: list[str]) -> Roles:
    return Roles(uid=uid, roles=sorted(ROLES & {"player", *roles}))
