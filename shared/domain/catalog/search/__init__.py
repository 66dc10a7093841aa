"""The package catalog.search."""
