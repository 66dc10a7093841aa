"""Which deployment the tools look at, and how they ask it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from ops import commands
from shared.runtime import names

# What stands in a path of the API is checked before it gets there.
Function = Annotated[
    str, Field(pattern=names.FUNCTION, description="a function's name: roll_up_sessions")
]
LetterId = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,18}$")]
Limit = Annotated[int, Field(ge=1, le=100)]
Cursor = Annotated[
    str | None, Field(max_length=1000, description="`next_cursor` of the page before")
]

LONGEST_TEXT = 8000
"""Characters of one text: a reader of many pages looks at the end, or asks for less."""


@dataclass(frozen=True)
class Place:
    """A deployment: the local cloud in `state`, or another one at `url`."""

    state: Path
    url: str | None = None
    token: str | None = None

    def ask(self, method: str, path: str, **request: Any) -> Any:
        """Return what `/v1/admin` answers; raise CloudError with what the problem says.

        The client is new each time: the token that the local cloud gives lasts an hour.
        """
        with commands.connect(self.state, self.url, self.token) as client:
            return commands.call(client, method, path, **request)

    def redrive_all(self, consumer: str) -> tuple[int, list[Any]]:
        """Redrive a consumer's open letters; return how many went and what stays open."""
        with commands.connect(self.state, self.url, self.token) as client:
            return commands.redrive_all(client, consumer)


def cut(text: str) -> str:
    """Return a text, or its end where it is too long."""
    if len(text) <= LONGEST_TEXT:
        return text
    return f"[{len(text) - LONGEST_TEXT} characters before]{text[-LONGEST_TEXT:]}"
