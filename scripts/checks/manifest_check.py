"""Finds functions whose manifest does not match the resources that their code uses."""

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

# Every trigger publishes dead letters, so manifests do not declare this topic.
TRIGGER_TOPIC = "dead-letters"

# These two functions iterate over the registry of personal data and do not name tables.
EXPORT = "shared.domain.players.export.get"
ERASE = "shared.domain.players.erasure.erase"

# Plain inserts. Inserts that ignore or update an existing key also need UPDATE.
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

# The declared rights that fit each use. Reads may also declare write access, because a write to a
# table taken from a list is not detected.
FITTING = {"r": {"r", "ra", "rw"}, "a": {"a", "ra"}, "rw": {"rw"}}
DONE = {"r": "read", "a": "appended to", "rw": "written"}

# The bucket and right of each object store call. If the bucket is None, it is the first argument.
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
class Used:
    """The resources that a function's code uses, and the rights to tables and buckets it needs."""

    stores: set[str] = field(default_factory=set)
    tables: dict[str, str] = field(default_factory=dict)
    collections: set[str] = field(default_factory=set)
    topics: set[str] = field(default_factory=set)
    buckets: dict[str, str] = field(default_factory=dict)
    signs: bool = False


def used(function: Manifest) -> Used:
    """Return the resources that a function uses, read from its source."""
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
    return Used(stores, rights, collections, _published(found), _buckets(found), signs)


def _arguments(found: Reach, called: set[str]) -> set[str]:
    return {name for one, names in found.calls if one in called for name in names}


def _buckets(found: Reach) -> dict[str, str]:
    """Return the buckets used and the rights needed; only literal bucket names are detected."""
    rights: dict[str, str] = {}
    for called, arguments in found.calls:
        fixed, right = BUCKETS.get(called.removeprefix(OBJECTS), (None, ""))
        if called.startswith(OBJECTS) and right:
            bucket = fixed or arguments[0]
            rights[bucket] = max(right, rights.get(bucket, "r"))  # "rw" sorts after "r"
    return rights


def _personal() -> Iterator[tuple[Table, Personal]]:
    for table in metadata.sorted_tables:
        if table.info["personal"] is not None:
            yield table, table.info["personal"]


def _published(found: Reach) -> set[str]:
    """Return the topics of all messages that reachable code creates."""
    created = {called for called, _ in found.calls}
    kinds = [one for name, one in found.values(type).items() if name in created]
    return {one.topic for one in kinds if issubclass(one, Message)}


def problems(function: Manifest, relayed: frozenset[str] = frozenset()) -> list[str]:
    """Return the differences between manifest and code; `relayed` lists the outbox topics."""
    found = used(function)
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
    documents = function.stores.documents
    collections = set(documents.collections) if documents else set()
    unknown = collections - {one.path for one in COLLECTIONS}
    return [
        *_compare("store", found.stores, declared_stores),
        *_compare("table", set(found.tables), set(function.tables)),
        *_rights("table", found.tables, function.tables),
        *_compare("bucket", set(found.buckets), set(buckets)),
        *_rights("bucket", found.buckets, buckets),
        *(["requests are signed, but `public: r` alone grants no signing key"] if keyless else []),
        *_compare("collection", found.collections, collections),
        *(f"the collection {one} is not in shared/schema/collections.py" for one in unknown),
        *_compare("topic", found.topics, declared_topics),
    ]


def relays(function: Manifest) -> bool:
    """Return whether a function publishes other functions' outbox messages."""
    sweep = reachable.Symbol("shared.runtime.outbox", "sweep")
    return sweep in reachable.reached(function.source).symbols


def owed(functions: Mapping[str, Manifest]) -> frozenset[str]:
    """Return the topics of the messages that functions add to the outbox."""
    adds = reachable.Symbol("shared.runtime.outbox", "add")
    found = [reachable.reached(function.source) for function in functions.values()]
    return frozenset(topic for one in found if adds in one.symbols for topic in _published(one))


def _compare(kind: str, found: set[str], declared: set[str]) -> Iterator[str]:
    for name in sorted(found - declared):
        yield f"the {kind} {name} is used but not declared"
    for name in sorted(declared - found):
        yield f"the {kind} {name} is declared but not used"


def _rights(kind: str, found: Mapping[str, str], declared: Mapping[str, str]) -> Iterator[str]:
    for name, right in sorted(found.items()):
        if name in declared and declared[name] not in FITTING[right]:
            yield f"the {kind} {name} is {DONE[right]} but declared as {declared[name]}"
