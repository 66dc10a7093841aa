"""`make staging-test`: the playbook on a real Debian with a real systemd, in a container made here.

Needs root, debootstrap and systemd-nspawn; takes some minutes. Everything listens on loopback.
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

PORT, DOOR = 28080, 28443
SDK = "/usr/lib/google-cloud-sdk"
SUITE = "bookworm"
PACKAGES = (
    "systemd,systemd-sysv,dbus,python3,python3-apt,python3-venv,ca-certificates,git,iproute2,curl"
)
# What this machine needs to reach the package registries, the container needs too.
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
                "savepoint_gateway_listen": f"127.0.0.1:{DOOR}",
            }
        }
    }
}


class Failed(Exception):
    """Something is not as it must be; the text says what."""


@dataclass(frozen=True)
class Host:
    """A booted container: its folder, and the process that is its init."""

    root: Path
    init: int

    def run(self, *command: str, cwd: str = "/", text: str = "") -> str:
        """Run a command inside and return what it prints; raise Failed when it fails."""
        done = self.tried(*command, cwd=cwd, text=text)
        if done.returncode:
            raise Failed(f"{' '.join(command)}: {done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done.stdout

    def tried(
        self, *command: str, cwd: str = "/", text: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a command inside, however it ends."""
        kept = [f"{name}={os.environ[name]}" for name in PASSED_ON if name in os.environ]
        clean = [
            "env",
            "-i",
            f"--chdir={cwd}",
            "HOME=/root",
            "LANG=C.UTF-8",
            "PATH=/usr/local/sbin:/usr/sbin:/usr/bin",
            *kept,
        ]
        return subprocess.run(
            ["nsenter", f"--target={self.init}", "--all", *clean, *command],
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )

    def play(self, *more: str) -> subprocess.CompletedProcess[str]:
        """Run the playbook inside, from the clone."""
        words = ("/opt/control/bin/ansible-playbook", "-i", "/srv/inventory.json", "site.yml")
        return self.tried(*words, *more, cwd="/srv/savepoint/ansible")


def main() -> int:
    """Do everything; return 0 when all of it held."""
    begun = time.monotonic()
    try:
        _able()
        with tempfile.TemporaryDirectory(prefix="savepoint-staging-") as folder:
            root = _installed(Path(folder) / "root")
            with _booted(root) as host:
                _check(host)
    except Failed as failed:
        print(f"FAILED  {failed}", file=sys.stderr)
        return 1
    print(f"All of it held, after {time.monotonic() - begun:.0f} s.")
    return 0


def _able() -> None:
    """Raise Failed with what to install, or as whom to run."""
    if os.geteuid() != 0:
        raise Failed("this boots a container, which only root may: sudo make staging-test")
    tools = {"debootstrap": "debootstrap", "systemd-nspawn": "systemd-container"}
    if lacking := [package for tool, package in tools.items() if not shutil.which(tool)]:
        raise Failed(f"it needs more: apt-get install {' '.join(lacking)}")


def _check(host: Host) -> None:
    host.run("/srv/savepoint/ansible/packages.sh", "/opt/control")
    _say("A public address is refused", _refused(host))
    _say("The first run makes the host", _played(host))
    _say("The second run changes nothing", _played(host, changed=0))
    _say("Bundles are those that are deployed", _same_bundles(host))
    _say("The door lets in the API only, marked", _door(host))
    _say("The demo passes", _demo(host))
    _say("A backup is restored into an empty server", _restored(host))
    _say("Documents and messages survive a restart", _restarted(host))


def _say(what: str, how: str) -> None:
    print(f"ok      {what}: {how}", flush=True)


def _installed(root: Path) -> Path:
    """Copy a plain Debian, made on first use, and put this commit into it."""
    cache = Path(os.environ.get("SAVEPOINT_CACHE") or Path.home() / ".cache/savepoint")
    base = cache / f"debian-{SUITE}"
    if not (base / "made").exists():
        shutil.rmtree(base, ignore_errors=True)
        base.parent.mkdir(parents=True, exist_ok=True)
        include = f"--include={PACKAGES}"
        _here("debootstrap", "--variant=minbase", include, SUITE, str(base))
        (base / "made").touch()
    _here("cp", "--archive", "--reflink=auto", str(base), str(root))
    _here("git", "clone", "--quiet", str(ROOT), str(root / "srv/savepoint"))
    (root / "srv/inventory.json").write_text(json.dumps({"all": {"children": INVENTORY}}))
    return root


def _here(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"{' '.join(command)}: {done.stdout[-1000:]}{done.stderr[-1000:]}")


@contextlib.contextmanager
def _booted(root: Path) -> Iterator[Host]:
    """Boot the container's systemd, and stop it again."""
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
            container.terminate()  # nspawn lets systemd stop its units, then ends
            container.wait(120)


def _ready(root: Path, container: "subprocess.Popen[bytes]") -> Host:
    until = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < until and container.poll() is None:
        for child in psutil.Process(container.pid).children():
            host = Host(root, child.pid)
            state = host.tried("systemctl", "is-system-running").stdout.strip()
            if state in {"running", "degraded"}:
                return host
        time.sleep(0.5)
    raise Failed(f"The container did not boot (code {container.poll()}).")


def _refused(host: Host) -> str:
    done = host.play("--extra-vars", "savepoint_emulators_address=0.0.0.0")
    said = "savepoint_emulators_address is 0.0.0.0"
    if done.returncode == 0 or said not in done.stdout or "changed=0 " not in done.stdout:
        raise Failed(f"it was not refused so: {done.stdout[-2000:]}{done.stderr[-1000:]}")
    return said


def _played(host: Host, changed: int | None = None) -> str:
    done = host.play()
    recap = done.stdout.strip().splitlines()[-1]
    if done.returncode or (changed is not None and f"changed={changed} " not in recap):
        raise Failed(done.stdout[-5000:] + done.stderr[-1000:])
    return " ".join(recap.split(":")[1].split())


def _same_bundles(host: Host) -> str:
    with tempfile.TemporaryDirectory() as folder:
        clone = host.root / "srv/savepoint"
        staged = subprocess.run(
            [sys.executable, "-m", "scripts.bundling.bundle", "--into", folder],
            cwd=clone,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    wanted = {tuple(reversed(line.split())) for line in staged.splitlines()}
    there = host.root / "srv/savepoint/bundles"
    found = {(one.parent.name, one.name) for one in there.glob("*/*")}
    if found != wanted:
        raise Failed(f"bundles differ: {sorted(found ^ wanted)}")
    return f"{len(found)} hashes are equal"


def _door(host: Host) -> str:
    wanted = {
        "/v1/games?limit=1": "200",
        "/v1/nothing": "404",
        "/openapi.json": "200",
        "/_local/health": "404",
        "/_local/issuer/token": "404",
        "/functions/projects/p/triggers/t": "404",
    }
    curl = ("curl", "--silent", "--cacert", "/etc/ssl/savepoint/self-signed.pem", "--include")
    where = ("--resolve", f"staging.test:{DOOR}:127.0.0.1")
    for path, status in wanted.items():
        said = host.run(*curl, *where, f"https://staging.test:{DOOR}{path}")
        head = said.partition("\r\n\r\n")[0].lower()
        marks = head.count("savepoint-environment: emulated")
        if head.split()[1] != status or marks != 1:
            raise Failed(f"{path} is not {status} with one mark: {head}")
    return f"{len(wanted)} addresses"


def _demo(host: Host) -> str:
    words = ("-m", "scripts.demo", "--state", STATE, "--players", "60")
    said = host.run(*PYTHON, *words, cwd="/srv/savepoint/app")
    return said.strip().splitlines()[-1]


def _restored(host: Host) -> str:
    """Back up, compare with what is there, and restore into an empty database, once."""
    host.run("systemctl", "stop", "savepoint.target")  # nobody writes while we compare
    host.run("systemctl", "start", "savepoint-backup.service")
    saved = max((host.root / "var/backups/savepoint").glob("*.sql.gz"))
    file = f"/var/backups/savepoint/{saved.name}"
    tables = saved.with_name(f"{saved.name}.sums").read_text()
    if host.run("savepoint-sums") != tables:
        raise Failed(f"the backup is not what is there: {tables}")
    said = host.run("savepoint-restore", file, "savepoint_again").strip()
    if host.tried("savepoint-restore", file).returncode == 0:
        raise Failed("a database that holds tables was restored into")
    filled = [line for line in tables.splitlines() if line.split()[1] != "0"]
    if len(filled) < len(tables.splitlines()) / 3:
        raise Failed(f"the backup is nearly empty: {tables}")
    lacking = host.root / "etc/mysql/conf.d/lacking.cnf"
    lacking.write_text("[mysqldump]\nignore-table=savepoint.games\n")
    done = host.tried("savepoint-backup")
    if done.returncode == 0 or "does not hold the live tables" not in done.stderr:
        raise Failed(f"a backup that lacks a table counts as one: {done.stdout}{done.stderr}")
    lacking.unlink()
    host.run("systemctl", "start", "savepoint.target")
    _until_it_answers(host)
    return said


def _restarted(host: Host) -> str:
    """Hold a message back, restart everything, and see it done; documents are there too."""
    before = _documents(host)
    host.run("systemctl", "stop", "savepoint-function-record-dead-letters.service")
    letter = json.dumps({"messages": [{"data": "e30=", "attributes": {"ce-id": "kept"}}]})
    pubsub, topics = (
        f"http://127.0.0.1:{PORT + 3}/v1/projects/demo-savepoint/topics",
        "dead-letters",
    )
    url = f"{pubsub}/{topics}:publish"
    host.run("curl", "--silent", "--fail", "--json", letter, url)
    host.run("systemctl", "restart", "savepoint.target")
    _until_it_answers(host)
    told = host.run("journalctl", "--quiet", "--unit=savepoint-pubsub", "--lines=40")
    log = (host.root / STATE[1:] / "logs/pubsub.log").read_text()
    if "Messages restored: 1." not in told + log:
        raise Failed(f"the message was lost: {log[-1000:]}")
    after = _documents(host)
    if after != before or not before:
        raise Failed(f"{before} documents were there, {after} are.")
    return f"{after} documents of ada, one message"


def _documents(host: Host) -> int:
    base = f"http://127.0.0.1:{PORT + 2}/v1/projects/demo-savepoint/databases/(default)/documents"
    url = f"{base}/players/ada/stats?pageSize=100"
    said = host.run("curl", "--silent", "--header", "Authorization: Bearer owner", url)
    return len(json.loads(said).get("documents", []))


def _until_it_answers(host: Host) -> None:
    until = time.monotonic() + BOOT_SECONDS * 3
    address = f"http://127.0.0.1:{PORT}/v1/games?limit=1"
    while host.tried("curl", "--silent", "--fail", "--max-time", "5", address).returncode:
        if time.monotonic() > until:
            raise Failed("the host does not answer after its restart")
        time.sleep(1)


if __name__ == "__main__":
    sys.exit(main())
