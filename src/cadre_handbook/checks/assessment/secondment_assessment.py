"""A secondee is assessed at the end: what is counted and what is judged, five abilities and the style, both units heard.

Source: secondment essay, key points and last part.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history, schema
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import among, lookup
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
ABILITIES = ["leading_team", "changing_place", "balancing_interests", "mass_work", "keeping_peace"]
KEY = "secondment_assessment_id"


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and secondment that ended (or host); explained by `began_on`, `ended_on` and what is on file."""
    ended = ended_secondments(dataset, settings)
    parts = [_assessed(ended), _complete(ended), _heard(ended), _all_excellent(dataset, ended, settings)]
    return pd.concat(parts, ignore_index=True)


def ended_secondments(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Secondments whose assessment fell due in the last months, each with the latest assessment of its end.

    Adds `months` (full ones), `due` (boolean: whether an assessment was owed) and `assessed` (boolean, NA where the
    day, or a row that could not be read, does not settle it), beside the columns of the assessment.
    """
    rows = history.secondments(dataset)
    rows = rows.drop(columns="end").rename(columns={"ended_on": "end"})
    due_on = rows["end"] + pd.Timedelta(days=settings.grace_days - 1)
    first = history.months_before(settings.as_of, settings.window_months)
    long_enough = history.months_after(rows["start"], settings.min_months) <= rows["end"]
    rows = rows[(long_enough & (due_on >= first) & (due_on <= settings.as_of)).to_numpy()].reset_index(drop=True)
    rows = _with_assessment(rows, dataset, settings)
    unreadable = dataset.left_out.loc[dataset.left_out["table"] == "secondment_assessments", "cadre_id"]
    unknown = ~rows["recorded"] | (rows["cadre_id"].isin(unreadable) & ~rows["assessed"].fillna(False))
    return rows.assign(
        due=~_left_service(rows, dataset, settings),
        assessed=rows["assessed"].mask(unknown.astype(bool)),
        months=_full_months(rows["start"], rows["end"]),
    )


def _with_assessment(rows: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Each secondment with the latest assessment made in its last days or afterwards, and whether there is one."""
    about = dataset["secondment_assessments"].merge(rows[["secondment_id", "end"]], on="secondment_id")
    earliest = about["end"] - pd.Timedelta(days=settings.early_days)
    about = about[(history.span(about, "assessed_on")[1] >= earliest).to_numpy()]
    latest = about.sort_values(["assessed_on", KEY]).drop_duplicates("secondment_id", keep="last").drop(columns="end")
    rows = rows.merge(latest, on="secondment_id", how="left")
    surely = (rows["assessed_on"] >= rows["end"] - pd.Timedelta(days=settings.early_days)).astype("boolean")
    return rows.assign(assessed=surely.mask(~surely & rows["assessed_on"].notna()))


def _left_service(rows: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.Series:
    """Whether the cadre retired, resigned, was dismissed or died before the assessment was due (boolean)."""
    in_time = rows["left_on"] <= rows["end"] + pd.Timedelta(days=settings.grace_days - 1)
    reason = lookup(rows["cadre_id"], dataset["cadres"], "cadre_id", "left_reason").astype("object")
    for_good = among(reason, history.OUT_OF_SERVICE)
    return in_time.astype("boolean") & for_good


def _full_months(start: pd.Series, end: pd.Series) -> pd.Series:
    """Full months from `start` up to, not including, `end` (Int64)."""
    months = (end.dt.year - start.dt.year) * 12 + end.dt.month - start.dt.month
    return (months - (history.months_after(start, months) > end).astype("int64")).astype("Int64")


# --- what an assessment has -----------------------------------------------------------------------


def _assessed(ended: pd.DataFrame) -> pd.DataFrame:
    return _facts("assessed", ended, ended["due"], ended["assessed"], "not_assessed", "not_known")


def _complete(ended: pd.DataFrame) -> pd.DataFrame:
    """The counted and the judged part, and a mark for each ability and the style: an empty mark is none."""
    marked = ended[[*ABILITIES, "style"]].notna()
    hit = ended["counted"] & ended["judged"] & marked.all(axis=1).astype("boolean")
    abilities = marked[ABILITIES].sum(axis=1)
    columns = {"counted": ended["counted"], "judged": ended["judged"], "abilities": abilities, "style": marked["style"]}
    return _facts("complete", ended, ended["due"] & ended["assessed"], hit, "incomplete", "parts_unknown", **columns)


def _heard(ended: pd.DataFrame) -> pd.DataFrame:
    hit = ended["host_heard"] & ended["home_heard"]
    columns = {name: ended[name] for name in ("host_heard", "home_heard")}
    return _facts("heard", ended, ended["due"] & ended["assessed"], hit, "not_heard", "hearing_unknown", **columns)


def _facts(measure: str, ended: pd.DataFrame, eligible, hit, if_not: str, if_unknown: str, **columns) -> pd.DataFrame:
    code = pd.Series(pd.NA, index=ended.index, dtype="object")
    code = code.mask(~hit.fillna(True), if_not).mask(hit.isna(), if_unknown).where(eligible.fillna(False).astype(bool))
    return fact_rows(
        measure,
        ended,
        SUBJECT,
        "managed_by",
        eligible=eligible,
        hit=hit,
        since=ended["end"],
        reason_code=code,
        began_on=ended["start"],
        ended_on=ended["end"] - history.ONE_DAY,
        months=ended["months"],
        assessed_on=ended["assessed_on"],
        **columns,
    )


def _all_excellent(dataset: Dataset, ended: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Hosts with enough graded secondees, and whether every one was graded excellent; a renamed unit is one host."""
    units = dataset["units"].assign(root=lambda table: history.roots(table["unit_id"], table["predecessor_unit_id"]))
    of_host = ended[(ended["due"] & ended["assessed"]).fillna(False).to_numpy(bool)].dropna(subset=["host_unit_id"])
    of_host = of_host.sort_values(["assessed_on", KEY]).assign(
        root=lambda table: lookup(table["host_unit_id"], units, "unit_id", "root"),
        known=lambda table: table["grade"].notna(),
        less=lambda table: table["grade"].notna() & table["grade"].ne("excellent"),
    )
    hosts = of_host.groupby("root", as_index=False).agg(
        unit_id=("host_unit_id", "last"),
        since=("assessed_on", "last"),
        all_=("known", "size"),
        graded=("known", "sum"),
        less=("less", "sum"),
    )
    enough = (hosts["graded"] >= settings.least_graded).astype("boolean")
    enough = enough.mask(~enough & (hosts["all_"] >= settings.least_graded))
    excellent = (hosts["less"] == 0).astype("boolean").mask((hosts["less"] == 0) & (hosts["graded"] < hosts["all_"]))
    code = pd.Series(pd.NA, index=hosts.index, dtype="object")
    return fact_rows(
        "all_excellent",
        hosts.assign(organisation=lookup(hosts["unit_id"], units, "unit_id", "organisation_id")),
        ("unit", "unit_id"),
        "organisation",
        eligible=enough,
        hit=excellent,
        since=hosts["since"],
        reason_code=code.mask((enough & excellent).fillna(False).to_numpy(bool), "all_excellent"),
        graded=hosts["graded"],
    )


def picture(run) -> figures.Picture:
    """The marks of the five abilities and of the style: median, middle half and range."""
    ended = ended_secondments(run.dataset, run.settings)
    chosen = (ended["due"] & ended["assessed"]).fillna(False) & ended["managed_by"].isin(run.organisations)
    scale = schema.tables()["secondment_assessments"].fields["style"]
    marks = ended[chosen.to_numpy(bool)][[*ABILITIES, "style"]]
    names = {
        "leading_team": _("Leading a team"),
        "changing_place": _("Changing town and country"),
        "balancing_interests": _("Balancing interests"),
        "mass_work": _("Working with the masses"),
        "keeping_peace": _("Keeping the peace"),
        "style": _("Style of work"),
    }
    return figures.profile(
        marks.rename(columns=names),
        scale=(int(scale.minimum), int(scale.maximum)),
        least=run.settings.least_marked,
        settings=run.settings,
        slug=run.policy.id,
    )
