"""Describes the local cloud as a graph of nodes and edges, using only the manifests."""

from collections.abc import Iterator, Mapping
from typing import Any

from emulators.cloud.config import Cloud
from emulators.cloud.terminal import invoked_by
from emulators.cloud.wiring import DEAD_LETTERS
from shared.runtime.manifest import Manifest

Json = dict[str, Any]


def topology(cloud: Cloud, functions: Mapping[str, Manifest]) -> Json:
    """Return every function and trigger, the resources they use, and the edges between them."""
    by_name = sorted(functions.values(), key=lambda one: one.name)
    edges = [edge for one in by_name for edge in _edges(one)]
    ids = sorted({node_id for edge in edges for node_id in (edge["from"], edge["to"])})
    resources = [_resource(one) for one in ids if not one.startswith(("function:", "trigger:"))]
    return {
        "project": cloud.project,
        "url": cloud.url("edge"),
        "isolated": cloud.isolated,
        "nodes": [*(_function(cloud, one) for one in by_name), *resources],
        "edges": edges,
    }


def _kind(function: Manifest) -> str:
    return "function" if function.trigger.http else "trigger"


def _id(function: Manifest) -> str:
    return f"{_kind(function)}:{function.name}"


def _resource(node_id: str) -> Json:
    kind, _, name = node_id.partition(":")
    return {"id": node_id, "kind": kind, "name": name}


def _function(cloud: Cloud, function: Manifest) -> Json:
    roots = [root for root in cloud.roots if function.source.is_relative_to(root)]
    return {
        "id": _id(function),
        "kind": _kind(function),
        "name": function.name,
        "description": function.description,
        "source": str(function.source.relative_to(roots[-1]) if roots else function.source),
        "invoked_by": invoked_by(cloud, function),
        **function.trigger.model_dump(mode="json", exclude_none=True),
        "objectives": function.objectives.model_dump(mode="json"),
        "memory": function.memory,
        "concurrency": function.concurrency,
        "instances": function.instances.model_dump(mode="json"),
    }


def _edges(function: Manifest) -> Iterator[Json]:
    """Yield one function's edges, each pointing in the direction in which events or data flow."""
    node, trigger, stores = _id(function), function.trigger, function.stores
    if trigger.topic:
        yield _edge(f"topic:{trigger.topic}", node, "pushes")
    if trigger.pull:
        yield _edge(f"topic:{trigger.pull.topic}", node, "pulls")
    if trigger.document:
        yield _edge(f"collection:{trigger.document.path.rpartition('/')[0]}", node, "fires")
    # Every event consumer can publish dead letters, so the manifests do not list that topic.
    dead_letters = {DEAD_LETTERS} if trigger.topic or trigger.document else set()
    for topic in sorted({*function.topics, *dead_letters} - {trigger.topic}):
        yield _edge(node, f"topic:{topic}", "publishes")
    for collection in stores.documents.collections if stores.documents else ():
        yield _edge(node, f"collection:{collection}", "uses")
    for name, access in stores.sql.tables.items() if stores.sql else ():
        yield _edge(node, f"table:{name}", "reads" if access == "r" else "writes")
    buckets = stores.objects.model_dump(exclude_none=True) if stores.objects else {}
    for name, access in buckets.items():
        yield _edge(node, f"bucket:{name}", "writes" if "w" in access else "reads")


def _edge(source: str, target: str, kind: str) -> Json:
    return {"from": source, "to": target, "kind": kind}
