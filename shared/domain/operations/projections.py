"""Compares documents with the rows they copy, and rebuilds documents from those rows."""

from typing import Any, Literal

from pydantic import BaseModel

from shared.domain import audit
from shared.domain.play import stats
from shared.runtime import documents, projections, sql
from shared.runtime.projections import Key, Kind

KindName = Literal["stats"]

KINDS: dict[str, Kind] = {kind.name: kind for kind in (stats.KIND,)}
KEYS_PER_PAGE = 500
MAX_COMPARED = 1000
"""The maximum number of documents of a kind that one comparison reads."""


class ProjectionDifference(BaseModel):
    """A document that differs from its row; `row` or `document` is absent if it does not exist."""

    kind: str
    item: str
    row: dict[str, Any] | None
    document: dict[str, Any] | None


class ProjectionComparison(BaseModel):
    """The differences between a player's documents and rows, for up to 1,000 of each kind."""

    rows: dict[str, int]
    equal: bool
    differences: list[ProjectionDifference]


class RebuildResult(BaseModel):
    """The number of documents written; `next_cursor` is absent if no documents remain."""

    rebuilt: int
    next_cursor: str | None = None


def compare(uid: str) -> ProjectionComparison:
    """Return the differences between a player's documents and the rows they copy."""
    comparison = ProjectionComparison(rows={}, equal=True, differences=[])
    for kind in KINDS.values():
        keys = sql.read(lambda conn, kind=kind: kind.keys(conn, uid, None, MAX_COMPARED))  # type: ignore[misc]
        comparison.rows[kind.name] = len(keys)
        comparison.differences += [
            ProjectionDifference(
                kind=kind.name, item=one.key[1], row=one.row, document=one.document
            )
            for one in projections.compare(kind, uid, MAX_COMPARED)
        ]
    comparison.equal = not comparison.differences
    return comparison


def rebuild_player(kind_name: str, uid: str, actor: str) -> RebuildResult:
    """Rewrite all of a player's documents of a kind, and delete those without a row.

    Unlike a projection, this function also replaces a document that is newer than its row.
    """
    kind = KINDS[kind_name]
    rebuilt, after = 0, None
    while True:
        written, after = _rebuild(kind, uid, after, KEYS_PER_PAGE)
        rebuilt += written
        if after is None:
            break
    for one in projections.compare(kind, uid, MAX_COMPARED):
        documents.delete(kind.path(one.key))
        rebuilt += max(1, projections.rebuild(kind, [one.key]))
    _audit(actor, kind_name, {"uid": uid, "rebuilt": rebuilt})
    return RebuildResult(rebuilt=rebuilt)


def rebuild_page(
    kind_name: str, after: Key | None, limit: int, actor: str
) -> tuple[int, Key | None]:
    """Rewrite the next `limit` documents of a kind; return their number and the last key."""
    written, last = _rebuild(KINDS[kind_name], None, after, limit)
    _audit(actor, kind_name, {"after": after, "rebuilt": written})
    return written, last


def _rebuild(kind: Kind, uid: str | None, after: Key | None, limit: int) -> tuple[int, Key | None]:
    keys = sql.read(lambda conn: kind.keys(conn, uid, after, limit))
    written = projections.rebuild(kind, keys)
    return written, keys[-1] if len(keys) == limit else None


def _audit(actor: str, kind: str, detail: dict[str, Any]) -> None:
    sql.transact(lambda tx: audit.record(tx, actor, "projections.rebuild", kind, detail))
