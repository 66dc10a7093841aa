"""A player's account, across all capabilities.

export        everything stored about a player, for the player
erasure       erasure requests, and the deletion in bounded steps
entitlements  the plans that a player has

Other packages import: entitlements.delete, entitlements.list_all, entitlements.record,
entitlements.Entitlement, entitlements.Until, erasure.erase, erasure.request, erasure.Erasure,
erasure.ErasureRequested, export.get, export.AccountExport.
"""
