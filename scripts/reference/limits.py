"""docs/limits.md: what is refused, kept and repeated, from manifests, routes and constants."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from scripts.bundling.imports import ROOT
from scripts.reference import limits_fields
from shared.domain.operations import consumers, retention
from shared.domain.play import model, playtime, sessions, stats
from shared.domain.players import export
from shared.runtime import (
    identity,
    manifest,
    memory,
    outbox,
    projections,
    redelivery,
    responses,
    sql,
)
from shared.runtime.events import deadletters, envelope, pull
from shared.runtime.http import api, batches, bodies, replies
from shared.runtime.manifest import Manifest
from shared.schema.all_tables import metadata

Document = Mapping[str, Any]

UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def page(document: Document) -> Iterator[str]:
    """Yield the sections of the page; `document` is the OpenAPI document."""
    functions = manifest.discover([ROOT]).values()
    yield from _answering(functions, document)
    yield from limits_fields.section(document)
    yield from _batches()
    yield from _times()
    yield from _counts()
    yield from _triggered(functions)
    yield from _retention()


def _answering(functions: Iterable[Manifest], document: Document) -> Iterator[str]:
    yield "## Functions\n"
    yield "A body over its limit, counted while it is read and inflated, is 413 with `limit` and"
    yield "`actual`. At once: the most instances x the requests that each takes.\n"
    yield "| function | for | body, bytes | items in a batch | time-out | at once |"
    yield "|---|---|--:|--:|--:|--:|"
    limits: dict[str, dict[str, int]] = {}
    for _, _, operation in limits_fields.operations(document):
        limits.setdefault(operation["tags"][0], {}).update(operation.get("x-limits", {}))
    for one in functions:
        if one.trigger.http:
            taken = limits[one.name]
            body, items = (_count(taken.get(name)) for name in ("body_bytes", "items"))
            yield (
                f"| {one.name} | {one.trigger.http.caller} | {body} | {items} "
                f"| {one.timeout} s | {_at_once(one)} |"
            )
    yield ""


def _count(limit: int | None) -> str:
    return "none" if limit is None else f"{limit:,}"


def _at_once(function: Manifest) -> str:
    return f"{function.instances.max} x {function.concurrency}"


def _batches() -> Iterator[str]:
    yield "## Batches\n"
    yield "`{sent_at, items}` in, `{accepted, duplicates, rejected}` out. Every item is validated"
    yield "alone: a broken one is in `rejected` with its index and code, the others are taken. The"
    yield "whole fails only for the whole: no JSON is 400, no list 422, too many items 413.\n"
    yield from (textwrap.fill(f"- {one}", 100, subsequent_indent="  ") for one in _rules())
    yield ""


def _rules() -> Iterator[str]:
    west, east = _offset(model.MIN_OFFSET_MIN), _offset(model.MAX_OFFSET_MIN)
    oldest, ahead, gap = map(_ms, (sessions.OLDEST_MS, sessions.AHEAD_MS, model.GAP_MS))
    yield (
        "Items that are the same in one batch count as `duplicates`; those that were sent before "
        "are taken again and change nothing."
    )
    yield f"A problem document names the first {batches.SHOWN_ERRORS} errors."
    yield (
        f"A body that is too large is read up to {bodies.DRAINED_FACTOR} times its limit, so that "
        "the 413 arrives; of a larger one the client may see a broken connection."
    )
    yield (
        "`sent_at` is the client's clock at the moment of this send: by what it differs from the "
        "server's, all items' times are moved. Then, within one `boot_id`, the moment with the "
        "largest `uptime_ms` moves the others, until between any two as much time passed by `at` "
        "as by `uptime_ms`. Both move by whole minutes."
    )
    yield (
        f"A moment of play is at most {oldest} old and {ahead} ahead, after that. Its "
        f"UTC offset lies between {west} and {east}. It has either a `game_id` or an `unlisted`."
    )
    yield f"Moments of a session up to {gap} apart are one run."


def _offset(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"


def _times() -> Iterator[str]:
    least, most = responses.RETRY_AFTER_SECONDS
    preflight = int(dict(replies.PREFLIGHT)[b"access-control-max-age"])
    rows: dict[str, str | float | timedelta] = {
        "`Retry-After` of a 503": f"{least} to {most} seconds, at random",
        "a browser remembers a preflight for": preflight,
        "a statement in MySQL, then 503": sql.STATEMENT_TIMEOUT_SECONDS,
        "waiting for a connection, then 503": sql.POOL_WAIT_SECONDS,
        "an instance looks whether the catalog changed at most every": memory.CHECK_SECONDS,
        "while somebody plays, a stats document is written at most every": stats.WHILE_PLAYING,
        "clocks of issuers may differ by": identity.CLOCK_LEEWAY_SECONDS,
        "keys of an issuer are fetched again after": identity.KEYS_KEPT_SECONDS,
        "a moment of play that waited becomes a dead letter after": playtime.TOO_LATE,
        "a message that was not published is swept after": outbox.SWEEP_GRACE,
        "a document that was not written is swept after": projections.SWEEP_GRACE,
        "a document that could not be written is tried again after": projections.AFTER_FAILURE,
        "a consumer notices that it is paused within": deadletters.PAUSE_READ_EVERY_SECONDS,
        "a redrive waits for its consumer": redelivery.TIMEOUT_SECONDS,
    }
    yield "## Times\n\n| what | how long |\n|---|--:|"
    yield from (f"| {what} | {_shown(value)} |" for what, value in rows.items())
    yield ""


def _counts() -> Iterator[str]:
    rows = {
        "characters of a token, then 401": identity.MAX_TOKEN_LENGTH,
        "characters of `Savepoint-Client` that are logged": api.MAX_CLIENT_LENGTH,
        "rows of a table, and documents of a collection, in an export": export.LIMIT,
        "characters of an event's id; the rest of a longer one is hashed": envelope.MAX_ID_LENGTH,
        "messages of one pull": pull.BATCH,
        "waiting events are counted up to": consumers.COUNTED,
    }
    yield "## Counts\n\n| what | how many |\n|---|--:|"
    yield from (f"| {what} | {value:,} |" for what, value in rows.items())
    yield ""


def _triggered(functions: Iterable[Manifest]) -> Iterator[str]:
    yield "## Triggers\n"
    yield "An event that fails comes again until it succeeds or is kept as a dead letter; one that"
    yield "no retry can heal is kept at once. At once: the most instances x the events that each"
    yield "takes.\n"
    yield "| trigger | started by | time-out | comes again for | apart | at once |"
    yield "|---|---|--:|--:|--:|--:|"
    for one in functions:
        kind = one.trigger
        if kind.http:
            continue
        by = f"topic `{one.subscribed}`" if one.subscribed else f"schedule `{one.schedule}`"
        if kind.document:
            by = f"document `{kind.document.path}` {kind.document.event}"
        apart = f"{one.retry.min_backoff} to {one.retry.max_backoff} s" if one.retry else ""
        row = one.name, by, f"{one.timeout} s", _repeated(one), apart, _at_once(one)
        yield f"| {' | '.join(row)} |"
    yield ""


def _repeated(function: Manifest) -> str:
    if function.retry is None:
        return "the next run"
    if function.subscribed == deadletters.TOPIC:
        return "ever"
    hours = _shown(deadletters.GIVE_UP_AFTER)
    return hours if function.trigger.document else f"{function.retry.max_attempts} times, {hours}"


def _retention() -> Iterator[str]:
    kept = {rule.table.name: _shown(rule.keep) for rule in retention.RULES}
    yield "## Retention\n"
    yield "Rows of a table with a time go that long after the moment that its end names.\n"
    yield "| table | kept | growth a day | end |\n|---|--:|---|---|"
    for table in sorted(metadata.sorted_tables, key=lambda one: one.name):
        about = table.info
        yield f"| {table.name} | {kept.get(table.name, '')} | {about['growth']} | {about['end']} |"


def _ms(milliseconds: int) -> str:
    return _shown(timedelta(milliseconds=milliseconds))


def _shown(value: str | float | timedelta) -> str:
    """Say a time in the largest unit that fits; never in weeks."""
    if isinstance(value, str):
        return value
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    size, name = next(unit for unit in UNITS if seconds % unit[0] == 0 and seconds >= unit[0])
    count = int(seconds // size)
    return f"{count} {name}{'' if count == 1 else 's'}"
