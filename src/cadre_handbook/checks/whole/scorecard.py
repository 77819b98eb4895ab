"""Every check for one organisation on one page, what to look at first, and what changed since an earlier run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cadre_handbook import checks, scorecard, show, validation, verdict
from cadre_handbook import policy as policies
from cadre_handbook import review as reviews
from cadre_handbook.dataset import SAMPLE
from cadre_handbook.policy import Settings

YEAR_BEFORE, NO_COMPARISON = "year before", "none"


@dataclass(frozen=True)
class Cards:
    """A scorecard for each organisation; ``link``: the address of a check's page, in the book alone; ``review``: what a review said
    of the findings of all checks, where one was given."""

    cards: list[scorecard.Scorecard]
    link: Callable[[str], str] | None
    review: reviews.Review | None = None


def opened(report: validation.Report, settings: Settings, given: Mapping[str, Any]) -> Cards:
    """A scorecard for each organisation asked for, compared with the results that `earlier` names."""
    common = {name: value for name, value in given.items() if name in policies.common_parameters()}
    recorded = reviews.read_records(settings.review) if settings.review else None
    records, findings = scorecard.evaluate_all(report, common, recorded)
    earlier = _earlier(report, settings, common)
    results = scorecard.results_of(records)
    cards = [
        scorecard.make(of_one, findings[findings["organisation_id"].eq(organisation)], earlier)
        for organisation, of_one in results.groupby("organisation_id", sort=False)
    ]
    if recorded is not None:
        recorded = reviews.of_run(recorded, policies.checks(), list(results["organisation_id"].unique()))
        recorded = reviews.review(findings[checks.FINDING_COLUMNS], recorded, settings.as_of)
    return Cards(cards, _page if report.dataset.where == SAMPLE else None, recorded)


def _earlier(report: validation.Report, settings: Settings, common: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if settings.earlier == NO_COMPARISON:
        return None
    if settings.earlier != YEAR_BEFORE:
        return scorecard.read_earlier(settings.earlier)
    before = settings.as_of - pd.DateOffset(years=1)
    records, _findings = scorecard.evaluate_all(report, {**common, "as_of": before, "review": None})
    return {"results": records}


def _page(slug: str) -> str:
    """The page of a check, from the pages of the book and of its notebooks alike."""
    return f"../../book/{policies.load_policy(slug).part}/{slug}.html"


# --- views ----------------------------------------------------------------------------------------


def first(opened_: Cards) -> show.View:
    """The findings to look at first."""
    told = "".join(show.paragraph(line) for line in (opened_.review.lines() if opened_.review else ()))
    return show.View("".join(card.first_html(opened_.link) for card in opened_.cards) + told)


def every_check(opened_: Cards) -> show.View:
    """Verdict, figure, target and what was missing, of every check by part."""
    lines = [line for card in opened_.cards for line in card.lines()]
    results = pd.concat([card.results for card in opened_.cards])
    figures = {
        "checks": str(results["recommendation"].nunique()),
        "results": str(len(results)),
        **{f"verdict.{word}": str(int(results["verdict"].eq(word).sum())) for word in verdict.VERDICTS},
    }
    return show.View("".join(card.checks_html(opened_.link) for card in opened_.cards), lines=lines, figures=figures)


def changed(opened_: Cards) -> show.View:
    """What changed since the earlier results, and why."""
    lines = [line for card in opened_.cards for line in card.change_lines()]
    return show.View("".join(card.changes_html() for card in opened_.cards), lines=lines)


VIEWS = {"Look at these first": first, "Every check": every_check, "What changed": changed}
