"""Every function declares what its code uses: stores, tables, collections, topics."""

import inspect
from pathlib import Path

import pytest

from scripts.bundling import imports
from scripts.checks import manifest_check
from shared.runtime import manifest, objects
from shared.runtime.manifest import Manifest

FUNCTIONS = manifest.discover([imports.ROOT])

HTTP = """
description: For a test.
trigger: {http: {paths: [/v1/example], caller: public}}
memory: 512Mi
cpu: 1
concurrency: 1
instances: {max: 1}
timeout: 10
objectives: {availability: 0.9, p99_ms: 1000}
"""
BUCKET = "stores: {objects: {%s: %s}}\n"
SQL = "stores: {sql: {pool: 1, tables: {games: %s}}}\n"


def function(folder: Path, code: str, more: str = "", head: str = HTTP) -> Manifest:
    (folder / "example").mkdir(parents=True)
    (folder / "example/main.py").write_text(code)
    (folder / "example/function.yaml").write_text(head + more)
    return manifest.load(folder / "example")


@pytest.fixture(scope="module")
def relayed() -> frozenset[str]:
    return manifest_check.owed(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_manifest_declares_what_the_code_uses(name: str, relayed: frozenset[str]) -> None:
    assert manifest_check.problems(FUNCTIONS[name], relayed) == []


READS = """
from sqlalchemy import select
from shared.runtime import sql
from shared.schema.catalog import games

def main(request):
    return sql.read(lambda conn: conn.scalar(select(games.c.title)))
"""


def test_an_undeclared_store_and_table_are_found(tmp_path: Path) -> None:
    assert manifest_check.problems(function(tmp_path, READS)) == [
        "the store sql is used but not declared",
        "the table games is used but not declared",
    ]


def test_a_complete_declaration_passes(tmp_path: Path) -> None:
    assert manifest_check.problems(function(tmp_path, READS, SQL % "r")) == []


@pytest.mark.parametrize(
    "statement",
    [
        "tx.execute(update(games), [])",
        "tx.execute(delete(games))",
        "tx.execute(games.update(), [])",
        "sql.upsert(tx, games, [], [])",
        "sql.insert_ignore(tx, games, [])",
    ],
)
def test_a_write_needs_rw(tmp_path: Path, statement: str) -> None:
    code = (
        "from sqlalchemy import delete, insert, update\n"
        "from shared.runtime import sql\nfrom shared.schema.catalog import games\n"
        f"def main(request):\n    sql.transact(lambda tx: {statement})\n"
    )
    wrong, right = tmp_path / "wrong", tmp_path / "right"
    found = manifest_check.problems(function(wrong, code, SQL % "r"))
    assert found == ["the table games is written but declared as r"]
    assert manifest_check.problems(function(right, code, SQL % "rw")) == []


@pytest.mark.parametrize("statement", ["insert(games)", "games.insert()"])
def test_an_insert_needs_only_the_right_to_append(tmp_path: Path, statement: str) -> None:
    code = (
        "from sqlalchemy import insert\n"
        "from shared.runtime import sql\nfrom shared.schema.catalog import games\n"
        f"def main(request):\n    sql.transact(lambda tx: tx.execute({statement}, []))\n"
    )
    for right in ("r", "rw"):
        found = manifest_check.problems(function(tmp_path / right, code, SQL % right))
        assert found == [f"the table games is appended to but declared as {right}"]
    for right in ("a", "ra"):
        assert manifest_check.problems(function(tmp_path / right, code, SQL % right)) == []


def test_the_right_to_append_does_not_include_reads(tmp_path: Path) -> None:
    found = manifest_check.problems(function(tmp_path, READS, SQL % "a"))
    assert found == ["the table games is read but declared as a"]


def test_a_table_behind_a_domain_function_is_found(tmp_path: Path) -> None:
    code = (
        "from shared.domain.catalog import versioning\nfrom shared.runtime import sql\n"
        "def main(request):\n    return sql.read(versioning.current)\n"
    )
    found = manifest_check.problems(function(tmp_path, code, SQL % "r"))
    assert found == [
        "the table catalog_version is used but not declared",
        "the table games is declared but not used",
    ]


def test_an_undeclared_document_store_and_collection_are_found(tmp_path: Path) -> None:
    code = (
        "from shared.runtime import documents\nfrom shared.schema.collections import NOTICES\n"
        "def main(request):\n    documents.get(NOTICES.of('ada') + '/1')\n"
    )
    assert manifest_check.problems(function(tmp_path, code)) == [
        "the store documents is used but not declared",
        "the collection players/{uid}/inbox is used but not declared",
    ]


CALLS = [
    ("objects.put('public', 'a', b'', content_type='a/b')", "public", "rw"),
    ("objects.delete('artifacts', 'a')", "artifacts", "rw"),
    ("objects.copy('a', 'b')", "artifacts", "rw"),
    ("objects.presign_put('a', size=1, seconds=1)", "artifacts", "rw"),
    ("objects.presign_get('a', seconds=1)", "artifacts", "r"),
    ("objects.stream('artifacts', 'a')", "artifacts", "r"),
    ("objects.head('artifacts', 'a')", "artifacts", "r"),
    ("objects.public_url('a')", "public", "r"),
]


@pytest.mark.parametrize(("call", "bucket", "right"), CALLS)
def test_a_bucket_is_declared_with_the_right_of_the_call(
    tmp_path: Path, call: str, bucket: str, right: str
) -> None:
    code = f"from shared.runtime import objects\ndef main(request):\n    return {call}\n"
    other = "public" if bucket == "artifacts" else "artifacts"
    bare, wrong, read, good = (tmp_path / name for name in ("bare", "wrong", "read", "good"))
    assert manifest_check.problems(function(bare, code)) == [
        "the store objects is used but not declared",
        f"the bucket {bucket} is used but not declared",
    ]
    assert manifest_check.problems(function(wrong, code, BUCKET % (other, "r"))) == [
        f"the bucket {bucket} is used but not declared",
        f"the bucket {other} is declared but not used",
    ]
    found = manifest_check.problems(function(read, code, BUCKET % (bucket, "r")))
    written = [f"the bucket {bucket} is written but declared as r"]
    assert found == (written if right == "rw" else [])
    assert manifest_check.problems(function(good, code, BUCKET % (bucket, "rw"))) == []


@pytest.mark.parametrize("call", ["objects.stream('public', 'a')", "objects.head('public', 'a')"])
def test_signing_needs_more_than_public_reads(tmp_path: Path, call: str) -> None:
    code = f"from shared.runtime import objects\ndef main(request):\n    return {call}\n"
    read, good = tmp_path / "read", tmp_path / "good"
    assert manifest_check.problems(function(read, code, BUCKET % ("public", "r"))) == [
        "requests are signed, but `public: r` alone grants no signing key"
    ]
    assert manifest_check.problems(function(good, code, BUCKET % ("public", "rw"))) == []


def test_all_calls_of_objects_are_known() -> None:
    public = {
        name
        for name, one in vars(objects).items()
        if inspect.isfunction(one) and one.__module__ == objects.__name__ and name[0] != "_"
    }
    assert public == set(manifest_check.BUCKETS)


def test_an_unused_bucket_is_found(tmp_path: Path) -> None:
    found = manifest_check.problems(function(tmp_path, "main = print\n", BUCKET % ("public", "r")))
    assert found == [
        "the store objects is declared but not used",
        "the bucket public is declared but not used",
    ]


def test_a_collection_outside_the_registry_is_found(tmp_path: Path) -> None:
    code = "from shared.runtime import documents\nmain = documents.get\n"
    more = "stores: {documents: {collections: ['players/{uid}/secrets']}}\n"
    found = manifest_check.problems(function(tmp_path, code, more))
    assert "the collection players/{uid}/secrets is not in shared/schema/collections.py" in found


def test_an_undeclared_topic_is_found(tmp_path: Path) -> None:
    code = (
        "from shared.domain.play.sessions import SessionsReported\n"
        "from shared.runtime import messages\n"
        "def main(request):\n    messages.publish(SessionsReported(uid='ada', sessions=[]))\n"
    )
    found = manifest_check.problems(function(tmp_path, code))
    assert found == ["the topic sessions-reported is used but not declared"]


def test_the_relay_must_declare_the_outboxs_topics(tmp_path: Path) -> None:
    code = "from shared.runtime import outbox\nmain = outbox.sweep\n"
    more = "stores: {sql: {pool: 1, tables: {outbox: rw}}}\n"
    relay = function(tmp_path, code, more)
    found = manifest_check.problems(relay, frozenset({"erasures-requested"}))
    assert found == ["the topic erasures-requested is used but not declared"]
