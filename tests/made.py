"""Sample counties for the tests, each made once a process."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from cadre_handbook import sample, validation
from cadre_handbook.dataset import Dataset, from_frames

SEEDS = [sample.SEED, *range(1, int(os.environ.get("CADRE_HANDBOOK_SEEDS", "2")))]


@dataclass(frozen=True)
class Made:
    """A county with its tables as text, as a dataset, its validation and its answer key."""

    frames: dict[str, pd.DataFrame]
    dataset: Dataset
    report: validation.Report
    planted: pd.DataFrame


@cache
def county(seed: int, organisations: int = 1, cadres: int = sample.CADRES) -> Made:
    frames = sample.sample_frames(seed, organisations, cadres)
    dataset = from_frames(frames)
    return Made(frames, dataset, validation.validate(dataset), sample.planted(seed, organisations, cadres))


# Cells that may be empty in real records, by table.
OPTIONAL = {
    "organisations": ["place_code", "level"],
    "units": ["kind", "place_code", "hardship", "power", "field", "law_enforcement"],
    "posts": ["kind", "rank", "team", "leading", "importance", "urgent", "category", "valid_from"],
    "cadres": [
        "birth_place_code",
        "upbringing_place_code",
        "native_place_code",
        "joined_on",
        "study_field",
        "status",
        "sex",
        "ethnicity",
        "party",
        "left_reason",
        "education",
    ],
    "postings": ["route", "decision_id", "from_place_code", "exchange_kind", "plan_id"],
    "decisions": [
        "kind",
        "decided_on",
        "response",
        "refused_on",
        "cause_examined_on",
        "cause",
        "heard_on",
        "outcome",
        "outcome_on",
        "appeal",
        "review_id",
        "assessment_id",
        "tasks_looked_at",
        "recommended_on",
    ],
    "trainings": ["kind", "end", "completed", "hours", "online"],
    "assessments": ["grade", "kind", "standard", "score", "narrative", "performance_weight"],
    "team_reviews": ["cadre_id", "team", "unit_id", "content_recorded", "method_recorded", "rating", "use_recorded"],
    "needs": ["kind", "settled_on", "confirmed"],
    "plans": ["cadre_id", "post_id", "adopted_on", "purpose"],
    "local_rules": ["topic", "unit_id", "in_force_from", "in_force_to", "revised_on"],
    "outreach": ["unit_id", "kind", "audience", "model"],
    "surveys": ["unit_id", "closed_on", "exchanged_on", "invited", "returned"],
    "survey_answers": ["answer"],
    "posts_offered": ["decided_on"],
    "preferences": ["cadre_rank", "post_rank", "assigned_on"],
    "supervision": ["kind", "talked_on", "examined_on", "outcome"],
    "tracking_files": [
        "posting_id",
        "exchange_recorded_on",
        "study_recorded_on",
        "changes_recorded_on",
        "performance_recorded_on",
    ],
    "awards": ["kind"],
    "tests": ["taken_on", "consent", "refused"],
    "reserve": ["ready", "for_post_id", "removed_on"],
    "relocations": [
        "posting_id",
        "has_family",
        "family_moved",
        "asked_on",
        "needs_housing",
        "lodging",
        "housed_on",
        "nights_paid",
        "commute_minutes",
        "lodging_provided",
        "pay_change",
        "title_before",
        "title_after",
    ],
    "hardship_support": ["kind", "ended_on"],
    "secondments": [
        "posting_id",
        "planned_on",
        "planned_end",
        "end",
        "task",
        "direction",
        "use_decided_on",
        "host_unit_id",
    ],
    "attendance": ["working_days", "leave_days", "present_days"],
    "surveys_of_cadres": ["age", "specialty", "knowledge", "education", "ability", "potential"],
    "secondment_assessments": ["counted", "judged", "style", "host_heard", "home_heard", "grade"],
    "feedback": ["kind", "on_thinking", "on_work", "on_life"],
    "projects": ["kind", "end"],
    "studies": ["kind", "end", "education", "status"],
    "service_grades": ["service_grade"],
}
# Days of which careless records keep the month alone.
BY_MONTH = {
    "feedback": ["given_on"],
    "secondment_assessments": ["assessed_on"],
    "relocations": ["housed_on"],
    "hardship_support": ["given_on"],
}


@cache
def worn_county(seed: int) -> Made:
    """The county of that seed as a careless office might hand it in: rows shuffled, cells blank, postings overlapping."""
    made = county(seed)
    dice = np.random.default_rng(seed)
    frames = {}
    for name, frame in made.frames.items():
        frame = frame.iloc[dice.permutation(len(frame))].reset_index(drop=True)
        for column in OPTIONAL.get(name, []):
            frame[column] = frame[column].mask(dice.random(len(frame)) < 0.08, "")
        frames[name] = frame
    postings = frames["postings"]
    by_day = (postings["end"].str.len() == 10).to_numpy()
    late = by_day & (dice.random(len(postings)) < 0.1)
    days = pd.to_timedelta(dice.integers(-40, 900, late.sum()), unit="D")
    ends = pd.to_datetime(postings.loc[late, "end"], format="ISO8601") + days
    starts = pd.to_datetime(postings.loc[late, "start"], format="ISO8601")
    postings.loc[late, "end"] = ends.where(ends >= starts, starts).dt.strftime("%Y-%m-%d")
    for name, columns in BY_MONTH.items():
        for column in columns:
            days = frames[name][column]
            frames[name][column] = days.where(dice.random(len(days)) >= 0.1, days.str[:7])
    dataset = from_frames(frames)
    return Made(frames, dataset, validation.validate(dataset), made.planted)
