"""The package tools."""
