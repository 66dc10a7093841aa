"""The ends of logs: each whole line once, whatever becomes of the file."""

from pathlib import Path

from emulators.console import tail
from emulators.console.tail import Tail


def lines(reading: Tail) -> list[bytes]:
    return [line for file, size in reading.grown() for line in reading.lines(file, size)]


def test_each_line_is_read_once_and_a_torn_one_when_it_is_whole(tmp_path: Path) -> None:
    log, reading = tmp_path / "a.log", Tail(tmp_path)
    with log.open("ab", buffering=0) as writing:
        writing.write(b"one\ntw")
        assert lines(reading) == [b"one"]
        assert lines(reading) == []
        writing.write(b"o\n")
        assert lines(reading) == [b"two"]
    assert reading.grown() == []


def test_a_log_that_is_begun_anew_is_read_from_its_start(tmp_path: Path) -> None:
    log, reading = tmp_path / "a.log", Tail(tmp_path)
    log.write_bytes(b"a long line\nand another\n")
    assert len(lines(reading)) == 2
    log.write_bytes(b"new\n")
    assert lines(reading) == [b"new"]


def test_of_much_the_end_is_read_from_its_first_whole_line(tmp_path: Path) -> None:
    log, reading = tmp_path / "a.log", Tail(tmp_path)
    log.write_bytes(b"x" * tail.MOST + b"\nlast\n")
    assert lines(reading) == [b"last"]


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "odd.log").mkdir()
    assert Tail(tmp_path).grown() == []
