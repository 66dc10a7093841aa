"""Games as operators see and edit them."""

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


def _beside_english(titles: dict[str, str]) -> dict[str, str]:
    if locales.DEFAULT in titles:
        raise ValueError("`en` is the title itself")
    return titles


Titles = Annotated[dict[LocaleTag, Name], Field(max_length=100), AfterValidator(_beside_english)]


class NewGameStore(Store):
    """A store id as an operator writes it: a list may say more of it, he may not."""

    model_config = ConfigDict(extra="forbid")


class NewGameExecutable(Executable):
    """An executable as an operator writes it."""

    model_config = ConfigDict(extra="forbid")


StoreIds = Annotated[list[NewGameStore], Field(max_length=200)]
Executables = Annotated[list[NewGameExecutable], Field(max_length=1000)]


class NewGame(BaseModel):
    """A game; titles: by language, where another than English is known."""

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
    """What changes of a game; what is given replaces what was there, what is absent stays."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"aliases": ["Serf City"]}]}
    )

    title: Name | None = None
    titles: Titles | None = None
    aliases: Aliases | None = None
    stores: StoreIds | None = None
    executables: Executables | None = None

    @model_validator(mode="after")
    def _replaces(self) -> Self:
        nulls = [name for name in self.model_fields_set if getattr(self, name) is None]
        if nulls:
            raise ValueError(f"{', '.join(sorted(nulls))}: cannot be null")
        return self


class EditableExecutable(BaseModel):
    """An executable as it is kept, also one that nobody could write today."""

    os: str
    name: str
    is_launcher: bool


class EditableGame(BaseModel):
    """All that an operator can edit of a game; merged_into: the game that it became a part of."""

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
    """Return a game, also a merged one; raise NotFound."""
    game = conn.execute(select(games).where(games.c.game_id == game_id)).one_or_none()
    if game is None:
        raise errors.NotFound(f"no game has the id {game_id}")
    facts = game_facts.known(conn, [game_id])[game_id]
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


def create(tx: Connection, actor: str, wish: NewGame) -> EditableGame:
    """Make a game; raise Conflict when there is one of that title."""
    versioning.lock(tx)
    key = _free_key(tx, wish.title, None)
    row = {
        "title": wish.title,
        "import_key": key,
        "titles": _json(wish.titles),
        "revision": 1,
        "updated_at": clock.now(),
    }
    game_id: int = tx.execute(insert(games), row).lastrowid
    facts = game_facts.of(wish.title, wish.aliases, wish.stores, wish.executables)
    game_facts.write(tx, {game_id: facts})
    made = _shown_anew(tx, game_id)
    audit.record(tx, actor, "games.create", made.game_id, {"after": _audited(made)})
    return made


def edit(
    tx: Connection,
    actor: str,
    game_id: int,
    changes: GameChanges,
    expected: Expected,
) -> EditableGame:
    """Change a game, if it still has an expected revision; equal values change nothing.

    Raises PreconditionFailed for another revision, NotFound, or Conflict.

    What an import finds it by stays its first title, whatever it is called now.
    """
    versioning.lock(tx)
    before = get(tx, game_id)
    expected.require(before.revision, before)
    if before.merged_into:
        raise errors.Conflict(f"game {game_id} is merged into {before.merged_into}")
    wanted = {name: getattr(changes, name) for name in changes.model_fields_set}
    title, titles = wanted.get("title", before.title), wanted.get("titles", before.titles)
    if title != before.title:
        _free_key(tx, title, game_id)
    known = game_facts.known(tx, [game_id])[game_id]
    facts = _changed(known, before, title, wanted)
    if (facts, title, titles) == (known, before.title, before.titles):
        return before
    game_facts.remove(tx, game_id, known.without(facts))
    game_facts.write(tx, {game_id: facts})
    renamed = update(games).where(games.c.game_id == game_id)
    tx.execute(renamed.values(title=title, titles=_json(titles)))
    game_facts.touch(tx, [game_id], clock.now())
    after = _shown_anew(tx, game_id)
    detail = {"before": _audited(before), "after": _audited(after)}
    audit.record(tx, actor, "games.edit", after.game_id, detail)
    return after


def _changed(known: Facts, before: EditableGame, title: str, wanted: Mapping[str, Any]) -> Facts:
    """Return the facts after a change; of a list that is absent the rows stay as they are."""
    aliases = wanted.get("aliases", before.aliases)
    facts = game_facts.of(title, aliases, wanted.get("stores", ()), wanted.get("executables", ()))
    if "stores" not in wanted:
        facts.stores = known.stores
    if "executables" not in wanted:
        facts.programs = known.programs
    return facts


def _free_key(tx: Connection, title: str, game_id: int | None) -> str:
    """Return a title's key; raise Conflict when another game has it, Unprocessable for none."""
    key = text.title_key(title)
    if not key:
        fault = {"field": "title", "detail": "it holds no character that counts"}
        raise errors.Unprocessable("the body has the wrong shape", errors=[fault])
    owner = candidates.by_title(tx, {key}).get(key, game_id)
    if owner is not None and owner != game_id:
        raise errors.Conflict(_taken(tx, key, owner))
    return key


def _taken(tx: Connection, key: str, owner: int) -> str:
    row = tx.execute(select(games).where(games.c.game_id == owner)).one()
    if text.title_key(row.title) == key:
        return f"game {owner} has this title"
    if row.import_key == key:
        return f"game {owner} had this title at first, by which imports find it"
    return f"a game that became a part of game {owner} had this title"


def _shown_anew(tx: Connection, game_id: int) -> EditableGame:
    index.update(tx, [game_id])
    versioning.bump(tx)
    return get(tx, game_id)


def _audited(game: EditableGame) -> dict[str, Any]:
    return game.model_dump(mode="json", exclude={"game_id", "updated_at"}, exclude_none=True)


def _json(titles: Mapping[str, str]) -> str | None:
    return json.dumps(titles, ensure_ascii=False, sort_keys=True) if titles else None
