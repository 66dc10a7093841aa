"""The migrate job logs in as an IAM user whose role must be activated first.

Only on MySQL, which Cloud SQL uses; the instance's front end and Admin API are fakes.
"""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import google.cloud.sql.connector
import pytest
from sqlalchemy import text

from scripts.release import migrate_job
from shared.runtime import settings
from shared.schema import grants, migrate
from tests.shared.runtime import cloud_sql
from tests.shared.runtime.cloud_sql import CloudSql, Identity
from tests.support.engines import execute

pytestmark = pytest.mark.parametrize("server_url", ["mysql"], indirect=True)

ROLE, JOB, FUNCTION = "cloudsqlsuperuser", "migrate", "fn-of-the-job"


@pytest.fixture
def instance(empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CloudSql]:
    """An instance with an empty database, the job's user and a function's user."""
    server, _, database = empty_url.rpartition("/")
    users = (f"`{ROLE}`@`%`", f"`{JOB}`@`%`", f"`{FUNCTION}`@`%`")
    execute(
        server,
        f"CREATE ROLE {users[0]}",
        f"GRANT ALL ON *.* TO {users[0]} WITH GRANT OPTION",
        *(f"CREATE USER {user}" for user in users[1:]),
        f"GRANT {users[0]} TO {users[1]}",
    )
    made: list[Any] = []
    connector = google.cloud.sql.connector.Connector
    with cloud_sql.running(empty_url, tmp_path) as running:
        of_stand_in = functools.partial(
            connector, credentials=Identity(), sqladmin_api_endpoint=running.endpoint
        )

        def record(**options: Any) -> Any:
            made.append(of_stand_in(**options))
            return made[-1]

        monkeypatch.setattr(google.cloud.sql.connector, "Connector", record)
        monkeypatch.delenv("SQL_URL", raising=False)
        monkeypatch.setenv("SQL_INSTANCE", cloud_sql.INSTANCE)
        monkeypatch.setenv("SQL_USER", JOB)
        monkeypatch.setenv("SQL_DATABASE", database)
        settings.reset()
        yield running
        settings.reset()
        for one in made:
            one.close()
            one._thread.join()
            one._loop.close()  # the connector does not close it
    execute(server, *(f"DROP USER {user}" for user in users))


def test_the_job_migrates_and_grants_with_the_rights_of_its_role(instance: CloudSql) -> None:
    reached = migrate_job.database()
    migrate.upgrade(reached)
    with reached.connect() as connection:
        who = connection.scalar(text("SELECT CURRENT_USER()"))
        wanted = {FUNCTION: {"games": "r"}}
        assert (who, len(grants.grant(connection, wanted))) == (f"{JOB}@%", 1)
        assert grants.grant(connection, wanted) == []
    assert instance.login_tokens == [f"token for {cloud_sql.LOGIN}"]
