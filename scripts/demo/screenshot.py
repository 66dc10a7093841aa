"""Takes the README's pictures of the console: `python -m scripts.demo.screenshot`.

The script starts a temporary local cloud, sends requests, and takes screenshots in Chromium.
"""

import sys

import httpx
from playwright.sync_api import Page

from scripts.bundling.imports import ROOT
from scripts.demo import chromium, temporary_cloud

PICTURES = ROOT / "docs" / "pictures"
GAMES = ("hades", "portal", "celeste", "stardew", "hollow")
ROUNDS = 8
CONSOLE = "/_local/console"
# An arrow glows for most of a second. After this delay, all events of a session have passed.
GLOWING_MS = 350


def _work(url: str) -> None:
    """Search for games, and report playtime for the player `ada`."""
    with httpx.Client(base_url=url, timeout=60) as client:
        for number in range(ROUNDS):
            for name in GAMES:
                client.get("/v1/games", params={"q": name}).raise_for_status()
            _play(client, 20 + number)


def _play(client: httpx.Client, minutes: int) -> str:
    response = client.post(f"{CONSOLE}/api/play", json={"minutes": minutes}).raise_for_status()
    return str(response.json()["trace"])


def _look(page: Page, url: str) -> None:
    page.goto(f"{url}{CONSOLE}/")
    page.wait_for_selector("[data-service=edge][data-phase=ready]")
    with httpx.Client(base_url=url, timeout=60) as client:
        trace = _play(client, 60)
    page.wait_for_selector("[data-node='trigger:grant_achievements'][data-pulses]")
    page.wait_for_timeout(GLOWING_MS)
    page.screenshot(path=PICTURES / "console.png")
    page.goto(f"{url}{CONSOLE}/#/trace/{trace}")
    page.wait_for_selector(".waterfall li[data-kind=document]")
    page.screenshot(path=PICTURES / "waterfall.png")


def main() -> None:
    """Write docs/pictures/."""
    print("Starting a local cloud and sending requests ...", file=sys.stderr)
    with temporary_cloud.running() as url, chromium.opened() as browser:
        _work(url)
        _look(browser.new_page(viewport={"width": 1280, "height": 900}), url)
    for picture in sorted(PICTURES.glob("*.png")):
        print(picture.relative_to(ROOT))


if __name__ == "__main__":
    main()
