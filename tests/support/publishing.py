"""Inserts games, builds, tools and versions as creators publish them."""

import hashlib
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert, update

from shared.domain.catalog import versioning
from shared.domain.tools.model import sort_key
from shared.schema.catalog import game_builds, games
from shared.schema.tools import tool_versions, tools

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SPEED = {
    "id": "speed",
    "kind": "number",
    "labels": {"en": "Speed", "de": "Tempo"},
    "group": {"en": "Movement"},
    "min": 1,
    "max": 10,
    "step": 0.5,
    "default": 2,
    "replaces": "pace",
}
MODE = {
    "id": "mode",
    "kind": "choice",
    "labels": {"en": "Mode"},
    "choices": [
        {"value": "easy", "labels": {"en": "Easy", "de": "Leicht"}},
        {"value": "hard", "labels": {"en": "Hard", "de": "Schwer"}},
    ],
    "default": "easy",
}


def _add(tx: Connection, table: Table, **row: Any) -> int:
    return int(tx.execute(insert(table), row).lastrowid)


def game(tx: Connection) -> int:
    """Add a game with a title of its own."""
    title = f"g{uuid.uuid4().hex}"
    return _add(tx, games, title=title, import_key=title, revision=1, updated_at=NOW)


def build(tx: Connection, game_id: int, day: int) -> int:
    """Add a build released `day` days after day 0."""
    released_at = NOW + timedelta(days=day)
    row = {"game_id": game_id, "name": f"1.{day}", "released_at": released_at}
    return _add(tx, game_builds, **row, created_by="creator", created_at=NOW)


def tool(tx: Connection, game_id: int, **changes: Any) -> int:
    """Add a tool in English and German."""
    texts = {
        "en": {"name": "Swift", "summary": "Runs faster."},
        "de": {"name": "Flink", "summary": "Läuft schneller."},
    }
    row = {
        "game_id": game_id,
        "kind": "trainer",
        "creator_uid": "creator",
        "texts": json.dumps(texts),
        "revision": 1,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return _add(tx, tools, **row | changes)


def version(tx: Connection, tool_id: int, name: str, **changes: Any) -> int:
    """Add a version, published and stable unless `changes` say otherwise."""
    row = {
        "tool_id": tool_id,
        "version": name,
        "sort_key": sort_key(name),
        "channel": "stable",
        "state": "published",
        "options": json.dumps([SPEED, MODE]),
        "dependencies": json.dumps([{"tool_id": "7", "range": ">=1.2.0 <2.0.0"}]),
        "size": 4,
        "sha256": hashlib.sha256(name.encode()).hexdigest(),
        "revision": 1,
        "created_at": NOW,
        "updated_at": NOW,
        "published_at": NOW,
    }
    return _add(tx, tool_versions, **row | changes)


def move(tx: Connection, version_id: int, state: str) -> None:
    """Publish or withdraw a version, and increase the version of the catalog as the API does."""
    versioning.lock(tx)
    mine = tool_versions.c.version_id == version_id
    tx.execute(update(tool_versions).where(mine).values(state=state))
    versioning.bump(tx)
