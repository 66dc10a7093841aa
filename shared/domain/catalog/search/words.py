"""Defines the words under which games are indexed, and how queries look them up.

A game's words are stored as one string, with a space on both sides of each word. The string
contains the words of the game's names, normalised by `name_key`. It also contains hyphenated words
as one word ("spiderman" for "Spider-Man"), whole names without spaces, and numerals in both forms
("7", "vii"). Each whole name is also stored after a marker, `=` for the title or `~` for another
name, so that exact matches rank first.

A game is listed under prefixes of its words and under pairs of word beginnings. The prefixes have
the lengths in `LENGTHS`. The number of pairs grows quadratically, so only the first
`MAX_BEGINNINGS` beginnings are paired. Each further beginning is listed alone, prefixed with `+`.
The prefixes select candidates; the words decide which candidates match.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple, Self

from shared.domain.text import name_key

TITLE, NAME, LATER = "=", "~", "+"
LENGTHS = (1, 2, 3, 4, 6, 9)
"""A term is looked up by its longest prefix of one of these lengths."""
BEGINNING = 3
WORD_LENGTH = 60
MAX_WORDS = 500
MAX_BEGINNINGS = 24

_ROMAN = ("ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii")
_DIGITS = {roman: str(number) for number, roman in enumerate(_ROMAN, start=2)}
_NUMERALS = _DIGITS | {digits: roman for roman, digits in _DIGITS.items()}


def collect(title: str, names: Iterable[str]) -> str:
    """Return the searchable words of a game with this title and other names, as one string."""
    joined_title = _join(name_key(title).split())
    marks = [TITLE + joined_title]
    words = dict.fromkeys(_words(title))
    for name in names:
        joined_name = _join(name_key(name).split())
        if joined_name != joined_title:
            marks.append(NAME + joined_name)
        words |= dict.fromkeys(_words(name))
    unique = dict.fromkeys([*marks, *words])
    return f" {' '.join(list(unique)[:MAX_WORDS])} "


def _words(name: str) -> Iterator[str]:
    plain = name_key(name).split()
    yield from (word[:WORD_LENGTH] for word in plain)
    yield from (_NUMERALS[word] for word in plain if word in _NUMERALS)
    parts = (name_key(part).split() for part in name.split())
    for words in (*parts, plain):
        if len(words) > 1:
            yield "".join(words)[:WORD_LENGTH]
            yield _join(words)


def _join(words: Iterable[str]) -> str:
    """Return a name without spaces, with Roman numerals as digits."""
    return "".join(_DIGITS.get(word, word) for word in words)[:WORD_LENGTH]


def prefixes(words: str) -> set[str]:
    """Return the prefixes under which a game with these words is listed."""
    tokens = words.split()
    marks = {token for token in tokens if token[0] in (TITLE, NAME)}
    plain = [token for token in tokens if token not in marks]
    listed = marks | {word[:length] for word in plain for length in LENGTHS if length <= len(word)}
    beginnings = list(dict.fromkeys(word[:BEGINNING] for word in plain if len(word) >= BEGINNING))
    pairs = combinations(sorted(beginnings[:MAX_BEGINNINGS]), 2)
    listed |= {LATER + beginning for beginning in beginnings[MAX_BEGINNINGS:]}
    return listed | {f"{first} {second}" for first, second in pairs}


class Lookup(NamedTuple):
    """A prefix to look up, and the rank of the matching games listed under it."""

    rank: int
    prefix: str


class Query(NamedTuple):
    """A search query, prepared for matching; rank 0 is the best.

    required: for each rank, the strings that must all occur in a game's words.
    """

    required: tuple[tuple[str, ...], ...]
    lookups: tuple[Lookup, ...]

    @classmethod
    def of(cls, key: str) -> Self:
        """Return the query for a non-empty `name_key`."""
        plain = key.split()
        terms = tuple(dict.fromkeys(word[:WORD_LENGTH] for word in plain))
        joined = _join(plain)
        ranks: list[tuple[tuple[str, ...], Sequence[str]]] = [
            ((f" {TITLE}{joined} ",), [TITLE + joined]),
            ((f" {NAME}{joined} ",), [NAME + joined]),
            (tuple(f" {term}" for term in terms), _selective_prefixes(terms)),
        ]
        if len(plain) > 1:
            ranks.append(((f" {joined}",), [_stored_prefix(joined)]))
        lookups = (Lookup(rank, p) for rank, (_, prefixes_) in enumerate(ranks) for p in prefixes_)
        return cls(tuple(required for required, _ in ranks), tuple(lookups))


def _selective_prefixes(terms: Iterable[str]) -> list[str]:
    """Return prefixes that cover every match and as few other games as possible."""
    longest = sorted(terms, key=len, reverse=True)
    beginnings = dict.fromkeys(term[:BEGINNING] for term in longest if len(term) >= BEGINNING)
    if len(beginnings) > 1:
        first, second = sorted(list(beginnings)[:2])
        return [f"{first} {second}", LATER + first, LATER + second]
    return [_stored_prefix(longest[0])]


def _stored_prefix(term: str) -> str:
    return term[: max(length for length in LENGTHS if length <= len(term))]
