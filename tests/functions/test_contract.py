"""No request, whether it matches the OpenAPI document or not, causes a server error."""

import uuid
from collections.abc import Callable
from typing import Any

import httpx
import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
)

from scripts.reference import openapi
from tests.support.local_cloud import LocalCloud

EXAMPLES = 15
"""Requests for each operation: enough to meet each parameter's edges, few enough to wait for."""

schema = schemathesis.openapi.from_dict(openapi.document())


@pytest.fixture(scope="module")
def caller(player: Callable[..., Any]) -> dict[str, dict[str, str]]:
    """The headers of a user of this module for each role."""
    return {role: player([role]).headers for role in ("player", "creator", "admin")}


@pytest.fixture(scope="module", autouse=True)
def lists(cloud: LocalCloud, client: httpx.Client, player: Callable[..., Any]) -> None:
    """Without a game and built lists, `/v1/detection` would return 503."""
    game = {"title": "A game of the contract"}
    made = client.post("/v1/admin/games", json=game, headers=player(["admin"]).headers)
    assert made.status_code in {201, 409}, made.text
    assert cloud.fire("build_detection_lists").is_success


@schema.parametrize()
@hypothesis.settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(hypothesis.HealthCheck),
)
def test_no_request_is_a_server_error(
    case: schemathesis.Case[Any], cloud: LocalCloud, caller: dict[str, dict[str, str]]
) -> None:
    # The host itself refuses a path with a line break.
    hypothesis.assume("%0A" not in str(case.path_parameters))
    role = case.operation.definition.raw.get("x-role")
    conditions = {"Idempotency-Key": uuid.uuid4().hex, "If-Match": "*"}
    headers = conditions | (caller[role] if role else {})
    answer = case.call(base_url=cloud.url, headers=headers, timeout=60)
    case.validate_response(
        answer,
        checks=[not_a_server_error, content_type_conformance, response_schema_conformance],
    )


def test_every_operation_is_in_the_document() -> None:
    documented = {
        (method.upper(), path)
        for path, operations in openapi.document()["paths"].items()
        for method in operations
    }
    served = {(one.method, one.path) for api in openapi.apis() for one in api.table.routes}
    assert documented == served
    assert len(served) > 10


def reachable(part: Any, models: dict[str, Any], seen: set[str]) -> set[str]:
    """Return the models that a part of the document refers to, directly or indirectly."""
    if isinstance(part, dict):
        name = part.get("$ref", "").rpartition("/")[2]
        if name and name not in seen:
            seen.add(name)
            reachable(models[name], models, seen)
        for one in part.values():
            reachable(one, models, seen)
    elif isinstance(part, list):
        for one in part:
            reachable(one, models, seen)
    return seen


def test_nullable_members_of_responses_are_not_required() -> None:
    """Null members are omitted from responses."""
    document = openapi.document()
    models = document["components"]["schemas"]
    answers = [
        operation["responses"] for path in document["paths"].values() for operation in path.values()
    ]
    promised = [
        f"{name}.{member}"
        for name in sorted(reachable(answers, models, set()))
        for member in models[name].get("required", [])
        if {"type": "null"} in models[name]["properties"][member].get("anyOf", [])
    ]
    assert promised == []
