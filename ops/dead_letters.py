"""An operator's commands: thin clients of `/v1/admin`, for the local cloud and for production.

`--url` and `--token` (or SAVEPOINT_TOKEN) reach another deployment; without `--url` it is the local
cloud that runs, with a token made for the call unless `--token` gives one. Exit code 0: it is done,
or there is nothing to do; 1: something stays open, differs or was refused.
"""

import argparse
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from emulators.cloud.config import CloudError, read, state_folder
from emulators.cloud.terminal import table
from emulators.commands import Subparsers
from emulators.edge.issuer import mint

OPERATOR = "operator"
TIMEOUT_SECONDS = 130
AWAY = (None, 503)

Run = Callable[[argparse.Namespace, httpx.Client], int]
Actions = Subparsers


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `dead-letters`, `projections`, `consumers` and `roles`."""
    letters = _group(subparsers, "dead-letters", "Events that no retry could heal.")
    listing = _action(letters, "list", "List them, the oldest first.", list_letters)
    listing.add_argument("--status", choices=("open", "redriven", "resolved"), default="open")
    listing.add_argument("--consumer")
    listing.add_argument("--limit", type=int, default=50)
    listing.add_argument("--cursor", help="where the list before ended")
    _action(letters, "show", "Show one with headers and body.", show_letter).add_argument("id")
    again = _action(letters, "redrive", "Post them to their consumer again.", redrive)
    again.add_argument("id", nargs="*")
    again.add_argument("--consumer", help="all open ones of this consumer")
    settle = _action(letters, "resolve", "Settle one without a redrive.", resolve)
    settle.add_argument("id")
    settle.add_argument("--reason", required=True)

    projections = _group(subparsers, "projections", "Documents that copy rows.")
    compare_ = _action(projections, "compare", "Compare a player's rows and documents.", compare)
    compare_.add_argument("uid")
    anew = _action(projections, "rebuild", "Write documents anew from their rows.", rebuild)
    anew.add_argument("--kind", default="stats")
    whose = anew.add_mutually_exclusive_group(required=True)
    whose.add_argument("--uid", help="one player's")
    whose.add_argument("--all", action="store_true", help="everybody's, page by page")
    anew.add_argument("--cursor", help="with --all: where an interrupted run had come to")

    consumers = _group(subparsers, "consumers", "What waits for whom, and who is paused.")
    _action(consumers, "list", "List them.", list_consumers)
    stop = _action(consumers, "pause", "Let a consumer's events wait.", pause)
    stop.add_argument("consumer")
    stop.add_argument("--reason", required=True)
    _action(consumers, "resume", "Let it work again.", resume).add_argument("consumer")

    roles = _group(subparsers, "roles", "What players are besides players.")
    _action(roles, "list", "Print a player's roles.", list_roles).add_argument("uid")
    for name, help_text in (("grant", "Grant a role."), ("take-back", "Take a role back.")):
        change = _action(roles, name, help_text, change_role)
        change.add_argument("uid")
        change.add_argument("role", choices=("creator", "admin"))


def _group(
    subparsers: "Subparsers[argparse.ArgumentParser]", name: str, help_text: str
) -> "Actions[argparse.ArgumentParser]":
    group = subparsers.add_parser(name, help=help_text, description=help_text)
    return group.add_subparsers(dest="action", required=True, metavar="ACTION")


def _action(
    group: "Actions[argparse.ArgumentParser]", name: str, help_text: str, run: Run
) -> argparse.ArgumentParser:
    parser = group.add_parser(name, help=help_text, description=help_text)
    parser.add_argument("--url", help="base address of another deployment")
    parser.add_argument("--token", help="an admin's ID token (SAVEPOINT_TOKEN)")
    parser.add_argument("--state", type=Path, default=state_folder(), help="%(default)s")
    parser.set_defaults(run=lambda options: _connected(options, run))
    return parser


def _connected(options: argparse.Namespace, run: Run) -> int:
    """Run an action with a client that is signed in."""
    with connect(options.state, options.url, options.token) as client:
        return run(options, client)


def connect(state: Path, url: str | None, token: str | None) -> httpx.Client:
    """Return a client of the deployment at `url`, or of the local cloud in `state`, signed in."""
    if url is None:
        cloud, _ = read(state)
        url, token = cloud.url("edge"), token or mint(cloud, OPERATOR, ["admin"])
    else:
        token = token or os.environ.get("SAVEPOINT_TOKEN")
    if not token:
        raise CloudError("Give an admin's ID token with --token or in SAVEPOINT_TOKEN.")
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_SECONDS)


def call(client: httpx.Client, method: str, path: str, **request: Any) -> Any:
    """Return the answer's JSON; raise CloudError with what the problem document says."""
    try:
        answer = client.request(method, f"/v1/admin/{path}", **request)
    except httpx.HTTPError as error:
        raise CloudError(f"{client.base_url} does not answer: {error}") from None
    try:
        said: Any = answer.json() if answer.content else None
    except ValueError:
        raise CloudError(f"{answer.status_code} from {answer.url}: {answer.text[:200]}") from None
    if answer.is_error:
        raise CloudError(f"{answer.status_code} {said.get('title')}: {said.get('detail')}")
    return said


def list_letters(options: argparse.Namespace, client: httpx.Client) -> int:
    """Print a page of dead letters."""
    wanted = {"state": options.status, "limit": options.limit}
    wanted |= {"consumer": options.consumer} if options.consumer else {}
    wanted |= {"cursor": options.cursor} if options.cursor else {}
    found = call(client, "GET", "dead-letters", params=wanted)
    columns = ("dead_letter_id", "consumer", "code", "occurred_at", "event_id", "reason")
    _print(f"Dead letters, {options.status}", columns, found["items"])
    if "next_cursor" in found:
        print(f"There are more: --cursor {found['next_cursor']}")
    return 0


def show_letter(options: argparse.Namespace, client: httpx.Client) -> int:
    """Print one dead letter as JSON; its reason, often a traceback, as it is."""
    found = call(client, "GET", f"dead-letters/{options.id}")
    reason = found.pop("reason")
    print(json.dumps(found, indent=2, ensure_ascii=False))
    print(f"\n{reason.rstrip()}")
    return 0


def redrive(options: argparse.Namespace, client: httpx.Client) -> int:
    """Redrive some, or all of one consumer; 1 when one stays open."""
    if bool(options.id) == bool(options.consumer):
        raise CloudError("Give either ids or --consumer.")
    failed: list[Any] = []
    done = 0
    if options.consumer:
        done, failed = redrive_all(client, options.consumer)
    for letter_id in options.id:
        told = call(client, "POST", f"dead-letters/{letter_id}/redrive")
        done += told["state"] == "redriven"
        failed += [told] if told["state"] != "redriven" else []
    print(f"{done} redriven, {len(failed)} still open.")
    if failed:
        _print("Still open", ("dead_letter_id", "status", "detail"), failed)
    return 1 if failed else 0


def redrive_all(client: httpx.Client, consumer: str) -> tuple[int, list[Any]]:
    """Redrive a consumer's open letters; return how many went and what became of the others.

    It stops where the consumer is away.
    """
    done, failed = 0, list[Any]()
    wish: dict[str, Any] = {"consumer": consumer}
    while True:
        told = call(client, "POST", "dead-letters/redrive", json=wish)
        done += told["redriven"]
        failed += told["failed"]
        is_away = any(one.get("status") in AWAY for one in told["failed"])
        if is_away or "next_cursor" not in told:
            return done, failed
        wish["cursor"] = told["next_cursor"]


def resolve(options: argparse.Namespace, client: httpx.Client) -> int:
    """Settle one dead letter."""
    why = {"reason": options.reason}
    told = call(client, "POST", f"dead-letters/{options.id}/resolve", json=why)
    print(f"Dead letter {told['dead_letter_id']} is {told['state']}.")
    return 0


def compare(options: argparse.Namespace, client: httpx.Client) -> int:
    """Print where a player's documents differ from their rows; 1 when they do."""
    found = call(client, "GET", "projections", params={"uid": options.uid})
    counted = ", ".join(f"{count} {kind}" for kind, count in found["rows"].items())
    if found["equal"]:
        print(f"Equal: {counted}.")
        return 0
    _print(f"Differences in {counted}", ("kind", "item", "row", "document"), found["differences"])
    return 1


def rebuild(options: argparse.Namespace, client: httpx.Client) -> int:
    """Rebuild one player's documents or everybody's, telling after each page how far it came."""
    wish = {"kind": options.kind}
    wish |= {"uid": options.uid} if options.uid else {}
    wish |= {"cursor": options.cursor} if options.cursor else {}
    done = 0
    while True:
        told = call(client, "POST", "projections/rebuild", json=wish)
        done += told["rebuilt"]
        if "next_cursor" not in told:
            print(f"{done} documents written.")
            return 0
        wish["cursor"] = told["next_cursor"]
        print(f"{done} documents written; to go on later: --cursor {wish['cursor']}")


def list_consumers(_options: argparse.Namespace, client: httpx.Client) -> int:
    """Print what waits for whom."""
    found = call(client, "GET", "consumers")
    rows = [
        {
            "consumer": one["consumer"],
            "failing": one["failing"]["waiting"],
            "since": one["failing"].get("oldest_at"),
            "because": one.get("reason", "").rpartition("\n")[2],
            "open dead letters": one["open_dead_letters"],
            "paused": one["paused"]["reason"] if "paused" in one else None,
        }
        for one in found["items"]
    ]
    columns = ("consumer", "failing", "since", "because", "open dead letters", "paused")
    _print("Consumers", columns, rows)
    for name in ("outbox", "projections_due"):
        since = f", since {found[name]['oldest_at']}" if "oldest_at" in found[name] else ""
        print(f"{name}: {found[name]['waiting']} waiting{since}")
    return 0


def pause(options: argparse.Namespace, client: httpx.Client) -> int:
    """Pause a consumer."""
    call(client, "POST", f"consumers/{options.consumer}/pause", json={"reason": options.reason})
    print(f"{options.consumer} is paused; within 5 s its events wait.")
    return 0


def resume(options: argparse.Namespace, client: httpx.Client) -> int:
    """Resume a consumer."""
    call(client, "POST", f"consumers/{options.consumer}/resume")
    print(f"{options.consumer} works again; what waited comes with its next retry.")
    return 0


def list_roles(options: argparse.Namespace, client: httpx.Client) -> int:
    """Print what a player's next token says."""
    found = call(client, "GET", f"roles/{quote(options.uid, safe='')}")
    print(f"{found['uid']}: {', '.join(found['roles'])}")
    return 0


def change_role(options: argparse.Namespace, client: httpx.Client) -> int:
    """Grant a role or take it back, and print what is left."""
    method = "PUT" if options.action == "grant" else "DELETE"
    call(client, method, f"roles/{quote(options.uid, safe='')}/{options.role}")
    return list_roles(options, client)


def _print(title: str, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    table(title, columns, [[_cell(row.get(column)) for column in columns] for row in rows])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
