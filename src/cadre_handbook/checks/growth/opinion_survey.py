"""Ask before a large exchange and look after it: who answered, what changed, what got worse, who got the first choice.

Source: zhengzhou, Yangzhou.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history, schema
from cadre_handbook.dataset import Dataset
from cadre_handbook.estimates import shares_apart
from cadre_handbook.i18n import _, bracketed, label
from cadre_handbook.policy import Settings
from cadre_handbook.values import DAY, any_of, lookup, same
from cadre_handbook.verdict import fact_rows

RESPONDENTS = ["cadres", "public"]
GROUP = ["organisation_id", "unit_id", "respondents", "question"]
MIDDLE = 3  # an answer that leans to neither side


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per questionnaire, answer, cadre or question; explained by the counts of the waves."""
    waves = closed_waves(dataset, settings)
    answers = _answers(dataset, waves, settings)
    parts = [
        _response_rate(waves),
        _satisfaction_change(answers),
        _complaints_change(dataset, waves, settings),
        _got_worse(answers, settings),
        _first_choice_met(dataset, settings),
    ]
    return pd.concat(parts, ignore_index=True)


def closed_waves(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The waves of the last months that are closed by the day, with `recent` (true, or NA where the days do not tell).

    Of a wave left out for its problems no more than the organisation is known, and perhaps not that.
    """
    waves = dataset.with_left_out("surveys")
    first = pd.Series(history.months_before(settings.as_of, settings.window_months), index=waves.index)
    waves = waves.assign(recent=history.by_then((first, first), history.span(waves, "asked_on")))
    closed = waves["closed_on"].notna() | waves["asked_on"].isna()
    return waves[(waves["recent"].fillna(True) & closed).to_numpy(bool)].reset_index(drop=True)


# --- who answered ---------------------------------------------------------------------------------


def _response_rate(waves: pd.DataFrame) -> pd.DataFrame:
    """Every questionnaire given out, by who was asked.

    A wave of which it is not known how many were asked counts as many unknown questionnaires as the largest of its organisation.
    """
    asked = waves["invited"].astype("Float64")
    largest = asked.groupby(waves["organisation_id"]).transform("max").fillna(1).clip(lower=1)
    believable = (waves["returned"] <= waves["invited"]).fillna(False)
    sheets = waves.assign(came_back=waves["returned"].where(believable), asked=asked.fillna(largest).astype("int64"))
    # Whom a left-out wave asked is not known: it may be either.
    either = pd.Series([RESPONDENTS] * len(sheets), index=sheets.index)
    sheets["group"] = sheets["respondents"].astype("object").where(sheets["respondents"].notna(), either)
    sheets = sheets.explode("group", ignore_index=True)
    sheets = sheets.loc[sheets.index.repeat(sheets["asked"])].reset_index(drop=True)
    number = sheets.groupby(["wave_id", "group"], dropna=False).cumcount()
    return fact_rows(
        "response_rate",
        sheets,
        ("questionnaire", "wave_id"),
        "organisation_id",
        group=sheets["group"],
        eligible=sheets["recent"],
        hit=(number < sheets["came_back"]).astype("boolean").mask(sheets["came_back"].isna()),
    )


# --- what changed ---------------------------------------------------------------------------------


def _answers(dataset: Dataset, waves: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The answers in surveys whose people were asked both before and after, with `satisfied` (boolean) and `after` (bool)."""
    columns = ["wave_id", "question"]
    left_out = dataset.left_out_rows("survey_answers")[columns].astype("object")
    answers = pd.concat([dataset["survey_answers"].astype({"question": "object"}), left_out], ignore_index=True)
    waves = waves[waves["wave"].notna()]
    of_survey = waves.groupby(["organisation_id", "survey", "respondents"], observed=True)["wave"]
    waves = waves[of_survey.transform("nunique").eq(2)]
    columns = ["wave_id", "organisation_id", "unit_id", "respondents", "wave", "recent"]
    answers = answers.merge(waves[columns].astype({"respondents": "object"}), on="wave_id")
    answer = answers["answer"].astype("Int64")
    return answers.assign(satisfied=answer >= settings.satisfied_from, after=answers["wave"].eq("after").to_numpy(bool))


def _satisfaction_change(answers: pd.DataFrame) -> pd.DataFrame:
    asked = answers["recent"] & answers["respondents"].eq("public").astype("boolean")
    return fact_rows(
        "satisfaction_change",
        answers,
        ("answer", "answer_id"),
        "organisation_id",
        eligible=asked & same(answers["question"], "satisfaction"),
        hit=answers["satisfied"],
        x=answers["after"].astype("Float64"),
    )


def _complaints_change(dataset: Dataset, waves: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The cadres who served in the months before the exchange, and those who did in the months after it, once they are over."""
    exchanges = waves[waves["recent"].fillna(False)].sort_values("exchanged_on", ascending=False, kind="stable")
    day = lookup(dataset["cadres"]["organisation_id"], exchanges, "organisation_id", "exchanged_on").astype(DAY)
    postings = dataset["postings"].sort_values("start", kind="stable")
    begun = lookup(dataset["cadres"]["cadre_id"], postings, "cadre_id", "start")
    cadres = dataset["cadres"].assign(day=day, begun=begun)
    first, until = (
        history.months_after(day, months) for months in (-settings.complaint_months, settings.complaint_months)
    )
    sides = [cadres.assign(after=0, start=first, until=day), cadres.assign(after=1, start=day, until=until)]
    sides = pd.concat(sides, ignore_index=True)
    # The months after are over with the day before their anniversary.
    due = sides["day"].notna() & (pd.concat([until, until]) <= settings.as_of + history.ONE_DAY).to_numpy(bool)
    served = (sides["begun"] <= sides["start"]) & ~(sides["left_on"] < sides["until"])
    sides = sides[(due & served).to_numpy(bool)].reset_index(drop=True)
    sides["side"] = sides.index

    entries = dataset["supervision"].merge(sides[["cadre_id", "side", "start", "until"]], on="cadre_id")
    known = history.span(entries, "happened_on")
    begun = history.by_then((entries["start"], entries["start"]), known)
    over = history.by_then((entries["until"], entries["until"]), known)
    complained = any_of(same(entries["kind"], "complaint") & begun & ~over, entries["side"], sides["side"])
    return fact_rows(
        "complaints_change",
        sides,
        ("cadre", "cadre_id"),
        "organisation_id",
        hit=complained,
        x=sides["after"].astype("Float64"),
    )


# --- what got worse -------------------------------------------------------------------------------


def _got_worse(answers: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Each question of a unit (or of the whole organisation), asked of cadres or the public, with answers enough in both waves."""
    asked = counted_answers(answers[answers["recent"].fillna(False).to_numpy(bool)])
    enough = (asked["n_after"] >= settings.min_answers) & (asked["n_before"] >= settings.min_answers)
    # As they are; then with all unreadable answers for the worse, and for the better.
    worse = _surely_fell(asked, 0, 0)
    at_worst, at_best = _surely_fell(asked, 0, 1), _surely_fell(asked, 1, 0)
    hit = worse.astype("boolean").mask(at_worst != at_best)
    percent = {
        f"{wave}_percent": (100 * asked[f"k_{wave}"] / asked[f"n_{wave}"]).round() for wave in ("before", "after")
    }
    code = pd.Series(pd.NA, index=asked.index, dtype="object").mask((hit & enough).fillna(False), "got_worse")
    return fact_rows(
        "got_worse",
        asked,
        ("question", "subject"),
        "organisation_id",
        eligible=enough,
        hit=hit,
        reason_code=code,
        question=asked["question"],
        respondents=asked["respondents"],
        before_answers=asked["n_before"],
        after_answers=asked["n_after"],
        **percent,
    )


def counted_answers(answers: pd.DataFrame) -> pd.DataFrame:
    """Answers by organisation, unit, who was asked and question: `n`, `k` (satisfied) and `blank` of both waves, int64.

    `subject` names each: the unit, or the organisation where the whole of it was asked, who was asked, and the question.
    """
    known = answers["satisfied"].notna()
    wave = answers["after"].map({True: "after", False: "before"})
    counts = answers.assign(
        wave=wave,
        n=known.astype("int64"),
        k=answers["satisfied"].fillna(False).astype("int64"),
        blank=(~known).astype("int64"),
        unit_id=answers["unit_id"].fillna(""),
    )
    counts = counts[counts["question"].notna()]
    table = counts.groupby([*GROUP, "wave"])[["n", "k", "blank"]].sum().unstack("wave", fill_value=0)
    table.columns = [f"{name}_{of_wave}" for name, of_wave in table.columns]
    wanted = [f"{name}_{of_wave}" for name in ("n", "k", "blank") for of_wave in ("before", "after")]
    table = table.reindex(columns=wanted, fill_value=0).astype("int64").reset_index()
    whose = table["unit_id"].where(table["unit_id"] != "", table["organisation_id"])
    return table.assign(subject=whose + "/" + table["respondents"] + "/" + table["question"])


def _surely_fell(asked: pd.DataFrame, after_too: int, before_too: int) -> pd.Series:
    """Whether the whole interval of the change lies below nought, the unreadable answers being as good as said (1 or 0)."""
    blank_after, blank_before = asked["blank_after"], asked["blank_before"]
    if not after_too and not before_too:
        blank_after = blank_before = 0
    _lower, upper = shares_apart(
        asked["k_after"] + blank_after * after_too,
        asked["n_after"] + blank_after,
        asked["k_before"] + blank_before * before_too,
        asked["n_before"] + blank_before,
    )
    return pd.Series(upper < 0, index=asked.index)


# --- the choice of posts --------------------------------------------------------------------------


def _first_choice_met(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The cadres who chose among the posts of an exchange of the last months, once it is settled who gets their first choice."""
    choices = dataset["preferences"].merge(dataset["posts_offered"].drop(columns="post_id"), on="offer_id")
    first_day = pd.Series(history.months_before(settings.as_of, settings.window_months), index=choices.index)
    choices["recent"] = history.by_then((first_day, first_day), history.span(choices, "offered_on"))
    chosen = (choices["cadre_rank"].notna() & choices["recent"].fillna(True)).to_numpy(bool)
    choices = choices[chosen].reset_index(drop=True)
    choices["who"] = choices.groupby(["cadre_id", "exchange_id"]).ngroup()
    first = choices["cadre_rank"].eq(1).astype("boolean")
    people = choices.drop_duplicates("who").reset_index(drop=True)
    people["managed_by"] = lookup(people["cadre_id"], dataset["cadres"], "cadre_id", "organisation_id")
    stated = any_of(first, choices["who"], people["who"])
    settled = any_of(first & choices["decided_on"].notna(), choices["who"], people["who"])
    met = any_of(first & choices["assigned_on"].notna(), choices["who"], people["who"])
    return fact_rows(
        "first_choice_met",
        people,
        ("cadre", "cadre_id"),
        "managed_by",
        eligible=people["recent"] & (settled | ~stated),
        hit=met.mask(~stated),
    )


# --- the picture ----------------------------------------------------------------------------------


def picture(run) -> figures.Picture:
    """Answers on either side of the middle, before and after, for each question with answers enough."""
    waves = closed_waves(run.dataset, run.settings)
    waves = waves[waves["organisation_id"].isin(run.organisations) & waves["recent"].fillna(False)]
    answers = _answers(run.dataset, waves, run.settings)
    sides = pd.DataFrame(
        {
            **{name: answers[name] for name in ("respondents", "question", "after")},
            "left": (answers["answer"] < MIDDLE).fillna(False).astype("int64"),
            "middle": (answers["answer"] == MIDDLE).fillna(False).astype("int64"),
            "right": (answers["answer"] > MIDDLE).fillna(False).astype("int64"),
        }
    )
    counted = sides.groupby(["respondents", "question", "after"], sort=True).sum().reset_index()
    total = counted[["left", "middle", "right"]].sum(axis=1)
    few = total.lt(run.settings.min_answers).groupby([counted["respondents"], counted["question"]]).transform("any")
    counted = counted[~few].sort_values(["respondents", "question", "after"], ascending=[False, True, True])
    table = counted.assign(row=[_row_label(row) for row in counted.itertuples()]).reset_index(drop=True)
    title = _("Answers to {n} questions, before and after").format(n=len(table) // 2)
    of_public = table[table["respondents"].eq("public") & table["question"].eq("satisfaction")]
    if len(of_public) == 2:
        good = of_public["right"] / of_public[["left", "middle", "right"]].sum(axis=1)
        before, after = map(figures.percent_text, good)
        title = _("Good answers of the public on the units' work: {before} before, {after} after").format(
            before=before, after=after
        )
    return figures.diverging(
        table,
        sides=(_("poor (1, 2)"), _("good (4, 5)")),
        settings=run.settings,
        slug=run.policy.id,
        title=title,
        caption=_(
            "Each question has two bars, before and after; a number counts answers. {middle} answers in the middle (3) are not drawn, nor is a question with fewer than {least} answers in a wave."
        ).format(middle=int(table["middle"].sum()), least=run.settings.min_answers),
    )


def _row_label(row) -> str:
    questions, waves = schema.tables()["survey_answers"].fields["question"], schema.tables()["surveys"].fields["wave"]
    question = next(label(item) for item in questions.categories if item.value == row.question)
    wave = next(label(item) for item in waves.categories if item.value == ("after" if row.after else "before"))
    if row.respondents == "public":
        return question + bracketed(wave)
    return _("Cadres: {question}").format(question=question) + bracketed(wave)
