"""Links and functions that the documents name exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
NAMED = re.compile(r"\[[^\]]*\]\(([^)\s]+\.py)\)\s+`(\w+)`(?:\s+and\s+`(\w+)`)?")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_resolves(page: Path) -> None:
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    lost = [
        target
        for target in targets
        if "://" not in target and not (page.parent / target).resolve().exists()
    ]
    assert not lost


def test_the_tour_names_existing_functions() -> None:
    tour = ROOT / "docs/tour.md"
    found = NAMED.findall(tour.read_text(encoding="utf-8"))
    assert len(found) >= 8
    missing = [
        f"{target} {name}"
        for target, *names in found
        for name in names
        if name and f"def {name}(" not in (tour.parent / target).read_text(encoding="utf-8")
    ]
    assert not missing
