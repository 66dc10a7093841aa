"""The demo's expected playtime matches the computed one, and differs if data is lost."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from pydantic_core import to_json

from scripts.demo import expected, players
from scripts.demo.players import Player
from shared.domain.play import model as intervals
from shared.domain.play import roll_up, sessions
from shared.domain.play.playtime import Play
from shared.domain.play.sessions import SessionReport
from shared.runtime.http.batches import Batch, Parser

NOW = datetime(2026, 3, 20, 12, 0, 0, tzinfo=UTC)
GAMES = [str(number) for number in range(1, 20)]


def invent(seed: int) -> Player:
    return players.invent(f"p{seed}", GAMES, int(NOW.timestamp()), random.Random(seed))


def received(player: Player) -> dict[str, Play]:
    """Process the player's batches like the function and the trigger, without a store."""
    parser = Parser(SessionReport, 500)
    plays: dict[str, Play] = {}
    for batch in player.batches:
        sent_at = players.sent_at(batch, NOW.timestamp())
        parsed: Batch[SessionReport] = parser.parse(
            to_json({"sent_at": sent_at, "items": batch.items})
        )
        received_at = NOW + timedelta(seconds=random.uniform(0, 20))
        events, refused = sessions.screen(parsed.items, parsed.sent_at, received_at)
        assert len(parsed.rejected) + len(refused) == batch.broken
        assert parsed.duplicates == batch.twice
        reported = sessions.to_message(player.uid, received_at, events).sessions
        for key, play in roll_up.plays_by_game(reported).items():
            plays.setdefault(key, Play()).add(play)
    return plays


@pytest.mark.parametrize("seed", range(30))
def test_the_received_playtime_matches_the_played_time(seed: int) -> None:
    player = invent(seed)
    truth = expected.truth(player)
    plays = received(player)
    assert {
        (key, day): ms
        for key, play in plays.items()
        for day, ms in intervals.playtime(play.runs()).items()
    } == truth.days
    for key, play in plays.items():
        stats = truth.stats[key]
        assert min(run.start for run in play.runs()) == stats.first_played_at * 1000
        assert max(run.end for run in play.runs()) == stats.last_played_at * 1000
        assert play.ended == (stats.last_ended_at and stats.last_ended_at * 1000)


def test_a_lost_batch_is_detected() -> None:
    player = invent(1)
    truth = expected.truth(player)
    player.batches = player.batches[:1]
    counted = [intervals.playtime(play.runs()) for play in received(player).values()]
    assert sum(sum(days.values()) for days in counted) < sum(truth.days.values())


def test_there_are_players_of_every_kind() -> None:
    invented = [invent(seed) for seed in range(100)]
    batches = [batch for player in invented for batch in player.batches]
    clients = {session.client for player in invented for session in player.sessions}
    assert any(client.set_at for client in clients)
    assert any(client.error and not client.set_at for client in clients)
    assert any(batch.broken for batch in batches)
    assert any(batch.twice for batch in batches)
    assert any("unlisted" in batch.items[0] for batch in batches if "unlisted" in batch.items[0])
    assert {one for player in invented for one in expected.truth(player).achievements} == {
        "first_hour",
        "ten_hours",
        "five_games",
    }
