"""A corner of the database that is a test's own: the inbox rows of one consumer."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pymysql
from sqlalchemy import Executable, select

from shared.runtime import sql
from shared.schema.operations import inbox

MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Own:
    """Rows of the table `inbox` under a consumer's name that no other test has."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self.url = url

    def row(self, event_id: str, at: datetime = MOMENT) -> dict[str, Any]:
        return {"consumer": self.name, "event_id": event_id, "handled_at": at}

    def insert(self, event_id: str) -> Executable:
        return inbox.insert().values(self.row(event_id))

    def ids(self) -> list[str]:
        query = select(inbox.c.event_id).where(inbox.c.consumer == self.name)
        return sql.read(lambda c: list(c.scalars(query.order_by(inbox.c.event_id))))

    def connection(self) -> Any:
        """Return a connection beside the runtime's, in autocommit."""
        parts = urlsplit(self.url)
        return pymysql.connect(
            host=parts.hostname,
            port=parts.port or 3306,
            user="root",
            database=parts.path.lstrip("/"),
            autocommit=True,
            ssl_disabled=True,
        )

    def elsewhere(self, statement: str) -> list[Any]:
        """Run a statement on another connection."""
        with closing(self.connection()) as other, other.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def kill(self, thread: int) -> None:
        self.elsewhere(f"KILL {thread}")


def thread_of(connection: Any) -> int:
    """Return the server's number for a connection of SQLAlchemy's."""
    number: int = connection.connection.driver_connection.thread_id()
    return number


Work = Callable[[Any], Any]
