"""Splits a list of games (JSON lines or one JSON array) into records with their positions.

A broken record's text is yielded unchanged for the caller to reject, and reading continues with the
next record. Memory use is limited to about two records of the maximum size.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Any, Literal, NamedTuple

MAX_BYTES = 1 << 20
"""The maximum size of a record."""

_BOM = codecs.BOM_UTF8
_TRUNCATED, _TRAILING = b"[", b"]"
"""Invalid records that mark where an array is cut off, or where text follows its end."""
_BLANKS = ", \t\r\n"
_BLANK = re.compile(rf"[{_BLANKS}]*")
_decode = json.JSONDecoder().raw_decode


Form = Literal["lines", "array"]


class RawRecord(NamedTuple):
    """The text of a record, valid or not, and its line number or array index, counted from 1."""

    position: int
    text: bytes


def read(read: Callable[[int], bytes], form: Form | None = None) -> Iterator[RawRecord]:
    """Yield a stream's records; without `form`, detect the form from the start of the stream.

    read: returns up to the given number of bytes, or no bytes at the end.
    """
    head = read(MAX_BYTES).removeprefix(_BOM)
    chunks = chain([head], iter(partial(read, MAX_BYTES), b""))
    if form is None:
        form = "array" if head.lstrip().startswith(b"[") else "lines"
    return _split_array(chunks) if form == "array" else _split_lines(chunks)


def _split_lines(chunks: Iterable[bytes]) -> Iterator[RawRecord]:
    number, rest = 0, b""
    for chunk in chain(chunks, [b"\n"]):
        *lines, rest = (rest + chunk).split(b"\n")
        for number, line in enumerate(lines, start=number + 1):  # noqa: B020  continues the count
            if line.strip():
                yield RawRecord(number, line)
        rest = rest[: MAX_BYTES + 1]


def _split_array(chunks: Iterable[bytes]) -> Iterator[RawRecord]:
    buffer = _Buffer(chunks)
    position, is_valid = 0, True
    if buffer.next_is("["):
        buffer.at += 1
    while not buffer.next_is("]"):
        position += 1
        if buffer.is_exhausted():
            if is_valid:
                yield RawRecord(position, _TRUNCATED)
            return
        start, element = buffer.at, _parse(buffer.text, buffer.at)
        is_valid = element is not None
        if element is None:
            yield RawRecord(position, _skip_broken(buffer))
        else:
            buffer.at = element[1]
            yield RawRecord(position, _bytes(buffer.text[start : buffer.at]))
    buffer.at += 1
    if not buffer.is_exhausted():
        yield RawRecord(position + 1, _TRAILING)


def _skip_broken(buffer: "_Buffer") -> bytes:
    """Advance to the next record and return the skipped text, cut to one byte over the maximum.

    A record starts with a brace after a comma or line break.
    """
    broken: list[str] = []
    length, separated = 0, False
    while len(buffer.text) > buffer.at:
        if separated and _is_record(_parse(buffer.text, buffer.at)):
            break
        brace = buffer.text.find("{", buffer.at + 1)
        end = len(buffer.text) if brace < 0 else brace
        skipped = buffer.text[buffer.at : end]
        separated = _ends_separated(skipped, separated)
        if length <= MAX_BYTES:
            broken.append(skipped)
            length += len(skipped)
        buffer.at = end
        buffer.fill()
    return _bytes("".join(broken).rstrip(_BLANKS)[: MAX_BYTES + 1])


def _ends_separated(text: str, before: bool) -> bool:  # noqa: FBT001  the previous result
    """Return whether `text` ends with a comma or line break, ignoring blanks.

    before: the result for the text that precedes `text`.
    """
    stripped = text.rstrip(_BLANKS)
    blanks = text[len(stripped) :]
    return "," in blanks or "\n" in blanks or (before and not stripped)


def _parse(text: str, start: int) -> tuple[Any, int] | None:
    """Return the JSON value at `start` and its end, or None if it is invalid."""
    try:
        return _decode(text, start)
    except (ValueError, RecursionError):
        return None


def _is_record(element: tuple[Any, int] | None) -> bool:
    """Return whether a value is a record rather than a nested executable or store id."""
    value = element and element[0]
    return isinstance(value, dict) and ("title" in value or {"id", "name"} <= value.keys())


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


class _Buffer:
    """Decoded text with a read position `at`.

    At least `MAX_BYTES` characters follow `at`, unless the stream ends earlier.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        # Invalid UTF-8 is later encoded to the same bytes, so that the record is rejected.
        decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        last = (decoder.decode(b"", final=True) for _ in range(1))
        self._chunks = chain(map(decoder.decode, chunks), last)
        self.text, self.at = "", 0
        self.fill()

    def fill(self) -> None:
        """Read until the buffer contains enough text for a record of the maximum size."""
        while len(self.text) - self.at < MAX_BYTES:
            chunk = next(self._chunks, None)
            if chunk is None:
                return
            self.text, self.at = self.text[self.at :] + chunk, 0

    def next_is(self, mark: str) -> bool:
        """Skip blanks and commas; return whether `mark` follows."""
        self.fill()
        while (blank := _BLANK.match(self.text, self.at)) and blank.end() > self.at:
            self.at = blank.end()
            self.fill()
        return self.text.startswith(mark, self.at)

    def is_exhausted(self) -> bool:
        """Skip blanks and commas; return whether the stream ends there."""
        self.next_is("")
        return self.at == len(self.text)
