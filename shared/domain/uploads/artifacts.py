"""Turns an upload into an immutable artifact.

An upload's URL accepts new content until it expires. The upload is therefore copied to a key that
is never presigned for writing, and the copy is hashed and stored.
"""

import hashlib
import uuid
from typing import NamedTuple

from shared.domain.uploads import incoming
from shared.domain.uploads.incoming import Rejected
from shared.runtime import errors, objects

MAX_BYTES = 4_000_000_000
"""Less than the 5 GB that an object store can copy in one request."""


class Artifact(NamedTuple):
    """A file's size in bytes and SHA-256 in hex, computed from its content."""

    size: int
    sha256: str


def key(sha256: str) -> str:
    """Return the object key of the artifact with this hash."""
    return f"artifacts/{sha256}"


def store(upload_id: str, size: int | None, sha256: str | None) -> Artifact:
    """Store an upload under its hash; return its size and hash.

    size, sha256: the values that the client announced, if any. Raises Rejected for an unusable
    upload, and Unavailable if the object store is unavailable. The function may be interrupted at
    any point and run again, even concurrently.
    """
    _check_size(upload_id)
    # Under `incoming/`, where the store deletes objects that a killed process left behind.
    copy = incoming.key(f"copy-{uuid.uuid4()}")
    try:
        objects.copy(incoming.key(upload_id), copy)
        artifact = _read(copy)
        _compare(artifact, size, sha256)
        if objects.head("artifacts", key(artifact.sha256)) is None:
            objects.copy(copy, key(artifact.sha256))
    except errors.NotFound as error:
        raise _missing() from error
    finally:
        objects.delete("artifacts", copy)
    return artifact


def _check_size(upload_id: str) -> None:
    """Reject a missing or oversized upload before it is copied."""
    head = objects.head("artifacts", incoming.key(upload_id))
    if head is None:
        raise _missing()
    if head.size > MAX_BYTES:
        raise _too_large(head.size)


def _read(copy: str) -> Artifact:
    size, digest = 0, hashlib.sha256()
    for chunk in objects.stream("artifacts", copy):
        size += len(chunk)
        if size > MAX_BYTES:
            raise _too_large(size)
        digest.update(chunk)
    return Artifact(size, digest.hexdigest())


def _compare(artifact: Artifact, size: int | None, sha256: str | None) -> None:
    if artifact.size == 0:
        raise Rejected("empty", "the file is empty")
    if size is not None and artifact.size != size:
        raise Rejected("wrong_size", f"{size} bytes were announced, the file has {artifact.size}")
    if sha256 is not None and artifact.sha256 != sha256:
        detail = f"the SHA-256 {sha256} was announced, the file has {artifact.sha256}"
        raise Rejected("wrong_hash", detail)


def _missing() -> Rejected:
    return Rejected("missing", "nothing was uploaded, or the upload has expired")


def _too_large(size: int) -> Rejected:
    return Rejected(
        "too_large", f"the file has {size} bytes or more; at most {MAX_BYTES} are allowed"
    )
