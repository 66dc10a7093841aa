"""The records of a list are found wherever its pieces are cut and whatever lies between them."""

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.catalog.imports import records as game_lists

MOST = 64
"""Bytes of the largest record here: of lists this small every cut is tried."""

WHOLE = [{"id": str(number), "name": f"ä{number}", "executables": [{}]} for number in range(2)]
BROKEN = st.text(st.sampled_from('x"{}[]:\\ä \n'), min_size=1, max_size=150).map(
    lambda text: f"x{text}x"
)
BETWEEN = st.text(st.sampled_from(", \r\n\t"), max_size=150)


@pytest.fixture(autouse=True, scope="module")
def _small_pieces() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(game_lists, "MOST_BYTES", MOST)
        yield


def found(text: bytes) -> list[Any]:
    """What is in a list, in order; None for what cannot be read."""
    read = []
    for number, placed in enumerate(game_lists.read(io.BytesIO(text).read), start=1):
        assert placed.position == number
        try:
            read.append(json.loads(placed.text))
        except ValueError:
            read.append(None)
    return read


@settings(max_examples=300, deadline=None)
@given(BROKEN, BETWEEN, st.sampled_from(",\n"), BETWEEN)
def test_a_record_behind_what_cannot_be_read_is_found(
    broken: str, before: str, mark: str, behind: str
) -> None:
    first, second = (json.dumps(one, ensure_ascii=False) for one in WHOLE)
    text = f"[{first},{broken}{before}{mark}{behind}{second}]".encode()
    assert found(text) == [WHOLE[0], None, WHOLE[1]]


@pytest.mark.parametrize("mark", [",", "\n", ", ", ",\r\n"])
def test_wherever_a_list_is_cut_no_record_is_lost(mark: str) -> None:
    first, second = (json.dumps(one) for one in WHOLE)
    for length in range(1, 2 * MOST):
        text = f"[{first},{'x' * length}{mark}{second}]"
        assert found(text.encode()) == [WHOLE[0], None, WHOLE[1]], length


@pytest.mark.parametrize("form", ["[{}]", "{}"])
def test_records_of_any_size_are_found_behind_each_other(form: str) -> None:
    for length in range(MOST - 22):
        records = [{"id": "1", "name": "x" * length}, *WHOLE]
        text = form.format("\n".join(map(json.dumps, records)))
        assert found(text.encode()) == records, length
