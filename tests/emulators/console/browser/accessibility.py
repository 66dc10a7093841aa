"""Accessibility checks of a page by axe-core."""

from typing import Any

from playwright.sync_api import Page

from emulators.cloud.config import ROOT

AXE = ROOT / "emulators/console/web/node_modules/axe-core/axe.min.js"


def axe(page: Page) -> list[str]:
    """Return the violations that axe-core finds, except inside the embedded API reference."""
    # Evaluated through the debugger: the page's content security policy blocks other scripts.
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("axe.run({exclude: ['.swagger-ui']})")
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]} {one['nodes'][0]['failureSummary']}"
        for one in found["violations"]
    ]
