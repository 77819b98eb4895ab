"""One module a recommendation, and the one way they are run: open, validate, check, judge.

A check is a plain function `facts(dataset, settings) -> DataFrame`, one row per measure and subject; `picture(run)` in
the same module draws its figure. Where a check has them, `notes(settings)` (by measure) and `remarks(results)` (by row) add to
the reasons, `lacks(dataset, settings)` says by measure what the data have nothing of, though the tables and columns are there, and
`subjects_a_row(settings)` by measure how many subjects one row of its events may be, where it may be several. Everything else is the same for all and stands here.

A case or an overview shows several things together and judges nothing of its own. Its module has `opened(report, settings,
given)`, what all its views are made from, and `VIEWS`: for each view's heading in the notebook a function of what was opened that
gives a `show.View`.
"""

from __future__ import annotations

import importlib
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cadre_handbook import disclosure, schema, validation, verdict
from cadre_handbook import policy as policies
from cadre_handbook import review as reviews
from cadre_handbook.columns_read import columns_read
from cadre_handbook.dataset import SAMPLE, Dataset, cut_to, open_dataset
from cadre_handbook.errors import DataRefused, RequestError
from cadre_handbook.i18n import _, clauses, joined, label, language
from cadre_handbook.paths import DATA
from cadre_handbook.strict_yaml import load_yaml, nearest

FINDING_COLUMNS = [
    *(
        "recommendation",
        "measure",
        "subject_type",
        "subject_id",
        "since",
        "reason_code",
        "reason",
        "organisation_id",
        "finding_id",
    ),
]


@dataclass
class Run:
    """One check on one dataset: `facts`, `results` and `findings` as frames, with what they were made from.

    Of a hidden result no fact, cell or finding is in them. ``review``: what an earlier review said of the findings, where one was
    given; ``without_excepted``: the results that the approved exceptions would change, as they would be without them.
    """

    policy: policies.Policy
    settings: policies.Settings
    dataset: Dataset
    report: validation.Report
    facts: pd.DataFrame
    cells: pd.DataFrame
    results: pd.DataFrame
    findings: pd.DataFrame
    organisations: list[str]
    given: Mapping[str, Any]
    review: reviews.Review | None = None
    without_excepted: pd.DataFrame | None = None

    def of(self, measure: str) -> pd.DataFrame:
        """The facts of one measure that are about the organisations asked for."""
        chosen = self.facts["measure"].eq(measure) & self.facts["organisation_id"].isin(self.organisations)
        return self.facts[chosen]


def module(slug: str):
    """The module of a check, a case or an overview by slug."""
    return importlib.import_module(f"cadre_handbook.checks.{policies.catalogue()[slug]['part']}.{slug}")


def sample_as_of() -> pd.Timestamp:
    """The day the sample county is described as of."""
    return pd.Timestamp(load_yaml(DATA / "sample" / "about.yaml")["as_of"])


def the_day(as_of: Any, where: str) -> pd.Timestamp:
    """`as_of` as a day. It must be given, and is never read from the clock; only the sample has one of its own."""
    if as_of is None:
        if str(where) == SAMPLE:
            return sample_as_of()
        raise RequestError(_("as_of is missing: give the day the data are to be judged on, such as 2024-12-31."))
    return pd.Timestamp(policies.common_parameters()["as_of"].accept(as_of))


def the_organisations(wanted: Any, dataset: Dataset) -> list[str]:
    """The ids of the organisations asked for, all that get verdicts where none was named.

    A number is taken only where its text is exactly one id of the data: a command line turns 01100 into 1100.
    """
    known = dataset.organisations()
    if not known:
        raise DataRefused(
            _(
                "The data have no organisation to give a verdict about. Fill in the table organisations; external ones get none."
            )
        )
    if wanted is None:
        return known
    chosen = []
    for item in wanted if isinstance(wanted, (list, tuple)) else [wanted]:
        if isinstance(item, bool) or str(item) not in known:
            hint = (
                _(
                    " It arrived as a number, which loses leading zeros: with papermill use -r instead of -p, or put the id in quotes."
                )
                if not isinstance(item, str)
                else ""
            )
            raise RequestError(
                _("There is no organisation “{id}” in the data.").format(id=item)
                + (nearest(str(item), known) or _some(known))
                + hint
            )
        chosen.append(str(item))
    return list(dict.fromkeys(chosen))


def _some(known: Sequence[str]) -> str:
    more = " …" if len(known) > 5 else ""
    return _(" Known are: {ids}").format(
        ids=joined(known[:5]) + more + "。" if language() == "zh_CN" else joined(known[:5]) + more + "."
    )


def lacking(measure: policies.Measure, dataset: Dataset, settings: policies.Settings) -> str | None:
    """What a measure needs and the data do not have, as a sentence; `None` where it has all."""
    absent = []
    for name, columns in needed(measure, settings).items():
        if not dataset.has(name) or dataset.text[name].empty:
            title = label(schema.tables()[name], "title")
            absent.append(_("the table {table} ({title})").format(table=name, title=title))
        else:
            absent += [_column_words(name, column) for column in columns if not dataset.has(name, column)]
    by_value = [values.get(getattr(settings, name), ()) for name, values in measure.tables_any_by.items()]
    for either in (measure.tables_any, *by_value):
        choices = [item.split(".") for item in either]
        if choices and not any(dataset.has(table, column) for table, column in choices):
            absent.append(_(" or ").join(_column_words(table, column) for table, column in choices))
    return _("missing or empty: {what}").format(what=joined(absent)) if absent else None


def needed(measure: policies.Measure, settings: policies.Settings) -> dict[str, tuple[str, ...]]:
    """The tables and columns a measure needs with these parameters."""
    tables = dict(measure.tables)
    for parameter, by_value in measure.tables_by.items():
        for name, columns in by_value.get(getattr(settings, parameter), {}).items():
            tables[name] = (*tables.get(name, ()), *columns)
    return tables


def _column_words(table: str, column: str) -> str:
    title = label(schema.tables()[table].fields[column], "title")
    return _("the column {column} ({title})").format(column=f"{table}.{column}", title=title)


def _left_out_as_missing(
    facts: pd.DataFrame,
    dataset: Dataset,
    policy: policies.Policy,
    organisations: list[str],
    subjects_a_row: Mapping[str, int],
) -> pd.DataFrame:
    """Facts in which what the rows left out for their problems were about is missing.

    The facts of their cadres and posts become missing, and `left_out` (bool) says of which. Where a cadre or post has no fact that could count, one is added,
    and in a measure of events one for each row left out of the events' table, for each may have been one (or as many
    as ``subjects_a_row`` says that it may have been).
    """
    if dataset.left_out.empty:
        return facts
    left = dataset.left_out.assign(organisation_id=_organisations_of(dataset, organisations))
    added, doubtful = [], np.zeros(len(facts), bool)
    for name, measure in policy.measures.items():
        rows = left[left["table"].isin([*measure.tables, *measure.events])]
        here = facts["measure"].eq(name) & (
            facts["cadre_id"].isin(rows["cadre_id"].dropna()) | facts["post_id"].isin(rows["post_id"].dropna())
        )
        doubtful |= here.to_numpy(bool)
        could_count = facts[here & facts["eligible"].fillna(True).astype(bool)]
        subjects = _unknown_subjects(rows, measure, could_count, subjects_a_row.get(name, 1))
        for group in [item.value for item in measure.groups] or [""]:
            added.append(
                verdict.fact_rows(name, subjects, (measure.subject, "subject"), "organisation_id", group=group)
            )
    unknown = pd.concat([frame for frame in added if len(frame)] or added[:1], ignore_index=True)
    facts = facts.assign(missing=facts["missing"] | doubtful, left_out=doubtful)
    return pd.concat([facts, unknown.assign(missing=True, left_out=True)], ignore_index=True)


def _unknown_subjects(
    rows: pd.DataFrame, measure: policies.Measure, known: pd.DataFrame, an_event: int = 1
) -> pd.DataFrame:
    """What left-out rows were about and no fact stands for: `subject`, `organisation_id`, `cadre_id`, `post_id`.

    A row of the events' tables stands for ``an_event`` subjects.
    """
    about = "post_id" if measure.subject == "post" else "cadre_id"
    declared = [
        name
        for name, table in schema.tables().items()
        if about in table.fields or (about == "cadre_id" and table.names_cadre_by)
    ]
    rows = rows[rows["table"].isin(declared)]
    nameless = rows["table"] + " " + rows["row"].astype(str)
    rows = rows.assign(subject=rows[about].fillna(nameless)).explode("organisation_id")
    pair = ["subject", "organisation_id"]
    events = rows[rows["table"].isin(measure.events)]
    events = events.iloc[np.repeat(np.arange(len(events)), an_event)]
    stands = pd.MultiIndex.from_frame(
        pd.concat([known[[about, "organisation_id"]].set_axis(pair, axis=1), events[pair]])
    )
    others = rows.drop_duplicates(pair)
    others = others[~pd.MultiIndex.from_frame(others[pair]).isin(stands)]
    return pd.concat([events, others], ignore_index=True)[[*pair, "cadre_id", "post_id"]]


def _organisations_of(dataset: Dataset, organisations: list[str]) -> pd.Series:
    """The organisations each left-out row may count for (a list a row): those of its cadre and its post as their rows
    say it, left-out rows too; all of them where that of the cadre is not known."""
    text, left = dataset.text, dataset.left_out
    units = text["units"].drop_duplicates("unit_id").set_index("unit_id")["organisation_id"]
    of_post = text["posts"].drop_duplicates("post_id").set_index("post_id")["unit_id"].map(units)
    of_cadre = text["cadres"].drop_duplicates("cadre_id").set_index("cadre_id")["organisation_id"]
    pairs = zip(left["cadre_id"].map(of_cadre), left["post_id"].map(of_post), strict=True)
    known = [
        list(dict.fromkeys(item for item in pair if isinstance(item, str)))
        if isinstance(pair[0], str)
        else organisations
        for pair in pairs
    ]
    wanted = set(organisations)
    return pd.Series([[item for item in items if item in wanted] for items in known], index=left.index, dtype="object")


def _findings(facts: pd.DataFrame, policy: policies.Policy, settings: policies.Settings) -> pd.DataFrame:
    """The rows a person should look at, each with its reason in one sentence, in the language in use.

    By measure and day, and before the day by `order` (a number) where the facts have one: the lowest first. One that rests on
    rows of which some were left out stays, since its subject is to be looked at, and says that it counts as unknown.
    """
    rows = facts[facts["reason_code"].notna()]
    reasons = [_sentence(policy.reasons[row["reason_code"]], row, settings) for row in rows.to_dict("records")]
    doubt = _("{finding} (A row about it was left out for its problem, so this is not sure, and it counts as unknown.)")
    doubtful = rows["left_out"] if "left_out" in rows else [False] * len(rows)
    reasons = [
        doubt.format(finding=reason) if unsure else reason for reason, unsure in zip(reasons, doubtful, strict=True)
    ]
    rows = rows.assign(recommendation=policy.id, reason=reasons, order=rows.get("order"))
    rows = rows.sort_values(["measure", "order", "since", "subject_id"], kind="stable")
    return rows[FINDING_COLUMNS].reset_index(drop=True)


def _sentence(reason: policies.Reason, row: dict, settings: policies.Settings) -> str:
    text = label(reason, "text")
    names = [name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name]
    return text.format(
        **{name: _word(name, row[name], settings) if name in row else _given(name, settings) for name in names}
    )


def _word(name: str, value: Any, settings: policies.Settings) -> str:
    """A fact as a word in a sentence: dates, numbers, yes and no, codes by their label."""
    if value is None or pd.isna(value):
        return _("unknown")
    if isinstance(value, (bool, np.bool_)):
        return _("yes") if value else _("no")
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    if name in schema.FACT_CODES:
        return schema.code_label(*schema.FACT_CODES[name], value)
    return verdict.number_text(value) if isinstance(value, (int, float, np.number)) else str(value)


def _given(name: str, settings: policies.Settings) -> str:
    """A parameter as a word in a sentence: a choice by its label."""
    value = getattr(settings, name)
    choice = next((item for item in settings.parameters[name].choices if item.value == value), None)
    return label(choice) if choice else str(value)


def prepared(
    policy: policies.Policy, report: validation.Report, given: Mapping[str, Any]
) -> tuple[policies.Settings, list[str]]:
    """The values of a run on a validated dataset and the organisations asked for; raises as `evaluate` does."""
    day = the_day(given.get("as_of"), report.dataset.where)
    local = policies.local_policy(given["policy"], policy.id) if given.get("policy") else {}
    settings = policies.settings(
        policy, day, {**local, **{name: value for name, value in given.items() if value is not None}}
    )
    organisations = the_organisations(given.get("organisation_id"), report.dataset)
    if len(report.errors) and not settings.allow_problems:
        raise validation.refused(report)
    return settings, organisations


def evaluate(
    slug: str, report: validation.Report, given: Mapping[str, Any], records: pd.DataFrame | None = None
) -> Run:
    """A check on a validated dataset. ``given``: parameters by name, those that are `None` as the policy says. ``records``: those of
    the file that `review` names, where it is read already.

    Raises `RequestError` for a parameter that is unknown or out of range, a missing `as_of`, an unknown organisation, a malformed
    review; `DataRefused` where the data have problems and `allow_problems` was not given.
    """
    policy = policies.load_policy(slug)
    settings, organisations = prepared(policy, report, given)
    day = settings.as_of
    whole = cut_to(report.dataset, day)
    dataset = cut_to(validation.without_problems(report, day), day) if len(report.errors) else whole

    facts = verdict.with_missing(module(slug).facts(dataset, settings), policy)
    facts = facts[facts["organisation_id"].isin(dataset.organisations())]
    subjects_a_row = getattr(module(slug), "subjects_a_row", lambda _settings: {})(settings)
    facts = _left_out_as_missing(facts, dataset, policy, report.dataset.organisations(), subjects_a_row)
    # Rows left out are no reason for “no data”: what they were about is there, and unknown.
    no_data = {name: why for name, measure in policy.measures.items() if (why := lacking(measure, whole, settings))}
    no_data = getattr(module(slug), "lacks", lambda _dataset, _settings: {})(whole, settings) | no_data
    facts = facts[~facts["measure"].isin(list(no_data))].reset_index(drop=True)
    counted = verdict.cells(facts)
    # What is hidden is hidden here, once: everything that is shown is made from what is left.
    hidden = disclosure.to_hide(counted, policy, settings) | disclosure.means_to_hide(facts, policy, settings)
    facts, counted = (disclosure.without(hidden, frame, policy) for frame in (facts, counted))
    counted = verdict.summed(counted)
    results = verdict.judge(counted, policy, settings, organisations, no_data)
    results = disclosure.hide(results, hidden, settings)
    for name, note in getattr(module(slug), "notes", lambda _settings: {})(settings).items():
        noted = results["measure"].eq(name)
        results.loc[noted, "reason"] = [clauses(reason, note) for reason in results.loc[noted, "reason"]]
    if hasattr(module(slug), "remarks"):
        remarks = module(slug).remarks(results)
        results["reason"] = [clauses(*both) for both in zip(results["reason"], remarks, strict=True)]
    if report.faulty_rows:
        note = _("rows left out for their problems: {count}").format(count=report.faulty_rows)
        results["reason"] = [clauses(reason, note) for reason in results["reason"]]
    about = facts["reason_code"].notna() & facts["organisation_id"].isin(organisations)
    facts["finding_id"] = pd.Series(reviews.finding_ids(facts[about], slug), index=facts.index[about], dtype="object")
    findings = _findings(facts[about], policy, settings)
    run_ = Run(policy, settings, dataset, report, facts, counted, results, findings, organisations, given)
    if settings.review:
        _under_review(run_, reviews.read_records(settings.review) if records is None else records)
    return run_


def _under_review(run_: Run, records: pd.DataFrame) -> None:
    """Set what a review says of the findings of a run, and what would be without those that it approved as exceptions."""
    of_check = reviews.of_run(records, [run_.policy.id], run_.organisations)
    run_.review = reviews.review(run_.findings, of_check, run_.settings.as_of)
    excepted = run_.facts["finding_id"].isin(run_.review.excepted)
    # Of a sensitive measure two results side by side could tell what one of them hides; a statistic is no count of findings.
    touched = [
        name
        for name in run_.facts.loc[excepted, "measure"].unique()
        if not run_.policy.measures[name].sensitive and not run_.policy.measures[name].statistic
    ]
    cells = verdict.summed(verdict.cells(run_.facts[~excepted & run_.facts["measure"].isin(touched)]))
    others = verdict.judge(cells, run_.policy, run_.settings, run_.organisations, {})
    keys = ["organisation_id", "measure", "group"]
    changed = pd.MultiIndex.from_frame(run_.facts.loc[excepted & run_.facts["measure"].isin(touched), keys])
    run_.without_excepted = others[pd.MultiIndex.from_frame(others[keys]).isin(changed)].reset_index(drop=True)


def otherwise(run_: Run, **values: Any) -> Run:
    """The same check on the same data with other parameters: what would the verdict be if …"""
    return evaluate(run_.policy.id, run_.report, {**run_.given, **values})


def run(slug: str, data: Any = SAMPLE, **given: Any) -> Run:
    """Open, validate, check and judge in one call; see `dataset.open_dataset` and `evaluate`."""
    return evaluate(slug, validation.validate(open_dataset(data, columns_read(slug))), given)
