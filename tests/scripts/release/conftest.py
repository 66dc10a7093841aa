"""`fake`: a cloud with two functions at their first revision, and the programs that change it."""

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts.release import ROOT, image, plan, promote, release
from tests.scripts.release.monitoring import monitored

PROGRAMS = ("gcloud", "terraform", "docker", "make")
# Migrations and manifests are compared with those of a commit, which the real git reads.
HEAD = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=ROOT, text=True).strip()
SETTINGS = {"ENVIRONMENT": "staging", "COMMIT_SHA": HEAD}


@dataclass(frozen=True)
class StepResult:
    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Fake:
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capfd: pytest.CaptureFixture[str]

    @property
    def file(self) -> Path:
        return self.folder / "cloud.json"

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.file.read_text())
        return found

    def change(self, **changes: Any) -> None:
        self.file.write_text(json.dumps(self.read() | changes))

    def step(self, name: str, *words: str, **more: str) -> StepResult:
        """Run a step like `python -m scripts.release.NAME`, but faster: in this process."""
        step = importlib.import_module(f"scripts.release.{name}")
        with self.monkeypatch.context() as patch:
            for key, value in more.items():
                patch.setenv(key, value)
            patch.setattr(sys, "argv", [name, *words])
            self.capfd.readouterr()
            status, message = 0, ""
            try:
                step.main()
            except SystemExit as end:
                status, message = (
                    (end.code, "") if isinstance(end.code, int) else (1, str(end.code))
                )
        out, err = self.capfd.readouterr()
        return StepResult(status, out, err + message)

    def ran(self) -> list[str]:
        """Return the commands run since the last call."""
        commands = [" ".join(words) for words in self.read()["ran"]]
        self.change(ran=[])
        return commands

    def shares(self, name: str) -> dict[str, int]:
        """Return each revision's share of a function's requests."""
        traffic = self.read()["services"][name]["status"]["traffic"]
        return {
            one.get("revisionName", "latest"): one["percent"] for one in traffic if "percent" in one
        }


def service(name: str) -> dict[str, Any]:
    """Return a function after its first deployment, with unpinned traffic."""
    first = f"{name}-1"
    traffic = [{"latestRevision": True, "revisionName": first, "percent": 100}]
    ready = {"latestReadyRevisionName": first, "latestCreatedRevisionName": first}
    spec = {"template": {"spec": {"containers": [{"image": f"images/{name}:before"}]}}}
    status = {**ready, "traffic": traffic}
    return {"metadata": {"name": name}, "spec": spec, "status": status}


@pytest.fixture
def fake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Fake]:
    script = Path(__file__).with_name("fake_cloud.py").read_text()
    for name in PROGRAMS:
        program = tmp_path / name
        program.write_text(f"#!{sys.executable} -IS\n{script}")
        program.chmod(0o755)
    for key, value in SETTINGS.items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_CLOUD", str(tmp_path / "cloud.json"))
    monkeypatch.setattr(release, "FILE", tmp_path / "release.json")
    monkeypatch.setattr(image, "FILE", tmp_path / "migrate.image")
    monkeypatch.setattr(promote, "BUILD", tmp_path)
    for name in ("catalog", "roll_up_sessions", "playtime"):
        (tmp_path / f"{name}.sha256").write_text("hash\n")
    monkeypatch.setattr(plan, "RELEASED", tmp_path / "released")
    image.FILE.write_text("images/migrate:first")
    made = Fake(tmp_path, monkeypatch, capfd)
    start = {
        "services": {name: service(name) for name in ("catalog", "roll-up-sessions")},
        "jobs": ["migrate"],
        "objects": {},
        "builds": {},
        "plan": {},
        "applies": ["catalog", "roll-up-sessions"],
        "failing": [],
        "ran": [],
    }
    made.file.write_text(json.dumps(start))
    on_term = signal.getsignal(signal.SIGTERM)
    yield made
    signal.signal(signal.SIGTERM, on_term)


@pytest.fixture
def monitoring() -> Iterator[Any]:
    """Set each revision's requests, errors and p99; return the settings of a step."""
    with monitored() as set_counts:
        yield set_counts
