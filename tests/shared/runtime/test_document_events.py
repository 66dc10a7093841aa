"""A trigger gets a document's change as its model, with the path's variables and the trace."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import delete

from shared.runtime import errors, sql, tracing
from shared.runtime.events.consumer import EntryPoint
from shared.runtime.events.documents import on_document
from shared.schema.operations import event_failures
from tests.shared.runtime import consumers as trigger
from tests.shared.runtime.conftest import PubSub
from tests.shared.runtime.private_rows import PrivateRows

# One engine is enough: test_events.py covers what differs between them.
pytestmark = pytest.mark.parametrize("server_url", ["mariadb"], indirect=True)
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
PATH = "players/ada/stats/unlisted:9f"


class Stats(BaseModel):
    play_ms: int
    revision: int = 0


class Recorder:
    """A trigger on players' stats that records its calls."""

    def __init__(self, entry_file: str) -> None:
        self.seen: list[tuple[Stats | None, dict[str, str], tracing.Context | None]] = []
        self.error: Exception | None = None

        @on_document(Stats, entry_file)
        def main(stats: Stats | None, params: dict[str, str]) -> None:
            self.seen.append((stats, params, tracing.current()))
            if self.error is not None:
                raise self.error

        self.main: EntryPoint = main


@pytest.fixture
def recorder(tmp_path: Path, own_rows: PrivateRows, pubsub: PubSub) -> Iterator[Recorder]:
    pubsub.topic("dead-letters")
    path = {"path": "players/{uid}/stats/{item}", "event": "written"}
    yield Recorder(trigger.file(tmp_path, "watch", document=path))
    here = event_failures.c.consumer == "watch"
    sql.transact(lambda tx: tx.execute(delete(event_failures).where(here)))


def dead_letters(pubsub: PubSub) -> list[dict[str, Any]]:
    return [json.loads(base64.b64decode(one["data"])) for one in pubsub.received("dead-letters")]


def test_a_change_arrives_as_its_model_with_the_variables_of_its_path(recorder: Recorder) -> None:
    headers, body = trigger.changed(PATH, {"play_ms": {"integer_value": 5}})
    assert trigger.send(recorder.main, headers, body).status == 204
    ((stats, params, _),) = recorder.seen
    assert (stats, params) == (Stats(play_ms=5), {"uid": "ada", "item": "unlisted:9f"})


def test_deleting_a_missing_document_is_ignored(recorder: Recorder, pubsub: PubSub) -> None:
    headers, _ = trigger.changed(PATH, None)
    nothing_before_nor_after = b"\x1a\x00"
    assert trigger.send(recorder.main, headers, nothing_before_nor_after).status == 204
    assert (recorder.seen, dead_letters(pubsub)) == ([], [])


def test_a_deletion_arrives_as_none(recorder: Recorder) -> None:
    headers, body = trigger.changed(PATH, None)
    assert trigger.send(recorder.main, headers, body).status == 204
    assert recorder.seen[0][:2] == (None, {"uid": "ada", "item": "unlisted:9f"})


@pytest.mark.parametrize("in_header", [None, "00-" + "a" * 32 + "-00f067aa0ba902b7-00"])
def test_the_trace_of_the_documents_writer_is_continued(
    recorder: Recorder, in_header: str | None
) -> None:
    fields = {"play_ms": {"integer_value": 5}, "traceparent": {"string_value": TRACEPARENT}}
    headers, body = trigger.changed(PATH, fields)
    extra = {"traceparent": in_header} if in_header else {}
    trigger.send(recorder.main, headers | extra, body)
    context = recorder.seen[0][2]
    assert context is not None
    assert (context.trace, context.parent) == (TRACE, "00f067aa0ba902b7")


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (PATH, {"play_ms": {"string_value": "hunter2"}}),
        (PATH, {}),
        ("players/ada/inbox/1", {"play_ms": {"integer_value": 5}}),
    ],
)
def test_an_unreadable_document_is_a_dead_letter_with_its_payload(
    recorder: Recorder, pubsub: PubSub, path: str, fields: dict[str, Any]
) -> None:
    headers, body = trigger.changed(path, fields)
    assert trigger.send(recorder.main, headers, body).status == 204
    assert recorder.seen == []
    (letter,) = dead_letters(pubsub)
    assert (letter["event_id"], letter["code"]) == ("e1", "unreadable")
    assert base64.b64decode(letter["body_base64"]) == body
    assert letter["headers"] == headers
    assert "hunter2" not in letter["reason"]


@pytest.mark.parametrize("lacking", ["ce-id", "ce-time", None])
def test_anything_but_a_firestore_event_is_a_dead_letter(
    recorder: Recorder, pubsub: PubSub, lacking: str | None
) -> None:
    headers, body = trigger.changed(PATH, {"play_ms": {"integer_value": 5}})
    if lacking is None:
        body = b"\xff no protobuf"
    else:
        del headers[lacking]
    assert trigger.send(recorder.main, headers, body).status == 204
    (letter,) = dead_letters(pubsub)
    assert (letter["consumer"], letter["code"]) == ("watch", "unreadable")
    assert base64.b64decode(letter["body_base64"]) == body


def test_a_redriven_letter_is_the_original_event(recorder: Recorder, pubsub: PubSub) -> None:
    """Posting the letter's headers and body again delivers the same event."""
    recorder.error = errors.HopelessEvent("x", "y")
    headers, body = trigger.changed("players/ädä/stats/ß 1", {"play_ms": {"integer_value": 5}})
    del headers["ce-document"]
    trigger.send(recorder.main, headers, body)
    (letter,) = dead_letters(pubsub)
    recorder.error = None
    kept = base64.b64decode(letter["body_base64"])
    assert trigger.send(recorder.main, letter["headers"], kept, redrive=True).status == 204
    assert recorder.seen[0][:2] == recorder.seen[1][:2] == (
        Stats(play_ms=5), {"uid": "ädä", "item": "ß 1"},
    )  # fmt: skip


def test_a_bug_is_500_and_recorded(recorder: Recorder, pubsub: PubSub) -> None:
    recorder.error = KeyError("x")
    headers, body = trigger.changed(PATH, {"play_ms": {"integer_value": 5}})
    assert trigger.send(recorder.main, headers, body).status == 500
    assert dead_letters(pubsub) == []


def test_a_trigger_without_a_document_path_is_refused(
    own_rows: PrivateRows, tmp_path: Path
) -> None:
    with pytest.raises(TypeError, match="watches no document"):
        Recorder(trigger.file(tmp_path, "watch", topic="things-said"))
