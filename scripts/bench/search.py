"""(f) Compares the latency of a search among nine thousand games and among a million games."""

import contextlib
import gzip
import json
import os
import random
import statistics
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pymysql

from emulators.cloud import config, database
from scripts.bench.figures import Line, Section
from scripts.bench.stores import GAMES, Stores
from shared.domain import text
from shared.domain.catalog.imports import importing
from shared.domain.catalog.search import finding, index, words
from shared.runtime import sql

MANY = 1_000_000
TITLES_TYPED = 120
LIMIT = 20
PASSES = 3
MEMORY = 2 << 30
AT_MOST = 2.0
SEED = 7

Latencies = tuple[float, float]
"""The p50 and p99 latencies in seconds."""


def measure(stores: Stores) -> Section:
    """Search the real games, then repeat the searches with generated games added."""
    os.environ.update(stores.settings())
    _configure(stores.cloud)
    stores.progress("importing the real games")
    importing.import_file(GAMES)
    with gzip.open(GAMES, "rt") as lines:
        titles = [json.loads(line)["title"] for line in lines]
    typed = list(_typed(titles))
    few = _latencies(typed, stores)
    started = time.monotonic()
    _generate(stores, titles)
    made = time.monotonic() - started
    many = _latencies(typed, stores)
    section = Section(
        f"(f) search among {MANY:,} games ÷ among {len(titles):,}",
        f"{len(typed):,} queries: {TITLES_TYPED} titles typed letter by letter, whole, without "
        f"spaces, or with two words swapped; {LIMIT} games per page, one connection, the best of "
        f"{PASSES} passes per query after a warm-up. Games generated from the real titles' words "
        f"in {made:.0f} s. The database has {MEMORY >> 20:,} MB of memory, enough for both.",
    )
    for name, one, other in zip(("p50", "p99"), many, few, strict=True):
        section.lines.append(
            Line(
                f"{name} of a search",
                f"{one * 1e3:.2f} ms",
                f"{other * 1e3:.2f} ms",
                one / other,
                at_most=AT_MOST,
                limit=f"SQLAlchemy and PyMySQL; {finding.MAX_PLACES_READ} games examined",
            )
        )
    return section


def _configure(cloud: config.Cloud) -> None:
    """Set the database's buffer pool to its production size, and allow loading local files."""
    address, secret = str(database.socket_path(cloud.state)), config.password(cloud)
    with contextlib.closing(
        pymysql.connect(unix_socket=address, user="root", password=secret)
    ) as connection:
        connection.query(f"SET GLOBAL innodb_buffer_pool_size = {MEMORY}, GLOBAL local_infile = 1")


def _typed(titles: Sequence[str]) -> Iterator[str]:
    """Yield the search queries that a client sends when titles are typed letter by letter."""
    chosen = random.Random(SEED).sample(titles, TITLES_TYPED)  # noqa: S311 - the same each time
    for number, title in enumerate(chosen):
        plain = text.name_key(title).split()
        forms = (" ".join(plain), "".join(plain), " ".join(reversed(plain[-2:])))
        whole = forms[number % len(forms)]
        yield from (key for end in range(1, len(whole) + 1) if (key := whole[:end].strip()))


def _latencies(typed: Sequence[str], stores: Stores) -> Latencies:
    stores.progress(f"searching {len(typed):,} times")
    _cold, *passes = [[_search(key) for key in typed] for _ in range(1 + PASSES)]
    # The fastest pass of each query excludes other work on this machine.
    taken = sorted(map(min, *passes))
    return statistics.median(taken), taken[len(taken) * 99 // 100]


def _search(key: str) -> float:
    started = time.perf_counter()
    sql.read(lambda conn: finding.list_page(conn, key, None, LIMIT))
    return time.perf_counter() - started


def _generate(stores: Stores, titles: Sequence[str]) -> None:
    """Add generated games up to `MANY`, with the rows that `search.index` would write."""
    with contextlib.closing(stores.connect(local_infile=True)) as connection:
        connection.query("SET foreign_key_checks = 0, unique_checks = 0")
        with connection.cursor() as cursor:
            cursor.execute("SELECT MAX(game_id) FROM games")
            ((last,),) = cursor.fetchall()
        stores.progress("generating games")
        numbered = zip(range(last + 1, MANY + 1), _titles(titles), strict=False)
        files = {table: stores.logs / table for table in _COLUMNS}
        _write(numbered, files)
        for table, file in files.items():
            stores.progress(f"loading {table}")
            command = ["sort", "-S", "1G", "-T", str(stores.logs), "-o", str(file), str(file)]
            subprocess.run(command, check=True, env={**os.environ, "LC_ALL": "C"})
            connection.query(
                f"LOAD DATA LOCAL INFILE '{file}' INTO TABLE {table} CHARACTER SET utf8mb4"
                f" FIELDS ESCAPED BY '' ({_COLUMNS[table]})"
            )
            file.unlink()
        connection.query("ANALYZE TABLE games, game_names, game_search, game_prefixes")


_COLUMNS = {
    "games": "game_id, title, import_key, revision, updated_at, players",
    "game_names": "name_key, game_id, name, is_title",
    "game_search": "game_id, tier, words",
    "game_prefixes": "prefix, tier, game_id",
}


def _titles(titles: Sequence[str]) -> Iterator[str]:
    """Yield random titles with the same lengths and word frequencies as the real ones."""
    chance = random.Random(SEED)  # noqa: S311 - the same each time
    split = [title.split() for title in titles]
    vocabulary = [word for title in split for word in title]
    lengths = [len(title) for title in split]
    while True:
        yield " ".join(chance.choices(vocabulary, k=chance.choice(lengths)))


def _write(numbered: Iterable[tuple[int, str]], files: Mapping[str, Path]) -> None:
    """Write the games' rows as lines; padded ids make the lines sort in key order."""
    with contextlib.ExitStack() as stack:
        games, names, found_by, listed = (
            stack.enter_context(file.open("w", encoding="utf-8")).write for file in files.values()
        )
        for game_id, title in numbered:
            # Few games have many players; each tier has half as many games as the tier below.
            players = MANY // (1 + game_id * 7919 % MANY) - 1
            tier, of_it = index.tier(players, 1), words.collect(title, [])
            games(f"{game_id:07}\t{title}\tgenerated {game_id}\t1\t2026-01-01\t{players}\n")
            names(f"{text.name_key(title)}\t{game_id:07}\t{title}\t1\n")
            found_by(f"{game_id:07}\t{tier}\t{of_it}\n")
            listed("".join(f"{one}\t{tier}\t{game_id:07}\n" for one in words.prefixes(of_it)))
