"""A test is one reference among several: never alone, never stale, with consent, and no harm to those who refuse.

Source: zhengzhou, Jiujiang (the 16PF as one of the references for exchange). The tables hold no score and no trait.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import any_of, lookup
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per decision that cites a test, per test taken, and per cadre who was offered one.

    Explained by `decided_on`, `tested_on`, `inspected` and `assessed`. Nothing explains whether somebody refused.
    """
    decisions = citing_decisions(dataset, settings)
    parts = [
        _one_of_several(decisions),
        _outdated(decisions, settings),
        _consent(dataset, settings),
        _passed_over(dataset, settings),
    ]
    return pd.concat(parts, ignore_index=True)


def citing_decisions(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The decisions of the months before `as_of` that cite a test, with what else they rest on.

    Adds `managed_by`, `recent` (NA where the day of the decision is empty), `tested_on`, and whether an `inspected` and an
    `assessed` stand before it (boolean): an empty day of inspection or an assessment not cited is none on file.
    """
    decisions = dataset["decisions"]
    decisions = decisions[decisions["test_id"].notna().to_numpy()].reset_index(drop=True)
    decided_on = decisions["decided_on"]
    since = history.months_before(settings.as_of, settings.window_months)
    recent = (decided_on >= since).astype("boolean").mask(decided_on.isna())
    assessed_on = lookup(decisions["assessment_id"], dataset["assessments"], "assessment_id", "assessed_on")
    assessed = (assessed_on <= decided_on).astype("boolean").mask(assessed_on.isna() | decided_on.isna())
    inspected = (decisions["inspected_on"] <= decided_on).astype("boolean").mask(decided_on.isna())
    decisions = decisions.assign(
        managed_by=lookup(decisions["cadre_id"], dataset["cadres"], "cadre_id", "organisation_id"),
        recent=recent,
        tested_on=lookup(decisions["test_id"], dataset["tests"], "test_id", "taken_on"),
        inspected=inspected.mask(decisions["inspected_on"].isna(), False),
        assessed=assessed.mask(decisions["assessment_id"].isna(), False),
    )
    return decisions[decisions["recent"].fillna(True).to_numpy(bool)].reset_index(drop=True)


def _decision_facts(measure: str, decisions: pd.DataFrame, **columns) -> pd.DataFrame:
    return fact_rows(
        measure,
        decisions,
        SUBJECT,
        "managed_by",
        eligible=decisions["recent"],
        since=decisions["decided_on"],
        decided_on=decisions["decided_on"],
        tested_on=decisions["tested_on"],
        inspected=decisions["inspected"],
        assessed=decisions["assessed"],
        **columns,
    )


def _one_of_several(decisions: pd.DataFrame) -> pd.DataFrame:
    """Whether a decision that cites a test also rests on an inspection and on an assessment."""
    inspected, assessed = decisions["inspected"], decisions["assessed"]
    code = pd.Series(pd.NA, index=decisions.index, dtype="object")
    code = code.mask(~assessed.fillna(True), "no_assessment").mask(~inspected.fillna(True), "no_inspection")
    code = code.mask((~inspected & ~assessed).fillna(False), "test_alone")
    code = code.where(decisions["recent"].fillna(False).to_numpy(bool), pd.NA)
    return _decision_facts("one_of_several", decisions, hit=inspected & assessed, reason_code=code)


def _outdated(decisions: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Whether the test was older than it holds on the day of the decision."""
    old = (history.anniversary(decisions["tested_on"], settings.valid_years) < decisions["decided_on"]).astype(
        "boolean"
    )
    old = old.mask(decisions["tested_on"].isna() | decisions["decided_on"].isna())
    code = pd.Series("outdated", index=decisions.index).where(old.fillna(False), pd.NA)
    return _decision_facts("outdated", decisions, hit=old, reason_code=code)


def _consent(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The tests taken in the months before `as_of`, and whether consent is on file."""
    tests = _with_organisation(dataset["tests"], dataset)
    since = history.months_before(settings.as_of, settings.window_months)
    tests = tests[(tests["taken_on"] >= since).to_numpy(bool)].reset_index(drop=True)
    code = pd.Series("no_consent", index=tests.index).where(~tests["consent"].fillna(True), pd.NA)
    return fact_rows(
        "consent",
        tests,
        SUBJECT,
        "managed_by",
        hit=tests["consent"],
        since=tests["taken_on"],
        tested_on=tests["taken_on"],
        reason_code=code,
    )


def _with_organisation(tests: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    return tests.assign(managed_by=lookup(tests["cadre_id"], dataset["cadres"], "cadre_id", "organisation_id"))


def _passed_over(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Whether those who refused a test (x = 1) and those who took it (x = 0) rose in the months after; a row a cadre.

    An offer counts when its months are over. Whoever left in that time can be passed over by nobody. No row is a finding.
    """
    tests = _with_organisation(dataset["tests"], dataset).sort_values("offered_on", kind="stable")
    tests = tests.drop_duplicates("cadre_id").reset_index(drop=True)
    until = (tests["offered_on"] + pd.DateOffset(months=settings.months_after)).astype("datetime64[s]")
    since = history.months_before(settings.as_of, settings.offer_months)
    over = (tests["offered_on"] >= since) & (until <= settings.as_of + history.ONE_DAY)
    left_on = lookup(tests["cadre_id"], dataset["cadres"], "cadre_id", "left_on")
    stayed = ~((left_on >= tests["offered_on"]) & (left_on < until))
    inside = (over & stayed).to_numpy(bool)
    tests, until = tests[inside].reset_index(drop=True), until[inside].reset_index(drop=True)

    refused = tests["refused"].astype("boolean")
    moves = history.moves(dataset).merge(
        tests[["cadre_id", "offered_on"]].assign(offer=tests.index, until=until), on="cadre_id"
    )
    inside = (moves["moved_on"] > moves["offered_on"]) & (moves["moved_on"] < moves["until"]) & ~moves["demotion"]
    rose = ((moves["rank_step"] > 0).astype("boolean") | (moves["importance_step"] > 0).astype("boolean")) & inside
    found = any_of(rose, moves["offer"], tests.index.to_series())
    return fact_rows(
        "passed_over",
        tests,
        SUBJECT,
        "managed_by",
        hit=(~found).mask(refused.isna()),
        x=refused.astype("Float64"),
    )


def picture(run) -> figures.Picture:
    """On what the decisions that cite a test rest."""
    decisions = run.of("one_of_several")
    decisions = decisions[decisions["eligible"].fillna(False).to_numpy(bool)]
    inspected, assessed = (decisions[name].astype("boolean") for name in ("inspected", "assessed"))
    bases = {
        _("the test and an inspection"): inspected,
        _("the test and an assessment"): assessed,
        _("all three"): inspected & assessed,
        _("the test alone"): ~inspected & ~assessed,
    }
    known = {words: flags.dropna() for words, flags in bases.items()}
    table = pd.DataFrame(
        [
            {"group": words, "series": "", "k": int(flags.sum()), "n": len(flags), "target": float("nan")}
            for words, flags in known.items()
        ]
    )
    all_three = known[_("all three")]
    return figures.bars(
        table,
        run.settings,
        run.policy.id,
        title=_("{k} of {n} decisions that cite a test also rest on an inspection and an assessment").format(
            k=int(all_three.sum()), n=len(all_three)
        ),
        caption=_("A bar is a share of the decisions that cite a test, by what else was on file before them."),
    )
