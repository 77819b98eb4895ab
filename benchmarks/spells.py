"""How long the primitive that decides the speed takes, beside two peers on the same data in one run.

    python benchmarks/spells.py [ORGANISATIONS]

Stays in one post (`history.spells`) on made-up counties of 600 cadres each, against the way most people would write it first: a
`groupby().apply` in pandas, and a plain loop over sorted rows. All three must give the same stays. Prints seconds, the best of three.
"""

from __future__ import annotations

import sys
import time

import pandas as pd

from cadre_handbook import history, sample
from cadre_handbook.dataset import from_frames

FAR = pd.Timestamp("2200-01-01").as_unit("s")


def by_apply(frame: pd.DataFrame) -> set[tuple]:
    """Stays by `groupby().apply`, a Python function for each cadre and post."""

    def merge(postings: pd.DataFrame) -> pd.DataFrame:
        ends = postings["end"].fillna(FAR).cummax()
        group = (postings["start"] > ends.shift()).cumsum()
        return postings.assign(until=ends).groupby(group).agg(start=("start", "min"), end=("until", "max"))

    columns = ["start", "end"]
    merged = frame.sort_values("start").groupby(["cadre_id", "post"])[columns].apply(merge).reset_index()
    return {(row.cadre_id, row.post, row.start) for row in merged.itertuples()}


def by_loop(frame: pd.DataFrame) -> set[tuple]:
    """Stays by a loop over rows in order of time."""
    stays, latest = set(), {}
    for row in frame.sort_values("start").itertuples():
        key, end = (row.cadre_id, row.post), FAR if pd.isna(row.end) else row.end
        if key not in latest or row.start > latest[key]:
            stays.add((*key, row.start))
            latest[key] = end
        else:
            latest[key] = max(latest[key], end)
    return stays


def ours(frame: pd.DataFrame) -> set[tuple]:
    """Stays by `history.spells`."""
    return {(row.cadre_id, row.post, row.start) for row in history.spells(frame, ["post"]).itertuples()}


def best_of_three(function, frame: pd.DataFrame) -> tuple[float, set[tuple]]:
    """Seconds of the fastest of three runs, and what the function gave."""
    times = []
    for _run in range(3):
        begun = time.perf_counter()
        result = function(frame)
        times.append(time.perf_counter() - begun)
    return min(times), result


def main() -> None:
    organisations = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    dataset = from_frames(sample.sample_frames(organisations=organisations))
    frame = history.substantive(history.timeline(dataset))
    # Days only: the peers know nothing of dates known by month.
    frame = frame.assign(start_is_month=False, end_is_month=False)
    print(f"{len(frame):,} postings of {organisations} counties")
    expected = None
    for name, function in [("history.spells", ours), ("plain loop", by_loop), ("groupby().apply", by_apply)]:
        seconds, result = best_of_three(function, frame)
        expected = result if expected is None else expected
        assert result == expected, f"{name} gives other stays"
        print(f"{name:16} {seconds:8.3f} s")


if __name__ == "__main__":
    main()
