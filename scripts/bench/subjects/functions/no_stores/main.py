"""The least that a function of ours can be: one route, no store. Only the benchmarks use it."""

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
