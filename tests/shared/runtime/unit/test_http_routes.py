"""Which handler answers: exact paths before patterns, 404 and 405, HEAD, verbs, encoding."""

from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel
from sqlalchemy import Connection

from shared.runtime import http, idempotency
from shared.runtime.identity import Admin, Creator, Player, Principal
from tests.shared.runtime.unit.edge import ask, make


class Said(BaseModel):
    by: str
    value: str = ""


@pytest.fixture
def api(tmp_path: Path) -> http.Api:
    made = make(tmp_path)

    @made.get("/v1/things/{thing_id}")
    async def one(thing_id: str) -> Said:
        return Said(by="one", value=thing_id)

    @made.delete("/v1/things/{thing_id}")
    async def remove(thing_id: str) -> None:
        del thing_id

    @made.get("/v1/things/newest")
    async def newest() -> Said:
        return Said(by="newest")

    @made.post("/v1/things:merge", status=201)
    async def merge() -> Said:
        return Said(by="merge")

    @made.get("/v1/things/{thing_id}/parts/{part}.yml")
    async def part(thing_id: str, part: str) -> Said:
        return Said(by="part", value=f"{thing_id}/{part}")

    return made


def test_an_exact_path_is_found_before_a_pattern_that_was_registered_earlier(
    api: http.Api,
) -> None:
    assert ask(api, "GET", "/v1/things/newest").json() == {"by": "newest", "value": ""}
    assert ask(api, "GET", "/v1/things/newer").json() == {"by": "one", "value": "newer"}


def test_an_unknown_path_is_404(api: http.Api) -> None:
    for path in ("/", "/v1/things", "/v1/things/", "/v1/things/a/b", "/V1/things/a"):
        answer = ask(api, "GET", path)
        assert (answer.status, answer.json()["code"]) == (404, "not_found"), path


def test_a_known_path_with_another_method_is_405_and_lists_what_it_takes(api: http.Api) -> None:
    answer = ask(api, "PUT", "/v1/things/7")
    assert (answer.status, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.header("allow") == "DELETE, GET, HEAD"
    assert ask(api, "GET", "/v1/things:merge").header("allow") == "POST"
    assert ask(api, "HEAD", "/v1/things:merge").status == 405


def test_head_answers_as_get_does_without_the_body(api: http.Api) -> None:
    got, head = (ask(api, method, "/v1/things/7") for method in ("GET", "HEAD"))
    assert (head.status, head.body) == (200, b"")
    for name in ("content-length", "etag", "content-type", "cache-control"):
        assert head.header(name) == got.header(name) is not None


def test_a_verb_is_a_path_of_its_own(api: http.Api) -> None:
    answer = ask(api, "POST", "/v1/things:merge")
    assert (answer.status, answer.json()["by"]) == (201, "merge")
    assert ask(api, "POST", "/v1/things:split").status == 404


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ("a%20b", "a b"),
        ("%C3%A9t%C3%A9", "été"),
        ("a%3Fb%23c", "a?b#c"),
        ("unlisted:9", "unlisted:9"),
    ],
)
def test_a_path_parameter_arrives_decoded(api: http.Api, sent: str, value: str) -> None:
    assert ask(api, "GET", f"/v1/things/{sent}").json()["value"] == value


def test_an_encoded_slash_does_not_reach_into_a_parameter(api: http.Api) -> None:
    assert ask(api, "GET", "/v1/things/a%2Fb").status == 404


def test_what_stands_between_the_variables_is_taken_literally(api: http.Api) -> None:
    assert ask(api, "GET", "/v1/things/7/parts/a.yml").json()["value"] == "7/a"
    assert ask(api, "GET", "/v1/things/7/parts/aXyml").status == 404


def test_a_route_twice_is_refused_when_it_is_registered(api: http.Api) -> None:
    async def again(thing_id: str) -> None: ...

    with pytest.raises(TypeError, match="registered twice"):
        api.get("/v1/things/{thing_id}")(again)


@pytest.mark.parametrize("path", ["/v1/other", "/v1/thingsx", "/v1/thing", "/v2/things"])
def test_a_path_outside_of_the_manifest_is_refused(api: http.Api, path: str) -> None:
    async def handler() -> None: ...

    with pytest.raises(TypeError, match=r"does not own.*function\.yaml"):
        api.get(path)(handler)


def test_a_handler_without_a_parameter_of_its_path_is_refused(api: http.Api) -> None:
    async def handler() -> None: ...

    with pytest.raises(TypeError, match="thing_id"):
        api.put("/v1/things/{thing_id}")(handler)


@pytest.mark.parametrize(
    ("caller", "kind"), [("admin", Player), ("admin", Creator), ("creator", Admin)]
)
def test_a_handler_for_others_than_the_manifest_names_is_refused(
    tmp_path: Path, caller: str, kind: type[Principal]
) -> None:
    """Nobody opens an operator's path to players by the type of a parameter."""
    api = make(tmp_path, trigger={"http": {"paths": ["/v1/things"], "caller": caller}})

    async def handler(who: kind) -> None: ...  # type: ignore[valid-type]

    with pytest.raises(TypeError, match=f"things is for {caller}s"):
        api.get("/v1/things")(handler)


class Item(BaseModel):
    item_id: ClassVar[str] = "id"
    id: str


IDEMPOTENT = ("async", "nobody calls", "no transaction", "raw body", "batch", "query", "before")


@pytest.mark.parametrize("fault", IDEMPOTENT)
def test_an_idempotent_route_that_cannot_work_is_refused(tmp_path: Path, fault: str) -> None:
    api = make(tmp_path)

    async def waits(player: Player, tx: Connection) -> None: ...
    def anonymous(tx: Connection) -> None: ...
    def apart(player: Player) -> None: ...

    def raw(player: Player, tx: Connection, body: bytes) -> None: ...
    def batch(player: Player, tx: Connection, body: http.Batch[Item]) -> None: ...
    def query(player: Player, tx: Connection, limit: int) -> None: ...
    def plain(player: Player, tx: Connection) -> None: ...
    def look(thing: int) -> None: ...

    handlers: dict[str, Any] = dict(
        zip(IDEMPOTENT, (waits, anonymous, apart, raw, batch, query, plain), strict=True)
    )
    by_key = idempotency.ByKey(before=look if fault == "before" else None)
    with pytest.raises(TypeError, match=r"is idempotent|of `before`"):
        api.post("/v1/things", idempotent=by_key)(handlers[fault])
