"""Run the last release's functions, each in its own process, on a database with its tables.

They use the packages that are installed here, not those in their lock file.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import httpx

from emulators.cloud import processes
from emulators.cloud.config import HOST, choose_ports
from scripts.checks import last_release
from tests.support.local_cloud import eventually

READY_SECONDS = 60


def extract(commit: str, folder: Path) -> Path:
    """Extract a commit's code into a folder."""
    with last_release.archive(commit, "shared", "functions", "triggers") as packed:
        packed.extractall(folder, filter="data")
    return folder


def migrate(tree: Path, url: str) -> None:
    """Create the tables of that release."""
    environment = {**os.environ, "SQL_URL": url, "PYTHONPATH": str(tree)}
    command = [sys.executable, "-m", "shared.schema.migrate"]
    subprocess.run(command, cwd=tree, env=environment, check=True)


@contextmanager
def serving(tree: Path, paths: list[str], settings: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Run functions, given as paths like `functions/catalog`; yield their addresses by name."""
    with ExitStack() as stack:
        ports = choose_ports("auto").values()  # chosen together, so that they differ
        started = {
            path.split("/")[1]: _start(tree, path, settings, port)
            for path, port in zip(paths, ports, strict=False)
        }
        for process, _ in started.values():
            stack.callback(processes.stop, process)
        for name, (process, address) in started.items():
            eventually(partial(_answers, process, address), READY_SECONDS, f"{name} is not up")
        yield {name: address for name, (_, address) in started.items()}


def _start(
    tree: Path, path: str, settings: Mapping[str, str], port: int
) -> tuple[subprocess.Popen[bytes], str]:
    name = path.split("/")[1]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(tree),
        "FUNCTION_USE_ASGI": "1",
        **settings,
        "K_SERVICE": name.replace("_", "-"),
        "HOST": HOST,
        "PORT": str(port),
    }
    source = f"--source={tree / path / 'main.py'}"
    command = [sys.executable, "-m", "functions_framework", "--target=main", source]
    process = processes.spawn(command, tree / f"{name}.log", environment, cwd=tree)
    return process, f"http://{HOST}:{port}"


def _answers(process: subprocess.Popen[bytes], address: str) -> bool:
    assert process.poll() is None, "the process ended"
    return httpx.head(f"{address}/_nothing_here", timeout=5).status_code > 0
