"""Stages the migrate job's image: `python -m scripts.release.migrate_image`.

The Dockerfile, `shared`, every manifest and the hashed requirements are copied to build/migrate/.
The printed content hash is the image's tag. The same commit always produces the same bytes.
"""

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path

from scripts.bundling import bundle, imports
from scripts.bundling.requirements import requirements
from shared.runtime import manifest

DOCKERFILE = Path("scripts/release/migrate.Dockerfile")
JOB = ("scripts/__init__.py", "scripts/release/__init__.py", "scripts/release/migrate_job.py")
CODE = ("shared/**/*.py", *JOB)


def contents() -> dict[str, bytes]:
    """Return the files of the image's build context by path, sorted."""
    files = {path.relative_to(imports.ROOT).as_posix(): path.read_bytes() for path in _code()}
    files["Dockerfile"] = (imports.ROOT / DOCKERFILE).read_bytes()
    files["requirements.txt"] = requirements({"sql", "migrate"}).encode()
    return dict(sorted(files.items()))


def _code() -> Iterator[Path]:
    for pattern in CODE:
        yield from imports.ROOT.glob(pattern)
    for function in manifest.discover([imports.ROOT]).values():
        yield function.folder / manifest.FILE


def main() -> None:
    """Stage the build context and print its content hash."""
    parser = argparse.ArgumentParser(description="Stage the build of the migrate job's image.")
    parser.add_argument("--into", type=Path, default=bundle.BUILD / "migrate", help="target folder")
    into = parser.parse_args().into
    files = contents()
    shutil.rmtree(into, ignore_errors=True)
    for name, content in files.items():
        path = into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    print(bundle.content_hash(files))


if __name__ == "__main__":
    main()
