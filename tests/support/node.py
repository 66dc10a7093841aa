"""Runs programs in the TypeScript client's folder."""

import os
import subprocess

from emulators.cloud.config import ROOT

CLIENT = ROOT / "clients" / "ts"


def run(*command: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the client's folder, and return its result."""
    return subprocess.run(
        command,
        cwd=CLIENT,
        env=os.environ | env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
        check=False,
    )


def start(*command: str, **env: str) -> subprocess.Popen[str]:
    """Start a command in the client's folder whose output is read line by line."""
    return subprocess.Popen(
        command, cwd=CLIENT, env=os.environ | env, stdout=subprocess.PIPE, text=True
    )
