"""Firestore document triggers.

Only functions that watch documents import this module, because it needs protobuf.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shared.runtime import own_manifest
from shared.runtime.events import firestore_event
from shared.runtime.events.consumer import EntryPoint, entry_point, findings
from shared.runtime.events.envelope import Event, Unreadable, cloud_event

M = TypeVar("M", bound=BaseModel)


def on_document(
    model: type[M], entry_file: str
) -> Callable[[Callable[[M | None, dict[str, str]], None]], EntryPoint]:
    """Register a handler for changes to the manifest's documents.

    The handler receives two arguments: the document (None if it was deleted) and the values of its
    path variables.
    """

    def decorate(handler: Callable[[M | None, dict[str, str]], None]) -> EntryPoint:
        known = own_manifest.of(entry_file)
        watched = known.trigger.document
        if watched is None:
            message = f"{known.name} watches no document: see its function.yaml"
            raise TypeError(message)

        def run(event: Event) -> None:
            if firestore_event.changed_nothing(event):
                return
            members = firestore_event.decode(event)
            variables = firestore_event.path_variables(watched.path, event)
            handler(None if members is None else _validated(model, members), variables)

        return entry_point(known, "document", _read, run)

    return decorate


def _read(consumer: str, headers: dict[str, str], body: bytes) -> Event:
    event = cloud_event(consumer, headers, body)
    written_in = firestore_event.traceparent(firestore_event.decode(event))
    if written_in:
        event.attributes["traceparent"] = written_in
    return event


def _validated(model: type[M], members: dict[str, Any]) -> M:
    try:
        return model.model_validate(members)
    except ValidationError as error:
        raise Unreadable(findings(error)) from error
