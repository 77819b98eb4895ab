"""Chosen for what they did: three bases on file for each promotion, no open case of integrity, and who was ever commended.

Sources: growth 3.3 (yearly assessment, key tasks, public recommendation) and 3.1 (three in four had been commended).
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import among, any_of, same
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
BASES = ["assessed", "tasks", "recommended"]
CASES = {"cases": ["integrity_case"], "cases_and_complaints": ["integrity_case", "complaint"]}


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and promotion (or serving cadre); explained by `moved_on`, `decided_on` and the three bases."""
    moves = with_bases(dataset, settings)
    parts = [_three_bases(moves), _case_open(moves, dataset, settings), _commended(dataset, settings)]
    return pd.concat(parts, ignore_index=True)


def lacks(dataset: Dataset, settings: Settings) -> dict[str, str]:
    """A table of supervision in which no case stands at all: nobody can tell whether there was none, or they are kept elsewhere."""
    if among(dataset["supervision"]["kind"], CASES[settings.counted_cases]).fillna(True).any():
        return {}
    return {"case_open": _("no case is on file in the table supervision: there was none, or they are kept elsewhere")}


# --- the bases ------------------------------------------------------------------------------------


def with_bases(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Moves of the last months that are, or may be, promotions, with the decision each names and the bases it has.

    Adds `promotion` (true, or NA where neither ranks nor route tell), `on_file` (bool: the decision is there, and about this
    cadre), the steps of the decision, and `assessed`, `tasks`, `recommended` (boolean).
    """
    moves = history.moves(dataset)
    moves = moves.assign(promotion=history.is_promotion(moves))
    recent = moves["moved_on"] >= history.months_before(settings.as_of, settings.window_months)
    moves = moves[(recent & ~moves["demotion"] & moves["promotion"].fillna(True)).to_numpy(bool)]
    days = ["decided_on", "decided_on_is_month", "recommended_on", "recommended_on_is_month"]
    columns = ["decision_id", "cadre_id", "assessment_id", "tasks_looked_at", *days]
    decisions = dataset["decisions"].dropna(subset=["decision_id"])[columns].assign(on_file=True)
    moves = moves.merge(decisions, on=["decision_id", "cadre_id"], how="left")
    on_file = moves["on_file"].notna()
    return moves.assign(
        on_file=on_file,
        assessed=_assessed(moves, dataset, settings),
        tasks=moves["tasks_looked_at"].astype("boolean").mask(~on_file, False),
        recommended=_by_the_decision(moves, "recommended_on"),
    )


def _assessed(moves: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.Series:
    """Whether the decision names a yearly assessment of the cadre, settled in the months before it (boolean)."""
    columns = ["assessment_id", "cadre_id", "kind", "assessed_on", "assessed_on_is_month"]
    cited = moves.merge(
        dataset["assessments"][columns], on="assessment_id", how="left", suffixes=("", "_of_assessment")
    )
    of_cadre = same(cited["cadre_id_of_assessment"], cited["cadre_id"])
    oldest = tuple(day - pd.DateOffset(months=settings.valid_months) for day in history.span(cited, "decided_on"))
    recent = history.by_then(oldest, history.span(cited, "assessed_on"))
    assessed = of_cadre & same(cited["kind"], "annual") & recent & _by_the_decision(cited, "assessed_on")
    return assessed.mask(cited["assessment_id"].isna(), False)


def _by_the_decision(moves: pd.DataFrame, step: str) -> pd.Series:
    """Whether a step was taken no later than the decision (boolean): false where it has no day, NA where the decision has none."""
    return history.by_then(history.span(moves, step), history.span(moves, "decided_on")).mask(moves[step].isna(), False)


# --- the measures ---------------------------------------------------------------------------------


def _three_bases(moves: pd.DataFrame) -> pd.DataFrame:
    hit = moves["assessed"] & moves["tasks"] & moves["recommended"]
    code = pd.Series("basis_unknown", index=moves.index, dtype="object")
    code = code.mask(~hit.fillna(True), "basis_missing").mask(~moves["on_file"], "no_decision")
    return _promotion_facts("three_bases", moves, hit, code.mask(hit.fillna(False), pd.NA))


def _case_open(moves: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Whether a case was opened by the start in the new post and not closed by the decision (the start, where it has no day)."""
    undated = moves["decided_on"].isna()
    moves = moves.assign(
        promoted=moves.index,
        judged_on=moves["decided_on"].fillna(moves["moved_on"]),
        judged_on_is_month=moves["decided_on_is_month"].where(~undated, moves["moved_on_is_month"]),
    )
    days = ["happened_on", "happened_on_is_month", "examined_on", "examined_on_is_month"]
    columns = ["promoted", "moved_on", "moved_on_is_month", "judged_on", "judged_on_is_month"]
    pairs = dataset["supervision"][["cadre_id", "kind", *days]].merge(moves[["cadre_id", *columns]], on="cadre_id")
    opened = history.by_then(history.span(pairs, "happened_on"), history.span(pairs, "moved_on"))
    closed = history.by_then(history.span(pairs, "examined_on"), history.span(pairs, "judged_on"))
    closed = closed.mask(pairs["examined_on"].isna(), False)
    is_open = among(pairs["kind"], CASES[settings.counted_cases]) & opened & ~closed
    hit = any_of(is_open, pairs["promoted"], moves["promoted"])
    code = pd.Series("case_unclear", index=moves.index, dtype="object").mask(hit.fillna(False), "case_open")
    return _promotion_facts("case_open", moves, hit, code.mask(~hit.fillna(True), pd.NA))


def _promotion_facts(measure: str, moves: pd.DataFrame, hit: pd.Series, code: pd.Series) -> pd.DataFrame:
    return fact_rows(
        measure,
        moves.assign(post_id=moves["to_post_id"]),
        SUBJECT,
        "managed_by",
        eligible=moves["promotion"],
        hit=hit,
        since=moves["moved_on"],
        reason_code=code.where(moves["promotion"].fillna(False), pd.NA),
        **{name: moves[name] for name in ["moved_on", "decided_on", *BASES]},
    )


def _commended(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Whether each cadre who serves on the day was ever commended."""
    cadres = history.in_service(dataset, settings.as_of)
    commended = cadres["cadre_id"].isin(dataset["awards"]["cadre_id"]).astype("boolean")
    if settings.counted_commendations == "awards_or_excellent":
        grades = dataset["assessments"]
        excellent = same(grades["grade"], "excellent") & same(grades["kind"], "annual")
        commended |= any_of(excellent, grades["cadre_id"], cadres["cadre_id"])
    return fact_rows("commended", cadres, SUBJECT, "organisation_id", hit=commended)


def picture(run) -> figures.Picture:
    """The bases on file, each by itself and all three."""
    bases = run.of("three_bases")
    bases = bases[bases["eligible"].fillna(False).to_numpy(bool)]
    on_file = {
        _("Yearly assessment"): bases["assessed"],
        _("Key tasks"): bases["tasks"],
        _("Public recommendation"): bases["recommended"],
        _("All three"): bases["hit"],
    }
    rows = [
        {"group": name, "series": "", "k": int(there.fillna(False).sum()), "n": len(bases), "target": float("nan")}
        for name, there in on_file.items()
    ]
    rows[-1]["target"] = run.settings.min_share_three_bases
    return figures.bars(
        pd.DataFrame(rows),
        settings=run.settings,
        slug=run.policy.id,
        title=_("{k} of {n} promotions have all three bases on file").format(k=rows[-1]["k"], n=len(bases)),
        caption=_(
            "Each bar is the share of promotions with that basis on file; what is not known counts as not on file. Only all three together have a target."
        ),
    )
