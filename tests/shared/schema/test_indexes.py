"""The index file, which the emulator does not enforce."""

import json
from pathlib import Path

from shared import schema
from shared.schema.collections import COLLECTIONS

INDEXES = json.loads((Path(schema.__file__).parent / "firestore.indexes.json").read_text())
# An index on a field that increases with time limits its collection to 500 writes per second.
SEQUENTIAL = {"stats": {"*"}, "inbox": {"created_at"}}


def test_no_sequential_field_is_indexed() -> None:
    unindexed: dict[str, set[str]] = {}
    for one in INDEXES["fieldOverrides"]:
        assert one["indexes"] == []
        unindexed.setdefault(one["collectionGroup"], set()).add(one["fieldPath"])
    for collection, wanted in SEQUENTIAL.items():
        assert wanted <= unindexed[collection]


def test_every_collection_declares_its_indexed_fields() -> None:
    assert {one.path.rsplit("/", 1)[1] for one in COLLECTIONS} == set(SEQUENTIAL)


def test_no_query_needs_a_composite_index() -> None:
    """Documents are read by path or listed in id order; see shared.runtime."""
    assert INDEXES["indexes"] == []
