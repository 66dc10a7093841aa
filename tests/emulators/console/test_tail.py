"""Every complete line is read once, even if the file is truncated."""

from pathlib import Path

from emulators.console import tail
from emulators.console.tail import Tail


def lines(reading: Tail) -> list[bytes]:
    return [line for file, size in reading.grown() for line in reading.lines(file, size)]


def test_each_line_is_read_once_and_an_incomplete_one_when_it_is_complete(tmp_path: Path) -> None:
    log, reading = tmp_path / "a.log", Tail(tmp_path)
    with log.open("ab", buffering=0) as writing:
        writing.write(b"one\ntw")
        assert lines(reading) == [b"one"]
        assert lines(reading) == []
        writing.write(b"o\n")
        assert lines(reading) == [b"two"]
    assert reading.grown() == []


def test_a_truncated_log_is_read_from_its_start(tmp_path: Path) -> None:
    log, reading = tmp_path / "a.log", Tail(tmp_path)
    log.write_bytes(b"a long line\nand another\n")
    assert len(lines(reading)) == 2
    log.write_bytes(b"new\n")
    assert lines(reading) == [b"new"]


def test_only_the_complete_lines_at_the_end_of_a_large_log_are_read(tmp_path: Path) -> None:
    log, reading = tmp_path / "a.log", Tail(tmp_path)
    log.write_bytes(b"x" * tail.MAX_BYTES + b"\nlast\n")
    assert lines(reading) == [b"last"]


def test_only_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "odd.log").mkdir()
    assert Tail(tmp_path).grown() == []
