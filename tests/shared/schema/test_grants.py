"""Database users have exactly the rights in their function's manifest, on both engines."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pymysql
import pytest

from scripts.bundling import imports
from scripts.release import migrate_image, migrate_job
from shared.domain.tools import versions
from shared.runtime import manifest
from shared.schema import grants, migrate
from tests.support.engines import execute

FUNCTIONS = manifest.discover([imports.ROOT])
DENIED = {1044, 1142, 1143, 1227}  # for a database, a table, a column, a global action


@pytest.fixture
def user(engine_url: str) -> Iterator[str]:
    """A database user that can only log in, like a new IAM user."""
    name = f"fn-{uuid.uuid4().hex[:12]}"
    execute(engine_url, f"CREATE USER `{name}`@`%`")
    yield name
    execute(engine_url, f"DROP USER `{name}`@`%`")


def address(url: str, user: str) -> str:
    return url.replace("root:", f"{user}:")


def attempt(url: str, user: str, statement: str) -> int:
    """Run a statement as `user`; return 0 or the error number."""
    parts = urlsplit(url)
    try:
        connection = pymysql.connect(
            host=parts.hostname, port=parts.port or 3306, user=user, database=parts.path[1:]
        )
        with closing(connection), connection.cursor() as cursor:
            cursor.execute(statement)
    except pymysql.MySQLError as error:
        return int(error.args[0])
    return 0


def grant(url: str, wanted: grants.Wanted) -> list[str]:
    with migrate.engine(url).connect() as connection:
        return grants.grant(connection, wanted)


def revoke(url: str, wanted: grants.Wanted) -> list[str]:
    with migrate.engine(url).connect() as connection:
        return grants.revoke(connection, wanted)


READ = "SELECT * FROM games"
WRITES = [
    "INSERT INTO games SELECT * FROM games WHERE game_id = 0",
    "UPDATE games SET title = '' WHERE game_id = 0",
    "DELETE FROM games WHERE game_id = 0",
]
# MySQL requires the right to change locked rows, MariaDB does not.
LOCK = "SELECT * FROM games WHERE game_id = 0 FOR UPDATE"
NEVER = [
    "SELECT * FROM tools",
    "DELETE FROM tools",
    "SELECT * FROM alembic_version",
    "CREATE TABLE mine (a INT)",
    "CREATE TEMPORARY TABLE mine (a INT)",
    "ALTER TABLE games ADD mine INT",
    "CREATE INDEX mine ON games (title)",
    "DROP TABLE games",
    "TRUNCATE games",
    "LOCK TABLES games READ",
    "CREATE USER mine",
    "GRANT SELECT ON games TO root@localhost",
    "SET GLOBAL max_connections = 1",
]


def test_a_reader_may_only_read_its_table(engine_url: str, user: str) -> None:
    grant(engine_url, {user: {"games": "r"}})
    assert attempt(engine_url, user, READ) == 0
    for statement in WRITES + NEVER:
        assert attempt(engine_url, user, statement) in DENIED, statement


def test_a_writer_may_only_write_its_table(engine_url: str, user: str) -> None:
    grant(engine_url, {user: {"games": "rw"}})
    for statement in [READ, *WRITES, LOCK]:
        assert attempt(engine_url, user, statement) == 0, statement
    for statement in NEVER:
        assert attempt(engine_url, user, statement) in DENIED, statement


@pytest.mark.parametrize("right", ["a", "ra"])
def test_the_right_to_append_does_not_allow_changes(engine_url: str, user: str, right: str) -> None:
    grant(engine_url, {user: {"audit": right}})
    insert = "INSERT INTO audit (at, actor, action, target, detail) VALUES (NOW(), '', '', '', '')"
    assert attempt(engine_url, user, insert) == 0
    again = "INSERT INTO audit SELECT * FROM audit ON DUPLICATE KEY UPDATE actor = ''"
    for statement in [
        "UPDATE audit SET actor = ''",
        "DELETE FROM audit",
        "REPLACE INTO audit SELECT * FROM audit",
        "TRUNCATE audit",
        again,
        *NEVER,
    ]:
        assert attempt(engine_url, user, statement) in DENIED, statement
    reads = attempt(engine_url, user, "SELECT * FROM audit")
    assert reads == 0 if right == "ra" else reads in DENIED


def test_a_new_user_has_no_rights(engine_url: str, user: str) -> None:
    assert attempt(engine_url, user, READ) in DENIED


def test_a_changed_manifest_changes_the_grants(engine_url: str, user: str) -> None:
    assert grant(engine_url, {user: {"games": "rw"}})
    now = {user: {"games": "r", "tools": "r"}}
    assert len(grant(engine_url, now)) == 1
    # The previous revision still runs and needs its rights.
    assert attempt(engine_url, user, WRITES[1]) == attempt(engine_url, user, NEVER[0]) == 0
    assert len(revoke(engine_url, now)) == 3
    assert attempt(engine_url, user, READ) == attempt(engine_url, user, NEVER[0]) == 0
    assert attempt(engine_url, user, WRITES[1]) in DENIED
    assert revoke(engine_url, {user: {}})
    assert attempt(engine_url, user, READ) in DENIED


def test_existing_grants_are_not_repeated(engine_url: str, user: str) -> None:
    wanted = {user: {"games": "r", "tools": "rw"}}
    assert len(grant(engine_url, wanted)) == 2
    assert grant(engine_url, wanted) == revoke(engine_url, wanted) == []


BY_HAND = [
    "GRANT ALL ON *.* TO `{user}`@`%` WITH GRANT OPTION",
    "GRANT ALL ON savepoint.* TO `{user}`@`%`",
    "GRANT ALL ON savepoint.games TO `{user}`@`%` WITH GRANT OPTION",
    "GRANT SELECT (tool_id, kind), UPDATE (kind) ON savepoint.tools TO `{user}`@`%`",
    "GRANT SELECT ON mysql.* TO `{user}`@`%`",
]


@pytest.mark.parametrize("statement", BY_HAND)
def test_manual_grants_are_revoked(engine_url: str, user: str, statement: str) -> None:
    execute(engine_url, statement.format(user=user))
    wanted = {user: {"games": "r"}}
    assert revoke(engine_url, wanted)
    assert attempt(engine_url, user, READ) == 0
    for one in [*WRITES, *NEVER, "SELECT * FROM mysql.user"]:
        assert attempt(engine_url, user, one) in DENIED, one
    assert revoke(engine_url, wanted) == []


def test_a_role_is_revoked(engine_url: str, user: str) -> None:
    role = f"role-{user}"
    execute(engine_url, f"CREATE ROLE `{role}`", f"GRANT `{role}` TO `{user}`@`%`")
    assert len(revoke(engine_url, {user: {}})) == 1
    assert revoke(engine_url, {user: {}}) == []
    execute(engine_url, f"DROP ROLE `{role}`")


@pytest.mark.parametrize(
    ("name", "table", "right"),
    [
        ("root`@`%", "games", "r"),
        ("fn'x", "games", "r"),
        ("Fn", "games", "r"),
        ("x" * 33, "games", "r"),
        ("fn-x", "games`; DROP TABLE `games", "r"),
        ("fn-x", "alembic_version", "r"),
        ("fn-x", "games", "all"),
    ],
)
def test_an_invalid_name_is_refused_before_any_change(
    engine_url: str, user: str, name: str, table: str, right: str
) -> None:
    with pytest.raises(ValueError, match=r"not a valid|unknown table or right"):
        grant(engine_url, {user: {"games": "r"}, name: {table: right}})
    assert attempt(engine_url, user, READ) in DENIED


def test_a_missing_user_is_not_created(engine_url: str) -> None:
    with pytest.raises(Exception, match="fn-nobody"):
        grant(engine_url, {"fn-nobody": {"games": "r"}})


def test_a_trigger_has_the_rights_that_the_runtime_needs() -> None:
    assert (
        FUNCTIONS["roll_up_sessions"].tables.items()
        >= {
            "consumers": "r",
            "event_failures": "rw",
            "player_stats": "rw",
        }.items()
    )
    assert FUNCTIONS["playtime"].tables == {"playtime_days": "r", "player_achievements": "r"}


def test_the_verifier_may_lock_a_version(engine_url: str, user: str) -> None:
    grant(engine_url, {user: FUNCTIONS["verify_artifact"].tables})
    uploaded = versions.ArtifactUploaded(version_id="1", revision=1, upload_id="u")
    with migrate.engine(address(engine_url, user)).connect() as connection:
        assert versions._waiting(connection, uploaded, for_update=True) is None


def test_functions_and_users_must_match() -> None:
    users = {name: f"fn-{one.service}" for name, one in FUNCTIONS.items()}
    shall = migrate_job.wanted(FUNCTIONS, users)
    assert shall["fn-clean-up"]["audit"] == "rw"
    assert shall["fn-operations"]["audit"] == "ra"
    assert shall["fn-creator"]["audit"] == "a"
    assert shall["fn-sessions"] == {}
    others = {name: user for name, user in users.items() if name != "catalog"}
    with pytest.raises(ValueError, match=r"catalog has no user; there is no function catalogue"):
        migrate_job.wanted(FUNCTIONS, {**others, "catalogue": "fn-catalog"})
    with pytest.raises(ValueError, match="share"):
        migrate_job.wanted(FUNCTIONS, {**users, "catalog": "fn-tools"})


@pytest.fixture
def users(engine_url: str) -> Iterator[dict[str, str]]:
    """A database user for each function."""
    run = uuid.uuid4().hex[:4]
    made = {name: f"f{run}-{one.service}" for name, one in FUNCTIONS.items()}
    execute(engine_url, *(f"CREATE USER `{user}`@`%`" for user in made.values()))
    yield made
    execute(engine_url, *(f"DROP USER `{user}`@`%`" for user in made.values()))


def job(
    folder: str, url: str, users: dict[str, str], *words: str
) -> subprocess.CompletedProcess[str]:
    """Run the job from its staged image."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, "-m", "scripts.release.migrate_job", *words],
        cwd=folder,
        env=environment | {"SQL_URL": url, "DATABASE_USERS": json.dumps(users)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_job_migrates_an_empty_database_and_grants_from_its_image(
    empty_url: str, users: dict[str, str], tmp_path: os.PathLike[str]
) -> None:
    folder = os.fspath(tmp_path)
    subprocess.run(
        [sys.executable, "-m", "scripts.release.migrate_image", "--into", folder],
        cwd=imports.ROOT,
        check=True,
    )
    assert migrate_image.contents()["Dockerfile"]
    shown = job(folder, empty_url, users, "--dry-run", "grant")
    assert shown.returncode == 0, shown.stderr
    assert attempt(empty_url, users["catalog"], READ) in DENIED
    done = job(folder, empty_url, users)
    assert done.returncode == 0, done.stderr
    assert attempt(empty_url, users["catalog"], READ) == 0
    assert attempt(empty_url, users["catalog"], WRITES[1]) in DENIED
    assert attempt(empty_url, users["games_admin"], WRITES[1]) == 0
    again = job(folder, empty_url, users, "migrate", "grant", "revoke")
    assert (again.returncode, again.stdout) == (0, "")


@pytest.mark.parametrize("half", [{"catalog": "fn-catalog"}, {}])
def test_the_job_refuses_half_a_list_of_users(engine_url: str, half: dict[str, str]) -> None:
    refused = job(os.fspath(imports.ROOT), engine_url, half)
    assert refused.returncode == 1
    assert "Nothing was done" in refused.stderr
    assert "has no user" in refused.stderr


@pytest.mark.parametrize("step", ["grant", "revoke"])
def test_an_older_image_grants_and_revokes_despite_new_and_removed_functions(
    engine_url: str, users: dict[str, str], step: str
) -> None:
    root = os.fspath(imports.ROOT)
    since = {name: user for name, user in users.items() if name != "catalog"}
    since["brand_new"] = "fn-brand-new"
    done = job(root, engine_url, since, step)
    assert done.returncode == 0, done.stderr
    refused = job(root, engine_url, since, "migrate", "grant")
    assert "catalog has no user; there is no function brand_new" in refused.stderr
