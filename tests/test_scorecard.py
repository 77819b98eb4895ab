"""The page of all checks: what comes first, what changed and why, and that nothing of it is added up."""

from __future__ import annotations

import html
import json
import re
import types

import pandas as pd
import pytest
from made import county as made_county

from cadre_handbook import directives, i18n, notebook, policy, review, sample, scorecard, show, verdict
from cadre_handbook.checks.whole import scorecard as scorecard_page
from cadre_handbook.errors import RequestError

DAY = pd.Timestamp("2024-12-31")


@pytest.fixture(scope="module")
def evaluated() -> tuple[list[dict], pd.DataFrame]:
    return scorecard.evaluate_all(made_county(sample.SEED).report, {"as_of": DAY})


@pytest.fixture(scope="module")
def records(evaluated) -> list[dict]:
    return evaluated[0]


@pytest.fixture(scope="module")
def findings(evaluated) -> pd.DataFrame:
    return evaluated[1]


@pytest.fixture(scope="module")
def card(records: list[dict], findings: pd.DataFrame) -> scorecard.Scorecard:
    return scorecard.make(scorecard.results_of(records), findings)


# --- every check ----------------------------------------------------------------------------------


def test_every_result_of_every_check_stands_on_the_page_once(card: scorecard.Scorecard, records: list[dict]) -> None:
    rows = card.rows()
    assert len(rows) == len(records)
    assert list(dict.fromkeys(card.results["recommendation"])) == policy.checks()
    page = card.checks_html()
    assert page.count("<li>") == len(records)
    for row in card.results.itertuples():
        assert html.escape(show.figure_text(row)) in page
        assert html.escape(verdict.MARKS[row.verdict]) + "</span> " + verdict.words()[row.verdict] in page


def test_the_counts_of_a_part_are_those_of_its_results(card: scorecard.Scorecard) -> None:
    lines = list(card.lines())
    assert len(lines) == len({policy.load_policy(slug).part for slug in policy.checks()})
    counted = sum(int(number) for line in lines for number in re.findall(r"=(\d+)", line))
    assert counted == len(card.results)


def test_what_was_missing_is_said_where_a_verdict_could_not_be_given(card: scorecard.Scorecard) -> None:
    page = card.checks_html()
    open_ = card.results[card.results["verdict"].isin([verdict.CANNOT_TELL, verdict.TOO_FEW, verdict.NO_DATA])]
    assert len(open_) > 0
    assert all(reason in page for reason in open_["reason"])
    sure = card.results[card.results["verdict"].eq(verdict.MET) & card.results["missing"].eq(0)]
    assert not any(f'ch-box-why">{reason}<' in page for reason in sure["reason"] if reason)
    though = card.results[card.results["verdict"].isin([verdict.MET, verdict.NOT_MET]) & card.results["missing"].gt(0)]
    assert page.count('ch-box-why">unknown: ') >= len(though) > 0


def test_links_lead_to_the_pages_and_only_where_they_are_asked_for(card: scorecard.Scorecard) -> None:
    assert "<a " not in card.html()
    linked = re.findall(r'<a href="([^"]+)"', card.checks_html(lambda slug: f"#{slug}&"))
    assert linked == [f"#{slug}&amp;" for slug in policy.checks()]


def test_the_page_speaks_chinese(records: list[dict]) -> None:
    with i18n.in_language("zh_CN"):
        made, found = scorecard.evaluate_all(made_county(sample.SEED).report, {"as_of": DAY})
        earlier = {"results": [entry | {"as_of": "2023-12-31", "k": None} for entry in records]}
        page = scorecard.make(scorecard.results_of(made), found, earlier).html()
    text = re.sub(r"<[^>]+>", " ", page)
    assert not re.search(r"[A-Za-z]{3,} [A-Za-z]{2,}", text)


# --- what to look at first ------------------------------------------------------------------------

RULE_OF_LAW = ("tenure_limit", "third_term", "third_term")
DOCUMENT = ("tenure_limit", "years_in_post", "over_in_post")
HANDBOOK = ("sensitive_posts", "held_too_long", "held_too_long")
SHARE = ("exchange_ratio", "moved", "not_moved")
TRAIT = ("reserve_structure", "women_in_teams", "no_women")
RECORD = ("sensitive_posts", "held_too_long", "kind_unknown")
ORIGINS = {
    RULE_OF_LAW: "rule",
    DOCUMENT: "doc",
    HANDBOOK: "handbook",
    SHARE: "doc",
    TRAIT: "handbook",
    RECORD: "handbook",
}
TARGETS = {SHARE: (">=", 0.25), TRAIT: (">=", 1.0)}


def laid_out(*items: tuple) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Results that are not met and findings, from `(kind, since)`."""
    found, results = [], {}
    for number, (kind, since) in enumerate(items):
        slug, measure, reason = kind
        about = {"recommendation": slug, "organisation_id": "01", "measure": measure}
        operator, target = TARGETS.get(kind, ("<=", 0))
        results[measure] = about | {
            "group": "",
            "verdict": verdict.NOT_MET,
            "operator": operator,
            "target": target,
            "origin": ORIGINS[kind],
        }
        found.append(
            about
            | {"subject_id": f"s{number}", "since": pd.Timestamp(since), "reason_code": reason, "reason": str(number)}
        )
    findings = pd.DataFrame(found).assign(subject_type="cadre", finding_id=lambda rows: "f" + rows["reason"])
    return scorecard.results_of(list(results.values())), findings


@pytest.mark.parametrize(
    ("items", "first"),
    [
        ([(HANDBOOK, "2001-01-01"), (RULE_OF_LAW, "2022-01-01"), (SHARE, "1990-01-01")], [1, 0, 2]),
        ([(HANDBOOK, "2001-01-01"), (DOCUMENT, "2000-01-01")], [1, 0]),
        ([(RULE_OF_LAW, "2022-01-01"), (RULE_OF_LAW, "2019-01-01"), (DOCUMENT, "2000-01-01")], [1]),
        ([(HANDBOOK, None), (DOCUMENT, "2020-01-01")], [1, 0]),
        ([(TRAIT, "1990-01-01"), (SHARE, "2020-01-01")], [1]),
        ([(RECORD, "1990-01-01"), (HANDBOOK, "2020-01-01")], [1]),
        ([], []),
    ],
)
def test_law_that_allows_no_case_comes_first_then_the_oldest_and_no_trait_of_people(items: list, first: list) -> None:
    if not items:
        results, findings = laid_out((TRAIT, "1990-01-01"))
    else:
        results, findings = laid_out(*items)
    chosen = scorecard.first_findings(results, findings)
    assert list(chosen["subject_id"]) == [f"s{number}" for number in first]


def test_what_is_met_or_has_a_record_does_not_come_first() -> None:
    results, findings = laid_out((RULE_OF_LAW, "2019-01-01"), (HANDBOOK, "2020-01-01"))
    met = results.assign(verdict=results["verdict"].mask(results["measure"].eq("third_term"), verdict.MET))
    assert list(scorecard.first_findings(met, findings)["subject_id"]) == ["s1"]
    for status in review.STATES:
        assert list(scorecard.first_findings(results, findings.assign(status=[status, "new"]))["subject_id"]) == ["s1"]
    came_back = findings.assign(status=[review.BACK, "new"])
    assert list(scorecard.first_findings(results, came_back)["subject_id"]) == ["s0", "s1"]


def test_the_first_three_of_the_county_are_three_checks_with_their_ids(card: scorecard.Scorecard) -> None:
    assert len(card.first) == card.first["recommendation"].nunique() == scorecard.FIRST
    assert set(card.first["finding_id"]) <= set(re.findall(r"f[0-9a-z]{10}", card.first_html()))
    lawful = card.results[card.results["recommendation"].eq(card.first["recommendation"].iloc[0])]
    assert "rule" in set(lawful.loc[lawful["measure"].eq(card.first["measure"].iloc[0]), "origin"])


# --- what changed ---------------------------------------------------------------------------------


def compared(records: list[dict], **changed) -> pd.DataFrame:
    """The records compared with themselves, the first of them changed in the earlier run; its row."""
    earlier = [records[0] | changed, *records[1:]]
    frame = scorecard.changes(scorecard.results_of(records), scorecard.results_of(earlier))
    assert set(frame["change"].iloc[1:]) == {scorecard.SAME}
    assert not frame["defect"].iloc[1:].any()
    return frame.iloc[0]


def test_the_same_run_twice_has_no_changes(records: list[dict]) -> None:
    row = compared(records)
    assert (row["change"], row["why"], row["defect"]) == ("same", [], False)


@pytest.mark.parametrize(
    ("differs", "why"),
    [
        ({"data_digest": "0" * 64}, "the data (000000000000 → "),
        ({"as_of": "2023-12-31"}, "the day (2023-12-31 → 2024-12-31)"),
        ({"version": 0}, "the version of the recommendation (0 → 1)"),
        ({"handbook_version": "0.0.1"}, "the version of the handbook (0.0.1 → "),
        ({"rows_left_out": 4}, "the rows left out (4 → 0)"),
        ({"min_cases": 5}, "min_cases (5 → 10)"),
    ],
)
def test_a_change_says_what_differs(records: list[dict], differs: dict, why: str) -> None:
    row = compared(records, verdict=verdict.CONTEXT, **differs)
    assert (row["change"], len(row["why"]), row["defect"]) == ("verdict", 1, False)
    assert row["why"][0].startswith(why)


def test_a_change_of_parameters_names_those_that_differ(records: list[dict]) -> None:
    name, used = next(iter(records[0]["parameters"].items()))
    row = compared(
        records, k=99, parameters=records[0]["parameters"] | {name: used | {"value": 77}, "gone": {"value": 1}}
    )
    assert row["change"] == "figure"
    assert row["why"] == [f"{name} (77 → {policy.short(used['value'])})", "gone (1 → None)"]


def test_results_that_change_where_nothing_differs_are_a_defect_and_said_to_be(
    records: list[dict], findings: pd.DataFrame
) -> None:
    assert compared(records, verdict=verdict.CONTEXT)["defect"]
    assert compared(records, n=99)["defect"]
    earlier = {"results": [records[0] | {"n": 99}, *records[1:]]}
    results = scorecard.results_of(records)
    assert "1 results changed, though neither" in scorecard.make(results, findings, earlier).changes_html()
    assert "defect" not in scorecard.make(results, findings, {"results": records}).changes_html()


def test_where_results_do_not_say_what_they_were_made_from_no_defect_is_claimed(
    records: list[dict], findings: pd.DataFrame
) -> None:
    bare = [{name: entry[name] for name in verdict.RESULT_COLUMNS} for entry in records]
    assert not compared(bare, n=99)["defect"]
    page = scorecard.make(
        scorecard.results_of(bare), findings, {"results": [bare[0] | {"n": 99}, *bare[1:]]}
    ).changes_html()
    assert "not known" in page


def test_results_that_are_new_or_gone_say_whether_the_check_was_run(records: list[dict]) -> None:
    first = records[0]["recommendation"]
    others = scorecard.results_of([entry for entry in records if entry["recommendation"] != first])
    whole = scorecard.results_of(records)
    came, went = scorecard.changes(whole, others), scorecard.changes(others, whole)
    for frame, change, why in ((came, "new", "not run then"), (went, "gone", "not run now")):
        rows = frame[frame["recommendation"].eq(first)]
        assert set(rows["change"]) == {change}
        assert all(why in row[0] for row in rows["why"])
    less = scorecard.changes(whole, scorecard.results_of(records[1:]))
    assert (less["change"].iloc[0], less["why"].iloc[0]) == ("new", [])


def test_counts_of_a_trait_are_not_shown_side_by_side(records: list[dict], findings: pd.DataFrame) -> None:
    sensitive = [
        place
        for place, entry in enumerate(records)
        if policy.load_policy(entry["recommendation"]).measures[entry["measure"]].sensitive and entry["n"]
    ]
    changed = [entry | {"k": 4321, "n": 8765} if place in sensitive else entry for place, entry in enumerate(records)]
    page = scorecard.make(scorecard.results_of(records), findings, {"results": changed}).changes_html()
    assert sensitive
    assert "4321" not in page
    assert not any(f"{records[place]['k']} of {records[place]['n']}" in page for place in sensitive)


def test_a_measure_that_is_no_more_is_told_by_its_name(records: list[dict], findings: pd.DataFrame) -> None:
    earlier = {
        "results": [*records, records[0] | {"measure": "once_there"}, records[0] | {"recommendation": "old_check"}]
    }
    page = scorecard.make(scorecard.results_of(records), findings, earlier).changes_html()
    assert "once_there" in page
    assert "old_check" in page


# --- files of earlier results ---------------------------------------------------------------------


@pytest.mark.parametrize("header", [True, False])
def test_earlier_results_are_read_as_run_and_check_write_them(records: list[dict], tmp_path, header: bool) -> None:
    path = tmp_path / "结果 2023.json"
    path.write_text(json.dumps({"header": {}, "results": records} if header else records), encoding="utf-8")
    read = scorecard.read_earlier(path)
    assert set(scorecard.changes(scorecard.results_of(records), scorecard.results_of(read["results"]))["change"]) == {
        "same"
    }


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"results": 3}', '[{"measure": "x"}]', "\x00"])
def test_what_is_no_file_of_results_is_refused(tmp_path, text: str) -> None:
    path = tmp_path / "results.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RequestError, match=r"results\.json: expected the results of a run"):
        scorecard.read_earlier(path)
    with pytest.raises(RequestError, match="There is no file of earlier results"):
        scorecard.read_earlier(tmp_path / "none.json")


# --- under review ---------------------------------------------------------------------------------


def test_exceptions_stand_beside_the_verdict_which_stays(
    card: scorecard.Scorecard, findings: pd.DataFrame, tmp_path
) -> None:
    measure = findings["measure"].eq("years_in_post")
    path = tmp_path / "records.csv"
    rows = [f"{name},excepted,2025-06-30,approved,cadre section" for name in findings.loc[measure, "finding_id"]]
    path.write_text("\n".join(["finding_id,state,until,why,recorded_by", *rows]) + "\n", encoding="utf-8")
    made, found = scorecard.evaluate_all(made_county(sample.SEED).report, {"as_of": DAY, "review": str(path)})
    reviewed = scorecard.make(scorecard.results_of(made), found)
    assert list(reviewed.results["verdict"]) == list(card.results["verdict"])
    count = int(measure.sum())
    assert f"of these excepted: {count}; without them it would be: ✓ met" in reviewed.checks_html()
    assert reviewed.checks_html().count("of these excepted") == 1
    assert "of these excepted" not in card.checks_html()
    assert list(reviewed.rows()["Of these excepted"]).count(str(count)) == 1


# --- the notebook ---------------------------------------------------------------------------------


@pytest.fixture
def own_data(county, tmp_path) -> dict:
    """What a notebook's namespace holds for data of two counties."""
    return {"data": str(county.write(tmp_path / "我的 数据")), "as_of": "2024-12-31"}


def test_a_notebook_shows_each_organisation_of_ones_own_data_without_links_into_the_book(own_data: dict) -> None:
    page = notebook.open_page("scorecard", own_data)
    of_card = {whose: set(card.results["organisation_id"]) for whose, card in page.opened.cards.items()}
    assert of_card == {"Eastern county (01100)": {"01100"}, "Western county (410100)": {"410100"}}
    for view in scorecard_page.VIEWS.values():
        shown = view(page.opened)
        assert [shown.source.count(f">{whose}</p>") for whose in of_card] == [1, 1]
        assert "<a " not in shown.source
    assert "2023-12-31" in scorecard_page.changed(page.opened).source
    one = notebook.open_page("scorecard", own_data | {"organisation_id": "410100", "earlier": "none"})
    assert one.organisations == ["410100"]
    assert scorecard_page.changed(one.opened).source == ""


def test_a_misspelt_parameter_of_an_overview_is_refused_with_the_nearest(own_data: dict) -> None:
    with pytest.raises(RequestError, match=r"no parameter “earler” in scorecard\. Did you mean “earlier”"):
        notebook.open_page("scorecard", own_data | {"earler": "none"})
    with pytest.raises(RequestError, match="as_of is missing"):
        notebook.open_page("scorecard", {"data": own_data["data"]})


def test_a_view_keeps_its_html_and_figures_for_a_page(own_data: dict, monkeypatch) -> None:
    page = notebook.open_page("scorecard", own_data | {"organisation_id": "01100", "earlier": "none"})
    shown, kept = [], {}
    monkeypatch.setattr(notebook, "display", shown.append)
    monkeypatch.setattr(notebook, "_glue", lambda name, value, mime="text/plain": kept.update({name: value}))
    page.show("every_check")
    assert shown[0].source == kept["every_check"]
    assert kept["checks"] == str(len(policy.checks()))
    counted = sum(int(value) for name, value in kept.items() if name.startswith("verdict."))
    assert kept["results"] == str(counted)


# --- findings by what can be done -----------------------------------------------------------------


def test_the_page_of_actions_lists_every_reason_once() -> None:
    lines: list[str] = []
    directive = directives.Actions.__new__(directives.Actions)
    document = types.SimpleNamespace(
        settings=types.SimpleNamespace(env=types.SimpleNamespace(note_dependency=lambda path: None)),
        note_explicit_target=lambda section: None,
    )
    directive.state = types.SimpleNamespace(
        document=document, nested_parse=lambda said, _offset, _section: lines.extend(said)
    )
    sections = directive.run()
    assert [section["ids"] for section in sections] == [[f"action-{name}"] for name in policy.actions()]
    reasons = [reason.text for slug in policy.checks() for reason in policy.load_policy(slug).reasons.values()]
    listed = [line[2:] for line in lines if line.startswith("- ")]
    assert sorted(listed) == sorted(re.sub(r"\{[^}]*\}", "…", text) for text in reasons)
