"""Results decide: the good go where they grow, the poor come down.

Sources: rotation essay 2.2 (first); problems 2.3; growth 3.3; zhengzhou, Guizhou.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history, schema
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _, label
from cadre_handbook.policy import Settings
from cadre_handbook.values import among, any_of, lookup
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
MEASURES = ["demotion", "removal", "adjustment", "admonition", "training_order"]


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and move (or poor year); explained by `grade`, `assessed_on`, `moved_on`, `step`."""
    moves = graded_moves(dataset, settings)
    parts = [
        _assessed_before(moves, settings),
        _grade_and_step(moves),
        _poor_moved_up(moves, settings),
        _poor_without_measure(dataset, settings),
    ]
    return pd.concat(parts, ignore_index=True)


def graded_moves(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Moves of the months before `as_of`, demotions left out, each with the latest grade settled before its decision.

    Adds `decided_on` (NaT where no decision is on file), `grade` and `assessed_on` of the latest assessment no later than the
    decision (empty where no decision is on file: nobody can say which grade was there when it was taken), and `step`: the
    change of importance of the post (Int64).
    """
    moves = history.moves(dataset)
    after = history.months_before(settings.as_of, settings.window_months)
    moves = moves[((moves["moved_on"] >= after) & ~moves["demotion"]).to_numpy()]
    moves = moves.assign(decided_on=lookup(moves["decision_id"], dataset["decisions"], "decision_id", "decided_on"))
    grades = dataset["assessments"][["cadre_id", "assessed_on", "grade"]].dropna(subset=["assessed_on"])
    decided = moves["decided_on"].notna()
    with_grade = pd.merge_asof(
        moves[decided].sort_values("decided_on", kind="stable"),
        grades.sort_values("assessed_on", kind="stable"),
        left_on="decided_on",
        right_on="assessed_on",
        by="cadre_id",
    )
    moves = pd.concat([with_grade, moves[~decided]], ignore_index=True)
    moves["step"] = moves["importance_step"]
    return moves.sort_values(["cadre_id", "moved_on"], kind="stable").reset_index(drop=True)


def grade_number(grade: pd.Series) -> pd.Series:
    """Grades as Int64, 0 for incompetent to 3 for excellent, NA where unknown."""
    order = {code: number for number, code in enumerate(schema.tables()["assessments"].fields["grade"].codes)}
    return grade.astype("object").map(order).astype("Int64")


def _poor(grade: pd.Series, settings: Settings) -> pd.Series:
    codes = schema.tables()["assessments"].fields["grade"].codes
    return grade_number(grade) <= codes.index(settings.poor_grade)


def _move_facts(measure: str, moves: pd.DataFrame, **columns) -> pd.DataFrame:
    return fact_rows(
        measure,
        moves.assign(post_id=moves["to_post_id"]),
        SUBJECT,
        "managed_by",
        **{
            "since": moves["moved_on"],
            "moved_on": moves["moved_on"],
            "grade": moves["grade"].astype("object"),
            "assessed_on": moves["assessed_on"],
            "step": moves["step"],
            **columns,
        },
    )


def _assessed_before(moves: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """An assessment in the months before the decision; unknown where no decision is on file."""
    valid_from = moves["decided_on"] - pd.DateOffset(months=settings.valid_months)
    assessed = (moves["assessed_on"] >= valid_from).astype("boolean").mask(moves["decided_on"].isna())
    code = pd.Series(pd.NA, index=moves.index, dtype="object")
    code = code.mask(~assessed.fillna(True), "not_assessed").mask(assessed.isna(), "no_decision")
    return _move_facts("assessed_before", moves, hit=assessed, reason_code=code)


def _grade_and_step(moves: pd.DataFrame) -> pd.DataFrame:
    grade = grade_number(moves["grade"])
    known = grade.notna() & moves["step"].notna()
    return _move_facts(
        "grade_and_step",
        moves,
        hit=pd.Series(True, index=moves.index, dtype="boolean").mask(~known),
        x=grade.where(known),
        y=moves["step"].where(known),
    )


def _poor_moved_up(moves: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Moves to a higher or more important post on a poor grade."""
    up = (moves["rank_step"] > 0) | (moves["step"] > 0)
    poor = _poor(moves["grade"], settings)
    code = pd.Series(pd.NA, index=moves.index, dtype="object").mask((poor & up).fillna(False), "poor_moved_up")
    return _move_facts("poor_moved_up", moves, eligible=poor, hit=up, reason_code=code)


def _poor_without_measure(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Poor grades of the months before `as_of` whose time for a measure is over, and that no measure followed."""
    cadres = dataset["cadres"][["cadre_id", "organisation_id", "left_on"]]
    grades = dataset["assessments"].merge(cadres, on="cadre_id", how="left").reset_index(drop=True)
    until = (grades["assessed_on"] + pd.DateOffset(months=settings.months)).astype("datetime64[s]")
    recent = grades["assessed_on"] >= history.months_before(settings.as_of, settings.poor_window_months)
    inside = (recent & (until <= settings.as_of)).to_numpy()
    grades, until = grades[inside].reset_index(drop=True), until[inside].reset_index(drop=True)

    answers = measures_taken(dataset).merge(
        grades[["cadre_id", "assessed_on"]].assign(year=grades.index, until=until), on="cadre_id"
    )
    in_time = (answers["taken_on"] > answers["assessed_on"]) & (answers["taken_on"] <= answers["until"])
    in_time = in_time.astype("boolean").mask(answers["taken_on"].isna())
    answered = any_of(answers["is_measure"] & in_time, answers["year"], grades.index.to_series())
    left = ((grades["left_on"] > grades["assessed_on"]) & (grades["left_on"] <= until)).astype("boolean")
    poor = _poor(grades["grade"], settings)
    hit = ~(answered | left)
    code = pd.Series(pd.NA, index=grades.index, dtype="object").mask((poor & hit).fillna(False), "poor_without_measure")
    return fact_rows(
        "poor_without_measure",
        grades,
        SUBJECT,
        "organisation_id",
        eligible=poor,
        hit=hit,
        since=grades["assessed_on"],
        reason_code=code,
        grade=grades["grade"].astype("object"),
        assessed_on=grades["assessed_on"],
        until=until,
    )


def measures_taken(dataset: Dataset) -> pd.DataFrame:
    """What was done about a cadre, with its day: decisions of that kind, demotions, moves to a lesser post."""
    decisions, moves = dataset["decisions"], history.moves(dataset)
    of_kind = among(decisions["kind"], MEASURES)
    down = moves["demotion"].astype("boolean") | (moves["rank_step"] < 0) | (moves["importance_step"] < 0)
    return pd.DataFrame(
        {
            "cadre_id": pd.concat([decisions["cadre_id"], moves["cadre_id"]], ignore_index=True),
            "taken_on": pd.concat([decisions["decided_on"], moves["moved_on"]], ignore_index=True),
            "is_measure": pd.concat([of_kind, down], ignore_index=True).astype("boolean"),
        }
    )


def picture(run) -> figures.Picture:
    """Grade against the direction of the step."""
    moves = run.of("grade_and_step")
    grades = {item.value: label(item) for item in reversed(schema.tables()["assessments"].fields["grade"].categories)}
    directions = {
        -1: _("to a less important post"),
        0: _("to one as important"),
        1: _("to a more important post"),
    }
    known = moves[moves["y"].notna()]
    counted = (
        pd.DataFrame(
            {
                "row": known["grade"].map(grades),
                "column": known["y"]
                .astype(float)
                .pipe(lambda y: (y > 0).astype(int) - (y < 0).astype(int))
                .map(directions),
            }
        )
        .value_counts(["row", "column"])
        .rename("count")
        .reset_index()
    )
    best = next(iter(grades))
    rose = known.loc[known["grade"].eq(best).to_numpy(bool), "y"].astype(float) > 0
    return figures.matrix(
        rows=list(grades.values()),
        columns=list(directions.values()),
        counts=counted,
        settings=run.settings,
        slug=run.policy.id,
        title=_("{k} of {n} moves of cadres graded “{grade}” led to a more important post").format(
            k=int(rose.sum()), n=len(rose), grade=grades[best]
        ),
        caption=_(
            "Each row is the latest grade before the decision; a number counts the moves. Where results decide, the numbers "
            "lie on the diagonal from bottom left to top right; the title speaks of the cell in brackets."
        ),
        marked=[(grades[best], directions[1])],
    )
