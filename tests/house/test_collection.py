"""Every process collects the same tests: pytest-xdist runs none if two workers differ."""

import difflib
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.bundling import imports
from tests.support.engines import KINDS

COLLECT = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]


def collected(root: Path, seed: int, files: Sequence[str]) -> list[str]:
    """Return the ids of all tests in `files`, sorted by test."""
    done = subprocess.run(
        [*COLLECT, *files],
        cwd=root,
        env=os.environ | {"PYTHONHASHSEED": str(seed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    found = [line for line in done.stdout.splitlines() if "::" in line]
    return sorted(found, key=_group)


def _group(name: str) -> tuple[str, list[str]]:
    """Return a test and its engine, by which pytest groups all tests."""
    test, _, parameters = name.partition("[")
    return test, [kind for kind in KINDS if kind in parameters]


def differing(root: Path) -> list[str]:
    """Collect all tests below `root` twice; return the ids that only one run has.

    The runs differ in their hash seed, which changes the order of sets. They run in parallel, and
    each starts with the half that the other ends with, so that they never import a file in the
    same second.
    """
    names = sorted(str(one.relative_to(root)) for one in root.glob("tests/**/test_*.py"))
    half = len(names) // 2
    orders = (names, names[half:] + names[:half])
    with ThreadPoolExecutor() as pool:
        first, second = pool.map(collected, (root, root), (1, 2), orders)
    assert first
    return list(difflib.unified_diff(first, second, "once", "again", n=0, lineterm=""))


def test_ids_do_not_depend_on_the_process_or_the_time() -> None:
    found = differing(imports.ROOT)
    assert not found, "\n".join(found)


SLOW = "import time\ntime.sleep(3)\ndef test_slow(): pass\n"
STEADY = """
@pytest.mark.parametrize("packed", [gzip.compress(b"more", mtime=0), *sorted({"a", "b", "c"})])
def test_steady(packed): pass
"""
FLEETING = {
    "the second": '[gzip.compress(b"more")]',
    "a random name": "[str(uuid.uuid4())]",
    "an address": "[repr(object())]",
    "the order of a set": '{"a", "b", "c", "d", "e", "f", "g", "h"}',
}


def test_an_id_that_depends_on_the_process_or_the_time_is_found(tmp_path: Path) -> None:
    written = "import gzip, uuid, pytest\n" + STEADY
    for number, values in enumerate(FLEETING.values()):
        written += f'@pytest.mark.parametrize("x", {values})\ndef test_{number}(x): pass\n'
    for folder, text in {"slow": SLOW, "then": written}.items():
        (tmp_path / "tests" / folder).mkdir(parents=True)
        (tmp_path / "tests" / folder / f"test_{folder}.py").write_text(text)
    found = "\n".join(differing(tmp_path))
    assert "test_steady" not in found
    missed = [kind for number, kind in enumerate(FLEETING) if f"::test_{number}[" not in found]
    assert missed == []
