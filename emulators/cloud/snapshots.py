"""What Google's emulators hold in memory, kept in files while they are away."""

import json
import shutil
import time
from pathlib import Path
from typing import Any

import httpx

from emulators.cloud import wiring
from emulators.cloud.config import Cloud, private

QUIET_SECONDS = 3.0
AT_ONCE = 500


def export_documents(cloud: Cloud) -> Path:
    """Write every document into a folder of its own, then forget the export before it."""
    folder = _documents(cloud)
    fresh = folder / f"{time.time_ns()}"
    draft = fresh.with_suffix(".draft")
    draft.mkdir(parents=True)
    path = f"/emulator/v1/projects/{cloud.project}:export"
    database = f"projects/{cloud.project}/databases/(default)"
    wish = {"database": database, "export_directory": str(draft)}
    httpx.post(cloud.url("firestore") + path, json=wish, timeout=60).raise_for_status()
    draft.rename(fresh)
    for old in folder.iterdir():
        if old != fresh:
            shutil.rmtree(old)
    return fresh


def newest_documents(cloud: Cloud) -> list[str]:
    """Return the emulator's options that bring the last complete export back."""
    found = sorted(_documents(cloud).glob("[0-9]*[0-9]/*/*.overall_export_metadata"))
    return ["--seed_from_export", str(found[-1])] if found else []


def _documents(cloud: Cloud) -> Path:
    return cloud.state / "firestore"


def keep_messages(cloud: Cloud, manifests: wiring.Manifests) -> int:
    """Take every message that nobody is done with out of the emulator; return their number.

    What is being pushed at this moment is done with, or comes back within a few seconds.
    """
    wiring.pause_pushes(cloud, manifests)
    found = dict.fromkeys(_messages(cloud).read_text().splitlines()) if _has_kept(cloud) else {}
    with httpx.Client(base_url=cloud.url("pubsub"), timeout=10) as client:
        until = time.monotonic() + QUIET_SECONDS
        while time.monotonic() < until:
            for path, manifest in wiring.subscriptions(cloud, manifests):
                lines = _pulled(client, path, str(manifest.subscribed))
                if lines - found.keys():
                    until = time.monotonic() + QUIET_SECONDS
                found.update(dict.fromkeys(lines))
    private(_messages(cloud), "".join(f"{line}\n" for line in found))
    return len(found)


def _pulled(client: httpx.Client, path: str, topic: str) -> set[str]:
    """Pull once; a message that several subscriptions hold is the same line for each."""
    wish = {"maxMessages": AT_ONCE, "returnImmediately": True}
    answer = client.post(f"{path}:pull", json=wish).raise_for_status().json()
    return {
        json.dumps({"topic": topic, "message": _portable(one["message"])}, sort_keys=True)
        for one in answer.get("receivedMessages", [])
    }


def _portable(message: dict[str, Any]) -> dict[str, Any]:
    return {name: message[name] for name in ("data", "attributes") if name in message}


def restore_messages(cloud: Cloud) -> int:
    """Publish what was kept, to every subscription of its topic: consumers know an id again."""
    if not _has_kept(cloud):
        return 0
    kept = [json.loads(line) for line in _messages(cloud).read_text().splitlines()]
    with httpx.Client(base_url=cloud.url("pubsub"), timeout=10) as client:
        for one in kept:
            path = f"/v1/projects/{cloud.project}/topics/{one['topic']}:publish"
            client.post(path, json={"messages": [one["message"]]}).raise_for_status()
    _messages(cloud).unlink()
    return len(kept)


def _messages(cloud: Cloud) -> Path:
    return cloud.state / "messages.jsonl"


def _has_kept(cloud: Cloud) -> bool:
    return _messages(cloud).exists()
