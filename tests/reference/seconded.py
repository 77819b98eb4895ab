"""Secondments in plain Python: each with the day after its last, and those that only a posting shows."""

from __future__ import annotations

import calendar
import datetime as dt

from reference.plain import FOREVER, by, rows


def secondments(dataset) -> list[dict]:
    cadres = by(rows(dataset, "cadres"), "cadre_id")
    on_record = [{**row, "recorded": True} for row in rows(dataset, "secondments")]
    named = {row["posting_id"] for row in on_record if row["posting_id"] is not None}
    others = []
    for posting in rows(dataset, "postings"):
        own = [row for row in on_record if row["cadre_id"] == posting["cadre_id"]]
        touched = any(
            posting["start"] <= (row["end"] or FOREVER) and row["start"] <= (posting["end"] or FOREVER) for row in own
        )
        if posting["role"] == "secondment" and posting["posting_id"] not in named and not touched:
            others.append({"secondment_id": None, "host_unit_id": None, **posting, "recorded": False})
    for row in [*on_record, *others]:
        cadre = cadres[row["cadre_id"]]
        row["managed_by"] = cadre["organisation_id"]
        row["left_on"], row["left_reason"] = cadre["left_on"], cadre["left_reason"]
        row["over"] = row["end"] or cadre["left_on"]
    return [*on_record, *others]


def span(row: dict, column: str) -> tuple[dt.date, dt.date]:
    """The first and the last day that a date may be."""
    day = row[column]
    if not row[f"{column}_is_month"]:
        return day, day
    return day, day.replace(day=calendar.monthrange(day.year, day.month)[1])
