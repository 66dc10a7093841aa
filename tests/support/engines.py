"""Private MariaDB and MySQL servers: a test that uses one of these fixtures runs on both.

engine_url    a migrated database, shared by the session: isolate by player and game
empty_url     an empty database for one test
runtime_sql   engine_url, with `shared.runtime.sql` connected to it
"""

import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pymysql
import pytest

from emulators.cloud import config, database, processes
from shared.runtime import pool, settings, sql
from shared.schema import migrate

KINDS = ("mariadb", "mysql")
READY_SECONDS = 60
# Durability does not matter in a test.
FAST = ("--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0", "--skip-log-bin")

passed: Counter[str] = Counter()


@pytest.fixture(scope="session", params=KINDS)
def server_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a server that runs for this session, without a database name."""
    try:
        engine = database.find(request.param)
    except config.CloudError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    with running(engine, tmp_path_factory.mktemp(request.param)) as url:
        yield url


@contextmanager
def running(engine: database.Engine, folder: Path) -> Iterator[str]:
    """Install and run a server in `folder`; yield its address."""
    data, log = folder / "data", folder / "log"
    port = config.choose_ports("auto")["mysql"]
    address = database.socket_path(folder)
    environment = dict(os.environ)
    prefix = database.private_tmp(folder)
    installed = processes.spawn([*prefix, *engine.install, f"--datadir={data}"], log, environment)
    assert installed.wait(READY_SECONDS) == 0, log.read_text()
    command = [
        *prefix,
        *engine.server,
        f"--datadir={data}",
        f"--socket={address}",
        f"--port={port}",
    ]
    process = processes.spawn([*command, f"--bind-address={config.HOST}", *FAST], log, environment)
    url = f"mysql://root:@{config.HOST}:{port}"
    try:
        until_ready(url, log)
        yield url
    finally:
        processes.stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def until_ready(url: str, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            execute(url, "SELECT 1")
        except pymysql.OperationalError:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        else:
            return


def execute(url: str, *statements: str) -> None:
    """Execute statements on a new connection."""
    parts = urlsplit(url)
    connection = pymysql.connect(host=parts.hostname, port=parts.port or 3306, user="root")
    with closing(connection), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def empty_url(server_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"test_{abs(hash(request.node.nodeid)):x}"
    execute(server_url, f"CREATE DATABASE {name}")
    yield f"{server_url}/{name}"
    execute(server_url, f"DROP DATABASE {name}")


@pytest.fixture(scope="session")
def engine_url(server_url: str) -> str:
    execute(server_url, "CREATE DATABASE savepoint")
    url = f"{server_url}/savepoint"
    migrate.upgrade(url)
    return url


@pytest.fixture
def runtime_sql(engine_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Connect `shared.runtime.sql` to this engine while the test runs."""
    monkeypatch.setenv("SQL_URL", engine_url)
    pool.require(pool.DEFAULT_SIZE)  # a function imported earlier may have required fewer
    disconnect()
    yield engine_url
    disconnect()


def disconnect() -> None:
    """Reset the runtime's settings and close its connections."""
    settings.reset()
    if sql._engine is not None:
        sql._engine.dispose()
    sql._engine = None


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and report.passed:
        passed.update(kind for kind in KINDS if f"[{kind}" in report.nodeid)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if passed:
        counts = ", ".join(f"{kind} {passed[kind]}" for kind in KINDS)
        terminalreporter.write_line(f"SQL tests passed on each engine: {counts}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In continuous integration, fail a full run that did not use both engines."""
    if hasattr(session.config, "workerinput"):
        return  # a worker, which runs only a part
    everything = session.config.args_source is pytest.Config.ArgsSource.TESTPATHS
    idle = [kind for kind in KINDS if not passed[kind]]
    if os.environ.get("CI") and everything and idle and session.exitstatus == pytest.ExitCode.OK:
        session.config.get_terminal_writer().line(f"No SQL test ran on {' or '.join(idle)}.")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
