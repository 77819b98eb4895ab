"""What is not known turns no verdict: a column blanked never makes a measure met, or not met, that was neither.

Every column that a check reads and that may be blank is blanked, in whole and in half of its rows. A verdict of met or not met must then
be the one that stood before; anything else would judge people by what nobody wrote down. In `make test` a part of the columns is
tried; where more seeds are asked for, all of them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from made import SEEDS, county

from cadre_handbook import checks, dataset, policy, schema, validation, verdict
from cadre_handbook.columns_read import columns_read

THOROUGH = len(SEEDS) > 3
AS_OF = {"as_of": "2024-12-31"}
KEYS = ["organisation_id", "measure", "group"]
JUDGED = [verdict.MET, verdict.NOT_MET]
SHARES = (1.0, 0.5)

# Columns of which a blank is itself an entry, as `data/schema/` says: to blank one is to say something else, not to forget it.
BLANK_SAYS = {
    "cadres.left_on": "has not left",
    # A step without a day was not taken on record: `heard` counts it against the move, and `heard_before` asks about the others.
    "decisions.opinion_from_on": "the unit left was not heard",
    "decisions.opinion_to_on": "the unit joined was not heard",
    "decisions.talked_on": "nobody talked with the cadre",
    "needs.settled_on": "is not settled",
    # A plan that names neither cadre nor post is nobody's, so that a move it was meant for stands outside every plan.
    "plans.cadre_id": "names nobody",
    "posts.team": "sits in no team",
    "postings.end": "is still in post",
    "postings.role": "holds the post in substance",
    "reserve.removed_on": "is still on the list",
    "secondments.end": "is still away",
}


def blankable() -> list[tuple[str, str]]:
    """The columns of the county that may be blank and that some check reads, in the order of the schema."""
    read = [columns_read(slug) for slug in policy.checks()]
    return [
        (table.name, field.name)
        for table in schema.tables().values()
        for field in table.fields.values()
        if not field.required and any(field.name in columns.get(table.name, ()) for columns in read)
    ]


@cache
def before(slug: str) -> pd.DataFrame:
    return checks.evaluate(slug, county(SEEDS[0]).report, AS_OF).results


def blanked(table: str, column: str, share: float) -> validation.Report:
    """The county with `share` of the cells of a column blank; of an optional column that makes no row a faulty one."""
    report = county(SEEDS[0]).report
    text = report.dataset.text[table].copy()
    text[column] = text[column].mask(np.random.default_rng(0).random(len(text)) < share)
    whole, changed = report.dataset, dataset.from_text({table: text})
    tables = {name: {**getattr(whole, name), **getattr(changed, name)} for name in ("text", "tables")}
    return replace(report, dataset=replace(whole, **tables, cache={}))


def turned(table: str, column: str, share: float) -> set[str]:
    """The verdicts of met or not met that come of blanking alone, each as a line."""
    report, found = blanked(table, column, share), set()
    for slug in policy.checks():
        if column not in columns_read(slug).get(table, ()):
            continue
        results = before(slug).merge(checks.evaluate(slug, report, AS_OF).results, on=KEYS, suffixes=("", "_blank"))
        assert len(results) == len(before(slug))
        bad = results[results["verdict_blank"].isin(JUDGED) & results["verdict_blank"].ne(results["verdict"])]
        found |= {f"{slug} {row.measure} {row.group}: {row.verdict} -> {row.verdict_blank}" for row in bad.itertuples()}
    return found


COLUMNS = [pair for pair in blankable() if pair[1] in county(SEEDS[0]).dataset.text.get(pair[0], ())]
# What once was wrong is always tried.
ALWAYS = [("postings", "decision_id"), ("postings", "route"), ("cadres", "joined_on"), ("decisions", "decided_on")]
TRIED = COLUMNS if THOROUGH else [*ALWAYS, *(pair for pair in COLUMNS[::16] if pair not in ALWAYS)]


@pytest.mark.parametrize("pair", TRIED, ids=".".join)
def test_blanking_a_column_never_makes_a_verdict(pair: tuple[str, str]) -> None:
    name = ".".join(pair)
    wrong = {line for share in (SHARES if THOROUGH else SHARES[:1]) for line in turned(*pair, share)}
    if name not in BLANK_SAYS:
        assert not wrong
    elif THOROUGH:
        assert wrong, f"{name} needs no exception"


def test_the_exceptions_are_columns_of_the_county() -> None:
    assert set(BLANK_SAYS) <= {".".join(pair) for pair in COLUMNS}
