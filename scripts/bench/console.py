"""(e) Compares the console page's frame rate with and without concurrent requests."""

import threading
import time
from dataclasses import dataclass

import httpx
from playwright.sync_api import Page

from scripts.bench.figures import Line, Section
from scripts.bench.stores import Stores
from scripts.demo import chromium, temporary_cloud

SECONDS = 15
MADE_FOR = 10_000 / 3600
"""The request rates, in requests per second."""
RATES = (10 * MADE_FOR, 100 * MADE_FOR)
VIEWS = {"": "overview", "events": "list of events"}
SETTLE_MS = 1000
ENOUGH = 0.9
WATCH = """() => {
    const seen = window.seen = {frames: 0, tasks: []};
    new PerformanceObserver(list => list.getEntries().forEach(one => seen.tasks.push(one.duration)))
        .observe({type: 'longtask'});
    (function frame() { seen.frames++; requestAnimationFrame(frame) })();
}"""


@dataclass
class Seen:
    """A page's frame rate, and a list of the page's tasks that took more than 50 ms."""

    frames: float
    tasks: list[float]


def measure(stores: Stores) -> Section:
    """Open each view of the console in Chromium, and send requests at each rate."""
    section = Section(
        "(e) The console under requests",
        f"Frames per second in headless Chromium over {SECONDS} s, the local cloud on the same "
        f"cores; designed for {MADE_FOR:.1f} requests per second. Floor: no requests.",
    )
    stores.progress("starting a local cloud for the console")
    with temporary_cloud.running() as url, chromium.opened() as browser:
        for view, name in VIEWS.items():
            page = browser.new_page()
            page.goto(f"{url}/_local/console/#/{view}")
            page.wait_for_timeout(SETTLE_MS)
            stores.progress(f"{name}, no requests")
            quiet = _seen(page)
            for rate in RATES:
                stores.progress(f"{name}, {rate:.0f} requests per second")
                section.lines.append(_line(name, url, page, quiet, rate))
            page.close()
    return section


def _line(name: str, url: str, page: Page, quiet: Seen, rate: float) -> Line:
    done = threading.Event()
    sent: list[int] = []
    sending = threading.Thread(target=lambda: sent.append(_requests(url, rate, done)))
    sending.start()
    busy = _seen(page)
    done.set()
    sending.join()
    longest = f", the longest {max(busy.tasks):.0f} ms" if busy.tasks else ""
    return Line(
        f"{name}, {sent[0] / SECONDS:.0f} requests per second",
        f"{busy.frames:.0f}/s",
        f"{quiet.frames:.0f}/s",
        busy.frames / quiet.frames,
        at_least=ENOUGH if rate == RATES[0] else None,
        limit=f"{len(busy.tasks)} tasks over 50 ms{longest}",
    )


def _requests(url: str, rate: float, done: threading.Event) -> int:
    """Send requests at a steady rate until `done` is set; return the number sent."""
    started, count = time.monotonic(), 0
    with httpx.Client(base_url=url) as client:
        while not done.wait(max(0.0, started + count / rate - time.monotonic())):
            client.get("/v1/games?limit=1")
            count += 1
    return count


def _seen(page: Page) -> Seen:
    page.evaluate(WATCH)
    page.wait_for_timeout(SECONDS * 1000)
    found = page.evaluate("window.seen")
    page.reload()
    page.wait_for_timeout(SETTLE_MS)
    return Seen(found["frames"] / SECONDS, found["tasks"])
