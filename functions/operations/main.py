"""The operators' API for dead letters, projections, consumers, plans, roles and the audit log.

Every change is audited in its own transaction. Every change is safe to repeat, so no route takes an
Idempotency-Key. A request body with unknown members is rejected.
"""

import time
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from shared.domain import audit
from shared.domain.operations import consumers, dead_letters, projections, roles
from shared.domain.operations.consumers import ConsumerPause, ConsumersOverview
from shared.domain.operations.dead_letters import DeadLetter, DeadLetterDetail, RedriveResult, State
from shared.domain.operations.projections import KindName, ProjectionComparison, RebuildResult
from shared.domain.operations.roles import GrantableRole, Roles
from shared.domain.plans import Plan
from shared.domain.players import entitlements
from shared.domain.players.entitlements import Entitlement, Until
from shared.runtime import errors, http, sql
from shared.runtime.identity import Admin, is_uid


def _uid(text: str) -> str:
    if not is_uid(text):
        raise ValueError("no player has this uid")
    return text


LetterId = Annotated[int, Field(ge=1, lt=2**63, examples=[1])]
ConsumerName = Annotated[
    str, Field(pattern=r"^[a-z][a-z_]{1,24}[a-z]$", examples=["attach_unlisted_games"])
]
Reason = Annotated[str, Field(min_length=1, max_length=500)]
Uid = Annotated[str, Field(min_length=1, max_length=128, examples=["ada"]), AfterValidator(_uid)]

BULK_SECONDS = 60

api = http.Api(__file__)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _example(**members: JsonValue) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [members]})


class ActionReason(_Body):
    """The operator's reason for the action, which is recorded in the audit log."""

    model_config = _example(reason="The catalog's import is being repaired.")

    reason: Reason


class RedriveRequest(_Body):
    """The consumer whose open dead letters are redriven, starting after `cursor`."""

    model_config = _example(consumer="roll_up_sessions", limit=20)

    consumer: ConsumerName
    cursor: http.Cursor = None
    limit: http.Limit = 20


class RedriveResults(BaseModel):
    """The results of redriving one page; `next_cursor` is absent after the last page."""

    redriven: int
    failed: list[RedriveResult]
    next_cursor: str | None = None


class RebuildRequest(_Body):
    """The kind of documents to rebuild, for one player or for all players after `cursor`."""

    model_config = _example(kind="stats", uid="ada")

    kind: KindName
    uid: Uid | None = None
    cursor: http.Cursor = None
    limit: Annotated[int, Field(ge=1, le=500)] = 200


class PlanGrant(_Body):
    """The time at which the player's plan expires; without `until`, the plan never expires."""

    model_config = _example(until="2027-11-24T00:00:00Z")

    until: Until | None = None


class ResumedConsumer(BaseModel):
    """A consumer that was resumed."""

    consumer: str


@api.get("/v1/admin/dead-letters")
def list_dead_letters(
    state: State = "open",
    consumer: ConsumerName | None = None,
    limit: http.Limit = 20,
    cursor: http.Cursor = None,
) -> http.Page[DeadLetter]:
    """List dead letters, oldest first."""
    after = http.after(cursor, "dead letters", int) or 0
    found, last = sql.read(lambda conn: dead_letters.list_page(conn, state, consumer, after, limit))
    return http.page(found, "dead letters", last)


@api.post("/v1/admin/dead-letters/redrive")
def redrive_dead_letters(operator: Admin, body: RedriveRequest) -> RedriveResults:
    """Redrive one page of a consumer's open dead letters."""
    after = http.after(body.cursor, "redrive", int) or 0
    until = time.monotonic() + BULK_SECONDS
    done = dead_letters.redrive_page(body.consumer, after, body.limit, operator.uid, until)
    return RedriveResults(
        redriven=done.redriven,
        failed=done.failed,
        next_cursor=http.next_cursor("redrive", done.next_after),
    )


@api.get("/v1/admin/dead-letters/{letter_id}")
def get_dead_letter(letter_id: LetterId) -> DeadLetterDetail:
    """Return one dead letter with its headers and body."""
    return sql.read(lambda conn: dead_letters.get(conn, letter_id))


@api.post("/v1/admin/dead-letters/{letter_id}/redrive")
def redrive_dead_letter(operator: Admin, letter_id: LetterId) -> RedriveResult:
    """Redrive one dead letter and return the consumer's response."""
    return dead_letters.redrive(letter_id, operator.uid)


@api.post("/v1/admin/dead-letters/{letter_id}/resolve")
def resolve_dead_letter(
    operator: Admin, letter_id: LetterId, body: ActionReason
) -> DeadLetterDetail:
    """Resolve one dead letter without redriving it."""
    sql.transact(lambda tx: dead_letters.resolve(tx, letter_id, operator.uid, body.reason))
    return sql.read(lambda conn: dead_letters.get(conn, letter_id))


@api.get("/v1/admin/projections")
def compare_projections(uid: Uid) -> ProjectionComparison:
    """Compare a player's documents with the rows from which they are copied."""
    return projections.compare(uid)


@api.post("/v1/admin/projections/rebuild")
def rebuild_projections(operator: Admin, body: RebuildRequest) -> RebuildResult:
    """Rebuild documents from rows, for one player or for the next page of all players."""
    if body.uid is not None and body.cursor is not None:
        raise errors.BadRequest("send `uid` or `cursor`, not both")
    if body.uid is not None:
        return projections.rebuild_player(body.kind, body.uid, operator.uid)
    after = http.after(body.cursor, "rebuild", str, str)
    rebuilt, last = projections.rebuild_page(body.kind, after, body.limit, operator.uid)
    return RebuildResult(rebuilt=rebuilt, next_cursor=http.next_cursor("rebuild", last))


@api.get("/v1/admin/consumers")
def list_consumers() -> ConsumersOverview:
    """List consumers, each with its backlog and whether it is paused."""
    return sql.read(consumers.get)


@api.post("/v1/admin/consumers/{consumer}/pause")
def pause_consumer(operator: Admin, consumer: ConsumerName, body: ActionReason) -> ConsumerPause:
    """Pause a consumer. Waiting events are redelivered after the consumer is resumed."""
    return sql.transact(lambda tx: consumers.pause(tx, consumer, operator.uid, body.reason))


@api.post("/v1/admin/consumers/{consumer}/resume")
def resume_consumer(operator: Admin, consumer: ConsumerName) -> ResumedConsumer:
    """Resume a consumer."""
    sql.transact(lambda tx: consumers.resume(tx, consumer, operator.uid))
    return ResumedConsumer(consumer=consumer)


@api.get("/v1/admin/entitlements/{uid}")
def list_entitlements(uid: Uid) -> http.Page[Entitlement]:
    """List a player's plans, including expired ones."""
    return http.Page[Entitlement](items=sql.read(lambda conn: entitlements.list_all(conn, uid)))


@api.put("/v1/admin/entitlements/{uid}/{plan}")
def grant_entitlement(operator: Admin, uid: Uid, plan: Plan, body: PlanGrant) -> Entitlement:
    """Grant a player a plan, or change the plan's expiry."""
    return sql.transact(lambda tx: entitlements.record(tx, uid, plan, body.until, operator.uid))


@api.delete("/v1/admin/entitlements/{uid}/{plan}")
def revoke_entitlement(operator: Admin, uid: Uid, plan: Plan) -> None:
    """Revoke a player's plan."""
    sql.transact(lambda tx: entitlements.delete(tx, uid, plan, operator.uid))


@api.get("/v1/admin/roles/{uid}")
def get_roles(uid: Uid) -> Roles:
    """Return the roles that the player's next token will contain."""
    return roles.get(uid)


@api.put("/v1/admin/roles/{uid}/{role}")
def grant_role(operator: Admin, uid: Uid, role: GrantableRole) -> Roles:
    """Grant a player a role."""
    return roles.grant(uid, role, operator.uid)


@api.delete("/v1/admin/roles/{uid}/{role}")
def revoke_role(operator: Admin, uid: Uid, role: GrantableRole) -> None:
    """Revoke a player's role; admins cannot revoke their own `admin` role."""
    roles.revoke(uid, role, operator.uid)


@api.get("/v1/admin/audit")
def list_audit_entries(
    limit: http.Limit = 20, cursor: http.Cursor = None
) -> http.Page[audit.AuditEntry]:
    """List operators' actions, newest first."""
    before = http.after(cursor, "audit", int)
    found, last = sql.read(lambda conn: audit.list_page(conn, before, limit))
    return http.page(found, "audit", last)


main = api.entry_point()
