"""Reads and inflates request bodies, and enforces a size limit during both steps."""

import zlib

from starlette.requests import ClientDisconnect, Request

from shared.runtime import errors

# Reading continues for a while after the limit, so that the client sees the 413 instead of a reset.
DRAINED_FACTOR = 16
_GZIP = 16 + zlib.MAX_WBITS


async def read(request: Request, headers: dict[bytes, bytes], limit: int) -> bytes:
    """Return the inflated body of at most `limit` bytes, or raise TooLarge or BadRequest."""
    wire, size = bytearray(), 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size <= limit:
                wire += chunk
            elif size > limit * DRAINED_FACTOR:
                break
    except ClientDisconnect as error:  # no one reads the response; it must not be logged as a bug
        message = "the body is incomplete"
        raise errors.BadRequest(message) from error
    if size > limit:
        raise _too_large(limit, max(size, _declared(headers)))
    encoding = headers.get(b"content-encoding", b"").decode("latin-1").strip().lower()
    if encoding in ("", "identity"):
        return bytes(wire)
    if encoding in ("gzip", "x-gzip"):
        return inflate(bytes(wire), limit)
    message = f"Content-Encoding `{encoding}` is not supported: send gzip or none"
    raise errors.BadRequest(message)


def inflate(wire: bytes, limit: int) -> bytes:
    """Inflate gzip data, and raise TooLarge as soon as the result exceeds `limit` bytes."""
    inflater = zlib.decompressobj(_GZIP)
    try:
        body = inflater.decompress(wire, limit + 1)
    except zlib.error as error:
        message = "Content-Encoding says gzip, but the body is not gzip"
        raise errors.BadRequest(message) from error
    if len(body) > limit:
        raise _too_large(limit, len(body))
    if not inflater.eof or inflater.unused_data:
        message = "the gzip body is incomplete or has trailing data"
        raise errors.BadRequest(message)
    return body


def _declared(headers: dict[bytes, bytes]) -> int:
    text = headers.get(b"content-length", b"")
    return int(text) if text.isdigit() else 0


def _too_large(limit: int, actual: int) -> errors.TooLarge:
    message = f"at most {limit} bytes after inflation are accepted; the body has {actual} or more"
    return errors.TooLarge(message, limit=limit, actual=actual)
