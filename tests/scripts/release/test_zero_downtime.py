"""The last release keeps serving without errors while new migrations run, on both engines."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from scripts.checks import last_release
from shared.schema import migrate
from tests.scripts.release import load, previous
from tests.support.engines import execute
from tests.support.local_cloud import LocalCloud, eventually

FUNCTIONS = [
    "functions/catalog", "functions/operations", "functions/playtime", "triggers/roll_up_sessions",
]  # fmt: skip
ENOUGH = 15


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    commit = last_release.tag() or last_release.before_newest_migration()
    if commit is None:
        pytest.skip("this clone is shallow: `git fetch --unshallow --tags` brings the last release")
    return previous.extract(commit, tmp_path_factory.mktemp("previous"))


@pytest.fixture(scope="module")
def url(server_url: str, tree: Path) -> Iterator[str]:
    execute(server_url, "CREATE DATABASE previous")
    previous.migrate(tree, f"{server_url}/previous")
    yield f"{server_url}/previous"
    execute(server_url, "DROP DATABASE previous")


@pytest.fixture(scope="module")
def addresses(tree: Path, url: str, cloud: LocalCloud) -> Iterator[dict[str, str]]:
    with previous.serving(tree, FUNCTIONS, {**cloud.env, "SQL_URL": url}) as found:
        yield found


@pytest.fixture(scope="module")
def tokens(cloud: LocalCloud) -> dict[str, str]:
    return {"player": cloud.token("previous"), "admin": cloud.token("operator", ["admin"])}


def run_under_load(
    addresses: dict[str, str], tokens: dict[str, str], change: Callable[[], None]
) -> load.Load:
    """Put the functions under load, change the database, and wait for enough later requests."""
    with load.running(addresses, tokens) as found:
        eventually(lambda: found.failed or found.at_least(ENOUGH), 30, "no load")
        change()
        enough = min(found.answered.values(), default=0) + ENOUGH
        eventually(lambda: found.failed or found.at_least(enough), 30, "no load after the change")
    return found


def rolled_up_players(url: str) -> int:
    """Return how many players have rolled-up sessions."""
    engine = create_engine(make_url(url).set(drivername="mysql+pymysql"))
    with engine.connect() as connection:
        found = connection.scalar(text("SELECT COUNT(DISTINCT uid) FROM player_stats"))
    engine.dispose()
    return int(found)


def test_no_request_fails_while_migrations_run(
    addresses: dict[str, str], tokens: dict[str, str], url: str
) -> None:
    found = run_under_load(addresses, tokens, lambda: migrate.upgrade(url))
    assert found.failed == []
    assert set(found.answered) == {"search", "playtime", "pause", "roll up"}
    assert rolled_up_players(url) == len(found.rolled_up)


def test_a_column_dropped_while_in_use_is_detected(
    addresses: dict[str, str], tokens: dict[str, str], url: str
) -> None:
    rename = "ALTER TABLE previous.games RENAME COLUMN {} TO {}"
    server = url.removesuffix("/previous")
    found = run_under_load(
        addresses, tokens, lambda: execute(server, rename.format("title", "heading"))
    )
    execute(server, rename.format("heading", "title"))
    assert found.failed
    assert all(one.startswith("search: ") for one in found.failed)
