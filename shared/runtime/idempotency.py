"""Ensures that a write with an `Idempotency-Key` header takes effect only once.

The key's row is inserted at the start of the transaction that makes the change. The row and the
change therefore commit together, and a concurrent duplicate waits. The draft standard:
https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import hashlib
import inspect
import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar, Self

from pydantic import BaseModel
from pymysql.constants import ER
from sqlalchemy import Connection, and_, select, text, update
from sqlalchemy.exc import OperationalError

from shared.runtime import clock, errors, sql
from shared.runtime.http import Header, Reply
from shared.schema.operations import idempotency_keys as keys

HEADER = "Idempotency-Key"
TWIN_WAIT_SECONDS = 2
# A string of Structured Fields is quoted; many clients send it bare.
_KEY = re.compile(r'(?P<quote>"?)([!#-\[\]-~]{1,128})(?P=quote)')


class Key(Header, str):
    """A request's idempotency key, without quotes."""

    __slots__ = ()
    name = HEADER
    description = "A new UUID per request; its retries use the same one. It is kept for 48 hours."
    schema: ClassVar[dict[str, Any]] = {"type": "string", "minLength": 1, "maxLength": 130}
    failures = (errors.Conflict, errors.Unprocessable)

    @classmethod
    def read(cls, given: str | None) -> Self:
        """Return the key, or raise BadRequest if it is missing or invalid."""
        found = _KEY.fullmatch((given or "").strip())
        if found is None:
            what = "is not 1 to 128 visible ASCII characters" if given else "is missing"
            detail = f"{HEADER} {what}: send a new UUID, and the same one with each retry"
            raise errors.BadRequest(detail, errors=[{"field": HEADER, "detail": detail}])
        return cls(found[2])


class ByKey:
    """Makes a route idempotent, as in `@api.post(…, idempotent=idempotency.ByKey())`.

    The handler runs inside the transaction that it receives as its `Connection` argument. Work that
    must not keep the transaction open, such as a request to another store, belongs in `before`. The
    `before` function receives the handler's arguments that match its parameter names.
    """

    header: type[Header] = Key
    transaction: type = Connection

    def __init__(self, before: Callable[..., None] | None = None) -> None:
        self.before = before
        self.takes = frozenset(inspect.signature(before).parameters if before else ())

    def once(  # noqa: PLR0913, PLR0917  what `once` takes, and the handler's arguments
        self,
        key: Key,
        uid: str,
        route: str,
        body: BaseModel | None,
        work: Callable[[Connection], Reply[Any]],
        arguments: Mapping[str, Any],
    ) -> Reply[Any]:
        """Run `before` with the `arguments` that it accepts, and run `work` once."""
        before = self.before
        if before is None:
            return once(key, uid, route, body, work)
        given = {name: arguments[name] for name in self.takes}
        return once(key, uid, route, body, work, partial(before, **given))


def once(  # noqa: PLR0913, PLR0917  one argument per part of the request
    key: Key,
    uid: str,
    route: str,
    body: BaseModel | None,
    work: Callable[[Connection], Reply[Any]],
    before: Callable[[], None] | None = None,
) -> Reply[Any]:
    """Run `work` in a transaction, or return the earlier reply for this key, caller and route.

    route: the method, and the path with its ids. body: must be identical for every request with the
    same key. before: runs outside the transaction. If `before` fails during a retry, the failure is
    ignored, because the state checked by `before` may have changed. Raises Unprocessable if the key
    was used with another body, and Conflict if the first request is still running after two
    seconds.
    """
    payload = hashlib.sha256(body.model_dump_json().encode() if body else b"").digest()
    mine = and_(keys.c.uid == uid, keys.c.route == route, keys.c.idempotency_key == key)
    row = {"uid": uid, "route": route, "idempotency_key": key, "payload": payload}

    def run(tx: Connection) -> Reply[Any]:
        sql.safe_to_retry_commit()
        if not _claimed(tx, row):
            return _again(tx.execute(select(keys).where(mine)).one(), payload)
        reply = work(tx)
        headers = json.dumps([[name.decode(), value.decode()] for name, value in reply.headers])
        answer = {"status": reply.status, "headers": headers, "body": reply.body.decode()}
        tx.execute(update(keys).where(mine).values(**answer, etag=reply.etag.decode()))
        return reply

    try:
        if before is not None:
            before()
    except Exception:  # whatever fails, a stored reply is the answer to a retry
        known = sql.read(lambda conn: conn.execute(select(keys).where(mine)).one_or_none())
        if known is None:
            raise
        return _again(known, payload)
    return sql.transact(run)


def _claimed(tx: Connection, row: dict[str, Any]) -> bool:
    """Insert the key's row, or return False if the row exists.

    Waits for a concurrent duplicate request to finish.
    """
    empty = {"status": 0, "headers": "[]", "etag": "", "body": "", "created_at": clock.now()}
    _wait_at_most(tx, TWIN_WAIT_SECONDS)
    try:
        return sql.insert_ignore(tx, keys, [row | empty]) == 1
    except OperationalError as error:
        if error.orig is None or error.orig.args[0] != ER.LOCK_WAIT_TIMEOUT:
            raise
        detail = "a request with this Idempotency-Key is still running"
        later = {"Retry-After": str(TWIN_WAIT_SECONDS)}
        raise errors.Conflict(detail, retry=errors.Retry.LATER, headers=later) from error
    finally:
        if not tx.invalidated:
            _wait_at_most(tx, sql.LOCK_WAIT_SECONDS)


def _wait_at_most(tx: Connection, seconds: int) -> None:
    tx.execute(text("SET SESSION innodb_lock_wait_timeout = :seconds"), {"seconds": seconds})


def _again(kept: Any, payload: bytes) -> Reply[Any]:
    if kept.payload != payload:
        detail = f"{HEADER} was used with another body: a new request needs a new key"
        raise errors.Unprocessable(detail, errors=[{"field": HEADER, "detail": detail}])
    reply: Reply[Any] = Reply(None, status=kept.status)
    reply.headers = [(name.encode(), value.encode()) for name, value in json.loads(kept.headers)]
    reply.etag, reply.body = kept.etag.encode(), kept.body.encode()
    return reply
