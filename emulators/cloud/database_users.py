"""With `--isolated` each function signs in as a database user of its own, with production's rights.

The users are made, and granted what the manifests say, once the tables are there.
"""

from urllib.parse import quote

from emulators.cloud.config import DATABASE, HOST, Cloud, password
from emulators.cloud.database import socket_path
from scripts.release import migrate_job
from shared.runtime import manifest
from shared.runtime.manifest import Manifest
from shared.schema import grants, migrate


def are_used(cloud: Cloud) -> bool:
    """Tell whether functions have users of their own: not in a database that is not ours."""
    return cloud.isolated and not cloud.sql_url


def sql_url(cloud: Cloud, function: Manifest) -> str:
    """Return the address of the database for one function."""
    secret = password(cloud)
    return f"mysql://{function.service}:{secret}@{cloud.address('mysql')}/{DATABASE}"


def root_url(cloud: Cloud) -> str:
    """Return the address of the database for who may everything, which is on this machine only."""
    where = quote(str(socket_path(cloud.state)), safe="")
    return f"mysql://root:{password(cloud)}@{HOST}/{DATABASE}?unix_socket={where}"


def make(cloud: Cloud) -> None:
    """Make the users that are missing, and let each do what its manifest names, nothing else."""
    functions = manifest.discover(cloud.roots)
    users = {name: function.service for name, function in functions.items()}
    with migrate.engine(root_url(cloud)).connect() as connection:
        plain = connection.execution_options(no_parameters=True)
        for user in users.values():
            plain.exec_driver_sql(f"CREATE USER IF NOT EXISTS `{user}`@`%`")
            plain.exec_driver_sql(f"ALTER USER `{user}`@`%` IDENTIFIED BY '{password(cloud)}'")
        grants.revoke(connection, migrate_job.wanted(functions, users))
