"""`local_rules` once more: topic by topic, rule by rule, department by department."""

from __future__ import annotations

from reference.plain import anniversary, either, fact, first_ancestor, rows, today

TOPICS = ("who", "scope", "procedure", "discipline", "support")


def facts(dataset, settings) -> list[dict]:
    rules = rows(dataset, "local_rules")
    return topics(dataset, rules, settings) + [aged(rule, settings) for rule in rules] + plans(dataset, rules, settings)


def in_force(rule, settings) -> bool | None:
    if rule["in_force_to"] is not None and rule["in_force_to"] <= today(settings):
        return False
    return None if rule["in_force_from"] is None else rule["in_force_from"] <= today(settings)


def perhaps(answer: bool | None) -> bool | None:
    """Not more than perhaps: what holds may be about this, or about something else."""
    return False if answer is False else None


def topics(dataset, rules, settings) -> list[dict]:
    found = []
    for organisation in {cadre["organisation_id"] for cadre in rows(dataset, "cadres")}:
        here = [rule for rule in rules if rule["organisation_id"] == organisation and rule["unit_id"] is None]
        for topic in TOPICS:
            covered = False
            for rule in here:
                if rule["topic"] == topic:
                    covered = either(covered, in_force(rule, settings))
                elif rule["topic"] is None:
                    covered = either(covered, perhaps(in_force(rule, settings)))
            reason = {True: None, False: "no_rule", None: "rule_doubtful"}[covered]
            found.append(fact("topics_covered", f"{organisation}/{topic}", organisation, covered, True, reason))
    return found


def aged(rule, settings) -> dict:
    days = [day for day in (rule["in_force_from"], rule["revised_on"]) if day is not None]
    old = anniversary(max(days), settings.review_years) <= today(settings) if days else None
    holds = in_force(rule, settings)
    reason = "old_rule" if old and holds is not False else None
    return fact("old_rules", rule["rule_id"], rule["organisation_id"], old, holds, reason)


def plans(dataset, rules, settings) -> list[dict]:
    found = []
    units = {unit["unit_id"]: unit for unit in rows(dataset, "units")}
    before = {name: unit["predecessor_unit_id"] for name, unit in units.items()}
    for name, unit in units.items():
        if unit["parent_unit_id"] is not None or name in before.values():
            continue
        planned = False
        for rule in rules:
            if rule["topic"] not in (None, "plan"):
                continue
            if rule["unit_id"] is None and rule["organisation_id"] == unit["organisation_id"]:
                planned = either(planned, perhaps(in_force(rule, settings)))
            elif rule["unit_id"] is not None and first_ancestor(rule["unit_id"], before) == first_ancestor(
                name, before
            ):
                answer = in_force(rule, settings)
                planned = either(planned, answer if rule["topic"] else perhaps(answer))
        department = None if unit["kind"] is None else unit["kind"] == "department"
        found.append(fact("departments_with_plan", name, unit["organisation_id"], planned, department))
    return found
