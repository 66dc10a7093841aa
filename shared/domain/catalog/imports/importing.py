"""Importing games: a list in, rows out; running it again changes nothing.

An import only adds: what a record does not say stays, since another list or an operator said it
(docs/adr/0018). `record_games` finds whose game a record is. A broken record is rejected and the
rest goes on. One transaction holds some hundred records and lifts the catalog's version when it
changed one, so every instance sees whole records only.
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
from shared.domain.catalog.imports.candidates import Ambiguous, Candidates, ImportRun, Line
from shared.domain.catalog.imports.records import Placed
from shared.domain.catalog.search import index
from shared.domain.text import title_key
from shared.runtime import clock, sql
from shared.schema.catalog import games

GAMES_A_TRANSACTION = 300
SHOWN_REJECTIONS = 100

Progress = Callable[[int], None]


class RejectedRecord(BaseModel):
    """A record that was not imported: its line, or its number in the array, from 1, and why."""

    position: int
    reason: str


class ImportReport(BaseModel):
    """What an import did; `rejected` lists the first hundred of `rejected_count`.

    merged: records that added to a game of another title, found by an id.
    """

    created: int = 0
    updated: int = 0
    merged: int = 0
    unchanged: int = 0
    rejected_count: int = 0
    rejected: list[RejectedRecord] = []

    @property
    def changed(self) -> int:
        """How many games were made or added to."""
        return self.created + self.updated + self.merged

    @property
    def seen(self) -> int:
        """How many records were looked at."""
        return self.changed + self.unchanged + self.rejected_count

    def reject(self, position: int, reason: str) -> None:
        """Note a record that was not imported."""
        self.rejected_count += 1
        if len(self.rejected) < SHOWN_REJECTIONS:
            self.rejected.append(RejectedRecord(position=position, reason=reason))

    def add(self, other: "ImportReport") -> None:
        """Take in what another part of the import did."""
        self.created += other.created
        self.updated += other.updated
        self.merged += other.merged
        self.unchanged += other.unchanged
        self.rejected_count += other.rejected_count
        self.rejected = (self.rejected + other.rejected)[:SHOWN_REJECTIONS]


def import_file(path: Path, progress: Progress | None = None) -> ImportReport:
    """Import a file of JSON lines or of one array, packed by gzip when its name ends in .gz."""
    with path.open("rb") as raw:
        stream = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw
        return import_records(game_lists.read(stream.read), ImportRun(), progress)


def import_games(lines: Iterable[bytes], progress: Progress | None = None) -> ImportReport:
    """Import JSON lines."""
    return import_records(map(Placed._make, enumerate(lines, start=1)), ImportRun(), progress)


def import_records(
    records: Iterable[Placed],
    run: ImportRun,
    progress: Progress | None = None,
    actor: str | None = None,
) -> ImportReport:
    """Import records; `progress` is told the number of records done after each transaction.

    actor: the operator who is noted in the audit.
    """
    outcome = ImportReport()
    for batch in _batches(_screened(records, outcome)):
        _store(batch, run, outcome, actor)
        if progress is not None:
            progress(outcome.seen)
    return outcome


def _screened(records: Iterable[Placed], outcome: ImportReport) -> Iterator[Line]:
    for position, text in records:
        if not text.strip():
            continue
        if len(text) > game_lists.MOST_BYTES:
            outcome.reject(position, f"a record may have {game_lists.MOST_BYTES} bytes")
            continue
        try:
            record = Record.model_validate_json(text)
        except ValidationError as error:
            outcome.reject(position, _reason(error))
            continue
        key = title_key(record.title)
        if key:
            yield Line(position, record.title, key, facts.of_record(record))
        else:
            outcome.reject(position, "the title holds no character that counts")


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    batch: list[Line] = []
    for line in lines:
        batch.append(line)
        if len(batch) == GAMES_A_TRANSACTION:
            yield batch
            batch = []
    if batch:
        yield batch


def _store(batch: Sequence[Line], run: ImportRun, outcome: ImportReport, actor: str | None) -> None:
    """Store a batch; when the database refuses a value, each record alone, to find which."""
    try:
        done, taken = sql.transact(lambda tx: _write(tx, batch, run, actor))
    except (DataError, IntegrityError) as error:
        if len(batch) > 1:
            for line in batch:
                _store([line], run, outcome, actor)
        else:
            outcome.reject(batch[0].position, f"the database refused it: {error.orig}")
    else:
        outcome.add(done)
        run.taken = taken


def _write(
    tx: Connection, batch: Sequence[Line], run: ImportRun, actor: str | None
) -> tuple[ImportReport, dict[int, int]]:
    """Write a batch; return what it did, and which games the import took by now."""
    versioning.lock(tx)
    outcome = ImportReport()
    found = candidates.candidates(tx, run, batch)
    new, took, added = _sorted(batch, found, outcome)
    ids = _create(tx, new)
    for line in new:
        found.take(line, ids[line.key])
        took.append((ids[line.key], line))
        added[ids[line.key]] = line.facts
    facts.write(tx, added)
    changed = added.keys() - ids.values()
    if changed:
        facts.touch(tx, changed, clock.now())
    candidates.remember(tx, run, took)
    # Of all, not only of those that differ: what was never indexed heals.
    if index.update(tx, [game_id for game_id, _ in took]) or added:
        versioning.bump(tx)
    if actor is not None and added:
        where = f"{batch[0].position}-{batch[-1].position}"
        audit.record(tx, actor, "games.import", where, outcome.model_dump(mode="json"))
    return outcome, found.taken


def _sorted(
    batch: Sequence[Line], found: Candidates, outcome: ImportReport
) -> tuple[list[Line], list[tuple[int, Line]], dict[int, Facts]]:
    """Return the records that are new games, those that found one, and what they add to it."""
    new: dict[str, Line] = {}
    took: list[tuple[int, Line]] = []
    added: dict[int, Facts] = {}
    for line in batch:
        try:
            game_id, elsewhere = found.game_of(line)
            if game_id is None and line.key in new:
                raise Ambiguous(f"the same title as at {new[line.key].position}")  # noqa: TRY301
        except Ambiguous as conflict:
            outcome.reject(line.position, str(conflict))
            continue
        if game_id is None:
            new[line.key] = line
            outcome.created += 1
            continue
        found.take(line, game_id)
        took.append((game_id, line))
        more = line.facts.beyond(found.known[game_id])
        if not more:
            outcome.unchanged += 1
            continue
        added[game_id] = more
        outcome.merged += elsewhere
        outcome.updated += not elsewhere
    return list(new.values()), took, added


def _create(tx: Connection, new: Sequence[Line]) -> dict[str, int]:
    """Make games; return their ids by key."""
    if not new:
        return {}
    now = clock.now()
    rows = [
        {"title": line.title, "import_key": line.key, "revision": 1, "updated_at": now}
        for line in new
    ]
    tx.execute(insert(games), rows)
    found = select(games.c.import_key, games.c.game_id).where(
        games.c.import_key.in_([line.key for line in new])
    )
    return {row.import_key: row.game_id for row in tx.execute(found)}
