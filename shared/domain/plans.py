"""Plans, and the SQL condition for an entitlement that has not ended."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints
from sqlalchemy import ColumnElement, or_

from shared.schema.downloads import entitlements

Plan = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$"), Field(examples=["premium"])
]


def is_active(now: datetime) -> ColumnElement[bool]:
    """Return the SQL condition for entitlements that have not ended at `now`."""
    return or_(entitlements.c.until.is_(None), entitlements.c.until > now)
