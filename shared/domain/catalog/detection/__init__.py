"""The package catalog.detection."""
