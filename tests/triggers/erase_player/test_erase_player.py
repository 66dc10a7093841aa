"""An erasure meets documents: all of them go, and one that is being written meanwhile goes too."""

import time
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.play import roll_up, stats
from shared.domain.play.sessions import SessionsReported
from shared.domain.players import erasure
from shared.domain.players.erasure import ErasureRequested
from shared.runtime import clock, documents, projections
from shared.runtime import sql as runtime_sql
from shared.schema.collections import NOTICES, STATS
from tests.conftest import Player

pytestmark = pytest.mark.usefixtures("cloud")


def played(player: Player, games: int) -> list[projections.Key]:
    """Roll up a minute of play in each game; return the documents that are due."""
    now = clock.now()
    start, end = now - timedelta(minutes=2), now - timedelta(minutes=1)
    runs = [{"start_at": start, "end_at": end, "utc_offset_min": 0}]
    sessions = [
        {"game_key": str(game), "session_id": "s", "runs": runs, "ended_at": end}
        for game in range(1, games + 1)
    ]
    reported = {"uid": player.uid, "received_at": now, "sessions": sessions}
    return roll_up.record(SessionsReported.model_validate(reported))


def request_erasure(player: Player) -> ErasureRequested:
    """Request the erasure without publishing its message."""
    requested = runtime_sql.transact(lambda tx: erasure.request(tx, player.uid))
    return ErasureRequested(uid=player.uid, requested_at=requested.requested_at)


def erase(what: ErasureRequested) -> None:
    assert erasure.erase(what, time.monotonic() + 30)


def remaining(firestore: Any, player: Player) -> list[str]:
    return [
        one.reference.path
        for collection in (STATS, NOTICES)
        for one in firestore.collection(collection.of(player.uid)).stream()
    ]


def test_documents_are_deleted_page_by_page(
    player: Any, firestore: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "DOCUMENTS_PER_STEP", 2)
    ada = player()
    projections.project_due(stats.KIND, played(ada, 5))
    firestore.collection(NOTICES.of(ada.uid)).document("one").set({"code": "x"})
    assert len(remaining(firestore, ada)) >= 6
    erase(request_erasure(ada))
    assert remaining(firestore, ada) == []


@pytest.mark.parametrize("there_before", [False, True], ids=["first write", "later write"])
def test_a_document_written_during_the_erasure_is_deleted_too(
    player: Any, firestore: Any, monkeypatch: pytest.MonkeyPatch, there_before: bool
) -> None:
    ada = player()
    keys = played(ada, 1)
    if there_before:
        projections.project_due(stats.KIND, keys)
    requested, put = request_erasure(ada), documents.put
    written: list[str] = []

    def slow_put(path: str, *args: Any, **options: Any) -> Any:
        """Write like a projector that read the rows before they were deleted."""
        if not written:
            erase(requested)
        written.append(path)
        return put(path, *args, **options)

    monkeypatch.setattr(documents, "put", slow_put)
    projections.rebuild(stats.KIND, keys)
    assert written
    assert remaining(firestore, ada) == []
