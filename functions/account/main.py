"""A player's account as a whole: take everything along, or have it erased."""

from shared.domain.players import erasure
from shared.domain.players import export as account
from shared.domain.players.erasure import Erasure
from shared.domain.players.export import Export
from shared.runtime import http, outbox, sql
from shared.runtime.identity import Player

api = http.Api(__file__)


@api.get("/v1/me/export")
def export(player: Player) -> http.Reply[Export]:
    """Return every row and document that is the player's."""
    return http.Reply(account.get(player.uid), headers=http.cache_control("no-store"))


@api.delete("/v1/me", status=202)
def erase(player: Player) -> Erasure:
    """Accept the wish to be erased; asking again while it is under way changes nothing."""
    accepted = sql.transact(lambda tx: erasure.request(tx, player.uid))
    outbox.flush()
    return accepted


main = api.entry_point()
