"""cloudbuild.yaml: its order, its settings, and every step's dry run."""

import re
import shlex
from typing import Any

import pytest
import yaml

from scripts.release import ROOT, migrate, shell, smoke
from tests.scripts.release.conftest import Fake

BUILD: dict[str, Any] = yaml.safe_load((ROOT / "cloudbuild.yaml").read_text())
STEPS: dict[str, dict[str, Any]] = {one["id"]: one for one in BUILD["steps"]}
ORDER = [
    "check", "test", "bundles", "image", "plan", "migrate", "pin", "apply", "grant", "smoke",
    "canary", "promote",
]  # fmt: skip
BUILT_IN = {"PROJECT_ID", "COMMIT_SHA", "BUILD_ID"}
# A step must run in a fresh clone, before `check` has created .venv.
FOR_TESTS = {"MONITORING_URL", "MONITORING_DELAY_SECONDS"}
BEFORE_VENV = {"check", "test"}


def seconds(text: str) -> int:
    assert re.fullmatch(r"\d+s", text)
    return int(text[:-1])


def test_the_steps_are_in_a_safe_order() -> None:
    assert list(STEPS) == ORDER
    assert not any("waitFor" in one for one in STEPS.values())


def test_every_step_runs_a_program_of_the_repository_in_the_same_image() -> None:
    for name, step in STEPS.items():
        assert step["name"] == "${_IMAGE}"
        assert step["entrypoint"] == ("python3" if name in BEFORE_VENV else ".venv/bin/python")
        assert step["args"] == ["-m", f"scripts.release.{name}"]
        assert (ROOT / f"scripts/release/{name}.py").is_file()


def test_every_program_is_a_step_or_a_rollback() -> None:
    programs = {
        one.stem
        for one in (ROOT / "scripts/release").glob("*.py")
        if "from_arguments(__doc__)" in one.read_text()
        or "shell.parser(__doc__)" in one.read_text()
    }
    assert programs == {*ORDER, "rollback"}


def test_every_setting_is_set_and_every_substitution_used() -> None:
    given = {one.split("=", 1)[0]: one.split("=", 1)[1] for one in BUILD["options"]["env"]}
    assert set(given) == {"CI", *environment_variables()}
    text = (ROOT / "cloudbuild.yaml").read_text()
    used = set(re.findall(r"\$\{(\w+)\}", text)) - BUILT_IN
    assert used == set(BUILD["substitutions"])
    # Cloud Build resolves one level of reference between substitutions.
    for value in BUILD["substitutions"].values():
        for name in set(re.findall(r"\$\{(_\w+)\}", value)):
            assert "$" not in BUILD["substitutions"][name]


def test_timeouts_exceed_those_they_contain() -> None:
    assert all("timeout" in one for one in STEPS.values())
    together = sum(seconds(one["timeout"]) for one in STEPS.values())
    assert together <= seconds(BUILD["timeout"]) <= 86_400
    # Twice the wait, plus the delay of Cloud Monitoring.
    waits = 2 * (60 * int(BUILD["substitutions"]["_CANARY_MINUTES"]) + 180)
    assert seconds(STEPS["canary"]["timeout"]) > waits
    # The migrate job itself may take an hour.
    assert seconds(STEPS["migrate"]["timeout"]) > 3600


@pytest.mark.parametrize("name", [*ORDER, "rollback"])
def test_a_dry_run_prints_commands_and_runs_none(name: str, fake: Fake) -> None:
    done = fake.step(name, "--dry-run")
    assert done.returncode == 0, done.stderr
    commands = [one for one in done.stdout.splitlines() if not one.startswith("#")]
    assert commands
    programs = {shlex.split(one)[0] for one in commands}
    assert programs <= {
        "git",
        "make",
        "docker",
        "terraform",
        "gcloud",
        "curl",
        "sleep",
        ".venv/bin/python",
    }
    assert fake.ran() == []


def environment_variables() -> set[str]:
    """Return the variables that the steps read, except those only tests set."""
    code = "".join(one.read_text() for one in (ROOT / "scripts/release").glob("*.py"))
    return set(re.findall(r'environ\.get\("([A-Z_]+)"', code)) - FOR_TESTS


@pytest.mark.parametrize(
    "name", ["image", "plan", "migrate", "pin", "grant", "smoke", "canary", "promote", "rollback"]
)
def test_a_step_without_an_environment_names_the_missing_setting(name: str, fake: Fake) -> None:
    for given in ("", "moon"):
        done = fake.step(name, ENVIRONMENT=given)
        assert done.returncode == 1
        assert "so nothing was done" in done.stderr
        assert "export ENVIRONMENT=production" in done.stderr
    assert fake.ran() == []


def test_a_build_in_another_project_is_refused(fake: Fake) -> None:
    done = fake.step("pin", PROJECT_ID="savepoint-production")
    assert done.returncode == 1
    assert "runs in savepoint-production, but staging is savepoint-staging" in done.stderr
    assert fake.ran() == []


def test_names_match_terraform() -> None:
    terraform = {one: (ROOT / f"terraform/{one}").read_text() for one in (
        "bundles.tf", "modules/network/main.tf", "modules/migrate/main.tf", "variables.tf"
    )}  # fmt: skip
    assert 'repository_id = "savepoint"' in terraform["bundles.tf"]
    assert f'name                     = "{smoke.NETWORK}"' in terraform["modules/network/main.tf"]
    assert f'name                = "{migrate.JOB}"' in terraform["modules/migrate/main.tf"]
    assert 'variable "migrate_image"' in terraform["variables.tf"]
    assert 'backend "gcs"' in (ROOT / "terraform/versions.tf").read_text()
    for file in shell.ENVIRONMENTS.glob("*.tfvars"):
        assert re.search(r"^region +=", file.read_text(), re.MULTILINE)
