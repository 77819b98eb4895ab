"""Guizhou: 24,874 cadres moved since June 2000, and chief posts held by people from elsewhere.

Source: zhengzhou, Guizhou.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from cadre_handbook import checks, published, validation
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.published import beside, recomputed, shares
from cadre_handbook.values import lookup

LEVELS = {
    "share_county_level": ["county_deputy", "county"],
    "share_section_level": ["section_deputy", "section"],
}


def opened(report: validation.Report, settings: Settings, given: Mapping[str, Any]) -> published.Opened:
    """The published figures, with the holders of chief posts (`key_posts`) and the moves (`exchange_pathways`) of the data."""
    case = published.opened("case_guizhou", "guizhou", report, settings, given, others=["exchange_pathways"])
    return replace(case, own=_by_level(case.runs["exchange_pathways"]))


def _by_level(run: checks.Run) -> pd.DataFrame:
    """Of the cadres who moved, those at county and at section level, by the post of their latest move."""
    moves = run.of("across_departments")
    moves = moves[(moves["post_id"].notna() & ~moves["missing"]).to_numpy(bool)]
    latest = moves.sort_values("moved_on", kind="stable").drop_duplicates(
        ["organisation_id", "subject_id"], keep="last"
    )
    rank = lookup(latest["post_id"], run.dataset["posts"], "post_id", "rank").astype("object")
    counted = _("cadres moved in {years} years, by the level of the post of their latest move").format(
        years=run.settings.window_years
    )
    rows = []
    for organisation in run.organisations:
        here = rank[latest["organisation_id"].eq(organisation).to_numpy(bool)]
        of_level = {name: int(here.isin(codes).sum()) for name, codes in LEVELS.items()}
        rows += [
            (organisation, name, published.share_text(count, sum(of_level.values())), counted)
            for name, count in of_level.items()
        ]
    return published.own_rows(rows)


VIEWS = {"The published figures": recomputed, "Your own figures beside them": beside, "Shares beside shares": shares}
