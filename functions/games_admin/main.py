"""Games as operators make, edit and merge them, one by one and by whole lists, and their art.

A repeated creation is refused by its title, a repeated merge or import changes nothing, repeated
art replaces what is not shown yet, so none takes an Idempotency-Key. Every change is audited in
its own transaction, art when it is announced and when it is shown or rejected.
"""

import io
import uuid
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.catalog import editing, merging
from shared.domain.catalog.art import Kind
from shared.domain.catalog.editing import EditedGame, GameChanges, NewGame
from shared.domain.catalog.imports import importing
from shared.domain.catalog.imports import records as game_lists
from shared.domain.catalog.imports.candidates import ImportRun
from shared.domain.catalog.imports.importing import ImportReport
from shared.domain.catalog.imports.records import Form, Placed
from shared.domain.uploads import art
from shared.domain.uploads.art import ArtStatus, ArtUpload, NewArtUpload, Slot, UploadComplete
from shared.domain.uploads.incoming import Upload
from shared.runtime import http, outbox, sql
from shared.runtime.identity import Admin
from shared.schema import catalog as tables

GameId = Annotated[int, Field(ge=1, lt=2**63, examples=[3255])]
Position = Annotated[int, Field(ge=1, lt=2**53)]

api = http.Api(__file__)


class Merge(BaseModel):
    """The game that another one becomes a part of."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"into": "3256"}]})

    into: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,17}$")]


@api.post("/v1/admin/games", status=201)
def create(operator: Admin, wish: NewGame) -> http.Reply[EditedGame]:
    """Make a game; 409 when there is one of that title."""
    return _reply(sql.transact(lambda tx: editing.create(tx, operator.uid, wish)), 201)


@api.get("/v1/admin/games/{game_id}")
def show(game_id: GameId) -> http.Reply[EditedGame]:
    """Show what can be edited of a game, also of a merged one."""
    return _reply(sql.read(lambda conn: editing.get(conn, game_id)))


@api.patch("/v1/admin/games/{game_id}")
def edit(
    operator: Admin, if_match: http.IfMatch, game_id: GameId, changes: GameChanges
) -> http.Reply[EditedGame]:
    """Edit a game that has the ETag in `If-Match`; a list that is given replaces the one before."""

    def check(game: EditedGame) -> None:
        http.check_if_match(if_match, game.revision, game)

    return _reply(sql.transact(lambda tx: editing.edit(tx, operator.uid, game_id, changes, check)))


@api.post("/v1/admin/games/{game_id}/merge")
def merge(operator: Admin, game_id: GameId, wish: Merge) -> http.Reply[EditedGame]:
    """Make a game a part of another one, which is the answer; the old id leads to it from then on.

    What was played of it follows within minutes.
    """
    into = int(wish.into)
    sql.transact(lambda tx: merging.merge(tx, game_id, into, operator.uid))
    return _reply(sql.read(lambda conn: editing.get(conn, into)))


@api.get("/v1/admin/games/{game_id}/art")
def show_art(game_id: GameId) -> ArtStatus:
    """Show a game's art and what became of its last uploads; a rejected one says why."""
    return sql.read(lambda conn: art.get(conn, tables.games, game_id))


@api.post("/v1/admin/games/{game_id}/art/{kind}", status=201)
def announce_art(operator: Admin, game_id: GameId, kind: Kind, wish: NewArtUpload) -> Upload:
    """Answer where to PUT a game's icon, cover or banner."""
    slot = Slot(tables.games, game_id, kind)
    return sql.transact(lambda tx: art.create(tx, slot, wish, operator.uid))


@api.post("/v1/admin/games/{game_id}/art/{kind}/publish", status=202)
def publish_art(operator: Admin, game_id: GameId, kind: Kind, wish: UploadComplete) -> ArtUpload:
    """Have an uploaded picture made into art; it is shown soon after, or rejected."""
    slot = Slot(tables.games, game_id, kind)
    sql.read(lambda conn: art.require_uploaded(conn, slot, wish.upload_id))
    taken = sql.transact(lambda tx: art.complete(tx, slot, wish.upload_id, operator.uid))
    outbox.flush()
    return taken


@api.post("/v1/admin/imports")
def import_list(
    operator: Admin,
    text: bytes,
    format_: Form | None = None,
    import_id: uuid.UUID | None = None,
    first: Position = 1,
) -> ImportReport:
    """Import a list of games: JSON lines, or an array as Discord's `applications/detectable`.

    Without `format` it is an array if it begins like one. A long list comes in parts, one after
    the other, with the same `import_id`; `first` is the position of a part's first record. What
    was imported already changes nothing.
    """
    placed = game_lists.records(io.BytesIO(text).read, format_)
    records = (Placed(at + first - 1, record) for at, record in placed)
    return importing.import_records(records, ImportRun(import_id), actor=operator.uid)


def _reply(game: EditedGame, status: int = 200) -> http.Reply[EditedGame]:
    return http.Reply(game, status=status, etag=str(game.revision))


main = api.entry_point()
