"""Follows the log files like `tail -F`, reading a bounded amount at a time."""

from collections.abc import Iterator
from pathlib import Path

MAX_BYTES = 2 * 1024 * 1024
"""The most bytes read from a file at a time; older unread bytes are skipped."""


class Tail:
    """Remembers the read position in each log file of a folder."""

    def __init__(self, folder: Path) -> None:
        """Start at the beginning of every file."""
        self._folder = folder
        self._positions: dict[Path, int] = {}

    def grown(self) -> list[tuple[Path, int]]:
        """Return each file that has unread bytes, with its size, using one `stat` per file."""
        found = []
        for file in self._folder.glob("*.log"):
            if not file.is_file():
                continue
            size = file.stat().st_size
            if size < self._positions.get(file, 0):
                self._positions[file] = 0  # the file was truncated
            if size > self._positions.get(file, 0):
                found.append((file, size))
        return found

    def lines(self, file: Path, size: int) -> Iterator[bytes]:
        """Yield the complete new lines of a file; an incomplete line is left for the next call."""
        start = self._positions.get(file, 0)
        skips = size - start > MAX_BYTES
        start = size - MAX_BYTES if skips else start
        with file.open("rb") as log:
            log.seek(start)
            new = log.read(size - start)
        end = new.rfind(b"\n") + 1
        self._positions[file] = start + end
        complete = new[:end].splitlines()
        yield from complete[1:] if skips else complete
