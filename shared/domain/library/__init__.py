"""Libraries: which games are on a player's installations.

items     what a client reports about one item on a disk
paths     pure: what a program's path says about the game
matching  which game an item is, by weighing evidence
entries   stored library entries per installation

Other packages import: entries.delete, entries.list_page, entries.replace, entries.InstalledGame,
entries.LibraryGame, items.LibraryItem, matching.match, matching.Guess, matching.Verdict,
matching.Why.
"""
