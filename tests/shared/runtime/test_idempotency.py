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
from tests.shared.runtime.doors import Door
from tests.shared.runtime.sqls import Own, thread_of
from tests.shared.runtime.unit.edge import ask as call
from tests.shared.runtime.unit.edge import make

COMMIT = b"\x03COMMIT"


class Wish(BaseModel):
    """A body."""

    name: str = "one"


class Done(BaseModel):
    """An answer that tells which run made it."""

    run: int


class Writer:
    """Writes a row, and answers with the number of its run."""

    def __init__(self, own: Own, *steps: Callable[[Connection], None]) -> None:
        self.own = own
        self.steps = list(steps)
        self.runs = 0

    def __call__(self, tx: Connection) -> Reply[Any]:
        self.runs += 1
        tx.execute(self.own.insert(f"effect {self.runs}"))
        if self.steps:
            self.steps.pop(0)(tx)
        where = {"Location": f"/things/{self.runs}"}
        return Reply(Done(run=self.runs), status=201, headers=where, etag="7")


def ask(work: Writer, key: str | None = "key", **changes: Any) -> Reply[Any]:
    given: dict[str, Any] = {"uid": work.own.name, "route": "things", "body": Wish()}
    return idempotency.once(idempotency.Key.read(key), **(given | changes), work=work)


def refused() -> None:
    raise errors.Conflict("nothing was uploaded")


def test_what_is_checked_before_is_checked_outside_the_transaction(own: Own) -> None:
    work, checked = Writer(own), []

    def look() -> None:
        checked.append(own.ids())

    with pytest.raises(errors.Conflict, match="nothing was uploaded"):
        ask(work, before=refused)
    assert work.runs == 0
    first = ask(work, before=look)
    assert (work.runs, checked) == (1, [[]])
    assert seen(ask(work, before=refused)) == seen(first), "the upload may be gone by now"
    with pytest.raises(errors.Unprocessable, match="another body"):
        ask(work, before=refused, body=Wish(name="other"))


def seen(reply: Reply[Any]) -> tuple[int, bytes, bytes, Any]:
    return reply.status, reply.body, reply.etag, reply.headers


def test_the_answer_is_given_again_and_nothing_is_done_again(own: Own) -> None:
    work = Writer(own)
    first = ask(work)
    assert seen(first) == (201, b'{"run":1}', b'"7"', [(b"location", b"/things/1")])
    assert [seen(ask(work)), seen(ask(work, '"key"'))] == [seen(first)] * 2
    assert (work.runs, own.ids()) == (1, ["effect 1"])


def test_a_key_belongs_to_its_caller_and_its_route(own: Own) -> None:
    work = Writer(own)
    changes: list[dict[str, Any]] = [{}, {"uid": own.name + "2"}, {"route": "others"}]
    assert [ask(work, **change).body for change in changes] == [
        b'{"run":1}',
        b'{"run":2}',
        b'{"run":3}',
    ]
    assert ask(work, "KEY").body == b'{"run":4}'


def test_another_body_under_the_same_key_is_refused(own: Own) -> None:
    work = Writer(own)
    ask(work)
    for wish in (Wish(name="other"), None):
        with pytest.raises(errors.Unprocessable, match="another body"):
            ask(work, body=wish)
    assert work.runs == 1


@pytest.mark.parametrize(
    "key", [None, "", '""', '"open', 'closed"', "two words", "x" * 129, "a\x00", 'a"b', "é", "a\\b"]
)
def test_a_key_that_is_none_is_refused_by_name(own: Own, key: str | None) -> None:
    work = Writer(own)
    with pytest.raises(errors.BadRequest, match="Idempotency-Key") as raised:
        ask(work, key)
    assert raised.value.members["errors"][0]["field"] == "Idempotency-Key"
    assert work.runs == 0


def test_what_failed_may_be_tried_again_under_its_key(own: Own) -> None:
    def refuse(tx: Connection) -> None:
        raise errors.Conflict("not now")

    work = Writer(own, refuse)
    with pytest.raises(errors.Conflict, match="not now"):
        ask(work)
    assert own.ids() == []
    assert ask(work).body == b'{"run":2}'


def test_twins_at_the_same_time_take_effect_once(own: Own) -> None:
    together = threading.Barrier(4, timeout=10)
    work = Writer(own, lambda _: time.sleep(0.3))  # the others arrive at its row meanwhile

    def twin(_: int) -> bytes:
        together.wait()
        return ask(work).body

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(twin, range(4))) == [b'{"run":1}'] * 4
    assert own.ids() == ["effect 1"]


def test_a_twin_waits_two_seconds_and_no_longer(own: Own) -> None:
    at_work, finish = threading.Event(), threading.Event()

    def linger(_: Connection) -> None:
        at_work.set()
        assert finish.wait(20)

    work = Writer(own, linger)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(ask, work)
        assert at_work.wait(10)
        started = time.monotonic()
        with pytest.raises(errors.Conflict, match="still at work") as raised:
            ask(work)
        waited = time.monotonic() - started
        finish.set()
        assert first.result(10).body == b'{"run":1}'
    assert 1.5 < waited < 4
    assert raised.value.members["retry"] == errors.Retry.LATER
    assert ask(work).body == b'{"run":1}'
    wait = sql.read(lambda conn: conn.exec_driver_sql("SELECT @@innodb_lock_wait_timeout").scalar())
    assert wait == sql.LOCK_WAIT_SECONDS, "the connection waits for other locks as before"


def test_a_process_killed_before_the_commit_leaves_the_key_free(own: Own) -> None:
    def die(tx: Connection) -> None:
        own.kill(thread_of(tx))
        raise KeyboardInterrupt

    work = Writer(own, die)
    with pytest.raises(KeyboardInterrupt):
        ask(work)
    assert own.ids() == []
    assert ask(work).body == b'{"run":2}'
    assert own.ids() == ["effect 2"]


@pytest.mark.parametrize(("cut", "runs"), [("cut_after", 1), ("cut_before", 2)])
def test_a_connection_lost_at_the_commit_is_made_up_for(
    own: Own, sql_door: Door, cut: str, runs: int
) -> None:
    setattr(sql_door, cut, COMMIT)
    work = Writer(own)
    assert ask(work).body == b'{"run":%d}' % runs
    assert own.ids() == [f"effect {runs}"]


def test_a_route_that_is_declared_idempotent_takes_effect_once(
    own: Own, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def signed_in(_: str | None) -> Principal:
        return Principal(own.name, frozenset({"player"}))

    for name in ("GOOGLE_CLOUD_PROJECT", "PUBLIC_URL", "TRUSTED_ISSUERS"):
        monkeypatch.setenv(name, "demo-runtime")
    monkeypatch.setattr(identity, "authenticate", signed_in)
    api = make(tmp_path, trigger={"http": {"paths": ["/v1/things"], "caller": "player"}})
    asked: list[tuple[int, str]] = []

    bugs: list[Exception] = []

    def look(thing: int, body: Wish) -> None:
        asked.append((thing, body.name))
        if bugs:
            raise bugs[0]

    @api.post("/v1/things/{thing}", status=201, idempotent=idempotency.ByKey(before=look))
    def write(player: Player, tx: Connection, thing: int, body: Wish) -> Done:
        tx.execute(own.insert(f"{thing} {body.name}"))
        return Done(run=thing)

    def send(thing: int, **headers: str) -> tuple[int, Any]:
        answer = call(api, "POST", f"/v1/things/{thing}", headers, {"name": "a"})
        return answer.status, answer.json().get("run")

    key = {"Idempotency-Key": "key"}
    assert [send(1, **key), send(1, **key), send(2, **key)] == [(201, 1), (201, 1), (201, 2)]
    assert own.ids() == ["1 a", "2 a"]
    assert asked == [(1, "a"), (1, "a"), (2, "a")]
    assert send(1)[0] == 400, "the key is required"
    for bug in (errors.Conflict("too early"), RuntimeError("a bug")):
        bugs[:] = [bug]
        assert send(1, **key) == (201, 1), "a stored reply does not depend on the check"
        assert send(3, **key)[0] in (409, 500)
    routes = sql.read(lambda conn: list(conn.scalars(select(keys.c.route).order_by(keys.c.route))))
    assert {"POST /v1/things/1", "POST /v1/things/2"} <= set(routes)


@pytest.fixture(autouse=True)
def keys_end_with_the_test(own: Own) -> Iterator[None]:
    yield
    own.elsewhere(f"DELETE FROM idempotency_keys WHERE uid LIKE '{own.name}%'")
