"""Writes what is generated from the code: `python -m scripts.reference.generate [--check]`.

docs/openapi.json, events/, errors.md, limits.md, metrics.md and settings.md beside it. With --check
nothing is written, and a file that is not what the code says ends it with an error.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import shared.domain.errors  # noqa: F401  registers the product's codes
from scripts.bundling.imports import ROOT
from scripts.reference import event_schemas, limits, metrics_page, openapi
from shared.runtime import errors, settings

DOCS = ROOT / "docs"
EVENTS = DOCS / "events"
GENERATED = "Generated from the code by `make openapi`; do not edit.\n"

# Set by the platform or known to Google's own libraries.
PLATFORM = {
    "PYDANTIC_DISABLE_PLUGINS": "set to `__all__` unless given: looking for any takes time",
    "K_SERVICE": "set by Cloud Run; with it a function that lacks a setting refuses to start",
    "K_REVISION": "set by Cloud Run; the version that series and spans carry",
    "FIREBASE_AUTH_EMULATOR_HOST": "host:port of the accounts' stand-in, only locally",
    "FIRESTORE_EMULATOR_HOST": "host:port of the Firestore emulator, only locally",
    "PUBSUB_EMULATOR_HOST": "host:port of the Pub/Sub emulator, only locally",
}
# Read by the local cloud, the scripts and the tests.
TOOLS = {
    "BUILDER": "image that the release's smoke test runs in; by default `builder:1`",
    "BUILD_ID": "Cloud Build's name of the build that releases; empty when a step is run by hand",
    "CANARY_MINUTES": "how long a release's new revisions are compared; by default 10",
    "CANARY_REQUESTS": "how many requests of a new revision are enough; by default 300",
    "CI": "set in continuous integration: SQL tests must have run on both engines",
    "COMMIT_SHA": "set by Cloud Build: the commit of the release",
    "ENVIRONMENT": "where a release goes: `staging` or `production`",
    "GCLOUD_SDK_ROOT": "the Google Cloud SDK that has the emulators, when it is not found",
    "JAVA_HOME": "the Java that runs the emulators; by default the one on the PATH",
    "MONITORING_DELAY_SECONDS": "how long Cloud Monitoring is waited for; by default 180",
    "MONITORING_URL": "another address of Cloud Monitoring, for tests",
    "PROJECT_ID": "set by Cloud Build: a release refuses a project that is not ENVIRONMENT's",
    "PYTHON": "the Python that `.venv` is made with; by default python3.11",
    "SAVEPOINT_BACKOFF": "what the local cloud multiplies retry delays with; by default 0.1",
    "SAVEPOINT_CACHE": "where MySQL is unpacked; by default `~/.cache/savepoint`",
    "SAVEPOINT_DATABASE": "`mariadb` or `mysql`: which server the local cloud runs",
    "SAVEPOINT_PORT": "first port of the local cloud, or `auto`; by default 8080",
    "SAVEPOINT_STATE": "state folder of the local cloud; by default `.savepoint`",
    "SAVEPOINT_TOKEN": "an operator's token for commands that are given `--url`",
    "TERRAFORM_OFFLINE": "stand-in providers; by default ../shared/terraform-offline",
}


def generated() -> dict[Path, str]:
    """Return every generated file with the text that the code asks for."""
    document = openapi.document()
    files = {
        DOCS / "openapi.json": json.dumps(document, indent=2, ensure_ascii=False) + "\n",
        DOCS / "errors.md": "\n".join(_errors()),
        DOCS / "limits.md": "\n".join([f"# Limits\n\n{GENERATED}", *limits.page(document), ""]),
        DOCS / "metrics.md": "\n".join([f"# Metrics\n\n{GENERATED}", *metrics_page.page()]),
        DOCS / "settings.md": "\n".join(_settings()),
    }
    for kind, model in event_schemas.messages().items():
        files[EVENTS / f"{kind}.json"] = event_schemas.schema(model)
    return files


def _errors() -> Iterator[str]:
    yield f"# Errors\n\n{GENERATED}"
    yield "Every error is an RFC 9457 problem document; its `type` ends in the code, `title` and"
    yield "`detail` are for developers. A rejected item of a batch carries the same codes."
    yield "`retry` says what a client may do with the very same request:\n"
    yield "| retry | what it means |\n|---|---|"
    yield "| `never` | it fails the same way again |"
    yield "| `same` | send the same again at once |"
    yield "| `after-refresh` | get a new token or the current value first |"
    yield "| `later` | send the same again after `Retry-After` |\n"
    statuses = {one.code: str(one.status) for one in errors.ProblemError.__subclasses__()}
    yield "| code | status | cause | what the client does | retry |\n|---|---|---|---|---|"
    for code in errors.codes():
        meaning = code.meaning
        status = statuses.get(code, "item")
        yield f"| `{code}` | {status} | {meaning.cause} | {meaning.client} | `{meaning.retry}` |"
    yield ""


def _settings() -> Iterator[str]:
    yield f"# Settings\n\n{GENERATED}"
    yield "Environment variables. A function in the cloud that lacks one refuses to start and names"
    yield "all that are missing; no secret has a default. The local cloud sets them by itself.\n"
    for group in settings.GROUPS:
        yield f"## {group.__name__}\n\n{group.__doc__}\n"
        yield "| name | meaning | default |\n|---|---|---|"
        for one in fields(group):
            default = one.metadata["default"]
            shown = "required" if default is None else f"`{default}`" if default else "none"
            yield f"| `{one.metadata['env']}` | {one.metadata['help']} | {shown} |"
        yield ""
    yield from _table("Platform", PLATFORM)
    yield from _table("Tools", TOOLS)


def _table(title: str, names: Mapping[str, str]) -> Iterator[str]:
    yield f"## {title}\n\n| name | meaning |\n|---|---|"
    yield from (f"| `{name}` | {meaning} |" for name, meaning in names.items())
    yield ""


def broken_events() -> list[str]:
    """Return what the code's messages break of the schemas that were committed before."""
    current = event_schemas.messages()
    found = []
    for file in sorted(EVENTS.glob("*.json")):
        if file.stem not in current:
            found.append(f"{file.stem}: nobody publishes it any more; keep its model, or say so")
            continue
        old = json.loads(file.read_text(encoding="utf-8"))
        new = json.loads(event_schemas.schema(current[file.stem]))
        found += [f"{file.stem}: {one}" for one in event_schemas.breaks(old, new)]
    return found


def stale() -> list[str]:
    """Return the generated files that are not what the code says."""
    return [
        f"{file.relative_to(ROOT)} is out of date: run `make openapi`"
        for file, text in generated().items()
        if not file.exists() or file.read_text(encoding="utf-8") != text
    ]


def main() -> None:
    """Write the generated files, or check them."""
    parser = argparse.ArgumentParser(description="Write what is generated from the code.")
    parser.add_argument("--check", action="store_true", help="write nothing, only compare")
    given = parser.parse_args()
    if broken := broken_events():
        sys.exit("\n".join([*broken, "Give what breaks a reader a new type, `….v2`."]))
    if given.check:
        sys.exit("\n".join(stale()) or None)
    for file, text in generated().items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        print(file.relative_to(ROOT))


if __name__ == "__main__":
    main()
