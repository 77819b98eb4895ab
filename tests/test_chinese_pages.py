"""The part of the book in Chinese: every recommendation is in it, all of it in Chinese, and its commands do what it says."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import openpyxl
import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from test_build import Book, assert_built
from test_i18n import CHINESE, ENGLISH_SENTENCE
from test_rooms import toc_files

from cadre_handbook import chinese_pages, cli, policy, verdict
from cadre_handbook.i18n import in_language

ROOT = Path(__file__).parents[1]
ZH = ROOT / "book" / "zh"
GUIDE = ("index", "files", "run", "verdicts", "review", "privacy")
FRAME = re.compile(r"# (?P<title>.+)\n\n(?P<lead>.+\n)+\n```\{recommendations-zh\} (?P<part>\w+)\n```\n")


def slugs(part: str) -> list[str]:
    return [slug for slug, entry in policy.catalogue().items() if entry["part"] == part]


# --- the pages as they are written ----------------------------------------------------------------


@pytest.mark.parametrize("part", policy.parts())
def test_a_part_has_its_page_in_the_frame(part: str) -> None:
    path = ZH / f"{part}.md"
    assert path.is_file(), f"write {path.relative_to(ROOT)} as the others, and enter it in _toc.yml"
    found = FRAME.fullmatch(path.read_text(encoding="utf-8"))
    assert found, "title, a sentence, the directive"
    assert (found["title"], found["part"]) == (policy.parts()[part]["label_zh_CN"], part)


def test_the_contents_name_the_pages_in_the_order_of_the_catalogue() -> None:
    listed = list(toc_files(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))))
    assert [name for name in listed if name.startswith("book/zh/")] == [
        f"book/zh/{name}" for name in (*GUIDE, *policy.parts())
    ]
    assert {path.stem for path in ZH.iterdir()} == {*GUIDE, *policy.parts()}


# --- the pages as they are built ------------------------------------------------------------------


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Book:
    """A book of the Chinese pages alone; where they lead to, pages of a title."""
    small = Book(tmp_path_factory.mktemp("book"))
    shutil.copytree(ZH, small.root / "book" / "zh")
    pages = [f"book/zh/{path.stem}" for path in sorted(ZH.glob("*.md"))]
    for slug, entry in policy.catalogue().items():
        small.write(f"book/{entry['part']}/{slug}.md", f"# {slug}\n\nIn English.\n")
        small.write_notebook(f"notebooks/{entry['part']}/{slug}")
        pages += [f"book/{entry['part']}/{slug}", f"notebooks/{entry['part']}/{slug}"]
    for path in sorted((ROOT / "book" / "guide").glob("*.md")):
        small.write(f"book/guide/{path.name}", f"# {path.stem}\n")
        pages.append(f"book/guide/{path.stem}")
    small.write_toc(*pages)
    assert_built(small.build_strictly())
    return small


def soup(book: Book, name: str) -> BeautifulSoup:
    return BeautifulSoup(book.page(name).read_text(encoding="utf-8"), "html.parser")


def words(element: Tag) -> str:
    """The text of an element without any space, which lines of a source and tags bring in."""
    return re.sub(r"\s+", "", element.get_text())


def shown(text: str) -> str:
    """A text as `words` has it, a gap of a reason as an ellipsis."""
    return re.sub(r"\s+", "", re.sub(r"\{[^}]*\}", "…", text))


def wanted(slug: str) -> list[str]:
    """Every Chinese text that the policy file of a recommendation declares and a reader needs."""
    declared = policy.load_page(slug)
    texts = [
        declared.title_zh_CN,
        declared.cannot_tell_zh_CN,
        *(one.says_zh_CN.rstrip("。") for one in declared.sources),
    ]
    for measure in declared.measures.values():
        texts += [measure.label_zh_CN, *(group.label_zh_CN for group in measure.groups if group.target)]
    for parameter in declared.parameters.values():
        texts += [parameter.label_zh_CN, *(value.why_zh_CN for value in parameter.values if value.origin == "handbook")]
    for reason in declared.reasons.values():
        action = policy.actions()[reason.action]
        texts += [reason.text_zh_CN, action.label_zh_CN, action.text_zh_CN]
    return [shown(text) for text in texts]


@pytest.mark.slow
def test_every_recommendation_stands_there_with_all_its_policy_says(book: Book) -> None:
    for part in policy.parts():
        page = soup(book, f"book/zh/{part}")
        sections = [one["id"] for one in page.select("article section section") if one["id"].count("-") == 1]
        assert sections == [chinese_pages.anchor(slug) for slug in slugs(part)]
        for slug in slugs(part):
            section = page.find(id=chinese_pages.anchor(slug))
            there = words(section)
            assert [text for text in wanted(slug) if text not in there] == []
            assert page.select_one(f"article .ch-contents a[href='#{section['id']}']"), "it is in the list at the head"
            links = [link["href"] for link in section.select("a.reference")]
            assert {f"../{part}/{slug}.html", f"../../notebooks/{part}/{slug}.html"} <= set(links)
            assert f"notebooks/{part}/{slug}.ipynb" in section.select_one("pre").get_text()


@pytest.mark.slow
def test_every_check_shows_its_verdicts_and_its_picture_in_chinese(book: Book) -> None:
    with in_language("zh_CN"):
        known = {f"{verdict.MARKS[word]} {chinese}" for word, chinese in verdict.words().items()}
    for part in policy.parts():
        page = soup(book, f"book/zh/{part}")
        for slug in filter(policy.checks().__contains__, slugs(part)):
            section = page.find(id=chinese_pages.anchor(slug))
            rows = section.select(".ch-verdicts tbody tr")
            assert {row.th.get_text().split(" · ")[0] for row in rows} == {
                measure.label_zh_CN for measure in policy.load_page(slug).measures.values()
            }
            assert {row.td.get_text() for row in rows} <= known
            assert section.select_one("figure.ch-figure")["lang"] == "zh-CN"
        ids = [one["id"] for one in page.select("[id]")]
        assert {one for one in ids if ids.count(one) > 1} == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", [*GUIDE, *policy.parts()])
def test_a_page_is_chinese_and_says_so(book: Book, name: str) -> None:
    page = soup(book, f"book/zh/{name}")
    assert page.html["lang"] == "zh-CN"
    assert page.select_one("article > section")["lang"] == "zh-CN"
    assert not ENGLISH_SENTENCE.search(page.title.get_text())
    assert CHINESE.search(page.title.get_text())
    article = page.select_one("article")
    prose = [one.get_text() for one in article.select("p, li, dd") if not one.select(".ch-verdict, .ch-counts, ul")]
    assert [
        found for text in prose for found in re.findall(f".*(?:{chinese_pages.GAP.pattern}).*", text.strip())
    ] == [], "no gap of a line break"
    for code in article.select("pre, code, .headerlink, script, style"):
        code.decompose()
    assert ENGLISH_SENTENCE.findall(article.get_text(" ")) == []
    assert not [
        one
        for one in article.select("[aria-label], caption")
        if not CHINESE.search(one.get("aria-label", "") + one.get_text())
    ]


@pytest.mark.slow
def test_other_pages_stay_english_and_lead_to_the_chinese(book: Book) -> None:
    for slug, entry in policy.catalogue().items():
        page = soup(book, f"book/{entry['part']}/{slug}")
        assert page.html["lang"] == "en"
        link = page.select_one("article h1 + p a")
        assert link["href"] == f"../zh/{entry['part']}.html#{chinese_pages.anchor(slug)}"
        assert words(link) == shown(f"中文：{policy.load_page(slug).title_zh_CN}")
        assert link.span["lang"] == "zh-CN"
    assert "中文" not in soup(book, "book/guide/run").select_one("article").get_text()


# --- the commands ---------------------------------------------------------------------------------

BLOCK = re.compile(r"^```(console|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Installed is before a test; a notebook is run by papermill in tests/test_run.py.
NOT_RUN = ("make ", "python -m venv", ".venv", "pip ", "papermill ")
ROSTER = [
    ["姓名", "身份证号", "性别", "出生年月", "工作单位", "职务", "任现职时间"],
    ["子虚甲", "", "男", "1975.08", "县水利局", "局长", "2012.03"],
    ["乌有乙", "", "女", "1980.1", "县水利局", "副局长", "2019年5月"],
]
FILLED = {
    'organisation_id: ""': 'organisation_id: "410122"',
    'name: ""': 'name: "某县"',
    'level: ""': "level: county",
    'place_code: ""': 'place_code: "410122"',
    "create: false": "create: true",
}


def office(folder: Path) -> None:
    """What an office has: a roster and a folder of forms."""
    book = openpyxl.Workbook()
    book.active.title = "名册"
    for row in ROSTER:
        book.active.append(row)
    book.save(folder / "名册.xlsx")
    (folder / "审批表").mkdir()
    for name in ("01.lrmx", "02.lrmx"):
        shutil.copy(ROOT / "tests" / "data" / "forms" / name, folder / "审批表")


def fill_in(folder: Path) -> None:
    """What an official does with each first guess at a mapping."""
    for path in folder.glob("*-mapping.yaml"):
        text = path.read_text(encoding="utf-8")
        for blank, filled in FILLED.items():
            text = text.replace(blank, filled, 1)
        path.write_text(text, encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("name", GUIDE)
def test_the_commands_of_a_page_run_and_say_what_it_quotes(name: str, tmp_path, monkeypatch, command) -> None:
    monkeypatch.chdir(tmp_path)
    office(tmp_path)
    if name in ("run", "review"):
        assert cli.main(["sample", "数据"]) == 0
    if name == "review":
        assert (
            cli.main([*shlex.split("run tenure_limit --data 数据 --as-of 2024-12-31 --out 报告 --language zh_CN")]) == 0
        )
        workbook = openpyxl.load_workbook("报告/findings.xlsx")
        sheet = workbook["审核"]
        column = {cell.value: cell.column for cell in sheet[1]}
        for heading, value in {"状态": "已核", "审核人（职务或编号，不填姓名）": "干部科"}.items():
            sheet.cell(2, column[heading], value)
        workbook.save("报告/findings.xlsx")
    if name == "privacy":
        (tmp_path / "密钥.txt").write_text("", encoding="utf-8")
    said = ran = ""
    for kind, text in BLOCK.findall((ZH / f"{name}.md").read_text(encoding="utf-8")):
        if kind == "text":
            everything = said + "".join(path.read_text("utf-8-sig") for path in tmp_path.rglob("*-to-check/*"))
            assert shown(text) in shown(everything)
        for line in text.splitlines() if kind == "console" else ():
            if line.startswith(NOT_RUN):
                continue
            program, *arguments = shlex.split(line)
            assert program == "cadre-handbook"
            assert arguments[-2:] == ["--language", "zh_CN"]
            if arguments[0] == "run":  # one check for all: the others run alike
                arguments.insert(1, "tenure_limit")
            status, out, err = command(*arguments)
            said = out + err
            assert status == (2 if arguments[0] == "who" else 0), said
            assert not ENGLISH_SENTENCE.search(err)
            fill_in(tmp_path)
            ran += line
    assert ran or name == "verdicts"


def test_the_guide_names_what_the_program_names() -> None:
    """Words that stand in the prose as the program writes them: states, verdicts, headings, exit statuses."""
    from cadre_handbook import review

    with in_language("zh_CN"):
        review_page, verdicts_page = (
            (ZH / f"{name}.md").read_text(encoding="utf-8") for name in ("review", "verdicts")
        )
        assert [word for word in review.state_words().values() if word not in review_page] == []
        assert [
            review.headings()[name]
            for name in review.BY_REVIEWER
            if review.headings()[name].split("（")[0] not in review_page
        ] == []
        assert "{verdict-legend}" in verdicts_page
        assert "共九种" in verdicts_page
        assert len(verdict.words()) == 9
