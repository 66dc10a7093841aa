"""Play: from a client's reports to playtime, stats and achievements.

model         pure: game keys, runs, and playtime per local day
sessions      a client's reports: validation, clock correction, and the message that carries them
roll_up       hot path: merges a message into the player's playtime
playtime      a player's runs, day totals and stats rows: locking, merging, recounting
stats         the stats document of a game, when it is due, and who is new to a game
days          playtime per day as the HTTP API returns it
achievements  grants the achievements that a player's stats have earned
notices       delivers achievements to the player's inbox
moves         batch jobs: move play when the catalog learns a program or merges games

Other packages import: achievements.grant, achievements.list_all, achievements.Achievement,
days.list_page, days.PlaytimeDay, model.Days, moves.attach_unlisted, moves.move_merged,
notices.deliver, notices.sweep, playtime.INTERVAL_RETENTION, roll_up.record, sessions.screen,
sessions.to_message, sessions.SessionReport, sessions.SessionsReported, stats.KIND.
"""
