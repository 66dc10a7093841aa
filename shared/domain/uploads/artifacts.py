"""From what somebody uploaded to an artifact that nobody can change: copied, then read.

An upload's URL takes other bytes until it expires. So what is read, hashed and kept is a copy,
under a key that no URL for writing is ever made for.
"""

import hashlib
import struct
import uuid
from typing import NamedTuple

from shared.runtime import errors, objects

LIMIT = 4_000_000_000
"""Bytes; a store copies 5 GB in one piece."""
FINGERPRINTED = 32 * 1024 * 1024
"""Bytes; a murmur2 starts from the length without white space, so it must be held, and takes
seconds in Python. What CurseForge knows by it, mods, is smaller."""

WHITESPACE = b"\t\n\r "
"""What CurseForge's fingerprint leaves out."""


class Artifact(NamedTuple):
    """A file that was read to its end; murmur2: None when it is too large for that."""

    size: int
    sha256: str
    murmur2: int | None


class Refused(Exception):
    """The upload cannot become an artifact: a stable code, and a text for who uploaded it."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def incoming(upload_id: str) -> str:
    """Return the key that an upload is put to."""
    return f"incoming/{upload_id}"


def key(sha256: str) -> str:
    """Return the key of the artifact with this hash."""
    return f"artifacts/{sha256}"


def take(upload_id: str, size: int | None, sha256: str | None) -> Artifact:
    """Keep an upload under its hash and return what it is.

    size, sha256: what was announced. Raises Refused, or Unavailable when the store is away; may
    stop anywhere and run again, also beside itself.
    """
    _look(upload_id)
    # Below `incoming/`, where the store clears away what a killed process left.
    copy = incoming(f"copy-{uuid.uuid4()}")
    try:
        objects.copy(incoming(upload_id), copy)
        artifact = _read(copy)
        _compare(artifact, size, sha256)
        if objects.head("artifacts", key(artifact.sha256)) is None:
            objects.copy(copy, key(artifact.sha256))
    except errors.NotFound as error:
        raise _missing() from error
    finally:
        objects.delete("artifacts", copy)
    return artifact


def _look(upload_id: str) -> None:
    """Refuse what need not be copied to be refused."""
    head = objects.head("artifacts", incoming(upload_id))
    if head is None:
        raise _missing()
    if head.size > LIMIT:
        raise _too_large(head.size)


def _read(copy: str) -> Artifact:
    size, digest = 0, hashlib.sha256()
    plain: bytearray | None = bytearray()
    for piece in objects.stream("artifacts", copy):
        size += len(piece)
        if size > LIMIT:
            raise _too_large(size)
        digest.update(piece)
        if size > FINGERPRINTED:
            plain = None
        if plain is not None:
            plain += piece.translate(None, WHITESPACE)
    return Artifact(size, digest.hexdigest(), None if plain is None else murmur2(plain))


def _compare(artifact: Artifact, size: int | None, sha256: str | None) -> None:
    if artifact.size == 0:
        raise Refused("empty", "the file has no bytes")
    if size is not None and artifact.size != size:
        raise Refused("wrong_size", f"{size} bytes were announced, the file has {artifact.size}")
    if sha256 is not None and artifact.sha256 != sha256:
        detail = f"the SHA-256 {sha256} was announced, the file has {artifact.sha256}"
        raise Refused("wrong_hash", detail)


def _missing() -> Refused:
    return Refused("missing", "nothing was uploaded, or so long ago that it is gone")


def _too_large(size: int) -> Refused:
    return Refused("too_large", f"the file has {size} bytes or more, {LIMIT} are allowed")


def murmur2(plain: bytes | bytearray, seed: int = 1) -> int:
    """Return the 32-bit MurmurHash2; with the seed 1, and no white space, CurseForge's."""
    factor, mask = 0x5BD1E995, 0xFFFFFFFF
    whole = len(plain) & ~3
    state = seed ^ len(plain)
    for (word,) in struct.iter_unpack("<I", memoryview(plain)[:whole]):
        mixed = word * factor & mask
        state = (state * factor & mask) ^ ((mixed ^ mixed >> 24) * factor & mask)
    if len(plain) > whole:
        state = (state ^ int.from_bytes(plain[whole:], "little")) * factor & mask
    state = (state ^ state >> 13) * factor & mask
    return state ^ state >> 15
