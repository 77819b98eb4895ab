"""What the checks on secondments share: which secondments there are, and days of which one is known by its month."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from made import county

from cadre_handbook import checks, history, sample
from cadre_handbook.dataset import from_frames


def dataset(postings: list[tuple], secondments: list[tuple], left_on: str = ""):
    return from_frames(
        {
            "cadres": pd.DataFrame([("guest", "yunxi", left_on)], columns=["cadre_id", "organisation_id", "left_on"]),
            "postings": pd.DataFrame(postings, columns=["posting_id", "cadre_id", "start", "end", "role"]),
            "secondments": pd.DataFrame(
                secondments, columns=["secondment_id", "cadre_id", "posting_id", "start", "end", "task"]
            ),
        }
    )


ROW = ("village", "guest", "", "2020-03-01", "2021-03-01", "village")


@pytest.mark.parametrize(
    ("posting", "known"),
    [
        (("sent", "guest", "2020-03-01", "2021-03-01", "secondment"), True),
        (("sent", "guest", "2021-03-01", "2021-06-01", "secondment"), True),  # their times touch
        (("sent", "guest", "2021-03-02", "2021-06-01", "secondment"), False),
        (("sent", "guest", "2018-03-01", "2020-02-29", "secondment"), False),
        (("sent", "guest", "2018-03-01", "", "secondment"), True),
        (("sent", "other", "2020-03-01", "2021-03-01", "secondment"), False),
        (("sent", "guest", "2023-03-01", "2024-03-01", "substantive"), True),  # no secondment at all
    ],
)
def test_a_secondment_that_only_a_posting_shows_is_one_too(posting, known):
    found = history.secondments(dataset([posting], [ROW]))
    assert found["recorded"].tolist() == ([True] if known else [True, False])
    assert found["task"].isna().tolist() == ([False] if known else [False, True])


def test_a_row_that_names_its_posting_stands_for_it_whatever_its_days():
    named = ("village", "guest", "sent", "2010-03-01", "2011-03-01", "village")
    assert len(history.secondments(dataset([("sent", "guest", "2020-03-01", "", "secondment")], [named]))) == 1


def test_a_secondment_without_an_end_ends_at_the_latest_when_the_cadre_leaves():
    running = (*ROW[:4], "", "village")
    assert history.secondments(dataset([], [running]))["ended_on"].isna().tolist() == [True]
    (left,) = history.secondments(dataset([], [running], left_on="2020-09")).itertuples()
    assert (left.ended_on, bool(left.ended_on_is_month)) == (pd.Timestamp("2020-09-01"), True)
    (ended,) = history.secondments(dataset([], [ROW], left_on="2022-01-01")).itertuples()
    assert (ended.ended_on, bool(ended.ended_on_is_month)) == (pd.Timestamp("2021-03-01"), False)


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        ("2020-03-05", "2020-03-05", True),
        ("2020-03-06", "2020-03-05", False),
        ("2020-03", "2020-03-05", None),
        ("2020-03", "2020-03-31", True),
        ("2020-03-01", "2020-03", True),
        ("2020-03-02", "2020-03", None),
        ("2020-03", "2020-03", None),
        ("2020-03", "2020-04", True),
        ("2020-04", "2020-03", False),
        ("", "2020-03-05", None),
        ("2020-03-05", "", None),
    ],
)
def test_days_known_by_their_month_are_compared_as_far_as_they_go(one, other, answer):
    frame = dataset([], [("village", "guest", "", one or "2020-01-01", other, "")])["secondments"]
    if not one:
        frame = frame.assign(start=pd.NaT)
    (found,) = history.by_then(history.span(frame, "start"), history.span(frame, "end"))
    assert (None if pd.isna(found) else bool(found)) is answer


def test_findings_about_presence_come_lowest_first():
    run = checks.evaluate("secondment_presence", county(sample.SEED).report, {"as_of": "2024-12-31"})
    below = run.findings[run.findings["reason_code"] == "below_presence"]
    shares = [float(re.search(r"a share of ([\d.]+)", reason)[1]) for reason in below["reason"]]
    assert len(shares) > 2
    assert shares == sorted(shares)
    assert below["since"].tolist() != sorted(below["since"]), "by their day they would stand in another order"
