"""The whole of the local cloud as nodes and arrows, from the manifests alone."""

from collections.abc import Iterator, Mapping
from typing import Any

from emulators.cloud.config import Cloud
from emulators.cloud.terminal import started_by
from emulators.cloud.wiring import DEAD_LETTERS
from shared.runtime.manifest import Manifest

Json = dict[str, Any]


def whole(cloud: Cloud, functions: Mapping[str, Manifest]) -> Json:
    """Return every function and trigger, what they touch, and who does what to whom."""
    named = sorted(functions.values(), key=lambda one: one.name)
    edges = [edge for one in named for edge in _edges(one)]
    others = sorted({name for edge in edges for name in (edge["from"], edge["to"])})
    stores = [_plain(name) for name in others if not name.startswith(("function:", "trigger:"))]
    return {
        "project": cloud.project,
        "url": cloud.url("edge"),
        "isolated": cloud.isolated,
        "nodes": [*(_function(cloud, one) for one in named), *stores],
        "edges": edges,
    }


def _kind(function: Manifest) -> str:
    return "function" if function.trigger.http else "trigger"


def _id(function: Manifest) -> str:
    return f"{_kind(function)}:{function.name}"


def _plain(name: str) -> Json:
    kind, _, rest = name.partition(":")
    return {"id": name, "kind": kind, "name": rest}


def _function(cloud: Cloud, function: Manifest) -> Json:
    roots = [root for root in cloud.roots if function.source.is_relative_to(root)]
    return {
        "id": _id(function),
        "kind": _kind(function),
        "name": function.name,
        "description": function.description,
        "source": str(function.source.relative_to(roots[-1]) if roots else function.source),
        "reached_by": started_by(cloud, function),
        **function.trigger.model_dump(mode="json", exclude_none=True),
        "objectives": function.objectives.model_dump(mode="json"),
        "memory": function.memory,
        "concurrency": function.concurrency,
        "instances": function.instances.model_dump(mode="json"),
    }


def _edges(function: Manifest) -> Iterator[Json]:
    """Yield the arrows of one function; each points the way that the work or the data goes."""
    me, trigger, stores = _id(function), function.trigger, function.stores
    if trigger.topic:
        yield _edge(f"topic:{trigger.topic}", me, "pushes")
    if trigger.pull:
        yield _edge(f"topic:{trigger.pull.topic}", me, "pulls")
    if trigger.document:
        yield _edge(f"collection:{trigger.document.path.rpartition('/')[0]}", me, "fires")
    # Whoever consumes events may give one up; no manifest repeats it.
    gives_up = {DEAD_LETTERS} if trigger.topic or trigger.document else set()
    for topic in sorted({*function.topics, *gives_up} - {trigger.topic}):
        yield _edge(me, f"topic:{topic}", "publishes")
    for collection in stores.documents.collections if stores.documents else ():
        yield _edge(me, f"collection:{collection}", "documents")
    for name, right in stores.sql.tables.items() if stores.sql else ():
        yield _edge(me, f"table:{name}", "reads" if right == "r" else "writes")
    buckets = stores.objects.model_dump(exclude_none=True) if stores.objects else {}
    for name, right in buckets.items():
        yield _edge(me, f"bucket:{name}", "writes" if "w" in right else "reads")


def _edge(source: str, target: str, kind: str) -> Json:
    return {"from": source, "to": target, "kind": kind}
