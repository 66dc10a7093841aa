"""Art of games, put up by operators: announced, PUT into the object store, published.

A repeated announcement replaces the one before it and a repeated publication changes nothing, so
neither takes an Idempotency-Key. What is shown in the end is audited by `process_art`.
"""

from typing import Annotated

from pydantic import Field

from shared.domain import art_uploads
from shared.domain.art import Kind
from shared.domain.art_uploads import Announced, Kept, Permission, Put, Slot, Upload
from shared.runtime import http, outbox, sql
from shared.runtime.identity import Admin
from shared.schema.catalog import games

GameId = Annotated[int, Field(ge=1, lt=2**63, examples=[3255])]

api = http.Api(__file__)


@api.get("/v1/admin/art/games/{game_id}")
def show(game_id: GameId) -> Kept:
    """Show a game's art and its uploads; a rejected one says why."""
    return sql.read(lambda conn: art_uploads.kept(conn, games, game_id))


@api.post("/v1/admin/art/games/{game_id}/{kind}", status=201)
def announce(game_id: GameId, kind: Kind, announced: Announced) -> Permission:
    """Answer where to PUT a game's icon, cover or banner."""
    slot = Slot(games, game_id, kind)
    return sql.transact(lambda tx: art_uploads.allow(tx, slot, announced))


@api.post("/v1/admin/art/games/{game_id}/{kind}/publish", status=202)
def publish(operator: Admin, game_id: GameId, kind: Kind, put: Put) -> Upload:
    """Have an uploaded picture made into art; it is shown within a minute, or rejected."""
    slot = Slot(games, game_id, kind)
    art_uploads.require_uploaded(slot, put.upload_id)
    taken = sql.transact(lambda tx: art_uploads.hand_over(tx, slot, put.upload_id, operator.uid))
    outbox.flush()
    return taken


main = api.entry_point()
