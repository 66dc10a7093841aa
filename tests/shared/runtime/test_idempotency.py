"""A request with a key takes effect once: twins, retries, lost connections and killed processes."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import Connection, select

from shared.runtime import errors, idempotency, identity, sql
from shared.runtime.http import Reply
from shared.runtime.identity import Player, Principal
from shared.schema.operations import idempotency_keys as keys
from tests.shared.runtime.private_rows import PrivateRows, connection_id
from tests.shared.runtime.proxies import Proxy
from tests.shared.runtime.unit.edge import ask as call
from tests.shared.runtime.unit.edge import make

COMMIT = b"\x03COMMIT"


class NewThing(BaseModel):
    """A request body."""

    name: str = "one"


class Created(BaseModel):
    """A response that says which run created it."""

    run: int


class Writer:
    """Writes a row and replies with the number of the run."""

    def __init__(self, own_rows: PrivateRows, *steps: Callable[[Connection], None]) -> None:
        self.own_rows = own_rows
        self.steps = list(steps)
        self.runs = 0

    def __call__(self, tx: Connection) -> Reply[Any]:
        self.runs += 1
        tx.execute(self.own_rows.insert(f"effect {self.runs}"))
        if self.steps:
            self.steps.pop(0)(tx)
        where = {"Location": f"/things/{self.runs}"}
        return Reply(Created(run=self.runs), status=201, headers=where, etag="7")


def run_once(work: Writer, key: str | None = "key", **changes: Any) -> Reply[Any]:
    params: dict[str, Any] = {"uid": work.own_rows.name, "route": "things", "body": NewThing()}
    return idempotency.once(idempotency.Key.read(key), **(params | changes), work=work)


def refuse_upload() -> None:
    raise errors.Conflict("nothing was uploaded")


def test_the_check_before_runs_outside_the_transaction(own_rows: PrivateRows) -> None:
    work, checked = Writer(own_rows), []

    def check() -> None:
        checked.append(own_rows.ids())

    with pytest.raises(errors.Conflict, match="nothing was uploaded"):
        run_once(work, before=refuse_upload)
    assert work.runs == 0
    first = run_once(work, before=check)
    assert (work.runs, checked) == (1, [[]])
    assert visible(run_once(work, before=refuse_upload)) == visible(first), (
        "a retry must not repeat the check"
    )
    with pytest.raises(errors.Unprocessable, match="another body"):
        run_once(work, before=refuse_upload, body=NewThing(name="other"))


def visible(reply: Reply[Any]) -> tuple[int, bytes, bytes, Any]:
    return reply.status, reply.body, reply.etag, reply.headers


def test_a_retry_gets_the_same_response_without_a_second_effect(own_rows: PrivateRows) -> None:
    work = Writer(own_rows)
    first = run_once(work)
    assert visible(first) == (201, b'{"run":1}', b'"7"', [(b"location", b"/things/1")])
    assert [visible(run_once(work)), visible(run_once(work, '"key"'))] == [visible(first)] * 2
    assert (work.runs, own_rows.ids()) == (1, ["effect 1"])


def test_a_key_belongs_to_its_caller_and_its_route(own_rows: PrivateRows) -> None:
    work = Writer(own_rows)
    changes: list[dict[str, Any]] = [{}, {"uid": own_rows.name + "2"}, {"route": "others"}]
    assert [run_once(work, **change).body for change in changes] == [
        b'{"run":1}',
        b'{"run":2}',
        b'{"run":3}',
    ]
    assert run_once(work, "KEY").body == b'{"run":4}'


def test_another_body_with_the_same_key_is_refused(own_rows: PrivateRows) -> None:
    work = Writer(own_rows)
    run_once(work)
    for body in (NewThing(name="other"), None):
        with pytest.raises(errors.Unprocessable, match="another body"):
            run_once(work, body=body)
    assert work.runs == 1


@pytest.mark.parametrize(
    "key", [None, "", '""', '"open', 'closed"', "two words", "x" * 129, "a\x00", 'a"b', "é", "a\\b"]
)
def test_an_invalid_key_is_refused_by_name(own_rows: PrivateRows, key: str | None) -> None:
    work = Writer(own_rows)
    with pytest.raises(errors.BadRequest, match="Idempotency-Key") as raised:
        run_once(work, key)
    assert raised.value.members["errors"][0]["field"] == "Idempotency-Key"
    assert work.runs == 0


def test_a_failed_request_can_be_retried_with_its_key(own_rows: PrivateRows) -> None:
    def refuse(tx: Connection) -> None:
        raise errors.Conflict("not now")

    work = Writer(own_rows, refuse)
    with pytest.raises(errors.Conflict, match="not now"):
        run_once(work)
    assert own_rows.ids() == []
    assert run_once(work).body == b'{"run":2}'


def test_concurrent_twins_take_effect_once(own_rows: PrivateRows) -> None:
    together = threading.Barrier(4, timeout=10)
    work = Writer(
        own_rows, lambda _: time.sleep(0.3)
    )  # long enough for the others to reach the row

    def twin(_: int) -> bytes:
        together.wait()
        return run_once(work).body

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(twin, range(4))) == [b'{"run":1}'] * 4
    assert own_rows.ids() == ["effect 1"]


def test_a_twin_waits_two_seconds_and_no_longer(own_rows: PrivateRows) -> None:
    at_work, finish = threading.Event(), threading.Event()

    def linger(_: Connection) -> None:
        at_work.set()
        assert finish.wait(20)

    work = Writer(own_rows, linger)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(run_once, work)
        assert at_work.wait(10)
        started = time.monotonic()
        with pytest.raises(errors.Conflict, match="still running") as raised:
            run_once(work)
        waited = time.monotonic() - started
        finish.set()
        assert first.result(10).body == b'{"run":1}'
    assert 1.5 < waited < 4
    assert raised.value.members["retry"] == errors.Retry.LATER
    assert run_once(work).body == b'{"run":1}'
    wait = sql.read(lambda conn: conn.exec_driver_sql("SELECT @@innodb_lock_wait_timeout").scalar())
    assert wait == sql.LOCK_WAIT_SECONDS, "the lock timeout is restored"


def test_a_process_killed_before_the_commit_leaves_the_key_free(own_rows: PrivateRows) -> None:
    def die(tx: Connection) -> None:
        own_rows.kill(connection_id(tx))
        raise KeyboardInterrupt

    work = Writer(own_rows, die)
    with pytest.raises(KeyboardInterrupt):
        run_once(work)
    assert own_rows.ids() == []
    assert run_once(work).body == b'{"run":2}'
    assert own_rows.ids() == ["effect 2"]


@pytest.mark.parametrize(("cut", "runs"), [("cut_after", 1), ("cut_before", 2)])
def test_a_connection_lost_at_the_commit_is_recovered(
    own_rows: PrivateRows, sql_proxy: Proxy, cut: str, runs: int
) -> None:
    setattr(sql_proxy, cut, COMMIT)
    work = Writer(own_rows)
    assert run_once(work).body == b'{"run":%d}' % runs
    assert own_rows.ids() == [f"effect {runs}"]


def test_a_route_that_is_declared_idempotent_takes_effect_once(
    own_rows: PrivateRows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def signed_in(_: str | None) -> Principal:
        return Principal(own_rows.name, frozenset({"player"}))

    for name in ("GOOGLE_CLOUD_PROJECT", "PUBLIC_URL", "TRUSTED_ISSUERS"):
        monkeypatch.setenv(name, "demo-runtime")
    monkeypatch.setattr(identity, "authenticate", signed_in)
    api = make(tmp_path, trigger={"http": {"paths": ["/v1/things"], "caller": "player"}})
    checked_things: list[tuple[int, str]] = []

    bugs: list[Exception] = []

    def check(thing: int, body: NewThing) -> None:
        checked_things.append((thing, body.name))
        if bugs:
            raise bugs[0]

    @api.post("/v1/things/{thing}", status=201, idempotent=idempotency.ByKey(before=check))
    def write(player: Player, tx: Connection, thing: int, body: NewThing) -> Created:
        tx.execute(own_rows.insert(f"{thing} {body.name}"))
        return Created(run=thing)

    def send(thing: int, **headers: str) -> tuple[int, Any]:
        answer = call(api, "POST", f"/v1/things/{thing}", headers, {"name": "a"})
        return answer.status, answer.json().get("run")

    key = {"Idempotency-Key": "key"}
    assert [send(1, **key), send(1, **key), send(2, **key)] == [(201, 1), (201, 1), (201, 2)]
    assert own_rows.ids() == ["1 a", "2 a"]
    assert checked_things == [(1, "a"), (1, "a"), (2, "a")]
    assert send(1)[0] == 400, "the key is required"
    for bug in (errors.Conflict("too early"), RuntimeError("a bug")):
        bugs[:] = [bug]
        assert send(1, **key) == (201, 1), "a stored reply does not depend on the check"
        assert send(3, **key)[0] in (409, 500)
    routes = sql.read(lambda conn: list(conn.scalars(select(keys.c.route).order_by(keys.c.route))))
    assert {"POST /v1/things/1", "POST /v1/things/2"} <= set(routes)


@pytest.fixture(autouse=True)
def delete_keys(own_rows: PrivateRows) -> Iterator[None]:
    yield
    own_rows.execute(f"DELETE FROM idempotency_keys WHERE uid LIKE '{own_rows.name}%'")
