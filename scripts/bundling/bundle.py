"""Stages bundles: `python -m scripts.bundling.bundle [NAME …]` writes build/<name>/.

A bundle contains the entry file, its validated manifest as JSON, the modules of `shared` that it
imports, and the requirements of its stores. The same commit always produces the same bytes, so the
hash in build/<name>.sha256 changes only when the function changes.
"""

import argparse
import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from scripts.bundling import imports
from scripts.bundling.requirements import extras, requirements
from shared.runtime import manifest, own_manifest
from shared.runtime.manifest import Manifest

BUILD = imports.ROOT / "build"
FILE_TIME = 315_619_200
"""The timestamp of every staged file: 1980-01-02 UTC, near the earliest that zip supports."""


def stage(functions: Iterable[Manifest], into: Path = BUILD) -> dict[str, str]:
    """Stage the functions under `into`; return their content hashes by name."""
    return {function.name: _stage(function, into) for function in functions}


def _stage(function: Manifest, into: Path) -> str:
    files = contents(function)
    fresh, folder = into / f".{function.name}", into / function.name
    shutil.rmtree(fresh, ignore_errors=True)
    for name, content in files.items():
        path = fresh / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o644)
        os.utime(path, (FILE_TIME, FILE_TIME))
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    digest = content_hash(files)
    (into / f"{function.name}.sha256").write_text(digest + "\n", encoding="ascii")
    return digest


def contents(function: Manifest) -> dict[str, bytes]:
    """Return the bundle's files by path, sorted."""
    files = {
        "main.py": function.source.read_bytes(),
        own_manifest.FILE: function.model_dump_json(exclude={"folder"}).encode(),
        "requirements.txt": requirements(extras(function)).encode(),
    }
    for module in imports.closure(function.source):
        source = imports.file_of(module)
        files[source.relative_to(imports.ROOT).as_posix()] = source.read_bytes()
    return dict(sorted(files.items()))


def content_hash(files: dict[str, bytes]) -> str:
    """Return the SHA-256 of a bundle's file names and contents."""
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def main() -> None:
    """Stage all functions, or those named on the command line."""
    parser = argparse.ArgumentParser(description="Stage functions as they are deployed.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="functions (default: all)")
    parser.add_argument("--into", type=Path, default=BUILD, help="output folder (default: build)")
    parser.add_argument("--root", type=Path, action="append", help="extra folder with functions")
    options = parser.parse_args()
    known = manifest.discover([imports.ROOT, *(options.root or [])])
    if unknown := sorted(set(options.names) - set(known)):
        parser.error(f"no function is named {', '.join(unknown)}; known: {', '.join(known)}")
    wanted = [known[name] for name in options.names or known]
    for name, digest in stage(wanted, options.into).items():
        print(f"{digest}  {name}")


if __name__ == "__main__":
    main()
