"""Findings that keep their name from run to run, and what a review has said of each.

The *id* of a finding is made from recommendation, organisation, measure, subject, reason and day since when: not from the order
of rows, the language or the day judged on. It tells nothing to who does not have the data; who has them can work it out.

A *record* is what a review put down about a finding: *reviewed*, *justified*, or *excepted* until a day, with the reason and by
whom, a role or an id and never a name. Records stand in the review sheet of `findings.xlsx` or in a CSV with its headings. A
record changes no verdict: what is excepted is counted apart and shown beside the figure, with what the verdict would be without.
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from cadre_handbook import __version__, values
from cadre_handbook import policy as policies
from cadre_handbook.dataset import read_rows
from cadre_handbook.errors import DataRefused, RequestError
from cadre_handbook.i18n import LANGUAGES, _, bracketed, clauses, in_language, joined, label, named
from cadre_handbook.tables import clean

# --- ids ------------------------------------------------------------------------------------------

ID = "finding_id"
LENGTH, FULL_LENGTH = 10, 20
MADE_FROM = ("organisation_id", "measure", "subject_type", "subject_id", "reason_code")
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # without those that are mistaken for one another
# An id begins with a letter, so that no spreadsheet takes it for a number.
_FORM = re.compile(rf"f[{_DIGITS}]{{{LENGTH},{FULL_LENGTH}}}(-\d+)?")


def finding_ids(rows: pd.DataFrame, recommendation: str) -> list[str]:
    """The id of each row of facts or findings of one recommendation (columns `MADE_FROM` and `since`).

    Where two different findings would share one, both have a longer one, which begins with the short one. Rows that differ in
    nothing an id is made from are numbered: `…-2` is the second.
    """
    since = rows["since"].dt.strftime("%Y-%m-%d").fillna("")
    parts = zip(*(rows[name].astype(str) for name in MADE_FROM), since, strict=True)
    full = [_digest("\0".join((recommendation, *part))) for part in parts]
    sharing = Counter(name[:LENGTH] for name in set(full))
    seen: Counter[str] = Counter()
    ids = []
    for name in full:
        seen[name] += 1
        short = name if sharing[name[:LENGTH]] > 1 else name[:LENGTH]
        ids.append(f"f{short}" + (f"-{seen[name]}" if seen[name] > 1 else ""))
    return ids


def _digest(text: str) -> str:
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
    return "".join(_DIGITS[number >> 5 * place & 31] for place in range(FULL_LENGTH))


# --- records --------------------------------------------------------------------------------------

REVIEWED, JUSTIFIED, EXCEPTED = "reviewed", "justified", "excepted"
STATES = (REVIEWED, JUSTIFIED, EXCEPTED)
NEW, OPEN, BACK = "new", "open", "came back"
DAYS = ("until", "recorded_on", "first_seen", "gone_since", "back_since", "since")
BY_REVIEWER = ("state", "until", "why", "recorded_by", "recorded_on")
OF_FINDING = ("recommendation", "organisation_id", "measure", "subject_id", "since", "reason")
RECORD_COLUMNS = [ID, *BY_REVIEWER, "first_seen", "gone_since", "back_since", "earlier", *OF_FINDING]
_LONGEST_LIST = 20  # faults named in one refusal


def state_words() -> dict[str, str]:
    """The states of a finding under review as words in the language in use."""
    return {
        REVIEWED: _("reviewed"),
        JUSTIFIED: _("justified"),
        EXCEPTED: _("excepted"),
        NEW: _("new"),
        OPEN: _("not reviewed yet"),
        BACK: _("came back"),
    }


def headings() -> dict[str, str]:
    """The headings of the review sheet in the language in use, by column."""
    return {
        ID: _("Finding"),
        "state": _("State"),
        "until": _("Excepted until"),
        "why": _("Reason of the review"),
        "recorded_by": _("By (role or id, no name)"),
        "recorded_on": _("Recorded on"),
        "first_seen": _("First seen"),
        "gone_since": _("Gone since"),
        "back_since": _("Back since"),
        "earlier": _("Earlier record"),
        "recommendation": _("Check"),
        "organisation_id": _("Organisation"),
        "measure": _("Measure"),
        "subject_id": _("Subject"),
        "since": _("Since"),
        "reason": _("Reason"),
    }


def _in_both(words: Callable[[], dict[str, str]]) -> dict[str, str]:
    """What each word of either language, and each name itself, means; words in lower case."""
    found = {}
    for language in LANGUAGES:
        with in_language(language):
            found |= {_plain_text(word).lower(): name for name, word in words().items()}
    return found | {name.lower(): name for name in words()}


def read_records(path: str | Path) -> pd.DataFrame:
    """The records of a workbook with a review sheet, or of a CSV with its headings: columns `RECORD_COLUMNS`, days datetime64[s].

    A row without a state is a finding that was listed and not reviewed. Raises `RequestError` that names every fault by sheet,
    row, value and what was expected.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise RequestError(_("There is no review file at {path}.").format(path=path))
    try:
        sheets = read_rows(path)
    except DataRefused as error:
        raise RequestError(str(error)) from None
    known = _in_both(headings)
    for name, rows in sheets.items():
        numbered = [(number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]
        columns = [known.get(_plain_text(cell).lower(), "") for cell in numbered[0][1]] if numbered else []
        if {ID, "state"} <= set(columns):
            return _records(columns, numbered[1:], name or path.name)
    wanted = joined(f"“{headings()[column]}”" for column in (ID, "state"))
    raise RequestError(
        _("{file}: no sheet has the columns {columns} of a review.").format(file=path.name, columns=wanted)
    )


def _plain_text(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).strip()


def _records(columns: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]], sheet: str) -> pd.DataFrame:
    states = {word: name for word, name in _in_both(state_words).items() if name in STATES}
    faults, records, first_row = [], [], {}
    for number, cells in rows:
        given = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name}
        record = dict.fromkeys(RECORD_COLUMNS, "") | given
        wrong = list(_faults_of(record, states, given))
        if record[ID] in first_row:
            wrong.append(
                (ID, record[ID], _("each finding once; it stands in row {row} too").format(row=first_row[record[ID]]))
            )
        first_row.setdefault(record[ID], number)
        faults += [
            _("{sheet}, row {row}, {column}: “{value}”; expected {expected}.").format(
                sheet=sheet, row=number, column=headings()[column], value=value, expected=expected
            )
            for column, value, expected in wrong
        ]
        records.append(record | {"state": states.get(_plain_text(record["state"]).lower(), "")})
    if faults:
        more = (
            [_("… and {count} more.").format(count=len(faults) - _LONGEST_LIST)] if len(faults) > _LONGEST_LIST else []
        )
        raise RequestError("\n".join([*faults[:_LONGEST_LIST], *more]))
    frame = pd.DataFrame(records, columns=RECORD_COLUMNS, dtype="object")
    for name in DAYS:
        days = [values.parse_date(text)[0] if text else None for text in frame[name]]
        frame[name] = pd.to_datetime(pd.Series(days, index=frame.index, dtype="object")).astype(values.DAY)
    return frame


def _faults_of(
    record: Mapping[str, str], states: Mapping[str, str], given: Mapping[str, str]
) -> Iterable[tuple[str, str, str]]:
    """What is wrong with a row: column, value, what was expected."""
    if not _FORM.fullmatch(record[ID]):
        yield ID, record[ID], _("the id of a finding, such as {example}").format(example="f" + _DIGITS[:LENGTH])
    state = states.get(_plain_text(record["state"]).lower())
    if record["state"] and not state:
        yield (
            "state",
            record["state"],
            _("one of {choices}").format(choices=joined(state_words()[name] for name in STATES)),
        )
        return
    if not state:
        if any(record[name] for name in BY_REVIEWER):
            yield "state", "", _("one of {choices}").format(choices=joined(state_words()[name] for name in STATES))
        return
    for name in ("recorded_on", "until", "first_seen", "gone_since", "back_since"):
        if record[name]:
            day, is_month, _why = values.parse_date(record[name])
            if day is None or is_month:
                yield name, record[name], _("a day such as 2025-06-30")
    if state == EXCEPTED and not record["until"]:
        yield "until", "", _("the day until which it is excepted")
    if state != EXCEPTED and record["until"]:
        yield "until", record["until"], _("nothing; only an exception has a last day")
    if not record["recorded_by"]:
        yield "recorded_by", "", _("a role or an id, no name")
    if state != REVIEWED and not record["why"]:
        yield "why", "", _("the reason")


# --- a run under review ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Review:
    """Findings of a run with what reviews said of them.

    ``findings``: those of the run, with `status` (a state, or `new`, `open`, `came back`) and the columns of a record.
    ``settled``: records whose finding is gone, with the day since when. ``unknown``: ids that no finding has or is known to have had.
    ``untouched``: records of what this run did not look at, kept as they are.
    """

    findings: pd.DataFrame
    settled: pd.DataFrame
    unknown: tuple[str, ...]
    as_of: pd.Timestamp
    untouched: pd.DataFrame | None = None

    @property
    def excepted(self) -> pd.Series:
        """The ids of findings with an exception in force."""
        return self.findings.loc[self.findings["status"].eq(EXCEPTED), ID]

    def excepted_count(self, organisation: str, recommendation: str, measure: str) -> int:
        """How many findings of a measure are excepted."""
        found = self.findings
        of_measure = found["organisation_id"].eq(organisation) & found["recommendation"].eq(recommendation)
        return int((of_measure & found["measure"].eq(measure) & found["status"].eq(EXCEPTED)).sum())

    def lines(self) -> list[str]:
        """How many findings have each status, and how many are settled; which ids are unknown."""
        counts = self.findings["status"].value_counts()
        told = [named(word, counts[name]) for name, word in state_words().items() if name in counts]
        newly = int(self.settled["gone_since"].eq(self.as_of).sum())
        told.append(
            _("settled: {count}, of these {newly} since the last run").format(count=len(self.settled), newly=newly)
        )
        lines = [_("Review: {counts}.").format(counts=clauses(*told))]
        if self.unknown:
            lines.append(
                _("{count} records name no finding there is or was: {ids}.").format(
                    count=len(self.unknown), ids=joined(self.unknown[:_LONGEST_LIST])
                )
            )
        return lines

    def records(self) -> pd.DataFrame:
        """The records to carry forward (columns `RECORD_COLUMNS`): every finding of the run, then what is settled or untouched."""
        frames = [frame for frame in (self.findings, self.settled, self.untouched) if frame is not None]
        parts = [frame[RECORD_COLUMNS].astype("object") for frame in frames if len(frame)]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=RECORD_COLUMNS)


def review(findings: pd.DataFrame, records: pd.DataFrame | None, as_of: pd.Timestamp) -> Review:
    """Findings (columns of `checks.FINDING_COLUMNS`) with the records of an earlier review, if any, carried forward to `as_of`.

    A finding came back where it was gone before or its exception has run out; its record is kept under `earlier`, and it waits
    for a new one. An exception holds to the end of its last day.
    """
    records = pd.DataFrame(columns=RECORD_COLUMNS) if records is None else records
    by_id = {record[ID]: record for record in records.to_dict("records")}
    here = dict(_matched(list(findings[ID]), list(by_id)))
    carried = [_carried(by_id.get(here.get(name)), as_of) for name in findings[ID]]
    columns = ["status", *BY_REVIEWER, "first_seen", "gone_since", "back_since", "earlier"]
    added = pd.DataFrame(carried, columns=columns, index=findings.index).astype(
        {name: "datetime64[s]" for name in DAYS if name in columns}
    )
    left = records[~records[ID].isin(set(here.values()))]
    listed = left["first_seen"].notna() | left["recommendation"].fillna("").ne("")
    settled = left[listed].assign(gone_since=left.loc[listed, "gone_since"].fillna(as_of))
    return Review(findings.join(added), settled.reset_index(drop=True), tuple(left.loc[~listed, ID]), as_of)


def of_run(records: pd.DataFrame, recommendations: Iterable[str], organisations: Iterable[str]) -> pd.DataFrame:
    """The records that can be about a run of these checks on these organisations: theirs, and those that do not say whose they are."""
    about = {"recommendation": recommendations, "organisation_id": organisations}
    mine = [records[name].fillna("").isin(["", *wanted]) for name, wanted in about.items()]
    return records[mine[0] & mine[1]]


def _matched(now: Sequence[str], before: Sequence[str]) -> Iterable[tuple[str, str]]:
    """The id of a record for each finding that has one; of two that shared a short id before, the longer ids begin with it."""
    known = set(before)
    shared = Counter(name[: LENGTH + 1] for name in now)
    long = {name[: LENGTH + 1]: name for name in before if len(name) > LENGTH + 1}
    for name in now:
        short = name[: LENGTH + 1]
        if name in known:
            yield name, name
        elif "-" not in name and shared[short] == 1 and short in long and long[short].startswith(name):
            yield name, long[short]


def _carried(record: Mapping[str, Any] | None, as_of: pd.Timestamp) -> dict[str, Any]:
    """Status and record of a finding that is there now."""
    if record is None:
        return dict.fromkeys(("state", "why", "recorded_by", "earlier"), "") | {"status": NEW, "first_seen": as_of}
    kept = {name: record[name] for name in (*BY_REVIEWER, "first_seen", "back_since", "earlier")}
    kept["first_seen"] = as_of if pd.isna(kept["first_seen"]) else kept["first_seen"]
    run_out = record["state"] == EXCEPTED and record["until"] < as_of
    if run_out or not pd.isna(record["gone_since"]):
        kept |= {"back_since": as_of, "earlier": clauses(record["earlier"], _record_text(record))}
        kept |= dict.fromkeys(("state", "why", "recorded_by"), "") | dict.fromkeys(("until", "recorded_on"), pd.NaT)
    waiting = BACK if not pd.isna(kept["back_since"]) else OPEN
    return kept | {"status": kept["state"] or waiting}


def _record_text(record: Mapping[str, Any]) -> str:
    """A record that no longer holds, in one clause."""
    if not record["state"]:
        return ""
    until = bracketed(_("until {day}").format(day=_day(record["until"]))) if not pd.isna(record["until"]) else ""
    state = state_words()[record["state"]] + until
    return named(state, record["why"]) if record["why"] else state


def _day(day: Any) -> str:
    return "" if pd.isna(day) else pd.Timestamp(day).strftime("%Y-%m-%d")


# --- the workbook ---------------------------------------------------------------------------------

_NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_SHEET_NAME_LENGTH = 31
_WIDTHS = {
    ID: 14,
    "state": 14,
    "until": 14,
    "why": 36,
    "recorded_by": 22,
    "recorded_on": 14,
    "earlier": 30,
    "action": 26,
    "check": 28,
    "measure_label": 40,
    "subject_id": 18,
    "since": 12,
    "reason": 70,
    "status": 16,
    "organisation_id": 14,
}
_OTHER_WIDTH = 13
_RESERVED_ROWS = 500  # below the last, for which the drop-downs hold too


def write_workbook(
    path: str | Path,
    findings: pd.DataFrame,
    records: pd.DataFrame | None,
    *,
    as_of: pd.Timestamp,
    about: Sequence[str] = (),
    untouched: pd.DataFrame | None = None,
) -> Review:
    """Write `findings.xlsx`: what it is, the review sheet with drop-downs, and a sheet for each check that found something.

    ``findings``: of any checks (columns `checks.FINDING_COLUMNS`); ``records``: of `read_records`, or `None`; ``about``: whose data
    they are, a line each (`show.opened_lines`); ``untouched``: records of what was not run, kept as they are. The same arguments give the same bytes. Returns the review, as it was written.
    """
    import openpyxl

    done = replace(review(findings, records, as_of), untouched=untouched)
    book = openpyxl.Workbook()
    names: set[str] = set()
    sheet = book.active
    sheet.title = _sheet_name(_("About"), names)
    _write_about(sheet, done, about)
    _write_review(book.create_sheet(_sheet_name(_("Review"), names)), done)
    for slug in [slug for slug in policies.checks() if slug in set(findings["recommendation"])]:
        policy = policies.load_policy(slug)
        sheet = book.create_sheet(_sheet_name(label(policy, "title"), names))
        _write_rows(
            sheet, _of_check(done.findings[done.findings["recommendation"].eq(slug)], policy), _check_headings()
        )
    for sheet in book.worksheets:
        sheet.oddHeader.center.text = confidential()
        sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
        sheet.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(fitToPage=True)
    _save(book, Path(path), as_of)
    return done


def confidential() -> str:
    """What stands on everything that names people, by id or otherwise."""
    return _("Confidential: holds personal information. For internal use only; do not pass it on.")


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name for a sheet: at most 31 characters, none that a spreadsheet refuses, no two alike whatever their case."""
    whole = _NOT_IN_A_SHEET_NAME.sub(" ", title).strip()
    name, number = whole[:_SHEET_NAME_LENGTH], 1
    while name.lower() in taken:
        number += 1
        name = f"{whole[: _SHEET_NAME_LENGTH - len(str(number)) - 1]} {number}"
    taken.add(name.lower())
    return name


def _write_about(sheet, done: Review, about: Sequence[str]) -> None:
    from openpyxl.styles import Alignment, Font

    counts = done.findings["recommendation"].value_counts()
    titles = {slug: label(policies.load_policy(slug), "title") for slug in policies.checks() if slug in counts}
    lines = [
        confidential(),
        *about,
        _("As of the end of {day}; handbook version {version}.").format(day=_day(done.as_of), version=__version__),
        _("A finding is a prompt for a collective human review, never a decision."),
        *done.lines(),
        "",
        _("How to record a review"),
        _(
            "In the review sheet choose a state for a finding, give the reason and who reviewed it: a role or an id, never a name."
        ),
        _(
            "Reviewed: somebody looked at it. Justified: there is a good reason, and the finding stays. Excepted: approved until a day."
        ),
        _(
            "A record changes no verdict. What is excepted is counted apart, and shown beside the figure until its last day."
        ),
        _(
            "Give this file to the next run (review): it carries the records forward and says what is new, settled or back."
        ),
        "",
        *(named(title, counts[slug]) for slug, title in titles.items()),
    ]
    sheet.column_dimensions["A"].width = 110
    for number, line in enumerate(lines, start=1):
        cell = _write_cell(sheet, number, 1, line)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(bold=line in (confidential(), _("How to record a review")))


def _write_review(sheet, done: Review) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    records = done.records()
    words = state_words()
    slugs = records["recommendation"]
    known = [slug if slug in policies.checks() else None for slug in slugs]
    rows = records.assign(
        state=[words.get(state, "") for state in records["state"]],
        check=[label(policies.load_policy(slug), "title") if slug else "" for slug in known],
        measure_label=[_measure_label(*pair) for pair in zip(known, records["measure"], strict=True)],
    )
    titles = headings() | {"check": _("Recommendation"), "measure_label": _("What is counted")}
    # What a person reads and fills in comes first; the names by which the next run knows a row come last.
    order = [ID, "check", "measure_label", "subject_id", "since", "reason", *BY_REVIEWER]
    order += [name for name in (*RECORD_COLUMNS, "organisation_id") if name not in order]
    _write_rows(sheet, rows[list(dict.fromkeys(order))], titles)
    last = len(rows) + 1 + _RESERVED_ROWS
    choice = DataValidation(
        type="list", formula1='"' + ",".join(words[state] for state in STATES) + '"', allow_blank=True
    )
    choice.error = _("one of {choices}").format(choices=joined(words[state] for state in STATES))
    day = DataValidation(type="date", operator="greaterThan", formula1="36526", allow_blank=True)
    day.error = _("a day such as 2025-06-30")
    for column, validation in (("state", choice), ("until", day), ("recorded_on", day)):
        letter = _letter(list(dict.fromkeys(order)).index(column) + 1)
        validation.showErrorMessage = True
        validation.add(f"{letter}2:{letter}{last}")
    for validation in (choice, day):
        sheet.add_data_validation(validation)


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(column)


def _measure_label(slug: str | None, measure: str) -> str:
    declared = policies.load_policy(slug).measures.get(measure) if slug else None
    return label(declared) if declared else measure


def _check_headings() -> dict[str, str]:
    return headings() | {
        "measure_label": _("What is counted"),
        "action": _("What can be done"),
        "status": _("State"),
    }


def _of_check(findings: pd.DataFrame, policy: policies.Policy) -> pd.DataFrame:
    """The findings of one check as rows for its sheet; the organisation only where there are several."""
    words, actions = state_words(), policies.actions()
    rows = findings.assign(
        measure_label=[_measure_label(policy.id, measure) for measure in findings["measure"]],
        action=[label(actions[policy.reasons[code].action]) for code in findings["reason_code"]],
        status=[words[status] for status in findings["status"]],
    )
    columns = [ID, "measure_label", "subject_id", "since", "reason", "action", "status", "organisation_id"]
    return rows[columns if findings["organisation_id"].nunique() > 1 else columns[:-1]]


def _write_rows(sheet, rows: pd.DataFrame, titles: Mapping[str, str]) -> None:
    """A frame as a sheet: headings by column in `titles`, the first row frozen and repeated in print, filters on."""
    from openpyxl.styles import Alignment, Font

    for place, name in enumerate(rows, start=1):
        _write_cell(sheet, 1, place, titles[name]).font = Font(bold=True)
        sheet.column_dimensions[_letter(place)].width = _WIDTHS.get(name, _OTHER_WIDTH)
    for number, values_ in enumerate(rows.itertuples(index=False), start=2):
        for place, value in enumerate(values_, start=1):
            cell = _write_cell(sheet, number, place, value)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.auto_filter.ref = f"A1:{_letter(rows.shape[1])}{len(rows) + 1}"


def _write_cell(sheet, row: int, column: int, value: Any):
    """Write a day as a day and everything else as text, also what a spreadsheet would take for a formula."""
    cell = sheet.cell(row, column)
    if isinstance(value, pd.Timestamp):
        cell.value, cell.number_format = value.to_pydatetime(), "yyyy-mm-dd"
    elif value is not None and not pd.isna(value) and (text := clean(str(value))):
        cell.value, cell.data_type = text, "s"
        cell.quotePrefix = text.startswith(("=", "+", "-", "@"))
    return cell


_CHANGED_BY_SAVING = re.compile(rb"<dcterms:modified[^>]*>[^<]*</dcterms:modified>")


def _save(book, path: Path, day: pd.Timestamp) -> None:
    """Save with the day judged on in place of the clock, beside the file first, so that none is ever half written."""
    book.properties.created = day.to_pydatetime()
    book.properties.creator = "cadre-handbook"
    saved, beside = io.BytesIO(), path.with_name(f"{path.name}.part")
    book.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name), _CHANGED_BY_SAVING.sub(b"", source.read(name)), zipfile.ZIP_DEFLATED)
    beside.replace(path)
