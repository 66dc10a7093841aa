"""Names that functions and their callers share."""

import re

FUNCTION = r"^[a-z][a-z_]{1,24}[a-z]$"
"""The pattern of function names."""

REDRIVE_HEADER = "savepoint-redrive"
"""The header that makes a consumer report a failure instead of dead-lettering it again."""


def is_function(name: str) -> bool:
    """Return whether a name is valid for a function."""
    return re.fullmatch(FUNCTION, name) is not None
