"""Generates docs/limits.md from manifests, routes and constants."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from scripts.bundling.imports import ROOT
from scripts.reference import request_fields
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
    yield from request_fields.section(document)
    yield from _batches()
    yield from _times()
    yield from _counts()
    yield from _triggered(functions)
    yield from _retention()


def _answering(functions: Iterable[Manifest], document: Document) -> Iterator[str]:
    yield "## Functions\n"
    yield "The size of a body is counted while it is read and decompressed. A body over its limit"
    yield "returns 413 with `limit` and `actual`. The column `concurrent` is the maximum number of"
    yield "instances x the requests per instance.\n"
    yield "| function | for | body, bytes | items per batch | timeout | concurrent |"
    yield "|---|---|--:|--:|--:|--:|"
    limits: dict[str, dict[str, int]] = {}
    for _, _, operation in request_fields.operations(document):
        limits.setdefault(operation["tags"][0], {}).update(operation.get("x-limits", {}))
    for one in functions:
        if one.trigger.http:
            taken = limits[one.name]
            body, items = (
                f"{taken[name]:,}" if name in taken else "none" for name in ("body_bytes", "items")
            )
            yield (
                f"| {one.name} | {one.trigger.http.caller} | {body} | {items} "
                f"| {one.timeout} s | {_concurrent(one)} |"
            )
    yield ""


def _concurrent(function: Manifest) -> str:
    return f"{function.instances.max} x {function.concurrency}"


def _batches() -> Iterator[str]:
    yield "## Batches\n"
    yield "The request is `{sent_at, items}`; the response is `{accepted, duplicates, rejected}`."
    yield "Every item is validated separately. An invalid item is listed in `rejected` with its"
    yield "index and code; the others are accepted. The whole request fails only if it is not JSON"
    yield "(400), if `items` is not a list (422), or if there are too many items (413).\n"
    yield from (textwrap.fill(f"- {one}", 100, subsequent_indent="  ") for one in _rules())
    yield ""


def _rules() -> Iterator[str]:
    west, east = _offset(model.MIN_OFFSET_MIN), _offset(model.MAX_OFFSET_MIN)
    oldest, ahead, gap = map(_ms, (sessions.OLDEST_MS, sessions.AHEAD_MS, model.GAP_MS))
    yield (
        "Identical items within a batch are counted in `duplicates`. Items that were already sent "
        "in an earlier batch are accepted again and change nothing."
    )
    yield f"A problem document lists the first {batches.SHOWN_ERRORS} errors."
    yield (
        f"A body that is too large is read up to {bodies.DRAINED_FACTOR} times its limit, so that "
        "the client receives the 413. If the body is even larger, the client may see a broken "
        "connection."
    )
    yield (
        "`sent_at` is the time on the client's clock when it sends the batch. The server uses the "
        "difference from its own clock to correct every item's timestamp. Then, within one "
        "`boot_id`, the item with the largest `uptime_ms` serves as the reference for the others, "
        "so that intervals between items agree with `uptime_ms`. Both corrections are whole "
        "minutes."
    )
    yield (
        f"After correction, an item's time must be no more than {oldest} in the past or {ahead} in "
        f"the future. Its UTC offset must be between {west} and {east}. It must have either a "
        "`game_id` or an `unlisted`."
    )
    yield f"Items of a session that are at most {gap} apart form one continuous run."


def _offset(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"


def _times() -> Iterator[str]:
    least, most = responses.RETRY_AFTER_SECONDS
    preflight = int(dict(replies.PREFLIGHT)[b"access-control-max-age"])
    rows: dict[str, str | float | timedelta] = {
        "`Retry-After` of a 503": f"{least} to {most} seconds, random",
        "how long a browser caches a preflight": preflight,
        "timeout of a MySQL statement, which then returns 503": sql.STATEMENT_TIMEOUT_SECONDS,
        "timeout for a MySQL connection, which then returns 503": sql.POOL_WAIT_SECONDS,
        "minimum interval between checks for catalog changes": memory.CHECK_SECONDS,
        "minimum interval between writes of a stats document during play": stats.MIN_WRITE_INTERVAL,
        "tolerated clock difference of token issuers": identity.CLOCK_LEEWAY_SECONDS,
        "how long an issuer's keys are cached": identity.KEYS_KEPT_SECONDS,
        "age at which a delayed session event becomes a dead letter": playtime.TOO_LATE,
        "age at which an unpublished message is swept": outbox.SWEEP_GRACE,
        "age at which an unwritten document is swept": projections.SWEEP_GRACE,
        "delay before a failed document is retried": projections.AFTER_FAILURE,
        "maximum delay until a consumer notices a pause": deadletters.PAUSE_READ_EVERY_SECONDS,
        "how long a redrive waits for its consumer": redelivery.TIMEOUT_SECONDS,
    }
    yield "## Times\n\n| what | how long |\n|---|--:|"
    yield from (f"| {what} | {_shown(value)} |" for what, value in rows.items())
    yield ""


def _counts() -> Iterator[str]:
    rows = {
        "characters in a token; a longer token returns 401": identity.MAX_TOKEN_LENGTH,
        "characters of `Savepoint-Client` that are logged": api.MAX_CLIENT_LENGTH,
        "rows per table and documents per collection in an export": export.LIMIT,
        "characters in an event's id; the rest of a longer id is hashed": envelope.MAX_ID_LENGTH,
        "messages per pull": pull.BATCH,
        "maximum number of waiting events that are counted": consumers.COUNT_LIMIT,
    }
    yield "## Counts\n\n| what | how many |\n|---|--:|"
    yield from (f"| {what} | {value:,} |" for what, value in rows.items())
    yield ""


def _triggered(functions: Iterable[Manifest]) -> Iterator[str]:
    yield "## Triggers\n"
    yield "A failed event is retried until it succeeds or becomes a dead letter. An event that no"
    yield "retry can fix becomes a dead letter immediately. The column `concurrent` is the maximum"
    yield "number of instances x the events per instance.\n"
    yield "| trigger | started by | timeout | retried | backoff | concurrent |"
    yield "|---|---|--:|--:|--:|--:|"
    for one in functions:
        kind = one.trigger
        if kind.http:
            continue
        by = f"topic `{one.subscribed}`" if one.subscribed else f"schedule `{one.schedule}`"
        if kind.document:
            by = f"document `{kind.document.path}` {kind.document.event}"
        backoff = f"{one.retry.min_backoff} to {one.retry.max_backoff} s" if one.retry else ""
        row = one.name, by, f"{one.timeout} s", _retried(one), backoff, _concurrent(one)
        yield f"| {' | '.join(row)} |"
    yield ""


def _retried(function: Manifest) -> str:
    if function.retry is None:
        return "by the next run"
    if function.subscribed == deadletters.TOPIC:
        return "without limit"
    hours = f"for {_shown(deadletters.GIVE_UP_AFTER)}"
    return hours if function.trigger.document else f"{function.retry.max_attempts} times, {hours}"


def _retention() -> Iterator[str]:
    kept = {rule.table.name: _shown(rule.keep) for rule in retention.RULES}
    yield "## Retention\n"
    yield "A row is deleted once the time in `kept` has passed since the moment described in `end`."
    yield ""
    yield "| table | kept | growth per day | end |\n|---|--:|---|---|"
    for table in sorted(metadata.sorted_tables, key=lambda one: one.name):
        about = table.info
        yield f"| {table.name} | {kept.get(table.name, '')} | {about['growth']} | {about['end']} |"


def _ms(milliseconds: int) -> str:
    return _shown(timedelta(milliseconds=milliseconds))


def _shown(value: str | float | timedelta) -> str:
    """Format a duration in the largest unit, up to days, that divides it evenly."""
    if isinstance(value, str):
        return value
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    size, name = next(unit for unit in UNITS if seconds % unit[0] == 0 and seconds >= unit[0])
    count = int(seconds // size)
    return f"{count} {name}{'' if count == 1 else 's'}"
