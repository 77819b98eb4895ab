"""References to the documents and rules, such as `problems 2.2` or `公务员法 2018, Art. 67`, in the language in use."""

from __future__ import annotations

import re
from functools import cache

from cadre_handbook.i18n import bracketed, clauses, language
from cadre_handbook.paths import DATA
from cadre_handbook.strict_yaml import load_yaml

_AFTER = "handbook, after "
_NOTED = re.compile(r"(.+) \(([^()]+)\)")
_RULE = re.compile(r"(.+) (\d{4}), Arts?\. (\d+(?:, \d+)*)")
_DOCUMENT = re.compile(r"([a-z_]+),? (.+)")


@cache
def _names() -> dict[str, dict[str, str]]:
    """Chinese `titles` of the documents by key, and `words` for the parts of a reference that are not numbers."""
    return load_yaml(DATA / "documents.yaml")


def reference_text(reference: str, chinese: str = "") -> str:
    """A reference in the language in use; ``chinese`` is its Chinese where it has one of its own.

    Without one the Chinese is made from the parts: document and section, rule and articles. What is none of these stays
    as it is.
    """
    if language() == "en":
        return reference
    return chinese or clauses(*(_in_chinese(part) for part in reference.split("; ")))


def _in_chinese(part: str) -> str:
    if part == "handbook":
        return "本手册"
    if part.startswith(_AFTER):
        return f"本手册（参照{_in_chinese(part.removeprefix(_AFTER))}）"
    if noted := _NOTED.fullmatch(part):
        return _in_chinese(noted[1]) + bracketed(_word(noted[2]))
    if rule := _RULE.fullmatch(part):
        articles = "、".join(f"第{number}条" for number in rule[3].split(", "))
        return f"《{rule[1]}》（{rule[2]}）{articles}"
    document = _DOCUMENT.fullmatch(part)
    if document and document[1] in _names()["titles"]:
        section, _comma, word = document[2].partition(", ")  # `2.2, second`
        return f"文献《{_names()['titles'][document[1]]}》{_word(section)}{bracketed(_word(word)) if word else ''}"
    return part


def _word(text: str) -> str:
    """The Chinese of a word, in the quotation marks it has; a number of a section stays as it is."""
    bare = text.strip("“”")
    return text.replace(bare, _names()["words"].get(bare, bare))
