"""Public views of games: a list ordered by title, and the details of one game."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Connection, Row, Select, Table, or_, select

from shared.domain import locales
from shared.domain.catalog import art as shown_art
from shared.domain.catalog.art import Art, Kind
from shared.runtime import errors, sql
from shared.schema.catalog import game_builds, game_executables, game_names, game_stores, games


class Game(BaseModel):
    """A game in a list, where `locale` is the language of the title."""

    game_id: str
    title: str
    locale: str = locales.DEFAULT
    revision: int


def list_page(
    conn: Connection, after: tuple[str, int] | None, limit: int
) -> tuple[list[Game], tuple[str, int] | None]:
    """Return up to `limit` games ordered by title, and the next page's `after`, or None."""
    rows, last = sql.page(conn, _page_query(after), limit, lambda row: (row.name_key, row.game_id))
    page = [Game(game_id=str(r.game_id), title=r.title, revision=r.revision) for r in rows]
    return page, last


def translate(conn: Connection, page: Sequence[Game], wanted: str | None) -> list[Game]:
    """Return the games with titles in the wanted language; untranslated titles are in English."""
    if wanted in (None, locales.DEFAULT) or not page:
        return list(page)
    ids = [int(game.game_id) for game in page]
    query = select(games.c.game_id, games.c.titles).where(
        games.c.game_id.in_(ids), games.c.titles.is_not(None)
    )
    translations = {str(row.game_id): json.loads(row.titles) for row in conn.execute(query)}
    translated = []
    for game in page:
        titles = {locales.DEFAULT: game.title, **translations.get(game.game_id, {})}
        locale = locales.choose(wanted, titles)
        translated.append(game.model_copy(update={"title": titles[locale], "locale": locale}))
    return translated


def _page_query(after: tuple[str, int] | None) -> Select[Any]:
    name = game_names.c
    conditions: list[ColumnElement[bool]] = [name.is_title]
    if after is not None:
        key, game_id = after
        # The first condition starts the index scan, the second skips rows of the last page.
        conditions += [name.name_key >= key, or_(name.name_key > key, name.game_id > game_id)]
    return (
        select(name.name_key, name.game_id, games.c.title, games.c.revision)
        .join(games, games.c.game_id == name.game_id)
        .where(*conditions)
        .order_by(name.name_key, name.game_id)
        # Force the order of names: while statistics show few games, MySQL would sort all of them.
        .prefix_with("STRAIGHT_JOIN")
        .with_hint(game_names, "FORCE INDEX (PRIMARY)")
        .with_hint(games, "FORCE INDEX (PRIMARY)")
    )


BUILDS_SHOWN = 20


class GameStore(BaseModel):
    """The game's id in one store, or in Discord's list of games."""

    store: str
    id: str


class GameExecutable(BaseModel):
    """A path suffix that identifies a running program as this game."""

    os: str
    suffix: str
    is_launcher: bool


class GameBuild(BaseModel):
    """A version of the game."""

    build_id: str
    name: str
    released_at: datetime


class GameDetail(Game):
    """All details of one game.

    locale: the language of the title, which is English if there is no translation.
    builds: the newest builds.
    """

    locale: str
    aliases: list[str]
    stores: list[GameStore]
    executables: list[GameExecutable]
    builds: list[GameBuild]
    art: dict[Kind, Art]
    updated_at: datetime


def get(conn: Connection, game_id: int, locale: str | None = None) -> GameDetail:
    """Return a game's details with the title in the given language; raise NotFound."""
    game = conn.execute(select(games).where(games.c.game_id == game_id)).one_or_none()
    if game is None:
        raise errors.NotFound(f"no game has the id {game_id}")

    def rows(table: Table, *order: ColumnElement[Any]) -> Sequence[Row[Any]]:
        return conn.execute(select(table).where(table.c.game_id == game_id).order_by(*order)).all()

    titles = {locales.DEFAULT: game.title, **json.loads(game.titles or "{}")}
    chosen = locales.choose(locale, titles)
    return GameDetail(
        game_id=str(game.game_id),
        title=titles[chosen],
        locale=chosen,
        aliases=[row.name for row in rows(game_names, game_names.c.name_key) if not row.is_title],
        stores=[
            GameStore(store=row.store, id=row.store_id)
            for row in rows(game_stores, game_stores.c.store, game_stores.c.store_id)
        ],
        executables=[
            GameExecutable(os=row.os, suffix=row.suffix, is_launcher=row.is_launcher)
            for row in rows(game_executables, game_executables.c.os, game_executables.c.suffix)
        ],
        builds=_newest_builds(conn, game_id),
        art=shown_art.from_column(game.art),
        revision=game.revision,
        updated_at=game.updated_at,
    )


def _newest_builds(conn: Connection, game_id: int) -> list[GameBuild]:
    build = game_builds.c
    query = (
        select(build.build_id, build.name, build.released_at)
        .where(build.game_id == game_id)
        .order_by(build.released_at.desc(), build.build_id.desc())
        .limit(BUILDS_SHOWN)
    )
    return [
        GameBuild(build_id=str(row.build_id), name=row.name, released_at=row.released_at)
        for row in conn.execute(query)
    ]
