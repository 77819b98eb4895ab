"""Assessed by a standard that fits the kind of cadre, in numbers and in words, performance first, in the grades of the law.

Sources: problems 2.3; secondment, last part (said of secondees). Rules: Civil Servants Law 2018, Art. 38.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history, schema
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import any_by, lookup, same
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
NOT_ORGANS = ["institution", "enterprise"]  # all other kinds of unit are organs of Party and government
SECONDEES, OTHERS = "secondees", "others"


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and assessment; explained by `assessed_on`, `standard` and `fitting` (the standard that fits),
    `performance_weight`, `other_grade`."""
    rows = assessments(dataset, settings)
    graded = rows[rows["as_civil_servant"].fillna(True).to_numpy(bool)]
    parts = [
        _own_standard(rows),
        _score_and_narrative(rows),
        _performance_first(rows, settings),
        _four_grades(graded, settings),
        _excellent(graded, settings),
    ]
    return pd.concat(parts, ignore_index=True)


def assessments(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The assessments of the last months: `counts` (boolean, NA where the month settles it not), `managed_by`, `group`,
    `as_civil_servant` (boolean: a yearly assessment of a civil servant), `judged` and `fits` (see `_by_kind`) and `fitting`."""
    first = history.months_before(settings.as_of, settings.window_months)
    rows = dataset["assessments"]
    rows = rows.assign(counts=history.by_then((first, first), history.span(rows, "assessed_on")))
    rows = rows[rows["counts"].fillna(True).to_numpy(bool)].reset_index(drop=True)
    rows["managed_by"] = lookup(rows["cadre_id"], dataset["cadres"], "cadre_id", "organisation_id")
    rows["group"] = pd.Series(OTHERS, index=rows.index).mask(_on_secondment(rows, dataset), SECONDEES)
    yearly = same(rows["kind"], "annual")
    rows["as_civil_servant"] = rows["counts"] & yearly & _civil_servant(rows, dataset)
    return rows.join(_by_kind(rows, dataset))


def _on_secondment(rows: pd.DataFrame, dataset: Dataset) -> pd.Series:
    """Whether the cadre was on secondment on the day of the assessment (bool)."""
    days = ["cadre_id", "start", "end"]
    postings = dataset["postings"]
    away = pd.concat([postings.loc[postings["role"].eq("secondment").to_numpy(), days], dataset["secondments"][days]])
    return rows.index.isin(_held_when_assessed(rows, away)["assessment"])


def _held_when_assessed(rows: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """The rows of `held` (with `start` and `end`) that ran on the day of an assessment, one row each with `assessment`, its
    index, and its `standard`."""
    own = rows[["cadre_id", "assessed_on", "standard"]].rename_axis(index="assessment").reset_index()
    pairs = own.merge(held, on="cadre_id")
    runs = (pairs["start"] <= pairs["assessed_on"]) & ~(pairs["end"] <= pairs["assessed_on"])
    return pairs[runs.to_numpy()]


def _civil_servant(rows: pd.DataFrame, dataset: Dataset) -> pd.Series:
    """Whether the cadre was a civil servant when assessed (boolean): as now, unless the status may have changed since."""
    studies = dataset["studies"]
    changes = studies[(studies["kind"].isna() | studies["kind"].eq("status_change")).to_numpy()]
    latest = lookup(rows["cadre_id"], changes.sort_values("start", ascending=False), "cadre_id", "start")
    changed_since = latest > rows["assessed_on"]
    return same(lookup(rows["cadre_id"], dataset["cadres"], "cadre_id", "status"), "civil_servant").mask(changed_since)


# --- the kind of cadre ----------------------------------------------------------------------------


def _by_kind(rows: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """By the substantive posts held on the day: whether a standard fits their holder (`judged`), whether it is the one that was
    used (`fits`), both boolean, and the one that fits (`fitting`, the first of several). NA where no post is on record.

    Leaders in an enterprise have theirs, then holders of technical posts theirs, then leaders in organs of Party and government.
    For everybody else the documents name no standard.
    """
    posts = _held_when_assessed(rows, history.substantive(history.timeline(dataset)))
    in_enterprise = same(posts["unit_kind"], "enterprise")
    in_organ = (~posts["unit_kind"].isin(NOT_ORGANS)).astype("boolean").mask(posts["unit_kind"].isna())
    enterprise = in_enterprise & posts["leading"]
    specialist = ~enterprise & same(posts["category"], "technical")
    leader = ~enterprise & ~specialist & in_organ & posts["leading"]
    kinds = {"enterprise": enterprise, "specialist": specialist, "party_government": leader}
    fits = pd.Series(False, index=posts.index, dtype="boolean")
    fitting = pd.Series(pd.NA, index=posts.index, dtype="object")
    for standard, of_kind in kinds.items():
        fits |= of_kind & same(posts["standard"], standard)
        fitting = fitting.mask(of_kind.fillna(False), standard)
    return pd.DataFrame(
        {
            "judged": any_by(enterprise | specialist | leader, posts["assessment"]),
            "fits": any_by(fits, posts["assessment"]),
            "fitting": fitting.groupby(posts["assessment"]).first(),
        },
    ).reindex(rows.index)


# --- the measures ---------------------------------------------------------------------------------


def _own_standard(rows: pd.DataFrame) -> pd.DataFrame:
    code = _codes(rows, rows["fits"], "wrong_standard").mask(rows["standard"].isna(), "no_standard")
    return _facts("own_standard", rows, rows["counts"] & rows["judged"], rows["fits"], code, group=rows["group"])


def _score_and_narrative(rows: pd.DataFrame) -> pd.DataFrame:
    """Both a score and a judgement in words; an empty score is none on record."""
    score, words = rows["score"].notna().astype("boolean"), rows["narrative"]
    code = pd.Series(pd.NA, index=rows.index, dtype="object")
    code = code.mask(~score, "neither").mask((~score & words).fillna(False), "words_only")
    code = code.mask((score & ~words).fillna(False), "number_only")
    return _facts("score_and_narrative", rows, rows["counts"], score & words, code, group=rows["group"])


def _performance_first(rows: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    enough = (rows["performance_weight"] >= settings.min_performance_weight).astype("boolean")
    return _facts("performance_first", rows, rows["counts"], enough, _codes(rows, enough, "performance_low"))


def _four_grades(rows: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """One of the four grades; of those to whom none was given nothing is asked, and a blank grade is unknown."""
    grade, other = rows["grade"].notna(), rows["other_grade"]
    due = rows["as_civil_servant"] & _under(rows, "min_share_four_grades", settings)
    due &= (grade | ~other.eq("undetermined")).astype("boolean")
    lawful = grade.astype("boolean").mask(~grade & other.isna())
    code = _codes(rows, lawful, "other_word").mask(lawful.isna(), "no_grade")
    return _facts("four_grades", rows, due, lawful, code)


def _excellent(rows: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Graded excellent; a result in other words is not, and a blank grade is unknown."""
    excellent = same(rows["grade"], "excellent").mask(rows["grade"].isna() & rows["other_grade"].notna(), False)
    due = rows["as_civil_servant"] & _under(rows, "max_excellent", settings)
    return _facts("excellent", rows, due, excellent, pd.NA)


def _under(rows: pd.DataFrame, parameter: str, settings: Settings) -> pd.Series:
    """Whether the rule behind a parameter was in force on the day of the assessment (boolean); always, where it is no rule."""
    since = settings.values[parameter].from_
    if since is None:
        return pd.Series(True, index=rows.index, dtype="boolean")
    day = pd.Timestamp(since)
    return history.by_then((day, day), history.span(rows, "assessed_on"))


def _codes(rows: pd.DataFrame, answer: pd.Series, if_not: str) -> pd.Series:
    return pd.Series(pd.NA, index=rows.index, dtype="object").mask(~answer.fillna(True), if_not)


def _facts(measure: str, rows: pd.DataFrame, eligible: pd.Series, hit: pd.Series, code, **columns) -> pd.DataFrame:
    """Facts of one measure; a finding only where it surely counts."""
    if isinstance(code, pd.Series):
        code = code.where(eligible.fillna(False).astype(bool), pd.NA)
    explained = {name: rows[name] for name in ("assessed_on", "fitting", "performance_weight")}
    explained |= {name: rows[name].astype("object") for name in ("standard", "other_grade")}
    return fact_rows(
        measure,
        rows,
        SUBJECT,
        "managed_by",
        eligible=eligible,
        hit=hit,
        reason_code=code,
        since=rows["assessed_on"],
        **explained,
        **columns,
    )


# --- the picture ----------------------------------------------------------------------------------


def picture(run) -> figures.Picture:
    """By which standard each kind of cadre was assessed: a strip a kind, and one for the secondees of all kinds."""
    rows = run.of("own_standard")
    rows = rows[(rows["eligible"].fillna(False) & rows["fitting"].notna()).to_numpy(bool)]
    kinds = [code for code in schema.tables()["assessments"].fields["standard"].codes if code != "general"]
    words = {kind: schema.code_label("assessments", "standard", kind) for kind in kinds} | {SECONDEES: _("Secondees")}
    parts = {
        "own": _("their own standard"),
        "general": _("one for all"),
        "other": _("that of another kind"),
        "unknown": _("not on record"),
    }
    part = pd.Series("other", index=rows.index).mask(rows["standard"].eq("general"), "general")
    part = part.mask(rows["standard"].isna(), "unknown").mask(rows["hit"].fillna(False).astype(bool), "own")
    kind = rows["fitting"].mask(rows["group"].eq(SECONDEES), SECONDEES)
    counts = pd.DataFrame({"row": kind, "part": part}).value_counts(["row", "part"]).rename("count").reset_index()
    counts = counts.sort_values("row", key=lambda row: row.map(list(words).index), kind="stable")
    return figures.strips(
        parts,
        counts.assign(row=counts["row"].map(words)),
        settings=run.settings,
        slug=run.policy.id,
        title=_("{k} of {n} assessments used the standard of the cadre's kind").format(
            k=int(part.eq("own").sum()), n=len(part)
        ),
        caption=_(
            "A strip is a kind of cadre by the post then held, its parts the standards used. Secondees of all kinds have a strip of their own."
        ),
    )
