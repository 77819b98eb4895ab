"""Every check says what a plain loop over the same rows says, in findings and in counts."""

from __future__ import annotations

import importlib

import pytest
from made import SEEDS, county, worn_county
from reference import plain

from cadre_handbook import checks, policy, verdict

VARIANTS = {
    "key_posts": [{}, {"max_years_in_key_post": 3, "window_months": 60, "promotion_months": 120, "max_gap_days": 45}],
    "exchange_ratio": [
        {},
        {"eligible_after_years": 1, "min_stay_years": 2, "min_share_power": 0.2, "max_gap_days": 45},
    ],
    "exchange_plan": [{}, {"plan_years": 4, "window_years": 10}],
    "local_rules": [{}, {"review_years": 2}],
    "sensitive_posts": [
        {},
        {"stay_in": "department", "max_years_sensitive": 3, "window_months": 36, "eligible_after_years": 1},
        {"min_share_law_enforcement": 0.6, "max_gap_days": 45},
    ],
    "decision_procedure": [{}, {"window_months": 60, "max_record_lag_days": 10}],
    "tenure_limit": [{}, {"max_years_in_post": 5, "max_gap_days": 45, "min_years_in_post": 4}],
    "team_stability": [{}, {"basis": "upbringing", "window_months": 40, "min_members": 2, "max_gap_days": 45}],
    "category_scope": [
        {},
        {"management_scope": "field", "category_of": "taken_up", "window_months": 120},
        {"management_scope": "department", "promotions": "left_out", "window_months": 60},
    ],
    "specialty_match": [{}, {"include_general": True, "min_years_worked": 4, "window_months": 120}],
    "fair_direction": [{}, {"window_months": 120, "min_hardship": 1, "young_age": 45, "least_moves": 1}],
    "avoidance": [{}, {"basis": "upbringing", "posts": "rule_2006"}, {"basis": "native"}],
    "pre_post_training": [{}, {"window_months": 120, "min_departments": 3, "min_hardship": 3}],
    "secondment_plan": [{}, {"window_months": 120, "months_after": 2, "survey_years": 1}],
    "secondment_presence": [
        {},
        {"window_months": 120, "min_presence": 0.97, "min_days": 100, "min_months": 14},
    ],
    "periodic_review": [{}, {"review_months": 6, "window_months": 60, "max_gap_days": 45}],
    "assessment_standards": [{}, {"window_months": 60, "min_performance_weight": 0.6}],
    "supervision": [{}, {"months": 3, "window_months": 60, "days": 10, "complaint_days": 30, "record_months": 30}],
    "tracking_file": [{}, {"file_months": 5, "window_months": 70, "max_gap_days": 45}],
    "rewards_and_discipline": [
        {},
        {
            "settle_days": 20,
            "window_months": 12,
            "reward_months": 30,
            "exchanged_months": 60,
            "counted_awards": "merits",
        },
    ],
    "follow_up_training": [
        {},
        {
            "window_months": 60,
            "onboarding_days": 20,
            "online": "together",
            "part_periods": "wait",
            "full_time_hours": 7,
        },
        {"hours_a_year": 40, "days_a_year": 3, "least_days": 300, "tour_year": "calendar_year", "min_share_hours": 0.9},
    ],
    "stretch_roles": [{}, {"window_months": 120, "months_until_given": 9, "key_deputy_importance": 3}],
    "use_of_results": [{}, {"window_months": 60, "poor_grade": "incompetent", "months": 3}],
    "secondment_assessment": [
        {},
        {"window_months": 120, "min_months": 0, "grace_days": 0, "early_days": 90, "least_graded": 1},
    ],
    "secondment_feedback": [
        {},
        {"window_months": 120, "months_a_report": 2, "grace_days": 20, "inspections_a_year": 2, "part_year_months": 3},
        {"window_months": 60, "months_a_report": 6, "grace_days": 0},
    ],
    "after_the_move": [
        {},
        {
            "window_months": 120,
            "after_months": 5,
            "until_months": 18,
            "min_unit": 3,
            "age_band_years": 5,
            "fall_grades": 1,
        },
        {
            "movers": "exchanged",
            "place_by": "grade",
            "counts_as_left": "resigned",
            "leave_months": 12,
            "leave_years": 6,
        },
    ],
    "exchange_breadth": [
        {},
        {"window_months": 60, "compared_with": "deputies_and_middle", "least_in_group": 1, "max_gap_days": 45},
    ],
    "exchange_pathways": [{}, {"window_years": 6, "max_gap_days": 45}],
    "reserve_pool": [{}, {"bench": 1, "lead_months": 3, "window_months": 60, "min_cell": 12}],
    "reserve_structure": [{}, {"min_cell": 9}, {"min_cell": 25}],
    "aptitude_tests": [{}, {"window_months": 60, "valid_years": 1, "min_cell": 6}],
    "housing": [{}, {"window_months": 120, "days": 45}],
    "commute": [{}, {"window_months": 120, "max_minutes": 20}],
    "hardship_support": [
        {},
        {"who": "everyone", "min_hardship": 1, "check_months": 5, "grace_days": 0},
        {"check_months": 30, "grace_days": 200},
    ],
    "pay_and_title": [{}, {"window_months": 120, "pay_months": 12}],
    "age_structure": [
        {},
        {"covered_by": "rank", "due_years": 8, "window_months": 20, "least_ready": 2},
        {"retirement_rule": "fixed", "women_as_men": "none", "min_cell": 30},
    ],
    "entry_channels": [{}, {"window_years": 9, "status_months": 3}],
    "promotion_ladder": [
        {},
        {"counted": "posts", "window_years": 8, "wait_years": 9, "long_wait_years": 4, "excellent_times": 1},
        {"min_grassroots_years": 5, "excellent_years": 6},
    ],
    "team_profile": [
        {},
        {"least_education": "junior_college", "young_member_age": 45, "min_members": 5, "min_cell": 9},
        {"min_cell": 30},
    ],
    "family_support": [{}, {"window_months": 120, "days": 60, "asked_days": 5}],
    "merit_selection": [
        {},
        {
            "window_months": 120,
            "valid_months": 11,
            "counted_cases": "cases_and_complaints",
            "counted_commendations": "awards_or_excellent",
        },
    ],
    "opinion_survey": [
        {},
        {"window_months": 20, "satisfied_from": 5, "complaint_months": 6, "min_answers": 40},
        {"window_months": 120, "satisfied_from": 3, "complaint_months": 7},
    ],
    "outreach": [{}, {"window_months": 30, "least_events": 4, "least_models": 3}],
}
# In `make test` the policy's own values are tried on both seeds, on the earlier day on one, other values on one; where more
# seeds are asked for, as `.ci/run` asks for twenty, everything on everything.
THOROUGH = len(SEEDS) > 3
DAYS = ("2024-12-31", "2020-02-29")
CASES = [
    pytest.param(seed, slug, given, as_of, id=f"{seed}-{slug}-{number}-{as_of}")
    for seed in SEEDS  # one county and day after the other: what is worked out of it serves every check
    for as_of in DAYS
    for slug in policy.checks()
    for number, given in enumerate(VARIANTS[slug])
    if THOROUGH
    or (number == 0 and (as_of == DAYS[0] or seed == SEEDS[0]))
    or (seed == SEEDS[number % len(SEEDS)] and as_of == DAYS[0])
]


def test_every_check_is_tried_with_other_values() -> None:
    assert set(VARIANTS) == set(policy.checks())
    assert all(variants[0] == {} and len(variants) > 1 for variants in VARIANTS.values())


@pytest.mark.parametrize(("seed", "slug", "given", "as_of"), CASES)
def test_check_equals_its_reference(seed, slug, given, as_of):
    without_data = assert_equal(slug, county(seed).report, {**given, "as_of": as_of})
    assert as_of != DAYS[0] or not without_data


@pytest.mark.parametrize(("seed", "slug", "given", "as_of"), CASES)
def test_check_equals_its_reference_on_worn_data(seed, slug, given, as_of):
    report = worn_county(seed).report
    assert report.errors.empty
    assert_equal(slug, report, {**given, "as_of": as_of})


def assert_equal(slug, report, given) -> set[str]:
    """Compares the check with its reference; the measures that had no data."""
    reference = importlib.import_module(f"reference.{slug}")
    run = checks.evaluate(slug, report, given)
    facts = reference.facts(run.dataset, run.settings)
    # What the reference itself cannot know: a column that is blank throughout on the day is no data (tests/cases/ hold when).
    without_data = set(run.results.loc[run.results["verdict"].eq(verdict.NO_DATA), "measure"])
    hidden = reference.hidden(run.dataset, run.settings) if hasattr(reference, "hidden") else set()
    not_shown = reference.not_shown(run.dataset, run.settings) if hasattr(reference, "not_shown") else hidden
    facts = [
        row
        for row in facts
        if row["measure"] not in without_data
        and (row["organisation_id"], row["measure"], row["group"]) not in not_shown
    ]
    found = run.findings[["measure", "subject_id", "reason_code"]]
    assert set(found.itertuples(index=False, name=None)) == plain.findings_of(facts, run.dataset)
    summed = run.cells.groupby(["measure", "group", "organisation_id"])[["n", "k", "missing"]].sum()
    counted = {key: tuple(row) for key, row in zip(summed.index, summed.to_numpy().tolist(), strict=True)}
    counts = [name for name, measure in run.policy.measures.items() if measure.kind == "count"]
    assert counted == plain.counts_of(facts, run.dataset, counts)
    shown_hidden = run.results[run.results["verdict"].eq(verdict.HIDDEN)][["organisation_id", "measure", "group"]]
    assert set(shown_hidden.itertuples(index=False, name=None)) == hidden
    assert counted or hidden, "a comparison of nothing with nothing"
    return without_data
