"""Run a bundle the way production does."""

import http.client
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emulators.cloud import processes
from emulators.cloud.config import HOST, choose_ports
from scripts.bundling import imports
from shared.runtime import manifest
from shared.runtime.manifest import Manifest
from tests.support.local_cloud import LocalCloud, eventually

FUNCTIONS = manifest.discover([imports.ROOT])
# The buildpack's command.
COMMAND = ("-m", "functions_framework", "--target=main", "--source=main.py")
READY_SECONDS = 60


def environment(site: Path, **settings: str) -> dict[str, str]:
    """Return a process environment that inherits only PATH."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(site),
        "FUNCTION_USE_ASGI": "1",
        **settings,
    }


@contextmanager
def serving(
    function: Manifest, staged: Path, site: Path, cloud: LocalCloud, **more: str
) -> Iterator[str]:
    """Run a bundle with the local cloud's stores; yield its address."""
    port = choose_ports("auto")["functions"]
    known = {**cloud.env, "K_SERVICE": function.service, "HOST": HOST, "PORT": str(port)}
    settings = known | more
    log = staged / f"{function.name}.log"
    process = processes.spawn(
        [sys.executable, "-S", *COMMAND],
        log,
        environment(site, **settings),
        cwd=staged / function.name,
    )

    def answers() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            status(f"http://{HOST}:{port}/_nothing_here", "HEAD")
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError):
            return False
        return True

    try:
        eventually(answers, READY_SECONDS, f"{function.name} is not up")
        yield f"http://{HOST}:{port}"
    finally:
        processes.stop(process)


def status(url: str, method: str, body: bytes | None = None) -> int:
    """Return the status of one request."""
    request = urllib.request.Request(url, body, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
