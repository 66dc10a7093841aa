"""A seeded local cloud for the console's tests, and a real browser."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from emulators.cloud.config import ROOT
from scripts.demo import chromium
from tests.support import local_cloud
from tests.support.local_cloud import LocalCloud

PICTURES = ROOT / "build" / "console"
WIDE = ViewportSize(width=1280, height=900)
PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A seeded local cloud, as `make run` leaves it, whose services may be killed.

    The last of its roots is a folder for functions that a test adds.
    """
    state, more = tmp_path_factory.mktemp("console"), tmp_path_factory.mktemp("more")
    for kind in ("functions", "triggers"):
        (more / kind).mkdir()
    with local_cloud.running(state, "--extra", str(more)) as started:
        done = started.command("seed")
        assert done.returncode == 0, done.stderr
        yield started


@pytest.fixture(scope="module", name="chromium")
def _chromium() -> Iterator[Browser]:
    """Chromium; closed with the module, because Playwright's event loop runs that long."""
    with chromium.opened() as browser:
        expect.set_options(timeout=PATIENCE_MS)
        yield browser


@dataclass
class Watched:
    """A window, the hosts that it contacted and its errors."""

    page: Page
    base: str
    hosts: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)

    def open(self, view: str = "") -> Page:
        """Open a view of the console and wait until it receives events."""
        self.page.goto(f"{self.base}/_local/console/#/{view}")
        expect(self.page.locator("[data-service=edge][data-phase=ready]")).to_be_visible()
        return self.page

    def picture(self, name: str) -> Path:
        """Save a screenshot as build output."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        file = PICTURES / f"{name}.png"
        self.page.screenshot(path=file)
        return file


@contextmanager
def _watched(browser: Browser, seeded: LocalCloud, **options: Any) -> Iterator[Watched]:
    context = browser.new_context(**{"viewport": WIDE, **options})
    context.set_default_timeout(PATIENCE_MS)
    watched = Watched(context.new_page(), seeded.url)
    watched.page.on("request", lambda one: watched.hosts.add(urlsplit(one.url).netloc))
    watched.page.on("pageerror", lambda one: watched.errors.append(str(one)))
    yield watched
    context.close()
    edge, objects = (urlsplit(seeded.cloud.url(name)).netloc for name in ("edge", "objects"))
    assert {edge} <= watched.hosts - {""} <= {edge, objects}
    assert watched.errors == []


@pytest.fixture
def another(seeded: LocalCloud, chromium: Browser) -> Iterator[Callable[..., Watched]]:
    """Opens windows, which may contact only the edge and the object store, and without errors."""
    with ExitStack() as opened:
        yield lambda **options: opened.enter_context(_watched(chromium, seeded, **options))


@pytest.fixture
def window(another: Callable[..., Watched]) -> Watched:
    """A window of a laptop's size."""
    return another()
