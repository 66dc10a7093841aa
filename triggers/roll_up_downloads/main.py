"""Counts granted downloads per tool, and per version and day."""

from shared.domain.tools import download_counts
from shared.domain.tools.download_counts import DownloadGranted
from shared.runtime import sql
from shared.runtime.events.pull import on_pull


@on_pull(DownloadGranted, __file__)
def main(batch: list[DownloadGranted]) -> None:
    """Count a batch in one transaction; redelivered downloads are not counted again."""
    sql.transact(lambda tx: download_counts.record(tx, batch))
