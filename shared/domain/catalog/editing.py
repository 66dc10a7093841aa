"""Operators create, read and edit games."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Connection, insert, select, update

from shared.domain import audit, locales, text
from shared.domain.catalog import facts as game_facts
from shared.domain.catalog import versioning
from shared.domain.catalog.facts import Aliases, Executable, Facts, Name, Store
from shared.domain.catalog.imports import candidates
from shared.domain.catalog.reading import GameStore
from shared.domain.catalog.search import index
from shared.domain.locales import LocaleTag
from shared.runtime import clock, errors
from shared.runtime.revisions import Expected
from shared.schema.catalog import games


def _without_english(titles: dict[str, str]) -> dict[str, str]:
    if locales.DEFAULT in titles:
        raise ValueError("the English title belongs in `title`")
    return titles


Titles = Annotated[dict[LocaleTag, Name], Field(max_length=100), AfterValidator(_without_english)]


class NewGameStore(Store):
    """The game's id in a store; unlike in an import, unknown members are rejected."""

    model_config = ConfigDict(extra="forbid")


class NewGameExecutable(Executable):
    """A program's path suffix; unlike in an import, unknown members are rejected."""

    model_config = ConfigDict(extra="forbid")


StoreIds = Annotated[list[NewGameStore], Field(max_length=200)]
Executables = Annotated[list[NewGameExecutable], Field(max_length=1000)]


class NewGame(BaseModel):
    """A game to create; `titles` maps each language except English to the translated title."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "title": "The Settlers",
                    "titles": {"de": "Die Siedler"},
                    "stores": [{"store": "gog", "id": "1207658786"}],
                    "executables": [{"os": "win32", "name": "settlers/s.exe"}],
                }
            ]
        },
    )

    title: Name
    titles: Titles = {}
    aliases: Aliases = []
    stores: StoreIds = []
    executables: Executables = []


class GameChanges(BaseModel):
    """Changes to a game; only the members that are present replace stored values."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"aliases": ["Serf City"]}]}
    )

    title: Name | None = None
    titles: Titles | None = None
    aliases: Aliases | None = None
    stores: StoreIds | None = None
    executables: Executables | None = None

    @model_validator(mode="after")
    def _reject_nulls(self) -> Self:
        nulls = [name for name in self.model_fields_set if getattr(self, name) is None]
        if nulls:
            raise ValueError(f"{', '.join(sorted(nulls))}: cannot be null")
        return self


class EditableExecutable(BaseModel):
    """A stored executable, which may violate rules that apply only to new executables."""

    os: str
    name: str
    is_launcher: bool


class EditableGame(BaseModel):
    """A game's editable data; `merged_into` is the surviving game if the game was merged."""

    game_id: str
    title: str
    titles: dict[str, str]
    aliases: list[str]
    stores: list[GameStore]
    executables: list[EditableExecutable]
    merged_into: str | None = None
    revision: int
    updated_at: datetime


def get(conn: Connection, game_id: int) -> EditableGame:
    """Return a game's editable data, even if the game was merged; raise NotFound."""
    game = conn.execute(select(games).where(games.c.game_id == game_id)).one_or_none()
    if game is None:
        raise errors.NotFound(f"no game has the id {game_id}")
    facts = game_facts.load(conn, [game_id])[game_id]
    return EditableGame(
        game_id=str(game_id),
        title=game.title,
        titles=json.loads(game.titles or "{}"),
        aliases=sorted(name for name, is_title in facts.names.values() if not is_title),
        stores=[GameStore(store=store, id=store_id) for store, store_id in sorted(facts.stores)],
        executables=[
            EditableExecutable(os=os, name=suffix, is_launcher=is_launcher)
            for suffix, os, is_launcher in sorted(
                (suffix, os, is_launcher)
                for (_, os), (suffix, is_launcher) in facts.programs.items()
            )
        ],
        merged_into=game.merged_into and str(game.merged_into),
        revision=game.revision,
        updated_at=game.updated_at,
    )


def create(tx: Connection, actor: str, new: NewGame) -> EditableGame:
    """Create a game; raise Conflict if a game has or had this title."""
    versioning.lock(tx)
    key = _free_key(tx, new.title, None)
    row = {
        "title": new.title,
        "import_key": key,
        "titles": _json(new.titles),
        "revision": 1,
        "updated_at": clock.now(),
    }
    game_id: int = tx.execute(insert(games), row).lastrowid
    facts = game_facts.collect(new.title, new.aliases, new.stores, new.executables)
    game_facts.write(tx, {game_id: facts})
    game = _reindex(tx, game_id)
    audit.record(tx, actor, "games.create", game.game_id, {"after": _audited(game)})
    return game


def edit(
    tx: Connection,
    actor: str,
    game_id: int,
    changes: GameChanges,
    expected: Expected,
) -> EditableGame:
    """Edit a game, provided its current revision is one of the expected revisions.

    Setting a field to its current value has no effect. Imports keep matching the title that the
    game was created with. Raises PreconditionFailed for an unexpected revision, NotFound, Conflict
    or Unprocessable.
    """
    versioning.lock(tx)
    before = get(tx, game_id)
    expected.require(before.revision, before)
    if before.merged_into:
        raise errors.Conflict(f"game {game_id} was merged into game {before.merged_into}")
    given = {name: getattr(changes, name) for name in changes.model_fields_set}
    title, titles = given.get("title", before.title), given.get("titles", before.titles)
    if title != before.title:
        _free_key(tx, title, game_id)
    stored = game_facts.load(tx, [game_id])[game_id]
    facts = _changed(stored, before, title, given)
    if (facts, title, titles) == (stored, before.title, before.titles):
        return before
    game_facts.remove(tx, game_id, stored.without(facts))
    game_facts.write(tx, {game_id: facts})
    this_game = update(games).where(games.c.game_id == game_id)
    tx.execute(this_game.values(title=title, titles=_json(titles)))
    game_facts.bump_revisions(tx, [game_id], clock.now())
    after = _reindex(tx, game_id)
    detail = {"before": _audited(before), "after": _audited(after)}
    audit.record(tx, actor, "games.edit", after.game_id, detail)
    return after


def _changed(stored: Facts, before: EditableGame, title: str, given: Mapping[str, Any]) -> Facts:
    """Return the facts after an edit; a list that was not given keeps its stored rows."""
    aliases = given.get("aliases", before.aliases)
    facts = game_facts.collect(
        title, aliases, given.get("stores", ()), given.get("executables", ())
    )
    if "stores" not in given:
        facts.stores = stored.stores
    if "executables" not in given:
        facts.programs = stored.programs
    return facts


def _free_key(tx: Connection, title: str, game_id: int | None) -> str:
    """Return a title's key; raise Conflict if another game has it, or Unprocessable if empty."""
    key = text.title_key(title)
    if not key:
        fault = {"field": "title", "detail": "contains only spaces and trademark signs"}
        raise errors.Unprocessable("the body has the wrong shape", errors=[fault])
    owner = candidates.by_title(tx, {key}).get(key, game_id)
    if owner is not None and owner != game_id:
        raise errors.Conflict(_describe_owner(tx, key, owner))
    return key


def _describe_owner(tx: Connection, key: str, owner: int) -> str:
    """Return a message that explains why a title belongs to the game `owner`."""
    row = tx.execute(select(games).where(games.c.game_id == owner)).one()
    if text.title_key(row.title) == key:
        return f"game {owner} has this title"
    if row.import_key == key:
        return f"game {owner} was created with this title, and imports still match it"
    return f"a game that was merged into game {owner} had this title"


def _reindex(tx: Connection, game_id: int) -> EditableGame:
    index.update(tx, [game_id])
    versioning.bump(tx)
    return get(tx, game_id)


def _audited(game: EditableGame) -> dict[str, Any]:
    return game.model_dump(mode="json", exclude={"game_id", "updated_at"}, exclude_none=True)


def _json(titles: Mapping[str, str]) -> str | None:
    return json.dumps(titles, ensure_ascii=False, sort_keys=True) if titles else None
