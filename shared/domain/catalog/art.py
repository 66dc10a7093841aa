"""Art of games and tools, as it is shown."""

import json
from typing import Literal, get_args

from pydantic import BaseModel

from shared.runtime import objects

Kind = Literal["icon", "cover", "banner"]


class ArtSize(BaseModel):
    """One size of a picture, in pixels; its address never shows another."""

    width: int
    height: int
    url: str


class Art(BaseModel):
    """A picture in the sizes of its kind, and its colour for the time until it is loaded."""

    colour: str
    sizes: list[ArtSize]


def shown(stored: str | None) -> dict[Kind, Art]:
    """Return what everyone sees of a row's column `art`, by kind."""
    known = json.loads(stored or "{}")
    return {
        kind: Art(
            colour=known[kind]["colour"],
            sizes=[
                ArtSize(
                    width=one["width"], height=one["height"], url=objects.public_url(one["name"])
                )
                for one in known[kind]["sizes"]
            ],
        )
        for kind in get_args(Kind)
        if "sizes" in known.get(kind, {})
    }
