"""The samples in docs/client.md are the compiled ones, and they work."""

import functools
import http.server
import json
import re
import subprocess
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright import sync_api
from playwright.sync_api import expect

from emulators.cloud.config import ROOT
from scripts.demo import chromium
from shared.domain.catalog.imports import importing
from tests.support.local_cloud import LocalCloud
from tests.support.node import CLIENT, start

SAMPLES = CLIENT / "samples"
BLOCK = re.compile(r"```ts\n(.*?)```", re.DOTALL)
TIMEOUT_MS = 30_000
# The limit of a queue.
MAX_BYTES = 16 * 1024 * 1024


def test_the_document_shows_the_samples() -> None:
    shown = BLOCK.findall((ROOT / "docs" / "client.md").read_text("utf-8"))
    for sample in SAMPLES.glob("*.ts"):
        assert sample.read_text("utf-8") in shown, f"docs/client.md has a different {sample.name}"


@pytest.mark.parametrize("name", ["electron-main", "web"])
def test_a_sample_is_thirty_lines_besides_comments(name: str) -> None:
    lines = (SAMPLES / f"{name}.ts").read_text("utf-8").splitlines()
    assert len([line for line in lines if line and not line.startswith("//")]) <= 30


@pytest.fixture(scope="module")
def game(cloud: LocalCloud) -> None:
    """The game that the samples play."""
    importing.import_games([json.dumps({"title": "Hades"}).encode()])


@pytest.fixture
def someone() -> str:
    return f"sample-{uuid.uuid4().hex[:8]}"


def test_the_electron_sample_receives_what_it_reported(
    built: None, game: None, cloud: LocalCloud, someone: str, tmp_path: Path
) -> None:
    with electron(cloud, someone, tmp_path) as process:
        assert process.stdout is not None
        before, after = (json.loads(process.stdout.readline()) for _ in range(2))
    assert before == "not played yet"
    assert after["last_played_at"]


@pytest.mark.usefixtures("built", "game")
def test_the_electron_sample_survives_a_full_queue(
    cloud: LocalCloud, someone: str, tmp_path: Path, eventually: Callable[..., Any]
) -> None:
    folder = tmp_path / "sessions" / someone
    folder.mkdir(parents=True)
    large = {"number": 1, "item": {"event_id": "x" * MAX_BYTES}}
    (folder / "journal.jsonl").write_text(json.dumps(large) + "\n")
    with electron(cloud, someone, tmp_path) as process:
        eventually((folder / "rejected.old.jsonl").exists)
        assert process.poll() is None


@contextmanager
def electron(cloud: LocalCloud, player: str, user_data: Path) -> Iterator[subprocess.Popen[str]]:
    """Run the Electron sample for a player."""
    env = {
        "SAVEPOINT_URL": cloud.url,
        "FIRESTORE_PORT": str(cloud.cloud.ports["firestore"]),
        "USER_DATA": str(user_data),
        "PLAYER": player,
    }
    with start("node", "dist/samples/electron-main.js", **env) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def page_url() -> Iterator[str]:
    """The web sample as a page, with modules resolved as a bundler would."""
    handler = functools.partial(Page, directory=str(CLIENT))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Page(http.server.SimpleHTTPRequestHandler):
    """Serves the client's folder, and the page at its root."""

    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript"
    }

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(page().encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it so
        """Do not log requests."""


def page() -> str:
    firebase = json.loads((CLIENT / "node_modules/firebase/package.json").read_text("utf-8"))
    cdn = f"https://www.gstatic.com/firebasejs/{firebase['version']}/firebase-app.js"
    modules = "/node_modules/firebase/firebase"
    imports = {
        "@savepoint/client": "/dist/src/index.js",
        "openapi-fetch": "/node_modules/openapi-fetch/dist/index.mjs",
        "firebase/app": f"{modules}-app.js",
        "firebase/firestore": f"{modules}-firestore.js",
        # Firebase's prebuilt modules import each other from its CDN.
        cdn: f"{modules}-app.js",
    }
    return (
        "<!doctype html><body>"
        f'<script type="importmap">{json.dumps({"imports": imports})}</script>'
        '<script type="module" src="/dist/samples/web.js"></script>'
    )


@pytest.fixture
def tab() -> Iterator[sync_api.Page]:
    """A browser tab without script errors."""
    with chromium.opened() as browser:
        opened = browser.new_page()
        errors: list[str] = []
        opened.on("pageerror", lambda error: errors.append(str(error)))
        yield opened
        assert errors == []


@pytest.fixture
def sample_url(built: None, game: None, cloud: LocalCloud, someone: str, page_url: str) -> str:
    """The web sample's URL, with the local cloud's address and the player."""
    port = cloud.cloud.ports["firestore"]
    return f"{page_url}?{urlencode({'api': cloud.url, 'port': port, 'player': someone})}"


def test_the_web_sample_receives_what_it_reported(sample_url: str, tab: sync_api.Page) -> None:
    tab.goto(sample_url)
    stats = tab.locator("body", has_text="last_played_at")
    expect(stats).to_be_visible(timeout=TIMEOUT_MS)


def test_the_web_sample_survives_a_network_error(sample_url: str, tab: sync_api.Page) -> None:
    tab.route("**/v1/me/sessions:batch", lambda route: route.abort())
    with tab.expect_console_message(
        lambda message: "Failed to fetch" in message.text and message.type == "warning",
        timeout=TIMEOUT_MS,
    ):
        tab.goto(sample_url)
    expect(tab.locator("body")).to_have_text('"not played yet"')
