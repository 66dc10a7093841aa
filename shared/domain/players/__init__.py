"""The package players."""
