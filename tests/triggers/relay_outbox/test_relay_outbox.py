"""The schedule publishes messages that a request committed but could not publish."""

import json
import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select

from shared.runtime import clock
from shared.schema.operations import outbox
from tests.support.local_cloud import LocalCloud

TOPIC = "flaky-messages"


def add_message(sql: Connection, key: str, age: timedelta) -> None:
    row = {
        "event_id": key[:36],
        "topic": TOPIC,
        "attributes": json.dumps({"ce-id": key[:36]}),
        "body": json.dumps({"key": key}),
        "created_at": clock.now() - age,
    }
    sql.execute(insert(outbox).values(**row))


def waiting(sql: Connection) -> int:
    owed = select(func.count()).select_from(outbox).where(outbox.c.topic == TOPIC)
    return sql.scalar(owed) or 0


def test_an_overdue_message_is_published_with_its_own_id(
    cloud: LocalCloud, sql: Connection, firestore: Any, eventually: Any
) -> None:
    key = str(uuid.uuid4())
    add_message(sql, key, timedelta(minutes=1))
    assert cloud.fire("relay_outbox").status_code == 204
    assert waiting(sql) == 0
    found = eventually(lambda: firestore.document(f"handled/{key}").get().to_dict(), 30)
    assert found["event_id"] == key


def test_a_message_that_its_request_may_still_publish_is_skipped(
    cloud: LocalCloud, sql: Connection
) -> None:
    add_message(sql, str(uuid.uuid4()), timedelta(0))
    assert cloud.fire("relay_outbox").status_code == 204
    assert waiting(sql) == 1
    sql.execute(outbox.delete().where(outbox.c.topic == TOPIC))


def test_a_message_that_cannot_be_published_stays_for_the_next_run(
    cloud: LocalCloud, sql: Connection, eventually: Any
) -> None:
    add_message(sql, str(uuid.uuid4()), timedelta(minutes=1))
    with cloud.without("pubsub"):
        assert cloud.fire("relay_outbox").status_code == 503
        assert waiting(sql) == 1
    eventually(lambda: cloud.fire("relay_outbox").status_code == 204 and not waiting(sql), 60)
