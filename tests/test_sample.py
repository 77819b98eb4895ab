"""The sample county: valid, believable, the same on every machine, with every planted fault found and no trap fallen into."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import subprocess
import sys
from collections import defaultdict
from itertools import pairwise

import pandas as pd
import pytest
from made import SEEDS, county

from cadre_handbook import checks, policy, sample, schema
from cadre_handbook.errors import RequestError
from cadre_handbook.paths import DATA

AS_OF = "2024-12-31"
LEVELS = ["staff", "section_deputy", "section", "county_deputy", "county"]
every_seed = pytest.mark.parametrize("seed", SEEDS)


def records(frame: pd.DataFrame) -> list[dict]:
    return frame.to_dict("records")


def as_day(text: str) -> dt.date:
    return dt.date.fromisoformat(text if len(text) > 7 else f"{text}-01")


# --- valid, and every planted fault found ---------------------------------------------------------


@every_seed
def test_sample_has_no_errors_and_only_the_planted_note(seed):
    made = county(seed)
    assert made.report.errors.empty, "\n".join(made.report.lines(10))
    notes = made.report.notes
    postings = made.dataset["postings"]
    found = set(zip(postings.loc[notes["row"], "cadre_id"], notes["reason_code"], strict=True))
    key = made.planted[(made.planted["check"] == "validation") & (made.planted["reason_code"] != "")]
    assert found == set(zip(key["subject_id"], key["reason_code"], strict=True))


@pytest.mark.parametrize("slug", policy.checks())
@every_seed
def test_every_planted_fault_is_found_and_no_trap_is(seed, slug):
    made = county(seed)
    findings = checks.evaluate(slug, made.report, {"as_of": AS_OF}).findings
    found = defaultdict(set)
    for row in findings.itertuples():
        found[row.measure, row.subject_id].add(row.reason_code)
    wrong = [
        (row.measure, row.subject_id, row.what, found[row.measure, row.subject_id])
        for row in made.planted[made.planted["check"] == slug].itertuples()
        if found[row.measure, row.subject_id] != ({row.reason_code} - {""})
    ]
    assert wrong == []


@pytest.mark.parametrize("slug", policy.checks())
def test_every_reason_of_every_check_is_planted(slug):
    """A new reason needs a fault of its own in the sample."""
    key = county(sample.SEED).planted
    assert set(key.loc[key["check"] == slug, "reason_code"]) - {""} == set(policy.load_policy(slug).reasons)


def test_planted_faults_have_words_and_no_case_stands_twice():
    key = county(sample.SEED).planted
    assert list(key.columns) == sample.PLANTED_COLUMNS
    assert key["what"].str.len().min() > 10
    assert not key.duplicated(["check", "measure", "subject_id"]).any()
    assert (key["reason_code"] == "").sum() >= 20, "cases that look like a fault and are none"


# --- the same bytes ----------------------------------------------------------------------------------


def digest_of(folder) -> str:
    files = sorted(folder.iterdir())
    return hashlib.sha256(b"".join(file.name.encode() + file.read_bytes() for file in files)).hexdigest()


def test_stored_sample_is_what_the_generator_makes(tmp_path):
    sample.make_sample(tmp_path / "new")
    stored = {file.name: file.read_bytes() for file in (DATA / "sample").iterdir()}
    made = {file.name: file.read_bytes() for file in (tmp_path / "new").iterdir()}
    assert sorted(made) == sorted(stored)
    assert [name for name in made if made[name] != stored[name]] == []
    assert all(b"\r" not in content and content.decode() for content in made.values())


def test_another_process_makes_the_same_bytes(tmp_path):
    """With another hash seed, locale and time zone."""
    script = "import sys; from cadre_handbook import sample; sample.make_sample(sys.argv[1], seed=7, cadres=sample.FEWEST_CADRES)"
    environment = {**os.environ, "PYTHONHASHSEED": "99", "LC_ALL": "C", "TZ": "Asia/Shanghai"}
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "there")], check=True, env=environment)
    sample.make_sample(tmp_path / "here", seed=7, cadres=sample.FEWEST_CADRES)
    assert digest_of(tmp_path / "there") == digest_of(tmp_path / "here")
    sample.make_sample(tmp_path / "other", seed=8, cadres=sample.FEWEST_CADRES)
    assert digest_of(tmp_path / "other") != digest_of(tmp_path / "here")


def test_what_is_given_out_can_be_changed_without_harm():
    frames = sample.sample_frames()
    frames["cadres"]["birth_date"] = "1900-01"
    key = sample.planted()
    key["what"] = ""
    assert sample.sample_frames()["cadres"]["birth_date"].max() > "1990"
    assert sample.planted()["what"].str.len().min() > 10


def test_about_says_that_all_is_made_up():
    about = checks.load_yaml(DATA / "sample" / "about.yaml")
    assert about["as_of"] == dt.date.fromisoformat(AS_OF)
    assert about["seed"] == sample.SEED
    assert "made up" in about["made_up"]


# --- other sizes ----------------------------------------------------------------------------------------


def test_several_counties_share_their_neighbours_and_nothing_else():
    made = county(3, organisations=3, cadres=sample.FEWEST_CADRES)
    assert made.report.errors.empty, "\n".join(made.report.lines(10))
    organisations = made.frames["organisations"]
    assert organisations["organisation_id"].tolist() == ["0421", "0422", "0423", "0901", "0902", "0903"]
    assert organisations.loc[organisations["external"] == "false", "place_code"].nunique() == 3
    cadres = made.frames["cadres"].assign(county=made.frames["cadres"]["cadre_id"].str[:4])
    assert cadres["county"].value_counts().to_dict() == dict.fromkeys(("0421", "0422", "0423"), sample.FEWEST_CADRES)
    postings = made.frames["postings"]
    assert (postings.groupby("post_id")["cadre_id"].agg(lambda ids: ids.str[:4].nunique()) == 1).all()
    key = made.planted.assign(county=made.planted["subject_id"].str[:4])
    same = [
        list(group[["check", "measure", "reason_code", "what"]].itertuples(index=False))
        for _name, group in key.groupby("county")
    ]
    assert same[0] == same[1] == same[2]


@pytest.mark.parametrize("slug", policy.checks())
def test_planted_faults_are_found_in_every_county(slug):
    made = county(3, organisations=3, cadres=sample.FEWEST_CADRES)
    findings = checks.evaluate(slug, made.report, {"as_of": AS_OF}).findings
    found = set(findings[["measure", "subject_id", "reason_code"]].itertuples(index=False, name=None))
    key = made.planted[made.planted["check"] == slug]
    faults = key.loc[key["reason_code"] != "", ["measure", "subject_id", "reason_code"]]
    assert set(faults.itertuples(index=False, name=None)) <= found


@pytest.mark.parametrize("cadres", [sample.FEWEST_CADRES, 1300])
def test_a_county_has_as_many_cadres_as_were_asked_for(cadres):
    made = county(5, cadres=cadres)
    assert len(made.frames["cadres"]) == cadres
    assert made.report.errors.empty, "\n".join(made.report.lines(10))


def test_too_small_a_county_is_refused():
    with pytest.raises(RequestError, match=str(sample.FEWEST_CADRES)):
        sample.sample_frames(cadres=sample.FEWEST_CADRES - 1)


# --- believable ---------------------------------------------------------------------------------------------


@every_seed
def test_tables_have_the_columns_of_the_schema_and_ids_with_leading_zeros(seed):
    frames = county(seed).frames
    needed = {
        table
        for slug in policy.checks()
        for measure in policy.load_policy(slug).measures.values()
        for table in measure.tables
    }
    assert needed | {"reserve"} <= set(frames)
    for name, frame in frames.items():
        assert list(frame.columns) == list(schema.tables()[name].fields)
        assert frame[schema.tables()[name].key].is_unique
        assert len(frame) > 0
    assert frames["cadres"]["cadre_id"].str.match(r"0421\d{4}$").all()
    assert {"substantive", "secondment", "acting", "pre_post", "concurrent"} <= set(frames["postings"]["role"])


@every_seed
def test_nobody_serves_before_eighteen_or_after_sixty(seed):
    frames = county(seed).frames
    born = {row["cadre_id"]: as_day(row["birth_date"]) for row in records(frames["cadres"])}
    left = {row["cadre_id"]: row["left_on"] for row in records(frames["cadres"])}
    joined = {row["cadre_id"]: as_day(row["joined_on"]) for row in records(frames["cadres"])}
    for row in records(frames["postings"]):
        start, birth = as_day(row["start"]), born[row["cadre_id"]]
        age = (start - birth).days / 365.25
        assert 18 <= age < 60.1, "a post may be renamed in the month of retirement"
        assert start >= joined[row["cadre_id"]]
        assert not row["end"] or as_day(row["end"]) > start
        end = as_day(row["end"] or AS_OF)
        assert (end - birth).days / 365.25 < 60.2
        if left[row["cadre_id"]]:
            assert row["end"], "who has left holds nothing"
            assert row["end"] <= left[row["cadre_id"]]


@every_seed
def test_no_leading_post_has_two_holders_and_some_are_vacant(seed):
    frames = county(seed).frames
    leading = {row["post_id"] for row in records(frames["posts"]) if row["leading"] == "true"}
    by_post = defaultdict(list)
    for row in records(frames["postings"]):
        if row["post_id"] in leading and row["role"] in ("substantive", ""):
            by_post[row["post_id"]].append((as_day(row["start"]), as_day(row["end"] or "2999-01"), row["cadre_id"]))
    for holders in by_post.values():
        holders.sort()
        for (_start, end, one), (start, _end, other) in pairwise(holders):
            assert start >= end or one == other
    standing = [row for row in records(frames["posts"]) if row["post_id"] in leading and not row["valid_to"]]
    own = [row["post_id"] for row in standing if row["post_id"].startswith("0421")]
    held = {name for name, holders in by_post.items() if any(end.year == 2999 for _start, end, _cadre in holders)}
    assert 0.003 < sum(name not in held for name in own) / len(own) < 0.1


@every_seed
def test_ranks_rise_with_age(seed):
    frames = county(seed).frames
    rank = dict(zip(frames["posts"]["post_id"], frames["posts"]["rank"], strict=True))
    born = {row["cadre_id"]: as_day(row["birth_date"]) for row in records(frames["cadres"])}
    ages = defaultdict(list)
    for row in records(frames["postings"]):
        if not row["end"] and row["role"] == "substantive":
            ages[rank[row["post_id"]]].append((dt.date.fromisoformat(AS_OF) - born[row["cadre_id"]]).days / 365.25)
    means = [sum(ages[name]) / len(ages[name]) for name in LEVELS]
    assert means[0] < means[1] < means[2]
    assert means[3] > means[1] + 2
    assert min(ages["county"]) >= 40
    assert [len(ages[name]) for name in LEVELS[1:4]] == sorted((len(ages[name]) for name in LEVELS[1:4]), reverse=True)


@every_seed
def test_life_goes_on_over_the_twelve_years(seed):
    frames = county(seed).frames
    cadres, postings = frames["cadres"], frames["postings"]
    assert (cadres["left_on"] != "").sum() == (cadres["left_reason"] != "").sum()
    assert postings["route"].isin(["recruited"]).sum() > 30
    # The faults are planted where they are needed, mostly on people who serve; ordinary careers show the rest.
    planted = sample.planted(seed)["subject_id"]
    people, theirs = (frame[~frame["cadre_id"].isin(planted)] for frame in (cadres, postings))
    serving = theirs[(theirs["end"] == "") & (theirs["role"] == "substantive")]["cadre_id"].nunique()
    assert 0.7 < serving / len(people) < 0.9
    assert (people["left_reason"] == "retired").mean() > 0.06
    begun = theirs["start"].str[:4].value_counts()
    assert all(begun[str(year)] > 20 for year in range(2013, 2025))
    ordinary = [begun[str(year)] for year in (2014, 2015, 2017, 2018, 2022, 2023)]
    assert min(begun["2016"], begun["2021"]) > 1.2 * (sum(ordinary) / len(ordinary))
    assert postings["start"].min() >= "1995"
    old, recent = postings["start"] < "2012", postings["start"] > "2013"
    assert (postings.loc[old, "start"].str.len() == 7).mean() > 0.9
    assert (postings.loc[recent, "start"].str.len() == 10).mean() > 0.99
    abroad = postings[postings["post_id"].str.startswith("090")]["cadre_id"].nunique()
    assert abroad > 15
    assert (postings["from_place_code"] != "").sum() > 0


@every_seed
def test_records_are_mostly_in_order(seed):
    frames = county(seed).frames
    grades = frames["assessments"]["grade"].value_counts(normalize=True)
    assert 0.13 < grades["excellent"] < 0.2
    assert grades["competent"] > 0.75
    assert 0 < grades["incompetent"] < grades["basically_competent"] < 0.03
    decisions = frames["decisions"]
    inspected = decisions[decisions["inspected_on"] != ""]
    assert (inspected["inspected_on"] < inspected["decided_on"]).mean() > 0.98
    assert (decisions["decided_on"] <= decisions["decided_recorded_on"]).mean() > 0.98
    linked = frames["postings"].merge(decisions, on="decision_id", suffixes=("", "_of_decision"))
    assert (linked["cadre_id"] == linked["cadre_id_of_decision"]).all()
    assert (linked["decided_on"] < linked["start"]).mean() > 0.98
    moved = frames["relocations"].merge(frames["postings"], on="posting_id", suffixes=("", "_of_posting"))
    assert len(moved) == len(frames["relocations"])
    assert (moved["moved_on"] == moved["start"]).all()
    assert (moved["cadre_id"] == moved["cadre_id_of_posting"]).all()
    recent = decisions[["decided_on", "decided_recorded_on", "inspected_on", "talked_on"]]
    assert recent.max().max() <= AS_OF


def test_verdicts_of_the_stored_county_are_a_mixture():
    verdicts = set()
    for slug in policy.checks():
        verdicts |= set(checks.evaluate(slug, county(sample.SEED).report, {"as_of": AS_OF}).results["verdict"])
    assert {"met", "not met", "cannot tell", "too few", "context"} <= verdicts
