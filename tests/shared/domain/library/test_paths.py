"""What a path tells of a game, whatever machine wrote it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import programs, text
from shared.domain.library import paths

COMMON = "D:\\SteamLibrary\\steamapps\\common\\"


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        (COMMON + "Portal 2\\portal2.exe", "portal 2"),
        ("d:/steamlibrary/SteamApps/Common/PORTAL 2/bin/win64/portal2.exe", "portal 2"),
        ("/mnt/c/Games/ZombieDefense/zd.exe", "zombiedefense"),
        ("E:\\GOG Games\\Beyond Good & Evil\\BGE.exe", "beyond good and evil"),
        ("C:\\Users\\ada\\AppData\\Roaming\\itch\\apps\\celeste\\Celeste.exe", "celeste"),
        ("/home/ada/prefix/drive_c/GOG Games/The Witcher/System/witcher.exe", "the witcher"),
        ("/home/ada/.local/share/Steam/steamapps/common/Dota 2/game/bin/dota", "dota 2"),
        ("\\\\server\\share\\Games\\Doom\\doom.exe", "doom"),
    ],
)
def test_what_stands_behind_a_place_for_games_is_the_install_folder(path: str, folder: str) -> None:
    found = paths.read(path)
    assert found.installed
    assert found.folders[0][0] == folder


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("ZombieDefense GOTY Edition", "zombie defense"),
        ("Metro 2033 - Game of the Year Edition", "metro 2033"),
        ("Cult of the Lamb Demo Deluxe Edition", "cult of the lamb"),
        ("NieRAutomata-win64", "nie r automata"),
        ("Factorio_x64", "factorio"),
        ("Half-Life 2", "half life 2"),
        ("The Gold Edition", "the"),
    ],
)
def test_editions_and_builds_fold_one_after_the_other(name: str, bare: str) -> None:
    (ways,) = paths.read(f"{COMMON}{name}\\x.exe").folders
    assert ways[0] == text.name_key(name)
    assert bare in ways


def test_a_name_of_many_editions_is_read_in_few_ways() -> None:
    long = "a" + " gold" * 36
    found = paths.read(f"C:\\games\\{long}\\b{long}\\c{long}.exe")
    assert [len(ways) for ways in (found.stems, *found.folders)] == [paths.MAX_READINGS] * 3


@pytest.mark.parametrize(
    "path",
    [
        COMMON + "Portal 2\\bin\\vcredist_x86.exe",
        COMMON + "Hollow Knight\\UnityCrashHandler64.exe",
        COMMON + "Proton - Experimental\\files\\bin\\wine64-preloader",
        "/x/steamapps/compatdata/620/pfx/drive_c/windows/system32/explorer.exe",
        "D:\\GOG Games\\The Witcher\\unins000.exe",
    ],
)
def test_parts_of_something_else_tell_nothing_of_a_game(path: str) -> None:
    found = paths.read(path)
    assert (found.folders, found.stems, found.app_id) == ([], [], None)


def test_a_proton_prefix_holds_steams_id() -> None:
    prefix = "/home/ada/.steam/steam/steamapps/compatdata/{}/pfx/drive_c/x/game.exe"
    assert paths.read(prefix.format(620)).app_id == "620"
    assert paths.read(prefix.format("0620")).app_id is None


def test_a_common_name_is_looked_up_only_below_its_folder() -> None:
    found = paths.read(COMMON + "Changed\\Game.exe")
    assert found.is_generic
    assert found.suffixes == [f"common/{end}" for end in ["changed/game.exe"]] + [
        "changed/game.exe"
    ]
    assert paths.read(COMMON + "Changed\\changed.exe").suffixes[-1] == "changed.exe"


def test_a_mac_bundle_is_looked_up_by_its_own_name() -> None:
    found = paths.read("/Applications/Brawlhalla.app/Contents/MacOS/BH")
    assert "brawlhalla.app" in found.suffixes
    assert found.folders[0][0] == "brawlhalla"


PIECES = st.sampled_from(
    ["/", "\\", " ", ".", "C:", "games", "Steam", ".app", "é", "İ", "ß", "\u0301"]
)


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=12).map("".join)))
def test_any_text_is_a_path(path: str) -> None:
    found = paths.read(path)
    assert programs.normalise_suffix(path).rpartition("/")[2] == found.file
    assert all(
        end == programs.normalise_suffix(end) for end in found.suffixes if end == end.strip(" /")
    )
    assert len(found.suffixes) <= 2 * paths.MAX_SEGMENTS
    assert len(found.folders) <= 2


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=250))
def test_the_fast_key_of_plain_text_is_the_catalogs(name: str) -> None:
    assert paths._key(name) == text.name_key(name)
