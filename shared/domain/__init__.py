"""The business rules, one package per capability, independent of HTTP and CloudEvents.

Each layer imports only from those above it:

ground      audit, current_games, erasure_gate, errors, ids, locales, metrics, plans, programs, text
catalog     games: reading, editing, imports, search, detection
uploads     files that clients PUT to the object store: artifacts and art
tools       tools that creators publish; library: games on a player's disks; play: sessions to stats
players     export, erasure, entitlements
operations  dead letters, consumers, projections and roles, for operators
"""
