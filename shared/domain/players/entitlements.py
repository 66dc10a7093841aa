"""A player's plans, which operators grant until billing is available."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field
from sqlalchemy import Connection, select

from shared.domain import audit
from shared.runtime import clock, errors, sql
from shared.schema.downloads import entitlements

Until = Annotated[
    AwareDatetime,
    BeforeValidator(clock.written_out),
    # The range that MySQL can store, with any UTC offset.
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(9000, 1, 1, tzinfo=UTC)),
]

_entitlement = entitlements.c


class Entitlement(BaseModel):
    """A plan that a player has; `until` is absent if it does not expire.

    source: who granted it.
    """

    plan: str
    until: datetime | None = None
    source: str


def list_all(conn: Connection, uid: str) -> list[Entitlement]:
    """Return all plans of a player, including those that have ended."""
    rows = conn.execute(
        select(entitlements).where(_entitlement.uid == uid).order_by(_entitlement.plan)
    )
    return [_shown(row) for row in rows]


def record(tx: Connection, uid: str, plan: str, until: datetime | None, actor: str) -> Entitlement:
    """Grant a player a plan or change when it ends, and record that in the audit log."""
    before = _locked(tx, uid, plan)
    after = Entitlement(plan=plan, until=until, source="operator")
    row = {"uid": uid, **after.model_dump()}
    sql.upsert(tx, entitlements, [row], ["until", "source"])
    _audit(tx, actor, "entitlement.give", uid, before, after)
    return after


def delete(tx: Connection, uid: str, plan: str, actor: str) -> None:
    """Revoke a player's plan, and record it in the audit log.

    Raises NotFound if the player does not have the plan.
    """
    before = _locked(tx, uid, plan)
    if before is None:
        raise errors.NotFound(f"the player does not have the plan {plan}")
    tx.execute(entitlements.delete().where(_entitlement.uid == uid, _entitlement.plan == plan))
    _audit(tx, actor, "entitlement.take_back", uid, before, None)


def _locked(tx: Connection, uid: str, plan: str) -> Entitlement | None:
    query = (
        select(entitlements)
        .where(_entitlement.uid == uid, _entitlement.plan == plan)
        .with_for_update()
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else _shown(row)


def _shown(row: Any) -> Entitlement:
    return Entitlement(plan=row.plan, until=row.until, source=row.source)


def _audit(  # noqa: PLR0913, PLR0917  one argument per part of the entry
    tx: Connection,
    actor: str,
    action: str,
    uid: str,
    before: Entitlement | None,
    after: Entitlement | None,
) -> None:
    detail = {
        "before": before and before.model_dump(mode="json", exclude_none=True),
        "after": after and after.model_dump(mode="json", exclude_none=True),
    }
    audit.record(tx, actor, action, uid, detail)
