"""`import`: send a list of games to a deployment, part by part."""

import argparse
import gzip
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from emulators.cloud.config import CloudError, state_folder
from emulators.commands import Subparsers
from ops.commands import call, connect
from shared.domain.catalog.imports import records as game_lists
from shared.domain.catalog.imports.importing import ImportReport
from shared.domain.catalog.imports.records import Placed

PART_BYTES = 1 << 20
HELP = "Import games from JSON lines or Discord's array (also .gz); again changes nothing."


class Part(NamedTuple):
    """Some records of a list as JSON lines."""

    first: int
    last: int
    text: bytes


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `import`."""
    parser = subparsers.add_parser("import", help=HELP, description=HELP)
    parser.add_argument("file", type=Path)
    parser.add_argument("--url", help="base address of another deployment")
    parser.add_argument("--token", help="an admin's ID token (SAVEPOINT_TOKEN)")
    parser.add_argument("--state", type=Path, default=state_folder(), help="%(default)s")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Send the file and print the report; 1 when a record was rejected."""
    outcome, import_id = ImportReport(), str(uuid.uuid4())
    try:
        with (
            connect(options.state, options.url, options.token) as client,
            options.file.open("rb") as raw,
            Console(stderr=True).status("Importing games") as status,
        ):
            read = gzip.GzipFile(fileobj=raw).read if options.file.suffix == ".gz" else raw.read
            for part in parts(game_lists.read(read)):
                where = {"import_id": import_id, "first": part.first, "format": "lines"}
                packed, headers = gzip.compress(part.text, 1), {"Content-Encoding": "gzip"}
                said = call(
                    client, "POST", "imports", params=where, content=packed, headers=headers
                )
                outcome.add(ImportReport.model_validate(said))
                status.update(f"Importing games: {part.last}")
    except (OSError, EOFError) as error:
        raise CloudError(f"{options.file} cannot be read: {error}") from None
    return _report(outcome)


def parts(records: Iterable[Placed]) -> Iterator[Part]:
    """Cut a list into parts; a line without a record stays one, so that positions hold."""
    first, last, text = 1, 0, bytearray()
    for position, record in records:
        if len(text) >= PART_BYTES:
            yield Part(first, last, bytes(text))
            first, last, text = position, position - 1, bytearray()
        text += b"\n" * (position - last - 1) + record.replace(b"\n", b" ") + b"\n"
        last = position
    if text:
        yield Part(first, last, bytes(text))


def _report(outcome: ImportReport) -> int:
    for one in outcome.rejected:
        print(f"{one.position}: {one.reason}")
    if outcome.rejected_count > len(outcome.rejected):
        print(f"… and {outcome.rejected_count - len(outcome.rejected)} more")
    print(
        f"{outcome.created} created, {outcome.updated} updated, {outcome.merged} merged, "
        f"{outcome.unchanged} unchanged, {outcome.rejected_count} rejected"
    )
    return 1 if outcome.rejected_count else 0
