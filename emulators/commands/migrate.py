"""`migrate`: bring the database's tables to what the code expects."""

import argparse

from emulators.cloud import database_users
from emulators.cloud.config import read, sql_url
from emulators.commands import Subparsers, add
from shared.schema.migrate import upgrade


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `migrate`."""
    add(subparsers, "migrate", "Run the migrations that the database lacks.", run)


def run(options: argparse.Namespace) -> int:
    """Run them."""
    cloud, _ = read(options.state)
    upgrade(sql_url(cloud))
    if database_users.are_used(cloud):
        database_users.make(cloud)
    return 0
