"""What the steps share: settings from the environment, commands, and a dry run that prints them."""

import argparse
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scripts.deploy import ROOT

SETTINGS = {
    "PROJECT_ID": "the Google Cloud project",
    "REGION": "the region of the functions, as in terraform/environments",
    "ENVIRONMENT": "which of terraform/environments/*.tfvars: staging or production",
    "STATE_BUCKET": "the bucket of Terraform's state, which also keeps the records of releases",
    "REPOSITORY": "where images are pushed: REGION-docker.pkg.dev/PROJECT/NAME",
    "IMAGE": "the builder image, which carries `knock`",
    "NETWORK": "the VPC network from which the smoke test asks",
    "SUBNET": "its subnet, with Private Google Access",
    "SMOKE_ACCOUNT": "a service account without roles, as which the smoke test runs",
}


def need(*names: str) -> list[str]:
    """Return these settings, or end by naming every one that is missing."""
    missing = [f"  export {name}=…   # {SETTINGS[name]}" for name in names if not _given(name)]
    if missing:
        sys.exit("\n".join(["Not set, so nothing was done:", *missing, "See docs/deploying.md."]))
    return [os.environ[name] for name in names]


def _given(name: str) -> bool:
    # Cloud Build leaves a substitution without a value empty.
    return bool(os.environ.get(name))


@dataclass(frozen=True)
class Shell:
    """Runs commands from the repository's root; a dry one only prints them."""

    dry: bool

    def run(self, *words: str) -> None:
        """Say and run a command; end with its status when it fails."""
        self._say(words)
        if self.dry:
            return
        done = subprocess.run(words, cwd=ROOT, check=False)
        if done.returncode:
            sys.exit(f"{words[0]} ended with {done.returncode}: {shlex.join(words)}")

    def read(self, *words: str, dry: str = "") -> str:
        """Return what a command that changes nothing prints; `dry` stands for it in a dry run."""
        self._say(words)
        if self.dry:
            return dry
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{done.stderr.strip()}\n{words[0]} ended with {done.returncode}")
        return done.stdout

    def read_json(self, *words: str, dry: Any) -> Any:
        """Return what a command prints, parsed."""
        return json.loads(self.read(*words, dry=json.dumps(dry)))

    def say(self, text: str) -> None:
        """Tell a person; a comment, so that a dry run's output can be pasted."""
        print(f"# {text}", flush=True)

    def _say(self, words: Sequence[str]) -> None:
        print(f"{'' if self.dry else '+ '}{shlex.join(words)}", flush=True)


def parser(purpose: str | None) -> argparse.ArgumentParser:
    """Return the parser of a step: every step can be run dry."""
    made = argparse.ArgumentParser(description=purpose)
    made.add_argument(
        "--dry-run", action="store_true", help="print the commands instead of running them"
    )
    return made


def from_arguments(purpose: str | None) -> Shell:
    """Return the shell that a step without options of its own was asked for."""
    return Shell(dry=parser(purpose).parse_args().dry_run)
