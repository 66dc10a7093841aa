"""Downloads of tool versions."""

from shared.domain.tools import download_counts, downloads
from shared.domain.tools.downloads import Download, NewDownload
from shared.runtime import http, sql
from shared.runtime.identity import Player

api = http.Api(__file__)


@api.post("/v1/downloads")
def create_download(player: Player, new: NewDownload) -> Download:
    """Return a URL for downloading the version's file; the URL is valid for five minutes.

    The player must have the plan that the tool requires. If `build_id` is given, the version must
    also fit that build of the game. A download URL works until it expires, even if the version is
    withdrawn in the meantime.
    """
    found, granted = sql.read(lambda conn: downloads.create(conn, player.uid, new))
    download_counts.report(granted)
    return found


main = api.entry_point()
