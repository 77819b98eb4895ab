"""The part of the book in Chinese: what a page takes from elsewhere comes in Chinese, and the commands it prints do what it says.

That each page says what its twin in English says: `tests/test_twins.py`. That every page of the built book is in Chinese: `tests/browser`.
"""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from sphinx.errors import ExtensionError
from test_build import Book, assert_built
from test_rooms import toc_files
from test_twins import BILINGUAL, pages
from wording import CHINESE, ENGLISH_SENTENCE

from cadre_handbook import chinese_pages, cli, directives, policy, verdict
from cadre_handbook.i18n import in_language

ROOT = Path(__file__).parents[1]
ZH = ROOT / "book" / "zh"
GUIDE = ("index", "paths", "files", "run", "verdicts", "review", "privacy")
# A page of each kind, built in earnest.
BUILT = (
    *(f"book/zh/{name}" for name in GUIDE if name != "paths"),
    *("book/zh/planning/index", "book/zh/planning/tenure_limit", "book/zh/planning/quiz"),
    *("book/zh/cases/case_jiujiang", "book/zh/stories/county_head"),
)


# --- the pages as they are written ----------------------------------------------------------------


def test_every_page_has_its_place_in_the_order_of_the_english() -> None:
    listed = list(toc_files(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))))
    chinese = [name for name in listed if chinese_pages.is_chinese(name)]
    assert chinese == [*(f"book/zh/{name}" for name in GUIDE), *map(chinese_pages.twin, pages())]
    there = {path.relative_to(ROOT).with_suffix("").as_posix() for path in ZH.rglob("*.md")}
    assert there == set(chinese)


@pytest.mark.parametrize("part", policy.parts())
def test_a_part_is_called_as_the_catalogue_calls_it_and_lists_its_recommendations(part: str) -> None:
    text = (ZH / part / "index.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {policy.parts()[part]['label_zh_CN']}\n")
    assert f"```{{recommendations-zh}} {part}\n" in text


@pytest.mark.parametrize("slug", policy.catalogue())
def test_a_page_is_called_as_its_policy_file_calls_it_and_says_what_to_do(slug: str) -> None:
    declared = policy.load_page(slug)
    text = (ZH / declared.part / f"{slug}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {declared.title_zh_CN}\n")
    assert (f"```{{what-to-do}} {slug}\n```\n\n## 用本单位数据运行\n" in text) == (slug in policy.checks())


# --- the pages as they are built ------------------------------------------------------------------


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Book:
    """A book of some Chinese pages; where they lead to, pages of a title."""
    small = Book(tmp_path_factory.mktemp("book"))
    shutil.copy(ROOT / "data" / "sources.bib", small.root / "data")
    sources = {name: f"# {name}\n\nIn English.\n" for name in (*pages(), *BILINGUAL)}
    sources |= {chinese_pages.twin(name): f"# {Path(name).stem}页\n\n## 用本单位数据运行\n" for name in pages()}
    for path in sorted((ROOT / "book" / "guide").glob("*.md")):
        sources[f"book/guide/{path.stem}"] = f"# {path.stem}\n"
    for name in ("book/guide/data", "book/guide/sources", *BUILT):  # tables and references are linked to
        sources[name] = (ROOT / f"{name}.md").read_text(encoding="utf-8")
    sources["book/zh/paths"] = "# 阅读路径\n"
    for name, source in sources.items():
        small.write(f"{name}.md", source)
    notebooks = [f"notebooks/{entry['part']}/{slug}" for slug, entry in policy.catalogue().items()]
    for name in notebooks:
        small.write_notebook(name)
    small.write_toc(*sources, *notebooks)
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
def test_a_recommendation_stands_there_with_all_its_policy_says(book: Book) -> None:
    page = soup(book, "book/zh/planning/tenure_limit")
    there = words(page.select_one("article"))
    assert [text for text in wanted("tenure_limit") if text not in there] == []
    assert "notebooks/planning/tenure_limit.ipynb" in page.select_one("pre").get_text()
    links = {link["href"] for link in page.select("article a.reference")}
    assert {"../../planning/tenure_limit.html", "../../../notebooks/planning/tenure_limit.html"} <= links
    assert page.select_one("article h1 + p a")["href"] == "../../planning/tenure_limit.html"


@pytest.mark.slow
def test_a_check_shows_its_verdicts_and_its_picture_in_chinese(book: Book) -> None:
    with in_language("zh_CN"):
        known = {f"{verdict.MARKS[word]} {chinese}" for word, chinese in verdict.words().items()}
    page = soup(book, "book/zh/planning/tenure_limit")
    rows = page.select(".ch-verdicts tbody tr")
    labels = {measure.label_zh_CN for measure in policy.load_page("tenure_limit").measures.values()}
    assert {row.th.get_text().split(" · ")[0] for row in rows} == labels
    assert {row.td.get_text() for row in rows} <= known
    assert page.select_one("figure.ch-figure")["lang"] == "zh-CN"
    assert page.select_one(".ch-sensitivity")
    ids = [one["id"] for one in page.select("[id]")]
    assert {one for one in ids if ids.count(one) > 1} == set()


@pytest.mark.slow
def test_figures_and_verdicts_in_a_sentence_are_those_of_the_table(book: Book) -> None:
    page = soup(book, "book/zh/planning/tenure_limit")
    known = chinese_pages.of_sample("tenure_limit", "zh_CN")
    told = f"{known['years_in_post.n']}名领导干部中有{known['years_in_post.k']}名在同一职位任职满十年"
    assert told in words(page.select_one("article"))
    assert f"{known['years_in_post.k']}/{known['years_in_post.n']}" in words(page.select_one(".ch-verdicts"))


@pytest.mark.slow
def test_a_part_leads_to_each_of_its_pages(book: Book) -> None:
    page = soup(book, "book/zh/planning/index")
    of_part = [slug for slug, entry in policy.catalogue().items() if entry["part"] == "planning"]
    assert [link["href"] for link in page.select(".ch-contents a")] == [f"{slug}.html" for slug in of_part]
    assert len(page.select(".ch-contents .ch-counts")) == len(of_part)


@pytest.mark.slow
@pytest.mark.parametrize("name", BUILT)
def test_a_page_is_chinese_and_says_so(book: Book, name: str) -> None:
    page = soup(book, name)
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
    for name in pages():
        page = soup(book, name)
        assert page.html["lang"] == "en"
        link = page.select_one("article h1 + p a")
        assert link.get_text().startswith("中文：")
        assert (book.page(name).parent / link["href"]).resolve() == book.page(chinese_pages.twin(name)).resolve()
        assert link.span["lang"] == "zh-CN"
    assert "中文" not in soup(book, "book/guide/databases").select_one("article").get_text()


@pytest.mark.parametrize("name", [*chinese_pages.GUIDE, "book/planning/tenure_limit", "book/stories/county_head"])
def test_a_twin_is_there(name: str) -> None:
    assert (ROOT / f"{chinese_pages.twin(name)}.md").is_file()
    english = chinese_pages.twin(chinese_pages.twin(name))
    assert chinese_pages.twin(english) == chinese_pages.twin(name)


def test_what_the_county_does_not_have_stops_the_build() -> None:
    with pytest.raises(ExtensionError, match="years_in_post"):
        directives.of_sample(
            SimpleNamespace(docname="x", note_dependency=lambda path: None), "tenure_limit", "years_in_past.k"
        )


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
    assert ran or name in ("verdicts", "paths")


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
