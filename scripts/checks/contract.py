"""Rejects API changes that break existing clients: `python -m scripts.checks.contract`.

Compares docs/openapi.json with its version at the last tag. Fields that clients read must remain,
and requests that clients send must still be accepted. A path may change after its announced sunset
date.
"""

import json
import math
import re
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import yaml

from scripts.bundling.imports import ROOT
from scripts.checks.schema_compatibility import Fit
from shared.runtime.manifest import FILE, Deprecation

Document = Mapping[str, Any]

FILE_COMPARED = "docs/openapi.json"
METHODS = ("get", "put", "post", "delete", "patch")
ADVICE = "Keep the old behaviour and add a new path, `/v2/…`: see docs/contract.md."
_VARIABLE = re.compile(r"\{[^}]*\}")


def findings(old: Document, new: Document, ended: Collection[str] = ()) -> Iterator[str]:
    """Yield the changes in `new` that break clients of `old`, ignoring the paths in `ended`."""
    by_shape = {_shape(path): (path, found) for path, found in new["paths"].items()}
    reported: set[str] = set()
    for path, operations in old["paths"].items():
        if path in ended:
            continue
        now_path, now = by_shape.get(_shape(path), (path, {}))
        for method in (one for one in METHODS if one in operations):
            name = f"{method.upper()} {path}"
            if method not in now:
                yield f"{name}: was removed"
                continue
            pair = operations[method], now[method]
            yield from (f"{name}: {one}" for one in _role(*pair))
            paths = path, now_path
            yield from (f"{name}: {one}" for one in _parameters(old, new, *pair, paths))
            yield from (f"{name}: request: {one}" for one in _request(old, new, *pair))
            yield from (f"{name}: response {one}" for one in _responses(old, new, *pair, reported))


def _shape(path: str) -> str:
    """Return a path without its variables' names, which clients never send."""
    return _VARIABLE.sub("{}", path)


def _role(was: Document, now: Document) -> Iterator[str]:
    if now.get("x-role") not in {None, was.get("x-role")}:
        yield f"now needs the role {now['x-role']}"


def _parameters(
    old: Document, new: Document, was: Document, now: Document, paths: tuple[str, str]
) -> Iterator[str]:
    before, after = _by_place(was, paths[0]), _by_place(now, paths[1])
    for place, one in before.items():
        label = f"parameter {one['name']} ({one['in']})"
        if place not in after:
            yield f"{label} was removed"
        else:
            fit = Fit(old, new, is_response=False, whole=label)
            yield from fit.breaks(one.get("schema", {}), after[place].get("schema", {}))
    for place, one in after.items():
        if one.get("required") and not before.get(place, {}).get("required"):
            yield f"parameter {one['name']} ({one['in']}) is now required"


def _by_place(operation: Document, path: str) -> dict[tuple[str, str | int], Document]:
    """Return the parameters by name; path parameters are keyed by position."""
    places = {text[1:-1]: index for index, text in enumerate(_VARIABLE.findall(path))}
    return {
        (one["in"], places[one["name"]] if one["in"] == "path" else one["name"]): one
        for one in operation.get("parameters", [])
    }


def _request(old: Document, new: Document, was: Document, now: Document) -> Iterator[str]:
    before, after = was.get("requestBody", {}), now.get("requestBody", {})
    if after.get("required") and not before.get("required"):
        yield "a body is now required"
    if after:
        yield from _contents(before, after, Fit(old, new, is_response=False))
    if before:
        yield from _limits(was.get("x-limits", {}), now.get("x-limits", {}))


def _limits(was: Mapping[str, int], now: Mapping[str, int]) -> Iterator[str]:
    for name, most in now.items():
        if most < was.get(name, math.inf):
            yield f"{name} changed from {was.get(name, 'absent')} to {most}"


def _responses(
    old: Document, new: Document, was: Document, now: Document, reported: set[str]
) -> Iterator[str]:
    """Yield breaking changes to responses.

    Error responses share a model, so each breaking change in the model is reported only once.
    """
    for status, before in was["responses"].items():
        is_success = status.startswith("2")
        after = now["responses"].get(status)
        if after is None:
            if is_success:
                yield f"{status} was removed"
            continue
        for one in _contents(before, after, Fit(old, new, is_response=True)):
            if is_success or one not in reported:
                yield f"{status}: {one}"
            if not is_success:
                reported.add(one)


def _contents(before: Document, after: Document, fit: Fit) -> Iterator[str]:
    contents = after.get("content", {})
    for kind, one in before.get("content", {}).items():
        if kind not in contents:
            yield f"{kind} was removed"
        else:
            yield from fit.breaks(one.get("schema", {}), contents[kind].get("schema", {}))


def ended(tag: str, today: date) -> set[str]:
    """Return the paths whose sunset date, read from a tag's manifests, is before `today`."""
    listed = (_git("ls-tree", "-r", "--name-only", tag, "functions") or "").splitlines()
    files = [name for name in listed if name.endswith(f"/{FILE}")]
    manifests = [yaml.safe_load(_git("show", f"{tag}:{name}") or "") for name in files]
    announced = [
        Deprecation.model_validate(one) for raw in manifests for one in raw.get("deprecations", [])
    ]
    return {one.path for one in announced if one.sunset < today}


def _git(*words: str) -> str | None:
    """Return git's output, or None if it fails."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def main() -> None:
    """Compare the API contract with its version at the last tag, if there is one."""
    tag = (_git("describe", "--tags", "--abbrev=0") or "").strip()
    before = _git("show", f"{tag}:{FILE_COMPARED}") if tag else None
    if before is None:
        missing = f"{tag} has no {FILE_COMPARED}" if tag else "There is no tag yet"
        print(f"{missing}: nothing to compare with.")
        return
    new = json.loads((ROOT / FILE_COMPARED).read_text(encoding="utf-8"))
    found = list(findings(json.loads(before), new, ended(tag, datetime.now(UTC).date())))
    if found:
        sys.exit("\n".join([*found, f"This breaks clients of {tag}. {ADVICE}"]))
    print(f"{FILE_COMPARED} is compatible with clients of {tag}.")


if __name__ == "__main__":
    main()
