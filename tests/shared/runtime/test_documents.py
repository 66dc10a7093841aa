"""Documents: conditional writes, 503 while the store is unavailable, and recovery."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.api_core import exceptions as google

from shared.runtime import documents, errors, tracing
from shared.runtime.documents import Stale
from tests.shared.runtime.conftest import Lines, wait_until, within
from tests.shared.runtime.proxies import Proxy

pytestmark = pytest.mark.usefixtures("firestore")
PATH = "players/ada/stats/12"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def data(path: str = PATH) -> dict[str, Any] | None:
    found = documents.get(path)
    return None if found is None else found.data


def test_a_document_is_written_read_and_deleted() -> None:
    assert documents.get(PATH) is None
    moment = datetime(2026, 3, 1, 12, 0, 0, 123_456, UTC)
    written = {"a": 1, "b": [1, {"c": None}], "at": moment, "text": "é🙂", "raw": b"\x00"}
    updated_at = documents.put(PATH, written)
    found = documents.get(PATH)
    assert found is not None
    assert (found.path, found.data, found.updated_at) == (PATH, written, updated_at)
    documents.delete(PATH)
    documents.delete(PATH)
    assert documents.get(PATH) is None


def test_a_write_replaces_the_whole_document() -> None:
    documents.put(PATH, {"a": 1, "b": 2})
    documents.put(PATH, {"b": 3})
    assert data() == {"b": 3}


def test_a_conditional_write_replaces_the_whole_document_too() -> None:
    """A field removed from the row must not remain in its copy."""
    updated_at = documents.put(PATH, {"a": 1, "b": {"c": 1, "d": 2}})
    documents.put(PATH, {"b": {"c": 3}}, if_updated_at=updated_at)
    assert data() == {"b": {"c": 3}}


@pytest.mark.parametrize("name", ["a.b", "a b", "é", "1", "`", "a/b", "__x"])
def test_members_may_have_any_name(name: str) -> None:
    updated_at = documents.put(PATH, {name: 1})
    documents.put(PATH, {name: 2}, if_updated_at=updated_at)
    assert data() == {name: 2}


def test_creating_a_document_that_exists_is_refused() -> None:
    documents.put(PATH, {"a": 1}, if_missing=True)
    with pytest.raises(Stale):
        documents.put(PATH, {"a": 2}, if_missing=True)
    assert data() == {"a": 1}


def test_a_concurrent_write_is_not_overwritten() -> None:
    first = documents.put(PATH, {"a": 1})
    second = documents.put(PATH, {"a": 2}, if_updated_at=first)
    with pytest.raises(Stale):
        documents.put(PATH, {"a": 3}, if_updated_at=first)
    with pytest.raises(Stale):
        documents.put(PATH, {"a": 3}, if_updated_at=second - timedelta(microseconds=1))
    assert data() == {"a": 2}
    assert documents.put(PATH, {"a": 3}, if_updated_at=second) > second


def test_a_document_deleted_meanwhile_is_not_written() -> None:
    updated_at = documents.put(PATH, {"a": 1})
    documents.delete(PATH)
    with pytest.raises(Stale):
        documents.put(PATH, {"a": 2}, if_updated_at=updated_at)
    assert documents.get(PATH) is None


def test_one_of_several_concurrent_writers_wins() -> None:
    updated_at = documents.put(PATH, {"by": -1})

    def write(number: int) -> int | None:
        try:
            documents.put(PATH, {"by": number}, if_updated_at=updated_at)
        except (Stale, errors.Unavailable):  # aborted in favour of another writer
            return None
        return number

    with ThreadPoolExecutor(6) as threads:
        winners = [one for one in threads.map(write, range(6)) if one is not None]
    assert len(winners) == 1
    assert data() == {"by": winners[0]}


def test_a_document_stores_its_writers_trace_but_does_not_return_it() -> None:
    begun = tracing.begin("f", f"00-{TRACE}-00f067aa0ba902b7-01")
    with tracing.span("inner"):
        documents.put(PATH, {"a": 1})
    raw = documents.client().document(PATH).get().to_dict()
    assert raw is not None
    found = tracing.parse(raw["traceparent"])
    assert found is not None
    assert (found[0], found[2]) == (TRACE, True)
    assert found[1] != begun.span, "the id of the span that wrote it, not of the request"
    assert data() == {"a": 1}
    assert [one.data for one in documents.list_page("players/ada/stats", None, 9)] == [{"a": 1}]


def test_every_call_is_a_span(lines: Lines) -> None:
    tracing.begin("f", None)
    documents.put(PATH, {"a": 1})
    documents.get(PATH)
    documents.list_page("players/ada/stats", None, 9)
    documents.delete(PATH)
    spans = [(line["span"]["name"], line["span"]["kind"]) for line in lines()]
    assert spans == [(name, "document") for name in ("commit", "get", "list", "delete")]


def test_a_collection_is_listed_page_by_page_in_id_order() -> None:
    ids = ["1", "10", "2", "a", "b:c", "é"]
    for one in reversed(ids):
        documents.put(f"players/ada/stats/{one}", {"is": one})
    documents.put("players/bob/stats/1", {"is": "other"})
    found: list[str] = []
    after: str | None = None
    while page := documents.list_page("players/ada/stats", after, 4):
        assert len(page) <= 4
        found += [one.data["is"] for one in page]
        after = page[-1].path.rsplit("/", 1)[1]
    assert found == sorted(ids)
    assert documents.list_page("players/nobody/stats", None, 4) == []


CALLS: list[Callable[[], object]] = [
    lambda: documents.get(PATH),
    lambda: documents.put(PATH, {"a": 1}),
    lambda: documents.put(PATH, {"a": 1}, if_updated_at=datetime(2026, 3, 1, tzinfo=UTC)),
    lambda: documents.delete(PATH),
    lambda: documents.list_page("players/ada/stats", None, 4),
]


@pytest.mark.parametrize("call", CALLS)
def test_an_unavailable_store_is_503_at_once(firestore: Proxy, call: Callable[[], object]) -> None:
    firestore.close()
    for _ in range(2):
        with pytest.raises(errors.Unavailable):
            within(3, call)


def test_a_store_that_hangs_is_503_after_the_timeout(
    firestore: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "RPC_TIMEOUT_SECONDS", 0.3)
    documents.get(PATH)
    firestore.stall()
    for call in CALLS:
        with pytest.raises(errors.Unavailable):
            within(2, call)


def test_a_recovered_store_is_used_within_seconds(firestore: Proxy) -> None:
    """The library's own channel would back off for up to two minutes."""
    documents.put(PATH, {"a": 1})
    firestore.close()
    for _ in range(4):
        with pytest.raises(errors.Unavailable):
            documents.get(PATH)
    firestore.open()

    def found() -> bool:
        try:
            return data() == {"a": 1}
        except errors.Unavailable:
            return False

    wait_until(found, seconds=5)


def test_contention_keeps_the_connection() -> None:
    """Two writers of one document are normal, and a new channel each time would be expensive."""
    documents.get(PATH)
    kept = documents.client()

    def aborted() -> None:
        raise google.Aborted("too much contention")  # type: ignore[no-untyped-call]

    with pytest.raises(errors.Unavailable):
        documents._call(aborted)
    assert documents.client() is kept
