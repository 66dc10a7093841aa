"""The only module that reads the wall clock."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current time as an aware datetime in UTC."""
    return datetime.now(UTC)


def written_out(value: object) -> object:
    """Return text written like an RFC 3339 time; raise ValueError for any other value."""
    if isinstance(value, str) and value[10:11] in ("T", "t"):
        return value
    raise ValueError("write the time as RFC 3339 with the UTC offset")


def rfc3339(moment: datetime) -> str:
    """Return `moment` as RFC 3339 text in UTC with microseconds and a `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
