"""Whether a measured line meets its target, for every kind of target."""

import pytest

from scripts.bench.figures import Line, Section, show


@pytest.mark.parametrize(
    ("line", "target", "met"),
    [
        (Line("a rate", "9/s", "10/s", 0.9, at_least=0.8), "≥ 0.8", True),
        (Line("a rate", "7/s", "10/s", 0.7, at_least=0.8), "≥ 0.8", False),
        (Line("a cost", "18 µs", "10 µs", 1.8, at_most=1.8), "≤ 1.8", True),
        (Line("a cost", "19 µs", "10 µs", 1.9, at_most=1.8), "≤ 1.8", False),
        (Line("a sum", "", at_most=1500.0, value=1600.0, unit=" µs"), "≤ 1,500 µs", False),
        (Line("beside a peer", "3 µs", "2 µs", 1.5), "", None),
        (Line("a part", "3 µs"), "", None),
    ],
)
def test_a_line_has_its_target_and_whether_it_is_met(
    line: Line, target: str, met: bool | None
) -> None:
    assert (line.target, line.met) == (target, met)


def test_a_section_is_printed_plainly_without_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = Line("reading", "12 µs", "10 µs", 1.2, at_most=1.8, limit="Python")
    show(Section("a title", "how it was done", [line, Line("writing", "5 µs")]))
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert printed.splitlines()[0].strip() == "a title"
    assert "how it was done" in printed
    (row,) = (one for one in printed.splitlines() if "reading" in one)
    assert row.split() == ["reading", "12", "µs", "10", "µs", "1.20", "≤", "1.8", "yes", "Python"]
