"""Batches: items are validated one by one, and only an invalid envelope fails the request."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, Field

from shared.domain.errors import ProductCode
from shared.runtime import errors, http
from shared.runtime.http.batches import Batch, Items, Parser
from tests.shared.runtime.unit.edge import Answer, ask, make

SENT_AT = "2026-03-01T12:00:00+01:00"
LIMIT = 20


class Item(BaseModel):
    item_id: ClassVar[str] = "event_id"

    event_id: Annotated[str, Field(min_length=1, max_length=64)]
    kind: Literal["started", "ended"]
    at: AwareDatetime
    uptime_ms: Annotated[int, Field(ge=0)]
    share: float = 0.5


class Accepted(http.Receipt):
    seen: list[Any]


def item(name: str, **changes: Any) -> dict[str, Any]:
    return {"event_id": name, "kind": "started", "at": SENT_AT, "uptime_ms": 5, **changes}


@pytest.fixture
def api(tmp_path: Path) -> http.Api:
    made = make(tmp_path)

    @made.post("/v1/things:batch", status=202)
    async def take(batch: http.Batch[Item]) -> Accepted:
        assert batch.sent_at == datetime(2026, 3, 1, 11, tzinfo=UTC)
        late = [(index, one) for index, one in batch.items if one.event_id == "late"]
        for index, one in late:
            batch.reject(index, one.event_id, ProductCode.TOO_OLD, "too long ago")
        good = [(index, one.event_id) for index, one in batch.items if (index, one) not in late]
        return Accepted(**batch.receipt(len(good)).model_dump(), seen=good)

    return made


def post(api: http.Api, *items: Any, **changes: Any) -> Answer:
    body = {"sent_at": SENT_AT, "items": items, **changes}
    return ask(api, "POST", "/v1/things:batch", body=body)


def test_valid_items_keep_their_index(api: http.Api) -> None:
    answer = post(api, item("a"), item("b"))
    assert answer.status == 202
    assert answer.json() == {
        "accepted": 2, "duplicates": 0, "rejected": [], "seen": [[0, "a"], [1, "b"]],
    }  # fmt: skip


BROKEN: list[tuple[Any, str | None, str]] = [
    (item("x", at=None), "x", "at"),
    (item("x", at="2026-03-01T12:00:00"), "x", "at"),
    (item("x", kind="paused"), "x", "kind"),
    (item("x", uptime_ms="many"), "x", "uptime_ms"),
    (item("x", uptime_ms=-1), "x", "uptime_ms"),
    (item("x", uptime_ms=1.5), "x", "uptime_ms"),
    (item("x", share="half"), "x", "share"),
    ({"event_id": "x"}, "x", "kind"),
    (item("y" * 9000), "y" * 100, "event_id"),
    (item("x", event_id=7), None, "event_id"),
    (item("x", event_id=None), None, "event_id"),
    ({}, None, "event_id"),
    (None, None, "body"),
    ("x", None, "body"),
    ([], None, "body"),
]


@pytest.mark.parametrize(("broken", "shown_id", "field"), BROKEN)
def test_an_invalid_item_is_refused_alone_with_its_index_id_and_field(
    api: http.Api, broken: Any, shown_id: str | None, field: str
) -> None:
    answer = post(api, item("a"), broken, item("b")).json()
    assert answer["seen"] == [[0, "a"], [2, "b"]]
    assert (answer["accepted"], len(answer["rejected"])) == (2, 1)
    (refused,) = answer["rejected"]
    assert (refused["index"], refused.get("id")) == (1, shown_id)
    assert (refused["code"], refused["retry"]) == ("invalid_item", "never")
    assert refused["detail"].startswith(f"{field}: ")
    assert len(refused["detail"]) <= 500


@pytest.mark.parametrize("member", ["event_id", "kind", "at", "uptime_ms"])
@pytest.mark.parametrize("value", ["missing", None, [], {}, "x" * 5000, 10**40, float("nan")])
def test_any_invalid_member_refuses_that_item_alone(api: http.Api, member: str, value: Any) -> None:
    broken = {name: kept for name, kept in item("x").items() if name != member}
    if value != "missing":
        broken[member] = value
    accepted = post(api, item("a"), broken, item("b")).json()
    wide_integer = (member, value) == ("uptime_ms", 10**40)  # the model has no upper limit for it
    assert accepted["accepted"] == (3 if wide_integer else 2)
    assert [one["index"] for one in accepted["rejected"]] == ([] if wide_integer else [1])


def test_rejections_of_domain_and_edge_are_sorted_together(api: http.Api) -> None:
    answer = post(api, item("a"), item("late"), {}, item("b")).json()
    found = [(one["index"], one["code"], one.get("id")) for one in answer["rejected"]]
    assert found == [(1, "too_old", "late"), (2, "invalid_item", None)]


def test_a_repeated_item_counts_once_at_its_first_index(api: http.Api) -> None:
    answer = post(api, item("a"), item("b"), item("a", unknown=1), item("a"), item("c")).json()
    assert answer["duplicates"] == 2
    assert answer["seen"] == [[0, "a"], [1, "b"], [4, "c"]]


@pytest.mark.parametrize("change", [{"uptime_ms": 9}, {"at": "2026-03-01T11:00:00Z"}])
def test_another_item_with_the_same_id_is_not_lost(api: http.Api, change: dict[str, Any]) -> None:
    answer = post(api, item("a"), item("a", **change)).json()
    assert (answer["duplicates"], answer["seen"]) == (0, [[0, "a"], [1, "a"]])


STRANGE = {
    "a number of 5,000 digits": ('"uptime_ms": ' + "9" * 5000, "x"),
    "a negative one": ('"uptime_ms": -' + "9" * 5000, "x"),
    "one in a member nobody knows": ('"unknown": ' + "9" * 5000, "x"),
    "half a character": ('"kind": "\\ud800"', "x"),
    "half a character in the id": ('"event_id": "\\ud800"', "?"),
    "half a character in a name": ('"\\udfff": 1', "x"),
    "nested 250 deep": ('"unknown": ' + "[" * 250 + "]" * 250, "x"),
    "nested 600 deep": ('"unknown": ' + "[" * 600 + "]" * 600, "x"),
}


@pytest.mark.parametrize(("member", "shown_id"), STRANGE.values(), ids=STRANGE)
def test_an_item_with_unstorable_values_is_refused_alone(
    api: http.Api, member: str, shown_id: str
) -> None:
    good, other = json.dumps(item("a")), json.dumps(item("b"))
    strange = json.dumps(item("x"))[:-1] + ", " + member + "}"
    body = f'{{"sent_at": "{SENT_AT}", "items": [{good}, {strange}, {other}]}}'
    answer = ask(api, "POST", "/v1/things:batch", body=body.encode())
    assert answer.status == 202, answer.body
    assert answer.json()["seen"] == [[0, "a"], [2, "b"]]
    (refused,) = answer.json()["rejected"]
    assert (refused["index"], refused["id"], refused["code"]) == (1, shown_id, "invalid_item")


def test_an_invalid_twin_is_refused_and_the_valid_one_stays(api: http.Api) -> None:
    answer = post(api, item("a", kind=None), item("a")).json()
    assert (answer["duplicates"], answer["seen"]) == (0, [[1, "a"]])
    assert [one["id"] for one in answer["rejected"]] == ["a"]


def test_an_empty_batch_is_accepted(api: http.Api) -> None:
    assert post(api).json()["accepted"] == 0


@pytest.mark.parametrize("extra", [item("last"), {}, None])
def test_too_many_items_are_413_even_if_invalid(api: http.Api, extra: Any) -> None:
    full = [item(str(number)) for number in range(LIMIT)]
    assert post(api, *full).json()["accepted"] == LIMIT
    answer = post(api, *full, extra)
    assert (answer.status, answer.json()["code"]) == (413, "too_large")
    assert (answer.json()["limit"], answer.json()["actual"]) == (LIMIT, LIMIT + 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"items": {}}, "items"),
        ({"items": "abc"}, "items"),
        ({"items": None}, "items"),
        ({"sent_at": None}, "sent_at"),
        ({"sent_at": "2026-03-01T12:00:00"}, "sent_at"),
        ({"sent_at": "noon"}, "sent_at"),
        ({"sent_at": "1795456784"}, "sent_at"),
        ({"sent_at": 1795456784}, "sent_at"),
        ({"sent_at": "\ud800"}, "sent_at"),
    ],
)
def test_an_invalid_envelope_is_422_and_names_the_member(
    api: http.Api, changes: dict[str, Any], field: str
) -> None:
    answer = post(api, item("a"), **changes)
    assert (answer.status, answer.json()["code"]) == (422, "invalid_body")
    assert [one["field"] for one in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"7", b"{}"])
def test_no_envelope_at_all_is_422(api: http.Api, body: bytes) -> None:
    assert ask(api, "POST", "/v1/things:batch", body=body).status == 422


@pytest.mark.parametrize("body", [b"", b"{", b'{"items": [', b"nonsense", b"\xff\xfe", b"[" * 9000])
def test_not_json_is_400(api: http.Api, body: bytes) -> None:
    answer = ask(api, "POST", "/v1/things:batch", body=body)
    assert (answer.status, answer.json()["code"]) == (400, "invalid_request")


GOOD = st.builds(
    item,
    st.text(min_size=1, max_size=8),
    kind=st.sampled_from(["started", "ended"]),
    uptime_ms=st.integers(0, 2**70),
    at=st.datetimes().map(lambda at: at.replace(tzinfo=UTC).isoformat()),
    share=st.floats(allow_nan=False),
    unknown=st.none() | st.text(max_size=3) | st.floats() | st.lists(st.booleans(), max_size=2),
)
BAD = st.sampled_from([broken for broken, _, _ in BROKEN if broken != item("y" * 9000)])
MIXED = st.lists(
    st.tuples(st.just(True), GOOD) | st.tuples(st.just(False), BAD), max_size=LIMIT - 1
)


def parsed(items: list[Any]) -> Batch[Item]:
    body = json.dumps({"sent_at": SENT_AT, "items": items}).encode()
    batch: Batch[Item] = Parser(Item, LIMIT).parse(body)
    return batch


@given(MIXED)
def test_valid_items_of_any_mix_keep_order_and_index(
    mixed: list[tuple[bool, Any]],
) -> None:
    batch = parsed([one for _, one in mixed])
    good: dict[str, tuple[str, int]] = {}
    for index, (is_good, one) in enumerate(mixed):
        if is_good:
            same = Item.model_validate(one).model_dump_json()
            good.setdefault(same, (one["event_id"], index))
    assert [(one.event_id, index) for index, one in batch.items] == list(good.values())
    assert [one.index for one in batch.rejected] == [
        index for index, (is_good, _) in enumerate(mixed) if not is_good
    ]
    assert batch.duplicates == sum(is_good for is_good, _ in mixed) - len(good)


@given(st.lists(GOOD, max_size=LIMIT - 1))
def test_an_invalid_item_does_not_affect_the_others(items: list[Any]) -> None:
    """The fast path (all at once) and the slow one (item by item) give the same result."""
    quick, slow = parsed(items), parsed([*items, None])
    assert (slow.sent_at, slow.items, slow.duplicates) == (
        quick.sent_at,
        quick.items,
        quick.duplicates,
    )
    assert [one.index for one in slow.rejected] == [len(items)]


def test_infinities_are_parsed_the_same_both_ways() -> None:
    items = [item("a", share=float("inf")), item("b", share=float("nan"))]
    quick, slow = parsed(items), parsed([*items, None])
    assert str(quick.items) == str(slow.items)


class Held(BaseModel):
    item_id: ClassVar[str] = "game"
    max_items: ClassVar[int] = 3

    game: Annotated[str, Field(pattern="^[a-z]$")]


def held(body: str) -> Items[Held]:
    found: Items[Held] = Parser(Held, LIMIT, Items).parse(body.encode())
    return found


def test_a_list_needs_no_timestamp_and_keeps_duplicates() -> None:
    found = held('{"items": [{"game": "a"}, {"game": "1"}, {"game": "a"}]}')
    assert [(index, one.game) for index, one in found.items] == [(0, "a"), (2, "a")]
    assert [(one.index, one.id, one.code) for one in found.rejected] == [(1, "1", "invalid_item")]


def test_a_list_has_the_limit_of_its_items() -> None:
    assert len(held(json.dumps({"items": [{"game": "a"}] * 3})).items) == 3
    with pytest.raises(errors.TooLarge) as raised:
        held(json.dumps({"items": [{"game": "a"}] * 4}))
    assert raised.value.members == {"limit": 3, "actual": 4}
    with pytest.raises(errors.Unprocessable, match=r"`\{items: \[...\]\}`"):
        held('{"items": 1}')


def test_rejections_come_in_the_order_of_the_items() -> None:
    found = held('{"items": [{"game": "a"}, {"game": "1"}]}')
    found.reject(0, "a", errors.CommonCode.INVALID_ITEM, "unknown")
    assert [one.index for one in found.rejections()] == [0, 1]
