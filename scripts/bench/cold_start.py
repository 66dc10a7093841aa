"""(c) Measures cold starts from exec to the first 2xx, with the same imports as in production."""

import base64
import compileall
import json
import re
import shutil
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from google.events.cloud.firestore_v1.types.data import DocumentEventData

from emulators.edge import issuer
from scripts.bench import bundles, servers
from scripts.bench.figures import Line, Section, median, median_ratio, milliseconds
from scripts.bench.servers import HELLO, Wanted
from scripts.bench.stores import Stores
from scripts.bundling.requirements import extras
from shared.runtime import clock
from shared.runtime.manifest import Manifest

ROUNDS = 9
LISTED_SECONDS = 0.05
CONNECTOR = "import google.cloud.sql.connector  # imported by the first query in the cloud"

AT_MOST = {"nothing": 1.3, "sql": 3.5, "messages or documents": 5.0}
GETS = {
    "account": "/v1/me/export",
    "catalog": "/v1/games?limit=1",
    "creator": "/v1/creator/tools",
    "detection": "/v1/detection/win32",
    "games_admin": "/v1/admin/games/1",
    "library": "/v1/me/library",
    "no_stores": "/v1/nothing",
    "operations": "/v1/admin/consumers",
    "playtime": "/v1/me/playtime",
    "tools": "/v1/tools/1",
}
ABSENT = {"detection": 503, "downloads": 404, "tools": 404}
"""The expected statuses of functions that request data missing from these stores."""
UID = "bench-cold"
JSON = {"Content-Type": "application/json"}
_IMPORT = re.compile(r"import time:\s+(\d+) \|\s+\d+ \| +(\S+)")
FRAMEWORK = (
    "import functions_framework._cli, functions_framework.aio, "
    "functions_framework._http.gunicorn, uvicorn_worker, uvicorn, uvloop, httptools"
)

Times = Mapping[str, list[float]]


def measure(stores: Stores) -> Section:
    """Start every function once per round, and measure import times separately."""
    functions = bundles.functions()
    cold = _as_in_the_cloud(functions, stores.build)
    stores.progress("imports")
    imports = list(_imports(functions, cold))  # first, so that all files are in the disk cache
    wanted = [HELLO, *(_wanted(one, stores, cold) for one in functions.values())]
    seconds: dict[str, list[float]] = defaultdict(list)
    cpu: dict[str, list[float]] = defaultdict(list)
    for number in range(ROUNDS):
        for one in wanted:
            stores.progress(f"cold start of {one.name}, round {number + 1} of {ROUNDS}")
            with servers.running(one, stores.logs) as server:
                seconds[one.name].append(server.seconds)
                cpu[one.name].append(server.cpu)
    return Section(
        "(c) exec to first 2xx ÷ bare functions-framework hello",
        f"Medians of {ROUNDS} rounds that start all functions; wall clock. The Cloud SQL connector "
        "is imported as in the cloud. Ratios in brackets: CPU seconds.",
        [*(_line(one, seconds, cpu) for one in functions.values()), *imports],
    )


def _line(function: Manifest, seconds: Times, cpu: Times) -> Line:
    name, pulls = function.name, function.trigger.pull
    cpu_ratio = median_ratio(cpu[name], cpu[HELLO.name])
    return Line(
        f"{name} ({kind(function)})",
        f"{milliseconds(median(seconds[name]))} ({cpu_ratio:.2f})",
        milliseconds(median(seconds[HELLO.name])),
        median_ratio(seconds[name], seconds[HELLO.name]),
        at_most=None if pulls else AT_MOST[kind(function)],
        limit="waiting for a message: see its CPU" if pulls else "imports",
    )


def _as_in_the_cloud(functions: Mapping[str, Manifest], build: Path) -> Path:
    """Copy the bundles, and add the import that a function's first query triggers in production."""
    cold = build.with_name("cold")
    shutil.copytree(build, cold)
    for function in functions.values():
        if "sql" in extras(function):
            entry = cold / function.name / "main.py"
            entry.write_text(f"{entry.read_text(encoding='utf-8')}\n{CONNECTOR}\n", "utf-8")
    compileall.compile_dir(cold, quiet=1)
    return cold


def kind(function: Manifest) -> str:
    """Return which kind of target applies to a function."""
    wanted = extras(function)
    if wanted & {"messages", "documents"}:
        return "messages or documents"
    return "sql" if wanted else "nothing"


def _wanted(function: Manifest, stores: Stores, build: Path) -> Wanted:
    path, body, headers = _request(function, stores)
    status = ABSENT.get(function.name)
    folder = build / function.name
    return Wanted(function.name, folder, stores.settings(), path, body, headers, status=status)


def _request(
    function: Manifest, stores: Stores
) -> tuple[str, bytes | None, Mapping[str, str] | None]:
    """Return the path, body and headers of a request that the function accepts."""
    if function.trigger.topic:
        return "/", push(function.name), JSON
    if function.trigger.document:
        return "/", *_document_event()
    if function.trigger.schedule or function.trigger.pull:
        return "/", b"", None
    roles = ["admin", "creator"]
    signed_in = {"Authorization": f"Bearer {issuer.mint(stores.cloud, UID, roles)}"}
    if function.name == "sessions":
        return "/v1/me/sessions:batch", _batch(), signed_in
    if function.name == "downloads":
        return "/v1/downloads", b'{"tool_id": "1", "version": "1.0.0"}', signed_in
    return GETS[function.name], None, signed_in


def _batch() -> bytes:
    now = clock.now().isoformat()
    ids = dict.fromkeys(("event_id", "session_id", "game_id", "install_id", "boot_id"), "1")
    item = {**ids, "kind": "started", "at": now, "uptime_ms": 1}
    return json.dumps({"sent_at": now, "items": [item]}).encode()


def push(name: str) -> bytes:
    """Return the body of a push request whose message the consumer accepts."""
    now = clock.now().isoformat()
    run = {"start_at": now, "end_at": now, "utc_offset_min": 0}
    session = {"game_key": "1", "session_id": "1", "runs": [run]}
    payloads: dict[str, dict[str, Any]] = {
        "roll_up_sessions": {"uid": UID, "received_at": now, "sessions": [session]},
        "erase_player": {"uid": UID, "requested_at": now},
    }
    data = base64.b64encode(json.dumps(payloads.get(name, {})).encode()).decode()
    message = {"messageId": "1", "publishTime": now, "data": data, "attributes": {}}
    return json.dumps({"message": message, "subscription": name}).encode()


def _document_event() -> tuple[bytes, dict[str, str]]:
    event = DocumentEventData(value={"name": "d", "fields": {"game_id": {"string_value": "1"}}})
    headers = {
        "ce-id": "1",
        "ce-type": "google.cloud.firestore.document.v1.written",
        "ce-time": clock.now().isoformat(),
        "ce-source": "//firestore.googleapis.com/projects/demo/databases/(default)",
        "ce-document": f"players/{UID}/stats/1",
        "Content-Type": "application/protobuf",
    }
    return DocumentEventData.serialize(event), headers


def _imports(functions: Mapping[str, Manifest], build: Path) -> Iterator[Line]:
    """List the packages that take 50 ms or more to import, for each set of requirements."""
    sets: dict[frozenset[str], list[str]] = defaultdict(list)
    for function in functions.values():
        sets[frozenset(extras(function))].append(function.name)
    for _, names in sorted(sets.items(), key=lambda item: len(item[0])):
        largest = max(names, key=lambda name: len(list((build / name).rglob("*.py"))))
        taken = _packages(build / largest)
        listed = [(name, spent) for name, spent in taken.most_common() if spent >= LISTED_SECONDS]
        text = ", ".join(f"{name} {spent * 1e3:.0f}" for name, spent in listed)
        total = milliseconds(sum(taken.values()))
        yield Line(f"imports of {', '.join(sorted(names))}", total, limit=f"≥ 50 ms: {text}")


def _packages(folder: Path) -> Counter[str]:
    """Return each package's import time in seconds, excluding its dependencies."""
    environment = {"PYTHONUNBUFFERED": "1", "PATH": "/usr/bin"}
    command = [servers.PYTHON, "-X", "importtime", "-c", f"{FRAMEWORK}; import main"]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    taken: Counter[str] = Counter()
    for microseconds, module in _IMPORT.findall(done.stderr):
        taken[_package(module)] += int(microseconds)
    return Counter({name: spent / 1e6 for name, spent in taken.items()})


def _package(module: str) -> str:
    parts = module.split(".")
    depth = 3 if module.startswith("google.cloud.") else 2 if parts[0] == "google" else 1
    return ".".join(parts[:depth])
