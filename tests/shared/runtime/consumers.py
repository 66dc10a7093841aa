"""Deliver events to a trigger the way its transports do."""

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from google.events.cloud.firestore_v1.types.data import DocumentEventData

from shared.runtime.events.consumer import EntryPoint
from tests.shared.runtime.unit.edge import Answer, deliver, folder

RETRY = {"max_attempts": 5, "min_backoff": 1, "max_backoff": 1}
SQL = {"sql": {"pool": 2, "tables": {"inbox": "rw"}}}
ROOT = "projects/demo/databases/(default)/documents"


def file(parent: Path, name: str, **trigger: Any) -> str:
    """Write a trigger's folder and return the path of its entry file."""
    retry = {"retry": RETRY} if set(trigger) & {"topic", "document"} else {}
    return str(folder(parent, name, trigger=trigger, stores=SQL, **retry))


def send(
    main: EntryPoint, headers: dict[str, str], body: bytes, *, redrive: bool = False
) -> Answer:
    extra = {"savepoint-redrive": "1"} if redrive else {}
    return asyncio.run(deliver(main, "POST", "/", {**headers, **extra}, body))


def pushed(data: Any, *, event_id: str = "e1", age: float = 0, **attributes: str) -> bytes:
    """Return a push request for a message that was published `age` seconds ago."""
    message = {
        "data": base64.b64encode(
            data if isinstance(data, bytes) else json.dumps(data).encode()
        ).decode(),
        "messageId": "m1",
        "publishTime": (datetime.now(UTC) - timedelta(seconds=age)).isoformat(),
        "attributes": {"ce-id": event_id, "ce-type": "savepoint.said.v1", **attributes},
    }
    return json.dumps({"message": message, "subscription": "s"}).encode()


def push(main: EntryPoint, data: Any, *, redrive: bool = False, **more: Any) -> Answer:
    headers = {"content-type": "application/json", "authorization": "Bearer platform-token"}
    return send(main, headers, pushed(data, **more), redrive=redrive)


def changed(
    path: str, fields: dict[str, Any] | None, *, event_id: str = "e1"
) -> tuple[dict[str, str], bytes]:
    """Return headers and body of a document change; fields None means it was deleted."""
    side = "old_value" if fields is None else "value"
    payload = DocumentEventData({side: {"name": f"{ROOT}/{path}", "fields": fields or {}}})
    headers = {
        "ce-id": event_id,
        "ce-type": "google.cloud.firestore.document.v1.written",
        "ce-time": datetime.now(UTC).isoformat(),
        "ce-source": "//firestore.googleapis.com/projects/demo/databases/(default)",
        "ce-document": path,
        "content-type": "application/protobuf",
    }
    return headers, DocumentEventData.serialize(payload)
