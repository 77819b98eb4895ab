"""Written rules of the place: whether every topic is settled, whether rules are looked at again, and departments' plans.

Sources: problems 1.1 and 2.2 (first); zhengzhou, Guizhou and Yangzhou.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history, schema
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _, label
from cadre_handbook.policy import Settings
from cadre_handbook.values import any_of, same
from cadre_handbook.verdict import fact_rows

TOPICS = ["who", "scope", "procedure", "discipline", "support"]  # what Guizhou's rules settle
PLAN = "plan"


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per topic of an organisation, per rule and per department; explained by `topic` and `in_force`."""
    rules = _rules(dataset, settings)
    parts = [_topics_covered(dataset, rules), _old_rules(rules, settings), _departments_with_plan(dataset, rules)]
    return pd.concat(parts, ignore_index=True)


def _rules(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The rules with `in_force` on the day (boolean) and `since`, the day each was settled or last revised.

    Of a rule left out for its problems no more than the organisation is known, and perhaps not that: it stands here
    without topic and days, for every organisation where its own is not one of the data.
    """
    rules = dataset.with_left_out("local_rules")
    begun = (rules["in_force_from"] <= settings.as_of).astype("boolean").mask(rules["in_force_from"].isna())
    in_force = begun & ~(rules["in_force_to"] <= settings.as_of)
    return rules.assign(in_force=in_force, since=rules[["in_force_from", "revised_on"]].max(axis=1))


def _any_in_force(rules: pd.DataFrame, key: str, of: pd.Series) -> pd.Series:
    """Whether any rule is in force for each of the keys `of` (boolean): false where there is no rule at all."""
    return any_of(rules["in_force"], rules[key], of)


def _settled(surely: pd.Series, perhaps: pd.Series) -> pd.Series:
    """True where surely; unknown where a rule of which too little is known may be in force; else as it is."""
    return surely.mask((~surely & perhaps.fillna(True)).fillna(False))


def _topics_covered(dataset: Dataset, rules: pd.DataFrame) -> pd.DataFrame:
    """Each topic in each organisation that manages cadres, and whether a rule of the whole organisation settles it."""
    managing = dataset["cadres"]["organisation_id"].dropna().drop_duplicates()
    topics = pd.DataFrame({"organisation_id": managing}).merge(pd.DataFrame({"topic": TOPICS}), how="cross")
    topics["subject"] = topics["organisation_id"] + "/" + topics["topic"]
    of_all = rules[rules["unit_id"].isna()]
    of_all = of_all.assign(subject=of_all["organisation_id"] + "/" + of_all["topic"].astype("object"))
    nameless = of_all[of_all["topic"].isna()]
    covered = _settled(
        _any_in_force(of_all.dropna(subset=["subject"]), "subject", topics["subject"]),
        _any_in_force(nameless, "organisation_id", topics["organisation_id"]),
    )
    code = pd.Series("rule_doubtful", index=topics.index, dtype="object")
    code = code.mask(~covered.fillna(True), "no_rule").mask(covered.fillna(False), pd.NA)
    return fact_rows(
        "topics_covered",
        topics,
        ("topic", "subject"),
        "organisation_id",
        hit=covered,
        topic=topics["topic"],
        reason_code=code,
    )


def _old_rules(rules: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The rules in force, and whether they were settled or last revised more than the years ago."""
    known = rules["since"].notna()
    old = (history.anniversary(rules["since"], settings.review_years) <= settings.as_of).astype("boolean").mask(~known)
    code = pd.Series(pd.NA, index=rules.index, dtype="object")
    return fact_rows(
        "old_rules",
        rules,
        ("rule", "rule_id"),
        "organisation_id",
        eligible=rules["in_force"],
        hit=old,
        since=rules["since"],
        topic=rules["topic"].astype("object"),
        reason_code=code.mask((old & rules["in_force"].fillna(True)).fillna(False), "old_rule"),
    )


def _departments_with_plan(dataset: Dataset, rules: pd.DataFrame) -> pd.DataFrame:
    """The departments that stand, no divisions, and whether a plan of their own is in force.

    A plan of the unit that a department continues is its own.
    """
    units = history.all_units(dataset)
    root_of = units.set_index("unit_id")["unit"]
    units = units[units["stands"]]
    plans = rules[rules["topic"].eq(PLAN).mask(rules["topic"].isna(), True).to_numpy(bool)]
    plans = plans.assign(unit=plans["unit_id"].map(root_of))
    doubtful = plans.assign(in_force=plans["in_force"].mask(plans["in_force"].fillna(False)))
    of_a_unit = plans["unit"].notna()
    own = pd.concat([plans[of_a_unit & plans["topic"].notna()], doubtful[of_a_unit & plans["topic"].isna()]])
    has_plan = _settled(
        _any_in_force(own, "unit", units["unit"]),
        _any_in_force(plans[~of_a_unit], "organisation_id", units["organisation_id"]),
    )
    return fact_rows(
        "departments_with_plan",
        units,
        ("unit", "unit_id"),
        "organisation_id",
        eligible=same(units["kind"], "department"),
        hit=has_plan,
    )


def picture(run) -> figures.Picture:
    """Topics against the rules there are: in force, in force and too old, no longer in force."""
    names = {item.value: label(item) for item in schema.tables()["local_rules"].fields["topic"].categories}
    columns = [_("in force"), _("in force, too old"), _("no longer in force"), _("not known")]
    rules = run.of("old_rules").dropna(subset=["topic"])
    in_force, old = rules["eligible"], rules["hit"]
    state = pd.Series(columns[3], index=rules.index)
    state = state.mask((in_force & ~old).fillna(False), columns[0]).mask((in_force & old).fillna(False), columns[1])
    state = state.mask(~in_force.fillna(True), columns[2])
    counted = pd.DataFrame({"row": rules["topic"].map(names), "column": state})
    topics = run.of("topics_covered")
    return figures.matrix(
        rows=list(names.values()),
        columns=columns,
        counts=counted.value_counts(["row", "column"]).rename("count").reset_index(),
        settings=run.settings,
        slug=run.policy.id,
        title=_("{k} of {n} topics are settled by a rule in force").format(
            k=int(topics["hit"].fillna(False).sum()), n=len(topics)
        ),
        caption=_("Each row is a topic; a number counts its rules, those of departments among them."),
        alarm=[(name, columns[1]) for name in names.values()],
    )
