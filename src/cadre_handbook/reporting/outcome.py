"""What a notebook hands over to a report: its results and findings, and the HTML it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from nbformat import NotebookNode

from cadre_handbook import __version__, scorecard, show
from cadre_handbook.checks import FINDING_COLUMNS, Run
from cadre_handbook.i18n import _, bracketed
from cadre_handbook.review import DAYS
from cadre_handbook.tables import clean

JSON = "application/json"


@dataclass
class Outcome:
    """What one notebook gave for one organisation.

    ``records``: the objects of `check --format json`; ``results`` (`scorecard.results_of`) and ``findings``
    (`checks.FINDING_COLUMNS`, with those of a review where there is one): the same as frames; ``review``: what a review says of
    the findings, in lines; ``html``: its views by name (`picture`, `sensitivity`, `counts`, `findings`); ``failure``: why there
    is nothing of all this.
    """

    slug: str
    organisation: str
    records: list[dict] = field(default_factory=list)
    results: pd.DataFrame = field(default_factory=lambda: scorecard.results_of([]))
    findings: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=FINDING_COLUMNS, dtype="object"))
    review: list[str] = field(default_factory=list)
    html: dict[str, str] = field(default_factory=dict)
    failure: str = ""


@dataclass(frozen=True)
class About:
    """What a report says of itself: whose data, as of when, how many rows and how many left out, made with what."""

    organisation: str
    name: str
    where: str
    digest: str
    as_of: pd.Timestamp
    language: str
    rows: int
    left_out: int
    given: Mapping[str, Any]
    version: str = __version__

    @property
    def whose(self) -> str:
        """The organisation by name and id."""
        return clean(self.name + bracketed(self.organisation) if self.name else self.organisation)


def no_decision() -> str:
    return _("A finding is a prompt for a collective human review, never a decision.")


def handed_over(run: Run) -> dict[str, Any]:
    """Results and findings of a check as JSON has them, with the digest of the data they were made from."""
    return {
        "data_digest": run.dataset.digest,
        "results": show.records(run),
        "findings": show.plain_records(run.findings if run.review is None else run.review.findings),
        "review": show.review_lines(run),
    }


def read(slug: str, organisation: str, payload: Mapping[str, Any], notebook: NotebookNode) -> Outcome:
    """The outcome of an executed notebook and of what it handed over."""
    names = dict.fromkeys([*FINDING_COLUMNS, *(name for entry in payload["findings"] for name in entry)])
    findings = pd.DataFrame(payload["findings"], columns=list(names), dtype="object")  # of none, too
    findings = findings.astype({name: "datetime64[s]" for name in DAYS if name in findings})
    return Outcome(
        slug,
        organisation,
        payload["results"],
        scorecard.results_of(payload["results"]),
        findings,
        payload["review"],
        _views(notebook),
    )


def _views(notebook: NotebookNode) -> dict[str, str]:
    """The HTML that a notebook keeps for pages, by name, and that of its findings."""
    found = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            kept = output.get("metadata", {}).get("scrapbook")
            if kept:
                source = output["data"].get(f"{kept['mime_prefix']}text/html")
            elif cell.get("id") == "findings":
                kept, source = {"name": "findings"}, output.get("data", {}).get("text/html")
            else:
                continue
            if source is not None:
                found[kept["name"]] = found.get(kept["name"], "") + "".join(source)
    return found
