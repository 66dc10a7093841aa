"""The package operations."""
