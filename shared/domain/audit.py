"""The audit log: one row per action, written in the same transaction as the change."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection, insert, select

from shared.runtime import clock, sql
from shared.schema.operations import audit

_INSERT = insert(audit)


class AuditEntry(BaseModel):
    """One action of one operator."""

    audit_id: str
    at: datetime
    actor: str
    action: str
    target: str
    detail: dict[str, Any]


def record(tx: Connection, actor: str, action: str, target: str, detail: Mapping[str, Any]) -> None:
    """Record an `action` by `actor` (a uid) on `target`; `detail` must be JSON-serialisable."""
    row = {
        "at": clock.now(),
        "actor": actor,
        "action": action,
        "target": target,
        "detail": json.dumps(detail, ensure_ascii=False),
    }
    tx.execute(_INSERT, row)


def list_page(
    conn: Connection, before: int | None, limit: int
) -> tuple[list[AuditEntry], int | None]:
    """Return up to `limit` actions, newest first, and the next page's `before` or None."""
    query = select(audit).order_by(audit.c.audit_id.desc())
    if before is not None:
        query = query.where(audit.c.audit_id < before)
    rows, last = sql.page(conn, query, limit, lambda row: row.audit_id)
    entries = [
        AuditEntry(
            audit_id=str(row.audit_id),
            at=row.at,
            actor=row.actor,
            action=row.action,
            target=row.target,
            detail=json.loads(row.detail),
        )
        for row in rows
    ]
    return entries, last
