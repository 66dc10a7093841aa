"""The console's views in a real browser."""

import json
import shutil
from collections.abc import Callable
from datetime import datetime

import httpx
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from emulators.cloud.config import ROOT
from emulators.console.trace import SPAN_ID
from tests.emulators.console.browser.accessibility import axe
from tests.emulators.console.browser.conftest import Watched
from tests.support.local_cloud import LocalCloud, eventually
from tests.support.windows import API

VIEWS = (
    "",
    "events",
    "api",
    "data",
    "data/tables/games",
    "data/documents",
    "operations",
    "simulate",
)
SENT = "function:sessions→topic:sessions-reported"
DELIVERED = "topic:sessions-reported→trigger:roll_up_sessions"
WRITTEN = "trigger:roll_up_sessions→collection:players/{uid}/stats"
FIRED = "collection:players/{uid}/stats→trigger:grant_achievements"


def play(seeded: LocalCloud) -> str:
    """Report half an hour of play for ada, and return the trace."""
    answer = httpx.post(f"{seeded.url}{API}/play", json={"minutes": 30}, timeout=60)
    return str(answer.raise_for_status().json()["trace"])


def row_of(page: Page, trace: str, kind: str) -> Locator:
    rows = page.locator(f"tr[data-trace='{trace}']")
    return rows.filter(has=page.locator(f".kind.{kind}"))


def test_the_topology_is_drawn_and_an_event_lights_its_edges(
    seeded: LocalCloud, window: Watched
) -> None:
    page = window.open()
    names = {one.parent.name for one in ROOT.glob("*/*/function.yaml")}
    boxes = page.locator(".box.function, .box.trigger")
    expect(boxes).to_have_count(len(names))
    for name in names:
        expect(page.locator(f"tr[data-function={name}]")).to_have_attribute("data-state", "good")
    for edge in (SENT, DELIVERED, WRITTEN, FIRED):
        expect(page.locator(f"[data-edge='{edge}']:not([data-pulses])")).to_have_count(1)
    trace = play(seeded)
    arrow = page.locator(f"[data-edge='{FIRED}']")
    eventually(lambda: arrow.evaluate("one => one.getAnimations().length > 0"))
    for edge in (SENT, DELIVERED, WRITTEN, FIRED):
        expect(page.locator(f"[data-edge='{edge}'][data-pulses]")).to_have_count(1)
    cells = page.locator("tr[data-function=sessions] td")
    expect(cells.nth(2)).to_contain_text("ms")
    assert trace
    window.picture("overview")


def test_a_function_shows_its_details_and_connections(window: Watched) -> None:
    page = window.open()
    page.locator("[data-node='trigger:roll_up_sessions']").click()
    card = page.get_by_role("region", name="roll_up_sessions")
    expect(card).to_contain_text("triggers/roll_up_sessions/main.py")
    expect(card).to_contain_text("topic sessions-reported")
    expect(page.locator("[data-node='function:catalog']")).to_have_class("box function faint")
    card.get_by_role("button", name="play_intervals").click()
    page.get_by_role("link", name="View rows").click()
    expect(page.get_by_role("heading", name="play_intervals")).to_be_visible()
    expect(page.get_by_role("columnheader", name="session_id")).to_be_visible()


NEW = """description: Says hello to a test.
trigger: {http: {paths: [/v1/hello], caller: public}}
memory: 256Mi
cpu: 1
concurrency: 8
instances: {min: 0, max: 1}
timeout: 5
objectives: {availability: 0.9, p99_ms: 100}
"""
CODE = """from shared.runtime import http
api = http.Api(__file__)
@api.get("/v1/hello")
def hello() -> http.Reply[None]:
    return http.Reply(None)
main = api.entry_point()
"""


def test_a_new_function_appears_and_one_that_cannot_be_imported_is_red(
    seeded: LocalCloud, window: Watched
) -> None:
    page = window.open()
    folder = seeded.cloud.roots[-1] / "functions" / "hello"
    folder.mkdir()
    try:
        (folder / "main.py").write_text(CODE)
        (folder / "function.yaml").write_text(NEW.replace("memory:", "memoir:"))
        expect(page.get_by_role("alert")).to_contain_text("memoir")
        (folder / "function.yaml").write_text(NEW)
        row = page.locator("tr[data-function=hello]")
        expect(row).to_have_attribute("data-state", "good")
        expect(page.get_by_role("alert")).to_have_count(0)
        (folder / "main.py").write_text("import nothing_of_this_name\n" + CODE)
        expect(row).to_have_attribute("data-state", "bad")
        expect(row).to_contain_text("nothing_of_this_name")
    finally:
        shutil.rmtree(folder)
    expect(page.locator("tr[data-function=hello]")).to_have_count(0)


def test_an_unknown_route_shows_the_overview(window: Watched) -> None:
    for address in ("constructor", "__proto__", "%", "nothing"):
        page = window.open(address)
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_a_response_that_arrives_late_is_not_shown(window: Watched) -> None:
    page = window.open("data")
    expect(page.get_by_role("region", name="Projection stats")).to_be_visible()
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    page.route("**/api/players/ada", hold, times=1)
    page.get_by_role("button", name="Reload").click()
    page.wait_for_timeout(100)
    page.get_by_role("button", name="Reload").click()
    page.wait_for_timeout(500)
    nothing = {"uid": "ada", "tables": {}, "documents": [], "differences": []}
    late[0].fulfill(json=nothing)
    page.wait_for_timeout(500)
    expect(page.locator("[data-item]").first).to_be_visible()


def test_a_log_line_is_the_last_of_its_function(seeded: LocalCloud, window: Watched) -> None:
    page = window.open()
    seeded.publish("sessions-reported", b"nobody can read this")
    row = page.locator("tr[data-function=roll_up_sessions]")
    expect(row.locator("td.line")).not_to_be_empty()
    row.get_by_role("button").click()
    expect(page.locator(".logs li").first).to_be_visible()


def test_an_event_is_seen_in_every_window_and_opens_as_a_waterfall(
    seeded: LocalCloud, window: Watched, another: Callable[..., Watched]
) -> None:
    pages = [window.open("events"), another().open("events")]
    trace = play(seeded)
    for page in pages:
        for kind in ("http", "message", "document"):
            expect(row_of(page, trace, kind)).to_be_visible()
    rows = [page.locator(f"tr[data-trace='{trace}']") for page in pages]
    spans = [[one.get_attribute("data-span") for one in found.all()] for found in rows]
    assert spans[0] == spans[1]
    window.picture("events")
    row_of(window.page, trace, "message").get_by_role("link").click()
    expect(window.page.locator(".waterfall li[data-kind=document]")).to_be_visible()
    eventually(lambda: within_a_millisecond(drawn(window.page), logged(seeded, trace)))
    window.picture("waterfall")


def drawn(page: Page) -> dict[str, tuple[float, float]]:
    """Return the start and duration of each span in the waterfall, in ms."""
    lines = page.locator(".waterfall li").evaluate_all("all => all.map(one => ({...one.dataset}))")
    return {one["span"]: (float(one["start"]), float(one["ms"])) for one in lines}


def logged(seeded: LocalCloud, trace: str) -> dict[str, tuple[float, float]]:
    """Return the same, computed from the log lines."""
    files = (seeded.cloud.state / "logs").glob("*.log")
    lines = [line for file in files for line in file.read_text().splitlines() if trace in line]
    written = [json.loads(line) for line in lines if '"span":{' in line]
    starts = {one[SPAN_ID]: datetime.fromisoformat(one["span"]["start"]) for one in written}
    first = min(starts.values())
    return {
        one[SPAN_ID]: ((starts[one[SPAN_ID]] - first).total_seconds() * 1000, one["span"]["ms"])
        for one in written
    }


def within_a_millisecond(
    shown: dict[str, tuple[float, float]], written: dict[str, tuple[float, float]]
) -> bool:
    return shown.keys() == written.keys() and all(
        abs(mine - theirs) < 1
        for name in shown
        for mine, theirs in zip(shown[name], written[name], strict=True)
    )


def test_bodies_are_shown_on_demand_and_a_message_is_replayed(
    seeded: LocalCloud, window: Watched
) -> None:
    trace = play(seeded)
    page = window.open(f"trace/{trace}")
    line = page.locator(".waterfall li[data-kind=message]")
    line.get_by_role("button").first.click()
    expect(line).not_to_contain_text("utc_offset_min")
    line.get_by_role("button", name="Show request and response").click()
    expect(line.locator(".bodies")).to_contain_text("utc_offset_min")
    expect(line.locator(".bodies")).to_contain_text("Response 204")
    line.get_by_role("button", name="Replay request").click()
    expect(line).to_contain_text("Replayed: 204.")
    # The second delivery has its own span in the same trace.
    expect(page.locator(".waterfall li[data-kind=message]")).to_have_count(2)
    window.picture("bodies")


def test_events_are_filtered_paused_and_bounded(seeded: LocalCloud, window: Watched) -> None:
    page = window.open("events")
    page.get_by_label("Filter").fill("catalog 404")
    expect(page.locator("table.events")).to_have_count(0)
    with httpx.Client(base_url=seeded.url) as client:
        client.get("/v1/games/999999999999")
        expect(page.locator("table.events tbody tr")).to_have_count(1)
        page.get_by_label("Filter").fill("")
        page.get_by_role("button", name="Pause").click()
        newest = page.locator("table.events tbody tr").first.get_attribute("data-span")
        for _ in range(1500):
            client.get("/v1/games?limit=1")
        last = client.get("/v1/games/999999999998").headers["traceparent"].split("-")[1]
    expect(page.get_by_role("button", name="Resume (1000+ new)")).to_be_visible()
    assert page.locator("table.events tbody tr").first.get_attribute("data-span") == newest
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("table.events tbody tr").first).to_have_attribute("data-trace", last)
    expect(page.locator("table.events tbody tr")).to_have_count(200)


def send(page: Page, path: str, method: str) -> Locator:
    """Send an operation's example from the reference, and return the response element."""
    # Swagger UI gives every operation an id that ends in its operationId.
    block = page.locator(f".opblock-{method}", has=page.locator(f"[data-path='{path}']"))
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Execute").click()
    response: Locator = block.locator(".live-responses-table .response")
    return response


@pytest.mark.parametrize(
    ("caller", "path", "method", "status"),
    [
        ("ada", "/v1/games", "get", "200"),
        ("ada", "/v1/me/playtime", "get", "200"),
        ("ada", "/v1/me/sessions:batch", "post", "202"),
        ("ada", "/v1/admin/audit", "get", "403"),
        ("creator", "/v1/admin/audit", "get", "403"),
        ("admin", "/v1/admin/audit", "get", "200"),
    ],
)
def test_the_reference_sends_signed_in(
    window: Watched, caller: str, path: str, method: str, status: str
) -> None:
    page = window.open("api")
    page.get_by_role("radio", name=caller).check()
    response = send(page, path, method)
    expect(response.locator(".response-col_status")).to_contain_text(status)
    if method == "post":
        expect(response).to_contain_text('"rejected": []')
        window.picture("reference")
    page.get_by_role("link", name=f"Trace of {path}").click()
    expect(page.locator(".waterfall li[data-kind=http]")).to_contain_text(path)


def test_a_player_is_shown_from_both_databases_and_differences_are_marked(
    seeded: LocalCloud, window: Watched
) -> None:
    page = window.open("data")
    both = page.get_by_role("region", name="Projection stats")
    expect(both.locator("caption")).to_contain_text("match")
    expect(both.locator("tr.differs")).to_have_count(0)
    item = both.locator("tbody tr").first.get_attribute("data-item")
    url = (
        f"{seeded.cloud.url('firestore')}/v1/projects/{seeded.cloud.project}/databases/(default)"
        f"/documents/players/ada/stats/{item}?updateMask.fieldPaths=play_ms"
    )
    owner = {"Authorization": "Bearer owner"}
    wrong = {"fields": {"play_ms": {"integerValue": "1"}}}
    httpx.patch(url, json=wrong, headers=owner).raise_for_status()
    page.get_by_role("button", name="Reload").click()
    expect(both.locator("caption")).to_contain_text("1 of")
    expect(both.locator("tr.differs")).to_have_attribute("data-item", str(item))
    expect(both.locator("tr.differs div.differs").first).to_contain_text("play_ms")
    window.picture("data")
    page = window.open("operations")
    section = page.locator("section", has=page.get_by_role("heading", name="Projections"))
    section.get_by_role("button", name="Compare").click()
    expect(section).to_contain_text("Differences: 1.")
    section.get_by_role("button", name="Rebuild").click()
    expect(section).to_contain_text("No differences")
    expect(section.locator("tr.differs")).to_have_count(0)


def test_tables_and_collections_are_browsed(window: Watched) -> None:
    page = window.open("data/tables")
    page.get_by_role("link", name="games", exact=True).click()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(50)
    first = rows.first.text_content()
    page.get_by_role("button", name="Next page").click()
    expect(page.get_by_role("region", name="Page 2")).to_be_visible()
    assert rows.first.text_content() != first
    page.get_by_role("button", name="Previous page").click()
    expect(rows.first).to_have_text(str(first))
    page.get_by_role("link", name="Documents").click()
    for name in ("players", "ada", "stats"):
        page.get_by_role("main").get_by_role("link", name=name, exact=True).last.click()
    expect(page.get_by_role("main").locator("li code").first).to_contain_text("play_ms")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 380])
def test_every_view_is_accessible(
    seeded: LocalCloud, another: Callable[..., Watched], scheme: str, width: int
) -> None:
    trace = play(seeded)
    window = another(color_scheme=scheme, viewport={"width": width, "height": 800})
    for view in (*VIEWS, f"trace/{trace}"):
        page = window.open(view)
        expect(page.get_by_text("Loading …")).to_have_count(0)
        if view == "api":
            expect(page.locator(".opblock").first).to_be_visible()
        assert axe(page) == [], view
        assert page.evaluate("document.documentElement.scrollWidth") <= width, view
        window.picture(f"{view.partition('/')[0] or 'overview'}-{scheme}-{width}")


def test_an_event_and_its_body_are_opened_by_keyboard(seeded: LocalCloud, window: Watched) -> None:
    trace = play(seeded)
    page = window.open()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.get_by_role("link", name="Live events").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Live events")).to_be_focused()
    row_of(page, trace, "http").get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"Trace {trace}")).to_be_focused()
    page.locator(".waterfall li[data-kind=http] > button").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Show request and response")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".bodies")).to_contain_text("sent_at")
