"""Pseudonyms: one person one id in every file, nobody merged in silence, and nothing without the key; ID-card numbers."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest
from forms_writer import id_number
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric

from cadre_handbook import paths
from cadre_handbook.errors import DataRefused, RequestError
from cadre_handbook.intake import id_numbers, pseudonyms
from cadre_handbook.intake.pseudonyms import Key, NotIdentified

NUMBER = id_number("19740809", 11)
OTHER = id_number("19740810", 13)
SHORT = NUMBER[:6] + NUMBER[8:17]  # as it was written with 15 digits


@pytest.fixture
def key() -> Key:
    return Key(b"\x01" * 32)


# --- ids ------------------------------------------------------------------------------------------


def test_an_id_is_short_text_and_leads_back_to_nobody_without_the_key(key):
    id_ = key.cadre_id(NUMBER)
    assert len(id_) == pseudonyms.ID_CHARACTERS == 16
    assert set(id_) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    assert id_ != Key(b"\x02" * 32).cadre_id(NUMBER)
    assert NUMBER not in repr(key)
    assert "01" * 4 not in repr(key)


def test_the_id_of_a_person_stays_what_it_was(key):
    # A dataset made last year must fit one made now: neither may ever change.
    assert key.cadre_id(NUMBER) == "73MEP4KKEBXGGVBP"
    assert key.cadre_id(None, "样本甲", "1974-08") == "KVI2JDRRY6HHUIKC"


@pytest.mark.parametrize(
    "written",
    [f" {NUMBER} ", SHORT, f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}", NUMBER.translate({48: 0xFF10, 49: 0xFF11})],
)
def test_a_number_is_one_however_it_is_written(key, written):
    assert key.cadre_id(written) == key.cadre_id(NUMBER)


def test_the_last_letter_may_be_small(key):
    number = next(n for n in (id_number("19740809", order) for order in range(1, 900, 2)) if n.endswith("X"))
    assert key.cadre_id(number.lower()) == key.cadre_id(number)


@pytest.mark.parametrize(
    ("name", "birth"), [("样 本　甲", "1974-08"), ("样本甲", "1974-08-09"), ("样本甲 ", "1974-08")]
)
def test_a_name_and_month_are_one_however_they_are_written(key, name, birth):
    assert key.cadre_id(None, name, birth) == key.cadre_id(None, "样本甲", "1974-08")


def test_another_month_or_name_is_another_person(key):
    ids = {key.cadre_id(None, *who) for who in (("样本甲", "1974-08"), ("样本甲", "1974-09"), ("样本乙", "1974-08"))}
    assert len(ids) == 3


@pytest.mark.parametrize(
    "who",
    [(None, "样本甲", None), (None, None, "1974-08"), (None, "样本甲", "1974"), ("123", None, None), ("", "", "")],
)
def test_who_cannot_be_told_gets_no_id(key, who):
    with pytest.raises(NotIdentified):
        key.cadre_id(*who)


def test_a_wrong_number_counts_as_none(key):
    wrong = NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")
    assert key.cadre_id(wrong, "样本甲", "1974-08") == key.cadre_id(None, "样本甲", "1974-08")


@pytest.mark.parametrize("name_first", [True, False])
def test_a_person_known_by_name_in_one_file_and_by_number_in_another_is_one(key, name_first):
    calls = [(None, "样本甲", "1974-08"), (NUMBER, "样本甲", "1974-08")]
    ids = {key.cadre_id(*who) for who in (calls if name_first else calls[::-1])}
    assert len(ids) == 2
    assert {key.settled(id_) for id_ in ids} == {key.cadre_id(NUMBER)}


def test_two_numbers_under_one_name_and_month_merge_nobody(key):
    by_name = key.cadre_id(None, "样本甲", "1974-08")
    one, other = key.cadre_id(NUMBER, "样本甲", "1974-08"), key.cadre_id(OTHER, "样本甲", "1974-08")
    assert key.ambiguous(by_name)
    assert [key.settled(id_) for id_ in (by_name, one, other)] == [by_name, one, other]
    assert not key.ambiguous(one)


def test_two_people_with_one_id_are_refused(key, monkeypatch):
    monkeypatch.setattr(pseudonyms, "ID_CHARACTERS", 1)
    numbers = [id_number("19740809", order) for order in range(1, 80)]
    with pytest.raises(DataRefused, match="same id"):
        [key.cadre_id(number) for number in numbers]


# --- the key file ---------------------------------------------------------------------------------


def test_a_key_is_made_once_and_kept_from_others(tmp_path):
    file = tmp_path / "我的 密钥.txt"
    made = Key.open(file, create=True)
    assert len(made.secret) == 32
    assert Key.open(file, create=True).secret == Key.open(file).secret == made.secret
    assert Key.open(tmp_path / "other.txt", create=True).secret != made.secret
    text = file.read_text(encoding="utf-8")
    assert "保密" in text
    assert "SECRET" in text
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_key_that_is_none_is_refused(tmp_path):
    with pytest.raises(RequestError, match="cannot be read"):
        Key.open(tmp_path / "missing.txt")
    (tmp_path / "a.txt").write_text("cadre-handbook-key-1: 1234\n")
    with pytest.raises(RequestError, match="not a key file"):
        Key.open(tmp_path / "a.txt", create=True)
    with pytest.raises(RequestError, match="cannot be written"):
        Key.open(tmp_path / "no" / "folder" / "key.txt", create=True)
    with pytest.raises(RequestError, match="cannot be read"):
        Key.open(tmp_path)


@pytest.mark.parametrize("names", [("cadres.csv", "postings.csv"), ("干部.csv", "任职.csv")])
def test_a_key_beside_or_below_a_dataset_is_refused(tmp_path, names):
    inside = tmp_path / "data" / "deep"
    inside.mkdir(parents=True)
    for name in names:
        (tmp_path / "data" / name).write_text("x")
    for file in (tmp_path / "data" / "key.txt", inside / "key.txt"):
        with pytest.raises(RequestError, match="dataset"):
            Key.open(file, create=True)
        assert not file.exists()
    Key.open(tmp_path / "key.txt", create=True)


def test_a_key_in_the_book_or_where_is_written_to_is_refused(tmp_path):
    with pytest.raises(RequestError, match="own folder"):
        Key.open(paths.DATA / "key.txt", create=True)
    assert not (paths.DATA / "key.txt").exists()
    with pytest.raises(RequestError, match="written to"):
        Key.open(tmp_path / "out" / "key.txt", create=True, apart_from=[tmp_path / "out"])


def test_ids_are_the_same_in_another_process(tmp_path):
    file = tmp_path / "key.txt"
    id_ = Key.open(file, create=True).cadre_id(NUMBER)
    told = subprocess.run(
        [sys.executable, "-c", "import sys; from cadre_handbook.intake.pseudonyms import Key; print(Key.open(sys.argv[1]).cadre_id(sys.argv[2]))", file, NUMBER],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )  # fmt: skip
    assert told.stdout.strip() == id_


# --- ID-card numbers ------------------------------------------------------------------------------


def test_a_number_says_birth_and_sex():
    read, why = id_numbers.read(NUMBER)
    assert (read.number, read.birth, read.sex, why) == (NUMBER, "1974-08-09", "male", "")
    assert id_numbers.read(id_number("20000229", 22))[0].sex == "female"
    assert id_numbers.read(SHORT)[0] == read
    assert NUMBER not in repr(read)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1"), "check digit"),
        (NUMBER[:-1], "18 characters"),
        (NUMBER + "1", "18 characters"),
        ("A" + NUMBER[1:], "18 characters"),
        ("", "18 characters"),
        (id_number("19740809", 11).replace("19740809", "19740231"), "does not exist"),
        ("123456789012345", "does not exist"),
    ],
)
def test_a_number_that_cannot_be_right_is_told_why_and_not_repeated(text, why):
    read, said = id_numbers.read(text)
    assert read is None
    assert why in said
    assert not text or text not in said


@settings(derandomize=True)
@given(st.integers(0, 10**17 - 1), st.sampled_from("0123456789X"))
def test_only_numbers_with_the_right_check_digit_pass(front, last):
    number = f"{front:017d}{last}"
    read, _why = id_numbers.read(number)
    assert not read or ric.calc_check_digit(number) == last


@settings(derandomize=True)
@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_and_a_mask_hides(text):
    id_numbers.read(text)
    shown = id_numbers.masked(text)
    assert len(shown.replace("*", "")) <= 6 or "*" in text


def test_the_mask():
    assert id_numbers.masked("330102197408091112") == "3301************12"
    assert id_numbers.masked("33010") == "*****"
