"""The figures a document publishes of a case, worked out anew where they can be, and the reader's own beside them.

A file of `data/cases/` has `document`, `section`, `when` and `figures`: `value`, or `k` of `n`; `unit`; `bound: over` where
the document says so; `in_words` where it gives words and no number; `ours` where we put it together; `cannot`, why it
cannot be worked out; `beside`, the check, measure and group that count the same thing.
`relations` says which published figures follow from others (`figure`, `is`, `of`), `derived` what we work out besides.
A figure has a relation or says why it cannot have one, or the file does not load.

Every figure is an interval of exact fractions: a count is one number, a rounded figure half a unit of its last digit to each
side, one said to be over a number is open upwards. So a figure agrees or does not; nobody chooses how close is close enough.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import pandas as pd

from cadre_handbook import checks, figures, show, validation, verdict
from cadre_handbook import policy as policies
from cadre_handbook.errors import PolicyError
from cadre_handbook.i18n import _, bracketed, clauses, joined, label
from cadre_handbook.paths import DATA
from cadre_handbook.policy import Settings
from cadre_handbook.references import reference_text
from cadre_handbook.strict_yaml import load_yaml, nearest, refuse_unknown
from cadre_handbook.tables import NONE, ROWS_SHOWN, html_table

ROUNDED = ("share", "years", "years old", "points")  # units whose figures are rounded; all others are counts
OF_A_FIGURE = {
    *("value", "k", "n", "unit", "bound", "label", "label_zh_CN", "unclear"),
    *("cannot", "cannot_zh_CN", "beside", "in_words", "ours"),
}
OF_A_DERIVED = {"is", "of", "unit", "label", "label_zh_CN", "most"}


@dataclass(frozen=True)
class Span:
    """From `low` to `high`, both counted: fractions, or infinity where it is open."""

    low: Fraction | float
    high: Fraction | float

    def meets(self, other: Span) -> bool:
        """Whether the two have a number in common."""
        return self.low <= other.high and other.low <= self.high

    @property
    def tells_nothing(self) -> bool:
        return self.low <= 0 and self.high == math.inf


@dataclass(frozen=True)
class Published:
    """The file of a case, checked: `figures`, `relations` and `derived` as it has them."""

    name: str
    document: str
    section: str
    figures: Mapping[str, Mapping[str, Any]]
    relations: Sequence[Mapping[str, Any]]
    derived: Mapping[str, Mapping[str, Any]]

    def span(self, reference: str | Span) -> Span:
        """The interval of a figure (`moved`), a part of it (`heads.n`) or of one that is derived."""
        name, _dot, part = str(reference).partition(".")
        if name in self.derived:
            return self.worked_out(self.derived[name])
        if name not in self.figures:
            known = [*self.figures, *self.derived]
            raise PolicyError(
                _("There is no published figure “{name}” in data/cases.").format(name=f"{self.name}.{name}")
                + nearest(name, known)
            )
        figure = self.figures[name]
        if part or "k" in figure:
            return _exactly(figure[part] if part else Fraction(figure["k"], figure["n"]))
        number = Decimal(str(figure["value"]))
        if figure.get("bound") == "over":
            return Span(Fraction(number), math.inf)
        if figure.get("unit") not in ROUNDED or number == number.to_integral_value():
            return _exactly(Fraction(number))
        half = Fraction(Decimal(1).scaleb(number.as_tuple().exponent)) / 2
        return Span(Fraction(number) - half, Fraction(number) + half)

    def worked_out(self, relation: Mapping[str, Any]) -> Span:
        """What a relation gives, worked out from the published figures it names."""
        return _OPERATIONS[relation["is"]](*map(self._operand(relation["is"]), relation["of"]))

    def _operand(self, operation: str):
        return str if operation == "full_years" else self.span

    def agrees(self, relation: Mapping[str, Any]) -> bool:
        """Whether the published figure of a relation can be what the relation gives."""
        return self.span(relation["figure"]).meets(self.worked_out(relation))

    def sizes(self, derived: Mapping[str, Any]) -> list[int]:
        """Numbers of people up to `most` of whom a whole number gives a rounded share."""
        share = self.span(*derived["of"])
        return [n for n in range(1, derived["most"] + 1) if math.ceil(share.low * n) <= math.floor(share.high * n)]


def _exactly(number: float | Fraction) -> Span:
    return Span(Fraction(number), Fraction(number))


def _share(part: Span, whole: Span) -> Span:
    return Span(Fraction(0) if whole.high == math.inf else part.low / whole.high, part.high / whole.low)


def _full_years(first: str, last: str) -> Span:
    """Full years from some day of one month (`2000-06`) to some day of another."""
    (year, month), (other_year, other_month) = (map(int, text.split("-")) for text in (first, last))
    months = 12 * (other_year - year) + other_month - month
    return Span(Fraction((months - 1) // 12), Fraction(months // 12))


_OPERATIONS = {
    "same": lambda only: only,
    "sum": lambda *spans: Span(sum(span.low for span in spans), sum(span.high for span in spans)),
    "difference": lambda one, other: Span(one.low - other.high, one.high - other.low),
    "share": _share,
    "full_years": _full_years,
}


@cache
def read(name: str) -> Published:
    """The published figures of a case by the name of its file; `PolicyError` says what is wrong with it."""
    path = DATA / "cases" / f"{name}.yaml"
    return checked(name, load_yaml(path))


def checked(name: str, content: Mapping[str, Any]) -> Published:
    """The content of a file of `data/cases/`; `PolicyError` for an unknown key or figure, or one that nothing is said of."""
    refuse_unknown(content, {"document", "section", "when", "figures", "relations", "derived", "example"}, name)
    case = Published(
        name,
        content["document"],
        content["section"],
        content["figures"],
        content.get("relations", []),
        content.get("derived", {}),
    )
    for figure, raw in case.figures.items():
        refuse_unknown(raw, OF_A_FIGURE, f"{name}: {figure}")
    for figure, raw in case.derived.items():
        refuse_unknown(raw, OF_A_DERIVED, f"{name}: {figure}")
    for item in [*case.relations, *case.derived.values()]:
        if item["is"] not in {*_OPERATIONS, "sizes"}:
            known = joined([*_OPERATIONS, "sizes"])
            raise PolicyError(_("{what}: expected {expected}.").format(what=f"{name}: {item['is']}", expected=known))
    for relation in case.relations:
        refuse_unknown(relation, {"figure", "is", "of"}, name)
        case.agrees(relation)
    for derived in case.derived.values():
        _derived_text(case, derived)
    related = {
        str(reference).partition(".")[0] for item in case.relations for reference in (item["figure"], *item["of"])
    }
    for figure, raw in case.figures.items():
        if figure not in related and not raw.get("cannot"):
            raise PolicyError(
                _("{where}: the key “{key}” is missing or empty.").format(where=f"{name}: {figure}", key="cannot")
            )
    return case


# --- as words -------------------------------------------------------------------------------------


def published_text(figure: Mapping[str, Any]) -> str:
    """A figure as its document has it: `24,874 cadres`, `over 60 %`, `7 of 9`."""
    if figure.get("ours"):
        return NONE
    if "in_words" in figure:
        return {"all": _("all, in words"), "none": _("none, in words"), "third": _("at least a third")}[
            figure["in_words"]
        ]
    if "k" in figure:
        return _("{k} of {n}").format(k=figure["k"], n=figure["n"])
    text = _number(Fraction(Decimal(str(figure["value"]))), figure.get("unit", ""), figure["value"])
    return _("over {number}").format(number=text) if figure.get("bound") == "over" else text


def _number(number: Fraction, unit: str, as_written: float | None = None) -> str:
    """A number with its unit; a share in percent with the digits it was written with, else with one."""
    if unit == "share":
        digits = 1 if as_written is None else max(-Decimal(str(as_written)).normalize().as_tuple().exponent - 2, 0)
        return f"{float(number):.{digits}%}"
    if unit == "points":
        return _("{number} percentage points").format(number=f"{float(100 * number):.3g}")
    text = f"{int(number):,}" if number.denominator == 1 else f"{float(number):,.2f}"
    return f"{text} {show.unit_word(unit)}".strip()


def span_text(span: Span, unit: str = "") -> str:
    """An interval in words: a number, `from … to …`, `over …`, or that it tells nothing."""
    if span.tells_nothing:
        return _("nothing follows from two bounds")
    if span.high == math.inf:
        return _("over {number}").format(number=_number(span.low, unit))
    if span.low == span.high:
        return _number(span.low, unit)
    return _("between {low} and {high}").format(low=_number(span.low, unit), high=_number(span.high, unit))


def _derived_text(case: Published, derived: Mapping[str, Any]) -> str:
    if derived["is"] == "sizes":
        return joined(case.sizes(derived))
    return span_text(case.worked_out(derived), derived["unit"])


def _from(case: Published, relation: Mapping[str, Any]) -> str:
    """What a relation works with, as a formula of numbers."""
    if relation["is"] == "full_years":
        return _("full years from {first} to {last}").format(first=relation["of"][0], last=relation["of"][1])
    numbers = [_operand_text(case, reference) for reference in relation["of"]]
    if relation["is"] == "same":
        return label(case.figures[relation["of"][0]]) + bracketed(numbers[0])
    sign = {"sum": " + ", "difference": " − ", "share": " / "}.get(relation["is"], ", ")
    return sign.join(numbers)


def _operand_text(case: Published, reference: str) -> str:
    name, _dot, part = reference.partition(".")
    if part:
        return f"{case.figures[name][part]}"
    if name in case.derived:
        return span_text(case.span(name))
    figure = case.figures[name]
    return published_text(figure if figure.get("unit") in ("share", "points") else {**figure, "unit": ""})


# --- a case opened --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Opened:
    """A case with the reader's results beside it: `runs` by check; `own`, rows that the case's module counted itself."""

    case: Published
    settings: Settings
    runs: Mapping[str, checks.Run]
    organisations: Sequence[str]
    own: pd.DataFrame
    slug: str


def opened(
    slug: str,
    name: str,
    report: validation.Report,
    settings: Settings,
    given: Mapping[str, Any],
    others: Sequence[str] = (),
) -> Opened:
    """A case's published figures, and the checks that count the same things run on the reader's data (`others` besides)."""
    case = read(name)
    wanted = [item["beside"]["check"] for item in case.figures.values() if "beside" in item]
    runs = {check: checks.evaluate(check, report, common(given)) for check in dict.fromkeys([*wanted, *others])}
    organisations = checks.the_organisations(settings.organisation_id, report.dataset)
    return Opened(case, settings, runs, organisations, own_rows([]), slug)


def common(given: Mapping[str, Any]) -> dict[str, Any]:
    """Of the parameters given those that every check has."""
    return {name: value for name, value in given.items() if name in policies.common_parameters()}


def own_rows(rows: Sequence[tuple[str, str, str, str]]) -> pd.DataFrame:
    """What a case's module counted itself, a row each: organisation, published figure (a name), own figure, how it was counted."""
    return pd.DataFrame(rows, columns=["organisation_id", "figure", "own", "counted"], dtype="object")


def share_text(count: int, of: int) -> str:
    """`k of n` with the share, as `show.figure_text` has it."""
    return _("{k} of {n}").format(k=count, n=of) + (bracketed(f"{count / of:.1%}") if of else "")


def recomputed(opened_: Opened) -> show.View:
    """Every published figure, worked out anew or with why it cannot be; then what follows from them."""
    case, rows, lines, glued = opened_.case, [], [], {}
    for name, figure in case.figures.items():
        relations = [item for item in case.relations if item["figure"].partition(".")[0] == name]
        said = published_text(figure)
        outcome = _outcomes(case, relations, figure) if relations else [_not_alone(case, name, figure)]
        rows.append([label(figure), said, joined(_from(case, item) for item in relations), clauses(*outcome)])
        state = ("agrees" if all(map(case.agrees, relations)) else "differs") if relations else "not recomputed"
        lines.append(f"{case.name}/{name} {_span_line(case.span(name))}: {state}")
        glued[name] = said
    where = f"{reference_text(f'{case.document}, {case.section}')}"
    headings = [_("What is counted"), _("As published"), _("Worked out from"), _("Result")]
    table = html_table(
        pd.DataFrame(rows, columns=headings),
        "ch-published",
        _("Published figures: {where}").format(where=where),
        shown=None,
    )
    follows = []
    for name, derived in case.derived.items():
        text = _derived_text(case, derived)
        basis = _from(case, {**derived, "is": "same"} if derived["is"] == "sizes" else derived)
        follows.append([label(derived), text, basis])
        sizes = derived["is"] == "sizes"
        span = " ".join(map(str, case.sizes(derived))) if sizes else _span_line(case.worked_out(derived))
        lines.append(f"{case.name}/{name} = {span}")
        glued[name] = text
    more = html_table(
        pd.DataFrame(follows, columns=[_("What is counted"), _("Value"), _("Worked out from")]),
        "ch-derived",
        _("What follows from them, by our own arithmetic: {where}").format(where=where),
        shown=None,
    )
    heading = show.paragraph(_("What follows from the published figures. These numbers are ours, not the document’s:"))
    return show.View(table + heading + more, lines=lines, figures=glued)


def _span_line(span: Span) -> str:
    """An interval in figures alone, the same in every language."""
    low, high = (
        f"{float(number):g}" if number == math.inf else f"{float(number):.10g}" for number in (span.low, span.high)
    )
    return low if low == high else f"{low}..{high}"


def _outcomes(case: Published, relations: Sequence[Mapping[str, Any]], figure: Mapping[str, Any]) -> list[str]:
    """Whether a figure agrees with what gives it; of a count whose whole alone can be worked out, that it is no more."""
    if figure.get("ours"):
        return [_("put together here: {k} of {n}").format(k=figure["k"], n=figure["n"])]
    wholes = [item["figure"].endswith(".n") for item in relations]
    alone = [_("the count itself cannot be worked out")] if all(wholes) else []
    return [_outcome(case, item) for item in relations] + alone


def _outcome(case: Published, relation: Mapping[str, Any]) -> str:
    unit = case.figures[relation["figure"].partition(".")[0]].get("unit", "")
    text = span_text(case.worked_out(relation), unit)
    if relation["figure"].endswith(".n") and case.agrees(relation):
        return _("the whole agrees: {figure}").format(figure=text)
    return (_("agrees: {figure}") if case.agrees(relation) else _("does not agree: {figure}")).format(figure=text)


def _not_alone(case: Published, name: str, figure: Mapping[str, Any]) -> str:
    if figure.get("cannot"):
        return _("cannot be worked out: {why}").format(why=label(figure, "cannot"))
    used = [item["figure"].partition(".")[0] for item in case.relations if name in item["of"]]
    return _("used for: {figures}").format(
        figures=joined(dict.fromkeys(label(case.figures[other]) for other in used if other in case.figures))
    )


def beside(opened_: Opened) -> show.View:
    """The reader's own figures beside the published ones, where the same thing is counted."""
    rows, lines = [], []
    several = len(opened_.organisations) > 1
    for name, figure in opened_.case.figures.items():
        for row in _results(opened_, figure):
            run = opened_.runs[row.recommendation]
            counted = verdict.measure_label(run.policy, row.measure, row.group) + bracketed(label(run.policy, "title"))
            rows.append([row.organisation_id, label(figure), published_text(figure), _own_text(row, figure), counted])
            place = "/".join(filter(None, (row.organisation_id, row.recommendation, row.measure, row.group)))
            # Without the verdict: nothing is judged here.
            counts = " ".join(f"{count}={show.count_text(getattr(row, count))}" for count in ("n", "k", "missing"))
            lines.append(f"{opened_.case.name}/{name} beside {place}: {counts}")
        for row in opened_.own[opened_.own["figure"].eq(name)].itertuples():
            rows.append([row.organisation_id, label(figure), published_text(figure), row.own, row.counted])
    for name, derived in opened_.case.derived.items():
        for row in opened_.own[opened_.own["figure"].eq(name)].itertuples():
            text = _derived_text(opened_.case, derived)
            rows.append([row.organisation_id, label(derived), text, row.own, row.counted])
    headings = [_("Organisation"), _("What is counted"), _("As published"), _("Own data"), _("Counted as")]
    table = pd.DataFrame(rows, columns=headings)
    table = table if several else table.drop(columns=_("Organisation"))
    note = show.paragraph(_("Nothing here is judged: the places, the years and the ways of counting differ."))
    numbers = (_("As published"), _("Own data"))
    shown = ROWS_SHOWN if several else None
    return show.View(
        html_table(table, "ch-beside", _("Own figures beside the published ones"), numbers, shown) + note,
        lines=lines,
    )


def _own_text(row, figure: Mapping[str, Any]) -> str:
    """The reader's figure; where there is none, the verdict that says so, with its reason."""
    text = show.figure_text(row)
    if text == "–":
        return verdict.words()[row.verdict] + (bracketed(row.reason) if row.reason else "")
    if figure.get("unit") == "points" and not pd.isna(
        row.value
    ):  # a difference of shares, in the words of the published one
        text = _number(Fraction(row.value), "points")
    unknown = _("{count} unknown").format(count=row.missing) if row.missing else ""
    return text + (bracketed(unknown) if unknown else "")


def _results(opened_: Opened, figure: Mapping[str, Any]) -> list:
    """The reader's results of the measure that stands beside a figure, in all of its groups where none is named."""
    if "beside" not in figure:
        return []
    wanted = figure["beside"]
    results = opened_.runs[wanted["check"]].results
    chosen = results["measure"].eq(wanted["measure"])
    if wanted.get("group"):
        chosen &= results["group"].eq(wanted["group"])
    return list(results[chosen].itertuples())


def _group_label(opened_: Opened, row, group: str) -> str:
    return verdict.measure_label(opened_.runs[row.recommendation].policy, row.measure, group)


def shares(opened_: Opened) -> show.View:
    """Shares of the reader's against published ones, a dot and a diamond each; several organisations are added up."""
    rows = []
    for name, figure in opened_.case.figures.items():
        if "k" not in figure and figure.get("unit") != "share":
            continue
        results = [row for row in _results(opened_, figure) if row.verdict != verdict.HIDDEN and not pd.isna(row.n)]
        for group in dict.fromkeys(row.group for row in results):
            k, n = (sum(int(getattr(row, count)) for row in results if row.group == group) for count in ("k", "n"))
            of_several = len({row.group for row in results}) > 1
            words = _group_label(opened_, results[0], group) if of_several else label(figure)
            rows.append([words, k, n, policies.published(f"{opened_.case.name}.{name}")["value"]])
    table = pd.DataFrame(rows, columns=["row", "k", "n", "published"])
    return show.View(
        picture=figures.dots(
            table,
            opened_.settings,
            opened_.slug,
            published=reference_text(f"{opened_.case.document}, {opened_.case.section}"),
        )
    )
