"""Steps of a release on the fake cloud, and what Cloud Monitoring says of its revisions."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

from tests.scripts.release.conftest import Fake

AT_ONCE = {"CANARY_MINUTES": "0", "MONITORING_DELAY_SECONDS": "0"}
Counts = dict[str, tuple[int, int, int]]
GOOD: Counts = {"catalog-2": (1_000, 0, 50), "roll-up-sessions-2": (1_000, 0, 50)}
Monitoring = Callable[[Counts], dict[str, str]]


@contextmanager
def monitored() -> Iterator[Monitoring]:
    """Cloud Monitoring's PromQL address: given each revision's requests, errors and p99."""
    counts: Counts = {}

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Authorization"] == "Bearer a-token"
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            found = list(answer(parse_qs(body)["query"][0], counts))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"data": {"result": found}}).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def tell(told: Counts) -> dict[str, str]:
        counts.update(told)
        return {**AT_ONCE, "MONITORING_URL": f"http://127.0.0.1:{server.server_port}"}

    yield tell
    server.shutdown()
    server.server_close()


def answer(query: str, counts: Counts) -> Iterator[dict[str, Any]]:
    for revision, (requests, errors, p99) in counts.items():
        name = {"revision_name": revision}
        if "histogram_quantile" in query:
            yield {"metric": name, "value": [0, str(p99)]}
            continue
        yield {
            "metric": name | {"response_code_class": "2xx"},
            "value": [0, str(requests - errors)],
        }
        yield {"metric": name | {"response_code_class": "5xx"}, "value": [0, str(errors)]}


def do(fake: Fake, name: str, *words: str, **more: str) -> str:
    done = fake.step(name, *words, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def deployed(fake: Fake) -> str:
    """Do everything before the canary, and return what the smoke test said."""
    for name in ("migrate", "pin", "apply", "grant"):
        do(fake, name)
    return do(fake, "smoke")


def released(fake: Fake, monitoring: Monitoring) -> None:
    """One release that everything of reached everyone."""
    deployed(fake)
    do(fake, "canary", **monitoring(GOOD))
    do(fake, "promote")
    fake.ran()


def state(fake: Fake) -> list[str]:
    """How far each recorded release came, the oldest first."""
    found = fake.read()["objects"]
    return [json.loads(found[name])["state"] for name in sorted(found)]


def later(fake: Fake) -> None:
    """Records are named by the second: let those that are there be a century older."""
    found = fake.read()["objects"]
    years = {name: re.search(r"/staging/(\d{4})", name) for name in found}
    older = {}
    for name, text in found.items():
        year = years[name]
        assert year
        before = f"/staging/{int(year[1]) - 100:04}"
        older[name.replace(year[0], before)] = text.replace(year[0], before)
    fake.change(objects=older)


def write(fake: Fake, code: str, *names: str) -> None:
    """Change what the next build applies: the named functions' code, nobody else's."""
    for name in names:
        (fake.folder / f"{name.replace('-', '_')}.sha256").write_text(f"{code}\n")
    fake.change(applies=names)
