"""Exports or deletes all data stored about a player."""

from shared.domain.players import erasure
from shared.domain.players import export as account
from shared.domain.players.erasure import Erasure
from shared.domain.players.export import AccountExport
from shared.runtime import http, outbox, sql
from shared.runtime.identity import Player

api = http.Api(__file__)


@api.get("/v1/me/export")
def export_account(player: Player) -> http.Reply[AccountExport]:
    """Return every row and document stored about the caller."""
    return http.Reply(account.get(player.uid), headers=http.cache_control("no-store"))


@api.delete("/v1/me", status=202)
def delete_account(player: Player) -> Erasure:
    """Request the deletion of everything stored about the caller."""
    accepted = sql.transact(lambda tx: erasure.request(tx, player.uid))
    outbox.flush()
    return accepted


main = api.entry_point()
