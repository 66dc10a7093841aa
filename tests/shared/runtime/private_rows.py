"""Database rows that belong to one test: the inbox rows of a consumer only it uses."""

from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pymysql
from sqlalchemy import Executable, select

from shared.runtime import sql
from shared.schema.operations import inbox

MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)


class PrivateRows:
    """Rows of the table `inbox` under a consumer name that no other test uses."""

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
        """Open a connection outside the runtime's pool, in autocommit."""
        parts = urlsplit(self.url)
        return pymysql.connect(
            host=parts.hostname,
            port=parts.port or 3306,
            user="root",
            database=parts.path.lstrip("/"),
            autocommit=True,
            ssl_disabled=True,
        )

    def execute(self, statement: str) -> list[Any]:
        """Run a statement on a connection outside the runtime's pool."""
        with closing(self.connection()) as other, other.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def kill(self, connection_id: int) -> None:
        self.execute(f"KILL {connection_id}")


def connection_id(connection: Any) -> int:
    """Return the id that the server gave a SQLAlchemy connection."""
    number: int = connection.connection.driver_connection.thread_id()
    return number
