"""`shared.runtime.sql` through the real Cloud SQL connector, with a fake instance.

Covered: the connector's settings, the two calls to the Admin API, IAM login with a token that has
the login scope only, TLS with a certificate of the instance's authority, and refresh. Not covered:
the check of that token, which only Google has. The database here accepts the user without a
password, like Cloud SQL once its front end has accepted the certificate.
"""

import functools
import socket
import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import google.cloud.sql.connector
import pymysql
import pytest
from sqlalchemy import text

from shared.runtime import errors, sql
from tests.shared.runtime import cloud_sql
from tests.shared.runtime.cloud_sql import CloudSql, Identity
from tests.support.engines import disconnect, execute
from tests.support.local_cloud import eventually

REFRESHED_BEFORE_ITS_END = timedelta(minutes=4)
"""The connector replaces a certificate that is valid for less than this."""


@pytest.fixture
def instance(
    engine_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[CloudSql]:
    """A running fake instance, and the runtime configured for it."""
    execute(engine_url.rpartition("/")[0], "CREATE USER IF NOT EXISTS roll_up@127.0.0.1",
            "GRANT ALL ON savepoint.* TO roll_up@127.0.0.1")  # fmt: skip
    made: list[Any] = []
    connector = google.cloud.sql.connector.Connector

    def record(**options: Any) -> Any:
        made.append(connector(**options))
        return made[-1]

    monkeypatch.setattr(google.cloud.sql.connector, "Connector", record)
    monkeypatch.delenv("SQL_URL", raising=False)
    monkeypatch.setenv("SQL_INSTANCE", cloud_sql.INSTANCE)
    monkeypatch.setenv("SQL_USER", "roll_up@demo-savepoint.iam.gserviceaccount.com")
    monkeypatch.setenv("SQL_DATABASE", "savepoint")
    with cloud_sql.running(engine_url, tmp_path) as running:
        through = functools.partial(
            sql._cloud_sql, credentials=Identity(), sqladmin_api_endpoint=running.endpoint
        )
        monkeypatch.setattr(sql, "_cloud_sql", through)
        disconnect()
        yield running
        disconnect()
        for one in made:
            one.close()
            one._thread.join()
            one._loop.close()  # the connector does not close it


def database_user() -> str:
    """Return the user that the database sees."""
    return str(sql.read(lambda conn: conn.scalar(text("SELECT CURRENT_USER()"))))


def test_a_query_runs_over_tls_as_the_iam_user(instance: CloudSql) -> None:
    assert database_user() == "roll_up@127.0.0.1"
    assert instance.connected == instance.issued
    assert len(instance.issued) == 1


def test_sessions_have_the_same_settings_as_without_the_connector(instance: CloudSql) -> None:
    found = sql.read(lambda conn: conn.execute(text("SELECT @@time_zone, @@autocommit")).one())
    assert tuple(found) == ("+00:00", 1)


def test_the_certificate_carries_a_token_that_can_only_log_in(instance: CloudSql) -> None:
    database_user()
    assert instance.login_tokens == [f"token for {cloud_sql.LOGIN}"]
    assert f"Bearer {instance.login_tokens[0]}" not in instance.tokens


def test_a_certificate_is_reused_while_it_is_valid(instance: CloudSql) -> None:
    for _ in range(3):
        database_user()
        sql.engine().dispose()
    assert len(instance.connected) == 3
    assert len(instance.issued) == 1


def test_a_certificate_is_replaced_before_it_expires(instance: CloudSql) -> None:
    instance.lifetime = REFRESHED_BEFORE_ITS_END + timedelta(seconds=2)
    database_user()

    def replaced() -> bool:
        sql.engine().dispose()
        database_user()
        return len(instance.issued) > 1

    eventually(replaced, 20, "no new certificate was requested")
    assert instance.connected[-1] == instance.issued[-1] != instance.issued[0]


def test_a_connection_without_a_certificate_is_refused(instance: CloudSql) -> None:
    context = ssl.create_default_context(cadata=cloud_sql.pem(instance.authority))
    context.check_hostname = False
    parts = urlsplit(instance.database)
    with pytest.raises((pymysql.err.OperationalError, ssl.SSLError, OSError)):
        stranger(context, instance.address, parts.path.strip("/"))
    assert instance.connected == []


def stranger(context: ssl.SSLContext, host: str, database: str) -> None:
    with (
        socket.create_connection((host, cloud_sql.PROXY_PORT)) as plain,
        context.wrap_socket(plain) as wrapped,
    ):
        connection = pymysql.Connection(defer_connect=True, user="root", database=database)
        connection.connect(wrapped)


def test_an_admin_api_that_refuses_is_unavailable_and_recovers(instance: CloudSql) -> None:
    instance.is_unavailable = True
    with pytest.raises(errors.Unavailable):
        database_user()
    instance.is_unavailable = False
    assert database_user() == "roll_up@127.0.0.1"


def test_an_unreachable_front_end_is_unavailable_and_recovers(instance: CloudSql) -> None:
    right, instance.address = instance.address, "127.77.255.255"
    with pytest.raises(errors.Unavailable):
        database_user()
    instance.address = right
    assert database_user() == "roll_up@127.0.0.1"
