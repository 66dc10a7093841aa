"""The playbook without a host: the settings it refuses and the files it would write."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from emulators.staging import FIRST_FUNCTION, function_ports
from shared.runtime import manifest

ROOT = Path(__file__).parents[2]
ANSIBLE = ROOT / "ansible"
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
BASE = 8080
KEYWORDS = {
    *("args", "become", "block", "changed_when", "check_mode", "delegate_to", "environment"),
    *("fail_msg", "loop", "loop_control", "name", "notify", "register", "retries", "delay"),
    *("until", "vars", "when"),
}


def play(
    folder: Path, tasks: list[dict[str, Any]], **given: Any
) -> subprocess.CompletedProcess[str]:
    """Run tasks on this machine with the playbook's variables and `given`."""
    book = folder / "book.yml"
    head = {"hosts": "localhost", "connection": "local", "gather_facts": False}
    files = [str(ANSIBLE / "group_vars/all.yml")]
    book.write_text(yaml.safe_dump([{**head, "vars_files": files, "tasks": tasks}]))
    return subprocess.run(
        [str(PLAYBOOK), "-i", "localhost,", "-e", json.dumps(given), str(book)],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "ANSIBLE_CONFIG": str(ANSIBLE / "ansible.cfg"),
            "ANSIBLE_HOME": str(folder / "home"),
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        },
    )


def tasks(file: Path) -> list[dict[str, Any]]:
    """Return the tasks of a file, including those in blocks."""
    found = yaml.safe_load(file.read_text())
    if "hosts" in found[0]:
        found = found[0]["post_tasks"]
    return [*found, *(one for task in found for one in task.get("block", []))]


TASKS = sorted([*ANSIBLE.glob("roles/*/*/*.yml"), ANSIBLE / "site.yml"])
TASKS = [file for file in TASKS if file.parent.name != "defaults"]


@pytest.mark.parametrize("file", TASKS, ids=lambda file: str(file.relative_to(ANSIBLE)))
def test_tasks_are_named_and_use_builtin_modules(file: Path) -> None:
    for task in tasks(file):
        assert task["name"][0].isupper(), task
        modules = task.keys() - KEYWORDS
        assert all(module.startswith("ansible.builtin.") for module in modules), modules


def test_every_command_declares_when_it_changes_something() -> None:
    for file in TASKS:
        for task in tasks(file):
            called = task.get("ansible.builtin.command") or task.get("ansible.builtin.shell")
            assert not called or "changed_when" in task or "creates" in called, task["name"]


def test_the_playbook_is_valid() -> None:
    command = [str(PLAYBOOK), "-i", "inventory.example.yml", "--syntax-check", "site.yml"]
    done = subprocess.run(command, cwd=ANSIBLE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_guard_runs_first() -> None:
    site = yaml.safe_load((ANSIBLE / "site.yml").read_text())[0]
    assert site["roles"][0] == "guard"
    assert "pre_tasks" not in site
    assert site["gather_facts"] is False


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"savepoint_emulators_address": "0.0.0.0"}, "may listen only on 127.0.0.1"),
        ({"savepoint_emulators_address": "127.0.0.1.example.com"}, "may listen only on 127.0.0.1"),
        ({"savepoint_port": 80}, "it must be a number from 1024 to 65000"),
        ({"savepoint_tls_key": "/etc/ssl/key.pem"}, "or neither"),
    ],
)
def test_an_invalid_setting_is_refused_in_one_sentence(
    given: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    guard = [{"ansible.builtin.include_role": {"name": "guard"}}]
    done = play(tmp_path, guard, **given)
    assert done.returncode != 0
    assert sentence in " ".join(done.stdout.split())
    assert "changed=0 " in done.stdout


# One run writes all units, because each run takes seconds.
ALL = """
=== savepoint.target
{% include "savepoint.target.j2" %}
{% for name in units_others %}
=== {{ name }}
{% include name ~ ".j2" %}
{% endfor %}
{% for item in units_listening | product(["socket", "service"]) %}
=== savepoint-{{ item.0.name }}.{{ item.1 }}
{% include "listening." ~ item.1 ~ ".j2" %}
{% endfor %}
{% for item in savepoint_functions %}
=== savepoint-function-{{ item.service }}.service
{% include "savepoint-function.service.j2" %}
{% endfor %}
"""


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all units as the playbook writes them."""
    folder = tmp_path_factory.mktemp("units")
    (folder / "venv").symlink_to(Path(sys.executable).parents[1])
    (folder / "app").symlink_to(ROOT)
    known = manifest.discover([ROOT])
    ports = function_ports(BASE, known)
    functions = [
        {
            "name": name,
            "service": one.service,
            "hash": "0" * 64,
            "port": ports[name],
            "memory": one.memory.removesuffix("i"),
            "timeout": one.timeout,
        }
        for name, one in known.items()
    ]
    defaults = yaml.safe_load((ANSIBLE / "roles/units/defaults/main.yml").read_text())
    templates = folder / "templates"
    shutil.copytree(ANSIBLE / "roles/units/templates", templates)
    (templates / "all.j2").write_text(ALL)
    writing = {
        "ansible.builtin.template": {"src": str(templates / "all.j2"), "dest": f"{folder}/all"}
    }
    given = {"savepoint_functions": functions, "savepoint_home": str(folder)}
    done = play(folder, [writing], **given, **defaults)
    assert done.returncode == 0, done.stdout
    for part in (folder / "all").read_text().split("=== ")[1:]:
        name, _, text = part.partition("\n")
        (folder / name).write_text(text)
    return folder


def test_systemd_accepts_every_unit(units: Path) -> None:
    (units / "mariadb.service").write_text("[Service]\nExecStart=/bin/true\n")
    found = sorted(units.glob("*.*"))
    names = [str(one) for one in found if one.suffix in {".service", ".socket", ".timer"}]
    assert len(names) > 30
    done = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", "--man=no", *names],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{units}:"},
    )
    complaints = [line for line in done.stderr.splitlines() if str(units) in line]
    # The backup script exists only on the host.
    assert [line for line in complaints if "savepoint-backup" not in line] == []


def test_no_unit_is_reachable_or_can_connect_out(units: Path) -> None:
    for unit in units.glob("savepoint-*.service"):
        if unit.name != "savepoint-backup.service":
            text = unit.read_text()
            assert "IPAddressDeny=any" in text, unit.name
            assert "User=savepoint" in text, unit.name
    sockets = [one.read_text() for one in units.glob("savepoint-*.socket")]
    listens = [line for text in sockets for line in re.findall(r"ListenStream=(.*)", text)]
    assert sorted(listens) == ["127.0.0.1:8080", "127.0.0.1:8081", "127.0.0.1:8085"]


def test_each_function_is_a_unit_with_its_bundle_and_memory(units: Path) -> None:
    known = manifest.discover([ROOT])
    target = (units / "savepoint.target").read_text()
    seen = set()
    for one in known.values():
        name = f"savepoint-function-{one.service}.service"
        text = (units / name).read_text()
        assert f"Wants={name}" in target
        assert f"MemoryMax={one.memory.removesuffix('i')}" in text
        assert f"K_SERVICE={one.service}" in text
        # systemd uses the last one: the bundle, not the repository.
        assert re.findall("WorkingDirectory=(.*)", text)[-1].endswith(f"/{one.name}/{'0' * 64}")
        seen.update(re.findall(r" PORT=(\d+)", text))
    assert seen == {str(BASE + FIRST_FUNCTION + n) for n in range(len(known))}
