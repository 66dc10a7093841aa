"""Generates files from the code: `python -m scripts.reference.generate [--check]`.

The files are openapi.json, events/, errors.md, limits.md, metrics.md and settings.md in docs/. With
--check, the script writes nothing and fails if a file is out of date.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import shared.domain.errors  # noqa: F401  registers the product's codes
from scripts.bundling.imports import ROOT
from scripts.reference import event_schemas, limits_page, metrics_page, openapi
from shared.runtime import errors, settings

DOCS = ROOT / "docs"
EVENTS = DOCS / "events"
GENERATED = "Generated from the code by `make openapi`; do not edit.\n"

# Variables set by the platform or read by Google's libraries.
PLATFORM = {
    "PYDANTIC_DISABLE_PLUGINS": "default `__all__`, because searching for plugins takes time",
    "K_SERVICE": "set by Cloud Run; if set, a function with missing settings does not start",
    "K_REVISION": "set by Cloud Run; the version recorded in metrics and spans",
    "FIREBASE_AUTH_EMULATOR_HOST": "host:port of the accounts emulator; local only",
    "FIRESTORE_EMULATOR_HOST": "host:port of the Firestore emulator; local only",
    "PUBSUB_EMULATOR_HOST": "host:port of the Pub/Sub emulator; local only",
}
# Variables read by the local cloud, the scripts and the tests.
TOOLS = {
    "BUILDER": "image of the release's smoke test; default `builder:2`",
    "BUILD_ID": "the build's id, set by Cloud Build; empty in a step run by hand",
    "CANARY_MINUTES": "minutes of comparison between new and old revisions; default 10",
    "CANARY_REQUESTS": "minimum number of requests to judge a new revision; default 300",
    "CI": "set in continuous integration, where SQL tests must run on both engines",
    "COMMIT_SHA": "the commit of the release, set by Cloud Build",
    "ENVIRONMENT": "the environment of a release: `staging` or `production`",
    "GCLOUD_SDK_ROOT": "path of the Google Cloud SDK that has the emulators; default: searched for",
    "JAVA_HOME": "the Java installation that runs the emulators; default: the one on the PATH",
    "MONITORING_DELAY_SECONDS": "seconds to wait for Cloud Monitoring's data; default 180",
    "MONITORING_URL": "address of Cloud Monitoring; set only in tests",
    "PROJECT_ID": "set by Cloud Build; a release stops unless it is the project of ENVIRONMENT",
    "PYTHON": "the Python interpreter that creates `.venv`; default python3.11",
    "SAVEPOINT_BACKOFF": "factor applied to retry delays in the local cloud; default 0.1",
    "SAVEPOINT_CACHE": "folder in which MySQL is unpacked; default `~/.cache/savepoint`",
    "SAVEPOINT_DATABASE": "the local cloud's database server: `mariadb` or `mysql`",
    "SAVEPOINT_PORT": "first port of the local cloud, or `auto`; default 8080",
    "SAVEPOINT_STATE": "state folder of the local cloud; default `.savepoint`",
    "SAVEPOINT_TOKEN": "an operator's token for commands with `--url`",
    "TERRAFORM_OFFLINE": "stand-in providers' folder; default ../shared/terraform-offline",
}


def generated() -> dict[Path, str]:
    """Return the generated files with their contents."""
    document = openapi.document()
    files = {
        DOCS / "openapi.json": json.dumps(document, indent=2, ensure_ascii=False) + "\n",
        DOCS / "errors.md": "\n".join(_errors()),
        DOCS / "limits.md": "\n".join(
            [f"# Limits\n\n{GENERATED}", *limits_page.page(document), ""]
        ),
        DOCS / "metrics.md": "\n".join([f"# Metrics\n\n{GENERATED}", *metrics_page.page()]),
        DOCS / "settings.md": "\n".join(_settings()),
    }
    for kind, model in event_schemas.messages().items():
        files[EVENTS / f"{kind}.json"] = event_schemas.schema(model)
    return files


def _errors() -> Iterator[str]:
    yield f"# Errors\n\n{GENERATED}"
    yield "Every error is an RFC 9457 problem document. Its `type` ends in the code; `title` and"
    yield "`detail` are for developers. Rejected items of a batch have the same codes. `retry`"
    yield "tells a client whether to send the same request again:\n"
    yield "| retry | meaning |\n|---|---|"
    yield "| `never` | do not retry; the request would fail again |"
    yield "| `same` | retry immediately |"
    yield "| `after-refresh` | retry after getting a new token or the current value |"
    yield "| `later` | retry after the time in `Retry-After` |\n"
    statuses = {one.code: str(one.status) for one in errors.ProblemError.__subclasses__()}
    yield "| code | status | cause | what the client does | retry |\n|---|---|---|---|---|"
    for code in errors.codes():
        meaning = code.meaning
        status = statuses.get(code, "item")
        yield f"| `{code}` | {status} | {meaning.cause} | {meaning.client} | `{meaning.retry}` |"
    yield ""


def _settings() -> Iterator[str]:
    yield f"# Settings\n\n{GENERATED}"
    yield "These settings are environment variables. In the cloud, a function with missing settings"
    yield "does not start, and reports their names. Secrets have no defaults. The local cloud sets"
    yield "all settings.\n"
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
    """Return the incompatible changes to messages since their schemas were committed."""
    current = event_schemas.messages()
    found = []
    for file in sorted(EVENTS.glob("*.json")):
        if file.stem not in current:
            found.append(f"{file.stem}: no longer published; keep its model, or delete the schema")
            continue
        old = json.loads(file.read_text(encoding="utf-8"))
        new = json.loads(event_schemas.schema(current[file.stem]))
        found += [f"{file.stem}: {one}" for one in event_schemas.breaks(old, new)]
    return found


def stale() -> list[str]:
    """Return the generated files that are out of date."""
    return [
        f"{file.relative_to(ROOT)} is out of date: run `make openapi`"
        for file, text in generated().items()
        if not file.exists() or file.read_text(encoding="utf-8") != text
    ]


def main() -> None:
    """Write the generated files, or check them."""
    parser = argparse.ArgumentParser(description="Write the files generated from the code.")
    parser.add_argument("--check", action="store_true", help="only compare, without writing files")
    options = parser.parse_args()
    if broken := broken_events():
        sys.exit("\n".join([*broken, "Incompatible changes need a new type, `….v2`."]))
    if options.check:
        sys.exit("\n".join(stale()) or None)
    for file, text in generated().items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        print(file.relative_to(ROOT))


if __name__ == "__main__":
    main()
