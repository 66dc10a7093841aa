"""From a granted download to the public count, also while the topic is unavailable."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, select, update

from shared.domain.tools.download_counts import DownloadGranted
from shared.runtime import clock, messages
from shared.schema.downloads import tool_download_days, tool_downloads
from shared.schema.operations import dead_letters, outbox
from tests.conftest import Player
from tests.support import publishing
from tests.support.local_cloud import LocalCloud

Players = Callable[..., Player]


@pytest.fixture
def version(cloud: LocalCloud, sql: Connection) -> tuple[int, int]:
    """A tool and its published version."""
    del cloud
    tool_id = publishing.tool(sql, publishing.game(sql))
    return tool_id, publishing.version(sql, tool_id, "1.0.0")


def granted(version: tuple[int, int], name: str) -> DownloadGranted:
    return DownloadGranted(
        download_id=name,
        tool_id=str(version[0]),
        version_id=str(version[1]),
        granted_at=clock.now(),
    )


def download(client: httpx.Client, someone: Player, version: tuple[int, int]) -> None:
    body = {"tool_id": str(version[0]), "version": "1.0.0"}
    answer = client.post("/v1/downloads", json=body, headers=someone.headers)
    assert answer.status_code == httpx.codes.OK, answer.text


def total(cloud: LocalCloud, sql: Connection, tool_id: int) -> int:
    """Run the roll-up and return the tool's count."""
    assert cloud.fire("roll_up_downloads").status_code == httpx.codes.NO_CONTENT
    query = select(tool_downloads.c.downloads).where(tool_downloads.c.tool_id == tool_id)
    return sql.scalar(query) or 0


def test_a_download_is_counted_and_shown(  # noqa: PLR0913, PLR0917
    cloud: LocalCloud,
    client: httpx.Client,
    player: Players,
    sql: Connection,
    version: tuple[int, int],
    eventually: Any,
) -> None:
    first, second = player(), player()
    for someone in (first, first, second):
        download(client, someone, version)
    eventually(lambda: total(cloud, sql, version[0]) == 2, 30)
    day = select(tool_download_days).where(tool_download_days.c.version_id == version[1])
    row = sql.execute(day).one()
    assert (row.day, row.downloads) == (datetime.now(UTC).date(), 2)
    assert client.get(f"/v1/tools/{version[0]}").json()["downloads"] == 2


def test_redelivered_messages_are_counted_once(
    cloud: LocalCloud, sql: Connection, version: tuple[int, int], eventually: Any
) -> None:
    names = [f"{uuid.uuid4()}-{number}" for number in range(30)]
    for name in [*names, *names[:10]]:
        messages.publish(granted(version, name), event_id=name)
    eventually(lambda: total(cloud, sql, version[0]) == 30, 30)
    last = str(uuid.uuid4())
    for name in (*names[20:], last):
        messages.publish(granted(version, name), event_id=name)
    eventually(lambda: total(cloud, sql, version[0]) == 31, 30)
    assert total(cloud, sql, version[0]) == 31


def test_an_unreadable_message_is_a_dead_letter_and_the_others_are_counted(
    cloud: LocalCloud, sql: Connection, version: tuple[int, int], eventually: Any
) -> None:
    broken, good = str(uuid.uuid4()), str(uuid.uuid4())
    cloud.publish("downloads-granted", b'{"download_id": "x"}', **{"ce-id": broken})
    messages.publish(granted(version, good), event_id=good)
    eventually(lambda: total(cloud, sql, version[0]) == 1, 30)
    mine = select(dead_letters.c.code).where(dead_letters.c.event_id == broken)
    eventually(lambda: sql.scalar(mine) == "unreadable", 30)


def test_an_unavailable_topic_stops_no_download_and_loses_no_count(  # noqa: PLR0913, PLR0917
    cloud: LocalCloud,
    client: httpx.Client,
    player: Players,
    sql: Connection,
    version: tuple[int, int],
    eventually: Any,
) -> None:
    someone = player()
    with cloud.without("pubsub"):
        download(client, someone, version)
        download(client, someone, version)
    waiting = select(outbox).where(outbox.c.topic == "downloads-granted")
    bodies = [json.loads(row.body) for row in sql.execute(waiting)]
    mine = [one for one in bodies if one["version_id"] == str(version[1])]
    assert len(mine) == 2
    overdue = {"created_at": datetime(2026, 1, 1, tzinfo=UTC)}
    sql.execute(update(outbox).where(outbox.c.topic == "downloads-granted").values(overdue))

    def relayed() -> bool:
        cloud.fire("relay_outbox")
        return sql.execute(waiting).all() == []

    eventually(relayed, 30)
    eventually(lambda: total(cloud, sql, version[0]) == 1, 30)
