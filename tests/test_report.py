"""The report: one file that asks for nothing, text from data as text, and what an official can do about what was found."""

from __future__ import annotations

import json
import re
import zipfile
from html.parser import HTMLParser

import docx
import nbformat.v4
import openpyxl
import pandas as pd
import pytest
from docx.oxml.ns import qn

from cadre_handbook import __version__, checks, i18n, policy, review, scorecard, show, verdict
from cadre_handbook.dataset import open_dataset
from cadre_handbook.i18n import in_language
from cadre_handbook.reporting import document, outcome, page
from cadre_handbook.reporting import run as running
from cadre_handbook.reporting.outcome import About
from cadre_handbook.tables import cell_text
from cadre_handbook.validation import validate

CANARY = "金丝雀"
NASTY = "<script>alert(1)</script>&amp;\x07"
DAY = pd.Timestamp("2024-12-31")
JUSTIFIED = {
    "State": "Justified",
    "By (role or id, no name)": "leading group",
    "Reason of the review": "a project runs",
}
SLUGS = ["tenure_limit", "avoidance", "family_support"]
CHINESE = re.compile(r"[\u3400-\u9fff]")


def outcome_of(slug: str, report, **given) -> outcome.Outcome:
    """The outcome of a check as a notebook would hand it over, with a picture and findings of its own."""
    run = checks.evaluate(slug, report, given)
    cells = []
    kept = {"picture": checks.module(slug).picture(run).html()}
    for name, source in kept.items():
        data = {"application/papermill.record/text/html": source}
        prefix = {"scrapbook": {"name": name, "mime_prefix": "application/papermill.record/"}}
        cells.append(nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("display_data", data, metadata=prefix)]))
    return outcome.read(slug, run.organisations[0], outcome.handed_over(run), nbformat.v4.new_notebook(cells=cells))


def about(language: str = "en", **changed) -> About:
    known = {
        "organisation": "01100",
        "name": "Eastern county",
        "where": "/somewhere",
        "digest": "0123456789abcdef",
        "as_of": DAY,
        "language": language,
        "rows": 17,
        "left_out": 2,
        "given": {"tenure_limit.max_years_in_post": 8},
    }
    return About(**{**known, **changed})


def made(county, folder, language: str = "en", **changed):
    """Outcomes and the report of the small county."""
    with in_language(language):
        report = validate(open_dataset(county.write(folder)))
        organisation = report.dataset.organisations()[0]
        outcomes = [outcome_of(slug, report, as_of="2024-12-31", organisation_id=[organisation]) for slug in SLUGS]
        results, findings = (pd.concat([getattr(item, name) for item in outcomes]) for name in ("results", "findings"))
        card = scorecard.make(results, findings, None)
        return outcomes, page.report_html(about(language, **changed), outcomes, card)


class Page(HTMLParser):
    """What a page is made of: elements with their attributes, and its text."""

    def __init__(self, source: str):
        super().__init__()
        self.elements: list[tuple[str, dict]] = []
        self.texts: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        if not self.elements or self.elements[-1][0] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


# One file that asks for nothing


def test_the_report_loads_nothing_and_runs_nothing(county, tmp_path):
    _outcomes, source = made(county, tmp_path)
    found = Page(source)
    assert not {"script", "link", "img", "iframe", "object", "embed"} & {tag for tag, _attributes in found.elements}
    assert not [
        name for _tag, attributes in found.elements for name in attributes if name == "src" or name.startswith("on")
    ]
    assert "@import" not in source
    assert not re.findall(r"url\((?!#)[^)]*\)", source)
    [policy_] = [item["content"] for tag, item in found.elements if item.get("http-equiv") == "Content-Security-Policy"]
    assert policy_ == "default-src 'none'; style-src 'unsafe-inline'"


def test_every_link_leads_somewhere_in_the_file_and_no_id_stands_twice(county, tmp_path):
    _outcomes, source = made(county, tmp_path)
    found = Page(source)
    ids = [attributes["id"] for _tag, attributes in found.elements if "id" in attributes]
    links = [attributes["href"] for tag, attributes in found.elements if tag == "a"]
    assert sorted(ids) == sorted(set(ids))
    assert {f"#{slug}" for slug in SLUGS} <= set(links)
    assert {link.removeprefix("#") for link in links} <= set(ids)


def test_the_styles_are_those_of_the_book_with_the_dark_ones_for_a_dark_system():
    sheet = page.style()
    assert "data-theme" not in sheet
    dark = "".join(re.findall(r"prefers-color-scheme: dark\) \{ (:root[^}]*)\}", sheet))
    assert "--pst-color-background: #15191b" in dark
    assert "--ch-ink: #e8e6e3" in dark
    assert sheet.count("{") == sheet.count("}")


# What it says


def test_the_head_says_whose_data_as_of_when_and_that_it_is_confidential(county, tmp_path):
    _outcomes, source = made(county, tmp_path)
    head = Page(source[: source.index("<main>")]).text
    for said in (
        *("Confidential", "Eastern county (01100)", "2024-12-31", "/somewhere", "0123456789ab", "17", "2"),
        *("tenure_limit.max_years_in_post = 8", __version__, "never a decision"),
    ):
        assert said in head


def test_a_number_stands_with_its_target_origin_and_place(county, tmp_path):
    outcomes, source = made(county, tmp_path)
    section = source[source.index('id="tenure_limit"') :]
    table = section[section.index("ch-report-verdicts") : section.index("</table>")]
    rows = [Page(row).texts for row in table.split("<tr>")]
    [row] = [[cell.strip() for cell in row if cell.strip()] for row in rows if any("limit or more" in c for c in row)][
        :1
    ]
    assert row[1:7] == ["× not met", "4", "1", "0", "≤ 0", "the documents"]
    assert "2.2" in row[7]
    assert ">Figure<" not in table  # of counts alone
    outcomes[0].results.loc[outcomes[0].results["measure"].eq("moved_early"), "value"] = 0.25
    shares = page._verdict_table(outcomes[0], policy.load_policy("tenure_limit"))
    assert ">Figure (%)<" in shares
    assert ">25.0<" in shares


def test_what_is_missing_is_named_with_the_table_that_would_bring_it(county, tmp_path):
    outcomes, source = made(county, tmp_path)
    lacks = page.lacking(outcomes[SLUGS.index("family_support")])
    assert any("the table needs" in what for _measure, what in lacks)
    assert not any("missing or empty" in what for _measure, what in lacks)
    assert all("the table" in what or "the column" in what for _measure, what in lacks)
    missing = source[source.index('<section id="missing">') :]
    assert "the table needs" in Page(missing[: missing.index("</section>")]).text


def test_what_can_be_done_is_said_once_a_kind(county, tmp_path):
    county.set("postings", 3, "start", "2003-01-01")  # two leaders over ten years
    outcomes, source = made(county, tmp_path)
    [first] = [item for item in outcomes if item.slug == "tenure_limit"]
    codes = first.findings["reason_code"].tolist()
    assert codes.count("over_in_post") == 2
    expected = policy.actions()[policy.load_policy("tenure_limit").reasons["over_in_post"].action]
    section = source[source.index('id="tenure_limit"') :]
    section = section[: section.index("</section>")]
    assert Page(section).text.count(expected.text) == 1


def test_a_check_that_did_not_run_is_told_and_has_no_section(county, tmp_path):
    outcomes, _source = made(county, tmp_path)
    outcomes[0] = outcome.Outcome("tenure_limit", "01100", failure="a reason <of its own>")
    results, findings = (pd.concat([getattr(item, name) for item in outcomes]) for name in ("results", "findings"))
    source = page.report_html(about(), outcomes, scorecard.make(results, findings, None))
    assert "a reason &lt;of its own&gt;" in source
    assert 'id="tenure_limit"' not in source


def test_nothing_found_and_nothing_run_make_a_report_too(county, tmp_path):
    county.set("postings", 2, "start", "2020-01-01")
    outcomes, _source = made(county, tmp_path)
    empty = [item for item in outcomes if not len(item.findings)]
    assert [item.slug for item in empty] == SLUGS
    for several in (empty, [outcome.Outcome("tenure_limit", "01100", failure="why")]):
        results, findings = (pd.concat([getattr(item, name) for item in several]) for name in ("results", "findings"))
        assert page.report_html(about(), several, scorecard.make(results, findings, None))
        document.write(tmp_path / "scorecard.docx", about(), several)


# Text from data


def test_markup_in_names_and_ids_stays_text(county, tmp_path):
    county.set("cadres", 2, "cadre_id", NASTY[:25])
    county.set("postings", 2, "cadre_id", NASTY[:25])
    outcomes, source = made(county, tmp_path, name=NASTY, where=NASTY, given={NASTY: NASTY})
    assert NASTY[:25] in outcomes[0].findings["subject_id"].tolist()
    assert "<script" not in source
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in source


# In Chinese


def test_in_chinese_every_word_of_ours_is_chinese(county, tmp_path):
    _outcomes, source = made(county, tmp_path, "zh_CN", name="东县", given={})
    assert '<html lang="zh-CN">' in source
    text = Page(source).text
    assert "内部资料：含个人信息，仅供内部使用，不得外传。" in text
    assert not re.findall(r"(?<![\w-])[A-Za-z]{2,}(?: [A-Za-z]{1,}){2,}", text)


def test_in_english_none_is(county, tmp_path):
    _outcomes, source = made(county, tmp_path)
    assert not CHINESE.search(Page(source).text.replace("党政领导干部职务任期暂行规定", ""))


# What stays inside


def test_names_titles_and_further_columns_are_shown_by_no_check(tmp_path):
    tables = {name: frame.copy() for name, frame in open_dataset("sample").text.items()}
    for name, frame in tables.items():
        frame["remarks"] = CANARY
        for column in {"units": ["name"], "posts": ["title"]}.get(name, ()):
            frame[column] = CANARY
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    report = validate(open_dataset(tmp_path))
    for slug in policy.checks():
        run = checks.evaluate(slug, report, {"as_of": "2024-12-31"})
        shown = (
            *(show.verdict_table(run), show.findings_table(run).to_csv(), checks.module(slug).picture(run).html()),
            json.dumps(outcome.handed_over(run), ensure_ascii=False),
        )
        assert not [text for text in shown if CANARY in text], slug


# Findings and results through JSON


def test_what_a_notebook_hands_over_comes_back_as_it_was(county, tmp_path):
    county.set("organisations", 2, "name", "")
    run = checks.run("tenure_limit", county.write(tmp_path), as_of="2024-12-31", organisation_id=["01100"])
    again = outcome.read("tenure_limit", "01100", outcome.handed_over(run), nbformat.v4.new_notebook())
    lines = [[verdict.canonical_line(row) for row in frame.itertuples()] for frame in (run.results, again.results)]
    assert lines[0] == lines[1]
    columns = ["measure", "subject_id", "since", "reason"]
    pd.testing.assert_frame_equal(again.findings[columns], run.findings[columns], check_dtype=False)


def test_what_a_review_said_goes_along(county, tmp_path):
    folder = county.write(tmp_path / "data")
    run = checks.run("tenure_limit", folder, as_of="2024-12-31", organisation_id=["01100"])
    workbook = tmp_path / "findings.xlsx"
    kept = {"recommendation": "avoidance", "organisation_id": "01100", "finding_id": "f0000000000"}
    kept |= {"state": "reviewed", "recorded_by": "leading group"}
    untouched = pd.DataFrame([kept], columns=review.RECORD_COLUMNS, dtype="object")
    review.write_workbook(workbook, run.findings, None, as_of=DAY, untouched=untouched)
    book = openpyxl.load_workbook(workbook)
    sheet = book["Review"]
    heads = [cell.value for cell in sheet[1]]
    for heading, value in JUSTIFIED.items():
        sheet.cell(2, heads.index(heading) + 1, value)
    book.save(workbook)
    records = review.read_records(workbook)
    assert dict(zip(records["recommendation"], records["state"], strict=True)) == {
        "tenure_limit": "justified",
        "avoidance": "reviewed",  # as it was: the check was not run
    }
    reviewed = outcome_of(
        "tenure_limit",
        validate(open_dataset(folder)),
        as_of="2024-12-31",
        organisation_id=["01100"],
        review=str(workbook),
    )
    assert reviewed.findings["status"].tolist() == ["justified"]
    assert "justified: 1" in reviewed.review[0]
    out = tmp_path / "out"
    running._write_report(out, about(), [reviewed], None, records)
    cells = [cell.text for table in docx.Document(out / "scorecard.docx").tables for cell in table._cells]
    assert "justified" in cells
    assert "justified: 1" in (out / "report.html").read_text(encoding="utf-8")
    again = review.read_records(out / running.WORKBOOK)
    assert dict(zip(again["recommendation"], again["state"], strict=True)) == {
        "tenure_limit": "justified",
        "avoidance": "reviewed",
    }


# The Word file


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_word_file_can_be_passed_round(county, tmp_path, language):
    outcomes, _source = made(county, tmp_path / "data", language)
    path = tmp_path / "scorecard.docx"
    with in_language(language):
        document.write(path, about(language), outcomes)
    read = docx.Document(path)
    section = read.sections[0]
    assert section.page_width > section.page_height
    assert section.header.paragraphs[0].text.startswith("Confidential" if language == "en" else "内部资料")
    assert {field.get(qn("w:instr")) for field in section.footer._element.iter(qn("w:fldSimple"))} == {
        "PAGE",
        "NUMPAGES",
    }
    room = section.page_width - section.left_margin - section.right_margin
    for table in read.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:tblHeader")) is None for row in table.rows[1:])
        assert abs(sum(column.width for column in table.columns) - room) < room / 100
    fonts = read.styles["Normal"].element.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == "宋体"
    assert read.styles["Heading 1"].element.rPr.rFonts.get(qn("w:eastAsia")) == "黑体"
    cells = [cell.text for table in read.tables for row in table.rows for cell in row.cells]
    found = pd.concat([item.findings for item in outcomes])
    assert len(found)
    for row in found.itertuples():
        assert row.subject_id in cells
        assert cell_text(row.reason) in cells
    assert any(verdict.MARKS[verdict.NOT_MET] in cell for cell in cells)


def test_the_word_file_takes_text_that_xml_cannot_hold(county, tmp_path):
    county.set("organisations", 2, "name", "a\x0bb")
    outcomes, _source = made(county, tmp_path / "data")
    document.write(tmp_path / "scorecard.docx", about(name="a\x0bb <b>"), outcomes)
    with zipfile.ZipFile(tmp_path / "scorecard.docx") as archive:
        assert archive.testzip() is None
    assert "a b <b> (01100)" in [paragraph.text for paragraph in docx.Document(tmp_path / "scorecard.docx").paragraphs]
