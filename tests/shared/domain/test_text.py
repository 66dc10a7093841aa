"""The three normal forms: title keys, name keys and path suffixes."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import programs, text


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Anthem™", "ANTHEM"),
        ("Half-Life  2", "half-life 2"),
        ("Assassin's Creed® Unity", "assassin's creed unity"),
        ("ＦＩＮＡＬ FANTASY", "Final Fantasy"),  # noqa: RUF001  full-width letters
    ],
)
def test_variants_of_a_title_have_one_key(first: str, second: str) -> None:
    assert text.title_key(first) == text.title_key(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Beyond Good & Evil™", "Beyond Good and Evil"),
        ("Half-Life 2", "Half Life 2"),
        ("ABZÛ", "ABZU"),
        ("Pompac\u0131 Simülasyonu", "Pompaci Simulasyonu"),
        ("ÆTHER Øl", "Aether Ol"),
        ("Œuvre Łódź", "Oeuvre Lodz"),
        ("Đại Ðar Þór", "Dai Dar Thor"),
        ("Ħal Ŧa Ŋo", "Hal Ta No"),
    ],
)
def test_different_titles_have_different_keys(first: str, second: str) -> None:
    assert text.title_key(first) != text.title_key(second)
    assert text.name_key(first) == text.name_key(second)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Tom Clancy\u2019s Rainbow Six®", "tom clancys rainbow six"),
        ("S.T.A.L.K.E.R.: Clear Sky", "stalker clear sky"),
        ("Pokémon", "pokemon"),
        ("  DOOM  ", "doom"),
        ("Command & Conquer™", "command and conquer"),
        ("蒼の彼方のフォーリズム", "蒼の彼方のフォーリスム"),
        ("Straße İstanbul", "strasse istanbul"),
        ("???", "???"),
        ("", ""),
    ],
)
def test_name_keys(name: str, key: str) -> None:
    assert text.name_key(name) == key


@given(st.text(max_size=400))
def test_a_name_key_fits_its_column_and_is_not_empty(name: str) -> None:
    key = text.name_key(name)
    assert len(key) <= text.NAME_KEY_LENGTH
    assert key or not text.title_key(name)


@pytest.mark.parametrize(
    ("path", "suffix"),
    [
        ("Win64\\CS2.exe", "win64/cs2.exe"),
        ("/haloinfinite.exe", "haloinfinite.exe"),
        (" /data//DarkSouls.exe ", "data/darksouls.exe"),
        ("fungiman/fu\u0308ngiman.exe", "fungiman/f\u00fcngiman.exe"),
    ],
)
def test_a_suffix_is_normalised_before_it_is_hashed(path: str, suffix: str) -> None:
    assert programs.normalise_suffix(path) == suffix
    assert programs.suffix_hash(path) == hashlib.sha256(suffix.encode()).digest()


@given(st.text(max_size=100))
def test_normalising_a_suffix_twice_changes_nothing(path: str) -> None:
    once = programs.normalise_suffix(path)
    assert programs.normalise_suffix(once) == once
