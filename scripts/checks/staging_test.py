"""`make staging-test`: tests the staging playbook in a local Debian container with systemd.

The test needs root, debootstrap and systemd-nspawn, and takes several minutes. All services listen
on loopback addresses.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from scripts.bundling.imports import ROOT

PORT, GATEWAY_PORT = 28080, 28443
SDK = "/usr/lib/google-cloud-sdk"
SUITE = "bookworm"
PACKAGES = (
    "systemd,systemd-sysv,dbus,python3,python3-apt,python3-venv,ca-certificates,git,iproute2,curl"
)
# Settings passed on so that the container reaches package registries as this machine does.
PASSED_ON = ("SSL_CERT_FILE", "PIP_CERT", "http_proxy", "https_proxy", "no_proxy")
SHARED = ("/etc/ssl/certs/ca-certificates.crt", SDK)
BOOT_SECONDS = 60
STATE = "/var/lib/savepoint"
PYTHON = ("runuser", "--user=savepoint", "--", "/srv/savepoint/venv/bin/python")
INVENTORY = {
    "staging": {
        "hosts": {
            "staging.test": {
                "ansible_connection": "local",
                "ansible_become": False,
                "savepoint_port": PORT,
                "savepoint_gateway_listen": f"127.0.0.1:{GATEWAY_PORT}",
            }
        }
    }
}


class Failed(Exception):
    """A check failed; the message says which one."""


@dataclass(frozen=True)
class Host:
    """A booted container, with its folder and the pid of its init process."""

    root: Path
    init: int

    def run(self, *command: str, cwd: str = "/") -> str:
        """Run a command in the container and return its output; raise Failed if it fails."""
        return _output(self.attempt(*command, cwd=cwd))

    def attempt(self, *command: str, cwd: str = "/") -> subprocess.CompletedProcess[str]:
        """Run a command in the container and return the completed process."""
        kept = [f"{name}={os.environ[name]}" for name in PASSED_ON if name in os.environ]
        path = "PATH=/usr/local/sbin:/usr/sbin:/usr/bin"
        clean = ("env", "-i", f"--chdir={cwd}", "HOME=/root", "LANG=C.UTF-8", path, *kept)
        return _attempt("nsenter", f"--target={self.init}", "--all", *clean, *command)

    def play(self, *more: str) -> subprocess.CompletedProcess[str]:
        """Run the cloned repository's playbook in the container."""
        words = ("/opt/control/bin/ansible-playbook", "-i", "/srv/inventory.json", "site.yml")
        return self.attempt(*words, *more, cwd="/srv/savepoint/ansible")


def _attempt(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def _output(result: subprocess.CompletedProcess[str]) -> str:
    if result.returncode:
        raise Failed(f"{' '.join(result.args)}: {result.stdout[-3000:]}{result.stderr[-3000:]}")
    return result.stdout


def main() -> int:
    """Run all checks; return 0 if they pass."""
    started = time.monotonic()
    try:
        _check_requirements()
        with tempfile.TemporaryDirectory(prefix="savepoint-staging-") as folder:
            root = _installed(Path(folder) / "root")
            with _booted(root) as host:
                _check(host)
    except Failed as failed:
        print(f"FAILED  {failed}", file=sys.stderr)
        return 1
    print(f"All checks passed in {time.monotonic() - started:.0f} s.")
    return 0


def _check_requirements() -> None:
    """Raise Failed if the script is not run as root, or if packages are missing."""
    if os.geteuid() != 0:
        raise Failed("only root may boot a container: sudo make staging-test")
    tools = {"debootstrap": "debootstrap", "systemd-nspawn": "systemd-container"}
    if missing := [package for tool, package in tools.items() if not shutil.which(tool)]:
        raise Failed(f"missing packages: apt-get install {' '.join(missing)}")


def _check(host: Host) -> None:
    host.run("/srv/savepoint/ansible/packages.sh", "/opt/control")
    _report("A public address is rejected", _rejected(host))
    _report("The first run sets up the host", _played(host))
    _report("The second run changes nothing", _played(host, changed=0))
    _report("Bundles are the ones that are deployed", _same_bundles(host))
    _report("The gateway serves only the API, with its header", _gateway(host))
    _report("The demo passes", _demo(host))
    _report("A backup is restored into an empty server", _restored(host))
    _report("Documents and messages survive a restart", _restarted(host))


def _report(check: str, result: str) -> None:
    print(f"ok      {check}: {result}", flush=True)


def _installed(root: Path) -> Path:
    """Copy a minimal Debian system, created on first use, and clone this commit into it."""
    cache = Path(os.environ.get("SAVEPOINT_CACHE") or Path.home() / ".cache/savepoint")
    base = cache / f"debian-{SUITE}"
    if not (base / "made").exists():
        shutil.rmtree(base, ignore_errors=True)
        base.parent.mkdir(parents=True, exist_ok=True)
        include = f"--include={PACKAGES}"
        _output(_attempt("debootstrap", "--variant=minbase", include, SUITE, str(base)))
        (base / "made").touch()
    _output(_attempt("cp", "--archive", "--reflink=auto", str(base), str(root)))
    _output(_attempt("git", "clone", "--quiet", str(ROOT), str(root / "srv/savepoint")))
    (root / "srv/inventory.json").write_text(json.dumps({"all": {"children": INVENTORY}}))
    return root


@contextlib.contextmanager
def _booted(root: Path) -> Iterator[Host]:
    """Boot the container, and stop it at the end."""
    bound = [f"--bind-ro={path}" for path in SHARED if Path(path).exists()]
    wheels = Path.home() / ".cache/uv"
    if wheels.exists():
        bound.append(f"--bind={wheels}")
    words = ("--quiet", "--register=no", "--keep-unit", "--console=pipe", "--boot")
    with subprocess.Popen(
        ["systemd-nspawn", f"--directory={root}", *words, *bound],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as container:
        try:
            yield _ready(root, container)
        finally:
            container.terminate()  # systemd stops its units first
            container.wait(120)


def _ready(root: Path, container: "subprocess.Popen[bytes]") -> Host:
    until = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < until and container.poll() is None:
        for child in psutil.Process(container.pid).children():
            host = Host(root, child.pid)
            state = host.attempt("systemctl", "is-system-running").stdout.strip()
            if state in {"running", "degraded"}:
                return host
        time.sleep(0.5)
    raise Failed(f"The container did not boot (code {container.poll()}).")


def _rejected(host: Host) -> str:
    result = host.play("--extra-vars", "savepoint_emulators_address=0.0.0.0")
    message = "savepoint_emulators_address is 0.0.0.0"
    output = result.stdout
    if result.returncode == 0 or message not in output or "changed=0 " not in output:
        raise Failed(f"it was not rejected: {output[-2000:]}{result.stderr[-1000:]}")
    return message


def _played(host: Host, changed: int | None = None) -> str:
    result = host.play()
    recap = result.stdout.strip().splitlines()[-1]
    if result.returncode or (changed is not None and f"changed={changed} " not in recap):
        raise Failed(result.stdout[-5000:] + result.stderr[-1000:])
    return " ".join(recap.split(":")[1].split())


def _same_bundles(host: Host) -> str:
    clone = host.root / "srv/savepoint"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "scripts.bundling.bundle", "--into", folder]
        staged = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=True)
    expected = {tuple(reversed(line.split())) for line in staged.stdout.splitlines()}
    found = {(one.parent.name, one.name) for one in (clone / "bundles").glob("*/*")}
    if found != expected:
        raise Failed(f"bundles differ: {sorted(found ^ expected)}")
    return f"{len(found)} equal hashes"


def _gateway(host: Host) -> str:
    statuses = {
        "/v1/games?limit=1": "200",
        "/v1/nothing": "404",
        "/openapi.json": "200",
        "/_local/health": "404",
        "/_local/issuer/token": "404",
        "/functions/projects/p/triggers/t": "404",
    }
    curl = ("curl", "--silent", "--cacert", "/etc/ssl/savepoint/self-signed.pem", "--include")
    where = ("--resolve", f"staging.test:{GATEWAY_PORT}:127.0.0.1")
    for path, status in statuses.items():
        response = host.run(*curl, *where, f"https://staging.test:{GATEWAY_PORT}{path}")
        head = response.partition("\r\n\r\n")[0].lower()
        if head.split()[1] != status or head.count("savepoint-environment: emulated") != 1:
            raise Failed(f"{path} is not {status} with one Savepoint-Environment header: {head}")
    return f"{len(statuses)} paths"


def _demo(host: Host) -> str:
    words = ("-m", "scripts.demo", "--state", STATE, "--players", "60")
    return host.run(*PYTHON, *words, cwd="/srv/savepoint/app").strip().splitlines()[-1]


def _restored(host: Host) -> str:
    """Back up, compare the backup with the live tables, and restore it into an empty database."""
    host.run("systemctl", "stop", "savepoint.target")  # no writes during the comparison
    host.run("systemctl", "start", "savepoint-backup.service")
    saved = max((host.root / "var/backups/savepoint").glob("*.sql.gz"))
    file = f"/var/backups/savepoint/{saved.name}"
    tables = saved.with_name(f"{saved.name}.sums").read_text()
    if host.run("savepoint-sums") != tables:
        raise Failed(f"the backup differs from the live tables: {tables}")
    restored = host.run("savepoint-restore", file, "savepoint_again").strip()
    if host.attempt("savepoint-restore", file).returncode == 0:
        raise Failed("a backup was restored into a database that has tables")
    filled = [line for line in tables.splitlines() if line.split()[1] != "0"]
    if len(filled) < len(tables.splitlines()) / 3:
        raise Failed(f"the backup is nearly empty: {tables}")
    ignoring = host.root / "etc/mysql/conf.d/ignoring.cnf"
    ignoring.write_text("[mysqldump]\nignore-table=savepoint.games\n")
    result = host.attempt("savepoint-backup")
    if result.returncode == 0 or "does not hold the live tables" not in result.stderr:
        raise Failed(f"an incomplete backup was accepted: {result.stdout}{result.stderr}")
    ignoring.unlink()
    host.run("systemctl", "start", "savepoint.target")
    _wait_until_ready(host)
    return restored


def _restarted(host: Host) -> str:
    """Leave a message unhandled, restart everything, and check that no data is lost."""
    before = _documents(host)
    host.run("systemctl", "stop", "savepoint-function-record-dead-letters.service")
    letter = json.dumps({"messages": [{"data": "e30=", "attributes": {"ce-id": "kept"}}]})
    topics = f"http://127.0.0.1:{PORT + 3}/v1/projects/demo-savepoint/topics"
    host.run("curl", "--silent", "--fail", "--json", letter, f"{topics}/dead-letters:publish")
    host.run("systemctl", "restart", "savepoint.target")
    _wait_until_ready(host)
    journal = host.run("journalctl", "--quiet", "--unit=savepoint-pubsub", "--lines=40")
    log = (host.root / STATE[1:] / "logs/pubsub.log").read_text()
    if "Messages restored: 1." not in journal + log:
        raise Failed(f"the message was lost: {log[-1000:]}")
    after = _documents(host)
    if after != before or not before:
        raise Failed(f"{before} documents before the restart, {after} after it.")
    return f"{after} documents of ada, one message"


def _documents(host: Host) -> int:
    base = f"http://127.0.0.1:{PORT + 2}/v1/projects/demo-savepoint/databases/(default)/documents"
    url = f"{base}/players/ada/stats?pageSize=100"
    response = host.run("curl", "--silent", "--header", "Authorization: Bearer owner", url)
    return len(json.loads(response).get("documents", []))


def _wait_until_ready(host: Host) -> None:
    until = time.monotonic() + BOOT_SECONDS * 3
    address = f"http://127.0.0.1:{PORT}/v1/games?limit=1"
    while host.attempt("curl", "--silent", "--fail", "--max-time", "5", address).returncode:
        if time.monotonic() > until:
            raise Failed("the host does not respond after its restart")
        time.sleep(1)


if __name__ == "__main__":
    sys.exit(main())
