"""The package catalog.imports."""
