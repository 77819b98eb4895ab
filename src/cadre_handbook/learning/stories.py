"""Stories told through the checks: `data/stories/<name>.yaml`, shown step by step with `{story} name step`.

A file looks like this::

    about: one sentence
    background:                        # what stands in the tables before the story begins
      organisations: |
        organisation_id | level
        yunxi           | county
    steps:
      - name: arrival
        as_of: 2016-07-31              # the day on which the checks look
        tables:                        # what the office enters at this step; a row with a known key changes that row
          postings: |
            posting_id | cadre_id | post_id | start
            p1         | wen      | head    | 2016-07-01
        checks:                        # which check looks (at which organisation), and what the telling relies on
          avoidance: {of: yunxi, serving_at_home: met}

Tables are written as in `tests/cases/`. Each step holds all that was entered before it. Nothing shown is typed: the checks run on
these tables when the book is built. The verdict written beside a measure is what the text around it says; where the check says
something else the build stops, so that no story goes on telling what is no longer true.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList

from cadre_handbook import checks, chinese_pages, schema, show, validation, verdict
from cadre_handbook import policy as policies
from cadre_handbook.dataset import from_frames
from cadre_handbook.errors import PolicyError
from cadre_handbook.i18n import _, bracketed, joined, label, language, named
from cadre_handbook.paths import DATA
from cadre_handbook.small_tables import Rows, joined_rows, read_rows
from cadre_handbook.strict_yaml import load_yaml, nearest, refuse_unknown

# `serving_at_home`, or `locals (party)` where a measure has groups.
_SHOWN = re.compile(r"(?P<measure>\w+)(?: \((?P<group>\w+)\))?")


@dataclass(frozen=True)
class Step:
    """One step: the day, what is entered, and which measures of which checks are shown with the verdicts told of.

    ``entered``: the rows of this step by table. ``tables``: all rows so far. ``shown``: slug to (measure, group) to verdict.
    ``of``: slug to the organisation looked at, where the tables hold several.
    """

    name: str
    as_of: dt.date
    entered: Mapping[str, Rows]
    tables: Mapping[str, Rows]
    shown: Mapping[str, Mapping[tuple[str, str], str]]
    of: Mapping[str, str]


@dataclass(frozen=True)
class Story:
    """A story: its name and its steps, in the order in which they are told."""

    name: str
    steps: tuple[Step, ...]

    def step(self, name: str) -> Step:
        """A step by name; `PolicyError` with the nearest where there is none."""
        for step in self.steps:
            if step.name == name:
                return step
        raise PolicyError(
            _("The story {story} has no step “{name}”.").format(story=self.name, name=name)
            + nearest(name, [step.name for step in self.steps])
        )


# --- loading --------------------------------------------------------------------------------------


def read_story(path: Path) -> Story:
    """A story file, checked; `PolicyError` names the place and the fault."""
    raw, where = load_yaml(path), path.name
    refuse_unknown(raw, {"about", "background", "steps"}, where)
    tables = _entered(raw.get("background") or {}, f"{where}: background")
    steps: list[Step] = []
    for item in raw.get("steps") or ():
        refuse_unknown(item, {"name", "as_of", "tables", "checks"}, where)
        for key in ("name", "as_of", "checks"):
            if not item.get(key):
                raise PolicyError(_("{where}: the key “{key}” is missing or empty.").format(where=where, key=key))
        place = f"{where}: {item['name']}"
        if item["name"] in [step.name for step in steps]:
            raise PolicyError(_("{where}: two steps have this name.").format(where=place))
        if steps and item["as_of"] < steps[-1].as_of:
            raise PolicyError(_("{where}: the day lies before that of the step before.").format(where=place))
        entered = _entered(item.get("tables") or {}, place)
        tables = {
            name: joined_rows(name, tables.get(name, []), entered.get(name, [])) for name in {**tables, **entered}
        }
        looked = {slug: dict(measures) for slug, measures in item["checks"].items()}
        about = {slug: measures.pop("of") for slug, measures in looked.items() if "of" in measures}
        shown = {slug: _shown(slug, measures, place) for slug, measures in looked.items()}
        steps.append(Step(item["name"], item["as_of"], entered, tables, shown, about))
    if not steps:
        raise PolicyError(_("{where}: the key “{key}” is missing or empty.").format(where=where, key="steps"))
    return Story(path.stem, tuple(steps))


@cache
def load_story(name: str) -> Story:
    """A story by the name of its file."""
    path = DATA / "stories" / f"{name}.yaml"
    if not path.is_file():
        raise PolicyError(_("There is no story “{name}” in data/stories.").format(name=name) + nearest(name, stories()))
    return read_story(path)


def stories() -> list[str]:
    """The names of the stories."""
    return sorted(path.stem for path in (DATA / "stories").glob("*.yaml"))


def _entered(raw: Mapping[str, str], where: str) -> dict[str, Rows]:
    refuse_unknown(raw, set(schema.tables()), where)
    return {name: read_rows(name, text, where) for name, text in raw.items()}


def _shown(slug: str, raw: Mapping[str, str], where: str) -> dict[tuple[str, str], str]:
    measures, shown = policies.load_policy(slug).measures, {}
    for text, word in raw.items():
        named = _SHOWN.fullmatch(text)
        measure, group = (named["measure"], named["group"] or "") if named else (text, "")
        refuse_unknown({measure: word}, set(measures), f"{where}: {slug}")
        if group not in ([item.value for item in measures[measure].groups] or [""]):
            raise PolicyError(
                _("{where}: the measure {measure} has no group “{group}”.").format(
                    where=f"{where}: {slug}", measure=measure, group=group
                )
            )
        if word not in verdict.VERDICTS:
            raise PolicyError(
                _("{where}: there is no verdict “{word}”.").format(where=f"{where}: {slug}", word=word)
                + nearest(word, verdict.VERDICTS)
            )
        shown[measure, group] = word
    return shown


# --- running --------------------------------------------------------------------------------------


def run(step: Step, slug: str) -> checks.Run:
    """A check on the tables of a step, as on any data: opened, validated, checked, judged.

    Raises `PolicyError` where a measure has another verdict than the one told of.
    """
    tables = {name: pd.DataFrame(step.tables.get(name, []), dtype="object") for name in _needed(step)}
    tables = {
        name: frame.reindex(columns=list(frame.columns) or schema.tables()[name].required)
        for name, frame in tables.items()
    }
    done = checks.evaluate(
        slug, validation.validate(from_frames(tables)), {"as_of": step.as_of, "organisation_id": step.of.get(slug)}
    )
    for (measure, group), told in step.shown.get(slug, {}).items():
        row = of(done.results, [(measure, group)])
        if list(row["verdict"]) != [told]:
            raise PolicyError(
                _("{step}: {slug}, {measure} is {found}, and the story tells of {told}.").format(
                    step=step.name, slug=slug, measure=measure, found=", ".join(row["verdict"]), told=told
                )
            )
    return done


def _needed(step: Step) -> list[str]:
    return list(dict.fromkeys([*schema.core_tables(), *step.tables]))


def of(results: pd.DataFrame, shown: Any) -> pd.DataFrame:
    """The results of the measures and groups shown."""
    pairs = pd.MultiIndex.from_frame(results[["measure", "group"]])
    return results[pairs.isin(list(shown))]


# --- on a page ------------------------------------------------------------------------------------


class StoryStep(Directive):
    """A step of a story, as `{story} name step`: what the office enters, and what the checks say of it."""

    required_arguments = 2

    def run(self) -> list[nodes.Node]:
        name, wanted = self.arguments
        environment = self.state.document.settings.env
        environment.note_dependency(str(DATA / "stories" / f"{name}.yaml"))
        step = load_story(name).step(wanted)
        shown: list[nodes.Node] = []
        for table, rows in step.entered.items():
            shown.append(_raw(_entered_table(table, rows, step)))
        for slug in step.shown:
            policy = policies.load_policy(slug)
            environment.note_dependency(str(DATA / "policy" / policy.part / f"{slug}.yaml"))
            link = f"[{label(policy, 'title')}]({chinese_pages.address(f'book/{policy.part}/{slug}')})"
            shown += self._parsed(_("{page} looks, as of {day}:").format(page=link, day=step.as_of))
            shown.append(_raw(_said(run(step, slug), step)))
        return [nodes.container("", *shown, classes=["ch-story"])]

    def _parsed(self, text: str) -> list[nodes.Node]:
        container = nodes.container()
        self.state.nested_parse(StringList([text], source=self.arguments[0]), 0, container)
        return container.children


def _heard(title: str, step: Step) -> str:
    """A caption for those who hear a table: no two of a story are alike."""
    return joined([title, step.as_of]) + (bracketed(step.name) if language() == "en" else "")


def _entered_table(name: str, rows: Rows, step: Step) -> str:
    """What is entered into a table, headings and codes in words."""
    declared = schema.tables()[name]
    columns = list(rows[0])
    frame = pd.DataFrame(
        [[_cell(name, column, row[column]) for column in columns] for row in rows],
        columns=[label(declared.fields[column], "title") for column in columns],
    )
    caption = _("Entered in the table {table} ({title}):").format(table=name, title=label(declared, "title"))
    return show.paragraph(caption) + show.html_table(frame, "ch-entered", _heard(label(declared, "title"), step))


def _cell(table: str, column: str, text: str) -> str:
    field = schema.tables()[table].fields[column]
    if field.type == "boolean" and text in ("true", "false"):
        return show.yes_or_no(text == "true")
    return schema.code_label(table, column, text) if text and field.categories else text


def _said(done: checks.Run, step: Step) -> str:
    """The verdicts of the measures shown, and their findings with their reasons."""
    shown = step.shown[done.policy.id]
    done.results = of(done.results, shown)
    facts = of(done.facts[done.facts["reason_code"].notna()], shown)
    about = pd.MultiIndex.from_frame(done.findings[["measure", "subject_id"]])
    done.findings = done.findings[about.isin(list(zip(facts["measure"], facts["subject_id"], strict=True)))]
    results = show.results_table(done)
    says_more = [reason not in figure for reason, figure in zip(results[_("Why")], results[_("Figure")], strict=True)]
    # A narrow table is read; the columns that say nothing here are left out.
    idle = [_("Unknown")] * (not done.results["missing"].any()) + [_("Why")] * (not any(says_more))
    heard = _heard(named(_("Verdict"), label(done.policy, "title")), step)  # a table may be called like a check
    table = show.html_table(results.drop(columns=idle), "ch-verdicts", heard)
    if done.findings.empty:
        return table
    found = "".join(f"<li>{html.escape(named(row.subject_id, row.reason))}</li>" for row in done.findings.itertuples())
    return table + show.paragraph(_("Findings, to be looked at by people:")) + f"<ul>{found}</ul>"


def _raw(source: str) -> nodes.raw:
    return nodes.raw("", source, format="html")
