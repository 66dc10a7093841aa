"""`dead-letters`: lists, shows, redrives and resolves events that failed permanently."""

import argparse
import json
from typing import Any

import httpx

from ops.arguments import Subparsers, add_action, add_group
from ops.client import call
from ops.errors import OpsError
from ops.output import print_table

UNAVAILABLE = (None, 503)
"""Statuses of a redrive whose consumer did not respond, or whose store was unavailable."""


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `dead-letters`."""
    group = add_group(subparsers, "dead-letters", "Events whose delivery failed permanently.")
    parser = add_action(group, "list", "List dead letters, oldest first.", list_page)
    parser.add_argument(
        "--status", choices=("open", "redriven", "resolved"), default="open", help="(%(default)s)"
    )
    parser.add_argument("--consumer", help="list only this consumer's dead letters")
    parser.add_argument(
        "--limit", type=int, default=50, help="maximum number to list (%(default)s)"
    )
    parser.add_argument("--cursor", help="continue after the previous page")
    parser = add_action(group, "show", "Show a dead letter with its headers and body.", show)
    parser.add_argument("id")
    parser = add_action(group, "redrive", "Deliver dead letters to their consumer again.", redrive)
    parser.add_argument("id", nargs="*")
    parser.add_argument("--consumer", help="redrive all open dead letters of this consumer")
    parser = add_action(group, "resolve", "Close a dead letter without a redrive.", resolve)
    parser.add_argument("id")
    parser.add_argument("--reason", required=True, help="recorded in the audit log")


def list_page(options: argparse.Namespace, client: httpx.Client) -> int:
    """Print a page of dead letters."""
    params = {"state": options.status, "limit": options.limit}
    params |= {"consumer": options.consumer} if options.consumer else {}
    params |= {"cursor": options.cursor} if options.cursor else {}
    page = call(client, "GET", "dead-letters", params=params)
    columns = ("dead_letter_id", "consumer", "code", "occurred_at", "event_id", "reason")
    print_table(f"Dead letters, {options.status}", columns, page["items"])
    if "next_cursor" in page:
        print(f"There are more: --cursor {page['next_cursor']}")
    return 0


def show(options: argparse.Namespace, client: httpx.Client) -> int:
    """Print a dead letter as JSON, followed by the reason, which is often a traceback."""
    letter = call(client, "GET", f"dead-letters/{options.id}")
    reason = letter.pop("reason")
    print(json.dumps(letter, indent=2, ensure_ascii=False))
    print(f"\n{reason.rstrip()}")
    return 0


def redrive(options: argparse.Namespace, client: httpx.Client) -> int:
    """Redrive the given dead letters, or all those of a consumer; return 1 if any stay open."""
    if bool(options.id) == bool(options.consumer):
        raise OpsError("Give either ids or --consumer.")
    if options.consumer:
        done, failed = redrive_all(client, options.consumer)
    else:
        results = [call(client, "POST", f"dead-letters/{id_}/redrive") for id_ in options.id]
        failed = [result for result in results if result["state"] != "redriven"]
        done = len(results) - len(failed)
    print(f"{done} redriven, {len(failed)} still open.")
    if failed:
        print_table("Still open", ("dead_letter_id", "status", "detail"), failed)
    return 1 if failed else 0


def redrive_all(client: httpx.Client, consumer: str) -> tuple[int, list[Any]]:
    """Redrive a consumer's open dead letters; return the number redriven and the failures.

    Redriving stops if the consumer is unavailable.
    """
    done, failed = 0, list[Any]()
    body: dict[str, Any] = {"consumer": consumer}
    while True:
        result = call(client, "POST", "dead-letters/redrive", json=body)
        done += result["redriven"]
        failed += result["failed"]
        unavailable = any(one.get("status") in UNAVAILABLE for one in result["failed"])
        if unavailable or "next_cursor" not in result:
            return done, failed
        body["cursor"] = result["next_cursor"]


def resolve(options: argparse.Namespace, client: httpx.Client) -> int:
    """Close a dead letter."""
    body = {"reason": options.reason}
    letter = call(client, "POST", f"dead-letters/{options.id}/resolve", json=body)
    print(f"Dead letter {letter['dead_letter_id']} is {letter['state']}.")
    return 0
