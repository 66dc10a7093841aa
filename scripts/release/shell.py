"""What the steps share: where they act, commands, and a dry run that prints them."""

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scripts.release import ROOT

ENVIRONMENTS = ROOT / "terraform/environments"
_LINE = re.compile(r'^(\w+)\s*=\s*"([^"]*)"', re.MULTILINE)


@dataclass(frozen=True)
class Place:
    """Where a step acts, as terraform/environments says; the names are those of terraform/."""

    environment: str
    project: str
    region: str

    @property
    def state_bucket(self) -> str:
        """Return the bucket of Terraform's state, which also keeps the records of releases."""
        return f"{self.project}-terraform"

    @property
    def repository(self) -> str:
        """Return the address below which images lie."""
        return f"{self.region}-docker.pkg.dev/{self.project}/savepoint"

    @property
    def flags(self) -> tuple[str, str]:
        """Return the flags that name the place to gcloud."""
        return f"--project={self.project}", f"--region={self.region}"


def place() -> Place:
    """Return where ENVIRONMENT is; end with what to set when it is missing or another project's."""
    known = {one.stem: one for one in sorted(ENVIRONMENTS.glob("*.tfvars"))}
    environment = os.environ.get("ENVIRONMENT", "")
    if environment not in known:
        said = f"ENVIRONMENT is {environment}" if environment else "ENVIRONMENT is not set"
        choices = "".join(f"\n  export ENVIRONMENT={one}" for one in known)
        sys.exit(f"{said}, so nothing was done. One of{choices}\nSee docs/deploying.md.")
    values = dict(_LINE.findall(known[environment].read_text(encoding="utf-8")))
    found = Place(environment, values["project"], values["region"])
    ours = os.environ.get("PROJECT_ID", found.project)
    if ours != found.project:
        sys.exit(
            f"This build runs in {ours}, but {environment} is {found.project}: mend"
            f" terraform/environments/{environment}.tfvars, or build there."
        )
    return found


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
