"""The contract check refuses changes that break old clients, and no others."""

import copy
import json
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scripts.bundling.imports import ROOT
from scripts.checks import contract

Change = Callable[[dict[str, Any]], object]

TEXT = {"type": "string"}
ITEM = {
    "type": "object",
    "properties": {
        "title": TEXT,
        "state": {"type": "string", "enum": ["open", "closed"]},
        "size": {"type": "integer"},
        "note": {"anyOf": [TEXT, {"type": "null"}]},
        "parent": {"$ref": "#/components/schemas/Item"},
        "labels": {"type": "object", "additionalProperties": {"type": "integer"}},
        "pair": {"type": "array", "prefixItems": [TEXT, {"type": "integer"}]},
        "event": {"oneOf": [{"$ref": "#/components/schemas/Began"}]},
    },
    "required": ["title", "size"],
}
ORDER = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 9, "minLength": 1, "pattern": "^a"},
        "kind": {"enum": ["one", "two"], "type": "string"},
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "share": {"type": "number"},
        "many": {"type": "array", "items": {"type": "string", "maxLength": 9}, "maxItems": 9},
        "when": {"type": ["string", "null"], "format": "date"},
        "event": {
            "oneOf": [{"$ref": "#/components/schemas/Began"}, {"$ref": "#/components/schemas/End"}]
        },
    },
    "required": ["name"],
}
OLD: dict[str, Any] = {
    "paths": {
        "/v1/things/{thing_id}": {
            "get": {
                "parameters": [
                    {"name": "thing_id", "in": "path", "required": True, "schema": TEXT},
                    {"name": "q", "in": "query", "schema": {"type": "string", "maxLength": 9}},
                ],
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "properties": {
                                        "items": {
                                            "type": "array",
                                            "items": {"$ref": "#/components/schemas/Item"},
                                        }
                                    },
                                }
                            }
                        }
                    },
                    "404": {
                        "content": {
                            "application/problem+json": {
                                "schema": {"$ref": "#/components/schemas/Problem"}
                            }
                        }
                    },
                },
            },
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Order"}}
                    },
                },
                "responses": {"202": {"description": "Done"}},
                "x-limits": {"body_bytes": 9},
                "x-role": "player",
            },
        }
    },
    "components": {
        "schemas": {
            "Item": ITEM,
            "Order": ORDER,
            "Problem": {
                "allOf": [
                    {"properties": {"code": TEXT}, "required": ["code"]},
                    {"properties": {"why": TEXT}, "required": ["why"]},
                ]
            },
            "Began": {"properties": {"type": {"const": "began"}, "at": TEXT}},
            "End": {"properties": {"type": {"const": "end"}, "until": TEXT}},
        }
    },
}
PATH = "/v1/things/{thing_id}"


def models(document: dict[str, Any]) -> Any:
    return document["components"]["schemas"]


def item(document: dict[str, Any]) -> Any:
    return models(document)["Item"]["properties"]


def request_fields(document: dict[str, Any]) -> Any:
    return models(document)["Order"]["properties"]


def operation(document: dict[str, Any], method: str = "get") -> Any:
    return document["paths"][PATH][method]


def event(kind: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{kind}"}


def found(change: Change, ended: tuple[str, ...] = ()) -> list[str]:
    new = copy.deepcopy(OLD)
    change(new)
    return list(contract.findings(OLD, new, ended))


GET, POST = f"GET {PATH}: ", f"POST {PATH}: "
ANSWER = GET + "response 200: "
REQUEST = POST + "request: "
BREAKS: dict[str, tuple[Change, str]] = {
    "a path goes": (lambda d: d["paths"].clear(), "was removed"),
    "a method goes": (lambda d: d["paths"][PATH].pop("post"), f"{POST}was removed"),
    "a role is required": (
        lambda d: operation(d).update({"x-role": "admin"}),
        f"{GET}now needs the role admin",
    ),
    "a success status goes": (
        lambda d: operation(d, "post").update(responses={"200": {}}),
        f"{POST}response 202 was removed",
    ),
    "a kind of answer goes": (
        lambda d: operation(d)["responses"].update({"200": {"content": {"text/csv": {}}}}),
        f"{ANSWER}application/json was removed",
    ),
    "a field goes, deep down": (
        lambda d: item(d).pop("title"),
        f"{ANSWER}field items[].title was removed",
    ),
    "a field below a model that holds itself changes": (
        lambda d: item(d).update(size=TEXT),
        f"{ANSWER}field items[].size changed from integer to string",
    ),
    "a field may be absent": (
        lambda d: models(d)["Item"].update(required=["title"]),
        f"{ANSWER}field items[].size is no longer always present",
    ),
    "a field may be null": (
        lambda d: item(d).update(title={"anyOf": [TEXT, {"type": "null"}]}),
        f"{ANSWER}field items[].title changed from string to string or null",
    ),
    "a field is any number": (
        lambda d: item(d).update(size={"type": "number"}),
        f"{ANSWER}field items[].size changed from integer to number",
    ),
    "a field may be anything": (
        lambda d: item(d).update(size={}),
        f"{ANSWER}field items[].size changed from integer to anything",
    ),
    "entries of a map change": (
        lambda d: item(d)["labels"].update(additionalProperties=TEXT),
        f"{ANSWER}field items[].labels.* changed from integer to string",
    ),
    "entries of a map go": (
        lambda d: item(d)["labels"].update(additionalProperties=False),
        f"{ANSWER}field items[].labels: its entries were removed",
    ),
    "a place of a tuple changes": (
        lambda d: item(d)["pair"].update(prefixItems=[TEXT, TEXT]),
        f"{ANSWER}field items[].pair[1] changed from integer to string",
    ),
    "a field of a kind goes": (
        lambda d: item(d).update(event={"oneOf": [{"properties": {"type": {"const": "began"}}}]}),
        f"{ANSWER}field items[].event.at was removed",
    ),
    "a field of every error goes": (
        lambda d: models(d)["Problem"]["allOf"].pop(),
        f"{GET}response 404: field why was removed",
    ),
    "a field of every error may be absent": (
        lambda d: models(d)["Problem"]["allOf"][1].pop("required"),
        f"{GET}response 404: field why is no longer always present",
    ),
    "a parameter goes": (
        lambda d: operation(d)["parameters"].pop(),
        f"{GET}parameter q (query) was removed",
    ),
    "a parameter is required": (
        lambda d: operation(d)["parameters"].append({"name": "n", "in": "query", "required": True}),
        f"{GET}parameter n (query) is now required",
    ),
    "an optional parameter is now required": (
        lambda d: operation(d)["parameters"][1].update(required=True),
        f"{GET}parameter q (query) is now required",
    ),
    "a parameter is shorter": (
        lambda d: operation(d)["parameters"][1]["schema"].update(maxLength=8),
        f"{GET}parameter q (query): maxLength changed from 9 to 8",
    ),
    "a parameter is a number": (
        lambda d: operation(d)["parameters"][1].update(schema={"type": "integer"}),
        f"{GET}parameter q (query) changed from string to integer",
    ),
    "a parameter gets a pattern": (
        lambda d: operation(d)["parameters"][0].update(schema={**TEXT, "pattern": "^x$"}),
        f"{GET}parameter thing_id (path): pattern changed from absent to ^x$",
    ),
    "a body is required": (
        lambda d: operation(d).update(requestBody={"required": True, "content": {}}),
        f"{GET}request: a body is now required",
    ),
    "a kind of body goes": (
        lambda d: operation(d, "post")["requestBody"].update(content={"text/csv": {}}),
        f"{REQUEST}application/json was removed",
    ),
    "a body may hold less": (
        lambda d: operation(d, "post")["x-limits"].update(body_bytes=8),
        f"{REQUEST}body_bytes changed from 9 to 8",
    ),
    "a body may hold fewer items": (
        lambda d: operation(d, "post")["x-limits"].update(items=500),
        f"{REQUEST}items changed from absent to 500",
    ),
    "a new field is required": (
        lambda d: models(d)["Order"].update(
            properties={**request_fields(d), "more": TEXT}, required=["name", "more"]
        ),
        f"{REQUEST}field more is now required",
    ),
    "an optional field is now required": (
        lambda d: models(d)["Order"].update(required=["name", "kind"]),
        f"{REQUEST}field kind is now required",
    ),
    "unknown members are refused": (
        lambda d: models(d)["Order"].update(additionalProperties=False),
        f"{REQUEST}the body: unknown members are rejected now",
    ),
    "a value goes": (
        lambda d: request_fields(d)["kind"].update(enum=["one"]),
        f"{REQUEST}field kind: two is no longer accepted",
    ),
    "only some values are taken": (
        lambda d: request_fields(d).update(name={"type": "string", "enum": ["a", "b"]}),
        f"{REQUEST}field name: only a, b are accepted now",
    ),
    "a maximum is smaller": (
        lambda d: request_fields(d)["count"].update(maximum=8),
        f"{REQUEST}field count: maximum changed from 9 to 8",
    ),
    "a maximum is expressed differently and is smaller": (
        lambda d: request_fields(d).update(
            count={"type": "integer", "minimum": 1, "exclusiveMaximum": 9}
        ),
        f"{REQUEST}field count: maximum changed from 9 to 8",
    ),
    "a minimum is larger": (
        lambda d: request_fields(d)["count"].update(minimum=2),
        f"{REQUEST}field count: minimum changed from 1 to 2",
    ),
    "a minimum is expressed differently and is larger": (
        lambda d: request_fields(d).update(
            count={"type": "integer", "exclusiveMinimum": 1, "maximum": 9}
        ),
        f"{REQUEST}field count: minimum changed from 1 to 2",
    ),
    "a number is whole": (
        lambda d: request_fields(d).update(share={"type": "integer"}),
        f"{REQUEST}field share changed from number to integer",
    ),
    "a text is shorter": (
        lambda d: request_fields(d)["name"].update(maxLength=8),
        f"{REQUEST}field name: maxLength changed from 9 to 8",
    ),
    "a text is longer at least": (
        lambda d: request_fields(d)["name"].update(minLength=2),
        f"{REQUEST}field name: minLength changed from 1 to 2",
    ),
    "a pattern changes": (
        lambda d: request_fields(d)["name"].update(pattern="^b"),
        f"{REQUEST}field name: pattern changed from ^a to ^b",
    ),
    "a list is shorter": (
        lambda d: request_fields(d)["many"].update(maxItems=8),
        f"{REQUEST}field many: maxItems changed from 9 to 8",
    ),
    "what a list holds is narrower": (
        lambda d: request_fields(d)["many"].update(items={**TEXT, "maxLength": 8}),
        f"{REQUEST}field many[]: maxLength changed from 9 to 8",
    ),
    "a type goes": (
        lambda d: request_fields(d)["when"].update(type="string"),
        f"{REQUEST}field when changed from string or null to string",
    ),
    "a format changes": (
        lambda d: request_fields(d)["when"].update(format="date-time"),
        f"{REQUEST}field when: format changed from date to date-time",
    ),
    "a kind goes": (
        lambda d: request_fields(d).update(event=event("Began")),
        f"{REQUEST}field event: type end is no longer accepted",
    ),
}


@pytest.mark.parametrize(("change", "expected"), BREAKS.values(), ids=BREAKS)
def test_a_breaking_change_is_found(change: Change, expected: str) -> None:
    assert expected in "\n".join(found(change))


@pytest.mark.parametrize("change", [change for change, _ in BREAKS.values()], ids=BREAKS)
def test_a_request_may_be_widened(change: Change) -> None:
    """Each narrowing in reverse; a different pattern or format is never wider."""
    new = copy.deepcopy(OLD)
    change(new)
    back = [one for one in contract.findings(new, OLD) if ": request: field" in one]
    assert [one for one in back if ": format" not in one and ": pattern" not in one] == []


FREE: dict[str, Change] = {
    "nothing": lambda _: None,
    "a new path": lambda d: d["paths"].update({"/v1/others": {"get": {"responses": {}}}}),
    "a new method": lambda d: d["paths"][PATH].update(put={"responses": {}}),
    "a new optional parameter": lambda d: operation(d)["parameters"].append(
        {"name": "n", "in": "query", "schema": TEXT}
    ),
    "a longer parameter": lambda d: operation(d)["parameters"][1]["schema"].update(maxLength=99),
    "a new answer": lambda d: operation(d)["responses"].update({"429": {"description": "Wait"}}),
    "an error that was removed": lambda d: operation(d)["responses"].pop("404"),
    "a new answer field": lambda d: item(d).update(more=TEXT),
    "a field that is always there now": lambda d: models(d)["Item"]["required"].append("state"),
    "a new value in an answer": lambda d: item(d)["state"].update(enum=["open", "closed", "lost"]),
    "a field that is never null now": lambda d: item(d).update(note=TEXT),
    "a new kind in an answer": lambda d: item(d)["event"]["oneOf"].append(event("End")),
    "a new optional request field": lambda d: request_fields(d).update(more=TEXT),
    "a request field that nobody reads": lambda d: request_fields(d).pop("kind"),
    "a new value in a request": lambda d: request_fields(d)["kind"].update(
        enum=["one", "two", "three"]
    ),
    "any text in a request": lambda d: request_fields(d).update(kind=TEXT),
    "any number in a request": lambda d: request_fields(d).update(count={"type": "number"}),
    "anything in a request": lambda d: request_fields(d).update(count={}),
    "a field that may be absent": lambda d: models(d)["Order"].update(required=[]),
    "a body that may hold more": lambda d: operation(d, "post")["x-limits"].update(body_bytes=10),
    "a body of any size": lambda d: operation(d, "post").pop("x-limits"),
    "a new optional body": lambda d: operation(d).update(
        {"requestBody": {"content": {}}, "x-limits": {"body_bytes": 1}}
    ),
    "no role": lambda d: operation(d, "post").pop("x-role"),
    "words": lambda d: item(d)["title"].update(title="Title", description="What it is called"),
    "examples": lambda d: (
        request_fields(d)["name"].update(examples=["a"]),
        operation(d)["parameters"][1]["schema"].update(examples=["b"]),
    ),
}


@pytest.mark.parametrize("change", FREE.values(), ids=FREE)
def test_a_compatible_change_is_allowed(change: Change) -> None:
    assert found(change) == []


def test_a_field_removed_from_a_strict_body_is_found() -> None:
    old = copy.deepcopy(OLD)
    models(old)["Order"]["additionalProperties"] = False
    new = copy.deepcopy(old)
    del request_fields(new)["kind"]
    assert list(contract.findings(old, new)) == [f"{REQUEST}field kind is no longer accepted"]


def test_a_path_variable_may_be_renamed_but_not_narrowed() -> None:
    new = copy.deepcopy(OLD)
    new["paths"]["/v1/things/{id}"] = new["paths"].pop(PATH)
    parameters = new["paths"]["/v1/things/{id}"]["get"]["parameters"]
    parameters[0]["name"] = "id"
    assert list(contract.findings(OLD, new)) == []
    parameters[0]["schema"] = {"type": "integer"}
    expected = f"{GET}parameter thing_id (path) changed from string to integer"
    assert list(contract.findings(OLD, new)) == [expected]


def test_a_shared_error_model_is_reported_once() -> None:
    def change(document: dict[str, Any]) -> None:
        del models(document)["Problem"]["allOf"][1]

    old = copy.deepcopy(OLD)
    for status in ("400", "503"):
        operation(old)["responses"][status] = operation(old)["responses"]["404"]
    new = copy.deepcopy(old)
    change(new)
    assert list(contract.findings(old, new)) == [f"{GET}response 404: field why was removed"]


def test_a_path_may_be_removed_after_its_announced_end() -> None:
    def change(document: dict[str, Any]) -> None:
        document["paths"].clear()

    assert found(change, (PATH,)) == []


def test_a_document_is_compatible_with_itself() -> None:
    document = json.loads((ROOT / contract.FILE_COMPARED).read_text(encoding="utf-8"))
    assert len(document["paths"]) > 10
    assert list(contract.findings(document, document)) == []


MANIFEST = """
deprecations:
  - {path: /v1/gone, since: 2026-01-01, sunset: 2026-06-01, link: "https://example.com"}
  - {path: /v1/going, since: 2026-01-01, sunset: 2026-06-02, link: "https://example.com"}
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A git repository with the old document; call it with arguments of git."""
    monkeypatch.setattr(contract, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")

    def git(*words: str) -> None:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.com")
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    files = {contract.FILE_COMPARED: json.dumps(OLD), "functions/a/function.yaml": MANIFEST}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    git("add", "-A")
    git("commit", "-qm", "first")
    return git


@pytest.mark.usefixtures("repository")
def test_without_a_tag_nothing_is_compared(capsys: pytest.CaptureFixture[str]) -> None:
    contract.main()
    assert capsys.readouterr().out == "There is no tag yet: nothing to compare with.\n"


def test_the_working_tree_is_compared_with_the_last_tag(
    repository: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository("tag", "v1")
    contract.main()
    assert "is compatible with clients of v1" in capsys.readouterr().out
    new = copy.deepcopy(OLD)
    del item(new)["title"]
    (tmp_path / contract.FILE_COMPARED).write_text(json.dumps(new))
    with pytest.raises(SystemExit) as refused:
        contract.main()
    lines = str(refused.value).splitlines()
    assert lines[0] == f"{ANSWER}field items[].title was removed"
    assert "clients of v1" in lines[-1]


def test_the_announced_ends_are_those_of_the_tags_manifests(
    repository: Callable[..., None],
) -> None:
    repository("tag", "v1")
    assert contract.ended("v1", date(2026, 6, 2)) == {"/v1/gone"}
    assert contract.ended("v1", date(2026, 6, 3)) == {"/v1/gone", "/v1/going"}
