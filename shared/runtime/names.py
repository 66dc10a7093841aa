"""Names that functions agree on with whoever calls them."""

import re

FUNCTION = r"^[a-z][a-z_]{1,24}[a-z]$"
"""What a function may be called."""

REDRIVE_HEADER = "savepoint-redrive"
"""Asks a consumer to report the outcome of an event instead of burying it again."""


def is_function(name: str) -> bool:
    """Tell whether a function can have this name."""
    return re.fullmatch(FUNCTION, name) is not None
