"""Checks whether clients of an old OpenAPI 3.1 schema still work with a new one.

A request that is valid under the old schema must be valid under the new schema. A response that is
valid under the new schema must be valid under the old schema. The same comparison covers both
cases: the receiver's schema must allow everything that the sender's schema allows. In responses,
enums are open and unknown members are ignored, but no member may be removed.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]

UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
EXACT = ("pattern", "format", "multipleOf", "uniqueItems", "contentEncoding")


@dataclass(frozen=True)
class Fit:
    """Compares schemas of two documents, for responses or for requests.

    whole: the name that findings use for the whole schema instead of a field.
    """

    old: Mapping[str, Any]
    new: Mapping[str, Any]
    is_response: bool
    whole: str = "the body"

    def breaks(self, old: Schema, new: Schema) -> Iterator[str]:
        """Yield the incompatibilities, as sentences that name the field."""
        yield from self._schemas(old, new, "", frozenset())

    def _schemas(self, old: Schema, new: Schema, at: str, above: frozenset[str]) -> Iterator[str]:
        pair = json.dumps([old, new], sort_keys=True)
        if pair in above:  # a recursive model
            return
        above |= {pair}
        olds, news = kinds(old, self.old), kinds(new, self.new)
        sent, known = (news, olds) if self.is_response else (olds, news)
        tagged = max(sum("properties" in one for one in side) for side in (sent, known)) > 1
        is_strange = False
        for one in sent:
            typed = [other for other in known if _takes(other.get("type"), one.get("type"))]
            alike = [other for other in typed if not tagged or _same_tags(one, other)]
            if alike:
                pairs = ((other, one) if self.is_response else (one, other) for other in alike)
                found = [list(self._kinds(*pair, at, above)) for pair in pairs]
                yield from min(found, key=len)
            elif not typed:
                is_strange = True
            elif not self.is_response:  # in responses a new kind is like a new enum value
                fixed = ", ".join(f"{name} {value}" for name, value in _tags(one).items())
                yield f"{self._name(at)}: {fixed} is no longer accepted"
        if is_strange:
            yield f"{self._name(at)} changed from {_types(olds)} to {_types(news)}"

    def _kinds(self, old: Schema, new: Schema, at: str, above: frozenset[str]) -> Iterator[str]:
        sent, known = (new, old) if self.is_response else (old, new)
        yield from (f"{self._name(at)}: {one}" for one in self._values(sent, known))
        if values(sent) is None:
            for key in _tighter(sent, known):
                was, now = old.get(key, "absent"), new.get(key, "absent")
                yield f"{self._name(at)}: {key} changed from {was} to {now}"
        if "object" in (old.get("type"), new.get("type")):
            yield from self._members(old, new, at, above)
        if "items" in old or "items" in new:
            inner = old.get("items", {}), new.get("items", {})
            yield from self._schemas(*inner, f"{at}[]", above)
        firsts = zip(old.get("prefixItems", []), new.get("prefixItems", []), strict=False)
        for index, (was, now) in enumerate(firsts):
            yield from self._schemas(was, now, f"{at}[{index}]", above)

    def _values(self, sent: Schema, known: Schema) -> Iterator[str]:
        given, taken = values(sent), values(known)
        if self.is_response or taken is None:
            return
        if given is None:
            yield f"only {', '.join(map(str, taken))} are accepted now"
            return
        gone = [one for one in given if one not in taken]
        if gone:
            yield f"{', '.join(map(str, gone))} is no longer accepted"

    def _members(self, old: Schema, new: Schema, at: str, above: frozenset[str]) -> Iterator[str]:
        was, now = old.get("properties", {}), new.get("properties", {})
        was_extra, now_extra = _extra(old), _extra(new)
        for name in was:
            path = f"{at}.{name}" if at else name
            if name in now:
                yield from self._schemas(was[name], now[name], path, above)
            elif self.is_response:
                yield f"field {path} was removed"
            elif now_extra is None:
                yield f"field {path} is no longer accepted"
        needed = set(old.get("required", [])), set(new.get("required", []))
        for name in sorted(needed[0] - needed[1] if self.is_response else needed[1] - needed[0]):
            if name in now:
                says = "no longer always present" if self.is_response else "now required"
                yield f"field {at}.{name} is {says}" if at else f"field {name} is {says}"
        if was_extra is not None and now_extra is not None:
            yield from self._schemas(was_extra, now_extra, f"{at}.*" if at else "*", above)
        elif self.is_response and was_extra:
            yield f"{self._name(at)}: its entries were removed"
        elif not self.is_response and was_extra is not None:
            yield f"{self._name(at)}: unknown members are rejected now"

    def _name(self, at: str) -> str:
        return f"field {at}" if at else self.whole


def kinds(schema: Any, document: Mapping[str, Any]) -> list[Schema]:
    """Return a schema's alternatives, each with at most one type and its references resolved."""
    whole = _merged(schema, document)
    for key in ("anyOf", "oneOf"):
        if key in whole:
            rest = {name: value for name, value in whole.items() if name != key}
            return [
                one
                for choice in whole[key]
                for one in kinds(_both(rest, _merged(choice, document)), document)
            ]
    if isinstance(whole.get("type"), list):
        return [one for name in whole["type"] for one in kinds({**whole, "type": name}, document)]
    if "properties" in whole:
        whole = {"type": "object", **whole}
    if whole.get("type") == "integer":
        whole = _closed(whole)
    return [whole]


def values(schema: Schema) -> list[Any] | None:
    """Return the values that a schema's `enum` or `const` allows, or None if it has neither."""
    if "const" in schema:
        return [schema["const"]]
    listed: list[Any] | None = schema.get("enum")
    return listed


def _merged(schema: Any, document: Mapping[str, Any]) -> Schema:
    """Return a schema with its reference and its `allOf` resolved."""
    if not isinstance(schema, dict):  # `true`: anything
        return {}
    whole = {key: value for key, value in schema.items() if key not in {"$ref", "allOf"}}
    parts = list(schema.get("allOf", []))
    if "$ref" in schema:
        found: Any = document
        for name in schema["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        parts.append(found)
    for part in parts:
        whole = _both(_merged(part, document), whole)
    return whole


def _both(one: Schema, other: Schema) -> Schema:
    whole = {**one, **other}
    if "properties" in one and "properties" in other:
        whole["properties"] = {**one["properties"], **other["properties"]}
    if "required" in one and "required" in other:
        whole["required"] = [*one["required"], *other["required"]]
    return whole


def _closed(schema: Schema) -> Schema:
    """Return an integer schema with inclusive bounds: `< 10` becomes `<= 9`."""
    closed = dict(schema)
    for name, step in (("Maximum", -1), ("Minimum", 1)):
        if f"exclusive{name}" in closed:
            closed[name.lower()] = closed.pop(f"exclusive{name}") + step
    return closed


def _takes(known: str | None, sent: str | None) -> bool:
    return known in {None, sent} or (known, sent) == ("number", "integer")


def _same_tags(one: Schema, other: Schema) -> bool:
    """Return whether the schemas agree on the members that have a constant value in both."""
    mine, theirs = _tags(one), _tags(other)
    return all(theirs.get(name, value) == value for name, value in mine.items())


def _tags(schema: Schema) -> dict[str, Any]:
    members = schema.get("properties", {})
    return {name: one["const"] for name, one in members.items() if "const" in one}


def _types(found: list[Schema]) -> str:
    return " or ".join(dict.fromkeys(one.get("type", "anything") for one in found))


def _extra(schema: Schema) -> Schema | None:
    """Return the schema of additional members, or None if they are not allowed."""
    extra = schema.get("additionalProperties", True)
    if extra is False:
        return None
    return {} if extra is True else dict(extra)


def _tighter(sent: Schema, known: Schema) -> Iterator[str]:
    """Yield the keywords for which `known` is stricter than `sent`."""
    for key in (*UPPER, *LOWER):
        if key not in known:
            continue
        mine, theirs = sent.get(key), known[key]
        if mine is None or (mine > theirs if key in UPPER else mine < theirs):
            yield key
    yield from (key for key in EXACT if known.get(key) and sent.get(key) != known[key])
