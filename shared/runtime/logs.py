"""Writes log lines to standard output as JSON with Cloud Logging's field names.

The names are listed at https://cloud.google.com/logging/docs/structured-logging. Each line is
written immediately, because an instance has no CPU after the response.
"""

import json
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_json

# Added to every line of a request or event: the function's name, the trace and the span.
context: ContextVar[dict[str, Any]] = ContextVar("log_context")

_NOWHERE: dict[str, Any] = {}


def write(severity: str, message: str, fields: dict[str, Any]) -> None:
    """Write one line with the context and `fields`; `fields` take precedence."""
    line = {
        "time": datetime.now(UTC),
        "severity": severity,
        "message": message,
        **context.get(_NOWHERE),
        **fields,
    }
    try:
        _say(to_json(line, fallback=str, inf_nan_mode="strings").decode())
    except ValueError:  # not Unicode, or not encodable on this output
        _say(json.dumps(line, default=_text))


def _say(line: str) -> None:
    # One write call per line, so that lines of several threads do not mix.
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def info(message: str, **fields: Any) -> None:
    """Log an event."""
    write("INFO", message, fields)


def warning(message: str, **fields: Any) -> None:
    """Log something that an operator may want to know."""
    write("WARNING", message, fields)


def error(message: str, **fields: Any) -> None:
    """Log something that needs attention; in an `except` block, include the traceback."""
    if sys.exc_info()[0] is not None:
        fields["stack_trace"] = traceback.format_exc()
    write("ERROR", message, fields)
