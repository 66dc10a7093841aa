"""The detection lists through the gateway: whole lists and deltas."""

import gzip
import hashlib
import json
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from shared.domain.catalog.detection import lists
from shared.domain.catalog.imports import importing
from tests.support.local_cloud import LocalCloud
from tests.support.node import run

Publish = Callable[..., Any]


@pytest.fixture
def word() -> str:
    return f"q{uuid.uuid4().hex[:12]}"


@pytest.fixture
def publish(cloud: LocalCloud, client: httpx.Client, eventually: Callable[..., Any]) -> Publish:
    """Add a game, build the lists, and return the response once it names the new list."""

    def add(*suffixes: str, os: str = "win32") -> Any:
        executables = [{"os": os, "name": suffix} for suffix in suffixes]
        record = {"title": f"{suffixes[0]} game", "executables": executables}
        before = client.get(f"/v1/detection/{os}").json()
        assert importing.import_games([json.dumps(record).encode()]).rejected == []
        assert cloud.fire("build_detection_lists").status_code == 204

        def newer() -> Any:
            answer = client.get(f"/v1/detection/{os}").json()
            return answer if answer.get("sha256") not in {None, before.get("sha256")} else None

        return eventually(newer, 15)

    return add


def test_the_list_is_public_and_verifiable(publish: Publish, word: str) -> None:
    answer = publish(f"{word}/{word}.exe")
    assert set(answer) == {"version", "url", "sha256", "size"}
    file = httpx.get(answer["url"])
    assert file.headers["content-encoding"] == "gzip"
    assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert int(file.headers["content-length"]) == answer["size"]
    assert hashlib.sha256(file.content).hexdigest() == answer["sha256"]
    assert answer["sha256"] in answer["url"]
    found = lists.read(file.content)[f"{word}/{word}.exe"]
    assert found.confidence == "high"


def test_a_delta_leads_from_the_clients_version(
    client: httpx.Client, publish: Publish, word: str
) -> None:
    many = [f"{uuid.uuid4()}/{uuid.uuid4()}.exe" for _ in range(50)]
    old = publish(*many)
    new = publish(f"{word}/{word}.exe")
    answer = client.get("/v1/detection/win32", params={"from": old["version"]}).json()
    assert {name: answer[name] for name in new} == new
    changes = httpx.get(answer["delta_url"])
    assert int(changes.headers["content-length"]) == answer["delta_size"] < answer["size"]
    assert hashlib.sha256(changes.content).hexdigest() == answer["delta_sha256"]
    whole = httpx.get(new["url"]).content
    assert lists.apply(httpx.get(old["url"]).content, changes.content) == whole


@pytest.mark.parametrize("known", [0, 1, 2**63 - 1])
def test_a_version_without_a_delta_gets_the_whole_list(
    client: httpx.Client, publish: Publish, word: str, known: int
) -> None:
    answer = publish(f"{word}.app", os="darwin")
    response = client.get("/v1/detection/darwin", params={"from": known})
    assert response.json() == answer
    current = client.get("/v1/detection/darwin", params={"from": answer["version"]})
    assert current.json() == answer


def test_a_response_is_cacheable_and_revalidated(
    client: httpx.Client, publish: Publish, word: str
) -> None:
    publish(f"{word}/{word}.exe")
    first = client.get("/v1/detection/win32")
    assert first.headers["cache-control"] == "public, max-age=60"
    tag = first.headers["etag"]
    again = client.get("/v1/detection/win32", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_a_files_bytes_depend_only_on_the_list(publish: Publish, word: str) -> None:
    answer = publish(f"{word}/{word}.exe")
    with httpx.stream("GET", answer["url"]) as file:
        packed = b"".join(file.iter_raw())
    assert packed == gzip.compress(gzip.decompress(packed), mtime=0)


def test_the_typescript_client_loads_updates_and_matches(
    cloud: LocalCloud, publish: Publish, word: str
) -> None:
    done = run("npx", "--no-install", "tsc")
    assert done.returncode == 0, done.stdout
    many = [f"{uuid.uuid4()}/{uuid.uuid4()}.exe" for _ in range(50)]
    publish(*many, f"{word}/first.exe")
    driver = ("node", "dist/test/cloud/detection.js")
    command = {"SAVEPOINT_URL": cloud.url, "FOLDER": word}
    first = run(*driver, "first.exe", **command)
    assert first.returncode == 0, first.stdout
    kept, read = first.stdout.splitlines()
    assert read == "high, by the whole"
    publish(f"{word}/second.exe")
    second = run(*driver, "second.exe", KEPT=kept, **command)
    assert second.stdout.splitlines()[1:] == ["high, by a delta"], second.stdout


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/detection/beos", "os"),
        ("/v1/detection/WIN32", "os"),
        ("/v1/detection/win32?from=x", "from"),
        ("/v1/detection/win32?from=-1", "from"),
        (f"/v1/detection/win32?from={2**63}", "from"),
        ("/v1/detection/win32?from=1.5", "from"),
    ],
)
def test_an_invalid_parameter_is_named(client: httpx.Client, path: str, field: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [field]
