"""Tables for play intervals, daily totals, stats and achievements.

`game_key` is a catalog game's decimal id, or `unlisted:` followed by the hash of a path suffix that
is not in the catalog yet.
"""

from sqlalchemy import Column, Date, Index, SmallInteger

from shared.schema.base import BIGINT, UID, Moment, Personal, identifier, table

GAME_KEY = identifier(80)
ACCOUNT = "the player's account is erased"

play_intervals = table(
    "play_intervals",
    Column("uid", UID, primary_key=True),
    Column("game_key", GAME_KEY, primary_key=True),
    Column("session_id", identifier(64), primary_key=True),
    Column("start_at", Moment, primary_key=True),
    Column("end_at", Moment, nullable=False),
    Column("utc_offset_min", SmallInteger, nullable=False),
    Index("play_intervals_by_end", "uid", "game_key", "end_at"),
    Index("play_intervals_to_fold", "end_at"),
    growth="about 3 rows per daily player: 12 million",
    end="folded into playtime_days 60 days after they end (clean_up)",
    personal=Personal(export=("game_key", "session_id", "start_at", "end_at", "utc_offset_min")),
)

playtime_days = table(
    "playtime_days",
    Column("uid", UID, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("game_key", GAME_KEY, primary_key=True),
    Column("play_ms", BIGINT, nullable=False),
    Index("playtime_days_by_game", "uid", "game_key"),
    growth="about 2 rows per daily player: 8 million",
    end=ACCOUNT,
    personal=Personal(export=("day", "game_key", "play_ms")),
)

player_stats = table(
    "player_stats",
    Column("uid", UID, primary_key=True),
    Column("game_key", GAME_KEY, primary_key=True),
    Column("revision", BIGINT, nullable=False),
    Column("play_ms", BIGINT, nullable=False),
    Column("first_played_at", Moment, nullable=True),
    Column("last_played_at", Moment, nullable=True),
    Column("last_ended_at", Moment, nullable=True),
    Index("player_stats_by_game", "game_key", "uid"),
    growth="a row per player and game first played: about 1 million",
    end=ACCOUNT,
    personal=Personal(export=("game_key", "play_ms", "first_played_at", "last_played_at")),
)

unlisted_games = table(
    "unlisted_games",
    Column("game_key", GAME_KEY, primary_key=True),
    Column("uid", UID, primary_key=True),
    Column("first_seen_at", Moment, nullable=False),
    Index("unlisted_games_by_player", "uid"),
    Index("unlisted_games_by_age", "first_seen_at"),
    growth="a row per player and program outside the catalog: about 50 thousand",
    end="the game is added to the catalog (attach_unlisted_games), or 400 days (clean_up)",
    personal=Personal(export=("game_key", "first_seen_at")),
)

achievements = table(
    "achievements",
    Column("achievement_id", identifier(64), primary_key=True),
    Column("metric", identifier(32), nullable=False),
    Column("threshold", BIGINT, nullable=False),
    growth="none: definitions, tens of rows",
    end="none",
)

player_achievements = table(
    "player_achievements",
    Column("uid", UID, primary_key=True),
    Column("achievement_id", identifier(64), primary_key=True),
    Column("granted_at", Moment, nullable=False),
    Column("delivered_at", Moment, nullable=True),
    Index("player_achievements_undelivered", "delivered_at", "granted_at"),
    growth="about one row per new player and week: 100 thousand",
    end=ACCOUNT,
    personal=Personal(export=("achievement_id", "granted_at")),
)

erasures = table(
    "erasures",
    Column("uid", UID, primary_key=True),
    Column("requested_at", Moment, nullable=False),
    Column("finished_at", Moment, nullable=True),
    Index("erasures_by_finish", "finished_at"),
    growth="about 1 thousand rows",
    end="60 days after the erasure (clean_up), after which no earlier event can arrive",
    personal=Personal(
        export=("requested_at", "finished_at"),
        erase="keep",
        why_not="stops late events of an erased player from creating rows; deleted after 60 days",
    ),
)

new_players = table(
    "new_players",
    Column("new_player_id", BIGINT, primary_key=True, autoincrement=True),
    Column("game_id", BIGINT, nullable=False),
    growth="one row per player and game first played: some millions",
    end="10 minutes: fold_popularity adds them to games.players",
)
