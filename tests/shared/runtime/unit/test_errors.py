"""The error tree is complete: every code has texts, every class its own status and code."""

import re

import pytest

from shared.domain import errors as product
from shared.domain.errors import ProductCode
from shared.runtime import errors

PROBLEMS = errors.ProblemError.__subclasses__()
# Codes that only items of a batch have.
OF_ITEMS = {errors.CommonCode.INVALID_ITEM, ProductCode.TOO_OLD, ProductCode.IN_FUTURE}


def test_every_code_has_texts() -> None:
    for code in errors.codes():
        for text in (code.meaning.cause, code.meaning.client):
            assert text.endswith(".")
        assert not code.meaning.title.endswith(".")


def test_titles_and_codes_are_different() -> None:
    assert len(set(errors.codes())) == len(errors.codes())
    titles = [code.meaning.title for code in errors.codes()]
    assert len(set(titles)) == len(titles)


def test_every_class_has_its_own_status_and_code() -> None:
    places = [(one.status, one.code) for one in PROBLEMS]
    assert len(set(places)) == len(places)
    assert len({code for _, code in places}) == len(places)


def test_every_code_is_raised_by_a_class_or_carried_by_an_item() -> None:
    raised = {one.code for one in PROBLEMS}
    assert raised | OF_ITEMS == set(errors.codes())
    assert not raised & OF_ITEMS


def test_a_code_is_an_identifier() -> None:
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in errors.codes())


def test_the_documented_trees_match_the_classes() -> None:
    trees = f"{errors.__doc__}{product.__doc__}"
    drawn = set(re.findall(r"── (\w+)", trees))
    assert drawn == {"ProblemError", "HopelessEvent", *(one.__name__ for one in PROBLEMS)}
    for one in PROBLEMS:
        assert re.search(rf"── {one.__name__} +{one.status}\b", trees), one


@pytest.mark.parametrize("status", [429, 503])
def test_a_temporary_error_is_retried_later(status: int) -> None:
    (kind,) = [one for one in PROBLEMS if one.status == status]
    assert kind.code.meaning.retry == errors.Retry.LATER


def test_an_error_carries_its_members_and_headers() -> None:
    error = errors.TooLarge("too large", headers={"X": "y"}, limit=1, actual=2)
    assert (str(error), error.detail) == ("too large", "too large")
    assert (error.headers, error.members) == ({"X": "y"}, {"limit": 1, "actual": 2})


def test_a_hopeless_event_is_not_a_problem_document() -> None:
    error = errors.HopelessEvent("unknown_player", "nobody has this id")
    assert (error.code, str(error)) == ("unknown_player", "nobody has this id")
    assert not issubclass(errors.HopelessEvent, errors.ProblemError)
