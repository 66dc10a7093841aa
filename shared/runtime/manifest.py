"""Reads and validates function manifests (`function.yaml`).

The local cloud uses a manifest for routing, Terraform uses it for deployment, and the runtime uses
it for limits.
"""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from shared.runtime import names

FILE = "function.yaml"
FOLDERS = ("functions", "triggers")
LOCAL_PREFIX = "/_local"
"""Paths under this prefix are reserved for the local cloud."""
TableRight = Literal["r", "a", "ra", "rw"]
"""Read, append (insert only), both, or read and write."""
TRIGGER_TABLES: dict[str, TableRight] = {"consumers": "r", "event_failures": "rw"}
"""The tables that the runtime uses in every trigger, to read pauses and record failures."""

Name = Annotated[str, StringConstraints(pattern=names.FUNCTION)]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Topic = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{2,62}$")]
Prefix = Annotated[str, StringConstraints(pattern=r"^(/[A-Za-z0-9._~-]+)+$")]
DocumentPath = Annotated[str, StringConstraints(pattern=r"^[^/]+/[^/]+(/[^/]+/[^/]+)*$")]
Collection = Annotated[str, StringConstraints(pattern=r"^[^/]+(/[^/]+/[^/]+)*$")]
Cron = Annotated[str, StringConstraints(pattern=r"^\S+( \S+){4}$")]
Memory = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]*(Mi|Gi)$")]
Positive = Annotated[int, Field(ge=1)]


class ManifestError(ValueError):
    """Raised if a `function.yaml` is missing or invalid; the message names the file and field."""


class _Part(BaseModel):
    """Base class for the parts of a manifest, which are immutable and reject unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Http(_Part):
    """The path prefixes that the function owns, and who may call them."""

    paths: Annotated[list[Prefix], Field(min_length=1)]
    caller: Literal["public", "player", "creator", "admin"]


class Document(_Part):
    """The documents that the function watches: a path with `{variables}` and the kind of change."""

    path: DocumentPath
    event: Literal["written", "created", "updated", "deleted"]


class Pull(_Part):
    """A topic that the function consumes in batches on a schedule (cron, UTC)."""

    topic: Topic
    schedule: Cron


class Trigger(_Part):
    """The function's trigger; exactly one field is set."""

    http: Http | None = None
    topic: Topic | None = None
    document: Document | None = None
    schedule: Cron | None = None
    pull: Pull | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if len(self.model_fields_set) != 1 or not self.kind:
            msg = "name exactly one of http, topic, document, schedule, pull"
            raise ValueError(msg)
        return self

    @property
    def kind(self) -> str:
        """The name of the field that is set, which identifies the kind of trigger."""
        return next((name for name in type(self).model_fields if getattr(self, name)), "")


class Instances(_Part):
    """The minimum and maximum number of instances."""

    min: Annotated[int, Field(ge=0)] = 0
    max: Positive

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min > self.max:
            msg = "min is larger than max"
            raise ValueError(msg)
        return self


class Sql(_Part):
    """The number of connections per instance, and the table rights that the function needs."""

    pool: Positive
    tables: Annotated[dict[str, TableRight], Field(min_length=1)]


class Documents(_Part):
    """The Firestore collections that the function uses, as paths with `{variables}`."""

    collections: Annotated[list[Collection], Field(min_length=1)]


class Objects(_Part):
    """The buckets that the function uses, each with the right that it needs."""

    artifacts: Literal["r", "rw"] | None = None
    public: Literal["r", "rw"] | None = None

    @model_validator(mode="after")
    def _any(self) -> Self:
        if not (self.artifacts or self.public):
            msg = "name artifacts, public, or both"
            raise ValueError(msg)
        return self


class Stores(_Part):
    """The stores that the function uses."""

    sql: Sql | None = None
    documents: Documents | None = None
    objects: Objects | None = None
    accounts: Literal["rw"] | None = None
    """Whether the function reads and sets the claims of Identity Platform accounts."""


class Retry(_Part):
    """The maximum number of deliveries of an event, and the limits of the delay between them."""

    max_attempts: Annotated[int, Field(ge=5, le=100)]
    min_backoff: Annotated[int, Field(ge=0, le=600)]
    max_backoff: Annotated[int, Field(ge=0, le=600)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_backoff > self.max_backoff:
            msg = "min_backoff is larger than max_backoff"
            raise ValueError(msg)
        return self


class Limits(_Part):
    """The maximum size of an inflated request body in bytes, and of a batch in items."""

    body_bytes: Positive = 262_144
    items: Positive = 500


class Objectives(_Part):
    """The function's objectives: the share of good responses and the 99th percentile latency."""

    availability: Annotated[float, Field(gt=0, lt=1)]
    p99_ms: Positive


class Deprecation(_Part):
    """A deprecated path, its deprecation and removal dates, and a link to an explanation."""

    path: Annotated[str, StringConstraints(pattern=r"^/")]
    since: date
    sunset: date
    link: Text


class Manifest(_Part):
    """A `function.yaml`; its location determines `name` and `folder`."""

    name: Name
    folder: Path
    description: Text
    trigger: Trigger
    memory: Memory
    cpu: Annotated[float, Field(gt=0, le=8)]
    concurrency: Annotated[int, Field(ge=1, le=1000)]
    instances: Instances
    timeout: Annotated[int, Field(ge=1, le=3600)]
    stores: Stores = Stores()
    topics: list[Topic] = []
    needs: list[Literal["images"]] = []
    """Extras from pyproject.toml, in addition to those that the stores need."""
    retry: Retry | None = None
    limits: Limits = Limits()
    objectives: Objectives
    deprecations: list[Deprecation] = []

    @property
    def service(self) -> str:
        """The function's name in the cloud, where underscores are not allowed."""
        return self.name.replace("_", "-")

    @property
    def source(self) -> Path:
        """The entry file."""
        return self.folder / "main.py"

    @property
    def schedule(self) -> str | None:
        """The schedule that calls the function (cron, UTC), or None."""
        return self.trigger.pull.schedule if self.trigger.pull else self.trigger.schedule

    @property
    def subscribed(self) -> str | None:
        """The topic that the function consumes, by push or pull, or None."""
        return self.trigger.pull.topic if self.trigger.pull else self.trigger.topic

    @property
    def tables(self) -> dict[str, TableRight]:
        """The right that the function needs on each table, including the runtime's tables."""
        named = self.stores.sql.tables if self.stores.sql else {}
        return named if self.trigger.kind == "http" else {**TRIGGER_TABLES, **named}

    @model_validator(mode="after")
    def _agrees_with_the_cloud(self) -> Self:
        for problem in _disagreements(self):
            raise ValueError(problem)
        return self


def _disagreements(manifest: Manifest) -> Iterable[str]:
    """Yield one message per contradiction between fields; each message starts with a field name."""
    kind = manifest.trigger.kind
    if kind in {"topic", "document"} and manifest.retry is None:
        yield f"retry: is required for a {kind} trigger"
    if kind == "http" and manifest.retry is not None:
        yield "retry: not allowed for an http trigger, because its caller retries"
    if kind == "topic" and manifest.timeout > 600:  # noqa: PLR2004 - the maximum for a push
        yield "timeout: a pushed message must be handled within 600 seconds"
    if manifest.concurrency > 1 and manifest.cpu < 1:
        yield "concurrency: above 1 needs 1 cpu"
    for path in manifest.trigger.http.paths if manifest.trigger.http else ():
        if (path + "/").startswith(LOCAL_PREFIX + "/"):
            yield f"trigger.http.paths: {LOCAL_PREFIX} is reserved for the local cloud"


def load(folder: Path) -> Manifest:
    """Read the manifest in a function's folder, or raise ManifestError."""
    file = folder / FILE
    try:
        raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        msg = f"{file}: is missing; every folder of a function has one."
        raise ManifestError(msg) from None
    except yaml.YAMLError as error:
        msg = f"{file}: is not YAML: {' '.join(str(error).split())}."
        raise ManifestError(msg) from None
    return _parse(file, raw)


def _parse(file: Path, raw: Any) -> Manifest:
    if not isinstance(raw, dict):
        msg = f"{file}: must contain a mapping of fields."
        raise ManifestError(msg)
    for derived in ("name", "folder"):
        if derived in raw:
            msg = f"{file}: {derived}: is taken from the folder, remove it."
            raise ManifestError(msg)
    folder = file.parent
    try:
        return Manifest.model_validate({**raw, "name": folder.name, "folder": folder})
    except ValidationError as error:
        problems = "; ".join(_sentence(detail) for detail in error.errors())
        msg = f"{file}: {problems}."
        raise ManifestError(msg) from None


def _sentence(detail: Any) -> str:
    field = ".".join(str(part) for part in detail["loc"])
    if field == "name":
        return "the folder's name must be 3 to 26 characters of a-z and _"
    text = re.sub(r"^Value error, ", "", detail["msg"])
    given = detail["input"]
    if isinstance(given, str | int | float) and not isinstance(given, bool):
        text += f" (found {given!r})"
    return f"{field}: {text}" if field else text


def discover(roots: Iterable[Path]) -> dict[str, Manifest]:
    """Return all manifests under `functions/` and `triggers/` of each root, keyed by function name.

    Raises ManifestError for an invalid manifest, or if two functions share a name or a path prefix.
    """
    found: dict[str, Manifest] = {}
    owners: dict[str, Manifest] = {}
    for folder in (folder for root in roots for folder in folders(root)):
        manifest = load(folder)
        twin = found.setdefault(manifest.name, manifest)
        if twin is not manifest:
            msg = f"{folder / FILE}: the name {manifest.name} is taken by {twin.folder}."
            raise ManifestError(msg)
        for path in manifest.trigger.http.paths if manifest.trigger.http else ():
            owner = owners.setdefault(path, manifest)
            if owner is not manifest:
                msg = f"{folder / FILE}: trigger.http.paths: {path} is owned by {owner.name}."
                raise ManifestError(msg)
    return found


def folders(root: Path) -> list[Path]:
    """Return the sorted folders under a root that contain a manifest, code, or both."""
    return [
        folder
        for kind in FOLDERS
        for folder in sorted((root / kind).glob("[!._]*"))
        if any((folder / file).exists() for file in (FILE, "main.py"))
    ]
