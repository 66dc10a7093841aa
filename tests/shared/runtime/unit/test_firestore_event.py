"""Decoding Firestore's payload: every kind of value, the path, the writer's trace."""

from datetime import UTC, datetime
from typing import Any

import pytest
from google.events.cloud.firestore_v1.types.data import DocumentEventData

from shared.runtime.events import envelope, firestore_event
from shared.runtime.events.envelope import Event, Unreadable

PATTERN = "players/{uid}/stats/{game_key}"
ROOT = "projects/demo/databases/(default)/documents"


def event(data: bytes) -> Event:
    headers = {"ce-id": "e1", "ce-type": "t", "ce-time": "2026-03-01T12:00:00Z"}
    return envelope.cloud_event("a_consumer", headers, data)


def changed(
    path: str = "players/ada/stats/12", *, deleted: bool = False, **fields: dict[str, Any]
) -> Event:
    side = "old_value" if deleted else "value"
    made = DocumentEventData({side: {"name": f"{ROOT}/{path}", "fields": fields}})
    return event(DocumentEventData.serialize(made))


def test_every_kind_of_value_is_decoded() -> None:
    decoded = firestore_event.decode(
        changed(
            text={"string_value": "é"},
            empty={"string_value": ""},
            whole={"integer_value": 2**62},
            zero={"integer_value": 0},
            real={"double_value": 0.5},
            yes={"boolean_value": True},
            no={"boolean_value": False},
            nothing={"null_value": 0},
            raw={"bytes_value": b"\x00\xff"},
            at={"timestamp_value": {"seconds": 1772366400, "nanos": 123456000}},
            there={"geo_point_value": {"latitude": 1.5, "longitude": -2}},
            other={"reference_value": f"{ROOT}/games/1"},
            listed={"array_value": {"values": [{"integer_value": 1}, {"null_value": 0}]}},
            inner={"map_value": {"fields": {"a": {"map_value": {"fields": {}}}}}},
        )
    )
    assert decoded == {
        "text": "é",
        "empty": "",
        "whole": 2**62,
        "zero": 0,
        "real": 0.5,
        "yes": True,
        "no": False,
        "nothing": None,
        "raw": b"\x00\xff",
        "at": datetime(2026, 3, 1, 12, 0, 0, 123456, UTC),
        "there": {"latitude": 1.5, "longitude": -2.0},
        "other": f"{ROOT}/games/1",
        "listed": [1, None],
        "inner": {"a": {}},
    }


def test_a_deleted_document_is_none_and_an_empty_one_is_not() -> None:
    assert firestore_event.decode(changed(deleted=True, a={"integer_value": 1})) is None
    assert firestore_event.decode(changed()) == {}


@pytest.mark.parametrize("data", [b"nonsense", b"\xff", b'{"value": {}}', b"Cp8BCmVwcm9q"])
def test_an_invalid_firestore_event_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable, match="not a Firestore event"):
        firestore_event.decode(event(data))


@pytest.mark.parametrize("deleted", [True, False])
@pytest.mark.parametrize(
    ("uid", "game"), [("ada", "12"), ("ada", "unlisted:9f"), ("ada lovelace é%20", '"ß+')]
)
def test_the_path_gives_its_variables_with_any_characters(
    uid: str, game: str, deleted: bool
) -> None:
    found = firestore_event.path_variables(
        PATTERN, changed(f"players/{uid}/stats/{game}", deleted=deleted)
    )
    assert found == {"uid": uid, "game_key": game}


@pytest.mark.parametrize("path", ["players/ada", "players/ada/inbox/1", "players/a/stats/b/c/d"])
def test_another_document_is_unreadable(path: str) -> None:
    with pytest.raises(Unreadable, match="does not match"):
        firestore_event.path_variables(PATTERN, changed(path))


def test_a_change_of_nothing_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        firestore_event.path_variables(PATTERN, event(b""))


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", True),
        ("nonsense", False),
        (7, False),
        (None, False),
    ],
)
def test_the_writers_trace_is_used_only_if_valid(written: Any, found: bool) -> None:
    assert firestore_event.traceparent({"traceparent": written}) == (written if found else None)
    assert firestore_event.traceparent(None) is None
