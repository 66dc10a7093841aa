"""Everything that contains a player's id declares how it is exported and erased."""

import ast
import re
from collections.abc import Iterable, Iterator

import pytest
from sqlalchemy import Column, MetaData, Table

from scripts.bundling import imports
from shared.schema.all_tables import metadata
from shared.schema.base import UID, Personal, identifier
from shared.schema.collections import COLLECTIONS

ID_NAMES = {"uid", "player_id", "actor", "paused_by", "settled_by"}
"""Columns that hold somebody's id, whatever their type."""
PLAYERS = re.compile(r"players/\{\w+\}/(\w+)")


def problems(table: Table) -> Iterator[str]:
    personal: Personal | None = table.info.get("personal")
    holders = [one.name for one in table.columns if one.type is UID or one.name in ID_NAMES]
    if holders and personal is None:
        yield f"{table.name} holds {holders} but says nothing about export and erasure"
    if personal is None:
        return
    if personal.column not in table.c:
        yield f"{table.name} has no column {personal.column}"
    elif table.c[personal.column].type is not UID:
        yield f"{table.name}.{personal.column} is not declared as UID"
    if missing := [name for name in personal.export if name not in table.c]:
        yield f"{table.name} exports {missing}, which it does not have"
    if personal.column in personal.export:
        yield f"{table.name} exports the uid itself"
    if (not personal.export or personal.erase == "keep") and not personal.why_not:
        yield f"{table.name} keeps something from the player without a reason"


def made(*columns: Column[str], personal: Personal | None = None) -> Table:
    return Table("made", MetaData(), *columns, info={"personal": personal})


@pytest.mark.parametrize("name", sorted(metadata.tables))
def test_a_table_with_a_players_id_declares_export_and_erasure(name: str) -> None:
    assert list(problems(metadata.tables[name])) == []


@pytest.mark.parametrize("name", sorted(metadata.tables))
def test_a_table_declares_its_growth_and_retention(name: str) -> None:
    info = metadata.tables[name].info
    assert info["growth"].strip()
    assert info["end"].strip()


def test_the_uid_leads_an_index_of_every_table_to_be_erased() -> None:
    for table in metadata.sorted_tables:
        personal = table.info["personal"]
        if personal and (personal.export or personal.erase == "delete"):
            leads = {next(iter(index.columns)).name for index in table.indexes}
            leads.add(next(iter(table.primary_key.columns)).name)
            assert personal.column in leads, table.name


def test_invalid_tables_are_found() -> None:
    uid = ("uid", UID)
    assert "says nothing" in next(problems(made(Column(*uid))))
    assert "says nothing" in next(problems(made(Column("actor", identifier(9)))))
    assert "no column" in next(problems(made(Column("a", UID), personal=Personal())))
    wrong = made(Column("uid", identifier(9)), personal=Personal(export=("uid",)))
    assert list(problems(wrong)) == [
        "made.uid is not declared as UID",
        "made exports the uid itself",
    ]
    unknown = made(Column(*uid), personal=Personal(export=("score",)))
    assert list(problems(unknown)) == ["made exports ['score'], which it does not have"]
    kept = made(Column(*uid), personal=Personal(export=(), erase="keep"))
    assert "without a reason" in next(problems(kept))


def collections_in(texts: Iterable[str]) -> set[str]:
    """Return the collections below a player that these texts name."""
    return {f"players/{{uid}}/{found[1]}" for text in texts for found in PLAYERS.finditer(text)}


def literals() -> Iterator[str]:
    """Yield every string in the deployed code except docstrings."""
    for folder in ("shared", "functions", "triggers"):
        for file in sorted((imports.ROOT / folder).rglob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    if id(node) not in bare:
                        yield node.value
                elif isinstance(node, ast.JoinedStr):
                    yield ast.unparse(node)


def test_collections_in_code_and_rules_are_registered() -> None:
    known = {one.path for one in COLLECTIONS}
    rules = (imports.ROOT / "shared/schema/firestore.rules").read_text(encoding="utf-8")
    assert collections_in(literals()) - known == set()
    assert collections_in([rules]) - known == set()


def test_an_unregistered_collection_is_found() -> None:
    texts = ["match /players/{uid}/secrets/{id}", 'f"players/{player}/diary/{day}"']
    assert collections_in(texts) == {"players/{uid}/secrets", "players/{uid}/diary"}


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda one: one.path)
def test_a_collection_is_exported_or_says_why_not(collection: object) -> None:
    assert getattr(collection, "export", ()) or getattr(collection, "why_not", "")
