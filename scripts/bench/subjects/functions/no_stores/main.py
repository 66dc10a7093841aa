"""A minimal function with one route and no store, used only by the benchmarks."""

from pydantic import BaseModel

from shared.runtime import http

api = http.Api(__file__)


class Said(BaseModel):
    """An answer."""

    said: str


@api.get("/v1/nothing")
async def nothing() -> Said:
    """Answer."""
    return Said(said="hello")


main = api.entry_point()
