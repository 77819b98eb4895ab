"""Résumés: every way of writing a line that people use, what follows from it, and that no line is lost."""

from __future__ import annotations

import itertools
import random
import re

import pytest
from forms_writer import DASHES, TITLES, UNITS, Deed, resume
from hypothesis import given, settings
from hypothesis import strategies as st

from cadre_handbook.intake.resumes import LIKELY, SURE, UNSURE, parse, split_unit


def only(text: str, **how):
    """The one posting of a résumé that is read in full."""
    found = parse(text, **how)
    assert found.unread == []
    [posting] = found.postings
    return posting


def stretch(text: str) -> tuple[str, str]:
    posting = only(f"{text}  县财政局科员")
    assert (posting.unit, posting.title) == ("县财政局", "科员")
    return posting.start, posting.end


# --- dates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dash", DASHES)
def test_every_dash_between_two_months(dash):
    assert stretch(f"2003.07{dash}2006.05") == ("2003-07", "2006-05")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2003.7--2006.5", ("2003-07", "2006-05")),
        ("2003年7月至2006年5月", ("2003-07", "2006-05")),
        ("2003年07月—2006年05月", ("2003-07", "2006-05")),
        ("200307-200605", ("2003-07", "2006-05")),
        ("2003/07-2006/05", ("2003-07", "2006-05")),
        ("2003-07-2006-05", ("2003-07", "2006-05")),
        ("２００３．０７－－２００６．０５", ("2003-07", "2006-05")),
        ("2003.07.15--2006.05.20", ("2003-07-15", "2006-05-20")),
        ("2003.10--2003.12", ("2003-10", "2003-12")),
        ("2014.11--", ("2014-11", "")),
        ("2014.11--至今", ("2014-11", "")),
        ("2014.11至今", ("2014-11", "")),
        ("2014年11月起", ("2014-11", "")),
        ("2014.11-- 今", ("2014-11", "")),
    ],
)
def test_ways_of_writing_a_stretch_of_time(written, read):
    assert stretch(written) == read


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("2009年3月至2011年  县财政局科员", "only the year"),
        ("2009--2011  县财政局科员", "only the year"),
        ("2013.1--2014.11  县财政局科员", "lost its zero"),
        ("2013.01--2014.13  县财政局科员", "no such month"),
        ("2006.05--2003.07  县财政局科员", "before the start"),
        ("2003.07  县财政局科员", "no stretch of time"),
        ("2025.03--  县财政局科员", "after the day judged on"),
        ("2003.07--2006.05", "no post"),
        ("县财政局科员", "no date"),
        ("2003.07--2006.05  在家待业", "enters no table"),
        ("2003.07--2003.12  市委党校中青班学习", "no degree"),
    ],
)
def test_what_a_line_leaves_open_is_listed_and_not_guessed(line, why):
    found = parse(line, as_of="2024-12-31")
    assert (found.postings, found.studies) == ([], [])
    [(number, text, said)] = found.unread
    assert number == 1
    assert text in line
    assert why in said


def test_an_open_end_is_only_taken_on_the_last_line():
    found = parse("2003.07--  县财政局科员\n2006.05--  县教育局副局长")
    assert [posting.start for posting in found.postings] == ["2006-05"]
    assert found.unread[0][0] == 1
    # Where it is said that it still runs, it does.
    both = parse("2003.07--至今  县财政局科员\n2006.05--  县教育局副局长")
    assert [(posting.start, posting.end) for posting in both.postings] == [("2003-07", ""), ("2006-05", "")]


def test_months_follow_one_another_without_gap_or_overlap():
    first, second = parse("2003.07--2006.05  县财政局科员\n2006.05--2008.01  县财政局副局长").postings
    assert first.end == second.start == "2006-05"


# --- lines ----------------------------------------------------------------------------------------


def test_an_indented_line_continues_the_one_above():
    posting = only("2003.07--2006.05  县财政局\n                  副局长")
    assert (posting.unit, posting.title, posting.line) == ("县财政局", "副局长", 1)


def test_a_line_without_date_or_indent_is_listed_and_continued_by_what_is_indented_under_it():
    found = parse("序言\n  续\n2003.07--2006.05  县财政局科员\n附注\n  再续")
    assert len(found.postings) == 1
    assert found.postings[0].title == "科员"
    assert [number for number, _text, _why in found.unread] == [1, 2, 4, 5]


def test_a_bracket_left_open_does_not_swallow_the_lines_below():
    found = parse(
        "2003.07--2006.05  县财政局科员（其间：2004.09--2005.07在某大学法律专业学习\n2006.05--2008.01  县教育局副局长"
    )
    assert [(posting.start, posting.role) for posting in found.postings] == [("2003-07", ""), ("2006-05", "")]
    assert [study.start for study in found.studies] == ["2004-09"]


# --- what was done --------------------------------------------------------------------------------


def test_meanwhile_stand_studies_and_secondments():
    found = parse(
        "1998.03--2001.11  县财政局副局长（其间：1999.09—2002.07在省委党校经济管理专业\n"
        "                  在职研究生班学习；2000.03--2001.03挂职任南关镇副镇长）"
    )
    own, away = found.postings
    assert (own.unit, own.title, own.role) == ("县财政局", "副局长", "")
    assert (away.unit, away.title, away.role, away.start, away.end) == (
        "南关镇",
        "副镇长",
        "secondment",
        "2000-03",
        "2001-03",
    )
    [study] = found.studies
    assert (study.kind, study.education, study.start, study.end) == (
        "part_time_degree",
        "postgraduate",
        "1999-09",
        "2002-07",
    )
    assert found.unread == []


def test_full_time_studies_are_no_posting():
    found = parse("1990.09--1994.07  某某大学中文系本科学生")
    assert found.postings == []
    assert (found.studies[0].kind, found.studies[0].education) == ("full_time_degree", "bachelor")


def test_a_school_s_name_says_nothing_of_the_degree():
    assert parse("1990.09--1994.07  某某大学中文系学生").studies[0].education == ""


def test_posts_side_by_side():
    found = parse("2003.07--2006.05  清河镇党委副书记、镇长")
    assert [(posting.unit, posting.title, posting.role) for posting in found.postings] == [
        ("清河镇", "党委副书记", ""),
        ("清河镇", "镇长", ""),
    ]
    assert found.postings[1].confidence == UNSURE


@pytest.mark.parametrize(
    "told",
    [
        "县财政局科员、副局长",
        "县财政局办公室科员、副主任、主任",
        "历任县财政局科员、党组成员",
        "先后任县财政局党组成员、副局长",
        "清河镇党委副书记、书记",
        "县纪委科员、副主任",
    ],
)
def test_posts_that_may_have_followed_one_another_are_listed(told):
    found = parse(f"2003.07--2006.05  {told}")
    assert found.postings == []
    [(_number, text, why)] = found.unread
    assert text == told
    assert "one after the other" in why


@pytest.mark.parametrize(
    ("told", "titles"),
    [
        ("县财政局党组书记、局长", ["党组书记", "局长"]),
        ("县财政局党组成员、副局长", ["党组成员", "副局长"]),
        ("清河镇党委副书记、纪委书记", ["党委副书记", "书记"]),
        ("清河镇党委委员、副镇长", ["党委委员", "副镇长"]),
    ],
)
def test_posts_of_party_and_administration_are_held_at_once(told, titles):
    found = parse(f"2003.07--2006.05  {told}")
    assert found.unread == []
    assert [posting.title for posting in found.postings] == titles


def test_a_secondment_that_names_the_unit_alone_has_no_title():
    posting = only("2003.07--2003.12  在省发展改革委挂职")
    assert (posting.unit, posting.title, posting.role) == ("省发展改革委", "", "secondment")


def test_what_stands_after_jian_is_concurrent():
    found = parse("2003.07--2006.05  县委组织部部长兼县委党校校长")
    assert [(posting.unit, posting.role) for posting in found.postings] == [
        ("县委组织部", ""),
        ("县委党校", "concurrent"),
    ]


@pytest.mark.parametrize(
    ("told", "unit", "title", "role"),
    [
        ("平岚县副县长（挂职）", "平岚县", "副县长", "secondment"),
        ("挂职任平岚县副县长", "平岚县", "副县长", "secondment"),
        ("平岚县挂任副县长", "平岚县", "副县长", "secondment"),
        ("平岚县代县长", "平岚县", "县长", "acting"),
        ("平岚县代理县长", "平岚县", "县长", "acting"),
        ("清河镇见习镇长", "清河镇", "镇长", "trainee_leader"),
        ("平岚县县长助理", "平岚县", "县长助理", "assistant"),
        ("任县财政局办公室主任", "县财政局办公室", "主任", ""),
        ("县财政局党组书记", "县财政局", "党组书记", ""),
        ("清河镇石门村第一书记", "清河镇石门村", "第一书记", ""),
        ("县财政局副局长（兼）", "县财政局", "副局长", "concurrent"),
        ("县人大代表工作室主任", "县人大代表工作室", "主任", ""),
    ],
)
def test_capacity_unit_and_title(told, unit, title, role):
    posting = only(f"2003.07--2006.05  {told}")
    assert (posting.unit, posting.title, posting.role, posting.confidence) == (unit, title, role, LIKELY)


def test_a_year_on_probation_is_served_in_the_post():
    posting = only("2003.07--2006.05  县财政局副局长（试用期一年）")
    assert (posting.title, posting.role, posting.remark) == ("副局长", "", "试用期一年")


def test_a_dated_remark_is_listed():
    found = parse("2003.07--2006.05  县财政局科员（2004.11明确为正科级）")
    assert len(found.postings) == 1
    assert [text for _number, text, _why in found.unread] == ["2004.11明确为正科级"]


def test_a_known_unit_is_taken_before_a_common_ending():
    assert split_unit("县局办事处理科科长", ["县局办事处理科"]) == ("县局办事处理科", "科长", SURE)
    assert split_unit("县财政局办公室主任", ["县财政局", "县财政局办公室"]) == ("县财政局办公室", "主任", SURE)


def test_a_known_post_is_never_parted():
    text = "2003.07--2006.05  县委常委、组织部部长"
    assert len(parse(text).postings) == 2
    posting = only(text, units=["县委"], posts=[("县委", "常委、组织部部长")])
    assert (posting.unit, posting.title) == ("县委", "常委、组织部部长")


# --- properties -----------------------------------------------------------------------------------

MONTHS = st.integers(1960 * 12, 2020 * 12)


@st.composite
def careers(draw) -> list[Deed]:
    """Stretches one after the other, the last of them open or not."""
    count = draw(st.integers(1, 8))
    months = sorted(draw(st.lists(MONTHS, min_size=count + 1, max_size=count + 1, unique=True)))
    written = [f"{month // 12}-{month % 12 + 1:02d}" for month in months]
    deeds = []
    for position, (start, end) in enumerate(itertools.pairwise(written)):
        unit = draw(st.sampled_from(UNITS))
        title = draw(st.sampled_from(TITLES.get(unit[-1], ("科员", "副局长", "局长", "办公室副主任"))))
        open_ = position == count - 1 and draw(st.booleans())
        deeds.append(Deed(start, "" if open_ else end, unit, title, secondment=draw(st.booleans())))
    return deeds


@settings(derandomize=True, deadline=None, max_examples=150)
@given(careers(), st.integers(0, 2**32))
def test_a_written_career_is_read_back(deeds, seed):
    found = parse(resume(deeds, random.Random(seed).choice))
    assert found.unread == []
    read = [
        Deed(posting.start, posting.end, posting.unit, posting.title, posting.role == "secondment")
        for posting in found.postings
    ]
    # An office within a unit is a unit to whoever does not know the units.
    assert [f"{deed.unit}{deed.title}" for deed in read] == [f"{deed.unit}{deed.title}" for deed in deeds]
    assert [(deed.start, deed.end, deed.secondment) for deed in read] == [
        (deed.start, deed.end, deed.secondment) for deed in deeds
    ]
    known = parse(resume(deeds, random.Random(seed).choice), units=UNITS)
    assert [(posting.unit, posting.title) for posting in known.postings] == [(deed.unit, deed.title) for deed in deeds]
    assert {posting.confidence for posting in known.postings} == {SURE}


BITS = st.sampled_from(
    [
        *(
            "2003.07--2006.05",
            "2003年",
            "至今",
            "--",
            "（其间：",
            "）",
            "(",
            "县财政局副局长",
            "学习",
            "挂职",
            "兼",
            "、",
            "；",
        ),
        *(
            "\u3000",
            "\n",
            "\n  ",
            "2010.13",
            "某大学本科学生",
            "在家待业",
            "代县长",
            "主持工作",
            "2004.01-2004.12",
            "任",
        ),
    ]
)


@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.lists(BITS, max_size=20))
def test_nothing_is_lost(bits):
    # A mark of its own before and after each bit: all of them must come out somewhere.
    marks = [f"标{chr(0x4E00 + 5 * position)}" for position in range(len(bits) + 1)]
    text = marks[0] + "".join(f"{bit}{mark}" for bit, mark in zip(bits, marks[1:], strict=True))
    found = parse(text, as_of="2024-12-31")
    said = "".join(
        [
            *(f"{posting.unit}{posting.title}{posting.remark}" for posting in found.postings),
            *(study.told for study in found.studies),
            *(f"{told}" for _number, told, _why in found.unread),
        ]
    )
    assert [mark for mark in marks if mark not in said] == []


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.one_of(st.lists(BITS, max_size=25).map("".join), st.text(max_size=80)))
def test_every_text_is_read_or_listed(text):
    found = parse(text, as_of="2024-12-31")
    listed = [
        *(row.line for row in (*found.postings, *found.studies)),
        *(number for number, _told, _why in found.unread),
    ]
    assert bool(listed) == bool(text.strip())
    lines = re.split("\r\n|\r|\n", text)
    assert all(1 <= number <= len(lines) and lines[number - 1].strip() for number in listed)
    assert all(told and why for _number, told, why in found.unread)
    assert all((posting.unit or posting.title) and posting.start for posting in found.postings)


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ("兼", "concurrent"),
        ("兼任", "concurrent"),
        ("岗前锻炼", "pre_post"),
        ("代理", "acting"),
        ("见习", "trainee_leader"),
        ("助理", "assistant"),
        ("挂职", "secondment"),
        ("正科级", ""),
    ],
)
def test_the_capacity_that_stands_in_brackets_after_the_post(said, role):
    (posting,) = parse(f"2003.07--2006.05  县财政局科员（{said}）").postings
    assert (posting.unit, posting.title, posting.role) == ("县财政局", "科员", role)
