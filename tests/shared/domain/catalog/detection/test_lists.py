"""The lists and the matcher, tested with the vectors that clients use (docs/detection.md)."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.catalog.detection import lists
from shared.domain.catalog.detection.lists import ListedProgram, Match
from shared.domain.programs import normalise_suffix

VECTORS = json.loads((Path(__file__).parents[5] / "docs/detection-vectors.json").read_text())


def packed(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


LISTS: Any = {os: lists.read(packed(one)) for os, one in VECTORS["lists"].items()}


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["why"])
def test_the_matcher_passes_the_vectors(case: dict[str, Any]) -> None:
    found = lists.match(LISTS, case["os"], case["path"])
    shown = found and {
        "game_ids": list(found.game_ids),
        "is_launcher": found.is_launcher,
        "confidence": found.confidence,
    }
    assert shown == case["expect"]


def test_there_are_many_vectors_with_distinct_reasons() -> None:
    assert len({case["why"] for case in VECTORS["cases"]}) == len(VECTORS["cases"]) >= 60


@pytest.mark.parametrize("one", VECTORS["deltas"], ids=lambda one: one["why"])
def test_a_delta_yields_the_bytes_in_the_vectors(one: dict[str, Any]) -> None:
    old = packed(VECTORS["lists"][one["os"]])
    assert one["delta"]["from"] == lists.digest(old)
    new = lists.apply(old, packed(one["delta"]))
    assert lists.digest(new) == one["delta"]["to"] == one["sha256"]
    assert lists.delta(old, new) == packed(one["delta"])


def test_the_vectors_suffixes_are_normalised() -> None:
    for listed in VECTORS["lists"].values():
        for suffix, *_ in listed["programs"]:
            assert normalise_suffix(suffix) == suffix


def confidence(suffix: str, *others: ListedProgram) -> int | None:
    content = lists.compile_list("win32", [ListedProgram(suffix, "1", False), *others], {})
    found = {row[0]: row[1] for row in json.loads(content)["programs"]}
    return found.get(suffix)


@pytest.mark.parametrize(
    ("suffix", "expected"),
    [
        ("elden ring/game/eldenring.exe", 2),
        ("eldenring.exe", 1),
        ("win64/eldenring.exe", 1),
        ("bin/x64/factorio.exe", 1),
        ("lewd gym/game.exe", 2),
        ("game.exe", None),
        ("launcher.exe", None),
        ("bin/win64/client.exe", None),
        ("java", None),
        ("jre/bin/javaw.exe", 2),
        ("unins000.exe", None),
        ("some game/unins000.exe", None),
        ("some game/redist/vcredist_x86.exe", None),
        ("some game/unitycrashhandler64.exe", None),
        ("some game/crashreportclient.exe", None),
        ("some game/easyanticheat_setup.exe", None),
        ("crash bandicoot/crash.exe", 2),
        ("/".join("abcdefghijklmnop"), 2),
        ("/".join("abcdefghijklmnopq"), None),
    ],
)
def test_the_confidence_of_a_suffix(suffix: str, expected: int | None) -> None:
    assert confidence(suffix) == expected


def test_a_shared_suffix_has_low_confidence() -> None:
    twin = ListedProgram("elden ring/eldenring.exe", "2", False)
    assert confidence("elden ring/eldenring.exe", twin) == 0
    assert confidence("eldenring.exe", twin) == 0
    assert confidence("elden ring/eldenring.exe", twin._replace(game_id="1")) == 2


def test_a_common_file_name_is_not_listed_alone() -> None:
    others = [
        ListedProgram(f"mod {n}/hl2.exe", str(n), False)
        for n in range(2, lists.COMMON_NAME_GAMES + 1)
    ]
    assert confidence("hl2.exe", *others) is None
    assert confidence("hl2.exe", *others[1:]) == 0
    assert confidence("half-life 2/hl2.exe", *others) == 2


@pytest.mark.parametrize(
    ("flags", "expected"), [((True, True), 1), ((True, False), 0), ((False, False), 0)]
)
def test_a_program_is_a_launcher_only_if_it_is_for_all_its_games(
    flags: tuple[bool, bool], expected: int
) -> None:
    listed = [ListedProgram("a/b.exe", str(n), flag) for n, flag in enumerate(flags, 1)]
    content = lists.compile_list("win32", listed, {})
    assert json.loads(content)["programs"] == [["a/b.exe", 0, expected, "1", "2"]]


def test_a_list_has_store_ids_of_listed_games_only() -> None:
    stores = {"1": {"steam:2", "gog:1"}, "2": {"steam:3"}}
    content = lists.compile_list("win32", [ListedProgram("a/b.exe", "1", False)], stores)
    assert json.loads(content)["stores"] == [["1", "gog:1", "steam:2"]]


LISTED = st.lists(
    st.builds(
        ListedProgram,
        st.text(min_size=1, max_size=6).map(lambda text: f"x{normalise_suffix(text)}/y.exe"),
        st.integers(1, 5).map(str),
        st.booleans(),
    )
)


@given(LISTED, LISTED)
def test_a_delta_turns_any_list_into_any_other(
    old: list[ListedProgram], new: list[ListedProgram]
) -> None:
    stores = {str(n): [f"steam:{n}"] for n in range(1, 5)}
    before = lists.compile_list("win32", old, stores)
    after = lists.compile_list("win32", new, {})
    assert lists.apply(before, lists.delta(before, after)) == after


class CountingPrograms(dict[str, Match]):
    """Programs that count lookups."""

    lookups = 0

    def __contains__(self, suffix: object) -> bool:
        self.lookups += 1
        return super().__contains__(suffix)


def test_a_path_of_40_kb_needs_a_bounded_number_of_lookups() -> None:
    programs = CountingPrograms()
    assert lists.match({"win32": programs}, "win32", "a/" * 20_000 + "b.exe") is None
    assert programs.lookups == lists.MAX_SEGMENTS
