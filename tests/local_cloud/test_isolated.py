"""Each function from its bundle, in its process, as its database user, by production's command."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

import httpx
import psutil
import pytest

from emulators import own_users
from shared.runtime import clock
from shared.schema import migrate
from tests.local_cloud import local
from tests.local_cloud.local import LocalCloud, eventually


@pytest.fixture
def isolated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with local.running(tmp_path_factory.mktemp("isolated"), "--isolated") as opened:
        yield opened


def database_users(cloud: LocalCloud) -> set[str]:
    """Who is signed in to the database."""
    asked = "SELECT user FROM information_schema.processlist"
    with migrate.engine(own_users.root_url(cloud.cloud)).connect() as connection:
        return set(connection.exec_driver_sql(asked).scalars())


def test_a_report_goes_its_whole_way_through_bundles(isolated: LocalCloud) -> None:
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
    headers = {"Authorization": f"Bearer {isolated.token('grace')}"}
    with httpx.Client(base_url=isolated.url, headers=headers, timeout=60) as client:
        body = {"sent_at": now.isoformat(), "items": items}
        taken = client.post("/v1/me/sessions:batch", json=body)
        assert (taken.status_code, taken.json()["accepted"]) == (202, 3)

        def played() -> int:
            days = client.get("/v1/me/playtime").json()["items"]
            return sum(day["play_ms"] for day in days)

        eventually(lambda: played() == 8 * 60_000, 60)
    assert database_users(isolated) >= {"playtime", "roll-up-sessions"}
    commands = [
        " ".join(child.cmdline())
        for child in psutil.Process(isolated.pid("functions")).children(recursive=True)
    ]
    assert any("functions-framework" in command and "--asgi" in command for command in commands)
