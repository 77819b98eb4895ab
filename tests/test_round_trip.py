"""From the made-up county to the files of an office, and back through `import`: the same verdicts, and why not where not.

With a ledger of appointments nothing is lost. With the résumés of forms something is: a form does not say it. Each such loss
is declared with its reason, the county with these losses gives exactly what the import gives, and the table `DIFFERENT` names
every measure that comes out otherwise, by the loss that makes it so.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import office_files
import pandas as pd
import pytest

from cadre_handbook import checks, policy, schema, validation
from cadre_handbook.dataset import SAMPLE, open_dataset
from cadre_handbook.intake import command
from cadre_handbook.intake.pseudonyms import Key

pytestmark = pytest.mark.slow

OWN, AS_OF = "0421", "2024-12-31"
Tables = office_files.Tables


@cache
def the_county() -> Tables:
    """The tables of the sample as text, with the columns that the schema declares."""
    text = open_dataset(SAMPLE).text
    return {
        name: text[name].fillna("")[[column for column in schema.tables()[name].fields if column in text[name]]]
        for name in text
    }


# --- what a form cannot say -----------------------------------------------------------------------


def by_month(tables: Tables) -> Tables:
    postings = tables["postings"]
    return {**tables, "postings": postings.assign(start=postings["start"].str[:7], end=postings["end"].str[:7])}


def without(*columns: str) -> Callable[[Tables], Tables]:
    return lambda tables: {**tables, "postings": tables["postings"].drop(columns=list(columns))}


def no_number_of_a_posting(tables: Tables) -> Tables:
    return {
        name: frame if name == "postings" else frame.drop(columns="posting_id", errors="ignore")
        for name, frame in tables.items()
    }


def no_form_of_outsiders(tables: Tables) -> Tables:
    cadres, postings = tables["cadres"], tables["postings"]
    own = cadres.loc[cadres["organisation_id"].eq(OWN), "cadre_id"]
    kept = postings[postings["cadre_id"].isin(own)]
    # Whatever refers to a posting that is not there refers to none.
    referring = {
        name: frame.assign(posting_id=frame["posting_id"].where(frame["posting_id"].isin(kept["posting_id"]), ""))
        for name, frame in tables.items()
        if "posting_id" in frame
    }
    return {**tables, **referring, "postings": kept}


LOSSES: dict[str, tuple[Callable[[Tables], Tables], str]] = {
    "months": (by_month, "a résumé gives months: whether a day in that month is before or after another is not known"),
    "kind": (
        without("route", "exchange_kind", "from_place_code"),
        "a résumé does not say how or from where somebody came, nor whether a move was an exchange: every move to another unit is one",
    ),
    "papers": (
        without("decision_id", "plan_id"),
        "a résumé names neither the decision nor the plan that a posting rests on",
    ),
    "numbers": (
        no_number_of_a_posting,
        "a line of a résumé has no number by which a secondment, move of house or file refers to it",
    ),
    "outsiders": (no_form_of_outsiders, "an office has forms of the cadres that it manages, and of no others"),
}

# Where a list of findings is cut off among cadres who are alike, their ids decide, and an import gives new ids.
CUT_BY_ID = {"exchange_ratio moved"}

# Measures of which n, k, missing, a verdict or the findings come out otherwise, by the loss that alone makes it so; `together`: only
# several losses at once. The county's cadres from outside count where posts or teams are looked at, not their holders' manager.
DIFFERENT: dict[str, dict[str, str]] = {
    "months": {
        "after_the_move": "change_of_place fell_alone left_soon matched",
        "assessment_standards": "own_standard score_and_narrative",
        "decision_procedure": "heard_before in_order",
        "entry_channels": "across_status",
        "fair_direction": "young_to_hard",
        "follow_up_training": "hours_of_year onboarded",
        "hardship_support": "allowance health_check",
        "key_posts": "moved_in_time",
        "merit_selection": "case_open",
        "opinion_survey": "complaints_change",
        "periodic_review": "leaders_reviewed teams_reviewed",
        "pre_post_training": "trained",
        "promotion_ladder": "median_wait promoted",
        "reserve_pool": "from_list",
        "sensitive_posts": "held_too_long",
        "stretch_roles": "given_in_time led_to_appointment",
        "supervision": "contacted",
        "team_profile": "education_change",
        "tenure_limit": "moved_early third_term years_in_post years_in_team",
        "tracking_file": "complete part_in_time",
    },
    "kind": {
        "after_the_move": "change_of_place fell_alone left_soon matched",
        "age_structure": "net_inflow",
        "category_scope": "law_enforcement_inside management_across technical_inside",
        "commute": "reachable",
        "decision_procedure": "heard heard_before in_order recorded",
        "entry_channels": "across_status years_without",
        "exchange_breadth": "heads professionals",
        "exchange_pathways": "across_departments between_teams direction to_leading within_team",
        "exchange_plan": "even_years moves_in_plan plans_done purpose_recorded",
        "exchange_ratio": "moved",
        "fair_direction": "direction favours",
        "follow_up_training": "onboarded",
        "hardship_support": "allowance health_check",
        "key_posts": "promoted_elsewhere",
        "pay_and_title": "pay_fell titles",
        "periodic_review": "moves_cite_review",
        "pre_post_training": "tempered",
        "promotion_ladder": "grassroots_years median_wait",
        "sensitive_posts": "exchanged",
        "specialty_match": "matched",
        "supervision": "contacted",
        "tenure_limit": "moved_early",
        "tracking_file": "complete part_in_time",
        "use_of_results": "assessed_before grade_and_step poor_moved_up",
    },
    "papers": {
        "decision_procedure": "heard heard_before in_order recorded",
        "exchange_plan": "moves_in_plan plans_done",
        "fair_direction": "favours",
        "merit_selection": "case_open three_bases",
        "periodic_review": "moves_cite_review",
        "use_of_results": "assessed_before grade_and_step poor_moved_up",
    },
    "numbers": {
        "tracking_file": "complete part_in_time",
    },
    "outsiders": {
        "promotion_ladder": "promoted promotion_rate",
        "team_profile": "age_change education_change",
    },
    "together": {
        "family_support": "asked",
        "housing": "days_until_housed nights_paid",
    },
}

# The verdicts among them that change: none of them to “met”.
VERDICTS: dict[str, set[tuple[str, str]]] = {
    "decision_procedure heard": {("not met", "no data")},
    "decision_procedure heard_before": {("not met", "no data")},
    "decision_procedure in_order": {("not met", "no data")},
    "decision_procedure recorded": {("not met", "no data")},
    "fair_direction favours": {("not met", "no data")},
    "periodic_review moves_cite_review": {("not met", "no data")},
    "tracking_file complete": {("not met", "no data")},
    "use_of_results assessed_before": {("not met", "no data")},
    "use_of_results grade_and_step": {("cannot tell", "no data")},
    "use_of_results poor_moved_up": {("not met", "no data")},
    "tracking_file part_in_time": {("context", "no data")},
    "merit_selection three_bases": {("not met", "no data")},
    "entry_channels across_status": {("context", "no data")},
    "entry_channels years_without": {("not met", "no data")},
    "commute reachable": {("met", "cannot tell")},
    "pay_and_title pay_fell": {("not met", "cannot tell")},
    "pay_and_title titles": {("cannot tell", "too few")},
    # How somebody came to a hard place is not known, nor whether it was a demotion: of nobody there is it known that they were exchanged.
    "hardship_support allowance": {("not met", "cannot tell")},
    # Of a résumé every move counts as an exchange, and those that are none may stand in no plan.
    "exchange_plan moves_in_plan": {("met", "cannot tell")},
}


# --- running and comparing ------------------------------------------------------------------------


def outcome(where: Path, back: dict[str, str] | None = None) -> dict:
    """By `slug measure`: the counts and verdict of each group, and the findings, with ids as the county has them (`back`)."""
    report = validation.validate(open_dataset(where))
    assert report.errors.empty
    found: dict[str, tuple[set, set]] = {}
    for slug, entry in policy.catalogue().items():
        if entry["kind"] != "check":
            continue
        run = checks.evaluate(slug, report, {"as_of": AS_OF})
        results = run.results[["organisation_id", "measure", "group", "n", "k", "missing", "verdict"]].astype(str)
        findings = run.findings[["measure", "subject_type", "subject_id", "reason_code"]]
        if back:
            findings = findings.assign(subject_id=findings["subject_id"].map(lambda id_: back.get(id_, id_)))
        for measure in run.policy.measures:
            found[f"{slug} {measure}"] = (
                set(results[results["measure"].eq(measure)].itertuples(index=False, name=None)),
                set(findings[findings["measure"].eq(measure)].itertuples(index=False, name=None)),
            )
    return found


@pytest.fixture(scope="module")
def of_county(tmp_path_factory) -> Callable[..., dict]:
    """The outcome of the county under losses, each combination worked out once."""

    @cache
    def worked_out(*losses: str) -> dict:
        tables = the_county()
        for loss in losses:
            tables = LOSSES[loss][0](tables)
        folder = tmp_path_factory.mktemp("county")
        for name, frame in tables.items():
            frame.to_csv(folder / f"{name}.csv", index=False)
        return outcome(folder)

    return worked_out


@pytest.fixture(scope="module", params=["ledger", "forms"])
def imported(request, tmp_path_factory) -> tuple[str, office_files.Office, Path, Path]:
    folder = tmp_path_factory.mktemp(request.param)
    office = office_files.write(the_county(), folder, OWN, request.param)
    key = folder / "office.key"
    key.write_text(f"cadre-handbook-key-1: {'5a' * 32}\n")  # the same ids on every run
    command.run([office.folder], folder / "dataset", office.mapping, str(key), AS_OF)
    return request.param, office, folder / "dataset", key


@pytest.fixture(scope="module")
def of_import(imported) -> dict:
    _careers, office, where, key_file = imported
    key = Key.open(key_file)
    return outcome(where, {key.cadre_id(person.id_number): cadre for cadre, person in office.people.items()})


def differing(one: dict, other: dict) -> set[str]:
    return {measure for measure in one if one[measure] != other[measure]}


def test_nothing_was_left_to_check(imported):
    """Every row is there, and nothing is listed but the notes below the rosters."""
    careers, _office, where, _key = imported
    beside = where.with_name("dataset-to-check")
    unread = pd.read_csv(beside / "unread.csv")
    assert unread["value"].str.startswith("注").all()
    assert pd.read_csv(beside / "unmatched.csv").empty
    rows = {name: len(frame) for name, frame in open_dataset(where).text.items()}
    county = the_county() if careers == "ledger" else no_form_of_outsiders(the_county())
    assert rows == {name: len(frame) for name, frame in county.items()}


def test_the_verdicts_are_those_of_the_county(imported, of_import, of_county):
    """From the ledger those of the county itself, from forms those of the county with all that a form cannot say taken away."""
    county = of_county(*(LOSSES if imported[0] == "forms" else ()))
    assert differing(of_import, county) == CUT_BY_ID
    for measure in CUT_BY_ID:
        (counts, findings), (counts_of_county, findings_of_county) = of_import[measure], county[measure]
        assert counts == counts_of_county
        assert len(findings) == len(findings_of_county)


def test_what_differs_is_declared_with_its_reason(of_county):
    whole = of_county()
    found = {loss: differing(whole, of_county(loss)) for loss in LOSSES}
    found["together"] = differing(whole, of_county(*LOSSES)) - set().union(*found.values())
    declared = {
        loss: sorted(f"{slug} {measure}" for slug, measures in by_slug.items() for measure in measures.split())
        for loss, by_slug in DIFFERENT.items()
    }
    assert {loss: sorted(measures) for loss, measures in found.items()} == declared


def test_the_verdicts_that_change_are_declared(of_county):
    whole, lost = of_county(), of_county(*LOSSES)
    changed: dict[str, set[tuple[str, str]]] = {}
    for measure, (results, _findings) in whole.items():
        after = {result[:3]: result[-1] for result in lost[measure][0]}
        pairs = {(result[-1], after[result[:3]]) for result in results} - {
            (verdict, verdict) for verdict in after.values()
        }
        if pairs:
            changed[measure] = pairs
    assert changed == VERDICTS


def test_every_check_is_compared(of_import):
    slugs = {slug for slug, entry in policy.catalogue().items() if entry["kind"] == "check"}
    assert {measure.partition(" ")[0] for measure in of_import} == slugs
