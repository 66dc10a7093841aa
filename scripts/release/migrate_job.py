"""The migrate job: `python -m scripts.release.migrate_job [--dry-run] [migrate] [grant] [revoke]`.

By default, the job migrates and grants rights, which does not affect running functions. The job's
environment variables are described in docs/operations.md.
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
    """Return each user's rights; raise ValueError if functions and users do not match."""
    with_tables = {name for name, function in functions.items() if function.tables}
    problems = [f"{name} has no user" for name in sorted(with_tables - set(users))]
    problems += [f"there is no function {name}" for name in sorted(set(users) - set(functions))]
    if len(set(users.values())) < len(users):
        problems.append("two functions share a user")
    if problems:
        raise ValueError(f"{USERS}: {'; '.join(problems)}")
    return {user: functions[name].tables for name, user in users.items()}


def database() -> Engine:
    """Return an engine for SQL_URL, or one that uses the Cloud SQL connector."""
    configured = settings.sql()
    if configured.url:
        return migrate.engine(configured.url)
    from google.cloud.sql.connector import Connector  # noqa: PLC0415  needed only in the cloud

    connector = Connector(refresh_strategy="lazy")

    def connect() -> Any:
        connection = connector.connect(
            configured.instance,
            "pymysql",
            user=configured.user,
            enable_iam_auth=True,
            ip_type="private",
            ssl_disabled=True,  # the connector itself uses TLS
            init_command=migrate.INIT,
        )
        with connection.cursor() as cursor:
            # Granted roles are inactive by default, but selecting a database requires them.
            cursor.execute("SET ROLE ALL")
        connection.select_db(configured.database)
        return connection

    return create_engine("mysql+pymysql://", creator=connect, poolclass=NullPool)


def main() -> None:
    """Run the steps named on the command line."""
    parser = argparse.ArgumentParser(description="Migrate tables and grant rights to them.")
    parser.add_argument(
        "steps", nargs="*", help="migrate, grant, revoke (default: migrate and grant)"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="print the statements of grant and revoke"
    )
    options = parser.parse_args()
    steps = options.steps or ["migrate", "grant"]
    if unknown := set(steps) - {"migrate", "grant", "revoke"}:
        parser.error(f"there is no step {', '.join(sorted(unknown))}")
    try:
        rights = _rights(steps) if {"grant", "revoke"} & set(steps) else {}
        _run(steps, rights, dry=options.dry_run)
    except (KeyError, ValueError, settings.MissingSettings) as error:
        sys.exit(f"Nothing was done: {error}")


def _rights(steps: list[str]) -> grants.Wanted:
    """Return the rights of the users that are listed in the environment."""
    users = json.loads(os.environ[USERS])
    if not isinstance(users, dict):
        raise ValueError(f"{USERS} is not a JSON object")  # noqa: TRY004  like its other problems
    functions = manifest.discover([ROOT])
    if "migrate" not in steps:
        # In an older image, ignore functions that were added or removed later.
        users = {name: user for name, user in users.items() if name in functions}
        functions = {name: one for name, one in functions.items() if name in users}
    return wanted(functions, users)


def _run(steps: list[str], rights: grants.Wanted, *, dry: bool) -> None:
    engine = database()
    if "migrate" in steps and not dry:
        migrate.upgrade(engine)
    with engine.connect() as connection:
        migrate.take_turns(connection)
        for step in (grants.grant, grants.revoke):
            if step.__name__ in steps:
                for statement in step(connection, rights, run=not dry):
                    print(statement)


if __name__ == "__main__":
    main()
