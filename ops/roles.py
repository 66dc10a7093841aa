"""`roles`: lists, grants and revokes a player's roles."""

import argparse
from urllib.parse import quote

import httpx

from ops.arguments import Subparsers, add_action, add_group
from ops.client import call


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `roles`."""
    group = add_group(subparsers, "roles", "List, grant and revoke players' roles: creator, admin.")
    add_action(group, "list", "Print a player's roles.", list_all).add_argument("uid")
    for name in ("grant", "revoke"):
        parser = add_action(group, name, f"{name.capitalize()} a role.", change)
        parser.add_argument("uid")
        parser.add_argument("role", choices=("creator", "admin"))


def list_all(options: argparse.Namespace, client: httpx.Client) -> int:
    """Print the roles that the player's next token will contain."""
    found = call(client, "GET", f"roles/{quote(options.uid, safe='')}")
    print(f"{found['uid']}: {', '.join(found['roles'])}")
    return 0


def change(options: argparse.Namespace, client: httpx.Client) -> int:
    """Grant or revoke a role, then print the player's current roles."""
    method = "PUT" if options.action == "grant" else "DELETE"
    call(client, method, f"roles/{quote(options.uid, safe='')}/{options.role}")
    return list_all(options, client)
