"""Published tools and versions, in the reader's language.

`ranges` defines which builds a version fits.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, Select, select, text

from shared.domain import locales
from shared.domain.catalog import art as shown_art
from shared.domain.catalog.art import Art
from shared.domain.catalog.art import Kind as ArtKind
from shared.domain.tools.model import Channel, Dependency, Kind, OptionKind
from shared.domain.tools.ranges import WITH_BOUNDS, first_build, fits, last_build
from shared.runtime import errors, sql
from shared.schema.catalog import game_builds, games
from shared.schema.downloads import tool_downloads
from shared.schema.tools import tool_versions, tools

BuildId = Annotated[str | None, Field(pattern=r"^[1-9][0-9]{0,18}$", examples=["12"])]
"""The query parameter `build`: the build that the reader has installed."""

_version = tool_versions.c

_SHOWN: Select[Any] = select(
    _version.version_id,
    _version.tool_id,
    _version.version,
    _version.sort_key,
    _version.channel,
    _version.options,
    _version.dependencies,
    _version.size,
    _version.sha256,
    _version.published_at,
    _version.first_build_id,
    first_build.c.name.label("first_name"),
    _version.last_build_id,
    last_build.c.name.label("last_name"),
).select_from(WITH_BOUNDS)


class BuildRef(BaseModel):
    """A build of the game, used as a bound of a range."""

    build_id: str
    name: str


class ToolChoice(BaseModel):
    """One of the values of a choice."""

    value: str
    label: str


class ToolOption(BaseModel):
    """A setting or action of a tool, labelled in the response's language.

    replaces: the id of an earlier version's option whose setting this option takes over.
    """

    id: str
    kind: OptionKind
    label: str
    group: str | None = None
    min: int | float | None = None
    max: int | float | None = None
    step: int | float | None = None
    choices: list[ToolChoice] | None = None
    default: bool | int | float | str | None = None
    replaces: str | None = None


class ToolVersion(BaseModel):
    """A published version.

    first_build, last_build: the first and last build that the version fits. An absent bound sets no
        limit.
    locale: the language of the labels. Labels without a translation are in English.
    """

    version: str
    channel: Channel
    published_at: datetime
    size: int
    sha256: str
    first_build: BuildRef | None = None
    last_build: BuildRef | None = None
    dependencies: list[Dependency]
    locale: str
    options: list[ToolOption]


class Tool(BaseModel):
    """A tool for a game.

    locale: the language of the name and the summary. plan: the plan that a download requires, if
        any.
    newest: the newest version in each channel, `stable` first.
    """

    tool_id: str
    game_id: str
    kind: Kind
    locale: str
    name: str
    summary: str
    plan: str | None = None
    art: dict[ArtKind, Art]
    newest: list[ToolVersion]


class ToolDetail(Tool):
    """A tool with its number of downloads."""

    downloads: int


class ReadParams(NamedTuple):
    """The parsed query parameters: a language, and a build that the versions must fit."""

    locale: str | None = None
    build_id: int | None = None


def parse_params(locale: str | None, build: str | None) -> ReadParams:
    """Parse the query parameters; language tags are case-insensitive."""
    return ReadParams(locale and locale.lower(), None if build is None else int(build))


def languages(shown: Iterable[Tool | ToolVersion]) -> str:
    """Return the languages of a response's text as the value of Content-Language."""
    tags = set()
    for one in shown:
        tags.add(one.locale)
        if isinstance(one, Tool):
            tags.update(version.locale for version in one.newest)
    return locales.content_language(tags)


def list_page(
    conn: Connection, game_id: int, params: ReadParams, after: int, limit: int
) -> tuple[list[Tool], int | None]:
    """Return up to `limit` tools of a game, and the last id if more follow.

    Raises NotFound for an unknown game, and BadRequest for a build that the game does not have.
    """
    if conn.scalar(select(games.c.game_id).where(games.c.game_id == game_id)) is None:
        raise errors.NotFound(f"no game has the id {game_id}")
    at = _released_at(conn, game_id, params.build_id)
    rows, last = sql.page(conn, _listing(game_id, at, after), limit, lambda row: row.tool_id)
    return _shown_tools(conn, rows, params.locale), last


def get(conn: Connection, tool_id: int, params: ReadParams) -> ToolDetail:
    """Return a tool that has a published version; raise NotFound or BadRequest."""
    at = _released_at(conn, _public_game(conn, tool_id), params.build_id)
    row = conn.execute(_with_newest(at).where(tools.c.tool_id == tool_id)).one()
    (shown,) = _shown_tools(conn, [row], params.locale)
    count = select(tool_downloads.c.downloads).where(tool_downloads.c.tool_id == tool_id)
    return ToolDetail(**dict(shown), downloads=conn.scalar(count) or 0)


def list_versions(
    conn: Connection, tool_id: int, params: ReadParams, after: str | None, limit: int
) -> tuple[list[ToolVersion], str | None]:
    """Return up to `limit` published versions, newest first, and the last sort key if more follow.

    Raises NotFound for a tool without a published version, and BadRequest for a build that its game
    does not have.
    """
    at = _released_at(conn, _public_game(conn, tool_id), params.build_id)
    rows, last = sql.page(conn, _history(tool_id, at, after), limit, lambda row: row.sort_key)
    return [_shown_version(row, params.locale) for row in rows], last


def _listing(game_id: int, at: datetime | None, after: int) -> Select[Any]:
    return (
        _with_newest(at)
        .where(tools.c.game_id == game_id, tools.c.tool_id > after)
        # Not EXISTS: MariaDB may start from all published versions.
        .having(text("COALESCE(stable, beta, alpha) IS NOT NULL"))
        .order_by(tools.c.tool_id)
    )


def _history(tool_id: int, at: datetime | None, after: str | None) -> Select[Any]:
    published = [_version.tool_id == tool_id, _version.state == "published", *_fits(at)]
    if after is not None:
        published.append(_version.sort_key < after)
    query = _SHOWN.where(*published).order_by(_version.sort_key.desc())
    return _force_index(query, "tool_versions_by_order")


def _released_at(conn: Connection, game_id: int, build_id: int | None) -> datetime | None:
    if build_id is None:
        return None
    build = game_builds.c
    released_at: datetime | None = conn.scalar(
        select(build.released_at).where(build.build_id == build_id, build.game_id == game_id)
    )
    if released_at is None:
        detail = f"the game has no build {build_id}"
        raise errors.BadRequest(detail, errors=[{"field": "build", "detail": detail}])
    return released_at


def _public_game(conn: Connection, tool_id: int) -> int:
    published = _version.tool_id == tool_id, _version.state == "published"
    query = select(tools.c.game_id).join(tool_versions).where(*published).limit(1)
    game_id: int | None = conn.scalar(query)
    if game_id is None:
        raise errors.NotFound(f"no published tool has the id {tool_id}")
    return game_id


def _fits(at: datetime | None) -> list[ColumnElement[bool]]:
    """Return conditions for versions that fit a build released at `at`; None means any build."""
    return [] if at is None else [fits(at)]


def _with_newest(at: datetime | None) -> Select[Any]:
    """Select tools with the id of each channel's newest version, the first entry in an index."""
    channels: tuple[Channel, ...] = ("stable", "beta", "alpha")
    return select(tools, *(_newest(channel, at).label(channel) for channel in channels))


def _newest(channel: Channel, at: datetime | None) -> ScalarSelect[Any]:
    query = (
        select(_version.version_id)
        .select_from(WITH_BOUNDS)
        .where(
            _version.tool_id == tools.c.tool_id,
            _version.state == "published",
            _version.channel == channel,
            *_fits(at),
        )
        # tool_id is constant: naming it first lets MySQL read the order from the index.
        .order_by(_version.tool_id.desc(), _version.sort_key.desc())
        .limit(1)
        .correlate(tools)
    )
    return _force_index(query, "tool_versions_by_channel").scalar_subquery()


def _force_index(query: Select[Any], index: str) -> Select[Any]:
    """Force this index, because an optimizer that expects few versions would sort all of them."""
    query = query.with_hint(tool_versions, f"FORCE INDEX ({index})")
    for build in (first_build, last_build):
        query = query.with_hint(build, "FORCE INDEX (PRIMARY)")
    return query


def _shown_tools(conn: Connection, rows: Sequence[Row[Any]], language: str | None) -> list[Tool]:
    newest = {row.tool_id: [i for i in (row.stable, row.beta, row.alpha) if i] for row in rows}
    ids = [version_id for some in newest.values() for version_id in some]
    versions = conn.execute(_SHOWN.where(_version.version_id.in_(ids))).all()
    known = {row.version_id: _shown_version(row, language) for row in versions}
    return [_shown_tool(row, [known[i] for i in newest[row.tool_id]], language) for row in rows]


def _shown_tool(row: Row[Any], newest: list[ToolVersion], language: str | None) -> Tool:
    texts = json.loads(row.texts)
    locale = locales.choose(language, texts)
    return Tool(
        tool_id=str(row.tool_id),
        game_id=str(row.game_id),
        kind=row.kind,
        locale=locale,
        name=texts[locale]["name"],
        summary=texts[locale].get("summary", ""),
        plan=row.plan,
        art=shown_art.from_column(row.art),
        newest=newest,
    )


def _shown_version(row: Row[Any], language: str | None) -> ToolVersion:
    options = json.loads(row.options)
    return ToolVersion(
        version=row.version,
        channel=row.channel,
        published_at=row.published_at,
        size=row.size,
        sha256=row.sha256,
        first_build=_build(row.first_build_id, row.first_name),
        last_build=_build(row.last_build_id, row.last_name),
        dependencies=json.loads(row.dependencies),
        locale=locales.choose(language, {tag for one in options for tag in one["labels"]}),
        options=[_shown_option(one, language) for one in options],
    )


def _build(build_id: int | None, name: str | None) -> BuildRef | None:
    return None if build_id is None else BuildRef(build_id=str(build_id), name=str(name))


def _shown_option(option: Mapping[str, Any], language: str | None) -> ToolOption:
    def label(labels: Mapping[str, str]) -> str:
        return labels[locales.choose(language, labels)]

    choices = option.get("choices")
    return ToolOption.model_validate(
        {
            **option,
            "label": label(option["labels"]),
            "group": label(option["group"]) if option.get("group") else None,
            "choices": choices
            and [{"value": one["value"], "label": label(one["labels"])} for one in choices],
        }
    )
