"""The migrate job: `python -m scripts.release.migrate_job [--dry-run] [migrate] [grant] [revoke]`.

Without a word it migrates and grants, which running functions do not notice. docs/operations.md
says what it is told by its environment.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine

from shared.runtime import manifest, settings
from shared.runtime.manifest import Manifest
from shared.schema import grants, migrate

ROOT = Path(__file__).parents[2]
USERS = "DATABASE_USERS"


def wanted(functions: Mapping[str, Manifest], users: Mapping[str, str]) -> grants.Wanted:
    """Return what each user shall have; raise ValueError where function and user do not pair."""
    needy = {name for name, function in functions.items() if function.tables}
    problems = [f"{name} has no user" for name in sorted(needy - set(users))]
    problems += [f"there is no function {name}" for name in sorted(set(users) - set(functions))]
    if len(set(users.values())) < len(users):
        problems.append("two functions share a user")
    if problems:
        raise ValueError(f"{USERS}: {'; '.join(problems)}")
    return {user: functions[name].tables for name, user in users.items()}


def database() -> Engine:
    """Return how to reach the database: by SQL_URL, or through the Cloud SQL connector."""
    told = settings.sql()
    if told.url:
        return migrate.engine(told.url)
    from google.cloud.sql.connector import Connector  # noqa: PLC0415  in the cloud only

    connector = Connector(refresh_strategy="lazy")

    def connect() -> Any:
        connection = connector.connect(
            told.instance,
            "pymysql",
            user=told.user,
            enable_iam_auth=True,
            ip_type="private",
            ssl_disabled=True,  # the connector's TLS is around it
            init_command=migrate.INIT,
        )
        with connection.cursor() as cursor:
            # A granted role sleeps until it is switched on, and without it no database opens.
            cursor.execute("SET ROLE ALL")
        connection.select_db(told.database)
        return connection

    return create_engine("mysql+pymysql://", creator=connect, poolclass=NullPool)


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(description="Migrate tables and grant rights to them.")
    parser.add_argument("steps", nargs="*", help="migrate, grant, revoke; else migrate and grant")
    parser.add_argument("--dry-run", action="store_true", help="print statements of grant, revoke")
    given = parser.parse_args()
    steps = given.steps or ["migrate", "grant"]
    if unknown := set(steps) - {"migrate", "grant", "revoke"}:
        parser.error(f"there is no step {', '.join(sorted(unknown))}")
    try:
        shall = _told(steps) if {"grant", "revoke"} & set(steps) else {}
        _run(steps, shall, dry=given.dry_run)
    except (KeyError, ValueError, settings.MissingSettings) as error:
        sys.exit(f"Nothing was done: {error}")


def _told(steps: list[str]) -> grants.Wanted:
    """Read who is whose user from the environment."""
    users = json.loads(os.environ[USERS])
    if not isinstance(users, dict):
        raise ValueError(f"{USERS} is no JSON object")  # noqa: TRY004  as what else is wrong with it
    functions = manifest.discover([ROOT])
    if "migrate" not in steps:
        # An older image grants or takes back: functions came and went since.
        users = {name: user for name, user in users.items() if name in functions}
        functions = {name: one for name, one in functions.items() if name in users}
    return wanted(functions, users)


def _run(steps: list[str], shall: grants.Wanted, *, dry: bool) -> None:
    reached = database()
    if "migrate" in steps and not dry:
        migrate.upgrade(reached)
    with reached.connect() as connection:
        migrate.take_turns(connection)
        for step in (grants.grant, grants.revoke):
            if step.__name__ in steps:
                for statement in step(connection, shall, run=not dry):
                    print(statement)


if __name__ == "__main__":
    main()
