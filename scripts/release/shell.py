"""The environment, commands and dry runs that all release steps share."""

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
    """The environment that a step acts on, from terraform/environments."""

    environment: str
    project: str
    region: str

    @property
    def state_bucket(self) -> str:
        """Return the bucket of Terraform's state, which also stores the records of releases."""
        return f"{self.project}-terraform"

    @property
    def repository(self) -> str:
        """Return the repository of container images."""
        return f"{self.region}-docker.pkg.dev/{self.project}/savepoint"

    @property
    def flags(self) -> tuple[str, str]:
        """Return gcloud's flags for the project and region."""
        return f"--project={self.project}", f"--region={self.region}"


def place() -> Place:
    """Return the environment named by ENVIRONMENT; exit if it is unset or in another project."""
    known = {one.stem: one for one in sorted(ENVIRONMENTS.glob("*.tfvars"))}
    environment = os.environ.get("ENVIRONMENT", "")
    if environment not in known:
        problem = f"ENVIRONMENT is {environment}" if environment else "ENVIRONMENT is not set"
        choices = "".join(f"\n  export ENVIRONMENT={one}" for one in known)
        sys.exit(f"{problem}, so nothing was done. Use one of{choices}\nSee docs/deploying.md.")
    values = dict(_LINE.findall(known[environment].read_text(encoding="utf-8")))
    found = Place(environment, values["project"], values["region"])
    ours = os.environ.get("PROJECT_ID", found.project)
    if ours != found.project:
        sys.exit(
            f"This build runs in {ours}, but {environment} is {found.project}: fix"
            f" terraform/environments/{environment}.tfvars, or build there."
        )
    return found


@dataclass(frozen=True)
class Shell:
    """Runs commands in the repository's root folder; in a dry run, only prints them."""

    dry: bool

    def run(self, *words: str) -> None:
        """Print and run a command; exit if it fails."""
        self._print(words)
        if self.dry:
            return
        done = subprocess.run(words, cwd=ROOT, check=False)
        if done.returncode:
            sys.exit(f"{words[0]} failed with {done.returncode}: {shlex.join(words)}")

    def read(self, *words: str, dry: str = "") -> str:
        """Return the output of a read-only command, or `dry` in a dry run."""
        self._print(words)
        if self.dry:
            return dry
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{done.stderr.strip()}\n{words[0]} failed with {done.returncode}")
        return done.stdout

    def read_json(self, *words: str, dry: Any) -> Any:
        """Return a command's output, parsed as JSON."""
        return json.loads(self.read(*words, dry=json.dumps(dry)))

    def say(self, text: str) -> None:
        """Print a message as a shell comment, so that a dry run's output can be run as a script."""
        print(f"# {text}", flush=True)

    def _print(self, words: Sequence[str]) -> None:
        print(f"{'' if self.dry else '+ '}{shlex.join(words)}", flush=True)


def parser(purpose: str | None) -> argparse.ArgumentParser:
    """Return a step's argument parser, which always has the option `--dry-run`."""
    made = argparse.ArgumentParser(description=purpose)
    made.add_argument(
        "--dry-run", action="store_true", help="print the commands instead of running them"
    )
    return made


def from_arguments(purpose: str | None) -> Shell:
    """Return the shell for a step that has no options except `--dry-run`."""
    return Shell(dry=parser(purpose).parse_args().dry_run)
