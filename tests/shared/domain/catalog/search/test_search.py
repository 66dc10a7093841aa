"""Search and popularity on both engines: results, their order, and query plans."""

import json
import sys
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, RowMapping, delete, func, select, update

from shared.domain.catalog import popularity, versioning
from shared.domain.catalog.imports import importing
from shared.domain.catalog.reading import Game
from shared.domain.catalog.search import finding, index, words
from shared.domain.play import stats
from shared.domain.text import name_key
from shared.runtime import sql
from shared.schema.catalog import (
    game_names,
    game_prefixes,
    game_search,
    game_stores,
    games,
)
from shared.schema.play import new_players
from tests.support import statistics

pytestmark = pytest.mark.usefixtures("runtime_sql")


@pytest.fixture
def word() -> str:
    """A word that occurs in no title."""
    return f"q{uuid.uuid4().hex[:12]}"


def add(*records: dict[str, Any]) -> None:
    outcome = importing.import_games(json.dumps(one).encode() for one in records)
    assert outcome.rejected == []


def pages(q: str, limit: int) -> Iterator[list[Game]]:
    after = None
    while True:
        page, after = sql.read(
            lambda c, after=after: finding.list_page(c, name_key(q), after, limit)  # type: ignore[misc]
        )
        yield page
        if after is None:
            return


def found(q: str, limit: int = 20) -> list[str]:
    """Return the titles on all pages."""
    return [one.title for page in pages(q, limit) for one in page]


def id_of(title: str) -> int:
    wanted = select(games.c.game_id).where(games.c.title == title)
    return int(sql.read(lambda conn: conn.execute(wanted).scalar_one()))


def indexed(*titles: str) -> bool:
    """Index the games with these titles; return whether the index changed."""
    ids = [id_of(title) for title in titles]
    return sql.transact(lambda tx: index.update(tx, ids))


def play(title: str, players: int) -> None:
    """Record first-time players of a game, and fold all of them."""
    rows = [str(id_of(title))] * players
    sql.transact(lambda tx: stats.record_new_players(tx, rows))
    while popularity.fold_batch():
        pass


def players_of(title: str) -> int:
    wanted = select(games.c.players).where(games.c.title == title)
    return int(sql.read(lambda conn: conn.execute(wanted).scalar_one()))


@pytest.mark.usefixtures("real_games")
@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("counterstrike 2", "Counter-Strike 2"),
        ("spiderman miles", "Marvel's Spider-Man: Miles Morales"),
        ("witcher 3 wild", "The Witcher 3: Wild Hunt"),
        ("hunt wild", "The Witcher 3: Wild Hunt"),
        ("call duty modern", "Call of Duty 4: Modern Warfare"),
        ("half life", "Half-Life"),
        ("HALFLIFE", "Half-Life"),
        ("final fantasy 7", "FINAL FANTASY VII"),
        ("star craft", "StarCraft"),
        ("pokemon tr", "Pokémon Trading Card Game Online"),
    ],
)
def test_common_queries_find_the_intended_game(q: str, first: str) -> None:
    assert found(q)[0] == first


@pytest.mark.usefixtures("real_games")
@pytest.mark.parametrize("q", ["the", "half life", "war of", "the x", "a", "mod war", "100%", "_"])
def test_the_page_size_does_not_change_the_results(q: str) -> None:
    small = found(q, 7)
    assert small == found(q, 100)
    games_found = [one for page in ids(q, 7) for one in page]
    assert len(set(games_found)) == len(games_found)


def ids(q: str, limit: int) -> Iterator[list[str]]:
    for page in pages(q, limit):
        yield [one.game_id for one in page]


@pytest.mark.usefixtures("real_games")
@pytest.mark.parametrize("q", ["the x", "dark so", "star w", "of"])
def test_pages_contain_every_match(q: str) -> None:
    every = select(games.c.game_id, game_search.c.words).join(game_search)
    rows = sql.read(lambda conn: conn.execute(every).all())
    query = words.Query.of(q)
    matches = {
        str(row.game_id)
        for row in rows
        if any(all(text in row.words for text in texts) for texts in query.required)
    }
    assert {one for page in ids(q, 100) for one in page} == matches


def test_exact_titles_come_first_then_exact_names_then_popular_games(word: str) -> None:
    stores = [{"store": "steam", "id": f"{word}{number}"} for number in range(9)]
    add(
        {"title": f"{word} known", "stores": stores},
        {"title": f"{word} obscure"},
        {"title": f"Another {word}x", "aliases": [word]},
        {"title": word.upper()},
    )
    titles = [word.upper(), f"Another {word}x", f"{word} known", f"{word} obscure"]
    assert found(word) == titles
    assert found(word, 1) == titles


def test_two_words_find_a_game_with_many_names_by_popularity(word: str) -> None:
    begun = "Alpha Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliet Kilo Lima Mike"
    more = "November Oscar Papa Quebec Romeo Sierra Tango Uniform Victor Whiskey Xray"
    names = [f"{one} {word}{one}" for one in f"{begun} {more}".split()]
    add(
        {"title": f"Natosp {word}", "aliases": [*names, f"Yankee Zulu {word}"]},
        {"title": f"Yankee Zulu {word} II"},
    )
    both = [f"Natosp {word}", f"Yankee Zulu {word} II"]
    for q in (f"yankee {word}", f"zulu yankee {word}", f"zul {word}"):
        assert found(q) == found(q, 1) == both


@pytest.mark.parametrize("limit", [5, 20])
def test_games_listed_under_two_prefixes_of_a_rank_are_all_found(word: str, limit: int) -> None:
    begun = "Alpha Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliet Kilo Lima Mike November"
    more = "Oscar Papa Quebec Romeo Sierra Tango Uniform Victor Whiskey Xray Yankee Zulu"
    titles = [f"{word}{number:02}" for number in range(30)]
    add(*({"title": title, "aliases": f"{begun} {more}".split()} for title in titles))
    assert [one for one in found("yankee zulu", limit) if one.startswith(word)] == titles


def test_played_games_come_first_and_only_a_new_tier_bumps_the_version(word: str) -> None:
    add({"title": f"{word} a", "aliases": [f"{word} one", f"{word} two"]}, {"title": f"{word} b"})
    assert found(word) == [f"{word} a", f"{word} b"]
    before = sql.read(versioning.current)
    play(f"{word} b", 3)
    assert found(word) == [f"{word} b", f"{word} a"]
    assert sql.read(versioning.current) == before + 1
    play(f"{word} b", 0)
    play(f"{word} b", 1)
    assert players_of(f"{word} b") == 4
    bumped = sql.read(versioning.current)
    play(f"{word} b", 1)
    assert players_of(f"{word} b") == 5
    assert sql.read(versioning.current) == bumped


def test_concurrent_folds_count_each_player_once(
    word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(popularity, "_SOME", popularity._SOME.limit(10))
    add({"title": f"{word} a"}, {"title": f"{word} b"})
    keys = [str(id_of(f"{word} {letter}")) for letter in "aabab" * 20]
    sql.transact(lambda tx: stats.record_new_players(tx, keys))

    def work() -> None:
        while popularity.fold_batch():
            pass

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert (players_of(f"{word} a"), players_of(f"{word} b")) == (60, 40)
    assert sql.read(lambda conn: conn.scalar(select(func.count()).select_from(new_players))) == 0


def test_a_changed_name_is_found_and_the_old_one_is_not(word: str) -> None:
    add({"title": f"{word} Old"})
    game_id = id_of(f"{word} Old")
    rename = update(games).where(games.c.game_id == game_id).values(title=f"{word} New")
    sql.transact(lambda tx: tx.execute(rename))
    assert indexed(f"{word} New")
    assert not indexed(f"{word} New")
    assert found(f"{word} old") == []
    assert found(f"{word} ne") == [f"{word} New"]
    assert rows_of(game_id) == words.prefixes(f" ={word}new {word} new {word}new ")


def rows_of(game_id: int) -> set[str]:
    mine = select(game_prefixes.c.prefix).where(game_prefixes.c.game_id == game_id)
    return set(sql.read(lambda conn: conn.scalars(mine).all()))


def test_a_translated_title_is_found(word: str) -> None:
    add({"title": f"{word} Settlers"})
    titles = json.dumps({"de": f"Die {word} Siedler"})
    change = update(games).where(games.c.title == f"{word} Settlers").values(titles=titles)
    sql.transact(lambda tx: tx.execute(change))
    assert indexed(f"{word} Settlers")
    assert found(f"siedler {word}") == [f"{word} Settlers"]


def test_special_letters_are_found_by_their_plain_forms(word: str) -> None:
    title = f"{word} Pompac\u0131 \u00d8l"
    add({"title": title})
    assert found(f"pompaci {word}") == found(f"{word} ol") == found(title) == [title]


def test_a_merged_game_is_not_found(word: str) -> None:
    add({"title": f"{word} a"}, {"title": f"{word} b"})
    merged = update(games).where(games.c.title == f"{word} a")
    sql.transact(lambda tx: tx.execute(merged.values(merged_into=id_of(f"{word} b"))))
    assert indexed(f"{word} a")
    assert found(word) == [f"{word} b"]
    assert rows_of(id_of(f"{word} a")) == set()


def test_an_import_restores_a_missing_index_entry(word: str) -> None:
    add({"title": word})
    game_id = id_of(word)

    def delete_entry(tx: Connection) -> None:
        tx.execute(delete(game_search).where(game_search.c.game_id == game_id))
        tx.execute(delete(game_prefixes).where(game_prefixes.c.game_id == game_id))

    sql.transact(delete_entry)
    assert found(word) == []
    before = sql.read(versioning.current)
    add({"title": word})
    assert found(word) == [word]
    assert sql.read(versioning.current) == before + 1


def test_a_page_reads_a_bounded_number_of_places(
    word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MAX_PLACES_READ", 10)
    add(*({"title": f"{word} {number}"} for number in range(30)), {"title": f"{word} zebra"})
    first, *more = pages(f"{word} z", 5)
    assert first == []
    assert len(more) == 6  # 31 games in each of two ranks, ten places per page
    assert [one.title for page in more for one in page] == [f"{word} zebra"]


def test_a_place_after_the_last_rank_is_the_end() -> None:
    nowhere = finding.Place(9, 255, 1)
    assert sql.read(lambda conn: finding.list_page(conn, "half life", nowhere, 5)) == ([], None)


def test_quotes_and_wildcards_have_no_special_meaning(word: str) -> None:
    add({"title": f"{word} '; DROP TABLE games; --"}, {"title": f"{word} 100%"})
    assert found(f"{word} %") == found(f"{word} _") == found(word)
    assert found(f"{word} ' OR 1=1 --") == []
    assert found(f"{word} 'drop") == [f"{word} '; DROP TABLE games; --"]


READ = [game_prefixes, game_search, games, game_names, game_stores]


@pytest.mark.usefixtures("real_games")
@pytest.mark.parametrize("belief", statistics.GROWN)
@pytest.mark.parametrize("q", ["a", "the x", "half life", "call duty modern", "witcher"])
def test_a_search_uses_an_index_and_sorts_few_rows(q: str, belief: str) -> None:
    query = name_key(q)
    after = finding.Place(2, 38, 100)
    for place in (None, after):
        reads = statistics.capture(lambda conn, p=place: finding.list_page(conn, query, p, 20))  # type: ignore[misc]
        assert reads
        # An ordered range read stops at its limit, whatever row count is estimated.
        assert statistics.scans(belief, READ, reads, sys.maxsize) == []
        steps = [step for plan, _ in statistics.plans(belief, READ, reads) for step in plan]
        assert [step for step in steps if sorts_many_rows(step)] == []


def sorts_many_rows(step: RowMapping) -> bool:
    return "filesort" in str(step["Extra"]) and int(step["rows"] or 0) > finding.MAX_PLACES_READ


@pytest.mark.usefixtures("real_games")
@pytest.mark.parametrize("belief", statistics.GROWN)
def test_indexing_uses_indexes(belief: str) -> None:
    some = list(range(1, 30))
    reads = statistics.capture(lambda conn: index._current_entries(conn, some))
    reads += statistics.capture(lambda conn: index._stored_entries(conn, some))
    assert len(reads) == 4
    rows = [(f"word{number}", 40, number) for number in range(1, 300)]
    deletes = statistics.capture(lambda conn: index._delete_prefixes(conn, rows), "DELETE")
    assert len(deletes) == 6
    assert statistics.scans(belief, READ, reads + deletes, 2000) == []
