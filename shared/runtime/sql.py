"""Access to MySQL with SQLAlchemy Core and PyMySQL, directly or with the Cloud SQL connector.

Connections are in autocommit mode, so a single read takes one round trip. `transact` sends BEGIN
and COMMIT explicitly. The engine is created on first use, never at import.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, TypeVar
from urllib.parse import unquote, urlsplit

import pymysql
from pymysql.constants import CR, ER
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    create_engine,
    event,
    literal_column,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects.mysql import Insert, insert
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from shared.runtime import errors, metrics, pool, settings, tracing

T = TypeVar("T")

TRIES = 3
STATEMENT_TIMEOUT_SECONDS = 10
CONNECT_TIMEOUT_SECONDS = 5
LOCK_WAIT_SECONDS = 5
POOL_WAIT_SECONDS = 10
# Shorter than every idle timeout on the way, so that a pooled connection is rarely dead.
RECYCLE_SECONDS = 1500

_RERUN = {ER.LOCK_DEADLOCK, ER.LOCK_WAIT_TIMEOUT}
# Errors of a server that is down, full, failing over or too slow: the caller may retry.
_UNAVAILABLE = {
    CR.CR_CONNECTION_ERROR,
    CR.CR_CONN_HOST_ERROR,
    CR.CR_SERVER_GONE_ERROR,
    CR.CR_SERVER_LOST,
    ER.CON_COUNT_ERROR,
    ER.SERVER_SHUTDOWN,
    ER.TOO_MANY_USER_CONNECTIONS,
    ER.USER_LIMIT_REACHED,
    ER.QUERY_INTERRUPTED,
    1290,  # read-only: a failover is under way
    1836,  # read-only mode
    1927,  # MariaDB: the connection was killed
    1969,  # MariaDB: statement time exceeded
    3024,  # MySQL: statement time exceeded
    4031,  # MySQL: closed for inactivity
} | _RERUN
_LOST = {CR.CR_SERVER_GONE_ERROR, CR.CR_SERVER_LOST, 1927, 4031}

# One statement for both engines: each reads its own version comment and skips the other's.
_SESSION = f"""SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,'
  'ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY',
  time_zone = '+00:00', innodb_lock_wait_timeout = {LOCK_WAIT_SECONDS}
  /*M!100100 , tx_isolation = 'READ-COMMITTED', max_statement_time = {STATEMENT_TIMEOUT_SECONDS} */
  /*!80000 , transaction_isolation = 'READ-COMMITTED',
    max_execution_time = {STATEMENT_TIMEOUT_SECONDS * 1000} */"""


@dataclass
class _Transaction:
    """The callbacks and options that the running transaction has registered for its commit."""

    after_commit: list[Callable[[], object]] = field(default_factory=list)
    safe_to_retry_commit: bool = False


# Named parameters, because the compiler of the whole statement doubles the percent signs.
_DIALECT = mysql.dialect(paramstyle="named")

_transaction: ContextVar[_Transaction] = ContextVar("transaction")
_engine: Engine | None = None
_lock = threading.Lock()


def engine() -> Engine:
    """Return this process's engine, created on first use."""
    global _engine  # noqa: PLW0603  one engine per process is intended
    if _engine is None:
        with _lock:
            if _engine is None:
                _engine = _make_engine()
    return _engine


def _connect() -> Connection:
    """Take a connection from the pool, and time its statements only if spans are recorded."""
    current = tracing.current()
    plain = engine()
    timed = _timed(plain) if current is not None and current.sampled else plain
    started = time.perf_counter()
    try:
        return timed.connect()
    finally:
        metrics.observe(metrics.POOL_WAIT, time.perf_counter() - started)


@cache
def _timed(plain: Engine) -> Engine:
    """Return an engine that shares the pool and times statements, which adds 30 µs to each read."""
    made = plain.execution_options()
    event.listen(made, "before_cursor_execute", _before_statement)
    event.listen(made, "after_cursor_execute", _after_statement)
    return made


def transact(work: Callable[[Connection], T]) -> T:
    """Run `work` in one transaction and return its result.

    `work` may run up to three times. It is retried after a deadlock, a lock timeout, or a
    connection lost before COMMIT, because none of its changes remain in these cases. If the
    connection is lost *during* COMMIT, the transaction may have committed. `work` is then retried
    only if the second run can detect a committed first run (`safe_to_retry_commit`). Raises
    Unavailable if the database does not respond.
    """
    for attempt in range(1, TRIES + 1):
        state = _Transaction()
        token = _transaction.set(state)
        committing = False
        try:
            with tracing.span("transaction", "sql", attempt=attempt), _connect() as tx:
                _control(tx, "begin")
                try:
                    result = work(tx)
                    committing = True
                    _control(tx, "commit")
                except BaseException:
                    _roll_back(tx)
                    raise
            break
        except (DBAPIError, pymysql.MySQLError, PoolTimeoutError) as error:
            again = attempt < TRIES and _worth_a_rerun(error)
            if not again or (committing and not state.safe_to_retry_commit):
                raise _translated(error) from error
        finally:
            _transaction.reset(token)
    for callback in state.after_commit:
        callback()
    return result


def read(work: Callable[[Connection], T]) -> T:
    """Run reads on one connection outside a transaction.

    Raises Unavailable if the database does not respond.

    Each statement reads its own snapshot. A dead connection is replaced once.
    """
    for attempt in (1, 2):
        try:
            with _connect() as connection:
                return work(connection)
        except (DBAPIError, PoolTimeoutError) as error:
            if attempt == 2 or not _is_lost(error):  # noqa: PLR2004
                raise _translated(error) from error
    raise AssertionError  # pragma: no cover  the loop returned or raised


def page(
    connection: Connection, query: Select[Any], limit: int, place: Callable[[Row[Any]], T]
) -> tuple[Sequence[Any], T | None]:
    """Return up to `limit` rows of an ordered query, and the last row's sort key if more follow."""
    return cut(connection.execute(query.limit(limit + 1)).all(), limit, place)


def cut(
    rows: Sequence[Any], limit: int, place: Callable[[Any], T]
) -> tuple[Sequence[Any], T | None]:
    """Return the first `limit` rows, and the last returned row's sort key if more rows follow."""
    return rows[:limit], place(rows[limit - 1]) if len(rows) > limit else None


def after_commit(callback: Callable[[], object]) -> None:
    """Register a callback to run after the running transaction has committed."""
    _transaction.get().after_commit.append(callback)


def safe_to_retry_commit() -> None:
    """Declare that a second run of this transaction can detect whether the first run committed."""
    _transaction.get().safe_to_retry_commit = True


def upsert(
    tx: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    update: Sequence[str] | Mapping[str, Any],
) -> int:
    """Insert `rows`, updating rows whose key exists, and return MySQL's count of affected rows.

    update: the columns to set to the new row's values, or a mapping from column to SQL expression.
    """
    if not rows:
        return 0
    if isinstance(update, Mapping):
        changes = {name: _without_parameters(value) for name, value in update.items()}
        statement = insert(table).on_duplicate_key_update(changes)
    else:
        statement = _upsert(table, tuple(update))
    return tx.execute(statement, list(rows)).rowcount


@cache
def _upsert(table: Table, columns: tuple[str, ...]) -> Insert:
    """Return the cached statement; reusing it saves a third of SQLAlchemy's work."""
    return insert(table).on_duplicate_key_update(new_values(*columns))


def _without_parameters(expression: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return an expression with its parameters inlined.

    PyMySQL sends many rows as one statement only if no parameters follow the rows.
    """
    found = expression.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True})
    return literal_column(str(found))


def new_values(*columns: str) -> dict[str, Any]:
    """Return the `update` argument for `upsert` that sets these columns to the new row's values.

    SQLAlchemy's `inserted` is not used, because it writes `AS new`. MariaDB rejects this clause,
    and PyMySQL cannot send all rows as one statement with it.
    """
    return {name: literal_column(f"VALUES(`{name}`)") for name in columns}


def insert_ignore(tx: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert the rows whose key does not exist yet, and return how many were inserted."""
    if not rows:
        return 0
    return tx.execute(_insert_ignore(table), list(rows)).rowcount


@cache
def _insert_ignore(table: Table) -> Insert:
    """Return an INSERT statement that leaves a row with an existing key unchanged.

    INSERT IGNORE is not used, because it also truncates and converts values that do not fit.
    """
    key = table.primary_key.columns[0]
    return insert(table).on_duplicate_key_update({key.name: key})


def _control(tx: Connection, verb: Literal["begin", "commit", "rollback"]) -> None:
    """Begin, commit or roll back through the driver, because SQLAlchemy would add 70 µs."""
    driver: Any = tx.connection.driver_connection
    started = time.perf_counter()
    try:
        getattr(driver, verb)()
    except pymysql.MySQLError as error:
        tx.invalidate(error)
        raise
    tracing.statement(verb.upper(), (time.perf_counter() - started) * 1000, 0)


def _roll_back(tx: Connection) -> None:
    """Roll back, or discard the connection if the rollback fails."""
    if tx.invalidated:
        return
    try:
        _control(tx, "rollback")
    except Exception:  # noqa: BLE001  whatever it is, the connection is unusable
        tx.invalidate()


def _code(error: BaseException) -> int:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return cause.args[0] if cause and cause.args and isinstance(cause.args[0], int) else 0


def _is_lost(error: BaseException) -> bool:
    if isinstance(error, DBAPIError):
        return error.connection_invalidated
    # PyMySQL raises InterfaceError(0, "") on a connection that it has closed itself.
    return isinstance(error, pymysql.MySQLError) and _code(error) in {0, *_LOST}


def _worth_a_rerun(error: BaseException) -> bool:
    return _is_lost(error) or _code(error) in _RERUN


def _translated(error: BaseException) -> BaseException:
    """Return Unavailable for an error that indicates an unavailable database, or else the error."""
    if isinstance(error, PoolTimeoutError) or _is_lost(error) or _code(error) in _UNAVAILABLE:
        message = "the database is not responding"
        return errors.Unavailable(message)
    return error


def _make_engine() -> Engine:
    wanted = settings.sql()
    connect = _cloud_sql() if wanted.instance and not wanted.url else _by_address(wanted.url)
    return create_engine(
        "mysql+pymysql://",
        creator=connect,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,  # they are players' data, and errors are logged
        skip_autocommit_rollback=True,
        pool_size=pool.size(),
        max_overflow=0,
        pool_timeout=POOL_WAIT_SECONDS,
        pool_recycle=RECYCLE_SECONDS,
        pool_use_lifo=True,
    )


def _options() -> dict[str, Any]:
    return {
        "charset": "utf8mb4",
        "init_command": _SESSION,
        "autocommit": True,
        "connect_timeout": CONNECT_TIMEOUT_SECONDS,
        "read_timeout": STATEMENT_TIMEOUT_SECONDS + 5,
        "write_timeout": STATEMENT_TIMEOUT_SECONDS + 5,
    }


def _by_address(url: str) -> Callable[[], Any]:
    parts = urlsplit(url)
    return lambda: pymysql.connect(
        host=parts.hostname or "127.0.0.1",
        port=parts.port or 3306,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=parts.path.lstrip("/"),
        **_options(),
    )


def _cloud_sql(**connector_options: Any) -> Callable[[], Any]:
    """Return a function that connects through the Cloud SQL connector, with TLS and IAM sign-in.

    Certificates are refreshed during requests (`lazy`), because nothing runs between requests.
    """
    # These imports take half a second, and only the cloud needs them.
    from aiohttp import ClientError  # noqa: PLC0415
    from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415
    from google.cloud.sql.connector import Connector  # noqa: PLC0415

    wanted = settings.sql()
    connector = Connector(refresh_strategy="lazy", **connector_options)

    def connect() -> Any:
        try:
            return connector.connect(
                wanted.instance,
                "pymysql",
                user=wanted.user,
                db=wanted.database,
                enable_iam_auth=True,
                ip_type="private",
                # The connector adds TLS; PyMySQL would start a second layer inside.
                ssl_disabled=True,
                **_options(),
            )
        except (ClientError, GoogleAuthError, OSError) as error:
            # The Admin API or the instance does not respond: raise the driver's error.
            raise pymysql.OperationalError(CR.CR_CONN_HOST_ERROR, str(error)) from error

    return connect


def _before_statement(  # noqa: PLR0913, PLR0917  SQLAlchemy's signature
    connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: Any
) -> None:
    del connection, cursor, statement, parameters, many
    context.savepoint_started = time.perf_counter()


def _after_statement(  # noqa: PLR0913, PLR0917  SQLAlchemy's signature
    connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: Any
) -> None:
    del connection, parameters, many
    elapsed = time.perf_counter() - context.savepoint_started
    tracing.statement(statement, elapsed * 1000, cursor.rowcount)
