"""The operators' API for creating, editing, merging and importing games, and uploading art.

Every request is safe to repeat, so no route takes an Idempotency-Key. Repeating a creation
fails with a title conflict, and repeating a merge or import changes nothing. A repeated art upload
replaces the previous unpublished upload. Every change is audited in its own transaction. An art
upload is audited when it is created, and again when it is published or rejected.
"""

import io
import uuid
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.catalog import editing, merging
from shared.domain.catalog.art import Kind
from shared.domain.catalog.editing import EditableGame, GameChanges, NewGame
from shared.domain.catalog.imports import importing
from shared.domain.catalog.imports import records as game_lists
from shared.domain.catalog.imports.candidates import ImportRun
from shared.domain.catalog.imports.importing import ImportReport
from shared.domain.catalog.imports.records import Form, RawRecord
from shared.domain.uploads import art
from shared.domain.uploads.art import ArtStatus, ArtUpload, NewArtUpload, Slot, UploadComplete
from shared.domain.uploads.incoming import Upload
from shared.runtime import http, outbox, sql
from shared.runtime.identity import Admin
from shared.schema import catalog as tables

GameId = Annotated[int, Field(ge=1, lt=2**63, examples=[3255])]
Position = Annotated[int, Field(ge=1, lt=2**53)]

api = http.Api(__file__)


class MergeRequest(BaseModel):
    """The game to merge into."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"into": "3256"}]})

    into: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,17}$")]


@api.post("/v1/admin/games", status=201)
def create_game(operator: Admin, new: NewGame) -> http.Reply[EditableGame]:
    """Create a game; return 409 if a game with this title exists."""
    return _reply(sql.transact(lambda tx: editing.create(tx, operator.uid, new)), 201)


@api.get("/v1/admin/games/{game_id}")
def get_editable_game(game_id: GameId) -> http.Reply[EditableGame]:
    """Return a game's editable data, even if the game was merged into another."""
    return _reply(sql.read(lambda conn: editing.get(conn, game_id)))


@api.patch("/v1/admin/games/{game_id}")
def edit_game(
    operator: Admin, expected: http.IfMatch, game_id: GameId, changes: GameChanges
) -> http.Reply[EditableGame]:
    """Edit a game; a list in the body replaces the stored list."""
    return _reply(
        sql.transact(lambda tx: editing.edit(tx, operator.uid, game_id, changes, expected))
    )


@api.post("/v1/admin/games/{game_id}/merge")
def merge_game(operator: Admin, game_id: GameId, body: MergeRequest) -> http.Reply[EditableGame]:
    """Merge a game into another game, and return the other game.

    The merged game's id redirects to the other game. Playtime is moved within minutes.
    """
    into = int(body.into)
    sql.transact(lambda tx: merging.merge(tx, game_id, into, operator.uid))
    return _reply(sql.read(lambda conn: editing.get(conn, into)))


@api.get("/v1/admin/games/{game_id}/art")
def get_game_art(game_id: GameId) -> ArtStatus:
    """Return a game's art and the state of its latest uploads, with any reason for rejection."""
    return sql.read(lambda conn: art.get(conn, tables.games, game_id))


@api.post("/v1/admin/games/{game_id}/art/{kind}", status=201)
def create_game_art_upload(
    operator: Admin, game_id: GameId, kind: Kind, new: NewArtUpload
) -> Upload:
    """Create an upload for a game's icon, cover or banner."""
    slot = Slot(tables.games, game_id, kind)
    return sql.transact(lambda tx: art.create(tx, slot, new, operator.uid))


@api.post("/v1/admin/games/{game_id}/art/{kind}/publish", status=202)
def publish_game_art(
    operator: Admin, game_id: GameId, kind: Kind, complete: UploadComplete
) -> ArtUpload:
    """Queue an uploaded image for processing. The image is then published or rejected."""
    slot = Slot(tables.games, game_id, kind)
    sql.read(lambda conn: art.require_uploaded(conn, slot, complete.upload_id))
    taken = sql.transact(lambda tx: art.complete(tx, slot, complete.upload_id, operator.uid))
    outbox.flush()
    return taken


@api.post("/v1/admin/imports")
def import_games(
    operator: Admin,
    text: bytes,
    format_: Form | None = None,
    import_id: uuid.UUID | None = None,
    first: Position = 1,
) -> ImportReport:
    """Import a list of games: JSON Lines or an array like Discord's `applications/detectable`.

    If `format` is omitted, the format is detected from the start of the list. Send a long list in
    consecutive parts with the same `import_id`, and set `first` to the position of each part's
    first record. Importing a record again changes nothing.
    """
    placed = game_lists.read(io.BytesIO(text).read, format_)
    records = (RawRecord(at + first - 1, record) for at, record in placed)
    return importing.import_records(records, ImportRun(import_id), actor=operator.uid)


def _reply(game: EditableGame, status: int = 200) -> http.Reply[EditableGame]:
    return http.Reply(game, status=status, etag=str(game.revision))


main = api.entry_point()
