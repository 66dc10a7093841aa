"""Path and query parameters arrive typed; invalid ones are named."""

from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from shared.runtime import http, idempotency
from tests.shared.runtime.unit.edge import Answer, ask, make

Id = Annotated[int, Field(ge=1, lt=2**63)]


class State(StrEnum):
    OPEN = "open"
    SHUT = "shut"


class NewThing(BaseModel):
    values: dict[str, Any]


@pytest.fixture
def api(tmp_path: Path) -> http.Api:
    made = make(tmp_path)

    @made.get("/v1/things/{thing_id}")
    async def one(  # noqa: PLR0913
        thing_id: Id,
        from_: date | None = None,
        limit: Annotated[int, Field(ge=1, le=100)] = 20,
        state: State = State.OPEN,
        q: str = "",
        *,
        all_of_it: bool = False,
    ) -> NewThing:
        assert isinstance(state, State)
        assert isinstance(from_, date | None)
        return NewThing(values={"id": thing_id, "from": from_, "limit": limit, "state": state,
                             "q": q, "all": all_of_it})  # fmt: skip

    @made.get("/v1/things")
    async def needs(since: datetime, request: http.Request) -> NewThing:
        assert request.received_at.tzinfo is UTC
        return NewThing(values={"since": since, "client": request.headers.get(b"savepoint-client")})

    @made.post("/v1/things")
    async def make_one(key: idempotency.Key, given: NewThing) -> NewThing:
        return NewThing(values={"key": key, **given.values})

    @made.patch("/v1/things/{thing_id}")
    async def change(thing_id: Id, if_match: http.IfMatch) -> NewThing:
        if_match.require(7, NewThing(values={"id": thing_id}))
        return NewThing(values={"if_match": sorted(if_match)})

    return made


def named(answer: Answer) -> list[str]:
    assert (answer.status, answer.json()["code"]) == (400, "invalid_request")
    return [one["field"] for one in answer.json()["errors"]]


def test_parameters_arrive_typed(api: http.Api) -> None:
    query = "from=2026-03-01&limit=7&state=shut&q=a%20b%2Bc+d%C3%A9&all_of_it=true"
    assert ask(api, "GET", f"/v1/things/12?{query}").json()["values"] == {
        "id": 12, "from": "2026-03-01", "limit": 7, "state": "shut", "q": "a b+c dé", "all": True,
    }  # fmt: skip


def test_defaults_apply_to_missing_parameters(api: http.Api) -> None:
    values = ask(api, "GET", "/v1/things/12").json()["values"]
    assert (values["limit"], values["state"], values["q"], values["all"]) == (20, "open", "", False)


def test_unknown_query_parameters_are_ignored(api: http.Api) -> None:
    assert ask(api, "GET", "/v1/things/12?unknown=1&limit=3").json()["values"]["limit"] == 3


def test_the_query_never_sets_a_path_parameter(api: http.Api) -> None:
    assert ask(api, "GET", "/v1/things/12?thing_id=13").json()["values"]["id"] == 12


def test_the_last_of_a_repeated_parameter_counts(api: http.Api) -> None:
    assert ask(api, "GET", "/v1/things/12?limit=3&limit=4").json()["values"]["limit"] == 4


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("limit=0", ["limit"]),
        ("limit=101", ["limit"]),
        ("limit=", ["limit"]),
        ("limit=ten", ["limit"]),
        ("from=yesterday", ["from"]),
        ("state=ajar", ["state"]),
        ("all_of_it=perhaps", ["all_of_it"]),
        ("limit=x&state=y&from=z", ["from", "limit", "state"]),
    ],
)
def test_every_invalid_parameter_is_named(api: http.Api, query: str, fields: list[str]) -> None:
    answer = ask(api, "GET", f"/v1/things/12?{query}")
    assert sorted(named(answer)) == fields
    assert all(field in answer.json()["detail"] for field in fields)


@pytest.mark.parametrize("sent", ["x", "0", "-1", "1.5", "9223372036854775808", "%20"])
def test_an_invalid_path_parameter_is_named(api: http.Api, sent: str) -> None:
    assert named(ask(api, "GET", f"/v1/things/{sent}")) == ["thing_id"]


def test_a_parameter_without_a_default_is_required(api: http.Api) -> None:
    assert named(ask(api, "GET", "/v1/things")) == ["since"]
    assert ask(api, "GET", "/v1/things?since=2026-03-01T00:00:00Z").status == 200


def test_a_query_with_too_many_parameters_is_refused(api: http.Api) -> None:
    answer = ask(api, "GET", "/v1/things/12?" + "&".join(f"a{i}=1" for i in range(200)))
    assert (answer.status, answer.json()["code"]) == (400, "invalid_request")


def test_a_handler_can_take_the_request_itself(api: http.Api) -> None:
    target = "/v1/things?since=2026-03-01T00:00:00Z"
    answer = ask(api, "GET", target, {"Savepoint-Client": "desktop/8.4.1 (win32; x64)"})
    assert answer.json()["values"]["client"] == "desktop/8.4.1 (win32; x64)"


def test_a_required_header_arrives(api: http.Api) -> None:
    sent: dict[str, Any] = {"values": {}}
    for key in ("k-1", '"k-1"'):
        answer = ask(api, "POST", "/v1/things", {"Idempotency-Key": key}, sent)
        assert answer.json()["values"] == {"key": "k-1"}
    answer = ask(api, "PATCH", "/v1/things/3", {"If-Match": '"6", "7"'})
    assert answer.json()["values"] == {"if_match": ["6", "7"]}


@pytest.mark.parametrize("body", [b"no JSON", b'{"values": {}}'])
def test_a_missing_required_header_is_checked_first(api: http.Api, body: bytes) -> None:
    for headers in ({}, {"Idempotency-Key": "two words"}):
        assert named(ask(api, "POST", "/v1/things", headers, body)) == ["Idempotency-Key"]
    assert ask(api, "PATCH", "/v1/things/3").status == 428
    assert ask(api, "PATCH", "/v1/things/3", {"If-Match": '"6"'}).status == 412


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ('"7"', 200),
        ("*", 200),
        ('"1", *', 200),
        ('"1" ,"7"', 200),
        ("7", 412),
        ('W/"7"', 412),
        ('"*"', 412),
        ("", 412),
        ('"7', 412),
    ],
)
def test_a_conditional_write_needs_a_strong_revision(
    api: http.Api, given: str, status: int
) -> None:
    answer = ask(api, "PATCH", "/v1/things/3", {"If-Match": given})
    assert answer.status == status
    if status == 412:
        assert answer.header("etag") == '"7"'
        assert answer.json()["current"] == {"values": {"id": 3}}
