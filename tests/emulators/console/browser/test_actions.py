"""The console's operations and simulated failures."""

import itertools
import time
from collections.abc import Callable
from datetime import timedelta

import httpx
from playwright.sync_api import Locator, Page, Route, expect

from emulators.cloud import seed
from shared.runtime import clock
from tests.emulators.console.browser.conftest import Watched
from tests.support.local_cloud import LocalCloud, eventually


def section(page: Page, heading: str) -> Locator:
    return page.locator("section", has=page.get_by_role("heading", name=heading, exact=True))


def poison(window: Watched) -> str:
    """Publish a poison message, and return its event id."""
    page = window.open("simulate")
    page.get_by_role("button", name="Publish poison message").click()
    status = section(page, "Publish a poison message").get_by_role("status")
    expect(status).to_contain_text("poison-")
    return str(status.text_content()).partition(":")[0]


def totals(seeded: LocalCloud) -> int:
    """Ada's playtime over all days, in ms."""
    headers = {"Authorization": f"Bearer {seeded.token('ada')}"}
    answer = httpx.get(f"{seeded.url}/v1/me/playtime?limit=500", headers=headers, timeout=60)
    return sum(one["play_ms"] for one in answer.raise_for_status().json()["items"])


def test_an_hour_of_play_is_traced_to_its_end(seeded: LocalCloud, window: Watched) -> None:
    before = totals(seeded)
    page = window.open("simulate")
    page.get_by_role("button", name="Report one hour of play").click()
    for kind in ("http", "publish", "message", "sql", "commit", "document"):
        expect(page.locator(f".waterfall li[data-kind={kind}]").first).to_be_visible()
    window.picture("simulate")
    eventually(lambda: totals(seeded) == before + 3_600_000)


def test_what_is_delivered_twice_counts_once(seeded: LocalCloud, window: Watched) -> None:
    page = window.open("simulate")
    page.get_by_role("button", name="Report one hour of play").click()
    expect(page.locator(".waterfall li[data-kind=document]").first).to_be_visible()
    before = totals(seeded)
    page.get_by_role("button", name="Redeliver last message").click()
    status = section(page, "Deliver a message twice").get_by_role("status")
    expect(status).to_contain_text("roll_up_sessions returned 204 for the second delivery.")
    expect(status).to_contain_text("unchanged.")
    assert totals(seeded) == before


def colour(page: Page, selector: str, of: str) -> str:
    found = page.locator(selector).first.evaluate(f"one => getComputedStyle(one).{of}")
    return str(found)


def test_a_second_delivery_that_counts_is_reported(seeded: LocalCloud, window: Watched) -> None:
    page = window.open("simulate")
    page.get_by_role("button", name="Report one hour of play").click()
    expect(page.locator(".waterfall li[data-kind=document]").first).to_be_visible()
    answers = itertools.count()

    def one_more(route: Route) -> None:
        # Simulates a consumer that counts twice.
        body = route.fetch().json()
        body["items"][0]["play_ms"] += next(answers)
        route.fulfill(json=body)

    page.route("**/v1/me/playtime*", one_more)
    page.get_by_role("button", name="Redeliver last message").click()
    status = section(page, "Deliver a message twice").get_by_role("status")
    expect(status).to_contain_text("1 ms more")
    assert seeded.services()["mysql"]["phase"] == "ready"


def test_a_killed_service_is_red_within_two_seconds_in_every_window_and_green_again(
    seeded: LocalCloud, window: Watched, another: Callable[..., Watched]
) -> None:
    page, other = window.open("simulate"), another().open()
    killed = seeded.pid("mysql")
    page.get_by_role("button", name="Kill mysql").click()
    began = time.monotonic()
    for one in (page, other):
        one.locator("[data-service=mysql][data-phase=died]").wait_for()
        assert time.monotonic() - began < 2
        assert colour(one, "header", "borderTopColor") == colour(one, ".dot.bad", "backgroundColor")
        assert one.title().startswith("✕ ")
    window.picture("killed")
    for one in (page, other):
        expect(one.locator("[data-service=mysql][data-phase=ready]")).to_be_visible()
        assert colour(one, "header", "borderTopColor") == colour(
            one, "[data-service=mysql] .dot", "backgroundColor"
        )
        assert not one.title().startswith("✕ ")
    assert seeded.pid("mysql") != killed


def test_sessions_reported_while_mysql_is_dead_count_once_it_is_back(
    seeded: LocalCloud, window: Watched
) -> None:
    before = totals(seeded)
    page = window.open("simulate")
    # Read first, because it needs the database. Not one of ada's seeded games: an hour that
    # overlaps a seeded session would count less.
    game = httpx.get(f"{seeded.url}/v1/games?q=Terraria&limit=1", timeout=60).json()["items"][0]
    page.get_by_role("button", name="Kill mysql").click()
    report(seeded, game["game_id"])
    eventually(lambda: totals(seeded) == before + 3_600_000, 60)


def report(seeded: LocalCloud, game_id: str) -> None:
    now = clock.now()
    items = seed.session((now - timedelta(hours=30)).astimezone(seed.ZONE), 60, game_id)
    headers = {"Authorization": f"Bearer {seeded.token('ada')}"}
    body = {"sent_at": now.isoformat(), "items": items}
    answer = httpx.post(
        f"{seeded.url}/v1/me/sessions:batch", json=body, headers=headers, timeout=60
    )
    assert answer.status_code == 202


def test_the_page_reconnects_after_the_edge_died(seeded: LocalCloud, window: Watched) -> None:
    page = window.open()
    killed = seeded.pid("edge")
    seeded.kill("edge")
    expect(page.get_by_text("Disconnected")).to_be_visible()
    seeded.wait_until_back("edge", killed)
    expect(page.locator("[data-service=edge][data-phase=ready]")).to_be_visible()
    httpx.get(f"{seeded.url}/v1/games/1", timeout=60)
    expect(page.locator("[data-node='function:catalog'][data-pulses]")).to_be_visible()
    page.get_by_role("link", name="Live events").click()
    expect(
        page.locator("table.events tbody tr", has_text="/v1/games/{game_id}").first
    ).to_be_visible()
    spans = page.locator("table.events tbody tr").evaluate_all(
        "all => all.map(one => one.dataset.span)"
    )
    assert len(spans) == len(set(spans))


def test_a_broken_handler_catches_up_once_it_is_restored(
    seeded: LocalCloud, window: Watched
) -> None:
    before = totals(seeded)
    page = window.open()
    row = page.locator("tr[data-function=roll_up_sessions]")
    errors = int(row.locator("td").nth(5).inner_text())
    page = window.open("simulate")
    page.get_by_role("combobox", name="Handler").select_option("roll_up_sessions")
    page.get_by_role("button", name="Break handler").click()
    expect(page.get_by_text("roll_up_sessions is broken", exact=True)).to_be_visible()
    page.get_by_role("button", name="Report one hour of play").click()
    expect(page.locator(".waterfall li[data-kind=http]")).to_be_visible()
    page.get_by_role("link", name="Overview").click()
    expect(row).to_have_attribute("data-state", "bad")
    expect(row).to_contain_text("broken on purpose")
    eventually(lambda: int(row.locator("td").nth(5).inner_text()) > errors)
    window.picture("broken")
    assert totals(seeded) == before
    page.get_by_role("link", name="Simulate").click()
    page.get_by_role("button", name="Restore roll_up_sessions").click()
    expect(page.get_by_text("roll_up_sessions is broken", exact=True)).to_have_count(0)
    # Less than an hour if she played the same game a moment ago.
    eventually(lambda: totals(seeded) > before, 60)


def test_a_dead_letter_is_shown_redriven_and_resolved(window: Watched) -> None:
    event = poison(window)
    page = window.open("operations")
    letter = page.locator(f"[data-event='{event}']")
    expect(letter).to_contain_text("roll_up_sessions")
    letter.get_by_role("button", name="Show").click()
    expect(letter.locator("pre").first).to_contain_text("JSON")
    window.picture("operations")
    letter.get_by_role("button", name="Redrive").click()
    expect(letter.get_by_role("status")).to_contain_text("Still open")
    letter.get_by_role("button", name="Resolve").click()
    letter.get_by_role("button", name="Confirm").click()
    expect(letter.get_by_role("alert")).to_have_text("Enter a reason.")
    letter.get_by_label("Reason").fill("a test")
    letter.get_by_role("button", name="Confirm").click()
    expect(letter).to_have_count(0)
    page.get_by_label("State").select_option("resolved")
    expect(letter).to_be_visible()
    page.get_by_role("button", name="Reload").click()
    expect(page.get_by_role("region", name="Last 10 entries")).to_contain_text("a test")


def test_a_consumer_is_paused_and_resumed(seeded: LocalCloud, window: Watched) -> None:
    page = window.open("operations")
    row = page.locator("tr[data-consumer=attach_unlisted_games]")
    expect(row).to_contain_text("running")
    row.get_by_role("button", name="Pause").click()
    row.get_by_label("Reason").fill("wrong totals")
    row.get_by_role("button", name="Confirm").click()
    expect(row).to_contain_text("paused: wrong totals")
    assert "wrong totals" in seeded.command("consumers", "list").stdout
    row.get_by_role("button", name="Resume").click()
    expect(row).to_contain_text("running")
    assert "wrong totals" not in seeded.command("consumers", "list").stdout


def test_a_reason_is_typed_undisturbed_and_by_keyboard(seeded: LocalCloud, window: Watched) -> None:
    page = window.open("operations")
    row = page.locator("tr[data-consumer=clean_up]")
    row.get_by_role("button", name="Pause").press("Enter")
    reason = row.get_by_label("Reason")
    expect(reason).to_be_focused()
    page.keyboard.type("too ")
    uid = page.get_by_label("uid")
    uid.fill("")
    page.keyboard.type("some")
    with page.expect_response("**/v1/admin/consumers"):
        seeded.fire("relay_outbox")
    page.wait_for_timeout(200)
    page.keyboard.type("body")
    expect(uid).to_have_value("somebody")
    expect(reason).to_have_value("too ")
    reason.focus()
    page.keyboard.press("Escape")
    expect(row.get_by_role("button", name="Pause")).to_be_focused()
    page.keyboard.press("Enter")
    expect(reason).to_be_focused()
    page.keyboard.type("too slow")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("paused: too slow")
    row.get_by_role("button", name="Resume").click()
    expect(row).to_contain_text("running")


def test_schedules_run_now_and_the_outbox_is_shown(window: Watched) -> None:
    page = window.open("operations")
    expect(page.locator("[data-outbox]")).to_have_text("0")
    row = page.locator("tr[data-schedule=relay_outbox]")
    row.get_by_role("button", name="Run now").click()
    expect(row.get_by_role("status")).to_contain_text("Returned 204")
    page.get_by_role("link", name="Live events").click()
    events = page.locator("table.events tbody tr", has_text="relay_outbox")
    expect(events.first).to_contain_text("schedule")
