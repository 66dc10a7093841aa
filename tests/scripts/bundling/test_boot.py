"""Every bundle starts in its own process with production's command and only its requirements."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from emulators.cloud.config import choose_ports
from scripts.bundling import bundle
from scripts.bundling.requirements import distributions, extras
from shared.runtime.manifest import Manifest
from tests.scripts.bundling.serving import (
    COMMAND,
    FUNCTIONS,
    READY_SECONDS,
    environment,
    serving,
    status,
)
from tests.support import site_packages
from tests.support.local_cloud import LocalCloud

# Importing these adds a second or more to a cold start, so only functions that need them may.
HEAVY = {
    "google.cloud.firestore": "documents",
    "google.events": "documents",
    "google.pubsub_v1": "messages",
    "grpc": "documents messages",
    "pymysql": "sql",
    "sqlalchemy": "sql",
}
NEVER_AT_IMPORT = {
    "aiohttp",
    "alembic",
    "boto3",
    "botocore",
    "google.cloud.sql.connector",
    "httpx",
    "opentelemetry.exporter",
    "opentelemetry.sdk",
    "pytest",
}

PROBE = """
import json, os, sys, threading
from functions_framework.aio import create_asgi_app
create_asgi_app("main", "main.py", "http")
tasks = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1
json.dump({"modules": sorted(sys.modules), "tasks": tasks,
           "threads": [one.name for one in threading.enumerate()]}, sys.stdout)
"""


@pytest.fixture(scope="session")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build")
    bundle.stage(FUNCTIONS.values(), folder)
    return folder


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[frozenset[str], Path]:
    """A folder per set of extras with exactly the packages it installs."""
    wanted = {frozenset(extras(one)) for one in FUNCTIONS.values()}
    folder = tmp_path_factory.mktemp("sites")
    return {
        one: site_packages.site(distributions(one), folder / str(number))
        for number, one in enumerate(sorted(wanted, key=sorted))
    }


def probe(function: Manifest, staged: Path, site: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-S", "-c", PROBE],
        cwd=staged / function.name,
        env=environment(site),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_importing_has_no_side_effects_and_loads_only_declared_packages(
    name: str, staged: Path, sites: dict[frozenset[str], Path]
) -> None:
    wanted = frozenset(extras(FUNCTIONS[name]))
    found = probe(FUNCTIONS[name], staged, sites[wanted])
    assert found["threads"] == ["MainThread"]
    assert found["tasks"] == 1
    heavy = {one for one in HEAVY if one in found["modules"]}
    assert heavy <= {one for one, needed in HEAVY.items() if wanted & set(needed.split())}
    assert NEVER_AT_IMPORT & set(found["modules"]) == set()
    assert {one for one in found["modules"] if one.split(".")[0] in ("emulators", "tests")} == set()


@pytest.mark.parametrize("name", [one.name for one in FUNCTIONS.values() if one.trigger.http])
def test_a_function_responds_to_its_first_request(
    name: str, staged: Path, sites: dict[frozenset[str], Path], cloud: LocalCloud
) -> None:
    function = FUNCTIONS[name]
    assert function.trigger.http
    path, caller = function.trigger.http.paths[0], function.trigger.http.caller
    with serving(function, staged, sites[frozenset(extras(function))], cloud) as url:
        answered = status(url + path, "GET")
    # 404, if there are routes below the prefix only.
    assert answered in ((200, 404) if caller == "public" else (401, 404, 405))


@pytest.mark.parametrize("name", [one.name for one in FUNCTIONS.values() if not one.trigger.http])
def test_a_trigger_handles_its_first_event(
    name: str, staged: Path, sites: dict[frozenset[str], Path], cloud: LocalCloud
) -> None:
    function = FUNCTIONS[name]
    with serving(function, staged, sites[frozenset(extras(function))], cloud) as url:
        answered = status(f"{url}/", "POST", b"{}")
    # An unreadable event becomes a dead letter, which is stored before it is acknowledged; the
    # consumer of dead letters leaves it for a retry instead.
    assert answered == (500 if function.trigger.topic == "dead-letters" else 204)


def test_a_package_that_is_not_required_is_not_importable(
    staged: Path, sites: dict[frozenset[str], Path]
) -> None:
    site = sites[frozenset(extras(FUNCTIONS["catalog"]))]
    done = subprocess.run(
        [sys.executable, "-S", "-c", "import google.cloud.firestore"],
        cwd=staged / "catalog",
        env=environment(site),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "No module named 'google.cloud.firestore'" in done.stderr


def test_starting_without_settings_names_them_all(
    staged: Path, sites: dict[frozenset[str], Path]
) -> None:
    site = sites[frozenset(extras(FUNCTIONS["catalog"]))]
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-S", *COMMAND],
        cwd=staged / "catalog",
        env=environment(site, K_SERVICE="catalog", PORT=str(choose_ports("auto")["functions"])),
        capture_output=True,
        text=True,
        check=False,
        timeout=READY_SECONDS,
    )
    assert done.returncode != 0
    assert time.monotonic() - started < READY_SECONDS
    for setting in ("GOOGLE_CLOUD_PROJECT", "PUBLIC_URL", "TRUSTED_ISSUERS", "SQL_URL"):
        assert setting in done.stderr
