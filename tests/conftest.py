"""One local cloud for a whole test session; tests isolate by player and game.

cloud       the running local cloud (tests.support.local_cloud.LocalCloud), with the test-only
            functions and triggers of tests/fixtures; its settings are in os.environ too, so that
            a test can use shared.runtime itself
client      an HTTP client at the gateway
token       token(uid, roles=()) of the cloud's issuer
player      player() is a new player: uid, token, headers
sql         a SQLAlchemy connection to the cloud's database, committing each statement
firestore   a Firestore client that rules do not bind
eventually  eventually(look, timeout=20): poll until `look()` is true, and return that
"""

import itertools
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import sqlalchemy

from shared.runtime import settings
from tests.support import local_cloud
from tests.support.local_cloud import LocalCloud

pytest_plugins = ["tests.support.engines", "tests.support.failing"]


@dataclass(frozen=True)
class Player:
    """Someone who plays, in one test only."""

    uid: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    state = tmp_path_factory.mktemp("cloud")
    with local_cloud.running(state, "--extra", str(local_cloud.FIXTURES)) as started:
        before = dict(os.environ)
        os.environ.update(started.env)
        settings.reset()
        yield started
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(scope="session")
def client(cloud: LocalCloud) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=cloud.url, timeout=60) as opened:
        yield opened


@pytest.fixture(scope="session")
def token(cloud: LocalCloud) -> Callable[..., str]:
    def make(uid: str, roles: Sequence[str] = (), **claims: Any) -> str:
        return cloud.token(uid, roles, **claims)

    return make


@pytest.fixture(scope="session")
def player(cloud: LocalCloud) -> Callable[..., Player]:
    session, count = uuid.uuid4().hex[:8], itertools.count()

    def make(roles: Sequence[str] = ()) -> Player:
        uid = f"player-{session}-{next(count)}"
        return Player(uid, cloud.token(uid, roles))

    return make


@pytest.fixture(scope="session")
def _engine(cloud: LocalCloud) -> Iterator[sqlalchemy.Engine]:
    url = sqlalchemy.make_url(cloud.env["SQL_URL"]).set(drivername="mysql+pymysql")
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
    yield engine
    engine.dispose()


@pytest.fixture
def sql(_engine: sqlalchemy.Engine) -> Iterator[sqlalchemy.Connection]:
    with _engine.connect() as connection:
        yield connection


@pytest.fixture(scope="session")
def firestore(cloud: LocalCloud) -> Iterator[Any]:
    from google.cloud import firestore as library  # noqa: PLC0415 - a second that unit tests save

    opened = library.Client(project=cloud.cloud.project)
    yield opened
    opened.close()  # type: ignore[no-untyped-call]


@pytest.fixture(scope="session")
def eventually() -> Callable[..., Any]:
    return local_cloud.eventually
