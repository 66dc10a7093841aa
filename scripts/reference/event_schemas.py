"""Writes the JSON Schema of every message, and checks that changes are compatible.

During a rollout or after a redrive, the code that reads a message may be older or newer than the
code that wrote the message. Existing members must therefore not change, and new members must be
optional. Any other change requires a new message type, `….v2`, alongside the old type.
"""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from typing import Any

import shared.domain
import shared.runtime.events
from shared.runtime.messages import Message

SPOKEN = {"title", "description", "examples", "default", "x-topic", "$schema"}
"""Keys that document a schema without affecting parsing."""


def messages() -> dict[str, type[Message]]:
    """Return the model of every message by CloudEvents type."""
    for package in (shared.domain, shared.runtime.events):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    found: dict[str, type[Message]] = {}
    for model in _descendants(Message):
        twin = found.setdefault(model.type, model)
        if twin is not model:
            raise TypeError(f"{model.__name__} and {twin.__name__} are both {model.type}")
    return dict(sorted(found.items()))


def _descendants(model: type[Message]) -> Iterator[type[Message]]:
    for one in model.__subclasses__():
        if one.__module__.split(".", maxsplit=1)[0] == "shared":
            yield one
            yield from _descendants(one)


def schema(model: type[Message]) -> str:
    """Return a message's JSON Schema as file contents."""
    described = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "x-topic": model.topic,
        **model.model_json_schema(),
    }
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"


def breaks(old: Any, new: Any, at: str = "") -> Iterator[str]:
    """Yield the incompatible differences between two schemas of a message."""
    where = at or "the message"
    if not isinstance(old, dict) or not isinstance(new, dict):
        if old != new:
            yield f"{where} changed from {old!r} to {new!r}"
        return
    for key in sorted({*old, *new} - SPOKEN):
        was, now = old.get(key), new.get(key)
        if key in {"properties", "$defs"}:
            yield from _members(was or {}, now or {}, at)
        elif key == "required":
            yield from _required(set(was or []), set(now or []), where)
        else:
            yield from breaks(was, now, f"{at}.{key}" if at else key)


def _members(old: dict[str, Any], new: dict[str, Any], at: str) -> Iterator[str]:
    for name in sorted(old):
        path = f"{at}.{name}" if at else name
        if name not in new:
            yield f"{path} was removed"
        else:
            yield from breaks(old[name], new[name], path)


def _required(old: set[str], new: set[str], where: str) -> Iterator[str]:
    for name in sorted(new - old):
        yield f"{name} is now required: {where} from an older revision may lack it"
    for name in sorted(old - new):
        yield f"{name} is no longer required: an older revision needs it in {where}"
