"""Which documents copy rows, and an operator's care for them: compare, and write anew."""

from typing import Any, Literal

from pydantic import BaseModel

from shared.domain import audit
from shared.domain.play import stats
from shared.runtime import documents, projections, sql
from shared.runtime.projections import Key, Kind

KindName = Literal["stats"]

KINDS: dict[str, Kind] = {kind.name: kind for kind in (stats.KIND,)}
KEYS_A_PAGE = 500
COMPARED = 1000
"""The most documents of a kind that one comparison looks at."""


class ProjectionDifference(BaseModel):
    """One document that is not what its row says; the side that is missing is absent."""

    kind: str
    item: str
    row: dict[str, Any] | None
    document: dict[str, Any] | None


class ProjectionComparison(BaseModel):
    """How a player's documents and rows compare; up to 1,000 of each kind are looked at."""

    rows: dict[str, int]
    equal: bool
    differences: list[ProjectionDifference]


class RebuildResult(BaseModel):
    """How many documents were written; `next_cursor` is absent when none is left."""

    rebuilt: int
    next_cursor: str | None = None


def compare(uid: str) -> ProjectionComparison:
    """Return where a player's documents differ from the rows they copy."""
    made = ProjectionComparison(rows={}, equal=True, differences=[])
    for kind in KINDS.values():
        keys = sql.read(lambda conn, kind=kind: kind.keys(conn, uid, None, COMPARED))  # type: ignore[misc]
        made.rows[kind.name] = len(keys)
        made.differences += [
            ProjectionDifference(
                kind=kind.name, item=one.key[1], row=one.row, document=one.document
            )
            for one in projections.compare(kind, uid, COMPARED)
        ]
    made.equal = not made.differences
    return made


def rebuild_player(kind_name: str, uid: str, actor: str) -> RebuildResult:
    """Write all of a player's documents of a kind anew, and delete those that have no row.

    Unlike a projection it also replaces a document that is ahead of its row.
    """
    kind = KINDS[kind_name]
    rebuilt, after = 0, None
    while True:
        written, after = _rebuild(kind, uid, after, KEYS_A_PAGE)
        rebuilt += written
        if after is None:
            break
    for one in projections.compare(kind, uid, COMPARED):
        documents.delete(kind.path(one.key))
        rebuilt += max(1, projections.rebuild(kind, [one.key]))
    _audit(actor, kind_name, {"uid": uid, "rebuilt": rebuilt})
    return RebuildResult(rebuilt=rebuilt)


def rebuild_page(
    kind_name: str, after: Key | None, limit: int, actor: str
) -> tuple[int, Key | None]:
    """Write the next `limit` documents of a kind anew; return how many, and the last key."""
    written, last = _rebuild(KINDS[kind_name], None, after, limit)
    _audit(actor, kind_name, {"after": after, "rebuilt": written})
    return written, last


def _rebuild(kind: Kind, uid: str | None, after: Key | None, limit: int) -> tuple[int, Key | None]:
    keys = sql.read(lambda conn: kind.keys(conn, uid, after, limit))
    written = projections.rebuild(kind, keys)
    return written, keys[-1] if len(keys) == limit else None


def _audit(actor: str, kind: str, detail: dict[str, Any]) -> None:
    sql.transact(lambda tx: audit.record(tx, actor, "projections.rebuild", kind, detail))
