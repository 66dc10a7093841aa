"""The words a game is found by, and how a query looks for them.

A game's words are one text, each between spaces: the words of its names as `name_key` folds
them; what is written in one piece ("spiderman" for "Spider-Man"); whole names without spaces;
numerals both ways ("7", "vii"). Whole names stand there once more as marks, behind `=` for the
title and `~` for others: a query that is exactly one of them comes first.

A game is listed under prefixes of its words, of some lengths only, and under pairs of words'
beginnings. Pairs grow as the square, so only the first beginnings make them; a later one stands
alone behind `+`, where each query that has it looks too. These drive a query; the words decide.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple, Self

from shared.domain.text import name_key

TITLE, NAME, LATER = "=", "~", "+"
LENGTHS = (1, 2, 3, 4, 6, 9)
"""A term is looked up by its longest beginning of these lengths."""
BEGINNING = 3
WORD_LENGTH = 60
MOST_WORDS = 500
MOST_BEGINNINGS = 24

_ROMAN = ("ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii")
_DIGITS = {roman: str(number) for number, roman in enumerate(_ROMAN, start=2)}
_NUMERALS = _DIGITS | {digits: roman for roman, digits in _DIGITS.items()}


def of_names(title: str, names: Iterable[str]) -> str:
    """Return the words of a game with this title and these other names."""
    titled = _whole(name_key(title).split())
    marks = [TITLE + titled]
    found = dict.fromkeys(_words(title))
    for name in names:
        whole = _whole(name_key(name).split())
        if whole != titled:
            marks.append(NAME + whole)
        found |= dict.fromkeys(_words(name))
    unique = dict.fromkeys([*marks, *found])
    return f" {' '.join(list(unique)[:MOST_WORDS])} "


def _words(name: str) -> Iterator[str]:
    plain = name_key(name).split()
    yield from (word[:WORD_LENGTH] for word in plain)
    yield from (_NUMERALS[word] for word in plain if word in _NUMERALS)
    pieces = (name_key(piece).split() for piece in name.split())
    for joined in (*pieces, plain):
        if len(joined) > 1:
            yield "".join(joined)[:WORD_LENGTH]
            yield _whole(joined)


def _whole(plain: Iterable[str]) -> str:
    """Return a name in one piece; "Final Fantasy VII" and "Final Fantasy 7" are one name."""
    return "".join(_DIGITS.get(word, word) for word in plain)[:WORD_LENGTH]


def prefixes(words: str) -> set[str]:
    """Return what a game with these words is listed under."""
    tokens = words.split()
    marks = {token for token in tokens if token[0] in (TITLE, NAME)}
    plain = [token for token in tokens if token not in marks]
    found = marks | {word[:length] for word in plain for length in LENGTHS if length <= len(word)}
    long = list(dict.fromkeys(word[:BEGINNING] for word in plain if len(word) >= BEGINNING))
    pairs = combinations(sorted(long[:MOST_BEGINNINGS]), 2)
    found |= {LATER + beginning for beginning in long[MOST_BEGINNINGS:]}
    return found | {f"{one} {other}" for one, other in pairs}


class Driver(NamedTuple):
    """A prefix that leads to what a query finds, and the rank of what it leads to."""

    rank: int
    prefix: str


class Query(NamedTuple):
    """What someone typed: its words, each perhaps only begun, and all in one piece.

    needed: for each rank the texts that a game's words must hold to stand there.
    """

    needed: tuple[tuple[str, ...], ...]
    drivers: tuple[Driver, ...]

    @classmethod
    def of(cls, key: str) -> Self:
        """Return the query of a `name_key` that is not empty."""
        plain = key.split()
        terms = tuple(dict.fromkeys(word[:WORD_LENGTH] for word in plain))
        whole = _whole(plain)
        ranks: list[tuple[tuple[str, ...], Sequence[str]]] = [
            ((f" {TITLE}{whole} ",), [TITLE + whole]),
            ((f" {NAME}{whole} ",), [NAME + whole]),
            (tuple(f" {term}" for term in terms), _rarest(terms)),
        ]
        if len(plain) > 1:
            ranks.append(((f" {whole}",), [_stored(whole)]))
        drivers = (Driver(rank, one) for rank, (_, some) in enumerate(ranks) for one in some)
        return cls(tuple(needed for needed, _ in ranks), tuple(drivers))


def _rarest(terms: Iterable[str]) -> list[str]:
    """Return prefixes under which, together, fewer games are listed than under others: a guess."""
    longest = sorted(terms, key=len, reverse=True)
    long = dict.fromkeys(term[:BEGINNING] for term in longest if len(term) >= BEGINNING)
    if len(long) > 1:
        one, other = sorted(list(long)[:2])
        return [f"{one} {other}", LATER + one, LATER + other]
    return [_stored(longest[0])]


def _stored(term: str) -> str:
    return term[: max(length for length in LENGTHS if length <= len(term))]
