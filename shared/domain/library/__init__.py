"""Libraries: which games are on a player's installations.

items     a client's report about one item on disk
paths     finds suffixes, folder names and store ids in a program's path; does no I/O
matching  determines which game an item is by weighing evidence
entries   stores the library entries of each installation

Other packages import: entries.delete, entries.list_page, entries.replace, entries.InstalledGame,
entries.LibraryGame, items.LibraryItem, matching.match, matching.Guess, matching.Verdict,
matching.Why.
"""
