"""The words of games and queries: both sides fold names alike."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.catalog.search import words
from shared.domain.catalog.search.words import LENGTHS, WORD_LENGTH, Query
from shared.domain.text import name_key

TITLE, NAME, WORDS, JOINED = range(4)


def met(query: Query, found_by: str) -> int | None:
    """Return the best rank at which these words match the query."""
    ranks = (all(text in found_by for text in texts) for texts in query.required)
    return next((rank for rank, is_met in enumerate(ranks) if is_met), None)


def rank(q: str, title: str, *names: str) -> int | None:
    return met(Query.of(name_key(q)), words.collect(title, names))


@pytest.mark.parametrize(
    ("q", "title", "expected"),
    [
        ("COUNTERSTRIKE", "Counter-Strike", TITLE),
        ("counter strike", "Counter-Strike", TITLE),
        ("final fantasy 7", "FINAL FANTASY VII", TITLE),
        ("final fantasy vii", "Final Fantasy 7", TITLE),
        ("pokemon go", "Pokémon GO™", TITLE),
        ("clancys", "Tom Clancy\u2019s The Division®", WORDS),
        ("spiderman miles", "Marvel's Spider-Man: Miles Morales", WORDS),
        ("spider man mor", "Marvel's Spider-Man: Miles Morales", WORDS),
        ("hunt witch", "The Witcher 3: Wild Hunt", WORDS),
        ("civ vi", "Civilization VI", WORDS),
        ("civ 6", "Civilization VI", WORDS),
        ("wild hunter", "The Witcher 3: Wild Hunt", None),
        ("itcher", "The Witcher 3: Wild Hunt", None),
        ("star craft", "StarCraft", TITLE),
        ("star craft", "StarCraft II", JOINED),
        ("portal 2", "Portal2 Soundtrack", JOINED),
        ("counterstrike 2", "Counterstrike2 Beta", JOINED),
        ("callofduty", "Call of Duty: Black Ops", WORDS),
        ("???", "???", TITLE),
        ("%", "100%", None),
        ("蒼の彼方", "蒼の彼方のフォーリズム", WORDS),
    ],
)
def test_the_rank_of_a_title_for_a_query(q: str, title: str, expected: int | None) -> None:
    assert rank(q, title) == expected


def test_other_names_rank_after_the_title_and_combine_with_it() -> None:
    assert rank("gta 5", "Grand Theft Auto V", "GTA V") == NAME
    assert rank("gta auto", "Grand Theft Auto V", "GTA V") == WORDS
    assert rank("gtav", "GTA V") == WORDS


def leads(query: Query, rank: int, found_by: str) -> bool:
    """Return whether the query's lookups for that rank find a game with these words."""
    listed = words.prefixes(found_by)
    return any(lookup.rank == rank and lookup.prefix in listed for lookup in query.lookups)


@given(st.text(min_size=1, max_size=300), st.lists(st.text(max_size=60), max_size=4))
def test_every_title_finds_its_game(title: str, names: list[str]) -> None:
    key = name_key(title)
    found_by = words.collect(title, names)
    if not key:
        return
    query = Query.of(key)
    assert met(query, found_by) == TITLE
    assert leads(query, TITLE, found_by)


@given(st.lists(st.text("abc1", min_size=1, max_size=12), min_size=1, max_size=6), st.data())
def test_a_query_looks_up_every_game_that_it_matches(title: list[str], data: st.DataObject) -> None:
    found_by = words.collect(" ".join(title), [])
    typed = data.draw(st.lists(st.sampled_from(title), min_size=1, max_size=4))
    q = " ".join(word[: data.draw(st.integers(1, len(word)))] for word in typed)
    query = Query.of(q)
    at = met(query, found_by)
    assert at is not None
    assert leads(query, at, found_by)


def test_any_two_words_of_many_names_find_the_game() -> None:
    names = [f"{a}{a}a {a}{a}b {a}{a}c" for a in "bcdfghjklmnp"]
    found_by = words.collect("Game", names)
    for pair in combinations(" ".join(["game", *names]).split(), 2):
        assert leads(Query.of(" ".join(pair)), WORDS, found_by)


def test_a_long_name_is_cut_on_both_sides() -> None:
    long = "pneumono" * 20
    assert rank(long, long) == TITLE
    assert all(len(prefix) <= WORD_LENGTH + 1 for prefix in words.prefixes(words.collect(long, [])))


def test_the_rows_of_a_game_are_bounded() -> None:
    names = [f"{number:x} name{number:x} other{number:x}" for number in range(200)]
    found = words.prefixes(words.collect("A Game", names))
    assert len(found) <= words.MAX_WORDS * len(LENGTHS) + words.MAX_BEGINNINGS**2 // 2
