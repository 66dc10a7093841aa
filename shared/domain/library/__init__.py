"""The package library."""
