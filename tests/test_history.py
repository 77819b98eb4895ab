"""The primitives about time say what plain loops say, on random careers."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reference import plain

from cadre_handbook import history
from cadre_handbook.dataset import from_frames

FIRST, LAST = dt.date(2000, 1, 1), dt.date(2012, 12, 31)
ORGANISATIONS = [("c1", "621125", "county"), ("c2", "621122", "county"), ("city", "621100", "city"), ("x", "", "")]
UNITS = [  # id, organisation, continues, place, hardship
    ("u1", "c1", "", "", "0"),
    ("u2", "c1", "u1", "", "1"),  # u1 renamed
    ("u3", "c1", "", "622428", "3"),  # the code that c1 had before 2003
    ("u4", "c2", "", "", "2"),
    ("u5", "city", "", "", ""),
    ("u6", "x", "", "", "0"),
]
POSTS = [  # id, unit, continues, rank, importance, team
    ("p1", "u1", "", "section", "4", "party"),
    ("p2", "u2", "p1", "section", "4", "party"),
    ("p3", "u2", "p2", "county_deputy", "4", "government"),
    ("p4", "u3", "", "section_deputy", "2", ""),
    ("p5", "u4", "", "", "3", "government"),
    ("p6", "u5", "", "county", "", "party"),
    ("p7", "u6", "", "staff", "1", ""),
]
ROLES = ["substantive", "", "secondment", "acting", "concurrent"]
ROUTES = ["promoted", "transferred", "demoted", "removed_to", ""]


@st.composite
def days(draw, first: dt.date = FIRST, last: dt.date = LAST) -> str:
    """A day as text, or a month; the edges of months are frequent, for that is where the rules bite."""
    day = draw(st.dates(first, last))
    kind = draw(st.sampled_from(["day", "month", "first", "leap"]))
    if kind == "month":
        return day.isoformat()[:7]
    if kind == "leap":
        return f"{min(max(day.year // 4 * 4, 2000), 2012)}-02-29"
    return (day.replace(day=1) if kind == "first" else day).isoformat()


def as_day(text: str) -> dt.date:
    return dt.date.fromisoformat(text if len(text) > 7 else f"{text}-01")


@st.composite
def careers(draw, starts_apart: bool = False) -> list[dict]:
    """Up to nine postings of up to three cadres: in line, with gaps of a day or a month, or overlapping."""
    rows, taken = [], set()
    previous = ""
    for number in range(draw(st.integers(0, 9))):
        cadre = draw(st.sampled_from(["a", "b", "c"]))
        start = draw(days())
        if previous and draw(st.booleans()):
            start = shifted(previous, draw(st.sampled_from([0, 1, -1, 31, 45])))
        if starts_apart and (cadre, as_day(start)) in taken:
            continue
        taken.add((cadre, as_day(start)))
        end = draw(st.one_of(st.just(""), days(as_day(start), as_day(start) + dt.timedelta(days=4000))))
        if end and as_day(end) < as_day(start):
            end = start
        previous = end
        rows.append(
            {
                "posting_id": f"t{number}",
                "cadre_id": cadre,
                "post_id": draw(st.sampled_from([post[0] for post in POSTS])),
                "start": start,
                "end": end,
                "role": draw(st.sampled_from(ROLES)) if draw(st.booleans()) else "substantive",
                "route": draw(st.sampled_from(ROUTES)),
            }
        )
    return rows


def shifted(text: str, by_days: int) -> str:
    moved = (as_day(text) + dt.timedelta(days=by_days)).isoformat()
    return moved[: len(text)]


def dataset_of(rows: list[dict]):
    columns = ["posting_id", "cadre_id", "post_id", "start", "end", "role", "route"]
    return from_frames(
        {
            "organisations": pd.DataFrame(ORGANISATIONS, columns=["organisation_id", "place_code", "level"]),
            "units": pd.DataFrame(
                UNITS, columns=["unit_id", "organisation_id", "predecessor_unit_id", "place_code", "hardship"]
            ),
            "posts": pd.DataFrame(
                POSTS, columns=["post_id", "unit_id", "predecessor_post_id", "rank", "importance", "team"]
            ),
            "cadres": pd.DataFrame([("a", "c1"), ("b", "c1"), ("c", "c2")], columns=["cadre_id", "organisation_id"]),
            "postings": pd.DataFrame(rows, columns=columns, dtype=object),
        }
    )


def posting(start: str, end: str, post: str = "p4", cadre: str = "a", **values) -> dict:
    number = f"{post}{start}{end}"
    return {"posting_id": number, "cadre_id": cadre, "post_id": post, "start": start, "end": end, "role": "", **values}


@settings(derandomize=True, max_examples=100, deadline=None)
@given(careers(), st.sampled_from(["post", "unit", "team", "place_code"]), st.sampled_from([0, 1, 30, 200]))
def test_spells_equal_a_loop_over_postings(rows, by, gap):
    dataset = dataset_of(rows)
    frame = history.timeline(dataset)
    keys = {"team": lambda row: row["of_post"]["team"]}
    expected = sorted(
        (cadre, *stay_as_text(stay))
        for cadre, career in plain.postings(dataset, substantive=False).items()
        for stay in plain.stays(career, keys.get(by, lambda row: row[by]), gap)
    )
    found = history.spells(frame, [by], gap)
    ends = found["end"].dt.strftime("%Y-%m-%d").fillna("")
    starts = found["start"].dt.strftime("%Y-%m-%d")
    first, last = (frame.iloc[found[column]].reset_index(drop=True) for column in ("first_row", "last_row"))
    edges = zip(first["start"].dt.strftime("%Y-%m-%d"), last["start"].dt.strftime("%Y-%m-%d"), strict=True)
    assert expected == sorted(
        (cadre, str(key), start, end, count, *edge)
        for cadre, key, start, end, count, edge in zip(
            found["cadre_id"], found[by], starts, ends, found["postings"], edges, strict=True
        )
    )


def stay_as_text(stay: dict) -> tuple:
    end = "" if stay["end"] == plain.FOREVER else stay["end"].isoformat()
    edges = (stay["postings"][0]["start"].isoformat(), stay["postings"][-1]["start"].isoformat())
    return (str(stay["key"]), stay["start"].isoformat(), end, len(stay["postings"]), *edges)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(careers(starts_apart=True), st.sampled_from([0, 45]))
@example(
    [posting("2001-01-01", "2009-01-01"), posting("2003-01-01", "2004-01-01", "p1"), posting("2009-01-01", "", "p5")], 0
)
@example([posting("2001-01", "2005-05"), posting("2005-06", "", "p4"), posting("2007-01-01", "", "p5")], 0)
def test_moves_equal_a_loop_over_careers(rows, gap):
    dataset = dataset_of(rows)
    expected = sorted(
        (
            *(move["cadre_id"], move["managed_by"], str(move["moved_on"]), str(move["from_start"])),
            *(move["from"]["posting_id"], move["to"]["posting_id"]),
            *(str(move[name]) for name in ("demotion", "rank_step", "importance_step", "changed_county")),
        )
        for move in plain.moves(dataset, gap)
    )
    found = history.moves(dataset, gap)
    columns = ["demotion", "rank_step", "importance_step", "changed_county"]
    facts = found[columns].astype(object).where(found[columns].notna(), None)
    assert expected == sorted(
        (
            *(row.cadre_id, row.managed_by, str(row.moved_on.date()), str(row.from_start.date())),
            *(row.from_posting_id, row.to_posting_id),
            *(str(fact) for fact in facts_of_row),
        )
        for row, facts_of_row in zip(found.itertuples(), facts.itertuples(index=False), strict=True)
    )


@settings(derandomize=True, max_examples=40, deadline=None)
@given(careers(), st.dates(FIRST, LAST))
def test_held_on_equals_a_loop_over_postings(rows, day):
    dataset = dataset_of(rows)
    expected = {
        row["posting_id"]
        for row in plain.rows(dataset, "postings")
        if row["start"] <= day and (row["end"] is None or day < row["end"])
    }
    assert set(history.held_on(history.timeline(dataset), pd.Timestamp(day))["posting_id"]) == expected


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.dates(dt.date(1950, 1, 1), dt.date(2030, 12, 31)), st.integers(0, 60), st.integers(-2, 2))
@example(dt.date(2012, 2, 29), 10, 0)
@example(dt.date(2012, 2, 29), 12, -1)
@example(dt.date(2010, 1, 1), 10, -1)
def test_full_years_and_anniversaries_equal_a_count_of_anniversaries(start, years, off):
    """Around the anniversary of that many years, where a day decides."""
    starts = pd.Series([pd.Timestamp(start)]).astype("datetime64[s]")
    full = plain.anniversary(start, years)
    assert history.anniversary(starts, years)[0].date() == full
    day = full + dt.timedelta(days=off)
    if day >= start:
        assert history.full_years(starts, pd.Timestamp(day))[0] == plain.full_years(start, day)
        assert (plain.full_years(start, day) >= years) == (day + dt.timedelta(days=1) >= full)


def test_ten_years_are_full_at_the_end_of_the_eve():
    start = pd.Series(pd.to_datetime(["2010-01-01"])).astype("datetime64[s]")
    assert history.full_years(start, pd.Timestamp("2019-12-31"))[0] == 10
    assert history.full_years(start, pd.Timestamp("2019-12-30"))[0] == 9


@pytest.mark.parametrize(
    ("rows", "stretches"),
    [
        ([posting("2003-07", "2006-05"), posting("2006-06", "2008-01")], 1),
        ([posting("2003-07", "2006-05"), posting("2006-07", "2008-01")], 2),
        ([posting("2003-07", "2006-05"), posting("2006-06-01", "2008-01")], 2),
        ([posting("2003-07-01", "2006-05-01"), posting("2006-05-02", "")], 2),
        ([posting("2003-07-01", "2006-05-01", "p1"), posting("2006-05-01", "", "p3")], 1),
        ([posting("2003-07-01", ""), posting("2005-01-01", "2005-02-01"), posting("2010-01-01", "")], 1),
    ],
    ids=["gap of a month", "gap of two months", "only one side by month", "gap of a day", "renamed twice", "inside"],
)
def test_what_breaks_a_stay(rows, stretches):
    assert len(history.spells(history.timeline(dataset_of(rows)), ["post"])) == stretches


def test_end_in_the_month_of_the_start_is_one_month():
    dataset = dataset_of([posting("2003-07", "2003-07"), posting("2003-08", "", "p5")])
    assert history.spells(history.timeline(dataset), ["post"])["end"].min() == pd.Timestamp("2003-08-01")
    assert len(history.moves(dataset)) == 1


def test_two_posts_begun_on_one_day_are_both_reached_from_the_post_before():
    rows = [posting("2001-01-01", "2005-01-01"), posting("2005-01-01", "", "p5"), posting("2005-01-01", "", "p6")]
    moves = history.moves(dataset_of(rows))
    assert moves["from_post_id"].tolist() == ["p4", "p4"]
    assert set(moves["to_post_id"]) == {"p5", "p6"}


def test_a_career_that_begins_with_two_posts_has_no_move():
    rows = [posting("2001-01-01", ""), posting("2001-01-01", "", "p5")]
    assert history.moves(dataset_of(rows)).empty


def test_neither_secondment_nor_renaming_is_a_move():
    rows = [
        posting("2001-01-01", "2005-01-01", "p1"),
        posting("2002-01-01", "2003-01-01", "p5", role="secondment"),
        posting("2005-01-01", "", "p2"),
    ]
    assert history.moves(dataset_of(rows)).empty


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.lists(st.integers(-1, 9), min_size=1, max_size=10))
def test_roots_and_cycles_equal_following_the_predecessors(parents):
    ids = pd.Series([f"i{number}" for number in range(len(parents))], dtype="str")
    known = [f"i{parent}" if 0 <= parent < len(parents) else None for parent in parents]
    before = dict(zip(ids, known, strict=True))
    endless = history.in_a_cycle(ids, pd.Series(known, dtype="str"))
    ends = [never_ends(name, before) for name in ids]
    assert endless.tolist() == ends
    if not any(ends):
        expected = [plain.first_ancestor(name, before) for name in ids]
        assert history.roots(ids, pd.Series(known, dtype="str")).tolist() == expected


def never_ends(name: str, before: dict) -> bool:
    for _step in range(len(before) + 1):
        if before[name] is None:
            return False
        name = before[name]
    return True


@pytest.mark.parametrize(
    ("start", "months", "then"),
    [
        ("2023-11-30", 3, "2024-02-29"),
        ("2022-11-30", 3, "2023-02-28"),
        ("2023-01-15", 12, "2024-01-15"),
        ("2024-08-31", 6, "2025-02-28"),
        ("2024-03-31", 0, "2024-03-31"),
    ],
)
def test_months_after_end_on_the_last_day_where_a_month_has_no_such_day(start, months, then):
    days = pd.Series(pd.to_datetime([start, None]), index=[7, 3])
    found = history.months_after(days, pd.Series([months, 1], index=[7, 3]))
    assert found[7] == pd.Timestamp(then)
    assert found.isna().tolist() == [False, True]
    assert history.months_after(days, months)[7] == pd.Timestamp(then)
