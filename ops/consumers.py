"""`consumers`: shows each consumer's backlog, and pauses and resumes consumers."""

import argparse

import httpx

from ops.arguments import Subparsers, add_action, add_group
from ops.client import call
from ops.output import print_table

COLUMNS = ("consumer", "failing", "since", "last error", "open dead letters", "paused")


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `consumers`."""
    group = add_group(subparsers, "consumers", "Show each consumer's backlog; pause and resume it.")
    add_action(group, "list", "List consumers with their failing events.", list_all)
    parser = add_action(group, "pause", "Stop delivering events to a consumer.", pause)
    parser.add_argument("consumer")
    parser.add_argument("--reason", required=True, help="recorded in the audit log")
    parser = add_action(group, "resume", "Deliver events to a consumer again.", resume)
    parser.add_argument("consumer")


def list_all(_options: argparse.Namespace, client: httpx.Client) -> int:
    """Print the consumers, the outbox backlog and the number of projections that are due."""
    found = call(client, "GET", "consumers")
    rows = [
        {
            "consumer": one["consumer"],
            "failing": one["failing"]["waiting"],
            "since": one["failing"].get("oldest_at"),
            "last error": one.get("reason", "").rpartition("\n")[2],
            "open dead letters": one["open_dead_letters"],
            "paused": one["paused"]["reason"] if "paused" in one else None,
        }
        for one in found["items"]
    ]
    print_table("Consumers", COLUMNS, rows)
    for name in ("outbox", "projections_due"):
        since = f", oldest from {found[name]['oldest_at']}" if "oldest_at" in found[name] else ""
        print(f"{name}: {found[name]['waiting']} waiting{since}")
    return 0


def pause(options: argparse.Namespace, client: httpx.Client) -> int:
    """Pause a consumer."""
    call(client, "POST", f"consumers/{options.consumer}/pause", json={"reason": options.reason})
    print(f"{options.consumer} is paused; its events wait, within 5 s.")
    return 0


def resume(options: argparse.Namespace, client: httpx.Client) -> int:
    """Resume a consumer."""
    call(client, "POST", f"consumers/{options.consumer}/resume")
    print(f"{options.consumer} is resumed; waiting events arrive with their next retry.")
    return 0
