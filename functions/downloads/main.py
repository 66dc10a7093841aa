"""Downloads of tool versions."""

from shared.domain.tools import download_counts, downloads
from shared.domain.tools.downloads import Download, NewDownload
from shared.runtime import http, sql
from shared.runtime.identity import Player

api = http.Api(__file__)


@api.post("/v1/downloads")
def create_download(player: Player, new: NewDownload) -> Download:
    """Return a URL from which the artifact can be downloaded for five minutes.

    The player needs the tool's plan. With `build_id`, the version must also fit that build of the
    game. A URL works until it expires, even if the version is withdrawn in the meantime.
    """
    found, granted = sql.read(lambda conn: downloads.create(conn, player.uid, new))
    download_counts.report(granted)
    return found


main = api.entry_point()
