"""Lists of games as they come, JSON lines or one array: a record at a time, with its place.

A broken record does not end a list: it is handed on as it is, for its reader to name, and the
next one is found behind it. At most two records of the largest size are held in memory.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Any, Literal, NamedTuple

MOST_BYTES = 1 << 20
"""The largest record that is taken."""

_BOM = codecs.BOM_UTF8
_TRUNCATED, _BEHIND_THE_END = b"[", b"]"
"""What cannot be read as a record, so that the place where a list breaks off is named."""
_BLANKS = ", \t\r\n"
_BLANK = re.compile(rf"[{_BLANKS}]*")
_decode = json.JSONDecoder().raw_decode


Form = Literal["lines", "array"]


class Placed(NamedTuple):
    """The text of a record, and its place: its line, or its number in the array, from 1."""

    position: int
    text: bytes


def read(read: Callable[[int], bytes], form: Form | None = None) -> Iterator[Placed]:
    """Yield the records of a stream; without a form it is an array if it begins like one."""
    head = read(MOST_BYTES).removeprefix(_BOM)
    pieces = chain([head], iter(partial(read, MOST_BYTES), b""))
    if form is None:
        form = "array" if head.lstrip().startswith(b"[") else "lines"
    return _elements(pieces) if form == "array" else _lines(pieces)


def _lines(pieces: Iterable[bytes]) -> Iterator[Placed]:
    number, rest = 0, b""
    for piece in chain(pieces, [b"\n"]):
        *whole, rest = (rest + piece).split(b"\n")
        for number, line in enumerate(whole, start=number + 1):  # noqa: B020  it counts on
            if line.strip():
                yield Placed(number, line)
        rest = rest[: MOST_BYTES + 1]


def _elements(pieces: Iterable[bytes]) -> Iterator[Placed]:
    ahead = _Ahead(pieces)
    position, whole = 0, True
    if ahead.starts_with("["):
        ahead.at += 1
    while not ahead.starts_with("]"):
        position += 1
        if ahead.ended():
            if whole:
                yield Placed(position, _TRUNCATED)
            return
        start, read = ahead.at, _read(ahead.text, ahead.at)
        whole = read is not None
        if read is None:
            yield Placed(position, _unreadable(ahead))
        else:
            ahead.at = read[1]
            yield Placed(position, _bytes(ahead.text[start : ahead.at]))
    ahead.at += 1
    if not ahead.ended():
        yield Placed(position + 1, _BEHIND_THE_END)


def _unreadable(ahead: "_Ahead") -> bytes:
    """Return what cannot be read, up to the next record, and go behind it.

    A record begins at a brace behind a comma or a line's end; wherever the pieces were cut.
    """
    broken: list[str] = []
    length, apart = 0, False
    while len(ahead.text) > ahead.at:
        if apart and _is_record(_read(ahead.text, ahead.at)):
            break
        brace = ahead.text.find("{", ahead.at + 1)
        end = len(ahead.text) if brace < 0 else brace
        passed = ahead.text[ahead.at : end]
        apart = _is_apart(passed, apart)
        if length <= MOST_BYTES:
            broken.append(passed)
            length += len(passed)
        ahead.at = end
        ahead.fill()
    return _bytes("".join(broken).rstrip(_BLANKS)[: MOST_BYTES + 1])


def _is_apart(passed: str, before: bool) -> bool:  # noqa: FBT001  what it was and what it is
    """Tell whether what ends with `passed` ends with a comma or a line's end, but for blanks."""
    text = passed.rstrip(_BLANKS)
    blanks = passed[len(text) :]
    return "," in blanks or "\n" in blanks or (before and not text)


def _read(text: str, start: int) -> tuple[Any, int] | None:
    try:
        return _decode(text, start)
    except (ValueError, RecursionError):
        return None


def _is_record(read: tuple[Any, int] | None) -> bool:
    """Tell a record from what records hold: a program has no id, a store's id no name."""
    found = read and read[0]
    return isinstance(found, dict) and ("title" in found or {"id", "name"} <= found.keys())


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


class _Ahead:
    """A text of which at least the largest record is there, from `at` on, unless it ends."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        # Bytes that are no UTF-8 come out again as they were, for the record's reader to refuse.
        decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        last = (decoder.decode(b"", final=True) for _ in range(1))
        self._pieces = chain(map(decoder.decode, pieces), last)
        self.text, self.at = "", 0
        self.fill()

    def fill(self) -> None:
        """Read on until the largest record is there."""
        while len(self.text) - self.at < MOST_BYTES:
            piece = next(self._pieces, None)
            if piece is None:
                return
            self.text, self.at = self.text[self.at :] + piece, 0

    def starts_with(self, mark: str) -> bool:
        """Go behind blanks and commas; tell whether `mark` is next."""
        self.fill()
        while (blank := _BLANK.match(self.text, self.at)) and blank.end() > self.at:
            self.at = blank.end()
            self.fill()
        return self.text.startswith(mark, self.at)

    def ended(self) -> bool:
        """Tell whether nothing but blanks is left."""
        self.starts_with("")
        return self.at == len(self.text)
