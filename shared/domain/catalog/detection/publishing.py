"""Building and publishing the lists for detecting games locally, as files in the public bucket.

A file is named by its content and registered as unused before it is written; one transaction makes
the files of a build those that answers name. So a builder may die anywhere: what it left behind
is deleted like any file whose time is over.
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
from shared.domain.catalog.detection.lists import Listed
from shared.domain.programs import Os
from shared.runtime import clock, errors, objects, sql
from shared.schema.catalog import game_executables, game_stores, games
from shared.schema.detection import detection_builds, detection_files

BASES = 10
"""So many earlier lists have a delta to the newest."""

KEPT = timedelta(days=1)
"""An answer is kept 65 seconds; a client may read what it names much later, on a bad line."""

DELETED_A_RUN = 100
DISCORD = "discord"
"""No store: a client cannot read it from a disk, and it would double the list."""

_file, _build = detection_files.c, detection_builds.c


class DetectionList(BaseModel):
    """Where the newest list is, and how to come to it from an older one.

    The hashes are SHA-256 of the JSON, unpacked; the sizes are what is transferred, packed.
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
    """A list, or what leads to it from the list of `from_version`."""

    os: Os
    version: int
    from_version: int
    content: bytes

    @cached_property
    def packed(self) -> bytes:
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
            "size": len(self.packed),
        }


def current_version(conn: Connection) -> int:
    """Return the catalog's version that the lists stand for; 0 before there is any."""
    return conn.scalar(select(_build.catalog_version).where(_build.only == 1)) or 0


def list_current(conn: Connection, os: Os) -> dict[int, DetectionList]:
    """Return what to answer, by the version that a client has; 0: any other, or none."""
    rows = _used(conn, os)
    if not rows:
        raise errors.Unavailable("no list has been built yet")
    newest, *_ = rows
    whole: dict[str, Any] = {
        "version": newest.version,
        "url": objects.public_url(newest.name),
        "sha256": newest.sha256,
        "size": newest.size,
    }
    found = {0: DetectionList(**whole)}
    for row in rows:
        if row.from_version and row.version == newest.version:
            url = objects.public_url(row.name)
            way = {"delta_url": url, "delta_sha256": row.sha256, "delta_size": row.size}
            found[row.from_version] = DetectionList(**whole, **way)
    return found


def _used(conn: Connection, os: Os) -> list[Row[Any]]:
    """Return the files in use, the newest list first."""
    rows = select(detection_files).where(_file.os == os, _file.unused_since.is_(None))
    return list(conn.execute(rows.order_by(_file.version.desc(), _file.from_version)))


def publish() -> int:
    """Publish the lists that have changed with the catalog; return how many files are new.

    Raises Unavailable; whatever was done by then, the next call does the rest.
    """
    # Read first: what changes meanwhile has another version, and is found by the next build.
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
            file.packed,
            content_type="application/json",
            content_encoding="gzip",
            immutable=True,
        )
    return sql.transact(lambda tx: _publish(tx, built, version, files))


def _lists(conn: Connection) -> dict[Os, bytes]:
    """Return the list of each system as the catalog is now; a merged game counts as its target."""
    listed: dict[str, list[Listed]] = {os: [] for os in get_args(Os)}
    game = func.coalesce(games.c.merged_into, games.c.game_id)
    seen = game_executables.c
    programs = select(seen.os, seen.suffix, game, seen.is_launcher).join(games)
    for os, suffix, game_id, is_launcher in conn.execute(programs):
        if os in listed:
            listed[os].append(Listed(suffix, str(game_id), is_launcher))
    stores: defaultdict[str, set[str]] = defaultdict(set)
    ids = select(game, game_stores.c.store, game_stores.c.store_id).join_from(game_stores, games)
    for game_id, store, store_id in conn.execute(ids.where(game_stores.c.store != DISCORD)):
        stores[str(game_id)].add(f"{store}:{store_id}")
    return {os: detection.compile_list(os, listed[os], stores) for os in get_args(Os)}


def _files(os: Os, version: int, content: bytes) -> Iterator[_File]:
    """Yield the files of a list that is new: itself, and the ways to it from earlier ones."""
    new = _File(os, version, 0, content)
    lists = [row for row in sql.read(lambda conn: _used(conn, os)) if row.from_version == 0]
    if lists and lists[0].sha256 == new.row["sha256"]:
        return
    yield new
    for row in lists[:BASES]:
        old = _content(row.name) if row.sha256 != new.row["sha256"] else None
        if old is not None:
            way = _File(os, version, row.version, detection.delta(old, content))
            if len(way.packed) < len(new.packed):
                yield way


def _content(name: str) -> bytes | None:
    try:
        return gzip.decompress(b"".join(objects.stream("public", name)))
    except errors.NotFound:
        return None


def _register(tx: Connection, files: Iterable[_File]) -> None:
    """Note the files that are about to be written; those in use stay so."""
    rows = [{**file.row, "unused_since": clock.now()} for file in files]
    again = sql.new_values("unused_since")["unused_since"]
    still = {"unused_since": func.if_(_file.unused_since.is_(None), None, again)}
    sql.upsert(tx, detection_files, rows, still)


def _publish(tx: Connection, built: int, version: int, files: list[_File]) -> int:
    """Have answers name these files, unless another builder came first."""
    now = clock.now()
    sql.insert_ignore(tx, detection_builds, [{"only": 1, "catalog_version": 0, "built_at": now}])
    locked = select(_build.catalog_version).where(_build.only == 1).with_for_update()
    if tx.scalar(locked) != built:
        return 0
    rows = [{**file.row, "unused_since": None} for file in files]
    sql.upsert(tx, detection_files, rows, ["version", "from_version", "unused_since"])
    for os in {file.os for file in files}:
        _retire(tx, os)
    is_built: Mapping[str, Any] = {"catalog_version": version, "built_at": now}
    tx.execute(update(detection_builds).where(_build.only == 1).values(**is_built))
    return len(files)


def _retire(tx: Connection, os: Os) -> None:
    """Begin the end of what no answer names any more and no next delta can start from."""
    rows = _used(tx, os)
    lists = [row for row in rows if row.from_version == 0]
    ways = [row for row in rows if row.from_version and row.version < lists[0].version]
    names = [row.name for row in (*lists[BASES:], *ways)]
    if names:
        tx.execute(
            update(detection_files).where(_file.name.in_(names)).values(unused_since=clock.now())
        )


def delete_unused() -> int:
    """Delete files whose time is over; return how many."""

    def work(tx: Connection) -> int:
        over = _file.unused_since < clock.now() - KEPT
        ended = select(_file.name).where(over).order_by(_file.unused_since).limit(DELETED_A_RUN)
        # Locked until they are gone: a builder that comes back to such a list waits, and writes it.
        names = tx.scalars(ended.with_for_update()).all()
        for name in names:
            objects.delete("public", name)
        if names:
            tx.execute(delete(detection_files).where(_file.name.in_(names)))
        return len(names)

    return sql.transact(work)
