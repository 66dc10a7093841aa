"""Lets operators grant and revoke all roles in players' tokens except `player`.

A token issued before a change keeps the old roles until it expires, which takes at most an hour.
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
"""The roles that can be granted; every signed-in user is a player."""

TOKEN_LIFETIME = timedelta(hours=1, minutes=1)
LOCK_SECONDS = 5
GRANT, REVOKE = "role.grant", "role.take_back"

Change = Callable[[list[str]], list[str]]

_LOCK = text("SELECT GET_LOCK(CONCAT('roles:', LEFT(DATABASE(), 40)), :seconds)")
_UNLOCK = text("DO RELEASE_LOCK(CONCAT('roles:', LEFT(DATABASE(), 40)))")


class Roles(BaseModel):
    """The roles that a player's next token will have."""

    uid: str
    roles: list[str]


def get(uid: str) -> Roles:
    """Return a player's roles; raise NotFound if no account has this uid."""
    return _shown(uid, _roles(accounts.claims(uid)))


def grant(uid: str, role: GrantableRole, actor: str) -> Roles:
    """Grant a player a role, and record it in the audit log.

    Raises NotFound if no account has this uid.
    """

    def with_role(roles: list[str]) -> list[str]:
        return roles if role in roles else [*roles, role]

    return sql.read(lambda conn: _change(conn, uid, actor, GRANT, with_role))


def revoke(uid: str, role: GrantableRole, actor: str) -> None:
    """Revoke a player's role, and record it in the audit log.

    Raises Conflict if an admin revokes their own `admin` role, so that at least one admin remains.
    Raises NotFound if no account has this uid.
    """
    if role == "admin" and uid == actor:
        raise errors.Conflict("you cannot revoke your own admin role: another admin must do it")

    def without_role(roles: list[str]) -> list[str]:
        return [one for one in roles if one != role]

    sql.read(lambda conn: _change(conn, uid, actor, REVOKE, without_role))


def _change(conn: Connection, uid: str, actor: str, action: str, change: Change) -> Roles:
    """Record a change in the audit log, then apply it.

    Runs outside a transaction, because the entry must be committed before the claims change and be
    visible to the next change.
    """
    with _locked(conn):
        _require_admin(conn, actor)
        claims = accounts.claims(uid)
        before = _roles(claims)
        after = change(before)
        changed = {**claims, "roles": after}
        accounts.check_size(changed)
        # Recorded first, so that every change has an entry; repeated requests are also recorded.
        audit.record(conn, actor, action, uid, {"before": before, "after": after})
        if after != before:
            accounts.set_claims(uid, changed)
    return _shown(uid, after)


@contextmanager
def _locked(conn: Connection) -> Iterator[None]:
    """Lock the claims of all accounts, because a change reads and rewrites an account's claims."""
    if conn.scalar(_LOCK, {"seconds": LOCK_SECONDS}) != 1:
        raise errors.Unavailable("another role change is in progress")
    try:
        yield
    finally:
        if not conn.invalidated:
            conn.execute(_UNLOCK)


def _require_admin(conn: Connection, actor: str) -> None:
    """Raise Forbidden if the actor's admin role was revoked after the token was issued."""
    column = tables.audit.c
    of_actor = (column.target == actor, column.action.in_((GRANT, REVOKE)))
    recent = column.at > clock.now() - TOKEN_LIFETIME
    newest = (
        select(column.detail).where(recent, *of_actor).order_by(column.audit_id.desc()).limit(1)
    )
    detail = conn.scalar(newest)
    if detail is not None and "admin" not in json.loads(detail)["after"]:
        raise errors.Forbidden("your admin role was revoked")


def _roles(claims: dict[str, Any]) -> list[str]:
    listed = claims.get("roles")
    return [str(one) for one in listed] if isinstance(listed, list) else []


def _shown(uid: str, roles: list[str]) -> Roles:
    return Roles(uid=uid, roles=sorted(ROLES & {"player", *roles}))
