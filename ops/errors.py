"""The error that every command raises."""


class OpsError(Exception):
    """A command failed; the message says why and how to fix it."""
