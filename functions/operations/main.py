"""What an operator sees and does: dead letters, projections, consumers, plans, roles, the audit.

Every change is audited in its own transaction. Changes are safe to repeat by what they are, so
they take no Idempotency-Key. Bodies refuse unknown members.
"""

import time
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from shared.domain import audit
from shared.domain.operations import consumers, dead_letters, projections, roles
from shared.domain.operations.consumers import Overview, Pause
from shared.domain.operations.dead_letters import Detail, Redriven, State, Summary
from shared.domain.operations.projections import Comparison, KindName, Rebuilt
from shared.domain.operations.roles import Granted, Roles
from shared.domain.plans import Plan
from shared.domain.players import entitlements
from shared.domain.players.entitlements import Entitlement, Until
from shared.runtime import errors, http, sql
from shared.runtime.identity import Admin, is_uid


def _uid(text: str) -> str:
    if not is_uid(text):
        raise ValueError("no player has this uid")
    return text


Cursor = Annotated[str | None, Field(max_length=1000)]
LetterId = Annotated[int, Field(ge=1, lt=2**63, examples=[1])]
ConsumerName = Annotated[
    str, Field(pattern=r"^[a-z][a-z_]{1,24}[a-z]$", examples=["attach_unlisted_games"])
]
Limit = Annotated[int, Field(ge=1, le=100)]
Reason = Annotated[str, Field(min_length=1, max_length=500)]
Uid = Annotated[str, Field(min_length=1, max_length=128, examples=["ada"]), AfterValidator(_uid)]

BULK_SECONDS = 60

api = http.Api(__file__)


class _Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _example(**members: JsonValue) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [members]})


class WithReason(_Wish):
    """Why an operator does it; it is kept in the audit."""

    model_config = _example(reason="The catalog's import is being repaired.")

    reason: Reason


class BulkRedrive(_Wish):
    """Which letters to redrive: open ones of one consumer, from behind `cursor`."""

    model_config = _example(consumer="roll_up_sessions", limit=20)

    consumer: ConsumerName
    cursor: Cursor = None
    limit: Limit = 20


class BulkRedriven(BaseModel):
    """What became of them; `next_cursor` is absent when none is left behind the last one."""

    redriven: int
    failed: list[Redriven]
    next_cursor: str | None = None


class Rebuild(_Wish):
    """What to project anew: one player's documents, or all of a kind from behind `cursor`."""

    model_config = _example(kind="stats", uid="ada")

    kind: KindName
    uid: Uid | None = None
    cursor: Cursor = None
    limit: Annotated[int, Field(ge=1, le=500)] = 200


class Giving(_Wish):
    """How long a player has a plan; without `until` it does not end."""

    model_config = _example(until="2027-11-24T00:00:00Z")

    until: Until | None = None


class Resumed(BaseModel):
    """A consumer that works again."""

    consumer: str


@api.get("/v1/admin/dead-letters")
def list_dead_letters(
    state: State = "open",
    consumer: ConsumerName | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> http.Page[Summary]:
    """List dead letters, the oldest first."""
    after = http.decode_cursor(cursor, int)[0] if cursor else 0
    found, last = sql.read(lambda conn: dead_letters.list_page(conn, state, consumer, after, limit))
    return http.Page[Summary](items=found, next_cursor=_cursor(last))


@api.post("/v1/admin/dead-letters/redrive")
def redrive_some(operator: Admin, wish: BulkRedrive) -> BulkRedriven:
    """Redrive the open dead letters of one consumer, a page at a time."""
    after = http.decode_cursor(wish.cursor, int)[0] if wish.cursor else 0
    until = time.monotonic() + BULK_SECONDS
    done = dead_letters.redrive_page(wish.consumer, after, wish.limit, operator.uid, until)
    return BulkRedriven(
        redriven=done.redriven, failed=done.failed, next_cursor=_cursor(done.next_after)
    )


@api.get("/v1/admin/dead-letters/{letter_id}")
def show_dead_letter(letter_id: LetterId) -> Detail:
    """Show one dead letter with its headers and body."""
    return sql.read(lambda conn: dead_letters.get(conn, letter_id))


@api.post("/v1/admin/dead-letters/{letter_id}/redrive")
def redrive(operator: Admin, letter_id: LetterId) -> Redriven:
    """Post one dead letter to its consumer again and tell what that said."""
    return dead_letters.redrive(letter_id, operator.uid)


@api.post("/v1/admin/dead-letters/{letter_id}/resolve")
def resolve(operator: Admin, letter_id: LetterId, why: WithReason) -> Detail:
    """Settle one dead letter without a redrive."""
    sql.transact(lambda tx: dead_letters.resolve(tx, letter_id, operator.uid, why.reason))
    return sql.read(lambda conn: dead_letters.get(conn, letter_id))


@api.get("/v1/admin/projections")
def compare(uid: Uid) -> Comparison:
    """List where a player's documents differ from the rows they copy."""
    return projections.compare(uid)


@api.post("/v1/admin/projections/rebuild")
def rebuild(operator: Admin, wish: Rebuild) -> Rebuilt:
    """Write documents anew from their rows: of one player, or the next page of everybody's."""
    if wish.uid is not None and wish.cursor is not None:
        raise errors.BadRequest("give `uid` or `cursor`, not both")
    if wish.uid is not None:
        return projections.rebuild_player(wish.kind, wish.uid, operator.uid)
    after = http.decode_cursor(wish.cursor, str, str) if wish.cursor else None
    rebuilt, last = projections.rebuild_page(wish.kind, after, wish.limit, operator.uid)
    return Rebuilt(rebuilt=rebuilt, next_cursor=http.encode_cursor(*last) if last else None)


@api.get("/v1/admin/consumers")
def list_consumers() -> Overview:
    """Show what waits for whom, and who is paused."""
    return sql.read(consumers.overview)


@api.post("/v1/admin/consumers/{consumer}/pause")
def pause(operator: Admin, consumer: ConsumerName, why: WithReason) -> Pause:
    """Stop a consumer; its events wait."""
    return sql.transact(lambda tx: consumers.pause(tx, consumer, operator.uid, why.reason))


@api.post("/v1/admin/consumers/{consumer}/resume")
def resume(operator: Admin, consumer: ConsumerName) -> Resumed:
    """Let a consumer work again."""
    sql.transact(lambda tx: consumers.resume(tx, consumer, operator.uid))
    return Resumed(consumer=consumer)


@api.get("/v1/admin/entitlements/{uid}")
def list_entitlements(uid: Uid) -> http.Page[Entitlement]:
    """List a player's plans, those that have ended too."""
    return http.Page[Entitlement](items=sql.read(lambda conn: entitlements.list_all(conn, uid)))


@api.put("/v1/admin/entitlements/{uid}/{plan}")
def give_entitlement(operator: Admin, uid: Uid, plan: Plan, giving: Giving) -> Entitlement:
    """Give a player a plan, or change how long it lasts."""
    return sql.transact(lambda tx: entitlements.record(tx, uid, plan, giving.until, operator.uid))


@api.delete("/v1/admin/entitlements/{uid}/{plan}")
def take_back_entitlement(operator: Admin, uid: Uid, plan: Plan) -> None:
    """Take a plan from a player."""
    sql.transact(lambda tx: entitlements.delete(tx, uid, plan, operator.uid))


@api.get("/v1/admin/roles/{uid}")
def list_roles(uid: Uid) -> Roles:
    """List what a player's next token says that the player is."""
    return roles.get(uid)


@api.put("/v1/admin/roles/{uid}/{role}")
def grant_role(operator: Admin, uid: Uid, role: Granted) -> Roles:
    """Grant a player a role."""
    return roles.grant(uid, role, operator.uid)


@api.delete("/v1/admin/roles/{uid}/{role}")
def take_back_role(operator: Admin, uid: Uid, role: Granted) -> None:
    """Take a role from a player; nobody takes `admin` from themselves."""
    roles.revoke(uid, role, operator.uid)


@api.get("/v1/admin/audit")
def list_audit(limit: Limit = 20, cursor: Cursor = None) -> http.Page[audit.Entry]:
    """List what operators did, the newest first."""
    before = http.decode_cursor(cursor, int)[0] if cursor else None
    found, last = sql.read(lambda conn: audit.list_page(conn, before, limit))
    return http.Page[audit.Entry](items=found, next_cursor=_cursor(last))


def _cursor(last: int | None) -> str | None:
    return None if last is None else http.encode_cursor(last)


main = api.entry_point()
