"""Problems: all at once, each with its row and value; left out only when asked, and then counted as missing."""

from __future__ import annotations

import pandas as pd
import pytest

from cadre_handbook import checks
from cadre_handbook.dataset import open_dataset
from cadre_handbook.errors import DataRefused
from cadre_handbook.validation import validate

AS_OF = "2024-12-31"


def report_on(county, tmp_path):
    return validate(open_dataset(county.write(tmp_path)))


def problems(county, tmp_path) -> list[tuple]:
    found = report_on(county, tmp_path).problems
    return list(found[["table", "row", "column", "value", "reason_code"]].itertuples(index=False, name=None))


def counts_of(report, measure="years_in_post", slug="tenure_limit", **given) -> dict[str, tuple]:
    """`(n, k, missing, verdict)` by organisation, rows with problems left out."""
    run = checks.evaluate(slug, report, {"as_of": AS_OF, "allow_problems": True, **given})
    rows = run.results[run.results["measure"].eq(measure)]
    return {row.organisation_id: (row.n, row.k, row.missing, row.verdict) for row in rows.itertuples()}


def counts(county, tmp_path, *of, **given) -> dict[str, tuple]:
    return counts_of(report_on(county, tmp_path), *of, **given)


def test_a_sound_dataset_has_no_problems(county, tmp_path):
    assert problems(county, tmp_path) == []


def test_every_problem_is_told_at_once_with_its_row_and_value(county, tmp_path):
    county.set("units", 2, "kind", "departmnt")
    county.set("posts", 2, "importance", "9")
    county.set("posts", 3, "importance", "high")
    county.set("posts", 4, "leading", "maybe")
    county.set("posts", 6, "unit_id", "")
    county.set("cadres", 3, "birth_date", "2019-01-01")
    county.set("cadres", 4, "birth_date", "1972-02-30")
    county.set("postings", 2, "end", "2001-01-01")
    county.set("postings", 4, "cadre_id", "c99")
    county.set("postings", 5, "posting_id", "g1")
    county.set("postings", 6, "start", "37803")
    assert problems(county, tmp_path) == [
        ("units", 2, "kind", "departmnt", "code"),
        ("posts", 2, "importance", "9", "integer"),
        ("posts", 3, "importance", "high", "integer"),
        ("posts", 4, "leading", "maybe", "boolean"),
        ("posts", 6, "unit_id", "", "required"),
        ("cadres", 3, "birth_date", "2019-01-01", "born_after_start"),
        ("cadres", 4, "birth_date", "1972-02-30", "no_such_day"),
        ("postings", 2, "end", "2001-01-01", "date_order"),
        ("postings", 4, "cadre_id", "c99", "reference"),
        ("postings", 5, "posting_id", "g1", "repeated"),
        ("postings", 6, "start", "37803", "serial"),
    ]


def test_a_line_names_file_row_column_cell_value_and_what_was_expected(county, tmp_path):
    county.set("postings", 2, "start", "37803")
    county.set("posts", 2, "importance", "9")
    county.set("postings", 3, "cadre_id", "c99")
    lines = report_on(county, tmp_path).lines()
    assert len(lines) == 3
    assert lines[0] == "posts.csv, row 2, column importance (G2): “9”: expected a whole number 1–5"
    assert lines[1].startswith("postings.csv, row 2, column start (D2): “37803”: this is a spreadsheet's serial number")
    assert (
        lines[2] == "postings.csv, row 3, column cadre_id (B3): “c99”: there is no row with this id in the table cadres"
    )


def test_an_empty_key_twice_is_not_also_a_repeated_key(county, tmp_path):
    county.set("postings", 2, "posting_id", "")
    county.set("postings", 3, "posting_id", "")
    assert [item[1:] for item in problems(county, tmp_path)] == [
        (2, "posting_id", "", "required"),
        (3, "posting_id", "", "required"),
    ]


def test_every_later_row_with_a_repeated_key_is_told(county, tmp_path):
    county.add("cadres", "c1,01100,1970-05,410122,410122\nc1,01100,1970-05,410122,410122")
    assert [(row, code) for _, row, _, _, code in problems(county, tmp_path)] == [(7, "repeated"), (8, "repeated")]


@pytest.mark.parametrize("text", ["2001-01-01", "2003-06", "2003-06-30"])
def test_an_end_before_its_start(county, tmp_path, text):
    county.set("postings", 2, "end", text)
    assert [item[4] for item in problems(county, tmp_path)] == ["date_order"]


def test_a_birth_on_the_first_day_in_post_is_a_problem_and_one_before_is_not(county, tmp_path):
    county.set("cadres", 3, "birth_date", "2017-12-31")
    assert problems(county, tmp_path) == []
    county.set("cadres", 3, "birth_date", "2018-01-01")
    assert [item[4] for item in problems(county, tmp_path)] == ["born_after_start"]


def test_a_place_that_is_not_in_the_list_is_a_note(county, tmp_path):
    county.set("cadres", 2, "birth_place_code", "999999")
    report = report_on(county, tmp_path)
    assert report.errors.empty
    assert report.notes["reason_code"].tolist() == ["place_unknown"]


def test_overlaps_are_noted_kept_and_no_reason_to_refuse(county, tmp_path):
    county.add("postings", "g6,c1,p2,2021-01-01,")  # a second post, and a second holder of p2
    report = report_on(county, tmp_path)
    assert report.errors.empty
    assert sorted(report.notes["reason_code"]) == ["cadre_overlap", "post_overlap"]
    assert report.notes["row"].tolist() == [7, 7]
    run = checks.evaluate("tenure_limit", report, {"as_of": AS_OF})
    assert len(run.dataset["postings"]) == 6


def test_touching_postings_and_secondments_are_no_overlap(county, tmp_path):
    county.set("postings", 2, "end", "2018-01")
    county.add_column("postings", "role", ["", "", "", "", ""])
    county.add("postings", "g6,c1,p2,2018-01,2018-01,\ng7,c3,p1,2020-01-01,,secondment")
    county.set("postings", 3, "start", "2018-02-01")
    assert problems(county, tmp_path) == []


@pytest.mark.parametrize(
    ("predecessors", "wrong"),
    [
        (["p1", "", "", "", ""], [2]),
        (["p2", "p1", "", "", ""], [2, 3]),
        (["p2", "p3", "p1", "", ""], [2, 3, 4]),
        (["p2", "p3", "p4", "p5", "p1"], [2, 3, 4, 5, 6]),
        (["p2", "p3", "p4", "p5", ""], []),
    ],
)
def test_predecessors_in_a_circle(county, tmp_path, predecessors, wrong):
    county.add_column("posts", "predecessor_post_id", predecessors)
    assert [(row, code) for _, row, _, _, code in problems(county, tmp_path)] == [
        (row, "predecessor_cycle") for row in wrong
    ]
    result = counts(county, tmp_path)  # and nothing hangs
    assert len(result) == 2


def test_units_in_a_circle_take_their_posts_and_postings_along(county, tmp_path):
    county.add_column("units", "predecessor_unit_id", ["u2", "u1"])
    assert counts(county, tmp_path) == {"01100": (0, 0, 4, "cannot tell"), "410100": (0, 0, 1, "cannot tell")}


def test_a_check_refuses_data_with_problems_and_says_them(county, tmp_path):
    county.set("postings", 2, "end", "2001-01-01")
    with pytest.raises(
        DataRefused, match=r"(?s)1 problems.*postings\.csv, row 2.*“2001-01-01”.*--allow-problems"
    ) as refusal:
        checks.evaluate("tenure_limit", report_on(county, tmp_path), {"as_of": AS_OF})
    assert len(refusal.value.report.errors) == 1


# Leaving rows out. Whole, c1 is over the limit: 4 leaders, 1 over, not met.

WHOLE = {"01100": (4, 1, 0, "not met"), "410100": (1, 0, 0, "met")}
WITHOUT_C1 = {"01100": (3, 0, 1, "cannot tell"), "410100": (1, 0, 0, "met")}


def test_the_county_without_problems(county, tmp_path):
    assert counts(county, tmp_path) == WHOLE


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("postings", "start", "37803"),
        ("postings", "end", "2001-01-01"),
        ("postings", "post_id", "p99"),
        ("cadres", "birth_date", "2019"),
        ("posts", "importance", "9"),
        ("posts", "leading", "maybe"),
    ],
)
def test_the_cadre_of_a_row_left_out_is_missing(county, tmp_path, table, column, value):
    county.set(table, 2, column, value)
    assert counts(county, tmp_path) == WITHOUT_C1


def test_a_row_that_does_not_say_whose_it_is_is_missing_everywhere(county, tmp_path):
    for cadre in ("", "c99"):
        county.set("postings", 2, "cadre_id", cadre)
        assert counts(county, tmp_path) == {"01100": (3, 0, 1, "cannot tell"), "410100": (1, 0, 1, "cannot tell")}


def test_a_unit_left_out_makes_all_its_people_missing(county, tmp_path):
    county.set("units", 2, "kind", "departmnt")
    assert counts(county, tmp_path) == {"01100": (0, 0, 4, "cannot tell"), "410100": (1, 0, 0, "met")}


@pytest.mark.parametrize("column", ["level", "external"])
def test_an_organisation_left_out_is_told_of_itself_and_of_no_other(county, tmp_path, column):
    county.set("organisations", 2, column, "unheard of")
    assert counts(county, tmp_path) == {"01100": (0, 0, 4, "cannot tell"), "410100": (1, 0, 0, "met")}


def test_a_cadre_with_another_post_that_is_not_leading_is_missing_all_the_same(county, tmp_path):
    county.add("posts", "p6,u1,staff,staff,,false,1")
    county.add("postings", "g6,c1,p6,2001-01-01,")
    assert counts(county, tmp_path) == WHOLE
    county.set("postings", 2, "end", "2001-01-01")
    assert counts(county, tmp_path) == WITHOUT_C1


def test_a_cadre_who_serves_in_two_counties_is_missing_in_both(county, tmp_path):
    county.set("postings", 2, "cadre_id", "c5")
    assert counts(county, tmp_path) == WHOLE
    county.set("postings", 2, "start", "37803")
    assert counts(county, tmp_path) == {"01100": (3, 0, 1, "cannot tell"), "410100": (0, 0, 1, "cannot tell")}


def test_a_broken_stay_is_missing_and_not_short(county, tmp_path):
    county.set("postings", 2, "end", "2016-01-01")
    county.add("postings", "g6,c1,p1,2016-01-01,")
    assert counts(county, tmp_path) == WHOLE
    county.set("postings", 2, "end", "2016-13-01")
    assert counts(county, tmp_path) == WITHOUT_C1


def test_a_posting_over_on_the_day_leaves_its_next_holder_known(county, tmp_path):
    county.set("postings", 2, "end", "2010-01-01")
    county.add("cadres", "c6,01100,1975-01-01,,")
    county.add("postings", "g6,c6,p1,2020-01-01,")
    county.set("cadres", 2, "birth_date", "2019")  # c1 and so the old posting go
    assert counts(county, tmp_path) == {"01100": (4, 0, 1, "cannot tell"), "410100": (1, 0, 0, "met")}


def test_what_is_sure_stays_sure_with_rows_left_out(county, tmp_path):
    county.set("postings", 3, "start", "37803")
    assert counts(county, tmp_path)["01100"] == (3, 1, 1, "not met")


def with_needs(county, settled: int, open_of_c2: int):
    county.add("needs", "need_id,cadre_id,kind,raised_on,settled_on,confirmed")
    county.add("needs", "\n".join(f"n{number},c1,schooling,2024-01-01,2024-01-05,true" for number in range(settled)))
    county.add("needs", "\n".join(f"o{number},c2,schooling,2022-06-01,,false" for number in range(open_of_c2)))


def test_each_need_left_out_may_have_been_one(county, tmp_path):
    with_needs(county, settled=27, open_of_c2=4)
    whole = counts(county, tmp_path, "settled", "family_support", min_share_settled=0.9)
    assert whole["01100"] == (31, 27, 0, "not met")
    for row in range(29, 33):
        county.set("needs", row, "kind", "unheard of")
    left = counts(county, tmp_path, "settled", "family_support", min_share_settled=0.9)
    assert left["01100"] == (27, 27, 4, "cannot tell")


def test_an_old_need_does_not_hide_a_need_left_out(county, tmp_path):
    with_needs(county, settled=10, open_of_c2=1)
    county.add("needs", "old,c2,schooling,2001-01-01,2001-02-01,true")
    county.set("needs", 12, "raised_on", "2022.1")
    left = counts(county, tmp_path, "settled", "family_support", min_share_settled=1)
    assert left["01100"] == (10, 10, 1, "cannot tell")


def test_no_faulty_cell_about_the_one_over_the_limit_turns_the_verdict_to_met(county, tmp_path):
    county.add("posts", "p6,u2,staff,staff,,false,1")
    county.add("postings", "g6,c1,p6,2001-01-01,")
    told = 0
    for table, rows in county.items():
        for position, column in enumerate(rows[0]):
            before, rows[1][position] = rows[1][position], "spoilt"
            report = report_on(county, tmp_path)
            if len(report.errors):
                told += 1
                # with its own id spoilt the county has no row at all
                assert "met" not in counts_of(report).get("01100", ()), (table, column)
            rows[1][position] = before
    assert told == 20


def test_the_result_says_how_many_rows_were_left_out(county, tmp_path):
    from cadre_handbook import show

    county.set("postings", 2, "start", "37803")
    county.set("postings", 2, "end", "x")
    county.set("postings", 3, "start", "37803")
    run = checks.evaluate("tenure_limit", report_on(county, tmp_path), {"as_of": AS_OF, "allow_problems": True})
    assert run.report.faulty_rows == 2
    assert any(line.startswith("2 rows have problems and were left out") for line in show.opened_text(run))


def test_validation_does_not_change_the_data(county, tmp_path):
    county.set("postings", 2, "start", "37803")
    data = open_dataset(county.write(tmp_path))
    before = data["postings"].copy()
    checks.evaluate("tenure_limit", validate(data), {"as_of": AS_OF, "allow_problems": True})
    pd.testing.assert_frame_equal(data["postings"], before)


def test_a_finding_that_rests_on_a_row_left_out_says_so(county, tmp_path):
    """The same cadre with and without an entry that ends before it begins: the finding stays, and is marked as not sure."""
    county.set("units", 2, "kind", "township")
    county.add_column("units", "hardship", ["3", "0"])
    county.add_column("postings", "exchange_kind", ["other"] * 5)
    county.add_column("postings", "from_place_code", ["410181"] * 5)
    county.add("hardship_support", "support_id,cadre_id,kind,given_on,ended_on\ns1,c5,allowance,2012-01-01,2013-01-01")
    given = {"as_of": AS_OF, "allow_problems": True}
    sure = checks.evaluate("hardship_support", report_on(county, tmp_path / "sure"), given).findings
    county.add("hardship_support", "s2,c2,allowance,2024-06-01,2024-05-01")
    run = checks.evaluate("hardship_support", report_on(county, tmp_path / "unsure"), given)
    paid = run.findings[run.findings["measure"].eq("allowance")].set_index("subject_id")["reason"]
    assert {"c1", "c2"} <= set(paid.index)
    assert "counts as unknown" in paid["c2"]
    assert "counts as unknown" not in paid["c1"]
    assert list(run.findings["finding_id"]) == list(sure["finding_id"])
    counted = run.results.set_index("measure").loc["allowance"].iloc[0]
    assert counted["missing"] == 1
