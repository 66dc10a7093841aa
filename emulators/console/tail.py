"""The ends of the log files: only what is new is read, and never more than a bounded part."""

from collections.abc import Iterator
from pathlib import Path

MOST = 2 * 1024 * 1024
"""What is read of one file at once; who is further behind goes on from there."""


class Tail:
    """Where reading stands in each log file of a folder."""

    def __init__(self, folder: Path) -> None:
        """Begin before everything; nothing is read yet."""
        self._folder = folder
        self._read: dict[Path, int] = {}

    def grown(self) -> list[tuple[Path, int]]:
        """List the files that hold something new, and their sizes; costs one look at each."""
        found = []
        for file in self._folder.glob("*.log"):
            if not file.is_file():
                continue
            size = file.stat().st_size
            if size < self._read.get(file, 0):
                self._read[file] = 0  # it was begun anew
            if size > self._read.get(file, 0):
                found.append((file, size))
        return found

    def lines(self, file: Path, size: int) -> Iterator[bytes]:
        """Yield the new lines of one file that are whole; a cut one waits for its end."""
        begin = self._read.get(file, 0)
        skips = size - begin > MOST
        begin = size - MOST if skips else begin
        with file.open("rb") as log:
            log.seek(begin)
            new = log.read(size - begin)
        end = new.rfind(b"\n") + 1
        self._read[file] = begin + end
        whole = new[:end].splitlines()
        yield from whole[1:] if skips else whole
