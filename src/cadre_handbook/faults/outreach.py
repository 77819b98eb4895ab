"""Faults of `outreach`: a kind that nobody held in the year, and a year without a model; and one that is just in time."""

from __future__ import annotations

from cadre_handbook.sample_faults import Faults
from cadre_handbook.sample_outreach import add_event


def plant(f: Faults) -> None:
    county = f.county.organisation_id
    add_event(f.county, "explanation", "2023-12-31", audience="cadres", model=True)
    f.expect(
        "kinds_held", f"{county}/explanation", "too_few_events", "last explained a day before the year that counts"
    )
    f.expect(
        "without_models", county, "too_few_models", "a model was last made known a day before the year that counts"
    )
    add_event(f.county, "education", "2024-01-01", audience="leaders", model=False)
    f.expect("kinds_held", f"{county}/education", "", "a lesson on the first day of the year that counts")
    add_event(f.county, "publicity", "2024-12-31", audience="public", model=False)
    f.expect("kinds_held", f"{county}/publicity", "", "spoken of on the very day")
