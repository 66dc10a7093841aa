"""`projections`: compares documents with the rows they copy, and rebuilds documents."""

import argparse

import httpx

from ops.arguments import Subparsers, add_action, add_group
from ops.client import call
from ops.output import print_table


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `projections`."""
    group = add_group(subparsers, "projections", "Compare or rebuild the documents that copy rows.")
    parser = add_action(group, "compare", "Compare a player's documents with their rows.", compare)
    parser.add_argument("uid")
    parser = add_action(group, "rebuild", "Write documents again from their rows.", rebuild)
    parser.add_argument("--kind", default="stats", help="(%(default)s)")
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--uid", help="one player's documents")
    whose.add_argument("--all", action="store_true", help="all players' documents, in batches")
    parser.add_argument("--cursor", help="with --all: continue an interrupted run")


def compare(options: argparse.Namespace, client: httpx.Client) -> int:
    """Print the differences between a player's documents and rows; return 1 if there are any."""
    result = call(client, "GET", "projections", params={"uid": options.uid})
    counts = ", ".join(f"{count} {kind}" for kind, count in result["rows"].items())
    if result["equal"]:
        print(f"Equal: {counts}.")
        return 0
    columns = ("kind", "item", "row", "document")
    print_table(f"Differences in {counts}", columns, result["differences"])
    return 1


def rebuild(options: argparse.Namespace, client: httpx.Client) -> int:
    """Rebuild the documents of one player or of all players, printing progress after each batch."""
    body = {"kind": options.kind}
    body |= {"uid": options.uid} if options.uid else {}
    body |= {"cursor": options.cursor} if options.cursor else {}
    done = 0
    while True:
        result = call(client, "POST", "projections/rebuild", json=body)
        done += result["rebuilt"]
        if "next_cursor" not in result:
            print(f"{done} documents written.")
            return 0
        body["cursor"] = result["next_cursor"]
        print(f"{done} documents written; to continue from here: --cursor {body['cursor']}")
