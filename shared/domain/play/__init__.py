"""Turns clients' session reports into playtime, stats and achievements.

model         pure: game keys, runs, and playtime per local day
sessions      a client's reports: validation, clock correction, and their message
roll_up       hot path: one sessions message becomes playtime, in one transaction
playtime      a player's runs, day totals and stats rows: locks, merges, freezes
stats         marks a game's stats documents as due, and records players new to a game
days          playtime per day as the HTTP API returns it
achievements  grants the achievements that a player's stats have earned
notices       delivers achievements to the player's inbox
moves         batch jobs that move play when the catalog gains a program or games merge

Other packages import: achievements.grant, achievements.list_all, achievements.Achievement,
days.list_page, days.PlaytimeDay, model.Days, moves.attach_unlisted, moves.move_merged,
notices.deliver, notices.sweep, playtime.INTERVAL_RETENTION, roll_up.record, sessions.screen,
sessions.to_message, sessions.SessionReport, sessions.SessionsReported, stats.KIND.
"""
