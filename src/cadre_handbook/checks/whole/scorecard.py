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
    """A scorecard for each organisation, by its name and id; ``link``: the address of a check's page, in the book alone; ``review``: what a review said
    of the findings of all checks, where one was given."""

    cards: dict[str, scorecard.Scorecard]
    link: Callable[[str], str] | None
    review: reviews.Review | None = None


def opened(report: validation.Report, settings: Settings, given: Mapping[str, Any]) -> Cards:
    """A scorecard for each organisation asked for, compared with the results that `earlier` names."""
    common = {name: value for name, value in given.items() if name in policies.common_parameters()}
    recorded = reviews.read_records(settings.review) if settings.review else None
    records, findings = scorecard.evaluate_all(report, common, recorded)
    earlier = _earlier(report, settings, common)
    results = scorecard.results_of(records)
    names = report.dataset["organisations"].set_index("organisation_id")["name"]
    cards = {
        show.organisation_text(organisation, names): scorecard.make(
            of_one, findings[findings["organisation_id"].eq(organisation)], earlier
        )
        for organisation, of_one in results.groupby("organisation_id", sort=False)
    }
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
    return show.View(_each(opened_, lambda card: card.first_html(opened_.link)) + told)


def every_check(opened_: Cards) -> show.View:
    """Verdict, figure, target and what was missing, of every check by part."""
    lines = [line for card in opened_.cards.values() for line in card.lines()]
    results = pd.concat([card.results for card in opened_.cards.values()])
    figures = {
        "checks": str(results["recommendation"].nunique()),
        "results": str(len(results)),
        **{f"verdict.{word}": str(int(results["verdict"].eq(word).sum())) for word in verdict.VERDICTS},
    }
    return show.View(_each(opened_, lambda card: card.checks_html(opened_.link)), lines=lines, figures=figures)


def changed(opened_: Cards) -> show.View:
    """What changed since the earlier results, and why."""
    lines = [line for card in opened_.cards.values() for line in card.change_lines()]
    return show.View(_each(opened_, lambda card: card.changes_html()), lines=lines)


def _each(opened_: Cards, html_of: Callable[[scorecard.Scorecard], str]) -> str:
    """The HTML of every card, with whose it is where there are several."""
    parts = {whose: html_of(card) for whose, card in opened_.cards.items()}
    if len(parts) == 1:
        return "".join(parts.values())
    return "".join(show.paragraph(whose, "ch-box-title") + source for whose, source in parts.items() if source)


VIEWS = {"Look at these first": first, "Every check": every_check, "What changed": changed}
