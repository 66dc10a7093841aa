"""The package catalog."""
