"""Matches items on disk to games, and stores the list of games on each installation.

Matching stores nothing. An installation is stored as a list of games, without paths.
"""

from collections import defaultdict
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field
from sqlalchemy import Connection

from shared.domain.ids import InstallId
from shared.domain.library import entries as entries_
from shared.domain.library import matching
from shared.domain.library.entries import InstalledGame, LibraryGame
from shared.domain.library.items import LibraryItem
from shared.domain.library.matching import Guess, Verdict, Why
from shared.domain.tools import fits
from shared.domain.tools.fits import Fitting, FittingTool
from shared.runtime import http, sql
from shared.runtime.errors import CommonCode
from shared.runtime.identity import Player

Limit = Annotated[int, Field(ge=1, le=500)]

api = http.Api(__file__)


class MatchCandidate(BaseModel):
    """A game that may match an item, with the evidence for the match, strongest first."""

    game_id: str
    title: str
    confidence: float
    why: Why
    evidence: list[Why]


class LibraryMatch(BaseModel):
    """The match for an item: one game, several candidates, or no game.

    why: the strongest evidence. tools: for each of the game's tools, the newest stable version that
        fits the build, or the newest stable version if the build is unknown.
    """

    id: str
    confidence: float = 0
    game_id: str | None = None
    title: str | None = None
    why: Why | None = None
    evidence: list[Why] | None = None
    build_id: str | None = None
    tools: list[FittingTool] = []
    candidates: list[MatchCandidate] | None = None


class LibraryMatches(http.Receipt):
    """The receipt for a batch, with one match per accepted item, in the order of the items."""

    items: list[LibraryMatch]


class Installation(BaseModel):
    """The result of replacing an installation's list of games, including the rejected entries."""

    install_id: str
    entries: int
    replaced_at: datetime
    rejected: list[http.Rejection]


@api.post("/v1/me/library:match")
def match_library(batch: http.Batch[LibraryItem]) -> LibraryMatches:
    """Match items on disk to games without storing anything."""
    items = [item for _, item in batch.items]
    found = sql.read(lambda conn: _matches(conn, items)) if items else []
    receipt = batch.receipt(accepted=len(items))
    return LibraryMatches(**dict(receipt), items=found)


def _matches(conn: Connection, items: list[LibraryItem]) -> list[LibraryMatch]:
    verdicts = matching.match(conn, items)
    builds: dict[int, set[int | None]] = defaultdict(set)
    for one in verdicts:
        if one.game:
            builds[one.game.game_id].add(one.build_id)
    fitting = fits.newest(conn, builds)
    return [_shown(item, one, fitting) for item, one in zip(items, verdicts, strict=True)]


def _shown(item: LibraryItem, verdict: Verdict, fitting: Fitting) -> LibraryMatch:
    if verdict.game is None:
        several = [MatchCandidate(**_described(one)) for one in verdict.candidates]
        return LibraryMatch(id=item.id, candidates=several or None)
    return LibraryMatch(
        id=item.id,
        build_id=None if verdict.build_id is None else str(verdict.build_id),
        tools=fitting[verdict.game.game_id, verdict.build_id],
        **_described(verdict.game),
    )


def _described(guess: Guess) -> dict[str, Any]:
    return {
        "game_id": str(guess.game_id),
        "title": guess.title,
        "confidence": guess.confidence,
        "why": guess.evidence[0],
        "evidence": guess.evidence,
    }


@api.put("/v1/me/library/{install_id}")
def replace_installation(
    player: Player, install_id: InstallId, held: http.Items[InstalledGame]
) -> Installation:
    """Replace the list of games on one of the caller's installations."""
    stored = sql.transact(lambda tx: entries_.replace(tx, player.uid, install_id, held.items))
    for one in stored.refused:
        held.reject(one.index, one.game_id, CommonCode.INVALID_ITEM, one.detail)
    return Installation(
        install_id=install_id,
        entries=stored.entries,
        replaced_at=stored.replaced_at,
        rejected=held.rejections(),
    )


@api.get("/v1/me/library")
def list_library_games(
    player: Player, limit: Limit = 100, cursor: http.Cursor = None
) -> http.Page[LibraryGame]:
    """List the games on the caller's installations, ordered by id."""
    after = http.after(cursor, "library", int) or 0
    found, last = sql.read(lambda conn: entries_.list_page(conn, player.uid, after, limit))
    return http.page(found, "library", last)


@api.delete("/v1/me/library/{install_id}")
def delete_installation(player: Player, install_id: InstallId) -> None:
    """Delete one of the caller's installations and its list of games."""
    sql.transact(lambda tx: entries_.delete(tx, player.uid, install_id))


main = api.entry_point()
