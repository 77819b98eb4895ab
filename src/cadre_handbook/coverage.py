"""Which checks can run on a dataset, and what would unlock the others."""

from __future__ import annotations

import pandas as pd

from cadre_handbook import checks, policy
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import label
from cadre_handbook.verdict import measure_label

COLUMNS = ["recommendation", "title", "measure", "label", "can_run", "lacks"]


def coverage(dataset: Dataset) -> pd.DataFrame:
    """One row per recommendation and measure: whether the data have what it needs, else what they lack in words."""
    rows = []
    for slug in policy.checks():
        recommendation = policy.load_policy(slug)
        settings = policy.settings(recommendation, pd.Timestamp("2100-01-01"), {})
        for name, measure in recommendation.measures.items():
            lacks = checks.lacking(measure, dataset, settings)
            rows.append(
                [
                    slug,
                    label(recommendation, "title"),
                    name,
                    measure_label(recommendation, name, ""),
                    lacks is None,
                    lacks or "",
                ]
            )
    return pd.DataFrame(rows, columns=COLUMNS)
