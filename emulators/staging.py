"""The commands of `python -m emulators.staging`, which systemd and Ansible run on a staging host.

The page docs/staging-host.md explains the purpose of a staging host.
"""

import argparse
import json
import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

from emulators.cloud import google_emulators, snapshots, wiring
from emulators.cloud.config import (
    ROOT,
    Cloud,
    CloudError,
    choose_ports,
    environment,
    read,
    save,
    state_folder,
    write_private,
)
from emulators.cloud.http_server import server
from emulators.edge.gateway import new_client
from emulators.host.bundles import stage
from emulators.host.dispatcher import Dispatcher
from emulators.host.isolated import Instance
from shared.runtime import manifest

FIRST_FUNCTION = 20
"""The offset of the first function's port from the base port; functions are sorted by name."""

READY_SECONDS = 90.0
LAST_PORT = 65535
Options = argparse.Namespace


def describe(options: Options) -> None:
    """Write cloud.json and the functions' settings, and print whether they changed, as JSON."""
    cloud = Cloud(
        state=options.state,
        ports=choose_ports(str(options.port)),
        backoff=1.0,
        public_url=options.public_url,
    )
    settings = cloud.state / "functions.env"
    before = [file.read_bytes() if file.exists() else b"" for file in (cloud.file, settings)]
    systemd = {"pid": 1, "created": 0}
    save(cloud, {"ready": True, "supervisor": systemd, "services": {}, "complaint": None})
    lines = (f"{name}='{value}'\n" for name, value in sorted(environment(cloud).items()))
    write_private(settings, "".join(lines))
    changed = before != [cloud.file.read_bytes(), settings.read_bytes()]
    print(json.dumps({"changed": changed}))


def bundles(options: Options) -> None:
    """Stage every function in a folder named by its hash, and print the folders as JSON."""
    known = manifest.discover([ROOT])
    staged = options.into / ".staged"
    hashes = stage([ROOT], staged)
    ports = function_ports(options.port, known)
    changed = False
    for name, digest in hashes.items():
        folder = options.into / name / digest
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            (staged / name).rename(folder)
            changed = True
    shutil.rmtree(staged)
    functions = [
        {
            "name": name,
            "service": one.service,
            "hash": hashes[name],
            "port": ports[name],
            "memory": one.memory.removesuffix("i"),
            "timeout": one.timeout,
        }
        for name, one in known.items()
    ]
    print(json.dumps({"changed": changed, "functions": functions}))


def function_ports(base: int, functions: Mapping[str, manifest.Manifest]) -> dict[str, int]:
    """Return each function's port; raise CloudError if there are too few ports above `base`."""
    first = base + FIRST_FUNCTION
    if first + len(functions) > LAST_PORT:
        raise CloudError(f"There are not enough ports above {base} for {len(functions)} functions.")
    return {name: first + n for n, name in enumerate(sorted(functions))}


def run(options: Options) -> None:
    """Replace this process with an emulator; the Firestore emulator loads the last export."""
    cloud, _ = read(options.state)
    commands = {
        "firestore": lambda: [
            *google_emulators.firestore_command(cloud),
            *snapshots.import_options(cloud),
        ],
        "pubsub": lambda: google_emulators.pubsub_command(cloud),
    }
    command = commands[options.service]()
    os.execv(command[0], command)  # noqa: S606 - systemd supervises this pid


def wire(options: Options) -> None:
    """Wait for an emulator, then wire it; for Pub/Sub, also restore the saved messages."""
    cloud, _ = read(options.state)
    _wait(cloud.url(options.service))
    manifests = manifest.discover(cloud.roots)
    if options.service == "firestore":
        wiring.wire_firestore(cloud, manifests)
        return
    wiring.wire_pubsub(cloud, manifests)
    print(f"Messages restored: {snapshots.restore_messages(cloud)}.")


def keep(options: Options) -> None:
    """Save an emulator's in-memory data; for Pub/Sub, run this only just before the stop."""
    cloud, _ = read(options.state)
    if options.service == "firestore":
        print(f"Documents exported to {snapshots.export_documents(cloud)}.")
    else:
        count = snapshots.save_messages(cloud, manifest.discover(cloud.roots))
        print(f"Messages saved: {count}.")


def functions(options: Options) -> None:
    """Serve all functions at one address; each function runs in its own systemd unit."""
    cloud, _ = read(options.state)
    known = manifest.discover(cloud.roots)
    ports, client = function_ports(cloud.ports["edge"], known), new_client()
    instances = {name: Instance(one, ROOT, ports[name], client) for name, one in known.items()}
    app = Dispatcher(instances, cloud.state)
    server(app, lifespan="off").run(sockets=[socket.socket(fileno=options.fd)])


def _wait(url: str) -> None:
    until = time.monotonic() + READY_SECONDS
    while True:
        try:
            httpx.get(url, timeout=1)
        except httpx.TransportError:
            if time.monotonic() > until:
                raise CloudError(f"{url} did not answer within {READY_SECONDS:.0f} s.") from None
            time.sleep(0.2)
        else:
            return


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(argv)
    try:
        options.act(options)
    except (CloudError, manifest.ManifestError, httpx.HTTPError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m emulators.staging", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(act: Callable[[Options], None]) -> argparse.ArgumentParser:
        one = commands.add_parser(act.__name__, help=act.__doc__)
        one.add_argument("--state", type=Path, default=state_folder())
        one.set_defaults(act=act)
        return one

    for act in (describe, bundles):
        command(act).add_argument("--port", type=int, required=True, help="the base port")
    commands.choices["describe"].add_argument("--public-url", required=True)
    commands.choices["bundles"].add_argument("--into", type=Path, required=True)
    for act in (run, wire, keep):
        command(act).add_argument("service", choices=("firestore", "pubsub"))
    command(functions).add_argument("--fd", type=int, required=True)
    return parser


if __name__ == "__main__":
    sys.exit(main())
