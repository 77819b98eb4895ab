"""Faults of `opinion_survey`: questions that got worse in a unit, and some that only look so."""

from __future__ import annotations

from cadre_handbook.sample_faults import Faults
from cadre_handbook.sample_surveys import add_wave

# unit, satisfied of those who answered, before and after, reason, what
QUESTIONS = (
    ("县卫生健康局", (24, 30), (12, 30), "got_worse", "four in five were satisfied before, two in five after"),
    ("县水务局", (24, 30), (20, 30), "", "four fewer of thirty: chance alone could do that"),
    ("县交通运输局", (10, 10), (2, 10), "got_worse", "just as many answers as a unit's question needs"),
    ("县民政局", (9, 9), (0, 9), "", "nobody is satisfied any more, but nine answers would give away who said what"),
)


def plant(f: Faults) -> None:
    for unit, before, after, code, what in QUESTIONS:
        for wave, (satisfied, answered) in (("before", before), ("after", after)):
            answers = [4] * satisfied + [2] * (answered - satisfied)
            counts = {"invited": 2 * answered, "returned": answered}
            add_wave(f.county, unit, wave, "public", {"satisfaction": answers}, **counts)
        f.expect("got_worse", f"{f.county.unit_ids[unit]}/public/satisfaction", code, what)
