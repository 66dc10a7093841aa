"""The Electron sample without Electron: its logic in Node, its page in Chromium."""

import json
import os
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread, Timer
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from emulators.cloud.config import ROOT
from scripts.demo import chromium
from shared.domain.catalog.imports import importing
from tests.support.local_cloud import LocalCloud

SAMPLE = ROOT / "clients" / "electron"
PAGE = SAMPLE / "dist" / "src" / "overlay"
BRIDGE = SAMPLE / "dist" / "test" / "overlay" / "bridge.js"
AXE = ROOT / "emulators/console/web/node_modules/axe-core/axe.min.js"
PICTURES = ROOT / "build" / "overlay"
# Nothing listens there.
NOWHERE = "http://127.0.0.1:1"
MINUTE_MS = 60_000
TIMEOUT_SECONDS = 60
UNKNOWN = "\N{EN DASH}"


@pytest.fixture(scope="module", autouse=True)
def tested() -> None:
    """Build the sample and run its own tests."""
    done = subprocess.run(
        ["npm", "test", "--silent"],
        cwd=SAMPLE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "pass 0" not in done.stdout


class Companion:
    """A player's companion, which runs in a new process each time it is started."""

    def __init__(self, cloud: LocalCloud, game_id: str, folder: Path) -> None:
        now = datetime.now(UTC)
        self.game_id = game_id
        self.start = now - timedelta(hours=1)
        self.player = f"electron-{uuid.uuid4().hex[:8]}"
        self.document = f"players/{self.player}/stats/{game_id}"
        self.env = {
            "FIRESTORE": cloud.cloud.address("firestore"),
            "FOLDER": str(folder),
            "GAME_ID": game_id,
            "PLAYER": self.player,
            # A time zone where it is noon, so that an hour ago was today.
            "TZ": f"Etc/GMT{now.hour - 12:+d}",
        }

    @contextmanager
    def play(
        self, first: int, last: int, url: str, *, wrong: int = 0
    ) -> Iterator[subprocess.Popen[str]]:
        """Play from one minute to another; a process that is still running at the end is killed."""
        words = (int(self.start.timestamp() * 1000), first, last, wrong)
        with subprocess.Popen(
            ["node", "dist/test/cloud/play.js", *map(str, words)],
            cwd=SAMPLE,
            env=os.environ | self.env | {"SAVEPOINT_URL": url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            # Reading a line that is never printed would block forever.
            timer = Timer(TIMEOUT_SECONDS, process.kill)
            timer.start()
            try:
                yield process
            finally:
                timer.cancel()
                process.kill()


def received(process: subprocess.Popen[str], **expected: Any) -> dict[str, Any]:
    """Read what is sent to the overlay until it contains the expected values."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(json.loads(line))
        if expected.items() <= lines[-1].items():
            found: dict[str, Any] = lines[-1]
            return found
    raise AssertionError(f"{expected} was not sent, but {lines}")


def quit_(process: subprocess.Popen[str]) -> None:
    """Quit as the app does, which reports the ends of sessions."""
    assert process.stdin is not None
    process.stdin.write("quit\n")
    process.stdin.flush()
    assert process.wait(timeout=30) == 0


@pytest.fixture
def companion(cloud: LocalCloud, client: httpx.Client, tmp_path: Path) -> Companion:
    title = f"e{uuid.uuid4().hex[:12]}"
    importing.import_games([json.dumps({"title": title}).encode()])
    (game,) = client.get("/v1/games", params={"q": title}).json()["items"]
    return Companion(cloud, game["game_id"], tmp_path)


def test_ten_minutes_with_a_crash_offline_and_a_wrong_clock_are_ten_minutes(
    companion: Companion,
    cloud: LocalCloud,
    client: httpx.Client,
    firestore: Any,
    eventually: Callable[..., Any],
) -> None:
    # When it is killed, its last report is two minutes old, and none has been sent.
    with companion.play(0, 6, NOWHERE, wrong=-120) as process:
        received(process, title="Hades", pending=2)

    with companion.play(6, 12, cloud.url) as process:
        received(process, title="Hades")
        quit_(process)

    headers = {"Authorization": f"Bearer {cloud.token(companion.player)}"}
    ten = [(companion.game_id, 10 * MINUTE_MS)]

    def days() -> list[tuple[str, int]]:
        listed = client.get("/v1/me/playtime", headers=headers).json()["items"]
        return [(day["game_id"], day["play_ms"]) for day in listed]

    eventually(lambda: days() == ten, what="ten minutes")
    stats = firestore.document(companion.document)
    eventually(lambda: stats.get().get("play_ms") == 10 * MINUTE_MS, what="ten minutes of stats")
    with companion.play(60, 60, cloud.url) as process:
        received(process, todayMs=10 * MINUTE_MS, totalMs=10 * MINUTE_MS)


def test_stats_are_sent_when_they_change_even_without_the_api(
    companion: Companion, firestore: Any
) -> None:
    with companion.play(0, 0, NOWHERE) as process:
        received(process, todayMs=None, totalMs=0)
        firestore.document(companion.document).set({"play_ms": MINUTE_MS})
        received(process, todayMs=None, totalMs=MINUTE_MS)


@dataclass
class Overlay:
    """The overlay's page in a browser, with a bridge that the test controls."""

    page: Page
    base: str
    hosts: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)

    def state(self, title: str | None, pending: int = 0) -> None:
        self.page.evaluate("value => sendState(value)", {"title": title, "pending": pending})

    def stats(self, today: float | None, total: float) -> None:
        today_ms = None if today is None else today * MINUTE_MS
        stats = {"todayMs": today_ms, "totalMs": total * MINUTE_MS}
        self.page.evaluate("value => sendStats(value)", stats)


@pytest.fixture(scope="module", name="chromium")
def _chromium() -> Iterator[Browser]:
    with chromium.opened() as browser:
        yield browser


@pytest.fixture
def served() -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Do not log requests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(PAGE))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def overlay(chromium: Browser, served: str) -> Iterator[Overlay]:
    """The page, which may contact only its own server, and without errors."""
    page = chromium.new_page(viewport={"width": 320, "height": 150})
    opened = Overlay(page, served)
    page.on("request", lambda one: opened.hosts.add(urlsplit(one.url).netloc))
    page.on("pageerror", lambda one: opened.errors.append(str(one)))
    page.add_init_script(path=BRIDGE)
    page.goto(f"{served}/index.html")
    yield opened
    page.close()
    assert opened.hosts == {urlsplit(served).netloc}
    assert opened.errors == []


def test_the_overlay_shows_what_it_receives(overlay: Overlay) -> None:
    page = overlay.page
    heading = page.get_by_role("heading")
    today = page.locator("div", has_text="Today").get_by_role("definition")
    total = page.locator("div", has_text="Total").get_by_role("definition")
    expect(heading).to_have_text("No game running")
    overlay.state("Hades")
    expect(heading).to_have_text("Hades")
    expect(total).to_have_text(UNKNOWN)
    overlay.stats(7.9, 3 * 60 + 5)
    expect(today).to_have_text("7 min")
    expect(total).to_have_text("3 h 5 min")
    overlay.stats(None, 60)
    expect(today).to_have_text(UNKNOWN)
    expect(total).to_have_text("1 h 0 min")
    page.evaluate("sendStats(null)")
    expect(total).to_have_text(UNKNOWN)


def test_the_overlay_shows_pending_reports(overlay: Overlay) -> None:
    status = overlay.page.get_by_role("status")
    expect(status).to_be_empty()
    overlay.state("Hades", pending=3)
    expect(status).to_have_text("Offline, 3 reports pending")
    overlay.state("Hades")
    expect(status).to_be_empty()


def test_a_title_is_plain_text_and_other_hosts_are_blocked(overlay: Overlay) -> None:
    page = overlay.page
    overlay.state("<img src=x onerror=fail()>")
    expect(page.get_by_role("heading")).to_have_text("<img src=x onerror=fail()>")
    violation = """new Promise(resolve => {
      document.addEventListener("securitypolicyviolation",
        event => resolve(event.effectiveDirective), {once: true});
      setTimeout(resolve, 5000, "allowed");
      %s
    })"""
    inline = "document.body.append(Object.assign(document.createElement('script'), {text: '0'}))"
    assert page.evaluate(violation % inline) == "script-src-elem"
    assert page.evaluate(violation % f"fetch('{NOWHERE}').catch(() => {{}})") == "connect-src"


def test_the_overlay_sets_no_timer_and_is_transparent(overlay: Overlay) -> None:
    overlay.state("Hades", pending=1)
    overlay.stats(1, 1)
    page = overlay.page
    expect(page.get_by_role("status")).not_to_be_empty()
    assert page.evaluate("timers") == []
    assert page.evaluate("document.getAnimations().length") == 0
    transparent = "rgba(0, 0, 0, 0)"
    for element in ("document.body", "document.documentElement"):
        assert page.evaluate(f"getComputedStyle({element}).backgroundColor") == transparent


@pytest.mark.parametrize("ground", ["white", "black"])
def test_the_overlay_is_accessible(overlay: Overlay, ground: str) -> None:
    overlay.state("A title that is far longer than any overlay has room for on one line", pending=3)
    overlay.stats(61, 12_345)
    page = overlay.page
    page.evaluate(f"document.documentElement.style.background = '{ground}'")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run()")
    assert [(one["id"], one["nodes"][0]["failureSummary"]) for one in found["violations"]] == []
    assert {"color-contrast"} <= {one["id"] for one in found["passes"]}
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{ground}.png")
