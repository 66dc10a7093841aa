"""Published art of games and tools."""

import json
from typing import Literal, get_args

from pydantic import BaseModel

from shared.runtime import objects

Kind = Literal["icon", "cover", "banner"]


class ArtSize(BaseModel):
    """One size of a picture, in pixels; the content at its URL never changes."""

    width: int
    height: int
    url: str


class Art(BaseModel):
    """A picture in every size of its kind, with the colour to show until the picture is loaded."""

    colour: str
    sizes: list[ArtSize]


def from_column(stored: str | None) -> dict[Kind, Art]:
    """Return the published art from a row's `art` column, by kind."""
    art = json.loads(stored or "{}")
    return {
        kind: Art(
            colour=art[kind]["colour"],
            sizes=[
                ArtSize(
                    width=size["width"], height=size["height"], url=objects.public_url(size["name"])
                )
                for size in art[kind]["sizes"]
            ],
        )
        for kind in get_args(Kind)
        if "sizes" in art.get(kind, {})
    }
