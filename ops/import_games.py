"""`import`: sends a list of games to a deployment in parts."""

import argparse
import gzip
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
from rich.console import Console

from ops.arguments import Subparsers, add_action
from ops.client import call
from ops.errors import OpsError
from shared.domain.catalog.imports import records as game_lists
from shared.domain.catalog.imports.importing import ImportReport
from shared.domain.catalog.imports.records import RawRecord

PART_BYTES = 1 << 20
HELP = "Import games from JSON lines or Discord's JSON array, plain or gzipped; safe to repeat."


class Part(NamedTuple):
    """One part of a list of records, in JSON Lines format."""

    first: int
    last: int
    text: bytes


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `import`."""
    add_action(subparsers, "import", HELP, run).add_argument("file", type=Path)


def run(options: argparse.Namespace, client: httpx.Client) -> int:
    """Send the file and print the report; return 1 if a record was rejected."""
    report, import_id = ImportReport(), str(uuid.uuid4())
    try:
        with (
            options.file.open("rb") as raw,
            Console(stderr=True).status("Importing games") as status,
        ):
            read = gzip.GzipFile(fileobj=raw).read if options.file.suffix == ".gz" else raw.read
            for part in parts(game_lists.read(read)):
                report.add(_send(client, import_id, part))
                status.update(f"Importing games: {part.last}")
    except (OSError, EOFError) as error:
        raise OpsError(f"{options.file} cannot be read: {error}") from None
    return _print(report)


def _send(client: httpx.Client, import_id: str, part: Part) -> ImportReport:
    params = {"import_id": import_id, "first": part.first, "format": "lines"}
    content, headers = gzip.compress(part.text, 1), {"Content-Encoding": "gzip"}
    result = call(client, "POST", "imports", params=params, content=content, headers=headers)
    return ImportReport.model_validate(result)


def parts(records: Iterable[RawRecord]) -> Iterator[Part]:
    """Split a list into parts.

    A line without a record becomes an empty line, so that line numbers are preserved.
    """
    first, last, text = 1, 0, bytearray()
    for position, record in records:
        if len(text) >= PART_BYTES:
            yield Part(first, last, bytes(text))
            first, last, text = position, position - 1, bytearray()
        text += b"\n" * (position - last - 1) + record.replace(b"\n", b" ") + b"\n"
        last = position
    if text:
        yield Part(first, last, bytes(text))


def _print(report: ImportReport) -> int:
    for one in report.rejected:
        print(f"{one.position}: {one.reason}")
    if report.rejected_count > len(report.rejected):
        print(f"… and {report.rejected_count - len(report.rejected)} more")
    print(
        f"{report.created} created, {report.updated} updated, {report.merged} merged, "
        f"{report.unchanged} unchanged, {report.rejected_count} rejected"
    )
    return 1 if report.rejected_count else 0
