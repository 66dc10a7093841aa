"""`migrate`: runs pending database migrations."""

import argparse

from emulators.cloud import database_users
from emulators.cloud.config import read, sql_url
from emulators.commands import Subparsers, add
from shared.schema.migrate import upgrade


def add_commands(subparsers: "Subparsers[argparse.ArgumentParser]") -> None:
    """Register `migrate`."""
    add(subparsers, "migrate", "Run pending database migrations.", run)


def run(options: argparse.Namespace) -> int:
    """Migrate the database; with `--isolated`, also create the functions' database users."""
    cloud, _ = read(options.state)
    upgrade(sql_url(cloud))
    if database_users.are_used(cloud):
        database_users.create(cloud)
    return 0
