"""A dataset held against `data/schema/`: every problem at once, with file, row, column, value and what was expected.

Column rules (type, code, bounds, key, required cell) are a pandera schema made from the Table Schema. What lies between
columns, rows and tables (order of dates, references, births, cycles of predecessors, overlaps) is checked here.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from cadre_handbook import places, schema, values
from cadre_handbook.dataset import LEFT_OUT_COLUMNS, PROBLEM_COLUMNS, Dataset
from cadre_handbook.errors import DataRefused
from cadre_handbook.i18n import _, bracketed, joined, label

ERROR, NOTE = "error", "note"


def explanations() -> dict[str, str]:
    """What each kind of problem means and what to do about it, by reason code, in the language in use."""
    return {
        "required": _("the cell is empty; a value is needed here"),
        "repeated": _("this id stands in an earlier row too; each row needs an id of its own"),
        "not_a_date": _("expected a date such as 2003-07-01 or a month such as 2003-07"),
        "year_only": _("a year alone is too coarse; expected a date such as 2003-07-01 or a month such as 2003-07"),
        "serial": _(
            "this is a spreadsheet's serial number, not a date; format the column as a date (YYYY-MM-DD) and save again"
        ),
        "month_ambiguous": _("January, or October that lost its zero? Write 2003-01 or 2003-10"),
        "year_out_of_range": _("the year lies outside 1900 to 2100; leave the cell empty for “still in post”"),
        "until_now": _("this is no date; leave the cell empty for “still in post”"),
        "no_such_month": _("there is no such month; expected 01 to 12"),
        "no_such_day": _("there is no such day in that month"),
        "boolean": _("expected true or false (also 是/否, 1/0); leave the cell empty where it is not known"),
        "number": _("expected a number {expected}"),
        "integer": _("expected a whole number {expected}"),
        "code": _("this code is not in the list; expected one of: {expected}"),
        "reference": _("there is no row with this id in the table {expected}"),
        "date_order": _("this date lies before {expected}; one of the two is wrong"),
        "born_after_start": _("born after the first posting ({expected}); one of the two is wrong"),
        "predecessor_cycle": _("the predecessors lead back to this row; one of them is wrong"),
        "row_too_long": _(
            "the row has more cells than the heading ({expected}); look for a stray comma or a shifted row"
        ),
        "row_too_short": _("the row has fewer cells than the heading ({expected}); the line may be cut off"),
        "example": _("this is an example of the template and is not counted; delete the row"),
        "example_changed": _(
            "a row was written over an example and kept its id; give it an id of its own, or delete it"
        ),
        "place_unknown": _("this division code is not in the list since 1981; it counts as unknown"),
        "post_overlap": _("two people hold this post at the same time (see posting {expected}); kept as it is"),
        "cadre_overlap": _(
            "this cadre holds another substantive post at the same time (see posting {expected}); kept as it is"
        ),
    }


@dataclass
class Report:
    """What validation found.

    ``problems``: one row each, columns `table`, `file`, `row`, `column`, `value`, `reason_code`, `expected`, `severity`
    (`error`, or `note` for what is reported and kept).
    """

    dataset: Dataset
    problems: pd.DataFrame

    @property
    def errors(self) -> pd.DataFrame:
        """The problems that checks refuse to run on."""
        return self.problems[self.problems["severity"] == ERROR]

    @property
    def faulty_rows(self) -> int:
        """How many rows have problems of their own: those left out where problems are allowed."""
        return len(self.errors.drop_duplicates(["table", "row"]))

    @property
    def notes(self) -> pd.DataFrame:
        """What is reported and kept."""
        return self.problems[self.problems["severity"] == NOTE]

    def explained(self) -> pd.DataFrame:
        """The problems as a person reads them: file, row, cell, column, value and what was expected."""
        texts = explanations()
        rows = [
            {
                "file": problem.file,
                "row": problem.row,
                "id": self._id(problem.table, problem.row),
                "cell": self._cell(problem.table, problem.column, problem.row),
                "column": problem.column,
                "title": self._title(problem.table, problem.column),
                "value": problem.value,
                "expected": texts[problem.reason_code].format(expected=problem.expected),
                "reason_code": problem.reason_code,
                "severity": problem.severity,
            }
            for problem in self.problems.itertuples()
        ]
        columns = ["file", "row", "id", "cell", "column", "title", "value", "expected", "reason_code", "severity"]
        return pd.DataFrame(rows, columns=columns)

    def _id(self, table: str, row: int) -> str:
        """The key of a row, empty where it has none."""
        text, key = self.dataset.text[table], schema.tables()[table].key
        value = text[key].get(row) if key in text else None
        return value if isinstance(value, str) else ""

    def _cell(self, table: str, column: str, row: int) -> str:
        from openpyxl.utils import get_column_letter

        if not self.dataset.numbered:
            return ""
        position = self.dataset.text[table].attrs.get("positions", {}).get(column)
        return f"{get_column_letter(position)}{row}" if position else ""

    @staticmethod
    def _title(table: str, column: str) -> str:
        known = schema.tables()[table].fields.get(column)
        return label(known, "title") if known else column

    def lines(self, limit: int | None = None) -> list[str]:
        """One line a problem, errors first; beyond `limit` a line that says how many more there are."""
        explained = self.explained().sort_values("severity", kind="stable")
        lines = [self._line(item) for item in explained.head(limit).itertuples()]
        if limit is not None and len(explained) > limit:
            lines.append(
                _("… and {count} more; `cadre-handbook validate` lists them all").format(count=len(explained) - limit)
            )
        return lines

    def _line(self, item) -> str:
        if not self.dataset.numbered:
            return _("{file}, {id}, column {column}: “{value}”: {expected}").format(
                file=item.file, id=item.id or "?", column=item.column, value=item.value, expected=item.expected
            )
        if not item.column:
            return _("{file}, row {row}: {expected}").format(file=item.file, row=item.row, expected=item.expected)
        return _("{file}, row {row}, column {column}: “{value}”: {expected}").format(
            file=item.file,
            row=item.row,
            column=item.column + bracketed(item.cell) if item.cell else item.column,
            value=item.value,
            expected=item.expected,
        )


# --- one column: pandera, from the Table Schema ---------------------------------------------------


def _column_checks(field: schema.Field):
    """The pandera checks of one column over its text; each check's `error` is the reason code."""
    import pandera.pandas as pa

    def readable(text: pd.Series) -> pd.Series:
        return values.typed(text, field).notna()

    if field.categories:
        return [pa.Check(readable, error="code")]
    if field.type == "date":
        return [pa.Check(lambda text: values.dates(text)["day"].notna(), error="date")]
    if field.type == "boolean":
        return [pa.Check(readable, error="boolean")]
    if field.type in ("integer", "number"):
        low = -np.inf if field.minimum is None else field.minimum
        high = np.inf if field.maximum is None else field.maximum

        def within_bounds(text: pd.Series) -> pd.Series:
            return values.typed(text, field).between(low, high).fillna(False).astype(bool)

        return [pa.Check(within_bounds, error=field.type)]
    if field.place:
        return [pa.Check(lambda text: places.is_code(text), error="place_unknown")]
    return []


@cache
def pandera_schema(name: str):
    """A table's Table Schema as a pandera schema over the text of its cells."""
    import pandera.pandas as pa

    columns = {
        field.name: pa.Column(
            str,
            checks=_column_checks(field),
            nullable=not field.required,
            unique=field.unique,
            required=field.required,
            report_duplicates="exclude_first",
        )
        for field in schema.tables()[name].fields.values()
    }
    return pa.DataFrameSchema(columns)


def _column_problems(name: str, dataset: Dataset) -> list[pd.DataFrame]:
    import pandera.errors

    table, text = schema.tables()[name], dataset.text[name]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pandera_schema(name).validate(text, lazy=True)
    except pandera.errors.SchemaErrors as found:
        cases = found.failure_cases
    else:
        return []
    failed = cases[cases["index"].isna()]
    if len(failed):  # a check that raised: a defect of ours, never a reason to pass a column unchecked
        raise RuntimeError(f"{name}: {failed[['column', 'failure_case']].to_dict('records')}")
    reasons = cases["check"].map({"not_nullable": "required", "field_uniqueness": "repeated"}).fillna(cases["check"])
    found = _problems(dataset, name, cases["index"].astype(int), cases["column"], cases["failure_case"], reasons)
    found["reason_code"] = [
        values.parse_date(value)[2] if code == "date" else code
        for code, value in zip(found["reason_code"], found["value"], strict=True)
    ]
    found["expected"] = [
        expectation(table.fields[column], code)
        for column, code in zip(found["column"], found["reason_code"], strict=True)
    ]
    found.loc[found["reason_code"] == "place_unknown", "severity"] = NOTE
    return [found]


def expectation(field: schema.Field, reason_code: str) -> str:
    """What a column may hold, to fill into the explanation of a reason code; empty where the explanation says it all."""
    if reason_code == "code":
        return joined(category.value + bracketed(category.label_zh_CN) for category in field.categories)
    return field.bound if reason_code in ("integer", "number") else ""


def _problems(
    dataset: Dataset, name: str, rows, column, value, reason_code, expected="", severity=ERROR
) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "table": name,
            "file": dataset.files.get(name, name),
            "row": np.asarray(rows),
            "column": column if isinstance(column, str) else np.asarray(column),
            "value": np.asarray(value),
            "reason_code": reason_code if isinstance(reason_code, str) else np.asarray(reason_code),
            "expected": expected if isinstance(expected, str) else np.asarray(expected),
            "severity": severity,
        },
        columns=PROBLEM_COLUMNS,
    )
    frame["value"] = frame["value"].fillna("")
    return frame


# --- between columns, rows and tables -------------------------------------------------------------


def _order_problems(name: str, dataset: Dataset) -> list[pd.DataFrame]:
    frame, text = dataset.tables[name], dataset.text[name]
    found = []
    for rule in schema.tables()[name].orders:
        if rule.first in text and rule.then in text:
            wrong = frame.index[(frame[rule.then] < frame[rule.first]).to_numpy()]
            if not len(wrong):
                continue
            expected = rule.first + " " + text.loc[wrong, rule.first]
            found.append(_problems(dataset, name, wrong, rule.then, text.loc[wrong, rule.then], "date_order", expected))
    return found


def _reference_problems(name: str, dataset: Dataset) -> list[pd.DataFrame]:
    text = dataset.text[name]
    found = []
    for key in schema.tables()[name].foreign_keys:
        if key.field not in text or key.table not in dataset.text:
            continue
        wanted = text[key.field].dropna()
        wrong = wanted[~wanted.isin(dataset.text[key.table][key.target])]
        if len(wrong):
            found.append(_problems(dataset, name, wrong.index, key.field, wrong, "reference", key.table))
    return found


def _birth_problems(dataset: Dataset) -> list[pd.DataFrame]:
    cadres, postings = dataset.tables["cadres"], dataset.tables["postings"]
    if "birth_date" not in cadres:  # not read
        return []
    first = postings.dropna(subset=["start"]).sort_values("start", kind="stable")
    began = values.lookup(cadres["cadre_id"], first, "cadre_id", "start")
    wrong = cadres.index[(cadres["birth_date"] >= began).to_numpy()]
    value = dataset.text["cadres"].loc[wrong, "birth_date"] if len(wrong) else []
    return [
        _problems(
            dataset,
            "cadres",
            wrong,
            "birth_date",
            value,
            "born_after_start",
            began.loc[wrong].dt.strftime("%Y-%m-%d"),
        )
    ]


def _cycle_problems(name: str, column: str, dataset: Dataset) -> list[pd.DataFrame]:
    from cadre_handbook.history import in_a_cycle

    frame = dataset.tables[name]
    key = schema.tables()[name].key
    wrong = frame.index[in_a_cycle(frame[key], frame[column])]
    return [_problems(dataset, name, wrong, column, frame.loc[wrong, column], "predecessor_cycle")]


def _overlaps(dataset: Dataset, by: str, reason_code: str, among: pd.Series) -> pd.DataFrame:
    """Substantive postings that begin before an earlier one of the same `by` has ended; both sides are different rows."""
    postings = dataset.tables["postings"]
    other_key = "cadre_id" if by == "post_id" else "post_id"
    frame = postings[among & (postings["role"] == "substantive") & postings["start"].notna() & postings[by].notna()]
    frame = frame.sort_values([by, "start"], kind="stable")
    frame = frame.assign(_end=frame["end"].fillna(pd.Timestamp("2200-01-01")))
    latest_end = frame.groupby(by, sort=False)["_end"].cummax()
    # The earlier posting that ends last, for the message: where the running latest end was set.
    setter = frame["posting_id"].where(frame["_end"].eq(latest_end)).groupby(frame[by], sort=False).ffill()
    same = frame[by].eq(frame[by].shift())
    wrong = same & (frame["start"] < latest_end.shift())
    if not wrong.any():
        return dataset.problems.iloc[:0]
    before = frame.assign(_setter=setter.shift())[wrong]
    setter_key = values.lookup(before["_setter"], postings, "posting_id", other_key)
    before = before[(setter_key != before[other_key]).to_numpy()]
    starts = dataset.text["postings"].loc[before.index, "start"]
    return _problems(dataset, "postings", before.index, "start", starts, reason_code, before["_setter"], NOTE)


def _overlap_notes(dataset: Dataset) -> list[pd.DataFrame]:
    postings, posts = dataset.tables["postings"], dataset.tables["posts"]
    leading = postings["post_id"].isin(posts.loc[posts["leading"].fillna(False).astype(bool), "post_id"])
    everyone = pd.Series(True, index=postings.index)
    return [
        _overlaps(dataset, "post_id", "post_overlap", leading),
        _overlaps(dataset, "cadre_id", "cadre_overlap", everyone),
    ]


def validate(dataset: Dataset) -> Report:
    """Every problem of a dataset, in the order of tables and rows; see `Report`.

    Problems of severity `error` are what checks refuse to run on; of severity `note` are overlapping postings and
    division codes that are not in the list, which are kept (a place that is not in the list counts as missing).
    """
    found = [dataset.problems]
    for name in dataset.text:
        found += _column_problems(name, dataset)
        found += _order_problems(name, dataset)
        found += _reference_problems(name, dataset)
    found += _birth_problems(dataset)
    found += _cycle_problems("units", "predecessor_unit_id", dataset)
    found += _cycle_problems("units", "parent_unit_id", dataset)
    found += _cycle_problems("posts", "predecessor_post_id", dataset)
    found += _overlap_notes(dataset)
    problems = pd.concat([frame for frame in found if len(frame)] or [dataset.problems], ignore_index=True)
    order = {name: position for position, name in enumerate(schema.tables())}
    problems = problems.assign(_order=problems["table"].map(order)).sort_values(["_order", "row"], kind="stable")
    problems = problems.drop(columns="_order").drop_duplicates(["table", "row", "column", "reason_code"])
    return Report(dataset, problems.reset_index(drop=True))


# --- leaving rows out -----------------------------------------------------------------------------


def without_problems(report: Report, as_of: pd.Timestamp | None = None) -> Dataset:
    """The dataset without the rows that have problems, and without the rows that refer to those.

    `left_out` then names the cadres and posts that have become unknown by it: every measure that reads the table
    counts them as missing. A row that goes only because its cadre or post went makes its post unknown where the
    posting was not over on `as_of`.
    """
    dataset = report.dataset
    dropped = {name: set(rows) for name, rows in report.errors.groupby("table")["row"].apply(list).items()}
    followed: dict[str, set] = {}
    changed = True
    while changed:
        changed = False
        for name, table in schema.tables().items():
            if name not in dataset.text:
                continue
            for key in table.foreign_keys:
                gone = _ids(dataset, key.table, key.target, dropped) if key.table in dataset.text else set()
                if not gone or key.field not in dataset.text[name]:
                    continue
                wanted = dataset.text[name][key.field]
                rows = set(wanted.index[wanted.isin(gone)]) - dropped.get(name, set())
                if rows:
                    dropped.setdefault(name, set()).update(rows)
                    followed.setdefault(name, set()).update(rows)
                    changed = True
    left_out = [
        _left_out(dataset, name, sorted(rows), followed.get(name, set()), as_of) for name, rows in dropped.items()
    ]
    tables = {name: frame.drop(index=sorted(dropped.get(name, ()))) for name, frame in dataset.tables.items()}
    kept = Dataset(**{**vars(dataset), "tables": tables, "cache": {}})
    if left_out:
        kept.left_out = pd.concat(left_out, ignore_index=True)
    return kept


def _ids(dataset: Dataset, table: str, column: str, dropped: dict[str, set]) -> set:
    """Ids of the rows dropped from a table that no kept row of it carries."""
    frame = dataset.text[table]
    gone = frame.index.isin(list(dropped.get(table, ())))
    return set(frame.loc[gone, column].dropna()) - set(frame.loc[~gone, column].dropna())


def _left_out(
    dataset: Dataset, name: str, rows: list[int], followed: set[int], as_of: pd.Timestamp | None
) -> pd.DataFrame:
    """The cadres and posts that the dropped rows of a table were about (columns `LEFT_OUT_COLUMNS`)."""
    text, frame = dataset.text[name].loc[rows], dataset.tables[name].loc[rows]
    blank = pd.Series(pd.NA, index=text.index, dtype="str")
    cadre, post = _cadres(dataset, name, text), text.get("post_id", blank)
    if name == "postings":
        over = frame["end"].notna() if as_of is None else frame["end"] <= as_of
        post = post.mask(over & frame.index.isin(list(followed)))
    found = {"table": name, "row": text.index, "cadre_id": cadre.to_numpy(), "post_id": post.to_numpy()}
    return pd.DataFrame(found, columns=LEFT_OUT_COLUMNS)


def _cadres(dataset: Dataset, name: str, text: pd.DataFrame) -> pd.Series:
    """Whom rows are about: the cadre they name, or the one that the row they refer to names."""
    key = schema.tables()[name].names_cadre_by
    if key is None or key.field not in text or key.table not in dataset.text:
        return text.get("cadre_id", pd.Series(pd.NA, index=text.index, dtype="str"))
    return values.lookup(text[key.field], dataset.text[key.table], key.target, "cadre_id")


def refused(report: Report) -> DataRefused:
    """The refusal of data with problems: how many, the first of them, and what can be done."""
    lines = [
        _("The data have {count} problems, so no check was run:").format(count=len(report.errors)),
        *Report(report.dataset, report.errors).lines(limit=20),
        _(
            "Correct them and run again; or allow problems (--allow-problems, allow_problems = True), which leaves those "
            "rows out and counts their cadres and posts as missing."
        ),
    ]
    return DataRefused("\n".join(lines), report)
