"""The OpenAPI document matches the routes and is deterministic."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar

import pytest
from openapi_spec_validator import validate
from pydantic import BaseModel, Field, create_model

from shared.runtime import errors, http, idempotency
from shared.runtime.http import openapi
from shared.runtime.identity import Admin, Player
from tests.shared.runtime.unit.edge import ask, make


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Part(BaseModel):
    size: int


class Thing(BaseModel):
    """One thing."""

    name: str
    colour: Colour = Colour.RED
    parts: list[Part] = []


class Event(BaseModel):
    item_id: ClassVar[str] = "event_id"

    event_id: str


@pytest.fixture
def apis(tmp_path: Path) -> list[http.Api]:
    public = make(
        tmp_path,
        deprecations=[
            {"path": "/v1/things", "since": "2026-01-01", "sunset": "2026-07-01", "link": "x"}
        ],
    )
    own = make(
        tmp_path, name="own", trigger={"http": {"paths": ["/v1/me/things"], "caller": "player"}}
    )
    admins = make(
        tmp_path, name="admin", trigger={"http": {"paths": ["/v1/admin"], "caller": "admin"}}
    )

    @public.get("/v1/things/{thing_id}")
    async def one(thing_id: int) -> http.Reply[Thing] | http.Moved:
        """Return one thing.

        With all of its parts.
        """
        raise NotImplementedError

    @public.get("/v1/things")
    async def many(
        q: Annotated[str, Field(max_length=9)],
        colour: Colour | None = None,
        limit: Annotated[int, Field(ge=1, le=100)] = 20,
        from_: str = "",
    ) -> http.Page[Thing]:
        """List things."""
        raise NotImplementedError

    @own.post("/v1/me/things:batch", status=202)
    def take(player: Player, batch: http.Batch[Event]) -> http.Receipt:
        """Take what happened."""
        raise NotImplementedError

    @own.put("/v1/me/things/{thing_id}")
    def write(player: Player, thing_id: str, thing: Thing) -> Thing:
        """Write one thing."""
        raise NotImplementedError

    @own.delete("/v1/me/things/{thing_id}")
    def remove(player: Player, thing_id: str) -> None:
        """Remove one thing."""

    @admins.get("/v1/admin/things")
    def look(admin: Admin, request: http.Request) -> Part:
        """Look."""
        raise NotImplementedError

    @admins.post("/v1/admin/things")
    def add(admin: Admin, key: idempotency.Key) -> Thing:
        """Add one thing."""
        raise NotImplementedError

    @admins.patch("/v1/admin/things/{thing_id}")
    def edit(admin: Admin, thing_id: str, if_match: http.IfMatch) -> Thing:
        """Edit one thing."""
        raise NotImplementedError

    return [public, own, admins]


@pytest.fixture
def document(apis: list[http.Api]) -> dict[str, Any]:
    made = openapi.document(apis, version="1.2.3", server="https://api.example")
    found: dict[str, Any] = json.loads(json.dumps(made))  # the published document is JSON
    return found


def parameters(operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in operation["parameters"]}


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    validate(document)
    assert document["openapi"].startswith("3.1.")


def test_the_document_does_not_depend_on_the_order_of_functions(apis: list[http.Api]) -> None:
    texts = {
        json.dumps(openapi.document(order, version="1", server="s"))
        for order in (apis, apis[::-1], [apis[1], apis[2], apis[0]])
    }
    assert len(texts) == 1


def test_parameters_have_their_location_and_schema(document: dict[str, Any]) -> None:
    listed = parameters(document["paths"]["/v1/things"]["get"])
    assert set(listed) == {"q", "colour", "limit", "from"}
    assert (listed["q"]["in"], listed["q"]["required"]) == ("query", True)
    assert listed["limit"]["required"] is False
    assert listed["limit"]["schema"] == {
        "type": "integer", "minimum": 1, "maximum": 100, "default": 20,
    }  # fmt: skip
    colours = listed["colour"]["schema"]["anyOf"][0]["enum"]
    assert colours == ["red", "blue"]
    in_path = parameters(document["paths"]["/v1/things/{thing_id}"]["get"])["thing_id"]
    assert (in_path["in"], in_path["required"]) == ("path", True)


@pytest.mark.parametrize(
    ("path", "method", "header", "refusals"),
    [
        ("/v1/admin/things", "post", "Idempotency-Key", {"400", "409", "422"}),
        ("/v1/admin/things/{thing_id}", "patch", "If-Match", {"412", "428"}),
    ],
)
def test_a_required_header_is_a_required_parameter(
    document: dict[str, Any], path: str, method: str, header: str, refusals: set[str]
) -> None:
    operation = document["paths"][path][method]
    found = parameters(operation)[header]
    assert (found["in"], found["required"]) == ("header", True)
    assert found["description"]
    assert found["schema"]["type"] == "string"
    assert refusals <= set(operation["responses"])


def test_two_models_of_one_name_are_refused(tmp_path: Path) -> None:
    api = make(tmp_path)
    twin = create_model("Thing", __module__="tests.elsewhere", size=int)

    async def one() -> Thing:
        raise NotImplementedError

    async def other() -> BaseModel:
        raise NotImplementedError

    other.__annotations__["return"] = twin
    api.get("/v1/things/one")(one)
    api.get("/v1/things/other")(other)
    with pytest.raises(
        TypeError, match="elsewhere__Thing, tests__shared__runtime__unit__test_openapi__Th"
    ):
        openapi.document([api], version="1", server="s")


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if "$ref" in value else set()
        return own.union(*(references(one) for one in value.values()))
    if isinstance(value, list):
        return set().union(*(references(one) for one in value))
    return set()


def test_every_reference_resolves(document: dict[str, Any]) -> None:
    prefix = "#/components/schemas/"
    found = references(document)
    assert f"{prefix}Colour" in found
    assert {one.removeprefix(prefix) for one in found} <= set(document["components"]["schemas"])


def test_conditional_reads_document_304(document: dict[str, Any]) -> None:
    moved = {
        path: operation["responses"].get("308", {}).get("headers")
        for path, operations in document["paths"].items()
        for operation in operations.values()
    }
    found = moved.pop("/v1/things/{thing_id}")
    assert found["Location"]["schema"] == {"type": "string"}
    assert set(moved.values()) == {None}
    answer = document["paths"]["/v1/things/{thing_id}"]["get"]["responses"]["200"]
    assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Thing"}


def test_security_matches_the_caller(document: dict[str, Any]) -> None:
    roles = {
        path: operation.get("x-role")
        for path, operations in document["paths"].items()
        for operation in operations.values()
    }
    assert roles["/v1/things"] is None
    assert roles["/v1/me/things:batch"] == "player"
    assert roles["/v1/admin/things"] == "admin"
    admin = document["paths"]["/v1/admin/things"]["get"]
    assert admin["security"] == [{"id_token": []}]
    assert {"401", "403"} <= set(admin["responses"])
    assert "security" not in document["paths"]["/v1/things"]["get"]


def test_bodies_and_responses_have_their_schema(document: dict[str, Any]) -> None:
    write = document["paths"]["/v1/me/things/{thing_id}"]["put"]
    reference = {"$ref": write["requestBody"]["content"]["application/json"]["schema"]["$ref"]}
    assert reference["$ref"].startswith("#/components/schemas/Thing")
    assert {"413", "422"} <= set(write["responses"])
    take = document["paths"]["/v1/me/things:batch"]["post"]
    answer = take["responses"]["202"]["content"]["application/json"]["schema"]["$ref"]
    assert answer.endswith("Receipt")
    remove = document["paths"]["/v1/me/things/{thing_id}"]["delete"]
    assert "content" not in remove["responses"]["204"]
    assert "requestBody" not in remove
    assert "304" in document["paths"]["/v1/things"]["get"]["responses"]


def test_size_limits_are_documented(document: dict[str, Any]) -> None:
    limits = {
        operation["operationId"]: operation["x-limits"]
        for operations in document["paths"].values()
        for operation in operations.values()
        if "x-limits" in operation
    }
    assert limits == {
        "take": {"body_bytes": 10_000, "items": 20},
        "write": {"body_bytes": 10_000},
    }


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/things?limit=0", b""),
        ("POST", "/v1/things", b"no JSON"),
        ("POST", "/v1/things", b'{"size": "a"}'),
        ("POST", "/v1/things", b" " * 10_001),
        ("POST", "/v1/things:batch", b'{"items": [' + b"1," * 20 + b"1]}"),
        ("POST", "/v1/things:batch", b"[]"),
    ],
)
def test_problem_documents_have_only_documented_members(
    tmp_path: Path, method: str, path: str, body: bytes
) -> None:
    api = make(tmp_path)

    @api.get("/v1/things")
    async def many(limit: Annotated[int, Field(ge=1)]) -> Part:
        return Part(size=limit)

    @api.post("/v1/things")
    async def add(part: Part) -> Part:
        return part

    @api.post("/v1/things:batch")
    async def take(batch: http.Batch[Event]) -> http.Receipt:
        return batch.receipt(0)

    answer = ask(api, method, path, None, body)
    problem = answer.json()
    code = next(one for one in errors.codes() if one == problem["code"])
    openapi.Problem.model_validate({**problem, "code": code}, extra="forbid")
    assert ("limit" in problem, "actual" in problem) == ((answer.status == 413,) * 2)


def test_deprecated_operations_are_marked(document: dict[str, Any]) -> None:
    assert document["paths"]["/v1/things"]["get"]["deprecated"] is True
    assert "deprecated" not in document["paths"]["/v1/things/{thing_id}"]["get"]


def test_texts_come_from_the_handlers(document: dict[str, Any]) -> None:
    one = document["paths"]["/v1/things/{thing_id}"]["get"]
    assert (one["summary"], one["description"]) == ("Return one thing.", "With all of its parts.")
    assert one["operationId"] == "one"


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    names = [
        operation["operationId"]
        for operations in document["paths"].values()
        for operation in operations.values()
    ]
    assert len(names) == len(set(names)) == 8
