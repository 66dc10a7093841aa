"""All that is known of one game, as everyone may read it.

Apart from the catalog's words and lists, which many functions use that show no art.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Connection, Row, Table, select

from shared.domain import locales
from shared.domain.catalog import art as art_
from shared.domain.catalog.art import Art
from shared.domain.catalog.reading import Game
from shared.runtime import errors
from shared.schema.catalog import game_builds, game_executables, game_names, game_stores, games

BUILDS_SHOWN = 20


class GameStore(BaseModel):
    """The game's id in one store, or in Discord's list of games."""

    store: str
    id: str


class GameExecutable(BaseModel):
    """The end of a path by which a running program is known to be this game."""

    os: str
    suffix: str
    is_launcher: bool


class GameBuild(BaseModel):
    """A version of the game as it is found on disks."""

    build_id: str
    name: str
    released_at: datetime


class GameDetail(Game):
    """All that is known of one game.

    locale: the language of the title, English where it is not translated. builds: the newest.
    """

    locale: str
    aliases: list[str]
    stores: list[GameStore]
    executables: list[GameExecutable]
    builds: list[GameBuild]
    art: dict[art_.Kind, Art]
    updated_at: datetime


def one(conn: Connection, game_id: int, locale: str | None = None) -> GameDetail:
    """Return all that is known of a game, its title in a language; raise NotFound."""
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
        art=art_.shown(game.art),
        revision=game.revision,
        updated_at=game.updated_at,
    )


def _newest_builds(conn: Connection, game_id: int) -> list[GameBuild]:
    build = game_builds.c
    newest = (
        select(build.build_id, build.name, build.released_at)
        .where(build.game_id == game_id)
        .order_by(build.released_at.desc(), build.build_id.desc())
        .limit(BUILDS_SHOWN)
    )
    return [
        GameBuild(build_id=str(row.build_id), name=row.name, released_at=row.released_at)
        for row in conn.execute(newest)
    ]
