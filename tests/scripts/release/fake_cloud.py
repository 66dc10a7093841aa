"""Fakes of gcloud, terraform, docker, git and make, which need a cloud or take an hour.

Commands are recorded, and gcloud's changes are kept in one JSON file, so that a later command
sees them. The program's name decides which one it fakes. test_gcloud.py checks the real flags.
"""

import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FILE = Path(os.environ.get("FAKE_CLOUD", "fake_cloud.json"))


@contextmanager
def state() -> Iterator[dict[str, Any]]:
    with FILE.open("r+", encoding="utf-8") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        found = json.load(opened)
        yield found
        opened.seek(0)
        opened.truncate()
        json.dump(found, opened)


def flag(words: list[str], name: str) -> str:
    return next((word.split("=", 1)[1] for word in words if word.startswith(f"--{name}=")), "")


def traffic(service: dict[str, Any], words: list[str]) -> None:
    """Change the traffic split of one service, as `update-traffic` does."""
    status = service["status"]
    tags = [one for one in status["traffic"] if one.get("tag")]
    shares = [one for one in status["traffic"] if one.get("percent")]
    if split := flag(words, "to-revisions"):
        pairs = [one.split("=") for one in split.split(",")]
        assert sum(int(percent) for _, percent in pairs) == 100, split
        shares = [{"revisionName": name, "percent": int(percent)} for name, percent in pairs]
    if tagged := flag(words, "update-tags"):
        tag, revision = tagged.split("=")
        url = f"https://{tag}---{service['metadata']['name']}.example"
        tags = [{"tag": tag, "revisionName": revision, "url": url}]
    if flag(words, "remove-tags"):
        tags = []
    status["traffic"] = [*shares, *tags]


def listed(cloud: dict[str, Any], pattern: str, wanted: str) -> str:
    """List a versioned bucket as gcloud does, including overwritten versions."""
    folder = pattern.removesuffix("*.json")
    names = list(cloud["objects"])
    if "noncurrent_time" not in wanted:
        names *= 2
    below = [name for name in names if name.startswith(folder)]
    here = [name for name in below if "/" not in name.removeprefix(folder)]
    return "\n".join(name.split("/", 3)[3] for name in here)


def gcloud(cloud: dict[str, Any], words: list[str]) -> str:  # noqa: PLR0911  one a command
    match words:
        case ["run", "services", "list", *_]:
            return json.dumps(list(cloud["services"].values()))
        case ["run", "services", "update-traffic", name, *rest]:
            traffic(cloud["services"][name], rest)
        case ["run", "jobs", "list", *_]:
            return "\n".join(cloud["jobs"])
        case ["run", "jobs", "execute", name, *_]:
            assert name in cloud["jobs"]
        case ["storage", "objects", "list", pattern, *_]:
            return listed(cloud, pattern, flag(words, "filter"))
        case ["storage", "cat", address]:
            return str(cloud["objects"][address])
        case ["storage", "cp", source, address]:
            cloud["objects"][address] = Path(source).read_text(encoding="utf-8")
        case ["builds", "describe", build, *_]:
            return str(cloud["builds"][build])
        case ["auth", "print-access-token"]:
            return "a-token"
    return ""


def terraform(cloud: dict[str, Any], words: list[str]) -> str:
    if "show" in words:
        return json.dumps(cloud["plan"])
    if "apply" in words:
        for name in cloud["applies"]:
            digest = FILE.with_name(f"{name.replace('-', '_')}.sha256").read_text().strip()
            spec = {"template": {"spec": {"containers": [{"image": f"images/{name}:{digest}"}]}}}
            status: dict[str, Any] = {"traffic": [{"latestRevision": True, "percent": 100}]}
            status |= {"url": f"https://{name}.example", "latestReadyRevisionName": f"{name}-1"}
            service = cloud["services"].setdefault(name, {"metadata": {"name": name}})
            service["spec"] = spec
            known = service.setdefault("status", status)
            number = int(known["latestReadyRevisionName"].rpartition("-")[2]) + 1
            for newest in ("latestReadyRevisionName", "latestCreatedRevisionName"):
                known[newest] = f"{name}-{number}"
    return ""


def main() -> None:
    name, words = Path(sys.argv[0]).name, sys.argv[1:]
    with state() as cloud:
        cloud["ran"].append([name, *words])
        known = {"gcloud": gcloud, "terraform": terraform}
        failing = [one for one in cloud["failing"] if one in " ".join([name, *words])]
        answer = known[name](cloud, words) if name in known and not failing else ""
    sys.stdout.write(answer)
    sys.exit(1 if failing else 0)


if __name__ == "__main__":
    main()
