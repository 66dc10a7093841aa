"""(c) From exec to the first 2xx, importing what production imports."""

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
from scripts.bench.bundles import FLOORS
from scripts.bench.figures import Line, Progress, Section, median, milliseconds
from scripts.bench.servers import Wanted
from scripts.bench.stores import Stores
from scripts.bundling.requirements import extras
from shared.runtime import clock
from shared.runtime.manifest import Manifest

ROUNDS = 9
LISTED_SECONDS = 0.05
FLOOR = "bare"
CONNECTOR = "import google.cloud.sql.connector  # what the first query imports in the cloud"

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
"""What those answer that look for what these stores do not hold."""
UID = "bench-cold"
_IMPORT = re.compile(r"import time:\s+(\d+) \|\s+\d+ \| +(\S+)")
FRAMEWORK = (
    "import functions_framework._cli, functions_framework.aio, "
    "functions_framework._http.gunicorn, uvicorn_worker, uvicorn, uvloop, httptools"
)


def measure(stores: Stores, build: Path, logs: Path, progress: Progress) -> Section:
    """Start everything round by round, then list what its imports take."""
    functions = bundles.functions()
    cold = _as_in_the_cloud(functions, build)
    progress("imports")
    imports = list(_imports(functions, cold))  # first, so that all files are in the disk's cache
    wanted = [Wanted(FLOOR, FLOORS / "hello", {})]
    wanted += [_wanted(one, stores, cold) for one in functions.values()]
    seconds: dict[str, list[float]] = defaultdict(list)
    cpu: dict[str, list[float]] = defaultdict(list)
    for number in range(ROUNDS):
        for one in wanted:
            progress(f"cold start of {one.name}, round {number + 1} of {ROUNDS}")
            with servers.running(one, logs) as server:
                seconds[one.name].append(server.seconds)
                cpu[one.name].append(server.cpu)
    section = Section(
        "(c) exec to first 2xx ÷ bare functions-framework hello",
        f"Medians of {ROUNDS} rounds, each round all; wall clock. The Cloud SQL connector "
        "is imported as it is in the cloud. Ratios in brackets: of CPU seconds.",
    )
    floor, floor_cpu = seconds[FLOOR], cpu[FLOOR]
    for name, function in functions.items():
        pairs = zip(cpu[name], floor_cpu, strict=True)
        ratio = median([mine / its for mine, its in zip(seconds[name], floor, strict=True)])
        pulls = function.trigger.pull
        section.lines.append(
            Line(
                f"{name} ({kind(function)})",
                f"{milliseconds(median(seconds[name]))} ({median([a / b for a, b in pairs]):.2f})",
                milliseconds(median(floor)),
                ratio,
                at_most=None if pulls else AT_MOST[kind(function)],
                limit="waiting for a message: see its CPU" if pulls else "imports",
            )
        )
    section.lines += imports
    return section


def _as_in_the_cloud(functions: Mapping[str, Manifest], build: Path) -> Path:
    """Return copies of the bundles that also import what their first query does in the cloud."""
    cold = build.with_name("cold")
    shutil.copytree(build, cold)
    for function in functions.values():
        if "sql" in extras(function):
            entry = cold / function.name / "main.py"
            entry.write_text(f"{entry.read_text(encoding='utf-8')}\n{CONNECTOR}\n", "utf-8")
    compileall.compile_dir(cold, quiet=1)
    return cold


def kind(function: Manifest) -> str:
    """Return which target a function falls under."""
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
    """Return what the function answers 2xx to: path, body and headers."""
    if function.trigger.topic:
        return "/", push(function.name), {"Content-Type": "application/json"}
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
    item = {
        "event_id": "1",
        "session_id": "1",
        "game_id": "1",
        "kind": "started",
        "at": now,
        "install_id": "1",
        "boot_id": "1",
        "uptime_ms": 1,
    }
    return json.dumps({"sent_at": now, "items": [item]}).encode()


def push(name: str) -> bytes:
    """Return a push request with a message that the consumer takes."""
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
    """List the packages whose modules take 50 ms or more, for each set of requirements."""
    sets: dict[frozenset[str], list[Manifest]] = defaultdict(list)
    for function in functions.values():
        sets[frozenset(extras(function))].append(function)
    for members in sorted(sets.values(), key=lambda one: len(extras(one[0]))):
        largest = max(members, key=lambda one: len(list((build / one.name).rglob("*.py"))))
        taken = _packages(build / largest.name)
        listed = [(name, spent) for name, spent in taken.most_common() if spent >= LISTED_SECONDS]
        text = ", ".join(f"{name} {spent * 1e3:.0f}" for name, spent in listed)
        names = ", ".join(sorted(one.name for one in members))
        total = milliseconds(sum(taken.values()))
        yield Line(f"imports of {names}", total, limit=f"≥ 50 ms: {text}")


def _packages(folder: Path) -> Counter[str]:
    """Return the seconds that each package's own modules take to import, as Python reports it."""
    environment = {"PYTHONUNBUFFERED": "1", "PATH": "/usr/bin"}
    taken: Counter[str] = Counter()
    command = [servers.PYTHON, "-X", "importtime", "-c", f"{FRAMEWORK}; import main"]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    for microseconds, module in _IMPORT.findall(done.stderr):
        taken[_package(module)] += int(microseconds)
    return Counter({name: spent / 1e6 for name, spent in taken.items()})


def _package(module: str) -> str:
    parts = module.split(".")
    deep = 3 if module.startswith("google.cloud.") else 2 if parts[0] == "google" else 1
    return ".".join(parts[:deep])
