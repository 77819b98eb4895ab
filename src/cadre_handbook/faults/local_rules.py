"""Written rules: a topic without one, one whose days nobody wrote down, and rules that nobody has looked at again."""

from __future__ import annotations

from cadre_handbook.sample_faults import Faults

RULES = (
    # topic, department, in force from, until, revised, reason, what
    ("who", "", "2012-07-01", "", "2021-09-01", "", "twelve years old, revised three years ago"),
    ("scope", "", "2021-09-01", "", "", "", "made three years ago"),
    ("procedure", "", "2018-04", "", "", "old_rule", "made in 2018, known by month, never revised"),
    ("discipline", "", "2012-07-01", "2023-06-30", "", "", "twelve years old, and no longer in force"),
    ("support", "", "", "", "", "", "no day on record: neither its age nor whether it holds is known"),
    ("who", "", "2008-01", "2012-07-01", "", "", "made in 2008 and followed by another"),
    ("scope", "县财政局", "2020-01-01", "", "", "", "five years old to the day: not yet older"),
    ("procedure", "县公安局", "2019-12-31", "", "", "old_rule", "older than five years by a day"),
    ("discipline", "县财政局", "2022-05-01", "", "", "", "a department's own, made two years ago"),
)
TOPICS = (
    ("discipline", "no_rule", "the county's rule was repealed; that of a department does not stand in for it"),
    ("support", "rule_doubtful", "there is a rule, and no day from which it holds"),
    ("who", "", "an old rule was followed by one that holds"),
    ("procedure", "", "the rule is old, but in force"),
)


def plant(f: Faults) -> None:
    county = f.county.organisation_id
    for number, (topic, unit, since, until, revised, code, what) in enumerate(RULES, start=1):
        rule_id = f"{county}-Z{number:02d}"
        values = {"unit_id": f.county.unit_ids[unit]} if unit else {}
        values |= {"in_force_from": since, "in_force_to": until, "revised_on": revised}
        f.county.add("local_rules", rule_id=rule_id, organisation_id=county, topic=topic, **values)
        f.expect("old_rules", rule_id, code, what)
    for topic, code, what in TOPICS:
        f.expect("topics_covered", f"{county}/{topic}", code, what)
