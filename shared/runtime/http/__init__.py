"""Handles an HTTP function's requests: routes, problem documents, ETags, pages and batches.

api = http.Api(__file__)

@api.get("/v1/games/{game_id}")
async def game(game_id: GameId) -> http.Reply[Game]: ...

main = api.entry_point()

api routes binding    find the handler, bind its arguments, respond
bodies batches        request bodies; lists whose items are validated one by one
replies paging        responses with ETags; pages and cursors
openapi               the OpenAPI document, which no deployed function imports
"""

from shared.runtime.http.api import Api
from shared.runtime.http.batches import Batch, Items, Receipt, Rejection
from shared.runtime.http.binding import Header, IfMatch, Request
from shared.runtime.http.paging import (
    Cursor,
    Limit,
    Page,
    after,
    next_cursor,
    page,
)
from shared.runtime.http.replies import Moved, Reply, cache_control

__all__ = [
    "Api",
    "Batch",
    "Cursor",
    "Header",
    "IfMatch",
    "Items",
    "Limit",
    "Moved",
    "Page",
    "Receipt",
    "Rejection",
    "Reply",
    "Request",
    "after",
    "cache_control",
    "next_cursor",
    "page",
]
