"""Migrations: one file per step in `versions`, applied in the order of their revisions."""
