"""After a publish, two instances of a function both serve the new version within seconds."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection

from emulators.cloud import processes
from emulators.cloud.config import HOST, ROOT, choose_ports
from shared.runtime.memory import CHECK_SECONDS
from tests.support import publishing
from tests.support.local_cloud import LocalCloud, eventually

SLACK_SECONDS = 3
"""Extra time for a busy machine."""


@contextmanager
def instance(name: str, cloud: LocalCloud, log: Path) -> Iterator[httpx.Client]:
    """Run one process of a function with production's command."""
    port = choose_ports("auto")["functions"]
    source = ROOT / "functions" / name / "main.py"
    command = ["-m", "functions_framework", "--target=main", f"--source={source}"]
    settings = {"FUNCTION_USE_ASGI": "1", "K_SERVICE": name, "HOST": HOST, "PORT": str(port)}
    environment = {**os.environ, **cloud.env, **settings, "PYTHONPATH": str(ROOT)}
    process = processes.spawn([sys.executable, *command], log, environment, cwd=ROOT)
    try:
        with httpx.Client(base_url=f"http://{HOST}:{port}", timeout=30) as client:
            eventually(
                lambda: client.head("/v1/nothing").status_code == 404, 60, f"{name} is not up"
            )
            yield client
    finally:
        processes.stop(process)


@pytest.fixture
def instances(cloud: LocalCloud, tmp_path: Path) -> Iterator[dict[str, list[httpx.Client]]]:
    """Two processes of each function that shows tools."""
    with ExitStack() as running:
        yield {
            name: [
                running.enter_context(instance(name, cloud, tmp_path / f"{name}-{number}.log"))
                for number in (1, 2)
            ]
            for name in ("catalog", "tools")
        }


def test_both_instances_serve_the_published_and_not_the_withdrawn_version(
    instances: dict[str, list[httpx.Client]], sql: Connection
) -> None:
    game_id = publishing.game(sql)
    tool_id = publishing.tool(sql, game_id)
    first = publishing.version(sql, tool_id, "1.0.0")
    second = publishing.version(sql, tool_id, "2.0.0", state="verifying")

    def shown() -> list[list[str]]:
        lists = [
            *(one.get(f"/v1/games/{game_id}/tools") for one in instances["catalog"]),
            *(one.get(f"/v1/tools/{tool_id}/versions") for one in instances["tools"]),
        ]
        return [versions(answer.json()["items"]) for answer in lists]

    assert shown() == [["1.0.0"]] * 4
    publishing.move(sql, second, "published")
    published_at = time.monotonic()
    publishing.move(sql, first, "withdrawn")
    eventually(lambda: shown() == [["2.0.0"]] * 4, CHECK_SECONDS + SLACK_SECONDS)
    assert time.monotonic() - published_at < CHECK_SECONDS + SLACK_SECONDS


def versions(items: list[Any]) -> list[str]:
    """Return the versions in a list of versions, or of tools with their newest versions."""
    return [one["version"] for item in items for one in item.get("newest", [item])]
