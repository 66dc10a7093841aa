"""Generated files are current and complete, and do not break older readers."""

import ast
import copy
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator, oas31_format_checker, validate

from scripts.bundling.imports import ROOT
from scripts.reference import event_schemas, generate, openapi, request_fields
from shared.domain.play import sessions
from shared.runtime import clock, errors, manifest
from shared.runtime.http import binding
from shared.runtime.http.batches import Parser
from shared.runtime.http.openapi import operation_id
from shared.runtime.messages import Message
from shared.schema.all_tables import metadata

ENVIRONMENT = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
# Every process has these; Savepoint does not define them.
COMMON = {"HOME", "PATH", "PYTHONPATH"}


def test_generated_files_are_current() -> None:
    assert generate.stale() == []


def test_every_code_is_explained() -> None:
    page = (generate.DOCS / "errors.md").read_text(encoding="utf-8")
    assert [code for code in errors.codes() if f"| `{code}` |" not in page] == []


def test_every_limit_is_on_one_page() -> None:
    page = (generate.DOCS / "limits.md").read_text(encoding="utf-8")
    named = [*manifest.discover([ROOT]), *metadata.tables]
    assert [name for name in named if f"| {name} |" not in page] == []
    for method, path, operation in request_fields.operations(openapi.document()):
        for one in operation["parameters"]:
            line = f"| `{method.upper()} {path}` | {one['in']} | `{one['name']}` |"
            assert line in page
    assert "| body | `items[].uptime_ms` | integer, 0 to 316,224,000,000 |" in page


@pytest.mark.parametrize(
    ("schema", "takes"),
    [
        ({"type": "integer", "minimum": 1, "exclusiveMaximum": 5001}, "integer, 1 to 5,000"),
        ({"type": "integer", "minimum": 1}, "integer, at least 1"),
        ({"type": "string", "maxLength": 9, "default": ""}, "text, at most 9 characters"),
        ({"type": "array", "minItems": 1, "maxItems": 1000}, "list, 1 to 1,000 items"),
        ({"enum": ["open", "closed"], "type": "string"}, "`open` `closed`"),
        ({"type": "string", "pattern": "^(a|b)$"}, "text, `^(a\\|b)$`"),
        ({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}, "text, date"),
    ],
)
def test_a_bound_is_described_in_words(schema: dict[str, Any], takes: str) -> None:
    body = {"type": "object", "properties": {"outer": schema}, "required": ["outer"]}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Body"}}}
    operation = {"parameters": [], "requestBody": {"content": content}}
    document = {
        "paths": {"/v1/things": {"post": operation}},
        "components": {"schemas": {"Body": body}},
    }
    page = list(request_fields.section(document))
    assert f"| `POST /v1/things` | body | `outer` | {takes} |" in page


def bodies(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for _, _, operation in request_fields.operations(document):
        # A raw body has no JSON example.
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            yield operation["operationId"], content["application/json"]


def test_every_request_has_an_example_that_matches_its_schema() -> None:
    document = openapi.document()
    listed = dict(bodies(document))
    assert len(listed) >= 5
    for name, body in listed.items():
        assert "example" in body, name
        check(body["example"], body["schema"], document)
    for _, _, operation in request_fields.operations(document):
        for one in operation["parameters"]:
            for example in one["schema"].get("examples", []):
                check(example, one["schema"], document)
    for schema in document["components"]["schemas"].values():
        for example in schema.get("examples", []):
            check(example, schema, document)


def check(example: Any, schema: dict[str, Any], document: dict[str, Any]) -> None:
    whole = schema | {"components": document["components"]}
    validate(example, whole, cls=OAS31Validator, format_checker=oas31_format_checker)


def test_every_example_is_accepted() -> None:
    examples = {name: body["example"] for name, body in bodies(openapi.document())}
    for api in openapi.apis():
        for route in api.table.routes:
            name = operation_id(route.handler)
            if name in examples:
                taken = binding.body(route.signature, json.dumps(examples.pop(name)).encode())
                assert not getattr(taken, "rejected", [])
    assert examples == {}


def test_the_sessions_of_the_example_are_in_range() -> None:
    """At any time: `sent_at` corrects the other times."""
    example = dict(bodies(openapi.document()))["reportSessions"]["example"]
    batch = Parser(sessions.SessionReport, 500).parse(json.dumps(example).encode())
    taken, refused = sessions.screen(batch.items, batch.sent_at, clock.now())
    assert (len(taken), refused) == (3, [])
    (session,) = sessions.to_message("ada", clock.now(), taken).sessions
    assert len(session.runs) == 1
    assert session.ended_at is not None
    assert clock.now() - session.ended_at < timedelta(minutes=1)


def variables(source: str) -> Iterator[str]:
    """Return the environment variables that a file reads by name."""
    for node in ast.walk(ast.parse(source)):
        spoken = (
            ast.unparse(node) if isinstance(node, ast.Call | ast.Subscript | ast.Compare) else ""
        )
        if "environ" in spoken.split("(")[0] or re.search(r" in os\.environ$", spoken):
            literals = [str(one.value) for one in ast.walk(node) if isinstance(one, ast.Constant)]
            yield from (one for one in literals[:1] if ENVIRONMENT.fullmatch(one))


def test_every_setting_is_documented() -> None:
    page = (generate.DOCS / "settings.md").read_text(encoding="utf-8")
    found: set[str] = set()
    for folder in ("shared", "functions", "triggers", "emulators", "ops", "scripts"):
        # The benchmark's processes pass data to each other in the environment.
        for file in set((ROOT / folder).rglob("*.py")) - set((ROOT / "scripts/bench").rglob("*")):
            found |= set(variables(file.read_text(encoding="utf-8")))
    assert {"SQL_URL", "SAVEPOINT_STATE", "K_SERVICE"} <= found
    assert [name for name in sorted(found - COMMON) if f"| `{name}` |" not in page] == []


@pytest.mark.parametrize(
    "code",
    ["os.environ['A_SETTING']", "os.environ.get('A_SETTING', '')", "'A_SETTING' in os.environ"],
)
def test_a_variable_is_found_however_it_is_read(code: str) -> None:
    assert set(variables(f"import os\nprint({code})")) == {"A_SETTING"}


OLD: dict[str, Any] = {
    "properties": {"uid": {"type": "string"}, "at": {"type": "string"}, "note": {"type": "string"}},
    "required": ["uid", "at"],
    "$defs": {"Item": {"properties": {"kind": {"enum": ["started"]}}, "required": ["kind"]}},
}


def changed(**changes: Any) -> dict[str, Any]:
    new = copy.deepcopy(OLD)
    for path, value in changes.items():
        *folders, last = path.split("__")
        inner = new
        for folder in folders:
            inner = inner[folder]
        if value is None:
            del inner[last]
        else:
            inner[last] = value
    return new


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (changed(properties__note=None), "note was removed"),
        (changed(required=["uid", "at", "note"]), "note is now required"),
        (changed(required=["uid"]), "at is no longer required"),
        (changed(properties__at={"type": "integer"}), "at.type changed"),
        (changed(properties__at={"type": "string", "maxLength": 9}), "at.maxLength changed"),
        ({**OLD, "additionalProperties": False}, "additionalProperties changed"),
        (
            changed(**{"$defs__Item__properties__kind": {"enum": ["started", "paused"]}}),
            "Item.kind.enum changed",
        ),
        (changed(**{"$defs__Item__required": []}), "kind is no longer required"),
    ],
)
def test_a_change_that_breaks_readers_is_found(new: dict[str, Any], expected: str) -> None:
    found = list(event_schemas.breaks(OLD, new))
    assert len(found) == 1
    assert expected in found[0]


@pytest.mark.parametrize(
    "new",
    [
        OLD,
        changed(properties__score={"type": "integer"}),
        changed(properties__at={"type": "string", "description": "when"}),
        {**OLD, "title": "Another"},
    ],
)
def test_a_change_that_older_readers_can_read_passes(new: dict[str, Any]) -> None:
    assert list(event_schemas.breaks(OLD, new)) == []


def test_committed_events_are_still_readable() -> None:
    assert generate.broken_events() == []


def test_an_event_that_is_no_longer_published_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kinds = event_schemas.messages()
    gone = kinds.pop("savepoint.sessions.reported.v1")
    assert issubclass(gone, Message)
    monkeypatch.setattr(event_schemas, "messages", lambda: kinds)
    assert "no longer published" in generate.broken_events()[0]


def test_schemas_name_their_topic() -> None:
    for kind, model in event_schemas.messages().items():
        assert json.loads(event_schemas.schema(model))["x-topic"] == model.topic
        assert re.fullmatch(r"savepoint(\.[a-z_]+)+\.v[0-9]+", kind)
