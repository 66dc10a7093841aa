"""The library: what is on a player's disks, and which games that is.

Matching stores nothing: paths are looked at and forgotten. Stored are games, per installation.
"""

import json
from collections import defaultdict
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from sqlalchemy import Connection

from shared.domain.ids import InstallId
from shared.domain.library import entries, matching
from shared.domain.library.entries import Installation, InstalledGame, InvalidEntry, LibraryGame
from shared.domain.library.items import LibraryItem
from shared.domain.library.matching import Guess, Verdict, Why
from shared.domain.tools import fits
from shared.domain.tools.fits import Fitting, FittingTool
from shared.runtime import errors, http, sql
from shared.runtime.http.batches import described, loads
from shared.runtime.identity import Player

MOST_ENTRIES = 5000
SHOWN_ID = 100

Limit = Annotated[int, Field(ge=1, le=500)]
Cursor = Annotated[str | None, Field(max_length=1000)]

_HELD: list[JsonValue] = [{"items": [{"game_id": "3255"}]}]

api = http.Api(__file__)


class Candidate(BaseModel):
    """A game that an item may be, and what speaks for it, the strongest first."""

    game_id: str
    title: str
    confidence: float
    why: Why
    evidence: list[Why]


class Match(BaseModel):
    """What an item is: a game, or candidates when it may be one of several, or neither.

    why: the strongest of the evidence. tools: of each tool for this game the newest stable
        version that fits the build; of any build, where it is not known.
    """

    id: str
    confidence: float = 0
    game_id: str | None = None
    title: str | None = None
    why: Why | None = None
    evidence: list[Why] | None = None
    build_id: str | None = None
    tools: list[FittingTool] = []
    candidates: list[Candidate] | None = None


class Matches(http.Receipt):
    """What became of a batch, and what each item that was accepted is, in the items' order."""

    items: list[Match]


def _alone(given: Any, read: ValidatorFunctionWrapHandler) -> InstalledGame | InvalidEntry:
    """Read an entry; a broken one must not cost the others."""
    try:
        found: InstalledGame = read(given)
    except ValidationError as error:
        game_id = given.get("game_id") if isinstance(given, dict) else None
        told = "; ".join(f"{at['field']}: {at['detail']}" for at in described(error))
        return InvalidEntry(game_id[:SHOWN_ID] if isinstance(game_id, str) else None, told[:500])
    return found


class Held(BaseModel):
    """All games that an installation has on its disks, at most 5,000; a broken one goes alone."""

    model_config = ConfigDict(json_schema_extra={"examples": _HELD})

    items: list[Annotated[InstalledGame, WrapValidator(_alone)]]

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **given: Any) -> Self:
        """Read it; half a character, for which pydantic refuses all, costs its entry alone."""
        try:
            return super().model_validate_json(json_data, **given)
        except ValidationError as error:
            if not isinstance(json_data, bytes) or b"\\u" not in json_data:
                raise
            try:
                whole = json.dumps(loads(json_data), ensure_ascii=False).encode(errors="replace")
            except (ValueError, RecursionError):
                raise error from None
            return super().model_validate_json(whole, **given)


@api.post("/v1/me/library:match")
def match(batch: http.Batch[LibraryItem]) -> Matches:
    """Say which games these things are; nothing of them is kept."""
    items = [item for _, item in batch.items]
    found = sql.read(lambda conn: _matches(conn, items)) if items else []
    receipt = batch.receipt(accepted=len(items))
    return Matches(**dict(receipt), items=found)


def _matches(conn: Connection, items: list[LibraryItem]) -> list[Match]:
    verdicts = matching.match(conn, items)
    builds: dict[int, set[int | None]] = defaultdict(set)
    for one in verdicts:
        if one.game:
            builds[one.game.game_id].add(one.build_id)
    fitting = fits.newest(conn, builds)
    return [_shown(item, one, fitting) for item, one in zip(items, verdicts, strict=True)]


def _shown(item: LibraryItem, verdict: Verdict, fitting: Fitting) -> Match:
    if verdict.game is None:
        several = [Candidate(**_told(one)) for one in verdict.candidates]
        return Match(id=item.id, candidates=several or None)
    return Match(
        id=item.id,
        build_id=None if verdict.build_id is None else str(verdict.build_id),
        tools=fitting[verdict.game.game_id, verdict.build_id],
        **_told(verdict.game),
    )


def _told(guess: Guess) -> dict[str, Any]:
    return {
        "game_id": str(guess.game_id),
        "title": guess.title,
        "confidence": guess.confidence,
        "why": guess.evidence[0],
        "evidence": guess.evidence,
    }


@api.put("/v1/me/library/{install_id}")
def replace(player: Player, install_id: InstallId, held: Held) -> Installation:
    """Let an installation of the caller hold exactly these games."""
    if len(held.items) > MOST_ENTRIES:
        message = f"an installation may hold {MOST_ENTRIES} games; this one holds {len(held.items)}"
        raise errors.TooLarge(message, limit=MOST_ENTRIES, actual=len(held.items))
    return sql.transact(lambda tx: entries.replace(tx, player.uid, install_id, held.items))


@api.get("/v1/me/library")
def games(player: Player, limit: Limit = 100, cursor: Cursor = None) -> http.Page[LibraryGame]:
    """List the games on the caller's installations, in the order of their ids."""
    after = http.decode_cursor(cursor, int)[0] if cursor else 0
    found, last = sql.read(lambda conn: entries.list_page(conn, player.uid, after, limit))
    next_cursor = None if last is None else http.encode_cursor(last)
    return http.Page[LibraryGame](items=found, next_cursor=next_cursor)


@api.delete("/v1/me/library/{install_id}")
def remove(player: Player, install_id: InstallId) -> None:
    """Forget an installation of the caller and what it holds."""
    sql.transact(lambda tx: entries.delete(tx, player.uid, install_id))


main = api.entry_point()
