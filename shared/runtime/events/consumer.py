"""Passes deliveries to the trigger's handler and turns the outcome into a response."""

import asyncio
import contextvars
import functools
import os
import time
import traceback
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from shared.runtime import (
    clock,
    errors,
    logs,
    metrics,
    names,
    own_manifest,
    responses,
    settings,
    telemetry,
    tracing,
)
from shared.runtime import pool as connections
from shared.runtime.events import deadletters
from shared.runtime.events.envelope import Event, Unreadable, anonymous, push
from shared.runtime.responses import Raw

if TYPE_CHECKING:
    from shared.runtime.manifest import Manifest

SCHEDULE = "schedule"
DONE, _UNPROCESSABLE, _FAILED, _UNAVAILABLE = 204, 422, 500, 503

M = TypeVar("M", bound=BaseModel)
EntryPoint = Callable[[Request], Awaitable[Raw]]
# A status, and the detail if it is not 204.
Outcome = tuple[int, str]

_current: ContextVar[Event] = ContextVar("event")


def current() -> Event:
    """Return the event being handled."""
    return _current.get()


def on_message(model: type[M], entry_file: str) -> Callable[[Callable[[M], None]], EntryPoint]:
    """Register a handler for messages on the manifest's topic, each parsed as `model`."""

    def decorate(handler: Callable[[M], None]) -> EntryPoint:
        def run(event: Event) -> None:
            handler(parsed(model, event.data))

        return entry_point(own_manifest.of(entry_file), "message", push, run)

    return decorate


def on_raw_message(entry_file: str) -> Callable[[Callable[[Event], None]], EntryPoint]:
    """Register a handler for unparsed messages on the manifest's topic."""

    def decorate(handler: Callable[[Event], None]) -> EntryPoint:
        return entry_point(own_manifest.of(entry_file), "message", push, handler)

    return decorate


def on_schedule(
    entry_file: str,
) -> Callable[[Callable[[], dict[str, int] | None]], EntryPoint]:
    """Register a handler for the manifest's schedule, and log the counts that it returns."""

    def decorate(handler: Callable[[], dict[str, int] | None]) -> EntryPoint:
        def run(event: Event) -> None:
            del event
            counts = handler()
            logs.info("done", counts=counts or {})

        return entry_point(own_manifest.of(entry_file), SCHEDULE, scheduled, run)

    return decorate


def scheduled(consumer: str, headers: dict[str, str], body: bytes) -> Event:
    """Return an event that represents a scheduled call."""
    now = clock.now()
    name = headers.get("x-cloudscheduler-scheduletime", now.isoformat())
    return Event(f"{consumer}-{name}", SCHEDULE, now, consumer, {}, b"", headers, body)


def parsed(model: type[M], data: bytes) -> M:
    """Parse a payload as `model`, or raise Unreadable without quoting the payload."""
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        raise Unreadable(findings(error)) from error


def findings(error: ValidationError) -> str:
    """Describe what is wrong with a payload, without quoting it."""
    listed = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in listed[:10])


def handle(event: Event, run: Callable[[Event], None], *, keep: bool, redrive: bool) -> Outcome:
    """Run a handler for an event and return the outcome.

    keep: whether the event may become a dead letter; false for scheduled calls and for the
    dead-letter consumer. redrive: whether an operator is waiting for the result; if so, the
    response describes a failure, and no dead letter is stored.
    """
    token = _current.set(event)
    try:
        if deadletters.is_paused(event.consumer, time.monotonic()) and not redrive:
            return _UNAVAILABLE, "paused by an operator"
        run(event)
    except (Unreadable, errors.HopelessEvent) as error:
        code = error.code if isinstance(error, errors.HopelessEvent) else "unreadable"
        return _hopeless(event, code, str(error), keep=keep, redrive=redrive)
    except errors.Unavailable as error:
        logs.warning("a store is unavailable", event_id=event.id, reason=error.detail)
        return _UNAVAILABLE, error.detail
    except Exception as error:  # noqa: BLE001  a bug is retried, not treated as a bad message
        reason = "".join(traceback.format_exception(error))
        logs.error("the handler failed", event_id=event.id)
        if keep and not redrive and deadletters.is_old(event.time):
            # The end of a long traceback names the error.
            tail = reason[-deadletters.MAX_REASON_LENGTH :]
            return _hopeless(event, "failed", tail, keep=keep, redrive=redrive)
        _note(event, reason)
        return _FAILED, f"{type(error).__name__}: {error}" if redrive else "a bug on our side"
    finally:
        _current.reset(token)
    if event.type != SCHEDULE:
        deadletters.clear_failure(event)
    return DONE, ""


def _note(event: Event, reason: str) -> None:
    """Record a failed attempt, unless the event is a scheduled call.

    The next scheduled call is a new event.
    """
    if event.type != SCHEDULE:
        deadletters.note_failure(event, reason)


def _hopeless(event: Event, code: str, reason: str, *, keep: bool, redrive: bool) -> Outcome:
    if redrive:
        return _UNPROCESSABLE, f"{code}: {reason}"
    if not keep:
        logs.error("an event that cannot be kept", event_id=event.id, code=code, reason=reason)
        _note(event, f"{code}: {reason}")
        return _FAILED, reason
    try:
        deadletters.bury(event, code, reason)
    except errors.Unavailable as error:
        return _UNAVAILABLE, error.detail
    return DONE, ""


def entry_point(
    known: "Manifest",
    kind: str,
    read: Callable[[str, dict[str, str], bytes], Event],
    run: Callable[[Event], None],
) -> EntryPoint:
    """Return the function's entry point, which handles each delivery in a thread."""
    stores = known.stores
    if "K_SERVICE" in os.environ:
        settings.check(uses_sql=stores.sql is not None, buckets=stores.objects)
    threads = stores.sql.pool if stores.sql else known.concurrency
    connections.require(threads)
    keep = kind != SCHEDULE and known.trigger.topic != deadletters.TOPIC
    pool = functools.cache(lambda: ThreadPoolExecutor(threads, known.name))

    async def main(request: Request) -> Raw:
        started, received_at = time.perf_counter(), clock.now()
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = await request.body()
        try:
            event, problem_found = read(known.name, headers, body), None
        except Unreadable as error:
            event, problem_found = anonymous(known.name, headers, body), str(error)
        context = tracing.begin(known.name, event.traceparent)
        redrive = names.REDRIVE_HEADER in headers

        def work() -> Outcome:
            if problem_found is not None:
                return _hopeless(event, "unreadable", problem_found, keep=keep, redrive=redrive)
            return handle(event, run, keep=keep, redrive=redrive)

        loop, inside = asyncio.get_running_loop(), contextvars.copy_context()
        status, detail = await loop.run_in_executor(pool(), inside.run, work)
        _log(context, kind, event, status, received_at, (time.perf_counter() - started) * 1000)
        await telemetry.flush()
        return _response(status, detail)

    return main


def _response(status: int, detail: str) -> Raw:
    trace = (b"traceparent", (tracing.traceparent() or "").encode())
    if status == DONE:
        return Raw(status, [trace], b"")
    error: errors.ProblemError = errors.Internal(detail)
    if status == _UNAVAILABLE:
        error = errors.Unavailable(detail)
    elif status == _UNPROCESSABLE:
        error = errors.Unprocessable(detail)
    return responses.problem(error, [trace])


def _log(  # noqa: PLR0913, PLR0917  one argument per field of the line
    context: tracing.Context,
    kind: str,
    event: Event,
    status: int,
    received_at: datetime,
    elapsed_ms: float,
) -> None:
    """Write the event's log line, which also serves as its span."""
    name = f"{event.consumer} ← {event.type}"
    severity = "INFO" if status == DONE else "WARNING" if status == _UNAVAILABLE else "ERROR"
    outcome = "ok" if status == DONE else "error"
    attributes = {"event_id": event.id, "status": status}
    span = tracing.Span(name, kind, context, received_at, elapsed_ms, outcome, attributes)
    age = (received_at - event.time).total_seconds()
    fields = {"event_id": event.id, "age_s": age, "span": tracing.end(span)}
    logs.write(severity, f"{name} {status}", fields)
    metrics.observe(metrics.REQUEST, elapsed_ms / 1000, kind=kind, status=f"{status // 100}xx")
