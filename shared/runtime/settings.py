"""Reads a function's typed settings from environment variables.

Each setting is a field with its environment variable and one line of help. No secret has a default.
A single error lists all missing settings.
"""

import json
import os
from dataclasses import dataclass, field, fields
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from shared.runtime import own_manifest

if TYPE_CHECKING:
    from shared.runtime import manifest

_ISSUER = {"issuer", "audience", "jwks_url"}


class MissingSettings(Exception):
    """Raised if settings are missing or invalid; the message names each of them."""


def _env(name: str, help_text: str, default: str | None = None, *, secret: bool = False) -> Any:
    metadata = {"env": name, "help": help_text, "default": default}
    return field(metadata=metadata, repr=not secret)


@dataclass(frozen=True)
class Core:
    """The settings that every function needs."""

    group: ClassVar[str] = "core"
    project: str = _env("GOOGLE_CLOUD_PROJECT", "the Google Cloud project's id")
    public_url: str = _env("PUBLIC_URL", "base address of the API, without a trailing slash")
    trusted_issuers: str = _env(
        "TRUSTED_ISSUERS", "JSON list of {issuer, audience, jwks_url} whose tokens are accepted"
    )
    trace_sample: str = _env(
        "TRACE_SAMPLE",
        "share of requests without a traceparent whose spans are recorded",
        "0.01",
    )

    def issuers(self) -> list[dict[str, str]]:
        """Return the trusted issuers, each with `issuer`, `audience` and `jwks_url`."""
        try:
            parsed: list[dict[str, str]] = json.loads(self.trusted_issuers)
            complete = all(set(one) >= _ISSUER for one in parsed)
        except (ValueError, TypeError):
            complete = False
        if not complete:
            message = "TRUSTED_ISSUERS must be a JSON list of {issuer, audience, jwks_url}"
            raise MissingSettings(message)
        return parsed


@dataclass(frozen=True)
class Sql:
    """The settings for connecting to the database, by address or with the Cloud SQL connector."""

    group: ClassVar[str] = "sql"
    url: str = _env("SQL_URL", "mysql://user:password@host:port/database; or SQL_INSTANCE", "")
    instance: str = _env("SQL_INSTANCE", "Cloud SQL connection name project:region:instance", "")
    user: str = _env("SQL_USER", "IAM database user, with SQL_INSTANCE", "")
    database: str = _env("SQL_DATABASE", "database name, with SQL_INSTANCE", "")


@dataclass(frozen=True)
class Operations:
    """The addresses of consumers, used for redrives."""

    group: ClassVar[str] = "operations"
    consumer_url: str = _env(
        "CONSUMER_URL", "address of a trigger, with {function} or {service} in it"
    )


@dataclass(frozen=True)
class Objects:
    """The S3-compatible store's address, credentials and two buckets."""

    group: ClassVar[str] = "objects"
    endpoint: str = _env(
        "OBJECTS_ENDPOINT", "address for functions and clients, without a trailing slash"
    )
    region: str = _env(
        "OBJECTS_REGION", "region for signatures; R2 and Google accept `auto`", "auto"
    )
    key_id: str = _env("OBJECTS_KEY_ID", "access key id (Google: of an HMAC key)")
    secret: str = _env("OBJECTS_SECRET", "its secret", secret=True)
    artifacts_bucket: str = _env("OBJECTS_ARTIFACTS_BUCKET", "private bucket of artifacts")
    public_bucket: str = _env("OBJECTS_PUBLIC_BUCKET", "public bucket")


@dataclass(frozen=True)
class PublicObjects:
    """The public bucket's address, which is enough to link to its objects."""

    group: ClassVar[str] = "public_objects"
    url: str = _env("OBJECTS_PUBLIC_URL", "address of the public bucket, without a trailing slash")


@dataclass(frozen=True)
class Telemetry:
    """The destination of metrics and spans; the variable names are OpenTelemetry's."""

    group: ClassVar[str] = "telemetry"
    endpoint: str = _env(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "base address of an OTLP receiver over HTTP; without it nothing is exported. "
        "Over https, our service account's token is sent",
        "",
    )
    spans: str = _env(
        "OTEL_TRACES_EXPORTER",
        "`otlp`: spans of sampled requests are sent to that address; `console`: they are logged",
        "otlp",
    )
    attributes: str = _env(
        "OTEL_RESOURCE_ATTRIBUTES",
        "attributes of every series and span, in the cloud at least `gcp.project_id=…`, "
        "`cloud.region=…` and `cloud.platform=gcp_cloud_run`",
        "",
    )
    interval_ms: str = _env(
        "OTEL_METRIC_EXPORT_INTERVAL",
        "milliseconds between an instance's exports; under a minute, so that every scheduled run "
        "exports",
        "50000",
    )

    def interval(self) -> float:
        """Return the number of seconds between an instance's exports, or raise MissingSettings."""
        if not self.interval_ms.isdigit():
            raise MissingSettings("OTEL_METRIC_EXPORT_INTERVAL must be a number of milliseconds")
        return int(self.interval_ms) / 1000


GROUPS = (Core, Sql, Operations, Objects, PublicObjects, Telemetry)
S = TypeVar("S", Core, Sql, Operations, Objects, PublicObjects, Telemetry)


def _read(group: type[S]) -> S:
    values: dict[str, str] = {}
    missing: list[str] = []
    for one in fields(group):
        # A deployment that lacks the value leaves an empty variable.
        value = os.environ.get(one.metadata["env"]) or one.metadata["default"]
        if value is None:
            missing.append(f"{one.metadata['env']} ({one.metadata['help']})")
        else:
            values[one.name] = value
    if missing:
        message = "set these environment variables: " + "; ".join(missing)
        raise MissingSettings(message)
    return group(**values)


@cache
def core() -> Core:
    """Return the settings that every function needs, or raise MissingSettings."""
    return _read(Core)


@cache
def sql() -> Sql:
    """Return the database's connection settings, or raise MissingSettings."""
    found = _read(Sql)
    if found.url:
        return found
    lacking = [
        name
        for name, value in (
            ("SQL_INSTANCE", found.instance),
            ("SQL_USER", found.user),
            ("SQL_DATABASE", found.database),
        )
        if not value
    ]
    if lacking:
        message = f"set SQL_URL, or all of SQL_INSTANCE, SQL_USER and SQL_DATABASE: {lacking}"
        raise MissingSettings(message)
    return found


@cache
def operations() -> Operations:
    """Return the addresses of consumers, or raise MissingSettings."""
    return _read(Operations)


@cache
def objects() -> Objects:
    """Return the object store's settings, or raise MissingSettings."""
    return _read(Objects)


@cache
def public_objects() -> PublicObjects:
    """Return the public bucket's address, or raise MissingSettings."""
    return _read(PublicObjects)


@cache
def telemetry() -> Telemetry:
    """Return the destination of metrics and spans."""
    return _read(Telemetry)


def check(*, uses_sql: bool, buckets: "manifest.Objects | None" = None) -> None:
    """Check the settings at start-up; raise one MissingSettings that lists all missing settings."""
    complaints: list[str] = []
    wanted = (
        (True, lambda: core().issuers()),
        (True, lambda: telemetry().interval()),
        (uses_sql, sql),
        (own_manifest.signs(buckets), objects),
        (buckets is not None and buckets.public is not None, public_objects),
    )
    for needed, read in wanted:
        try:
            if needed:
                read()
        except MissingSettings as error:
            complaints.append(str(error))
    if complaints:
        raise MissingSettings("; ".join(complaints))


def reset() -> None:
    """Discard the cached settings, so that a test can change the environment."""
    for read in (core, sql, operations, objects, public_objects, telemetry):
        read.cache_clear()
