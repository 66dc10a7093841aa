"""The TypeScript client: its own tests, and the client against a local cloud."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy

from shared.domain.catalog.imports import importing
from tests.conftest import Player
from tests.support.local_cloud import LocalCloud
from tests.support.node import run, start

DRIVERS = "dist/test/cloud"
SESSIONS, MOMENTS, MINUTES, BATCH = 1000, 3, 8, 500
# Nothing listens there.
NOWHERE = "http://127.0.0.1:1"


def test_its_own_tests_pass() -> None:
    done = run("npm", "test", "--silent")
    assert done.returncode == 0, done.stdout


def test_it_reports_reads_searches_and_gets_errors(
    built: None, cloud: LocalCloud, player: Callable[[], Player], client: httpx.Client
) -> None:
    title = f"q{uuid.uuid4().hex[:12]}"
    importing.import_games([json.dumps({"title": title}).encode()])
    (game,) = client.get("/v1/games", params={"q": title}).json()["items"]
    env = {
        "SAVEPOINT_URL": cloud.url,
        "TOKEN": player().token,
        "GAME_ID": game["game_id"],
        "TITLE": title,
    }
    done = run("node", f"{DRIVERS}/api.js", **env)
    assert (done.returncode, done.stdout) == (0, "done\n")


class Offline:
    """A queue in a folder that separate processes fill and send."""

    def __init__(self, folder: Path, player: Player) -> None:
        self.folder = folder
        self.player = player
        self.env = {"FOLDER": str(folder), "TOKEN": player.token}

    def run(self, url: str, *args: str) -> Any:
        done = run("node", f"{DRIVERS}/queue.js", *args, SAVEPOINT_URL=url, **self.env)
        assert done.returncode == 0, done.stdout
        return json.loads(done.stdout.splitlines()[-1])

    def kill_while_sending(self, url: str, answer: int) -> None:
        """Kill a process between the server's response and its processing."""
        env = self.env | {"SAVEPOINT_URL": url, "HANG_AT": str(answer)}
        with start("node", f"{DRIVERS}/queue.js", "send", **env) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "hangs\n"
            process.kill()
            assert process.wait(timeout=20) == -9

    def finished(self) -> int:
        """Return how many items are done according to the journal."""
        lines = map(json.loads, (self.folder / "journal.jsonl").read_text().splitlines())
        return max((line["done"] for line in lines if "done" in line), default=0)


@pytest.fixture
def queue(built: None, tmp_path: Path, player: Callable[[], Player]) -> Offline:
    return Offline(tmp_path / "queue", player())


def test_a_thousand_sessions_queued_offline_arrive_once_despite_kills(
    queue: Offline,
    cloud: LocalCloud,
    client: httpx.Client,
    sql: sqlalchemy.Connection,
    eventually: Callable[..., Any],
) -> None:
    items = SESSIONS * MOMENTS + 1
    offline = queue.run(NOWHERE, "add", str(SESSIONS))
    assert "fetch failed" in offline["outcome"]
    assert offline["left"] == items

    queue.kill_while_sending(cloud.url, answer=2)
    assert queue.finished() == BATCH
    queue.kill_while_sending(cloud.url, answer=3)
    assert queue.finished() == 3 * BATCH

    last = queue.run(cloud.url, "send")
    assert last["left"] == 0
    assert last["outcome"]["accepted"] == items - 3 * BATCH - 1
    (rejected,) = map(json.loads, (queue.folder / "rejected.jsonl").read_text().splitlines())
    assert (rejected["code"], rejected["item"]["event_id"]) == ("invalid_item", "not an id")

    rows = sqlalchemy.text(
        "SELECT session_id, TIMESTAMPDIFF(MINUTE, start_at, end_at) FROM play_intervals"
        " WHERE uid = :uid"
    )
    played = sorted((f"session-{number}", MINUTES) for number in range(SESSIONS))
    eventually(
        lambda: sorted(map(tuple, sql.execute(rows, {"uid": queue.player.uid}))) == played,
        60,
        "1,000 sessions",
    )
    days = client.get("/v1/me/playtime", headers=queue.player.headers, params={"limit": 500}).json()
    assert sum(day["play_ms"] for day in days["items"]) == SESSIONS * MINUTES * 60_000
