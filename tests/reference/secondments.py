"""Secondments in plain Python: those with a row of their own, and those that only a posting shows."""

from __future__ import annotations

import calendar
import datetime as dt

from reference.plain import FOREVER, by, rows

NOTHING = ("planned_on", "planned_end", "task", "use_decided_on", "use")


def secondments(dataset) -> list[dict]:
    """Every secondment with `recorded`, `managed_by`, `left_on`, `ended_on`, and whether its use was decided after the day."""
    cadres, postings, found = by(rows(dataset, "cadres"), "cadre_id"), rows(dataset, "postings"), []
    later = decided_later(dataset)
    for row in rows(dataset, "secondments"):
        found.append({**row, "recorded": True, "decided_later": row["secondment_id"] in later})
    named = {row["posting_id"] for row in found}
    spans = {}
    for row in found:
        spans.setdefault(row["cadre_id"], []).append((row["start"], row["end"] or FOREVER))
    for row in postings:
        if row["role"] != "secondment" or row["posting_id"] in named:
            continue
        end = row["end"] or FOREVER
        if not any(start <= end and row["start"] <= until for start, until in spans.get(row["cadre_id"], [])):
            blank = {**dict.fromkeys(NOTHING), "secondment_id": None}
            found.append({**row, **blank, "recorded": False, "decided_later": False})
    for row in found:
        cadre = cadres[row["cadre_id"]]
        row["managed_by"], row["left_on"] = cadre["organisation_id"], cadre["left_on"]
        row["ended_on"], row["ended_on_is_month"] = row["end"], row["end_is_month"]
        if row["end"] is None:
            row["ended_on"], row["ended_on_is_month"] = cadre["left_on"], cadre["left_on_is_month"]
    return found


def decided_later(dataset) -> set[str]:
    """Secondments that name a day of the use decision which the dataset, cut to the day judged on, does not know yet."""
    if "secondments" not in dataset.text or "use_decided_on" not in dataset.text["secondments"]:
        return set()
    named = dataset.text["secondments"][["secondment_id", "use_decided_on"]].dropna()
    known = {row["secondment_id"] for row in rows(dataset, "secondments") if row["use_decided_on"] is not None}
    return set(named["secondment_id"]) - known


def span(row, column) -> tuple[dt.date, dt.date] | None:
    """The first and the last day that a date may be."""
    day = row[column]
    if day is None:
        return None
    last = calendar.monthrange(day.year, day.month)[1]
    return day, day.replace(day=last) if row[f"{column}_is_month"] is True else day


def by_then(one, other) -> bool | None:
    """Whether one day is no later than the other, both given as the first and last they may be."""
    if one[1] <= other[0]:
        return True
    return False if one[0] > other[1] else None
