"""Opens the machine's Chromium browser in headless mode."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright


@contextmanager
def opened() -> Iterator[Browser]:
    """Yield the browser and close it at the end."""
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        # The sandbox cannot run as root, as continuous integration does.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
