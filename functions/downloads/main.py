"""Downloads: a player asks for a version of a tool, and is told where to read its artifact."""

from shared.domain.tools import download_counts, downloads
from shared.domain.tools.downloads import Download, NewDownload
from shared.runtime import http, sql
from shared.runtime.identity import Player

api = http.Api(__file__)


@api.post("/v1/downloads")
def download(player: Player, wish: NewDownload) -> Download:
    """Return a URL that the artifact can be read from for five minutes.

    Needs the tool's plan. With `build_id`, also that the version fits this build of the game. A
    URL that was given works to its end, even when the version is withdrawn meanwhile.
    """
    found, granted = sql.read(lambda conn: downloads.create(conn, player.uid, wish))
    download_counts.report(granted)
    return found


main = api.entry_point()
