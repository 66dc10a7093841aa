"""Creates database users for `--isolated`, so that each function signs in as its own user.

The users are created after the tables and are granted the rights declared in the manifests.
"""

from urllib.parse import quote

from emulators.cloud.config import DATABASE, HOST, Cloud, password
from emulators.cloud.database import socket_path
from shared.runtime import manifest
from shared.runtime.manifest import Manifest
from shared.schema import grants, migrate


def are_used(cloud: Cloud) -> bool:
    """Tell whether each function has its own database user.

    All functions share one user if SQL_URL specifies the database.
    """
    return cloud.isolated and not cloud.sql_url


def sql_url(cloud: Cloud, function: Manifest) -> str:
    """Return the database URL for one function."""
    secret = password(cloud)
    return f"mysql://{function.service}:{secret}@{cloud.address('mysql')}/{DATABASE}"


def root_url(cloud: Cloud) -> str:
    """Return the database URL for root, who can sign in only from this machine."""
    socket = quote(str(socket_path(cloud.state)), safe="")
    return f"mysql://root:{password(cloud)}@{HOST}/{DATABASE}?unix_socket={socket}"


def create(cloud: Cloud) -> None:
    """Create missing users, and grant each user exactly the rights in its function's manifest."""
    functions = manifest.discover(cloud.roots).values()
    with migrate.engine(root_url(cloud)).connect() as connection:
        plain = connection.execution_options(no_parameters=True)
        for user in (function.service for function in functions):
            plain.exec_driver_sql(f"CREATE USER IF NOT EXISTS `{user}`@`%`")
            plain.exec_driver_sql(f"ALTER USER `{user}`@`%` IDENTIFIED BY '{password(cloud)}'")
        grants.revoke(connection, {function.service: function.tables for function in functions})
