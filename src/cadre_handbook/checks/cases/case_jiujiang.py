"""Jiujiang: 129 cadres exchanged at a change of term, 18 down and 31 up, a third locals, teams younger and better educated.

Source: zhengzhou, Jiujiang.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from cadre_handbook import figures, published, show, validation
from cadre_handbook.i18n import _, label
from cadre_handbook.policy import Settings
from cadre_handbook.published import beside, recomputed, shares
from cadre_handbook.values import lookup


def opened(report: validation.Report, settings: Settings, given: Mapping[str, Any]) -> published.Opened:
    """The published figures, with teams, locals, avoidance, promotions and moves as the checks count them."""
    case = published.opened("case_jiujiang", "jiujiang", report, settings, given)
    return replace(case, own=_moves(case))


def _moves(case: published.Opened) -> pd.DataFrame:
    """All moves, those into the posts of Party and government heads, and those down and up across the county's border."""
    run = case.runs["exchange_pathways"]
    moves = run.of("across_departments")
    moves = moves[(moves["post_id"].notna() & ~moves["missing"]).to_numpy(bool)]
    kind = lookup(moves["post_id"], run.dataset["posts"], "post_id", "kind").astype("object")
    heads = moves[kind.isin(["party_secretary", "government_head"]).to_numpy(bool)]
    years = run.settings.window_years
    rows = []
    for organisation in case.organisations:
        of_one, of_heads = (frame[frame["organisation_id"].eq(organisation).to_numpy(bool)] for frame in (moves, heads))
        people = of_one["subject_id"].nunique()
        rows.append((organisation, "moved", str(people), _("cadres moved in {years} years").format(years=years)))
        counted = _("moves in {years} years into the post of a Party or government head").format(years=years)
        rows.append((organisation, "heads_moved", str(len(of_heads)), counted))
    results = run.results[run.results["measure"].eq("city_to_county")]
    for row in results.itertuples():
        if pd.isna(row.n) or not row.n:  # nothing is known of moves across the county's border
            continue
        for name, count in (("down", row.k), ("up", row.n - row.k)):
            rows.append((row.organisation_id, name, str(count), _("moves in {years} years").format(years=years)))
    return published.own_rows(rows)


def teams(opened_: published.Opened) -> show.View:
    """Mean age and education of the Party team, now and before the last change of term, beside Jiujiang's."""
    run = opened_.runs["team_profile"]
    values = run.results.set_index(["organisation_id", "measure", "group"])["value"].astype(float)
    asked = {"mean_age": ("mean_age", "age_change", False), "education": ("educated", "education_change", True)}
    rows = []
    for figure, (measure, change, is_share) in asked.items():
        for organisation in run.organisations:
            now = values.get((organisation, measure, "party"), float("nan"))
            step = values.get((organisation, change, "party"), float("nan"))
            rows.append(
                {
                    "panel": label(opened_.case.figures[figure]),
                    "row": organisation if len(run.organisations) > 1 else _("Party team"),
                    "now": now,
                    "then": now - step,
                    "beside": float(opened_.case.figures[figure]["value"]),
                    "is_share": is_share,
                }
            )
    title = _("Mean age and education of Party teams, beside Jiujiang’s")
    words = (_("now"), _("before the last change of term"), _("Jiujiang"))
    return show.View(picture=figures.panels(pd.DataFrame(rows), opened_.settings, opened_.slug, words, title))


VIEWS = {
    "The published figures": recomputed,
    "Your own figures beside them": beside,
    "Shares beside shares": shares,
    "Age and education of the teams": teams,
}
