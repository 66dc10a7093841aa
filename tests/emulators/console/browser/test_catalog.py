"""The console's catalog in a real browser: search, publish and download."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.emulators.console.browser.accessibility import axe
from tests.emulators.console.browser.conftest import Watched
from tests.support.local_cloud import LocalCloud, eventually


def game_id(seeded: LocalCloud, title: str) -> str:
    found = httpx.get(f"{seeded.url}/v1/games", params={"q": title}).raise_for_status().json()
    return str(next(one["game_id"] for one in found["items"] if one["title"] == title))


def give_icon(seeded: LocalCloud, game: str) -> None:
    """Publish an icon as an operator, and wait until it is visible."""
    file = io.BytesIO()
    Image.new("RGB", (256, 256), (20, 40, 200)).save(file, "PNG")
    body, path = file.getvalue(), f"/v1/admin/games/{game}/art/icon"
    headers = {"Authorization": f"Bearer {seeded.token('admin', ['admin'])}"}
    with httpx.Client(base_url=seeded.url, headers=headers, timeout=60) as admin:
        new_upload = {"size": len(body), "content_type": "image/png"}
        upload = admin.post(path, json=new_upload).raise_for_status().json()
        httpx.put(upload["url"], content=body, headers={"Content-Type": "image/png"})
        publish = {"upload_id": upload["upload_id"]}
        admin.post(f"{path}/publish", json=publish).raise_for_status()
        eventually(lambda: admin.get(f"/v1/games/{game}").json()["art"])


def follow_trace(section: Locator, page: Page, path: str) -> None:
    """Follow the link to the trace of a call, and go back."""
    section.get_by_role("link", name="View trace").last.click()
    expect(page.locator(".waterfall li[data-kind=http]").first).to_contain_text(path)
    page.go_back()


def test_games_are_found_while_typing(seeded: LocalCloud, window: Watched) -> None:
    give_icon(seeded, game_id(seeded, "Hades"))
    page = window.open("catalog")
    games = page.get_by_role("list", name="Games")
    page.get_by_role("searchbox").press_sequentially("knight hol")
    expect(games.get_by_role("link", name="Hollow Knight", exact=True)).to_be_visible()
    page.get_by_role("searchbox").fill("zzzzzz")
    expect(page.get_by_text("No games found")).to_be_visible()
    page.get_by_role("searchbox").fill("hades")
    follow_trace(page.get_by_role("region", name="Search"), page, "/v1/games")
    page.get_by_role("searchbox").fill("hades")
    games.get_by_role("link", name="Hades", exact=True).click()
    game = page.get_by_role("region", name="Hades", exact=True)
    icon = game.get_by_role("img", name="icon of Hades")
    eventually(lambda: icon.evaluate("one => one.complete && one.naturalWidth === 256"))
    expect(game.get_by_role("region", name="Executables")).to_contain_text("hades")
    expect(page.get_by_role("region", name="Tools")).to_contain_text("Published: 0")
    window.picture("catalog")


def test_a_creator_publishes_from_the_page_and_ada_downloads(
    seeded: LocalCloud, window: Watched, tmp_path: Path
) -> None:
    game = game_id(seeded, "Celeste")
    page = window.open(f"catalog/{game}")
    flow = page.get_by_role("region", name="Publish a tool")
    press = flow.get_by_role("button", name="Create, upload and publish")
    press.click()
    expect(flow.get_by_role("alert")).to_have_text("Select a file first.")
    file = tmp_path / "calm.zip"
    file.write_bytes(b"no storms\n" * 1000)
    flow.get_by_label("File").set_input_files(file)
    press.click()
    steps = flow.get_by_role("list", name="Steps").get_by_role("listitem")
    for state in ("draft", "verifying", "published"):
        expect(steps.filter(has_text=f"Version 1.0.0: {state}.")).to_have_count(1)
    expect(steps.last).to_contain_text("Publicly visible")
    shown = page.get_by_role("article", name="Calm Seas")
    expect(shown).to_contain_text("1.0.0 stable, 10000 bytes")
    shown.get_by_role("button", name="Download as ada: Calm Seas 1.0.0").click()
    expect(shown.get_by_role("status")).to_contain_text("10000 bytes, SHA-256")
    expect(shown.get_by_role("status")).to_contain_text("verified")
    window.picture("published")
    follow_trace(shown, page, "/v1/downloads")


def test_a_checksum_mismatch_is_shown(seeded: LocalCloud, window: Watched, tmp_path: Path) -> None:
    page = window.open(f"catalog/{game_id(seeded, 'Portal 2')}")
    publish(page, tmp_path)
    page.route(re.compile("/artifacts/"), lambda route: route.fulfill(body=b"other"))
    shown = page.get_by_role("article", name="Calm Seas")
    shown.get_by_role("button", name="Download").click()
    expect(shown.get_by_role("status")).to_contain_text("does not match")


def publish(page: Page, folder: Path) -> None:
    """Publish a small file as the creator, and wait until it is publicly visible."""
    (folder / "calm.zip").write_bytes(b"calm")
    flow = page.get_by_role("region", name="Publish a tool")
    flow.get_by_label("File").set_input_files(folder / "calm.zip")
    flow.get_by_role("button", name="Create, upload and publish").click()
    expect(flow.get_by_role("list", name="Steps")).to_contain_text("Publicly visible")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 380])
def test_the_catalog_is_accessible(
    seeded: LocalCloud,
    another: Callable[..., Watched],
    tmp_path: Path,
    scheme: str,
    width: int,
) -> None:
    window = another(color_scheme=scheme, viewport={"width": width, "height": 800})
    for view in ("catalog", f"catalog/{game_id(seeded, 'Stardew Valley')}"):
        page = window.open(view)
        expect(page.get_by_text("Loading …")).to_have_count(0)
        if view != "catalog":
            publish(page, tmp_path)
            expect(page.get_by_role("article").first).to_be_visible()
        assert axe(page) == [], view
        assert page.evaluate("document.documentElement.scrollWidth") <= width, view


def test_a_tool_is_found_and_downloaded_by_keyboard(
    seeded: LocalCloud, window: Watched, tmp_path: Path
) -> None:
    game = game_id(seeded, "Hollow Knight")
    publish(window.open(f"catalog/{game}"), tmp_path)
    page = window.open("catalog")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("hollow kn")
    link = page.get_by_role("link", name="Hollow Knight", exact=True)
    expect(link).to_be_visible()
    link.focus()
    page.keyboard.press("Enter")
    button = page.get_by_role("button", name="Download as ada: Calm Seas 1.0.0").first
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("article").first.get_by_role("status")).to_contain_text("verified")
