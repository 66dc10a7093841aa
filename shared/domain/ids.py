"""Ids in API requests and responses."""

from typing import Annotated

from pydantic import Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,18}$")]
"""A row's 64-bit id as a decimal string, because JavaScript would round a number."""
GameId = Annotated[Id, Field(examples=["3255"])]
BuildId = Annotated[Id, Field(examples=["12"])]
ToolId = Annotated[Id, Field(examples=["7"])]
InstallId = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,64}$"), Field(examples=["desktop-7f3a9c"])
]
"""An installation of our app on one machine; the client chooses the id."""
UNLISTED = "unlisted:"
"""The key prefix of games that are not in the catalog; it sorts after every decimal id."""
