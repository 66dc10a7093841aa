"""The error of every command."""


class OpsError(Exception):
    """A command failed; the text says why, and what to do about it."""
