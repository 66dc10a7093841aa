"""`real_games`: imports the 9,118 real games, once per engine."""

from pathlib import Path

import pytest

from shared.domain.catalog.imports import importing

REAL = Path(__file__).parents[3] / "data" / "games.jsonl.gz"

_filled: set[str] = set()


@pytest.fixture
def real_games(runtime_sql: str) -> None:
    if runtime_sql not in _filled:
        importing.import_file(REAL)
        _filled.add(runtime_sql)
