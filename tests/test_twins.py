"""Pages that are there in both languages say the same: a page in Chinese is held to the page in English that it renders.

The last line of a page in Chinese names the page in English and a digest of its text. Whoever changes the English brings the Chinese
in step and writes the digest anew; `python tests/test_twins.py` names the pages that are out of step with their digests.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from test_rooms import toc_files
from wording import ENGLISH_SENTENCE, HALF_WIDTH

from cadre_handbook import chinese_pages, policy
from cadre_handbook.glossary import PAGE as GLOSSARY

ROOT = Path(__file__).parents[1]
IN_STEP = re.compile(r"\n% In step with (?P<page>\S+), (?P<digest>[0-9a-f]{12})\n\Z")
# Written in both languages side by side, on one page.
BILINGUAL = ("book/whole/findings", "book/whole/matrix", GLOSSARY)
# What only the Chinese has: the list of its part, and what stands for all checks on one page in English.
CHINESE_ONLY = ("recommendations-zh", "what-to-do")

DIRECTIVE = re.compile(r"^\s*(?:`{3,}|:{3,})\{(?P<name>[\w:-]+)\} *(?P<argument>.*)$")
OPTION = re.compile(r"^\s*:(?P<name>[\w-]+): *(?P<value>.*)$")
FENCE = re.compile(r"^\s*(`{3,}|:{3,})")
GLUED = re.compile(r"\{glue:text\}`[^`]*?/(?P<slug>\w+)\.ipynb::(?P<key>[^`]+?):`")
SAMPLED = re.compile(r"\{of-sample\}`(?P<slug>\w+)::(?P<key>[^`]+)`")
CITED = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")
ROLE = re.compile(r"\{[\w:-]+\}`[^`]*`")
LINK = re.compile(r"\[(?P<text>[^\[\]]*)\]\((?P<target>[^()\s]+)\)")
CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w])")


def pages() -> list[str]:
    """The pages in English that have to be there in Chinese, in the order of the book."""
    listed = toc_files(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))
    parts = (*policy.parts(), "stories")
    return [
        name for name in listed if name.startswith(tuple(f"book/{part}/" for part in parts)) and name not in BILINGUAL
    ]


def text_of(docname: str) -> str:
    return (ROOT / f"{docname}.md").read_text(encoding="utf-8")


def digest(text: str) -> str:
    """Of the words, so that a line that is broken elsewhere makes no difference."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12]


# --- what a page is made of -----------------------------------------------------------------------


def blocks(text: str) -> Iterator[str]:
    """The headings and directives of a page, as both languages have to have them, in order."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if heading := re.match(r"(#+) ", line):
            yield heading[1]
        if not (found := DIRECTIVE.match(line)):
            continue
        options = {}
        for below in lines[number + 1 :]:
            if not (option := OPTION.match(below)):
                break
            options[option["name"]] = option["value"]
        name, argument, kinds = found["name"], found["argument"].strip(), options.get("class", "").split()
        if name == "glue":
            slug = Path(options["doc"]).stem
            yield f"of-sample {slug} {argument}"
        elif name in ("exercise", "solution") or (name == "admonition" and {"exercise", "solution"} & set(kinds)):
            yield name if name != "admonition" else next(kind for kind in kinds if kind in ("exercise", "solution"))
        elif name in ("dropdown", "admonition", "grid-item-card", "note", "div"):
            yield name
        else:
            yield f"{name} {argument}".strip()


def shared_blocks(text: str) -> list[str]:
    """The blocks without those that only the Chinese has, and the heading over the list of its part."""
    shared: list[str] = []
    for block in blocks(text):
        if block.startswith("recommendations-zh"):
            shared.pop()
        if not block.startswith(CHINESE_ONLY):
            shared.append(block)
    return shared


def links(docname: str, text: str) -> set[str]:
    """Where the links of a page lead, as names of pages in Chinese where there are such."""
    found = set()
    there = set(pages()) | {"book/index", *chinese_pages.GUIDE}
    for link in LINK.finditer(text):
        target = link["target"].partition("#")[0]
        if not target or "://" in target:
            continue
        name = posixpath.normpath(posixpath.join(posixpath.dirname(docname), target)).removesuffix(".md")
        found.add(chinese_pages.twin(name) if name in there else name)
    return found


def prose(text: str) -> str:
    """What a reader reads as sentences: no code, no roles, no directives, no targets of links."""
    kept, fence = [], ""
    for line in text.splitlines():
        if fence:
            fence = "" if line.strip() == fence else fence
            continue
        if found := DIRECTIVE.match(line):
            if found["name"] in ("code-block", "mermaid", "math"):
                fence = FENCE.match(line)[1]
            elif found["name"] in ("exercise", "admonition", "dropdown"):
                kept.append(found["argument"])
            continue
        if re.match(r"^\s*```\w*$", line) and line.strip() != "```":
            fence = "```"
            continue
        if not (FENCE.match(line) or OPTION.match(line) or line.startswith("%")):
            kept.append(line)
    joined = "\n".join(kept)
    return CODE.sub(" ", ROLE.sub("", LINK.sub(r"\g<text>", joined)))


def numbers(text: str) -> set[str]:
    """The numbers of more than one digit in the prose; a small one may be a word in one language and a digit in the other."""
    found = {number.replace(",", "").rstrip(".") for number in NUMBER.findall(prose(text))}
    return {number for number in found if len(number) > 1}


def codes(text: str) -> set[str]:
    return set(CODE.findall(ROLE.sub("", LINK.sub(r"\g<text>", text))))


def sampled(text: str) -> list[tuple[str, str]]:
    return sorted(found.groups() for pattern in (GLUED, SAMPLED) for found in pattern.finditer(text))


# --- in step --------------------------------------------------------------------------------------


@pytest.mark.parametrize("docname", pages())
def test_a_page_says_in_chinese_what_it_says_in_english(docname: str) -> None:
    chinese = chinese_pages.twin(docname)
    assert (ROOT / f"{chinese}.md").is_file(), f"{docname} is not there in Chinese: write {chinese}.md"
    en, zh = text_of(docname), text_of(chinese)
    assert shared_blocks(zh) == shared_blocks(en)
    assert sampled(zh) == sampled(en)
    assert sorted(CITED.findall(zh)) == sorted(CITED.findall(en))
    assert links(chinese, zh) == links(docname, en)
    assert codes(zh) == codes(en)
    assert numbers(en) - numbers(zh) == set(), "numbers of the English that the Chinese lacks"
    for mark in (r"^ *\d{1,2}\. ", r"^: ", r"^- "):
        counted = [len(re.findall(mark, text, re.MULTILINE)) for text in (zh, en)]
        assert counted[0] == counted[1], (
            f"{mark!r} stands {counted[0]} times in the Chinese, {counted[1]} times in the English"
        )
    found = IN_STEP.search(zh)
    line = f"% In step with {docname}.md, {digest(en)}"
    assert found, f"the last line has to be: {line}"
    assert found.groups() == (f"{docname}.md", digest(en)), f"bring the Chinese in step; then the last line is: {line}"


@pytest.mark.parametrize("path", sorted((ROOT / chinese_pages.FOLDER).rglob("*.md")), ids=lambda path: path.stem)
def test_a_page_in_chinese_is_set_as_chinese_is(path: Path) -> None:
    text = prose(path.read_text(encoding="utf-8"))
    for pattern in (HALF_WIDTH, ENGLISH_SENTENCE):
        assert [found[0] for line in text.splitlines() for found in pattern.finditer(line)] == []


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("## 怎样检查", "# 怎样检查"),
        ("`predecessor_post_id`", "`post_id`"),
        ("tenure_limit::moved_early.figure", "tenure_limit::moved_early.k"),
        ("(avoidance.md)", "(key_posts.md)"),
        ("2014 年 3 月 1 日", "2041 年 3 月 1 日"),
        ("4. 以 2024", "以 2024"),
        ("```{cannot-tell} tenure_limit\n```", ""),
    ],
)
def test_a_page_out_of_step_is_seen(wrong: str, right: str, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {name: text_of(name) for name in ("book/planning/tenure_limit", "book/zh/planning/tenure_limit")}
    assert wrong in texts["book/zh/planning/tenure_limit"]
    texts["book/zh/planning/tenure_limit"] = texts["book/zh/planning/tenure_limit"].replace(wrong, right)
    monkeypatch.setitem(globals(), "text_of", texts.get)
    with pytest.raises(AssertionError):
        test_a_page_says_in_chinese_what_it_says_in_english("book/planning/tenure_limit")


def test_a_change_of_the_english_asks_for_the_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {name: text_of(name) for name in ("book/planning/tenure_limit", "book/zh/planning/tenure_limit")}
    texts["book/planning/tenure_limit"] += "\nOne more sentence.\n"
    monkeypatch.setitem(globals(), "text_of", texts.get)
    with pytest.raises(AssertionError, match="bring the Chinese in step"):
        test_a_page_says_in_chinese_what_it_says_in_english("book/planning/tenure_limit")


if __name__ == "__main__":
    for name in pages():
        chinese = ROOT / f"{chinese_pages.twin(name)}.md"
        found = IN_STEP.search(chinese.read_text(encoding="utf-8")) if chinese.is_file() else None
        if not found or found["digest"] != digest(text_of(name)):
            print(f"% In step with {name}.md, {digest(text_of(name))}")
