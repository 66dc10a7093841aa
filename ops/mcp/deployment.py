"""The deployment that the tools act on, and the types of the tools' arguments."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from ops import client, dead_letters
from shared.runtime import names

# These values become parts of API paths, so they are validated here.
Function = Annotated[
    str, Field(pattern=names.FUNCTION, description="a function's name: roll_up_sessions")
]
LetterId = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,18}$")]
Limit = Annotated[int, Field(ge=1, le=100)]
Cursor = Annotated[
    str | None, Field(max_length=1000, description="`next_cursor` of the previous page")
]

LONGEST_TEXT = 8000
"""The maximum length of a text in characters; longer ones would fill a model's context."""


@dataclass(frozen=True)
class Deployment:
    """The deployment at `url`, or else the local cloud whose state is in `state`."""

    url: str | None = None
    token: str | None = None
    state: Path | None = None

    def call(self, method: str, path: str, **request: Any) -> Any:
        """Call `/v1/admin` and return the response; raise OpsError with the details of an error.

        Each call signs in again, because the local cloud's token expires after an hour.
        """
        with client.connect(self.url, self.token, self.state) as connected:
            return client.call(connected, method, path, **request)

    def redrive_all(self, consumer: str) -> tuple[int, list[Any]]:
        """Redrive a consumer's open dead letters; return the number redriven and the failures."""
        with client.connect(self.url, self.token, self.state) as connected:
            return dead_letters.redrive_all(connected, consumer)


def cut(text: str) -> str:
    """Return the text, or only its end if the text is too long."""
    if len(text) <= LONGEST_TEXT:
        return text
    return f"[{len(text) - LONGEST_TEXT} characters omitted]{text[-LONGEST_TEXT:]}"
