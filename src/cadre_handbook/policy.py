"""The recommendations and their parameters: what a document says, what is measured, and where every number comes from.

One YAML file a recommendation in `data/policy/`. A value without origin or reference, a rule without its date of effect,
an unknown or a repeated key: the file does not load. A value that an official passes has the origin `user`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from cadre_handbook import schema
from cadre_handbook.errors import PolicyError, RequestError
from cadre_handbook.i18n import _, joined, label
from cadre_handbook.paths import DATA
from cadre_handbook.references import reference_text
from cadre_handbook.strict_yaml import load_foreign_yaml, load_yaml, nearest, refuse_unknown
from cadre_handbook.values import FIRST_YEAR, LAST_YEAR

ORIGINS = ("doc", "rule", "handbook", "user")
KINDS = ("share", "count", "statistic")
TYPES = ("integer", "number", "boolean", "date", "choice", "text", "list")
OPERATORS = (">=", "<=", ">", "<", "==")
WORDINGS = ("seen", "unverified")
CHECK = "check"  # the kind of slug that is judged; the others, `case` and `overview`, show several together
MIN_CELL = "min_cell"  # the smallest count that a sensitive measure shows


@dataclass(frozen=True)
class Value:
    """A value of a parameter with its origin (`doc`, `rule`, `handbook`, `user`), reference and date of effect."""

    value: Any
    origin: str
    reference: str = ""
    from_: dt.date | None = None
    wording: str | None = None
    restored: bool = False
    reference_zh_CN: str = ""
    why: str = ""
    why_zh_CN: str = ""
    label: str = ""
    label_zh_CN: str = ""


@dataclass(frozen=True)
class Parameter:
    """One parameter: type, unit, bounds or choices, and its values in time.

    ``fixed``: no other value may be given for a run, for two results side by side would tell what one of them hides.
    """

    name: str
    label: str
    label_zh_CN: str
    type: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Value, ...] = ()
    values: tuple[Value, ...] = ()
    fixed: bool = False

    def on(self, day: dt.date) -> Value | None:
        """The value in force on `day`: the latest whose date of effect has come; `None` where no rule is in force yet."""
        in_force = [value for value in self.values if value.from_ is None or value.from_ <= day]
        return max(in_force, key=lambda value: value.from_ or dt.date.min, default=None)

    def expected(self) -> str:
        """What a value of this parameter may be, in the language in use."""
        if self.type == "choice":
            return _("one of {choices}").format(choices=joined(choice.value for choice in self.choices))
        words = {
            "integer": _("a whole number"),
            "number": _("a number"),
            "boolean": _("true or false"),
            "date": _("a date such as 2024-12-31"),
            "text": _("text"),
            "list": _("text, or a list of texts"),
        }[self.type]
        if self.minimum is not None and self.maximum is not None:
            return _("{what} from {low} to {high}").format(what=words, low=self.minimum, high=self.maximum)
        if self.minimum is not None:
            return _("{what} from {low} up").format(what=words, low=self.minimum)
        return words

    def accept(self, value: Any) -> Any:
        """`value` with the right type; `RequestError` says what was expected. Text from a command is read as its type."""
        refusal = RequestError(
            _("{name} = {value}: expected {expected}.").format(
                name=self.name, value=_shown(value), expected=self.expected()
            )
            + (nearest(value, [choice.value for choice in self.choices]) if self.type == "choice" else "")
        )
        try:
            result = _READERS[self.type](value)
        except (ValueError, TypeError):
            raise refusal from None
        if self.type == "choice" and result not in [choice.value for choice in self.choices]:
            raise refusal
        if self.type in ("integer", "number"):
            low = -math.inf if self.minimum is None else self.minimum
            high = math.inf if self.maximum is None else self.maximum
            if not low <= result <= high:
                raise refusal
        return result


def _shown(value: Any) -> str:
    return f"“{value}”" if isinstance(value, str) else str(value)


def _integer(value):
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError
    return int(value)


def _number(value):
    if isinstance(value, bool) or not math.isfinite(float(value)):
        raise ValueError
    return float(value)


def _boolean(value):
    words = {"true": True, "1": True, "是": True, "false": False, "0": False, "否": False}
    if isinstance(value, bool):
        return value
    return words[value.lower()] if isinstance(value, str) and value.lower() in words else _raise()


def _raise():
    raise ValueError


def _date(value):
    if isinstance(value, dt.datetime):
        day = value.date()
    else:
        day = value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else _raise()


def _text(value):
    return value if isinstance(value, str) else _raise()


def _list(value):
    return [value] if isinstance(value, (str, int)) and not isinstance(value, bool) else list(value)


_READERS = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "choice": _text,
    "text": _text,
    "list": _list,
}


@dataclass(frozen=True)
class Source:
    """What a document says, in our words, and where it says it."""

    document: str
    section: str
    says: str
    says_zh_CN: str


@dataclass(frozen=True)
class Group:
    """One group a measure is counted for; `target` where the group has a target of its own (a parameter)."""

    value: str
    label: str
    label_zh_CN: str
    target: str | None = None


EVERYONE = Group("", "", "")


@dataclass(frozen=True)
class Measure:
    """One thing that is counted.

    ``kind``: `share` (k of n), `count` (k against a target) or `statistic`, worked out in `verdict.py`. ``judged``: false
    for what is shown as context. ``any_n``: judged at any n, as counts against a target (zero tolerance) are and rules about one team; a rate is not. ``tables``: the
    columns that must have values; ``tables_any``: columns of which one must; ``tables_by``: those that a parameter's value needs
    besides; ``tables_any_by``: those of which it needs one. ``events``: the tables each row of which may be one subject, where a cadre may be counted several times.
    ``parameters``: the parameters it depends on, its target among them. ``sensitive``: the trait of people it is
    about, where a small count would give somebody's away; `disclosure.py` hides it, together with what is about the same trait.
    """

    name: str
    label: str
    label_zh_CN: str
    kind: str
    subject: str
    tables: Mapping[str, tuple[str, ...]]
    operator: str | None = None
    target: str | None = None
    statistic: str | None = None
    judged: bool = True
    any_n: bool = False
    parameters: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    context_when: Mapping[str, Any] = field(default_factory=dict)
    tables_any: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    sensitive: str = ""
    tables_by: Mapping[str, Mapping[str, Mapping[str, tuple[str, ...]]]] = field(default_factory=dict)
    tables_any_by: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def is_judged(self, settings: Settings) -> bool:
        """Whether it is judged with these parameters, or shown as context (`context_when` names the values)."""
        return self.judged and not any(getattr(settings, name) == value for name, value in self.context_when.items())


@dataclass(frozen=True)
class Action:
    """A kind of action of `data/actions.yaml`: what an official can do about a finding, in a sentence or two."""

    name: str
    label: str
    label_zh_CN: str
    text: str
    text_zh_CN: str


@dataclass(frozen=True)
class Reason:
    """Why a row is a finding: a sentence with the names of the facts' columns in braces; ``action``: a name of `actions()`."""

    code: str
    text: str
    text_zh_CN: str
    action: str


@dataclass(frozen=True)
class Policy:
    """One recommendation, or a page that shows several together (a case, an overview), which has no measures and no reasons.

    ``sensitivity``: parameters that decide much, each with other values to show the verdicts under.
    """

    id: str
    version: int
    part: str
    title: str
    title_zh_CN: str
    sources: tuple[Source, ...]
    measures: dict[str, Measure]
    parameters: dict[str, Parameter]
    reasons: dict[str, Reason]
    judgeable: str
    cannot_tell: str
    cannot_tell_zh_CN: str
    sensitivity: Mapping[str, tuple] = field(default_factory=dict)


# --- loading --------------------------------------------------------------------------------------


def _need(raw: Mapping, keys: tuple[str, ...], where: str) -> None:
    for key in keys:
        if raw.get(key) in (None, ""):
            raise PolicyError(_("{where}: the key “{key}” is missing or empty.").format(where=where, key=key))


@cache
def published(name: str) -> dict[str, Any]:
    """A published figure by `case.figure`: `value` (or `k` of `n`), `document`, `section`, labels, from `data/cases/`."""
    case, _dot, figure = name.partition(".")
    path = DATA / "cases" / f"{case}.yaml"
    content = load_yaml(path) if path.is_file() else {"figures": {}}
    if figure not in content["figures"]:
        raise PolicyError(_("There is no published figure “{name}” in data/cases.").format(name=name))
    found = dict(content["figures"][figure])
    found.setdefault("value", found["k"] / found["n"] if "k" in found else None)
    return {"document": content["document"], "section": content["section"], **found}


def _from_published(raw: dict) -> dict:
    """A value that names a published figure (`figure: yangzhou.mid_level_over_ten`), with origin and reference filled in."""
    figure = published(raw.pop("figure"))
    said = f" (“{figure['bound']}”)" if "bound" in figure else ""
    return {
        "value": figure["value"],
        "origin": "doc",
        "reference": f"{figure['document']}, {figure['section']}{said}",
        **raw,
    }


def _value(raw: dict, where: str) -> Value:
    if "figure" in raw:
        raw = _from_published(raw)
    refuse_unknown(
        raw,
        {
            "value",
            "origin",
            "reference",
            "reference_zh_CN",
            "from",
            "wording",
            "restored",
            "why",
            "why_zh_CN",
            "label",
            "label_zh_CN",
        },
        where,
    )
    if "value" not in raw:
        raise PolicyError(_("{where}: the key “{key}” is missing or empty.").format(where=where, key="value"))
    _need(raw, ("origin", "reference"), where)
    if raw["origin"] not in ORIGINS:
        raise PolicyError(
            _("{where}: origin “{origin}”; expected one of {known}.").format(
                where=where, origin=raw["origin"], known=joined(ORIGINS)
            )
        )
    if raw["origin"] == "rule":
        _need(raw, ("from", "wording"), where)
        if not isinstance(raw["from"], dt.date):
            raise PolicyError(_("{where}: “from” must be a date such as 2019-06-01.").format(where=where))
        if raw["wording"] not in WORDINGS:
            raise PolicyError(_("{where}: “wording” must be seen or unverified.").format(where=where))
    elif "from" in raw:
        raise PolicyError(_("{where}: only the value of a rule has a date of effect.").format(where=where))
    if raw["origin"] == "handbook":
        _need(raw, ("why", "why_zh_CN"), where)
    return Value(from_=raw.pop("from", None), **raw)


def _parameter(name: str, raw: dict, where: str) -> Parameter:
    where = f"{where}: {name}"
    refuse_unknown(
        raw, {"label", "label_zh_CN", "type", "unit", "minimum", "maximum", "choices", "values", "fixed"}, where
    )
    _need(raw, ("label", "label_zh_CN", "type", "values"), where)
    if raw["type"] not in TYPES:
        raise PolicyError(
            _("{where}: type “{type}”; expected one of {known}.").format(
                where=where, type=raw["type"], known=joined(TYPES)
            )
        )
    values_ = tuple(_value(value, where) for value in raw.pop("values"))
    choices = tuple(_value(choice, where) for choice in raw.pop("choices", []))
    parameter = Parameter(name=name, values=values_, choices=choices, **raw)
    for value in values_:
        if value.value is not None:
            parameter.accept(value.value)
    return parameter


def _measure(name: str, raw: dict, parameters: dict, where: str) -> Measure:
    where = f"{where}: {name}"
    refuse_unknown(raw, set(Measure.__dataclass_fields__) - {"name"}, where)
    _need(raw, ("label", "label_zh_CN", "kind", "subject", "tables"), where)
    if raw["kind"] not in KINDS:
        raise PolicyError(
            _("{where}: kind “{kind}”; expected one of {known}.").format(
                where=where, kind=raw["kind"], known=joined(KINDS)
            )
        )
    groups = tuple(_group(group, where) for group in raw.pop("groups", ()))
    if raw.get("judged", True):
        _need(raw, ("operator",) if groups and all(group.target for group in groups) else ("operator", "target"), where)
    if raw.get("operator") is not None and raw["operator"] not in OPERATORS:
        raise PolicyError(
            _("{where}: operator “{operator}”; expected one of {known}.").format(
                where=where, operator=raw["operator"], known=joined(OPERATORS)
            )
        )
    raw.setdefault("any_n", raw["kind"] == "count")
    targets = [target for target in (raw.get("target"), *(group.target for group in groups)) if target]
    used = tuple(dict.fromkeys([*raw.pop("parameters", ()), *targets]))
    for wanted in used:
        if wanted not in parameters:
            raise PolicyError(
                _("{where}: there is no parameter “{name}”.").format(where=where, name=wanted)
                + nearest(wanted, parameters)
            )
    tables = {table: tuple(columns) for table, columns in raw.pop("tables").items()}
    known = schema.tables()
    for table, columns in {**dict.fromkeys(raw.get("events", ()), ()), **tables}.items():
        for column in (table, *columns):
            if table not in known or (column != table and column not in known[table].fields):
                raise PolicyError(
                    _("{where}: there is no table or column “{name}”.").format(where=where, name=f"{table}.{column}")
                )
    raw["tables_any"] = tuple(raw.get("tables_any", ()))
    raw["events"] = tuple(raw.get("events", ()))
    measure = Measure(name=name, tables=tables, parameters=used, groups=groups, **raw)
    if measure.sensitive:
        _hides_what_it_must(measure, parameters, targets, where)
    return measure


def _hides_what_it_must(measure: Measure, parameters: dict[str, Parameter], targets: list[str], where: str) -> None:
    """Refuse a sensitive measure without a least count to show, or with a parameter that would count other people."""
    least = parameters.get(MIN_CELL)
    if least is None or least.type != "integer" or not least.minimum or least.maximum is None:
        raise PolicyError(
            _("{where}: a sensitive measure needs the parameter {name}, a whole number within bounds.").format(
                where=where, name=MIN_CELL
            )
        )
    for name in measure.parameters:
        if name not in (MIN_CELL, *targets) and not parameters[name].fixed:
            raise PolicyError(
                _("{where}: {name} decides who is counted in a sensitive measure, and must be fixed.").format(
                    where=where, name=name
                )
            )


def _reason(code: str, raw: dict, where: str) -> Reason:
    keys = ("text", "text_zh_CN", "action")
    refuse_unknown(raw, set(keys), where)
    _need(raw, keys, where)
    if raw["action"] not in actions():
        raise PolicyError(
            _("{where}: there is no kind of action “{name}”.").format(where=where, name=raw["action"])
            + nearest(raw["action"], actions())
        )
    return Reason(code, **raw)


@cache
def actions() -> dict[str, Action]:
    """The kinds of action by name, from `data/actions.yaml`, in its order."""
    loaded = {}
    for name, raw in load_yaml(DATA / "actions.yaml")["actions"].items():
        keys = set(Action.__dataclass_fields__) - {"name"}
        refuse_unknown(raw, keys, f"actions.yaml: {name}")
        _need(raw, tuple(sorted(keys)), f"actions.yaml: {name}")
        loaded[name] = Action(name, **raw)
    return loaded


def _group(raw: dict, where: str) -> Group:
    refuse_unknown(raw, set(Group.__dataclass_fields__), where)
    _need(raw, ("value", "label", "label_zh_CN"), where)
    return Group(**raw)


def read_policy(path: Path, kind: str = CHECK) -> Policy:
    """A policy file of a kind, checked; `PolicyError` names the place, the fault and the nearest right name.

    That of a case or an overview declares no measures and no reasons, and what it says of sources and parameters it may leave out.
    """
    raw, where = load_yaml(path), path.name
    keys = {"id", "version", "part", "title", "title_zh_CN", "cannot_tell", "cannot_tell_zh_CN"}
    of_documents = {"sources", "parameters"}
    if kind == CHECK:
        keys |= {*of_documents, "measures", "reasons", "judgeable"}
    refuse_unknown(raw, keys | (of_documents if kind != CHECK else {"sensitivity"}), where)
    _need(raw, tuple(sorted(keys)), where)
    if kind != CHECK:
        raw = {"sources": [], "parameters": {}, **raw, "measures": {}, "reasons": {}, "judgeable": ""}
    parameters = {name: _parameter(name, value, where) for name, value in raw.pop("parameters").items()}
    clash = set(parameters) & set(common_parameters()) if path.stem != "common" else set()
    if clash:
        raise PolicyError(
            _("{where}: “{name}” is a parameter of every check already.").format(
                where=where, name=joined(sorted(clash))
            )
        )
    measures = {name: _measure(name, value, parameters, where) for name, value in raw.pop("measures").items()}
    sources = []
    for source in raw.pop("sources"):
        refuse_unknown(source, set(Source.__dataclass_fields__), where)
        _need(source, ("document", "section", "says", "says_zh_CN"), where)
        sources.append(Source(**{**source, "section": str(source["section"])}))
    reasons = {}
    for code, texts in raw.pop("reasons").items():
        reasons[code] = _reason(code, texts, f"{where}: {code}")
    for name, others in raw.get("sensitivity", {}).items():
        if name not in parameters:
            raise PolicyError(
                _("{where}: there is no parameter “{name}”.").format(where=where, name=name) + nearest(name, parameters)
            )
        raw["sensitivity"][name] = tuple(parameters[name].accept(value) for value in others)
    return Policy(measures=measures, parameters=parameters, sources=tuple(sources), reasons=reasons, **raw)


@cache
def common_parameters() -> dict[str, Parameter]:
    """The parameters that every check has, from `data/policy/common.yaml`."""
    raw = load_yaml(DATA / "policy" / "common.yaml")
    return {name: _parameter(name, value, "common.yaml") for name, value in raw["parameters"].items()}


@cache
def catalogue() -> dict[str, dict]:
    """The recommendations in reading order: slug to `{slug, part, kind}`, from `data/catalogue.yml`."""
    entries = load_yaml(DATA / "catalogue.yml")
    return {entry["slug"]: entry for entry in entries["recommendations"]}


@cache
def parts() -> dict[str, dict]:
    """The parts of the book in their order: name to its `label` and `label_zh_CN`, from `data/catalogue.yml`."""
    return load_yaml(DATA / "catalogue.yml")["parts"]


def checks() -> list[str]:
    """The slugs that have a check, in reading order."""
    return [slug for slug, entry in catalogue().items() if entry["kind"] == CHECK]


def load_policy(slug: str) -> Policy:
    """The policy of one recommendation by slug; `RequestError` with the nearest slug where there is none."""
    if slug not in checks():
        raise RequestError(_("There is no check “{slug}”.").format(slug=slug) + nearest(slug, checks()))
    return load_page(slug)


@cache
def load_page(slug: str) -> Policy:
    """What the policy file of any slug of the catalogue declares: of a check, a case or an overview."""
    entry = catalogue()[slug]
    return read_policy(DATA / "policy" / entry["part"] / f"{slug}.yaml", entry["kind"])


# --- the values of one run ------------------------------------------------------------------------


@dataclass(frozen=True)
class Settings:
    """The values of one run: `settings.max_years_in_post` is the value, `settings.origin("…")` where it comes from.

    A parameter whose rule is not in force on `as_of` has the value `None`; `not_in_force(measure)` gives the day from
    which it will be.
    """

    as_of: pd.Timestamp
    values: dict[str, Value]
    parameters: dict[str, Parameter]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["values"][name].value
        except KeyError:
            raise AttributeError(name) from None

    def origin(self, name: str | None) -> str:
        """Where the value of a parameter comes from: `doc`, `rule`, `handbook` or `user`."""
        return self.values[name].origin if name else ""

    def not_in_force(self, measure: Measure) -> dt.date | None:
        """The day from which the rule behind a measure applies, where that day has not come."""
        later = [self.values[name].from_ for name in measure.parameters if self.values[name].from_]
        day = max(later, default=None)
        return day if day and day > self.as_of.date() else None

    def used(self, measure: Measure) -> dict[str, dict]:
        """The parameters a measure depends on, with value, origin and reference, for a result."""
        return {
            name: {"value": _plain(item.value), "origin": item.origin, "reference": item.reference}
            for name, item in ((name, self.values[name]) for name in measure.parameters)
        }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def settings(policy: Policy, as_of: pd.Timestamp, given: Mapping[str, Any]) -> Settings:
    """The values of `policy` on `as_of`, with those in `given` (not `None`) in their place.

    Raises `RequestError` for a name that is no parameter (with the nearest that is) and for a value that it cannot take.
    """
    known = {**common_parameters(), **policy.parameters}
    chosen = {}
    for name in given:
        if name not in known:
            raise RequestError(
                _("There is no parameter “{name}” in {check}.").format(name=name, check=policy.id)
                + nearest(name, known)
            )
    for name, parameter in known.items():
        if given.get(name) is not None:
            chosen[name] = Value(parameter.accept(given[name]), "user", _("given for this run"))
            if parameter.fixed and chosen[name].value != parameter.on(as_of.date()).value:
                raise RequestError(
                    _("{name} is fixed at {value}: two results side by side would tell what one of them hides.").format(
                        name=name, value=parameter.on(as_of.date()).value
                    )
                )
        else:
            chosen[name] = parameter.on(as_of.date()) or _not_yet(parameter)
        choice = next((item for item in parameter.choices if item.value == chosen[name].value), None)
        if choice is not None and choice.from_ is not None:
            chosen[name] = replace(choice, origin=chosen[name].origin)
    return Settings(as_of, chosen, known)


def _not_yet(parameter: Parameter) -> Value:
    first = min(parameter.values, key=lambda value: value.from_ or dt.date.min)
    return replace(first, value=None)


def local_policy(path: str | Path, slug: str) -> dict[str, Any]:
    """The values a local policy file gives for one slug.

    The file maps slugs to parameters to values (`tenure_limit: {max_years_in_post: 8}`). `PolicyError` for a slug or
    parameter that there is not, with the nearest that there is, and for what `load_foreign_yaml` refuses; for a file that cannot be
    read `RequestError` or `DataRefused`.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise RequestError(_("There is no policy file at {path}.").format(path=path))
    raw = load_foreign_yaml(path) or {}
    if not isinstance(raw, dict) or not all(isinstance(value, dict) for value in raw.values()):
        raise PolicyError(
            _(
                "{file}: expected recommendations, each with its parameters, such as `tenure_limit: {{max_years_in_post: 8}}`."
            ).format(file=path)
        )
    refuse_unknown(raw, set(catalogue()), str(path))
    for other, given in raw.items():
        parameters = load_page(other).parameters
        refuse_unknown(given, {*parameters, "min_cases"}, f"{path}: {other}")
        for name, value in given.items():
            try:
                if value is not None:
                    {**common_parameters(), **parameters}[name].accept(value)
            except RequestError as error:
                raise PolicyError(f"{path}: {other}: {error}") from None
    return raw.get(slug, {})


def short(value: Any) -> str:
    """A value as people write it: three digits of a fraction."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def parameter_text(parameter: Parameter, value: Value | None) -> str:
    """A parameter in one line for a comment, a help text or a table: what it is, unit, value, origin and reference."""
    unit = f", {parameter.unit}" if parameter.unit else ""
    expected = _("fixed") if parameter.fixed else parameter.expected()
    shown = (
        ""
        if value is None
        else _("policy: {value} ({origin}, {reference})").format(
            value=short(value.value),
            origin=value.origin,
            reference=reference_text(value.reference, value.reference_zh_CN),
        )
    )
    return f"{label(parameter)}{unit}; {expected}; {shown}".rstrip("; ")
