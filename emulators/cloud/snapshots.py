"""Saves the in-memory data of Google's emulators to files, and restores it."""

import json
import shutil
import time
from pathlib import Path
from typing import Any

import httpx

from emulators.cloud import wiring
from emulators.cloud.config import Cloud, write_private

QUIET_SECONDS = 3.0
PULL_SIZE = 500


def export_documents(cloud: Cloud) -> Path:
    """Export every document into a new folder, then delete the previous export."""
    folder = _documents(cloud)
    fresh = folder / f"{time.time_ns()}"
    draft = fresh.with_suffix(".draft")
    draft.mkdir(parents=True)
    path = f"/emulator/v1/projects/{cloud.project}:export"
    database = f"projects/{cloud.project}/databases/(default)"
    body = {"database": database, "export_directory": str(draft)}
    httpx.post(cloud.url("firestore") + path, json=body, timeout=60).raise_for_status()
    draft.rename(fresh)
    for old in folder.iterdir():
        if old != fresh:
            shutil.rmtree(old)
    return fresh


def import_options(cloud: Cloud) -> list[str]:
    """Return the emulator options that load the last complete export."""
    found = sorted(_documents(cloud).glob("[0-9]*[0-9]/*/*.overall_export_metadata"))
    return ["--seed_from_export", str(found[-1])] if found else []


def _documents(cloud: Cloud) -> Path:
    return cloud.state / "firestore"


def save_messages(cloud: Cloud, manifests: wiring.Manifests) -> int:
    """Write all unacknowledged messages to a file; return the number of messages in the file.

    Messages that are being pushed are either acknowledged or available again within a few seconds.
    """
    wiring.pause_pushes(cloud, manifests)
    file = _messages(cloud)
    found = dict.fromkeys(file.read_text().splitlines() if file.exists() else ())
    with httpx.Client(base_url=cloud.url("pubsub"), timeout=10) as client:
        until = time.monotonic() + QUIET_SECONDS
        while time.monotonic() < until:
            for path, manifest in wiring.subscriptions(cloud, manifests):
                lines = _pulled(client, path, str(manifest.subscribed))
                if lines - found.keys():
                    until = time.monotonic() + QUIET_SECONDS
                found.update(dict.fromkeys(lines))
    write_private(file, "".join(f"{line}\n" for line in found))
    return len(found)


def _pulled(client: httpx.Client, path: str, topic: str) -> set[str]:
    """Pull once and return one line per message, identical for every subscription."""
    body = {"maxMessages": PULL_SIZE, "returnImmediately": True}
    response = client.post(f"{path}:pull", json=body).raise_for_status().json()
    return {
        json.dumps({"topic": topic, "message": _portable(one["message"])}, sort_keys=True)
        for one in response.get("receivedMessages", [])
    }


def _portable(message: dict[str, Any]) -> dict[str, Any]:
    return {name: message[name] for name in ("data", "attributes") if name in message}


def restore_messages(cloud: Cloud) -> int:
    """Publish the saved messages to their topics; return the number of messages.

    Consumers recognise the ids of messages that they have already handled.
    """
    file = _messages(cloud)
    if not file.exists():
        return 0
    saved = [json.loads(line) for line in file.read_text().splitlines()]
    with httpx.Client(base_url=cloud.url("pubsub"), timeout=10) as client:
        for one in saved:
            path = f"/v1/projects/{cloud.project}/topics/{one['topic']}:publish"
            client.post(path, json={"messages": [one["message"]]}).raise_for_status()
    file.unlink()
    return len(saved)


def _messages(cloud: Cloud) -> Path:
    return cloud.state / "messages.jsonl"
