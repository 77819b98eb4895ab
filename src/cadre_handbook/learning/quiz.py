"""Quizzes: one file a part, `data/quizzes/<part>.yaml`, written so that a teacher can read and mend it.

A file looks like this::

    part: planning                     # the name of the file
    questions:
      - name: last_day                 # a short name of its own
        slug: tenure_limit             # the recommendation whose page answers it; every one of the part needs a question
        choose: 1                      # how many choices are right; left out where it is one
        question: A head took up the post on 15 July. When are the {tenure_limit.max_years_in_post} years full?
        question_zh_CN: 某局长 7 月 15 日到任。何日满 {tenure_limit.max_years_in_post} 年？
        choices:                       # three to six, the right ones not always in one place
          - text: At the end of 14 July
            text_zh_CN: 7 月 14 日终了时
            right: true
            why: They are full at the end of the day before the anniversary
            why_zh_CN: 周年日的前一日终了时届满
          - text: …

Each choice, right or wrong, says why. A number that is a parameter of a check is never typed: `{slug.parameter}` stands for
its value, and the answer says where the number comes from. `*word*` is emphasis. A key that is unknown or stands twice, a twin
that is missing, a recommendation of another part, or another number of right choices than `choose` says: the file does not load.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from cadre_handbook import policy as policies
from cadre_handbook import show
from cadre_handbook.errors import PolicyError
from cadre_handbook.i18n import _, bracketed, joined, label
from cadre_handbook.paths import DATA
from cadre_handbook.references import reference_text
from cadre_handbook.strict_yaml import load_yaml, nearest, refuse_unknown

LATEST = pd.Timestamp("2100-01-01")  # a day on which every rule declared is in force
CHOICES = range(3, 7)
_GAP = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Choice:
    """One choice of a question: its text, whether it is right, and why."""

    text: str
    text_zh_CN: str
    why: str
    why_zh_CN: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A question about one recommendation; ``choose`` is the number of its right choices."""

    name: str
    slug: str
    question: str
    question_zh_CN: str
    choices: tuple[Choice, ...]
    choose: int = 1

    def parameters(self) -> list[tuple[str, str]]:
        """The parameters whose values stand in the question, as slug and name, in the order in which they come."""
        texts = [self.question, *(text for choice in self.choices for text in (choice.text, choice.why))]
        return list(dict.fromkeys(gap for text in texts for gap in gaps(text)))


@dataclass(frozen=True)
class Quiz:
    """The questions of one part, in the order in which they are asked."""

    part: str
    questions: tuple[Question, ...]


# --- numbers --------------------------------------------------------------------------------------


def gaps(text: str) -> list[tuple[str, str]]:
    """The parameters that a text names as `{slug.parameter}`."""
    return [tuple(inside.partition(".")[::2]) for inside in _GAP.findall(text)]


def filled(text: str) -> str:
    """A text with the values of its parameters in their places, as the policy has them."""
    return _GAP.sub(lambda gap: value_text(*gap[1].split(".")), text)


def value_text(slug: str, name: str) -> str:
    """The value of a parameter as people write it: a share as a percentage, a choice by its label."""
    parameter, value = _parameter(slug, name)
    if parameter.unit == "share":
        return _("{percent} %").format(percent=f"{100 * value.value:.3g}")
    choice = next((item for item in parameter.choices if item.value == value.value), None)
    return (label(choice) if choice else "") or policies.short(value.value)


def origin_text(slug: str, name: str) -> str:
    """A parameter, its value, and who names it, in one line."""
    parameter, value = _parameter(slug, name)
    reference = reference_text(value.reference, value.reference_zh_CN)
    # A reference of the handbook's own says so itself.
    origin = reference if value.origin == "handbook" else joined([show.origin_word(value.origin), reference])
    return f"{label(parameter)} = {value_text(slug, name)}{bracketed(origin)}"


def _parameter(slug: str, name: str) -> tuple[policies.Parameter, policies.Value]:
    parameter = policies.load_policy(slug).parameters[name]
    return parameter, parameter.on(LATEST.date())


# --- loading --------------------------------------------------------------------------------------


def read_quiz(path: Path) -> Quiz:
    """The quiz of one file, checked; `PolicyError` names the place and the fault."""
    raw, where = load_yaml(path), path.name
    if not isinstance(raw, dict):
        raise PolicyError(_("{where}: expected a mapping.").format(where=where))
    refuse_unknown(raw, {"part", "questions"}, where)
    if raw.get("part") != path.stem:
        raise PolicyError(_("{where}: “part” must be {part}.").format(where=where, part=path.stem))
    questions = tuple(_question(item, path.stem, where) for item in raw.get("questions") or ())
    names = [question.name for question in questions]
    for name in names:
        if names.count(name) > 1:
            raise PolicyError(_("{where}: two questions have the name “{name}”.").format(where=where, name=name))
    return Quiz(path.stem, questions)


@cache
def load_quiz(part: str) -> Quiz:
    """The quiz of a part."""
    path = DATA / "quizzes" / f"{part}.yaml"
    if not path.is_file():
        raise PolicyError(_("The part “{part}” has no quiz in data/quizzes.").format(part=part))
    return read_quiz(path)


def quizzes() -> list[str]:
    """The parts that have a quiz."""
    return sorted(path.stem for path in (DATA / "quizzes").glob("*.yaml"))


def _question(raw: Mapping[str, Any], part: str, where: str) -> Question:
    raw = _strict(raw, Question, where)
    where = f"{where}: {raw['name']}"
    _twins(raw, "question", where)
    entry = policies.catalogue().get(raw["slug"])
    if entry is None or entry["part"] != part:
        there = [slug for slug, other in policies.catalogue().items() if other["part"] == part]
        raise PolicyError(
            _("{where}: there is no recommendation “{slug}” in this part.").format(where=where, slug=raw["slug"])
            + nearest(raw["slug"], there)
        )
    choices = tuple(_choice(item, where) for item in raw["choices"])
    texts = [choice.text for choice in choices]
    if len(choices) not in CHOICES or len(set(texts)) < len(texts):
        raise PolicyError(
            _("{where}: expected {low} to {high} choices, no two alike.").format(
                where=where, low=CHOICES[0], high=CHOICES[-1]
            )
        )
    right, wanted = sum(choice.right for choice in choices), raw.get("choose", 1)
    if right != wanted or not 0 < right < len(choices):
        raise PolicyError(
            _("{where}: {wanted} choices are to be chosen and {right} are right.").format(
                where=where, wanted=wanted, right=right
            )
        )
    return Question(**{**raw, "choices": choices})


def _choice(raw: Mapping[str, Any], where: str) -> Choice:
    raw = _strict(raw, Choice, where)
    for key in ("text", "why"):
        _twins(raw, key, where)
    if not isinstance(raw.get("right", False), bool):
        raise PolicyError(_("{where}: “right” must be true or false.").format(where=where))
    return Choice(**raw)


def _strict(raw: Any, kind: type, where: str) -> dict[str, Any]:
    """A mapping with the keys of a dataclass: none that is unknown, none that must be there missing."""
    if not isinstance(raw, dict):
        raise PolicyError(_("{where}: expected a mapping.").format(where=where))
    optional = {"right", "choose"}
    keys = list(kind.__dataclass_fields__)
    refuse_unknown(raw, set(keys), where)
    for key in keys:
        if key not in optional and raw.get(key) in (None, "", []):
            raise PolicyError(_("{where}: the key “{key}” is missing or empty.").format(where=where, key=key))
        if kind.__annotations__[key] == "str" and not isinstance(raw[key], str):  # a bare Yes is true to YAML
            raise PolicyError(_("{where}: “{key}” must be a text; put it into quotes.").format(where=where, key=key))
    return dict(raw)


def _twins(raw: Mapping[str, str], key: str, where: str) -> None:
    """Both languages name the same parameters, and each of them is one."""
    for slug, name in gaps(raw[key]):
        if slug not in policies.checks() or name not in policies.load_policy(slug).parameters:
            raise PolicyError(
                _("{where}: there is no parameter “{name}”.").format(where=where, name=f"{slug}.{name}")
                + (nearest(name, policies.load_policy(slug).parameters) if slug in policies.checks() else "")
            )
    if sorted(gaps(raw[key])) != sorted(gaps(raw[f"{key}_zh_CN"])):
        raise PolicyError(_("{where}: the two languages of “{key}” name other numbers.").format(where=where, key=key))
