"""Records are found wherever chunks are cut, and whatever is between the records."""

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.catalog.imports import records as game_lists

MAX_BYTES = 64
"""The maximum size of a record in these tests, small enough to try every cut."""

WHOLE = [{"id": str(number), "name": f"ä{number}", "executables": [{}]} for number in range(2)]
BROKEN = st.text(st.sampled_from('x"{}[]:\\ä \n'), min_size=1, max_size=150).map(
    lambda text: f"x{text}x"
)
BETWEEN = st.text(st.sampled_from(", \r\n\t"), max_size=150)


@pytest.fixture(autouse=True, scope="module")
def _small_chunks() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(game_lists, "MAX_BYTES", MAX_BYTES)
        yield


def found(text: bytes) -> list[Any]:
    """Return the records of a list in order, None for a broken one."""
    records: list[Any] = []
    for number, record in enumerate(game_lists.read(io.BytesIO(text).read), start=1):
        assert record.position == number
        try:
            records.append(json.loads(record.text))
        except ValueError:
            records.append(None)
    return records


@settings(max_examples=300, deadline=None)
@given(BROKEN, BETWEEN, st.sampled_from(",\n"), BETWEEN)
def test_a_record_after_broken_text_is_found(
    broken: str, before: str, mark: str, behind: str
) -> None:
    first, second = (json.dumps(one, ensure_ascii=False) for one in WHOLE)
    text = f"[{first},{broken}{before}{mark}{behind}{second}]".encode()
    assert found(text) == [WHOLE[0], None, WHOLE[1]]


@pytest.mark.parametrize("mark", [",", "\n", ", ", ",\r\n"])
def test_no_record_is_lost_wherever_a_chunk_ends(mark: str) -> None:
    first, second = (json.dumps(one) for one in WHOLE)
    for length in range(1, 2 * MAX_BYTES):
        text = f"[{first},{'x' * length}{mark}{second}]"
        assert found(text.encode()) == [WHOLE[0], None, WHOLE[1]], length


@pytest.mark.parametrize("form", ["[{}]", "{}"])
def test_consecutive_records_of_any_size_are_found(form: str) -> None:
    for length in range(MAX_BYTES - 22):
        records = [{"id": "1", "name": "x" * length}, *WHOLE]
        text = form.format("\n".join(map(json.dumps, records)))
        assert found(text.encode()) == records, length
