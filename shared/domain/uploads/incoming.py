"""The upload flow that art and artifacts share.

The client creates an upload, PUTs the file to its presigned URL, then completes the upload. The URL
accepts new content until it expires, so a consumer either copies the file or reads it only once.
"""

import uuid
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel

from shared.runtime import clock, objects


class Upload(BaseModel):
    """The URL and headers for the PUT request, and the time at which the URL expires."""

    upload_id: str
    url: str
    method: Literal["PUT"] = "PUT"
    headers: dict[str, str]
    expires_at: datetime


class Rejected(Exception):
    """The uploaded file is unusable; contains a stable code and a message for the uploader."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def key(upload_id: str) -> str:
    """Return the object key to which an upload's file is PUT."""
    return f"incoming/{upload_id}"


def create(size: int, content_type: str, lifetime: timedelta) -> Upload:
    """Return a new upload, whose URL accepts exactly `size` bytes of this type."""
    upload_id = str(uuid.uuid4())
    url = objects.presign_put(
        key(upload_id),
        size=size,
        seconds=int(lifetime.total_seconds()),
        content_type=content_type,
    )
    return Upload(
        upload_id=upload_id,
        url=url,
        headers={"Content-Type": content_type},
        expires_at=clock.now() + lifetime,
    )


def has_arrived(upload_id: str) -> bool:
    """Return whether the file was uploaded and still exists."""
    return objects.head("artifacts", key(upload_id)) is not None


def discard(upload_id: str) -> None:
    """Delete the uploaded file; a lifecycle rule deletes files left by a crash."""
    objects.delete("artifacts", key(upload_id))
