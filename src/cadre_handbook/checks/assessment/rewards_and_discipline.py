"""Reward and consequence: a refusal is examined, heard and settled; those who moved are rewarded as others are.

Source: problems 2.3.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history, schema
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import among, any_of, lookup, same
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
EXCHANGES = ["exchange", "secondment"]
STEPS = ["refused_on", "cause_examined_on", "heard_on", "outcome_on"]
TOLD = ["told", "lodged", "upheld", "changed"]  # of the appeal
AGAINST = ["admonished", "removed", "other"]  # outcomes to the cadre's disadvantage, or that may be
DISCIPLINED = ["admonished", "removed"]
COMMENDATION = "commendation"


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and refusal, explained by the days of its steps; one per cadre for awards and one for promotions."""
    refusals = refusals_of(dataset, settings)
    people = _people(dataset, settings)
    parts = [
        _handled(refusals),
        _answered(refusals),
        _fair_share("fair_awards", people, _awarded(people, dataset, settings)),
        _fair_share("fair_promotions", people, _promoted(people, dataset, settings)),
    ]
    return pd.concat(parts, ignore_index=True)


# --- refusals -------------------------------------------------------------------------------------


def refusals_of(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The decisions that are, or may be, refused exchanges of which an outcome is owed by now.

    `refusal` (boolean): NA where it is not known whether the decision was about an exchange, whether it was refused, or when.
    `settled`, `examined`, `found_good`, `found_none` (boolean): what counts is what has its day on file.
    """
    cadres, rows = dataset["cadres"], dataset["decisions"]
    rows = rows.assign(
        managed_by=lookup(rows["cadre_id"], cadres, "cadre_id", "organisation_id"),
        left_on=lookup(rows["cadre_id"], cadres, "cadre_id", "left_on"),
        settled=rows["outcome_on"].notna(),
        examined=rows["cause_examined_on"].notna(),
    )
    is_exchange = among(rows["kind"], EXCHANGES)
    # Where no answer is on record nobody refused, unless a step says that somebody may have.
    traces = rows[STEPS].notna().any(axis=1) & rows["response"].isna()
    refused = rows["response"].eq("refused").fillna(False).astype("boolean").mask(traces)
    dated = rows["refused_on"].notna().astype("boolean")
    rows["refusal"] = is_exchange & refused & dated.mask(~dated)
    recent = rows["refused_on"] >= history.months_before(settings.as_of, settings.window_months)
    deadline = history.span(rows, "refused_on")[1] + pd.Timedelta(days=settings.settle_days)
    still_time = ~rows["settled"] & ((deadline > settings.as_of) | (rows["left_on"] <= deadline))
    owed = (recent | ~rows["settled"] | rows["refused_on"].isna()) & ~still_time
    rows = rows[(rows["refusal"].fillna(True) & owed).to_numpy(bool)].reset_index(drop=True)
    rows["found_good"] = same(rows["cause"], "good") & rows["examined"]
    rows["found_none"] = same(rows["cause"], "none") & rows["examined"]
    return rows


def _handled(rows: pd.DataFrame) -> pd.DataFrame:
    """Examined and heard by the outcome, which has its appeal where it is to the cadre's disadvantage, and fits the cause."""
    examined, heard = _by_the_outcome(rows, "cause_examined_on"), _by_the_outcome(rows, "heard_on")
    appeal = ~among(rows["outcome"], AGAINST) | rows["appeal"].isin(TOLD)
    punished = rows["found_good"].fillna(False) & among(rows["outcome"], DISCIPLINED)
    hit = rows["settled"] & examined & heard & appeal & ~punished
    wrong = {
        "punished_all_the_same": punished.fillna(False),
        "no_appeal": ~appeal.fillna(True),
        "not_heard": ~heard.fillna(True),
        "not_examined": ~examined.fillna(True),
        "left_open": ~rows["settled"],
    }
    return _refusal_facts("handled", rows, rows["refusal"], hit, wrong)


def _answered(rows: pd.DataFrame) -> pd.DataFrame:
    """Of those found without good cause; nobody is taken to be, whose cause was not examined."""
    excused = same(rows["outcome"], "excused")
    hit = rows["settled"] & ~excused
    wrong = {"excused_all_the_same": excused.fillna(False), "no_consequence": ~rows["settled"]}
    facts = _refusal_facts("answered", rows, rows["refusal"] & rows["found_none"], hit, wrong)
    cause_unknown = rows["refusal"].fillna(False) & rows["found_none"].isna()
    return facts.assign(reason_code=facts["reason_code"].mask(cause_unknown.to_numpy(bool), "cause_unknown"))


def _by_the_outcome(rows: pd.DataFrame, step: str) -> pd.Series:
    """Whether a step was taken no later than the outcome (boolean): false where it has no day, NA where months do not tell."""
    in_turn = history.by_then(history.span(rows, step), history.span(rows, "outcome_on"))
    return in_turn.mask(rows[step].isna(), False)


def _refusal_facts(
    measure: str, rows: pd.DataFrame, eligible: pd.Series, hit: pd.Series, wrong: dict[str, pd.Series]
) -> pd.DataFrame:
    """``wrong``: the faults by reason, the last of those that hold being the one that is named."""
    code = pd.Series(pd.NA, index=rows.index, dtype="object")
    for reason, holds in wrong.items():
        code = code.mask(holds.astype(bool), reason)
    code = code.mask(hit.isna(), "order_unknown").mask(hit.fillna(False), pd.NA)
    code = code.mask(eligible.isna(), "refusal_unclear").where(eligible.fillna(True), pd.NA)
    days = {day: rows[day] for day in ["decided_on", *STEPS]}
    return fact_rows(
        measure,
        rows,
        SUBJECT,
        "managed_by",
        **{"eligible": eligible, "hit": hit, "since": rows["refused_on"], **days, "reason_code": code},
    )


# --- awards and promotions ------------------------------------------------------------------------


def _people(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Who held a post on the eve of the months of reward and has served since, one row a cadre.

    `exchanged` (boolean): moved in the months before the eve; NA where the record only begins in them. `stayed_on` (boolean): NA
    for somebody of whom nothing more is on record.
    """
    frame = history.substantive(history.timeline(dataset))
    first = history.months_before(settings.as_of, settings.reward_months)
    eve = first - history.ONE_DAY
    people = history.held_on(frame, eve).drop_duplicates("cadre_id")[["cadre_id", "managed_by"]].reset_index(drop=True)
    since = history.months_before(eve, settings.exchanged_months)
    moves = history.moves(dataset, settings.max_gap_days)
    moves = moves[((moves["moved_on"] >= since) & (moves["moved_on"] < first) & ~moves["demotion"]).to_numpy(bool)]
    exchanged = people["cadre_id"].isin(moves["cadre_id"]).astype("boolean")
    begins = pd.Series(frame.groupby("cadre_id")["start"].min().reindex(people["cadre_id"]).array, index=people.index)
    late = (begins >= since) & history.record_begins_late(people["cadre_id"], dataset)
    serving = people["cadre_id"].isin(history.held_on(frame, settings.as_of)["cadre_id"]).astype("boolean")
    gone = lookup(people["cadre_id"], dataset["cadres"], "cadre_id", "left_reason").isin(history.OUT_OF_SERVICE)
    gone &= lookup(people["cadre_id"], dataset["cadres"], "cadre_id", "left_on").notna()
    return people.assign(exchanged=exchanged.mask(~exchanged & late), stayed_on=serving.mask(~serving & ~gone))


def _awarded(people: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.Series:
    awards = dataset["awards"]
    counts = pd.Series(True, index=awards.index, dtype="boolean")
    if settings.counted_awards == "merits":
        counts = ~same(awards["kind"], COMMENDATION)
    counts &= awards["awarded_on"] >= history.months_before(settings.as_of, settings.reward_months)
    return any_of(counts, awards["cadre_id"], people["cadre_id"])


def _promoted(people: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.Series:
    """Whether each was promoted in the months of reward."""
    moves = history.moves(dataset, settings.max_gap_days)
    up = history.is_promotion(moves)
    up &= moves["moved_on"] >= history.months_before(settings.as_of, settings.reward_months)
    return any_of(up, moves["cadre_id"], people["cadre_id"])


def _fair_share(measure: str, people: pd.DataFrame, rewarded: pd.Series) -> pd.DataFrame:
    """`x` is 1 for who was exchanged, 0 for who was not, and empty where it is not known: then the row is missing."""
    return fact_rows(
        measure,
        people,
        SUBJECT,
        "managed_by",
        eligible=people["stayed_on"],
        hit=rewarded.mask(people["exchanged"].isna()),
        x=people["exchanged"].astype("Float64"),
    )


def picture(run) -> figures.Picture:
    """What came of the refusals, by what was found about their cause."""
    rows = refusals_of(run.dataset, run.settings)
    rows = rows[(rows["refusal"].fillna(False) & rows["managed_by"].isin(run.organisations)).to_numpy(bool)]
    good, none, unexamined = _("Good cause"), _("No good cause"), _("No finding")
    codes = schema.tables()["decisions"].fields["outcome"].codes
    names = {code: schema.code_label("decisions", "outcome", code) for code in codes}
    is_open, unknown = _("Open"), _("Settled, outcome not on record")
    cause = pd.Series(unexamined, index=rows.index, dtype="object")
    cause = cause.mask(rows["found_good"].fillna(False), good).mask(rows["found_none"].fillna(False), none)
    outcome = rows["outcome"].astype("object").map(names).fillna(unknown).mask(~rows["settled"], is_open)
    outcomes = [*names.values(), is_open, *([unknown] if (outcome == unknown).any() else [])]
    counts = pd.DataFrame({"row": outcome, "column": cause}).value_counts().rename("count").reset_index()
    return figures.matrix(
        rows=outcomes,
        columns=[good, none, unexamined],
        counts=counts,
        settings=run.settings,
        slug=run.policy.id,
        title=_("{n} refusals by cause and outcome, {k} of them without a finding on the cause").format(
            n=len(rows), k=int((cause == unexamined).sum())
        ),
        caption=_(
            "Each column is what was found about the cause of a refusal, each row what came of it; a number counts refusals. Those whose time is not over are left out."
        ),
        alarm=[
            (names["excused"], none),
            *((names[code], good) for code in DISCIPLINED),
            *((is_open, column) for column in (good, none)),
            *((row, unexamined) for row in outcomes),
        ],
    )
