"""The package play."""
