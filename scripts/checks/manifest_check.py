"""Whether a function's manifest names what its code touches, no less and no more."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Table

from scripts.bundling import imports
from scripts.checks import reachable
from scripts.checks.reachable import Reach
from shared.runtime.manifest import TRIGGER_TABLES, Manifest, Stores
from shared.runtime.messages import Message
from shared.schema.all_tables import metadata
from shared.schema.base import Personal
from shared.schema.collections import COLLECTIONS, Collection

STORES = tuple(Stores.model_fields)

# What is hopeless, every trigger publishes. Being a trigger says so; no manifest repeats it.
TRIGGER_TOPIC = "dead-letters"

# These two walk the registry of everything personal, so no single table is named in them.
EXPORT = "shared.domain.players.export.export"
ERASE = "shared.domain.players.erasure.erase"

# An insert alone; what lets a known key be, or updates it, needs UPDATE as well.
APPENDS = {".insert", "sqlalchemy.insert"}
WRITES = {
    ".delete",
    ".update",
    "shared.runtime.sql.insert_ignore",
    "shared.runtime.sql.upsert",
    "sqlalchemy.delete",
    "sqlalchemy.dialects.mysql.insert",
    "sqlalchemy.update",
}

# Which declared rights are enough, and not more, for what is done. Of what is only read some is
# written in ways that are not seen here: a table out of a list.
FITTING = {"r": {"r", "ra", "rw"}, "a": {"a", "ra"}, "rw": {"rw"}}
DONE = {"r": "read", "a": "appended to", "rw": "written"}

# What each call of the object store needs; a bucket that is not said here is its first argument.
OBJECTS = "shared.runtime.objects."
BUCKETS = {
    "copy": ("artifacts", "rw"),
    "delete": (None, "rw"),
    "head": (None, "r"),
    "presign_get": ("artifacts", "r"),
    "presign_put": ("artifacts", "rw"),
    "public_url": ("public", "r"),
    "put": (None, "rw"),
    "stream": (None, "r"),
}
SIGNED = {f"{OBJECTS}{name}" for name in BUCKETS} - {f"{OBJECTS}public_url"}


@dataclass
class Touched:
    """What a function's code touches: stores imported, tables with their right, and so on."""

    stores: set[str] = field(default_factory=set)
    tables: dict[str, str] = field(default_factory=dict)
    collections: set[str] = field(default_factory=set)
    topics: set[str] = field(default_factory=set)
    buckets: dict[str, str] = field(default_factory=dict)
    signs: bool = False


def touched(function: Manifest) -> Touched:
    """Read from a function's source what it touches."""
    found = reachable.reached(function.source)
    modules = imports.closure(function.source)
    stores = {name for name in STORES if f"shared.runtime.{name}" in modules}
    tables = found.values(Table)
    written, appended = _arguments(found, WRITES), _arguments(found, APPENDS)
    rights = {
        one.name: "rw" if name in written else "a" if name in appended else "r"
        for name, one in tables.items()
    }
    collections = {one.path for one in found.values(Collection).values()}
    names = {str(symbol) for symbol in found.symbols}
    if EXPORT in names:
        rights = {**{table.name: "r" for table, one in _personal() if one.export}, **rights}
        collections |= {one.path for one in COLLECTIONS if one.export}
    if ERASE in names:
        rights |= {table.name: "rw" for table, one in _personal() if one.erase == "delete"}
        collections |= {one.path for one in COLLECTIONS}
    signs = any(called in SIGNED for called, _ in found.calls)
    return Touched(stores, rights, collections, _published(found), _buckets(found), signs)


def _arguments(found: Reach, called: set[str]) -> set[str]:
    return {name for one, names in found.calls if one in called for name in names}


def _buckets(found: Reach) -> dict[str, str]:
    """Return the buckets touched with their right; only a bucket written out is seen."""
    rights: dict[str, str] = {}
    for called, arguments in found.calls:
        fixed, right = BUCKETS.get(called.removeprefix(OBJECTS), (None, ""))
        if called.startswith(OBJECTS) and right:
            bucket = fixed or arguments[0]
            rights[bucket] = max(right, rights.get(bucket, "r"))  # "rw" is the larger one
    return rights


def _personal() -> Iterator[tuple[Table, Personal]]:
    for table in metadata.sorted_tables:
        if table.info["personal"] is not None:
            yield table, table.info["personal"]


def _published(found: Reach) -> set[str]:
    """Return the topics of all messages that are made somewhere in reach."""
    made = {called for called, _ in found.calls}
    kinds = {name: one for name, one in found.values(type).items() if name in made}
    return {one.topic for one in kinds.values() if issubclass(one, Message)}


def problems(function: Manifest, relayed: frozenset[str] = frozenset()) -> list[str]:
    """Return where a manifest and its code disagree; `relayed`: what goes through the outbox."""
    found = touched(function)
    documents = function.stores.documents
    declared_topics = set(function.topics)
    if function.trigger.kind != "http":
        found.tables = {**TRIGGER_TABLES, **found.tables}
        declared_topics |= {TRIGGER_TOPIC}
        found.topics |= {TRIGGER_TOPIC}
    if relays(function):
        found.topics |= relayed
    declared_stores = {name for name in STORES if getattr(function.stores, name) is not None}
    objects = function.stores.objects
    buckets = objects.model_dump(exclude_none=True) if objects else {}
    keyless = found.signs and found.buckets == buckets == {"public": "r"}
    known = {one.path for one in COLLECTIONS}
    collections = set(documents.collections) if documents else set()
    unknown = collections - known
    return [
        *_compare("store", found.stores, declared_stores),
        *_compare("table", set(found.tables), set(function.tables)),
        *_rights("table", found.tables, function.tables),
        *_compare("bucket", set(found.buckets), set(buckets)),
        *_rights("bucket", found.buckets, buckets),
        *(["requests are signed, but `public: r` alone brings no key"] if keyless else []),
        *_compare("collection", found.collections, collections),
        *(f"the collection {one} is not in shared/schema/collections.py" for one in unknown),
        *_compare("topic", found.topics, declared_topics),
    ]


def relays(function: Manifest) -> bool:
    """Tell whether a function publishes what others left in the outbox."""
    reached = reachable.reached(function.source).symbols
    return reachable.Symbol("shared.runtime.outbox", "sweep") in reached


def owed(functions: Mapping[str, Manifest]) -> frozenset[str]:
    """Return the topics that any function may leave in the outbox."""
    adds = reachable.Symbol("shared.runtime.outbox", "add")
    found = [reachable.reached(function.source) for function in functions.values()]
    return frozenset(topic for one in found if adds in one.symbols for topic in _published(one))


def _compare(kind: str, touched_ones: set[str], declared: set[str]) -> Iterator[str]:
    for name in sorted(touched_ones - declared):
        yield f"the {kind} {name} is touched but not declared"
    for name in sorted(declared - touched_ones):
        yield f"the {kind} {name} is declared but not touched"


def _rights(
    kind: str, touched_ones: Mapping[str, str], declared: Mapping[str, str]
) -> Iterator[str]:
    for name, right in sorted(touched_ones.items()):
        if name in declared and declared[name] not in FITTING[right]:
            yield f"the {kind} {name} is {DONE[right]} but declared as {declared[name]}"
