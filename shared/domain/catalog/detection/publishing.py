"""Builds the detection lists and publishes them as files in the public bucket.

A file's name contains its hash. Each file is registered as unused before it is written. A single
transaction then puts all files of a build into use. A builder may be killed at any point. Files
that a killed builder leaves behind are deleted like other unused files.
"""

import gzip
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, get_args

from pydantic import BaseModel
from sqlalchemy import Connection, Row, delete, func, select, update

from shared.domain.catalog import versioning
from shared.domain.catalog.detection import lists as detection
from shared.domain.catalog.detection.lists import ListedProgram
from shared.domain.programs import Os
from shared.runtime import clock, errors, objects, sql
from shared.schema.catalog import game_executables, game_stores, games
from shared.schema.detection import detection_builds, detection_files

DELTA_BASES = 10
"""The number of earlier lists that have a delta to the newest one."""

UNUSED_LIFETIME = timedelta(days=1)
"""Responses are cached for 65 seconds, but a slow client may download their files much later."""

MAX_DELETED_PER_RUN = 100
DISCORD = "discord"
"""Stores left out of the lists: no disk contains their ids, and they would double the size."""

_file, _build = detection_files.c, detection_builds.c


class DetectionList(BaseModel):
    """The files of the newest list: the whole list, and a delta from the client's version if any.

    Hashes are SHA-256 of the uncompressed JSON; sizes are the compressed bytes.
    """

    version: int
    url: str
    sha256: str
    size: int
    delta_url: str | None = None
    delta_sha256: str | None = None
    delta_size: int | None = None


@dataclass(frozen=True)
class _File:
    """A whole list if `from_version` is 0, otherwise the delta from that version."""

    os: Os
    version: int
    from_version: int
    content: bytes

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.content, mtime=0)

    @cached_property
    def row(self) -> dict[str, Any]:
        sha256 = detection.digest(self.content)
        return {
            "name": f"detection/{self.os}/{sha256}.json",
            "os": self.os,
            "version": self.version,
            "from_version": self.from_version,
            "sha256": sha256,
            "size": len(self.compressed),
        }


def current_version(conn: Connection) -> int:
    """Return the catalog version that the lists were built from, or 0 before the first build."""
    return conn.scalar(select(_build.catalog_version).where(_build.only == 1)) or 0


def list_current(conn: Connection, os: Os) -> dict[int, DetectionList]:
    """Return the responses by the client's list version; 0 stands for any other version or none.

    Raises Unavailable before the first build.
    """
    rows = _files_in_use(conn, os)
    if not rows:
        raise errors.Unavailable("no list has been built yet")
    newest, *_ = rows
    full: dict[str, Any] = {
        "version": newest.version,
        "url": objects.public_url(newest.name),
        "sha256": newest.sha256,
        "size": newest.size,
    }
    responses = {0: DetectionList(**full)}
    for row in rows:
        if row.from_version and row.version == newest.version:
            url = objects.public_url(row.name)
            delta = {"delta_url": url, "delta_sha256": row.sha256, "delta_size": row.size}
            responses[row.from_version] = DetectionList(**full, **delta)
    return responses


def _files_in_use(conn: Connection, os: Os) -> list[Row[Any]]:
    """Return the files in use, newest list first."""
    rows = select(detection_files).where(_file.os == os, _file.unused_since.is_(None))
    return list(conn.execute(rows.order_by(_file.version.desc(), _file.from_version)))


def publish() -> int:
    """Publish the lists that have changed; return the number of new files.

    Raises Unavailable if a store is unavailable; the next call completes the build.
    """
    # Read the version first, so that the next build picks up changes made during this one.
    version = sql.read(versioning.current)
    built = sql.read(current_version)
    if version <= built:
        return 0
    lists = sql.read(_lists)
    files = [file for os, content in lists.items() for file in _files(os, version, content)]
    sql.transact(lambda tx: _register(tx, files))
    for file in files:
        objects.put(
            "public",
            file.row["name"],
            file.compressed,
            content_type="application/json",
            content_encoding="gzip",
            immutable=True,
        )
    return sql.transact(lambda tx: _publish(tx, built, version, files))


def _lists(conn: Connection) -> dict[Os, bytes]:
    """Return the current list for each operating system; a merged game counts as its survivor."""
    listed: dict[str, list[ListedProgram]] = {os: [] for os in get_args(Os)}
    game = func.coalesce(games.c.merged_into, games.c.game_id)
    executable = game_executables.c
    programs = select(executable.os, executable.suffix, game, executable.is_launcher).join(games)
    for os, suffix, game_id, is_launcher in conn.execute(programs):
        if os in listed:
            listed[os].append(ListedProgram(suffix, str(game_id), is_launcher))
    stores: defaultdict[str, set[str]] = defaultdict(set)
    ids = select(game, game_stores.c.store, game_stores.c.store_id).join_from(game_stores, games)
    for game_id, store, store_id in conn.execute(ids.where(game_stores.c.store != DISCORD)):
        stores[str(game_id)].add(f"{store}:{store_id}")
    return {os: detection.compile_list(os, listed[os], stores) for os in get_args(Os)}


def _files(os: Os, version: int, content: bytes) -> Iterator[_File]:
    """If the list changed, yield the new list and the deltas from earlier lists."""
    new = _File(os, version, 0, content)
    rows = sql.read(lambda conn: _files_in_use(conn, os))
    lists = [row for row in rows if row.from_version == 0]
    if lists and lists[0].sha256 == new.row["sha256"]:
        return
    yield new
    for row in lists[:DELTA_BASES]:
        old = _content(row.name) if row.sha256 != new.row["sha256"] else None
        if old is not None:
            delta = _File(os, version, row.version, detection.delta(old, content))
            if len(delta.compressed) < len(new.compressed):
                yield delta


def _content(name: str) -> bytes | None:
    try:
        return gzip.decompress(b"".join(objects.stream("public", name)))
    except errors.NotFound:
        return None


def _register(tx: Connection, files: Iterable[_File]) -> None:
    """Register files before they are written; files not yet in use are marked as unused."""
    rows = [{**file.row, "unused_since": clock.now()} for file in files]
    now = sql.new_values("unused_since")["unused_since"]
    unless_in_use = {"unused_since": func.if_(_file.unused_since.is_(None), None, now)}
    sql.upsert(tx, detection_files, rows, unless_in_use)


def _publish(tx: Connection, built: int, version: int, files: list[_File]) -> int:
    """Put these files into use; return their number, or 0 if another builder finished first.

    built: the version that this build started from.
    """
    now = clock.now()
    sql.insert_ignore(tx, detection_builds, [{"only": 1, "catalog_version": 0, "built_at": now}])
    locked = select(_build.catalog_version).where(_build.only == 1).with_for_update()
    if tx.scalar(locked) != built:
        return 0
    rows = [{**file.row, "unused_since": None} for file in files]
    sql.upsert(tx, detection_files, rows, ["version", "from_version", "unused_since"])
    for os in {file.os for file in files}:
        _retire(tx, os)
    values: Mapping[str, Any] = {"catalog_version": version, "built_at": now}
    tx.execute(update(detection_builds).where(_build.only == 1).values(**values))
    return len(files)


def _retire(tx: Connection, os: Os) -> None:
    """Mark as unused the lists that no new delta starts from, and the deltas to older lists."""
    rows = _files_in_use(tx, os)
    lists = [row for row in rows if row.from_version == 0]
    deltas = [row for row in rows if row.from_version and row.version < lists[0].version]
    names = [row.name for row in (*lists[DELTA_BASES:], *deltas)]
    if names:
        tx.execute(
            update(detection_files).where(_file.name.in_(names)).values(unused_since=clock.now())
        )


def delete_unused() -> int:
    """Delete files that have been unused for a day; return the number of deleted files."""

    def work(tx: Connection) -> int:
        is_expired = _file.unused_since < clock.now() - UNUSED_LIFETIME
        expired = select(_file.name).where(is_expired).order_by(_file.unused_since)
        # Lock the rows, so that a builder that needs such a file again waits and then rewrites it.
        names = tx.scalars(expired.limit(MAX_DELETED_PER_RUN).with_for_update()).all()
        for name in names:
            objects.delete("public", name)
        if names:
            tx.execute(delete(detection_files).where(_file.name.in_(names)))
        return len(names)

    return sql.transact(work)
