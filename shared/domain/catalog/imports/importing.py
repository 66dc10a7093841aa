"""Imports a list of games; importing it again changes nothing.

An import only adds: it never deletes facts that came from another list or an operator
(docs/adr/0018). `candidates` finds the game that a record belongs to. Invalid records are rejected,
and the others are imported. Each batch is one transaction, which increments the catalog version if
a game changed.
"""

import gzip
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import DataError, IntegrityError

from shared.domain import audit
from shared.domain.catalog import facts, versioning
from shared.domain.catalog.facts import Facts, Record
from shared.domain.catalog.imports import candidates
from shared.domain.catalog.imports import records as game_lists
from shared.domain.catalog.imports.candidates import Ambiguous, Candidates, ImportRun, ParsedRecord
from shared.domain.catalog.imports.records import RawRecord
from shared.domain.catalog.search import index
from shared.domain.text import title_key
from shared.runtime import clock, sql
from shared.schema.catalog import games

BATCH_SIZE = 300
MAX_LISTED_REJECTIONS = 100

Progress = Callable[[int], None]


class RejectedRecord(BaseModel):
    """A record that was not imported, and why.

    position: the line number or the index in the array, from 1.
    """

    position: int
    reason: str


class ImportReport(BaseModel):
    """The number of records by outcome; `rejected` lists only the first hundred.

    merged: records that were matched by an id and added facts to a game with a different title.
    """

    created: int = 0
    updated: int = 0
    merged: int = 0
    unchanged: int = 0
    rejected_count: int = 0
    rejected: list[RejectedRecord] = []

    @property
    def changed(self) -> int:
        """The number of records that created or changed a game."""
        return self.created + self.updated + self.merged

    @property
    def seen(self) -> int:
        """The number of records processed."""
        return self.changed + self.unchanged + self.rejected_count

    def reject(self, position: int, reason: str) -> None:
        """Count a rejected record, and add the record to the list unless the list is full."""
        self.rejected_count += 1
        if len(self.rejected) < MAX_LISTED_REJECTIONS:
            self.rejected.append(RejectedRecord(position=position, reason=reason))

    def add(self, other: "ImportReport") -> None:
        """Add the outcomes of another part of the import."""
        self.created += other.created
        self.updated += other.updated
        self.merged += other.merged
        self.unchanged += other.unchanged
        self.rejected_count += other.rejected_count
        self.rejected = (self.rejected + other.rejected)[:MAX_LISTED_REJECTIONS]


def import_file(path: Path, progress: Progress | None = None) -> ImportReport:
    """Import a file of JSON lines or of one array; decompress it if its name ends in .gz."""
    with path.open("rb") as raw:
        stream = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw
        return import_records(game_lists.read(stream.read), ImportRun(), progress)


def import_games(lines: Iterable[bytes], progress: Progress | None = None) -> ImportReport:
    """Import JSON lines."""
    return import_records(map(RawRecord._make, enumerate(lines, start=1)), ImportRun(), progress)


def import_records(
    records: Iterable[RawRecord],
    run: ImportRun,
    progress: Progress | None = None,
    actor: str | None = None,
) -> ImportReport:
    """Import records and return the report.

    progress: called after each batch with the number of records processed so far. actor: the uid
    for the audit log; without an actor, nothing is written to the audit log.
    """
    report = ImportReport()
    for batch in _batches(_parse(records, report)):
        _store(batch, run, report, actor)
        if progress is not None:
            progress(report.seen)
    return report


def _parse(records: Iterable[RawRecord], report: ImportReport) -> Iterator[ParsedRecord]:
    """Yield the valid records; reject the others."""
    for position, text in records:
        if not text.strip():
            continue
        if len(text) > game_lists.MAX_BYTES:
            report.reject(position, f"the record is larger than {game_lists.MAX_BYTES} bytes")
            continue
        try:
            record = Record.model_validate_json(text)
        except ValidationError as error:
            report.reject(position, _reason(error))
            continue
        key = title_key(record.title)
        if key:
            yield ParsedRecord(position, record.title, key, facts.from_record(record))
        else:
            report.reject(position, "the title contains only spaces and trademark signs")


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]


def _batches(records: Iterable[ParsedRecord]) -> Iterator[list[ParsedRecord]]:
    batch: list[ParsedRecord] = []
    for record in records:
        batch.append(record)
        if len(batch) == BATCH_SIZE:
            yield batch
            batch = []
    if batch:
        yield batch


def _store(
    batch: Sequence[ParsedRecord], run: ImportRun, report: ImportReport, actor: str | None
) -> None:
    """Store a batch; if the database rejects it, store each record alone to find the cause."""
    try:
        batch_report, claims = sql.transact(lambda tx: _write(tx, batch, run, actor))
    except (DataError, IntegrityError) as error:
        if len(batch) > 1:
            for record in batch:
                _store([record], run, report, actor)
        else:
            report.reject(batch[0].position, f"the database rejected the record: {error.orig}")
    else:
        report.add(batch_report)
        run.claims = claims


def _write(
    tx: Connection, batch: Sequence[ParsedRecord], run: ImportRun, actor: str | None
) -> tuple[ImportReport, dict[int, int]]:
    """Write a batch; return its report and all of the import's claims so far."""
    versioning.lock(tx)
    report = ImportReport()
    games_ = candidates.load(tx, run, batch)
    new, matches, added = _match(batch, games_, report)
    ids = _create(tx, new)
    for record in new:
        game_id = ids[record.key]
        games_.claim(record, game_id)
        matches.append((game_id, record))
        added[game_id] = record.facts
    facts.write(tx, added)
    changed = added.keys() - ids.values()
    if changed:
        facts.bump_revisions(tx, changed, clock.now())
    candidates.save_claims(tx, run, matches)
    # Index all matched games, not only the changed ones, to repair missing index entries.
    if index.update(tx, [game_id for game_id, _ in matches]) or added:
        versioning.bump(tx)
    if actor is not None and added:
        positions = f"{batch[0].position}-{batch[-1].position}"
        audit.record(tx, actor, "games.import", positions, report.model_dump(mode="json"))
    return report, games_.claims


def _match(
    batch: Sequence[ParsedRecord], games_: Candidates, report: ImportReport
) -> tuple[list[ParsedRecord], list[tuple[int, ParsedRecord]], dict[int, Facts]]:
    """Return the records of new games, the records of existing games, and the facts to add."""
    new: dict[str, ParsedRecord] = {}
    matches: list[tuple[int, ParsedRecord]] = []
    added: dict[int, Facts] = {}
    for record in batch:
        try:
            game_id, has_other_title = games_.find(record)
            if game_id is None and record.key in new:
                raise Ambiguous(f"duplicate of record {new[record.key].position}")  # noqa: TRY301
        except Ambiguous as error:
            report.reject(record.position, str(error))
            continue
        if game_id is None:
            new[record.key] = record
            report.created += 1
            continue
        games_.claim(record, game_id)
        matches.append((game_id, record))
        additions = record.facts.additions_to(games_.facts[game_id])
        if not additions:
            report.unchanged += 1
            continue
        added[game_id] = additions
        report.merged += has_other_title
        report.updated += not has_other_title
    return list(new.values()), matches, added


def _create(tx: Connection, new: Sequence[ParsedRecord]) -> dict[str, int]:
    """Create games; return their ids by title key."""
    if not new:
        return {}
    now = clock.now()
    rows = [
        {"title": record.title, "import_key": record.key, "revision": 1, "updated_at": now}
        for record in new
    ]
    tx.execute(insert(games), rows)
    query = select(games.c.import_key, games.c.game_id).where(
        games.c.import_key.in_([record.key for record in new])
    )
    return {row.import_key: row.game_id for row in tx.execute(query)}
