"""The error that every command raises."""


class OpsError(Exception):
    """Raised when a command fails; the message says why and how to fix the problem."""
