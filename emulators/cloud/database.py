"""The private MariaDB or MySQL server: its binary, data directory and commands."""

import hashlib
import os
import shutil
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from emulators.cloud.config import DATABASE, HOST, Cloud, CloudError, password, write_private

LONGEST_SOCKET = 100
"""The path of a Unix socket is limited to about this many bytes."""

Kind = Literal["mariadb", "mysql"]


@dataclass(frozen=True)
class Engine:
    """An installed database server, with the commands that run it and create its data directory."""

    kind: Kind
    server: tuple[str, ...]
    install: tuple[str, ...]


def find(wanted: str | None = None) -> Engine:
    """Find the requested database server, or by default MariaDB, then MySQL.

    `wanted` takes precedence over SAVEPOINT_DATABASE. Raises CloudError if the server is not
    installed.
    """
    wanted = wanted or os.environ.get("SAVEPOINT_DATABASE")
    found = [engine for engine in (_mariadb(), _mysql()) if engine]
    for engine in found:
        if wanted in (None, "", engine.kind):
            return engine
    msg = (
        f"No {wanted or 'MariaDB or MySQL'} server was found; install it "
        "(Debian and Ubuntu: `apt-get install mariadb-server-core mariadb-client-core`), "
        "or set SQL_URL to the address of a running one."
    )
    raise CloudError(msg)


def _mariadb() -> Engine | None:
    server = shutil.which("mariadbd", path=_path())
    install = shutil.which("mariadb-install-db", path=_path())
    if not server or not install:
        return None
    user = ("--user=root",) if os.geteuid() == 0 else ()
    return Engine(
        "mariadb",
        (server, "--no-defaults", *user),
        (
            install,
            "--no-defaults",
            *user,
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ),
    )


def _mysql() -> Engine | None:
    root = mysql_folder()
    base: tuple[str, ...] = ()
    if (root / "usr/sbin/mysqld").exists():
        binary: tuple[str, ...] = (
            str(root / "usr/lib64/ld-linux-x86-64.so.2"),
            "--library-path",
            str(root / "usr/lib/x86_64-linux-gnu"),
            str(root / "usr/sbin/mysqld"),
        )
        base = (f"--basedir={root / 'usr'}", f"--lc-messages-dir={root / 'usr/share/mysql'}")
    else:
        found = shutil.which("mysqld", path=_path())
        if not found or Path(found).resolve().name == "mariadbd":
            return None
        binary = (found,)
    user = ("--user=root",) if os.geteuid() == 0 else ()
    server = (*binary, "--no-defaults", *base, *user, "--secure-file-priv=")
    return Engine("mysql", (*server, "--mysqlx=OFF"), (*server, "--initialize-insecure"))


def mysql_folder() -> Path:
    """Return the folder into which MySQL is unpacked; the folder may not exist yet."""
    cache = os.environ.get("SAVEPOINT_CACHE") or Path.home() / ".cache/savepoint"
    return Path(cache) / "mysql-sid"


def _path() -> str:
    return os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"


def data_folder(cloud: Cloud) -> Path:
    """Return the data directory of the cloud's database server."""
    return cloud.state / find().kind


def is_installed(cloud: Cloud) -> bool:
    """Tell whether the data directory is complete."""
    return (data_folder(cloud) / "made").exists()


def install_command(cloud: Cloud) -> list[str]:
    """Delete the data directory and return the command that recreates it."""
    folder = data_folder(cloud)
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    command = [*private_tmp(cloud.state), *find().install, f"--datadir={folder}"]
    # The marker is written last, so an interrupted installation starts over.
    return ["/bin/sh", "-c", '"$@" && touch "$0"', str(folder / "made"), *command]


def private_tmp(folder: Path) -> tuple[str, ...]:
    """Return a command prefix that makes the server store its temporary files under `folder`.

    When MariaDB starts, it deletes all temporary tables in its TMPDIR, even those of other servers.
    """
    tmp = folder / "tmp"
    tmp.mkdir(parents=True, exist_ok=True)
    return ("env", f"TMPDIR={tmp}")


def server_command(cloud: Cloud) -> list[str]:
    """Return the server's command.

    The server creates its accounts before it starts listening.
    """
    first = cloud.state / "mysql.init.sql"
    write_private(first, _accounts(password(cloud)))
    return [
        *private_tmp(cloud.state),
        *find().server,
        f"--datadir={data_folder(cloud)}",
        f"--socket={socket_path(cloud.state)}",
        f"--port={cloud.ports['mysql']}",
        f"--bind-address={HOST}",
        f"--init-file={first}",
        "--skip-log-bin",
        "--skip-name-resolve",
        "--character-set-server=utf8mb4",
        "--max-connections=300",
    ]


def _accounts(secret: str) -> str:
    user = f"'{DATABASE}'@'{HOST}'"
    return (
        f"ALTER USER 'root'@'localhost' IDENTIFIED BY '{secret}';\n"
        f"CREATE DATABASE IF NOT EXISTS {DATABASE};\n"
        f"CREATE USER IF NOT EXISTS {user};\n"
        f"ALTER USER {user} IDENTIFIED BY '{secret}';\n"
        f"GRANT ALL ON `{DATABASE}%`.* TO {user};\n"
    )


def socket_path(state: Path) -> Path:
    """Return a path for the server's Unix socket that fits the system's length limit."""
    wanted = state / "mysql.sock"
    if len(os.fsencode(wanted)) < LONGEST_SOCKET:
        return wanted
    short = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"savepoint-{short}.sock"


def is_ready(cloud: Cloud) -> bool:
    """Tell whether the server sends its greeting to a new connection."""
    try:
        with socket.create_connection((HOST, cloud.ports["mysql"]), timeout=0.5) as connection:
            return len(connection.recv(5)) > 0
    except OSError:
        return False
