"""The package uploads."""
