"""`--isolated`: each function runs from its bundle, in its process, as its database user.

On both engines: MySQL requires more privileges than MariaDB where a row is locked.
"""

import json
import os
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import psutil
import pytest
from sqlalchemy.exc import DBAPIError

from emulators.cloud import config, database, database_users
from scripts.bundling import imports
from shared.runtime import clock, manifest
from shared.schema import migrate
from tests.support import local_cloud
from tests.support.engines import KINDS
from tests.support.local_cloud import LocalCloud, eventually

FUNCTIONS = manifest.discover([imports.ROOT])
DOCUMENT = json.loads((imports.ROOT / "docs/openapi.json").read_text(encoding="utf-8"))
EVERYTHING = ["creator", "admin"]
TEXTS = {"name": "Swift", "summary": "Runs faster."}

FORGETFUL = """
from pydantic import BaseModel
from sqlalchemy import select
from shared.runtime import http, sql
from shared.schema.catalog import games
from shared.schema.tools import tools

api = http.Api(__file__)

class Count(BaseModel):
    rows: int

@api.get("/v1/forgetful/{what}")
def read(what: str) -> Count:
    table = games if what == "games" else tools
    return Count(rows=sql.read(lambda conn: len(conn.execute(select(table)).all())))

main = api.entry_point()
"""
FORGOT = """
description: Reads a table that its manifest does not name.
trigger: {http: {paths: [/v1/forgetful], caller: public}}
memory: 512Mi
cpu: 1
concurrency: 1
instances: {max: 1}
timeout: 10
stores: {sql: {pool: 1, tables: {games: r}}}
objectives: {availability: 0.9, p99_ms: 1000}
"""


@pytest.fixture(scope="module", params=KINDS)
def isolated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalCloud]:
    try:
        database.find(request.param)
    except config.CloudError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp(f"isolated-{request.param}")
    forgetful = folder / "more/functions/forgetful"
    forgetful.mkdir(parents=True)
    (forgetful / "main.py").write_text(FORGETFUL)
    (forgetful / manifest.FILE).write_text(FORGOT)
    options = ("--isolated", "--extra", str(folder / "more"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAVEPOINT_DATABASE", request.param)
        with local_cloud.running(folder / "state", *options) as opened:
            yield opened


@pytest.fixture
def client(isolated: LocalCloud) -> Iterator[httpx.Client]:
    """A client with every role."""
    headers = {"Authorization": f"Bearer {isolated.token('grace', EVERYTHING)}"}
    with httpx.Client(base_url=isolated.url, headers=headers, timeout=60) as opened:
        yield opened


def queried(cloud: LocalCloud, query: str) -> set[Any]:
    """Return the first column of a query that root executes."""
    with migrate.engine(database_users.root_url(cloud.cloud)).connect() as connection:
        return set(connection.exec_driver_sql(query).scalars())


def test_a_report_becomes_playtime_through_bundles(
    isolated: LocalCloud, client: httpx.Client
) -> None:
    now = clock.now()
    items = [
        {
            "event_id": str(uuid.uuid4()),
            "session_id": "s-1",
            "game_id": "42",
            "kind": kind,
            "at": (now - timedelta(minutes=minutes)).isoformat(),
            "install_id": "i-1",
            "boot_id": "b-1",
            "uptime_ms": 10_000_000 - minutes * 60_000,
        }
        for minutes, kind in ((8, "started"), (4, "heartbeat"), (0, "ended"))
    ]
    body = {"sent_at": now.isoformat(), "items": items}
    taken = client.post("/v1/me/sessions:batch", json=body)
    assert (taken.status_code, taken.json()["accepted"]) == (202, 3)

    def played() -> int:
        days = client.get("/v1/me/playtime").json()["items"]
        return sum(day["play_ms"] for day in days)

    eventually(lambda: played() == 8 * 60_000, 60)
    users = queried(isolated, "SELECT user FROM information_schema.processlist")
    assert users >= {"playtime", "roll-up-sessions"}
    commands = [
        " ".join(child.cmdline())
        for child in psutil.Process(isolated.pid("functions")).children(recursive=True)
    ]
    assert any("functions-framework" in command and "--asgi" in command for command in commands)


def reads() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every path with a GET, with examples of its required parameters."""
    for path, operations in DOCUMENT["paths"].items():
        parameters = operations.get("get", {}).get("parameters", [])
        examples = {
            one["name"]: one["schema"].get("examples", ["win32"])[0]
            for one in parameters
            if one.get("required")
        }
        if "get" in operations:
            yield path.format(**examples), examples


def test_every_function_may_read_what_its_manifest_names(client: httpx.Client) -> None:
    answers = {path: client.get(path, params=given).status_code for path, given in reads()}
    assert len(answers) > 20
    # 503: no detection list is built without games. A denied statement would be a 500.
    wrong = {path: status for path, status in answers.items() if status not in (200, 404, 503)}
    assert wrong == {}


@pytest.mark.parametrize("name", [name for name, one in FUNCTIONS.items() if one.schedule])
def test_every_schedule_may_do_what_its_manifest_names(isolated: LocalCloud, name: str) -> None:
    answer = isolated.fire(name)
    assert answer.is_success, answer.text


def test_operators_creators_and_players_may_write(
    isolated: LocalCloud, client: httpx.Client
) -> None:
    def call(method: str, path: str, **request: Any) -> Any:
        answer = client.request(method, path, **request)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    game_id = call("POST", "/v1/admin/games", json={"title": uuid.uuid4().hex})["game_id"]
    call("PUT", "/v1/admin/entitlements/grace/premium", json={})
    call("DELETE", "/v1/admin/entitlements/grace/premium")
    call("PUT", "/v1/admin/roles/grace/creator")
    call("POST", "/v1/admin/consumers/erase_player/pause", json={"reason": "a test"})
    call("POST", "/v1/admin/consumers/erase_player/resume")
    call("POST", "/v1/admin/projections/rebuild", json={"kind": "stats"})
    tool = {"game_id": str(game_id), "kind": "trainer", "texts": {"en": TEXTS}}
    key = {"Idempotency-Key": uuid.uuid4().hex}
    call("POST", "/v1/creator/tools", json=tool, headers=key)
    item = {"id": "a", "path": "C:/Games/Swift/swift.exe"}
    call("POST", "/v1/me/library:match", json={"sent_at": clock.now().isoformat(), "items": [item]})

    leaving = {"Authorization": f"Bearer {isolated.token('heidi')}"}
    erasure = client.delete("/v1/me", headers=leaving)
    assert erasure.status_code == 202, erasure.text
    erased = "SELECT uid FROM erasures WHERE finished_at IS NOT NULL"
    eventually(lambda: "heidi" in queried(isolated, erased), 60)


AUDITED = [name for name, one in FUNCTIONS.items() if "audit" in one.tables]


@pytest.mark.parametrize("name", [one for one in AUDITED if one != "clean_up"])
@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = ''", "DELETE FROM audit"])
def test_audit_entries_cannot_be_changed(isolated: LocalCloud, name: str, statement: str) -> None:
    url = database_users.sql_url(isolated.cloud, FUNCTIONS[name])
    with (
        migrate.engine(url).connect() as connection,
        pytest.raises(DBAPIError, match="command denied"),
    ):
        connection.exec_driver_sql(statement)


def test_a_table_that_a_manifest_forgets_is_refused(
    isolated: LocalCloud, client: httpx.Client
) -> None:
    assert client.get("/v1/forgetful/games").status_code == 200
    assert client.get("/v1/forgetful/tools").status_code == 500
    assert "command denied to user 'forgetful'" in isolated.cloud.log("functions").read_text()
