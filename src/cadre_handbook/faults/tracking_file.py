"""Faults of `tracking_file`: no file, a part that is missing, late or dated too early, and files that are just in time."""

from __future__ import annotations

from cadre_handbook.sample_faults import Faults, Person

MOVED = "2023-05-15"
IN_TIME = {
    "opened_on": "2023-05-29",
    "exchange_recorded_on": "2023-05-29",
    "study_recorded_on": "2023-11-20",
    "changes_recorded_on": "2024-04-22",
    "performance_recorded_on": "2024-02-26",
}
QUICK = {
    "opened_on": "2024-02-05",
    "exchange_recorded_on": "2024-02-05",
    "study_recorded_on": "2024-06-17",
    "changes_recorded_on": "2024-12-09",
    "performance_recorded_on": "2024-11-25",
}


def plant(f: Faults) -> None:
    measure = "complete"

    def moved(day: str = MOVED, names_it: bool = True, file: dict | None = IN_TIME, **parts: str) -> Person:
        """A deputy who moved on `day`, with a file of these parts; with none where `file` is none."""
        person = f.leader("2014-05-12", f.post(), day)
        f.keeps(person, "tracking_files")
        row = f.serves(person, f.post(), day, route="transferred", exchange_kind="structural")
        if file is not None:
            add = {"file_id": f.county.serial("F"), "cadre_id": person.key}
            about = row["posting_id"] if names_it else ""
            f.county.add("tracking_files", **add, posting_id=about, **{**file, **parts})
        return person

    f.expect(measure, moved(), "", "a file with all its parts in time")
    f.expect(measure, moved(file=None), "no_file", "no file at all")
    f.expect(measure, moved(changes_recorded_on=""), "part_missing", "nothing said about changes of post")
    f.expect(measure, moved(study_recorded_on="2024-05-15"), "part_late", "a part on the anniversary: a day late")
    f.expect(measure, moved(study_recorded_on="2024-05-14"), "", "a part on the last day of the twelve months")
    f.expect(measure, moved(study_recorded_on="2024-05"), "in_time_unknown", "a part known by the month of the end")
    f.expect(measure, moved(performance_recorded_on="2023-05-12"), "too_early", "performance recorded before the move")
    f.expect(measure, moved(names_it=False), "file_of_no_move", "a file that names no move")
    f.expect(measure, moved("2024-01-01", file=None), "no_file", "no file, the twelve months over on the very day")
    f.expect(measure, moved("2024-01-02", file=None), "", "no file, the twelve months over a day later: not yet due")
    f.expect(measure, moved("2024-01-22", file=QUICK), "", "complete before its time")
    f.expect(measure, moved("2022-01-01", file=None), "no_file", "no file, moved on the first day that counts")
    f.expect(measure, moved("2021-12-31", file=None), "", "no file, moved a day before those that count")
    one = moved("2023-06-05", file=None)
    f.county.rows["postings"][-1]["end"] = one.row["left_on"] = "2024-06-04"
    one.row["left_reason"] = "retired"
    f.expect(measure, one, "", "no file; retired a day before the twelve months were over")
    one = moved("2023-02-06", file=None)
    f.county.rows["postings"][-1]["route"] = "demoted"
    f.expect(measure, one, "", "no file about a demotion, which is no exchange")
    old = {part: f"2018-0{number}-10" for number, part in enumerate(IN_TIME, 5)}
    for _number in range(4):
        f.expect(measure, moved("2018-04-02", file=old), "", "a file of a move of long ago")
