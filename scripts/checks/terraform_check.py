"""Checks terraform/ without cloud access: `python -m scripts.checks.terraform_check [--checkov]`.

The format check and the manifests module's tests need no Terraform provider. The commands init,
validate, plan and test need stand-in providers that have the real providers' schemas. The stand-ins
are in the folder named by TERRAFORM_OFFLINE, by default ../shared/terraform-offline. Commands that
need providers run in a copy, so no lock file is left behind.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.bundling import bundle, imports
from shared.runtime import manifest

TERRAFORM = imports.ROOT / "terraform"
# The files that Terraform reads outside its own folder.
READ = ("docs/openapi.json", "shared/schema", "shared/domain/metrics.py", "functions", "triggers")
LOCAL = 'terraform {\n  backend "local" {}\n}\n'
FRESH = ("-var-file=environments/staging.tfvars", "-var=migrate_image=example.com/migrate:1")
"""The arguments of a plan for an empty project."""


def offline() -> Path | None:
    """Return the folder of stand-in providers, if there is one."""
    beside = imports.ROOT.parent / "shared/terraform-offline"
    folder = Path(os.environ.get("TERRAFORM_OFFLINE", beside)).resolve()
    return folder if (folder / "install.sh").exists() else None


def providers(folder: Path, prefix: Path) -> dict[str, str]:
    """Install stand-ins for the pinned providers; return the environment that selects them."""
    versions = (TERRAFORM / "versions.tf").read_text(encoding="utf-8")
    pinned = re.findall(r'"hashicorp/(.+)"\n *version = "(.+)"', versions)
    names = [f"{name}-{version}" for name, version in pinned]
    configuration = prefix / "terraformrc"
    if not configuration.exists():
        subprocess.run([folder / "install.sh", prefix, *names], check=True, capture_output=True)
    return {**os.environ, "TF_CLI_CONFIG_FILE": str(configuration), "TF_IN_AUTOMATION": "1"}


def copy(into: Path) -> Path:
    """Copy Terraform's input and stage the bundles; return the copied terraform folder."""
    ignored = shutil.ignore_patterns(".terraform*", "__pycache__", "*.tfstate*")
    for name in ("terraform", *READ):
        source, target = imports.ROOT / name, into / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=ignored)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    bundle.stage(manifest.discover([imports.ROOT]).values(), into / "build")
    folder = into / "terraform"
    (folder / "local_override.tf").write_text(LOCAL)
    return folder


def run(folder: Path, environment: dict[str, str], *words: str) -> str:
    """Run Terraform in a folder and return its output; raise CalledProcessError if it fails."""
    command = ["terraform", f"-chdir={folder}", *words, "-no-color"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    return done.stdout


def _report(name: str, output: str = "") -> None:
    lines = [line for line in output.splitlines() if re.search(r"^(Plan:|Success!)", line)]
    print(f"ok      {name}{': ' + lines[-1] if lines else ''}", flush=True)


def _without_providers(scratch: Path) -> None:
    run(TERRAFORM, dict(os.environ), "fmt", "-check", "-recursive")
    _report("terraform format")
    environment = {**os.environ, "TF_DATA_DIR": str(scratch / "manifests")}
    folder = TERRAFORM / "modules/manifests"
    run(folder, environment, "init", "-input=false")
    _report("terraform test of the manifests module", run(folder, environment, "test"))


def _with_providers(folder: Path, scratch: Path) -> None:
    copied = copy(scratch / "copy")
    environment = providers(folder, scratch / "providers")
    for name, words in (
        ("init", ("-input=false",)),
        ("validate", ()),
        ("plan", ("-input=false", "-refresh=false", *FRESH)),
        ("test", ()),
    ):
        _report(f"terraform {name}", run(copied, environment, name, *words))


def _checkov(scratch: Path) -> None:
    """Scan for known weaknesses with Checkov; a comment explains each exception."""
    python = scratch / "checkov/bin/python"
    subprocess.run([sys.executable, "-m", "venv", scratch / "checkov"], check=True)
    lock = imports.ROOT / "scripts/checks/checkov.lock"
    uv = (sys.executable, "-m", "uv", "pip", "install", "--quiet", "--require-hashes")
    subprocess.run([*uv, "--python", str(python), "-r", str(lock)], check=True)
    command = [str(python), "-m", "checkov.main", "--config-file", ".checkov.yaml"]
    subprocess.run(command, cwd=imports.ROOT, check=True)
    _report("checkov")


def main() -> None:
    """Run every check that this machine supports; print the checks that are skipped."""
    parser = argparse.ArgumentParser(description="Check terraform/ without a cloud.")
    parser.add_argument("--checkov", action="store_true", help="also scan for known weaknesses")
    options = parser.parse_args()
    if not shutil.which("terraform"):
        print("skipped everything: terraform is not installed")
        return
    found = offline()
    with tempfile.TemporaryDirectory() as scratch:
        try:
            _without_providers(Path(scratch))
            if found:
                _with_providers(found, Path(scratch))
            else:
                print("skipped terraform init, validate, plan, test: no stand-in providers found")
            if options.checkov:
                _checkov(Path(scratch))
        except subprocess.CalledProcessError as error:
            sys.exit(f"{error.stdout or ''}{error.stderr or ''}\n{error}")


if __name__ == "__main__":
    main()
