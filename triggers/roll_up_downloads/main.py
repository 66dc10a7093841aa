"""Granted downloads become counts per version and day, and per tool."""

from shared.domain.tools import download_counts
from shared.domain.tools.download_counts import DownloadGranted
from shared.runtime import sql
from shared.runtime.events.pull import on_pull


@on_pull(DownloadGranted, __file__)
def main(batch: list[DownloadGranted]) -> None:
    """Count a batch in one transaction; what comes again is not counted again."""
    sql.transact(lambda tx: download_counts.record(tx, batch))
