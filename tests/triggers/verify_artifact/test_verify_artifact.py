"""From an upload to a published version, despite crashes, redeliveries and later uploads."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, RowMapping, insert, select, update

from emulators.cloud.config import ROOT
from shared.domain.catalog import versioning
from shared.domain.tools import versions
from shared.domain.tools.versions import ArtifactUploaded, NewUpload, VersionPublished, Withdrawal
from shared.domain.uploads import artifacts, incoming
from shared.runtime import clock, errors, objects
from shared.runtime import outbox as runtime_outbox
from shared.runtime import sql as runtime_sql
from shared.schema.catalog import games
from shared.schema.operations import audit, dead_letters, outbox
from shared.schema.tools import tool_versions, tools
from tests.conftest import Player
from tests.support.local_cloud import LocalCloud

Players = Callable[..., Player]
Eventually = Callable[..., Any]

EMPTY = hashlib.sha256().hexdigest()


@pytest.fixture
def uid(cloud: LocalCloud, player: Players) -> str:
    return player().uid


@pytest.fixture
def tool_id(sql: Connection, uid: str) -> int:
    """A tool of this test's creator."""
    now = clock.now()
    game = {"title": "Game", "import_key": uuid.uuid4().hex, "revision": 1, "updated_at": now}
    row = {
        "game_id": sql.execute(insert(games).values(**game)).lastrowid,
        "kind": "mod",
        "creator_uid": uid,
        "texts": '{"en": {"name": "Tool"}}',
        "revision": 1,
        "created_at": now,
        "updated_at": now,
    }
    return int(sql.execute(insert(tools).values(**row)).lastrowid)


@pytest.fixture
def body() -> bytes:
    """Bytes that no other test uploads."""
    return b"MZ \r\n\t" + uuid.uuid4().bytes * 1000


class UnverifiedVersion:
    """A version that waits for verification, and whose message was not sent yet."""

    def __init__(self, sql: Connection, tool_id: int, uid: str) -> None:
        self.sql = sql
        self.uid = uid
        self.tool_id = tool_id
        now = clock.now()
        row = {
            "tool_id": tool_id,
            "version": "1.0.0",
            "sort_key": "111010~",
            "channel": "stable",
            "state": "verifying",
            "options": "[]",
            "dependencies": "[]",
            "upload_id": str(uuid.uuid4()),
            "revision": 3,
            "created_at": now,
            "updated_at": now,
        }
        self.version_id = sql.execute(insert(tool_versions).values(**row)).lastrowid
        self.message = ArtifactUploaded(
            version_id=str(self.version_id), revision=3, upload_id=str(row["upload_id"])
        )
        self.incoming = incoming.key(self.message.upload_id)

    def upload(self, body: bytes, **announced: Any) -> None:
        put(self.incoming, body)
        if announced:
            here = tool_versions.c.version_id == self.version_id
            self.sql.execute(update(tool_versions).where(here).values(**announced))

    def row(self) -> RowMapping:
        here = tool_versions.c.version_id == self.version_id
        return self.sql.execute(select(tool_versions).where(here)).mappings().one()

    def verify(self) -> RowMapping:
        versions.verify(self.message)
        return self.row()

    def verdicts(self) -> list[str]:
        """Return the verifier's audit entries for this version."""
        target = audit.c.target == f"{self.tool_id}@1.0.0"
        recorded = select(audit.c.action).where(target, audit.c.actor == versions.VERIFIER)
        return list(self.sql.scalars(recorded.order_by(audit.c.audit_id)))

    def published_messages(self) -> list[VersionPublished]:
        """Return the messages that announce this version."""
        rows = self.sql.scalars(select(outbox.c.body).where(outbox.c.topic == "versions-published"))
        read = [VersionPublished.model_validate_json(one) for one in rows]
        return [one for one in read if one.tool_id == str(self.tool_id)]


@pytest.fixture
def unverified(sql: Connection, tool_id: int, uid: str) -> Iterator[UnverifiedVersion]:
    yield UnverifiedVersion(sql, tool_id, uid)
    sql.execute(outbox.delete().where(outbox.c.topic == "versions-published"))


def put(key: str, body: bytes) -> None:
    objects.put("artifacts", key, body, content_type="application/octet-stream")


def stored(body: bytes) -> bytes | None:
    """Return the stored artifact with the hash of `body`, or None."""
    key = artifacts.key(hashlib.sha256(body).hexdigest())
    if objects.head("artifacts", key) is None:
        return None
    return b"".join(objects.stream("artifacts", key))


def test_an_upload_is_published_and_announced(
    unverified: UnverifiedVersion, body: bytes, sql: Connection
) -> None:
    digest, before = hashlib.sha256(body).hexdigest(), versioning.current(sql)
    unverified.upload(body, size=len(body), sha256=digest)
    row = unverified.verify()
    assert (row["state"], row["size"], row["sha256"]) == ("published", len(body), digest)
    assert (row["revision"], row["reason"], row["published_at"] is None) == (4, None, False)
    assert stored(body) == body
    assert objects.head("artifacts", unverified.incoming) is None
    assert versioning.current(sql) == before + 1
    (message,) = unverified.published_messages()
    assert (message.version, message.sha256, message.size) == ("1.0.0", digest, len(body))
    assert message.published_at == row["published_at"]


@pytest.mark.parametrize(
    ("announced", "code"),
    [({"size": 7}, "wrong_size"), ({"sha256": EMPTY}, "wrong_hash")],
)
def test_an_upload_that_differs_from_its_announcement_is_rejected(
    unverified: UnverifiedVersion,
    body: bytes,
    sql: Connection,
    announced: dict[str, Any],
    code: str,
) -> None:
    before = versioning.current(sql)
    unverified.upload(body, **announced)
    row = unverified.verify()
    assert (row["state"], row["reason"].split(": ")[0]) == ("rejected", code)
    assert (stored(body), unverified.published_messages()) == (None, [])
    assert versioning.current(sql) == before


def test_a_missing_upload_is_rejected(unverified: UnverifiedVersion) -> None:
    assert unverified.verify()["reason"].startswith("missing: ")


def test_a_file_without_bytes_is_rejected(unverified: UnverifiedVersion) -> None:
    unverified.upload(b"")
    assert unverified.verify()["reason"].startswith("empty: ")


@pytest.mark.parametrize("head_lies", [False, True])
def test_an_upload_that_is_too_large_is_rejected_before_it_is_stored(
    unverified: UnverifiedVersion, body: bytes, monkeypatch: pytest.MonkeyPatch, head_lies: bool
) -> None:
    """The size is checked first and again while reading, since the file may have been replaced."""
    monkeypatch.setattr(artifacts, "MAX_BYTES", len(body) - 1)
    unverified.upload(body)
    if head_lies:
        monkeypatch.setattr(artifacts, "_check_size", lambda _: None)
    assert unverified.verify()["reason"].startswith("too_large: ")
    assert stored(body) is None


def during_reading(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Call `act` once, after the file was copied and before the copy is read."""
    real, acted = objects.stream, threading.Event()

    def stream(*args: Any, **kwargs: Any) -> Iterator[bytes]:
        if not acted.is_set():
            acted.set()
            act()
        return real(*args, **kwargs)

    monkeypatch.setattr(objects, "stream", stream)


def test_bytes_uploaded_during_verification_change_nothing(
    unverified: UnverifiedVersion, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    unverified.upload(body)
    during_reading(monkeypatch, lambda: put(unverified.incoming, b"evil"))
    row = unverified.verify()
    assert (row["state"], row["sha256"]) == ("published", hashlib.sha256(body).hexdigest())
    assert stored(body) == body
    assert stored(b"evil") is None


def test_bytes_uploaded_after_verification_change_nothing(
    unverified: UnverifiedVersion, body: bytes
) -> None:
    unverified.upload(body)
    before = unverified.verify()
    put(unverified.incoming, b"evil")
    assert unverified.verify() == before
    assert stored(body) == body
    assert stored(b"evil") is None


def test_repeated_and_parallel_deliveries_publish_once(
    unverified: UnverifiedVersion, body: bytes, sql: Connection
) -> None:
    unverified.upload(body)
    before = versioning.current(sql)
    together = threading.Barrier(4, timeout=20)

    def deliver(_: int) -> None:
        together.wait()
        versions.verify(unverified.message)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(deliver, range(4)))
    versions.verify(unverified.message)
    row = unverified.row()
    assert (row["state"], row["revision"], stored(body)) == ("published", 4, body)
    assert (unverified.verdicts(), len(unverified.published_messages())) == (["version.approve"], 1)
    assert versioning.current(sql) == before + 1


def test_a_version_withdrawn_meanwhile_stays_withdrawn(
    unverified: UnverifiedVersion, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    unverified.upload(body)

    def publish_and_withdraw() -> None:
        versions.verify(unverified.message)
        why = Withdrawal(reason="it crashes")
        runtime_sql.transact(
            lambda tx: versions.withdraw(tx, unverified.uid, unverified.tool_id, "1.0.0", why)
        )

    during_reading(monkeypatch, publish_and_withdraw)
    row = unverified.verify()
    assert (row["state"], row["reason"]) == ("withdrawn", "withdrawn: it crashes")
    assert (unverified.verdicts(), len(unverified.published_messages())) == (["version.approve"], 1)


def test_the_verdict_on_an_earlier_upload_is_ignored(
    unverified: UnverifiedVersion, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rejected version is uploaded and published again while the first is still read."""
    unverified.upload(b"first", sha256=EMPTY)

    def again() -> None:
        versions.verify(unverified.message)
        assert unverified.row()["state"] == "rejected"
        new_upload = NewUpload(size=len(body))
        runtime_sql.transact(
            lambda tx: versions.create_upload(
                tx, unverified.uid, unverified.tool_id, "1.0.0", new_upload
            )
        )
        runtime_sql.transact(
            lambda tx: versions.publish(tx, unverified.uid, unverified.tool_id, "1.0.0")
        )

    during_reading(monkeypatch, again)
    row = unverified.verify()
    assert (row["state"], row["reason"], row["revision"]) == ("verifying", None, 6)


KILLED = """
import os, signal, sys
from shared.domain.tools import versions
from shared.runtime import objects

calls = []

def dying(real):
    def call(*args, **kwargs):
        done = real(*args, **kwargs)
        calls.append(real)
        if len(calls) == int(sys.argv[1]):
            os.kill(os.getpid(), signal.SIGKILL)
        return done
    return call

for name in ("head", "copy", "stream", "delete"):
    setattr(objects, name, dying(getattr(objects, name)))
versions.verify(versions.ArtifactUploaded.model_validate_json(sys.argv[2]))
"""
STEPS = ("look", "copy", "read", "look up its hash", "keep", "delete the copy", "delete the upload")


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_after_any_step_is_repaired_by_the_next_delivery(
    unverified: UnverifiedVersion, body: bytes, step: str
) -> None:
    unverified.upload(body)
    words = [str(STEPS.index(step) + 1), unverified.message.model_dump_json()]
    command = [sys.executable, "-c", KILLED, *words]
    killed = subprocess.run(command, cwd=ROOT, env=os.environ, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    is_done = step == STEPS[-1]
    assert unverified.row()["state"] == ("published" if is_done else "verifying")
    row = unverified.verify()
    assert (row["state"], row["sha256"]) == ("published", hashlib.sha256(body).hexdigest())
    assert (stored(body), unverified.verdicts()) == (body, ["version.approve"])


def test_an_unavailable_store_rejects_nothing(
    cloud: LocalCloud, unverified: UnverifiedVersion, body: bytes
) -> None:
    unverified.upload(body)
    with cloud.without("objects"), pytest.raises(errors.Unavailable):
        versions.verify(unverified.message)
    assert unverified.row()["state"] == "verifying"
    assert unverified.verify()["state"] == "published"


@pytest.fixture
def creator(client: httpx.Client, player: Players) -> Callable[..., Any]:
    """Send requests as one creator, each with a new key; return the JSON."""
    headers = player(["creator"]).headers

    def post(path: str, body: Any = None, method: str = "POST") -> Any:
        key = {"Idempotency-Key": str(uuid.uuid4())}
        path = f"/v1/creator{path}"
        answer = client.request(method, path, json=body, headers=headers | key)
        assert answer.is_success, answer.text
        return answer.json()

    return post


@pytest.fixture
def drafts(creator: Callable[..., Any], sql: Connection) -> list[str]:
    """The paths of five draft versions."""
    game = {"title": "Game", "import_key": uuid.uuid4().hex, "revision": 1}
    game_id = sql.execute(insert(games).values(**game, updated_at=clock.now())).lastrowid
    texts = {"en": {"name": "Tool"}}
    tool = creator("/tools", {"game_id": str(game_id), "kind": "mod", "texts": texts})
    at = f"/tools/{tool['tool_id']}/versions"
    numbers = [f"1.0.{patch}" for patch in range(5)]
    for number in numbers:
        creator(at, {"version": number, "channel": "stable"})
    return [f"{at}/{number}" for number in numbers]


def upload(creator: Callable[..., Any], draft: str, body: bytes, **announced: Any) -> None:
    allowed = creator(f"{draft}/upload", {"size": len(body), **announced})
    httpx.put(allowed["url"], content=body, headers=allowed["headers"]).raise_for_status()


def states(creator: Callable[..., Any], drafts: list[str]) -> list[str]:
    return [creator(draft, method="GET")["state"] for draft in drafts]


def test_a_creator_publishes_through_the_gateway_and_a_rejected_one_again(
    creator: Callable[..., Any], drafts: list[str], body: bytes, eventually: Eventually
) -> None:
    draft = drafts[0]
    upload(creator, draft, body, sha256=EMPTY)
    assert creator(f"{draft}/publish")["state"] == "verifying"
    eventually(lambda: states(creator, [draft]) == ["rejected"])
    assert creator(draft, method="GET")["reason"]["code"] == "wrong_hash"
    upload(creator, draft, body)
    creator(f"{draft}/publish")
    eventually(lambda: states(creator, [draft]) == ["published"])
    shown = creator(draft, method="GET")
    assert (shown["sha256"], "reason" in shown) == (hashlib.sha256(body).hexdigest(), False)


def test_an_unavailable_store_and_killed_functions_only_delay_publishing(  # noqa: PLR0913, PLR0917
    cloud: LocalCloud,
    creator: Callable[..., Any],
    drafts: list[str],
    body: bytes,
    sql: Connection,
    eventually: Eventually,
) -> None:
    began = clock.now()
    for number, draft in enumerate(drafts):
        upload(creator, draft, body + b"%d" % number)

    def refused() -> int:
        log = cloud.cloud.log("functions").read_text()
        return log.count('"verify_artifact ← savepoint.artifacts.uploaded.v1 503"')

    tool = drafts[0].split("/")[2]
    owner = sql.scalar(select(tools.c.creator_uid).where(tools.c.tool_id == int(tool)))
    before = refused()
    with cloud.without("objects"):
        for draft in drafts:  # as if the store became unavailable right after the check
            version = draft.rsplit("/", 1)[1]
            runtime_sql.transact(
                lambda tx: versions.publish(tx, str(owner), int(tool), version)  # noqa: B023
            )
        runtime_outbox.flush()
        eventually(lambda: refused() > before)
        assert states(creator, drafts) == ["verifying"] * 5
    pid = cloud.pid("functions")
    cloud.kill("functions")
    cloud.wait_until_back("functions", pid)
    eventually(lambda: states(creator, drafts) == ["published"] * 5, 60)
    assert [stored(body + b"%d" % number) for number in range(5)] == [
        body + b"%d" % number for number in range(5)
    ]
    mine = (dead_letters.c.consumer == "verify_artifact", dead_letters.c.recorded_at >= began)
    letters = select(dead_letters.c.event_id).where(*mine)
    assert sql.scalars(letters).all() == []
    recorded = select(audit.c.target, audit.c.detail).where(
        audit.c.action == "version.approve", audit.c.target.startswith(f"{tool}@")
    )
    rows = sql.execute(recorded).all()
    assert sorted(row.target for row in rows) == [f"{tool}@1.0.{number}" for number in range(5)]
    for row in rows:
        detail = json.loads(row.detail)
        assert detail["before"]["state"] == "verifying"
        assert detail["after"]["state"] == "published"
