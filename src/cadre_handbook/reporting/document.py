"""Scorecard and findings as a Word file to pass round a meeting: landscape pages, headings, tables whose heads repeat."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import docx
import pandas as pd
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

from cadre_handbook import policy, show, verdict
from cadre_handbook.i18n import _, label
from cadre_handbook.reporting import page
from cadre_handbook.reporting.outcome import About, Outcome, no_decision
from cadre_handbook.review import confidential, state_words
from cadre_handbook.tables import cell_text, clean

A4 = (Cm(29.7), Cm(21.0))  # landscape
MARGIN = Cm(1.8)
# What every Word and WPS in China has; elsewhere the program takes another.
BODY, HEADING = ("Times New Roman", "宋体"), ("Arial", "黑体")
# Widths of columns in parts of the text's width.
OF_VERDICTS = (4, 5, 2, 3, 1.2, 1.6, 1.8, 5)
OF_FINDINGS = (4, 3, 2, 12)


def write(path: Path, about: About, outcomes: Sequence[Outcome]) -> None:
    """Write the Word file, in the language in use."""
    document = docx.Document()
    _prepare(document, about)
    document.add_heading(_("Cadre exchange: scorecard and findings"), 0)
    document.add_paragraph(about.whose).runs[0].bold = True
    _table(document, [_("About"), ""], page.facts(about), (1, 3))
    document.add_paragraph().add_run(no_decision()).bold = True
    document.add_heading(_("Scorecard"), 1)
    for part, items in _by_part(outcomes):
        document.add_heading(label(policy.parts()[part]), 2)
        _table(document, _verdict_headings(), [row for item in items for row in _verdicts(item)], OF_VERDICTS)
    document.add_heading(_("Findings"), 1)
    for _part, items in _by_part(outcomes):
        for item in items:
            if len(item.findings):
                _findings(document, item)
    failed = [[page.title(item.slug), item.failure] for item in outcomes if item.failure]
    if failed:
        document.add_heading(_("Checks that did not run"), 1)
        _table(document, [_("Check"), _("Why")], failed, (1, 3))
    document.save(str(path))


def _by_part(outcomes: Sequence[Outcome]) -> list[tuple[str, list[Outcome]]]:
    parts: dict[str, list[Outcome]] = {}
    for item in outcomes:
        if not item.failure:
            parts.setdefault(policy.load_policy(item.slug).part, []).append(item)
    return list(parts.items())


def _verdict_headings() -> list[str]:
    return [
        *(_("Check"), _("Measure"), _("Verdict"), _("Figure"), _("Unknown"), _("Target"), _("Origin"), _("Why")),
    ]


def _verdicts(item: Outcome) -> list[list[str]]:
    recommendation = policy.load_policy(item.slug)
    return [
        [
            label(recommendation, "title"),
            verdict.measure_label(recommendation, row.measure, row.group),
            show.verdict_text(row.verdict),
            show.figure_text(row),
            show.count_text(row.missing),
            verdict.target_text(row),
            show.origin_word(row.origin),
            row.reason,
        ]
        for row in item.results.itertuples()
    ]


def _findings(document: Document, item: Outcome) -> None:
    recommendation = policy.load_policy(item.slug)
    document.add_heading(label(recommendation, "title"), 2)
    for line in item.review:
        document.add_paragraph(line)
    found = pd.DataFrame(
        {
            _("Measure"): [verdict.measure_label(recommendation, name, "") for name in item.findings["measure"]],
            _("Subject"): item.findings["subject_id"],
            _("Since"): [day if not pd.isna(day) else "" for day in item.findings["since"]],
            _("Reason"): item.findings["reason"],
        }
    )
    widths = OF_FINDINGS
    if "status" in item.findings:
        words = state_words()
        found[_("State")] = [words[status] for status in item.findings["status"]]
        widths = (*OF_FINDINGS, 3)
    _table(document, list(found), found.values.tolist(), widths)
    for action in page.actions(item):
        line = document.add_paragraph(style="List Bullet")
        line.add_run(label(action)).bold = True
        line.add_run("  " + label(action, "text"))


# --- Word -----------------------------------------------------------------------------------------


def _prepare(document: Document, about: About) -> None:
    """Page, fonts for both scripts, what stands on every page, and nothing of the machine in the file's properties."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = A4
    for side in ("left_margin", "right_margin", "bottom_margin"):
        setattr(section, side, MARGIN)
    section.top_margin = Cm(2.4)
    languages = document.styles.element.find(f".//{qn('w:lang')}")
    languages.set(qn("w:eastAsia"), "zh-CN")  # or punctuation is set as in other Chinese type
    for style in document.styles:
        if style.name == "Normal" or style.name.startswith(("Heading", "Title")):
            _set_fonts(style, *(BODY if style.name == "Normal" else HEADING))
    document.styles["Normal"].font.size = Pt(10)
    document.styles["Normal"].paragraph_format.space_after = Pt(4)
    header = section.header.paragraphs[0]
    header.text, header.alignment = confidential(), WD_ALIGN_PARAGRAPH.CENTER
    header.runs[0].bold = True
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    footer.add_run(f"{about.whose}  {about.as_of:%Y-%m-%d}    ")
    _field(footer, "PAGE")
    footer.add_run(" / ")
    _field(footer, "NUMPAGES")
    properties = document.core_properties
    properties.title, properties.author = _("Cadre exchange: scorecard and findings"), "cadre-handbook"
    properties.comments = ""
    properties.language = about.language.replace("_", "-")
    # The day judged on, not the clock: the same data give the same file.
    properties.created = properties.modified = dt.datetime.combine(about.as_of.date(), dt.time())


def _set_fonts(style, latin: str, chinese: str) -> None:
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]  # those of the theme would win
    for script, font in (("ascii", latin), ("hAnsi", latin), ("cs", latin), ("eastAsia", chinese)):
        fonts.set(qn(f"w:{script}"), font)


def _field(paragraph: Paragraph, code: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _table(document: Document, headings: Sequence[str], rows: Sequence[Sequence], widths: Sequence[float]) -> None:
    """A table with a head that repeats on every page and rows that do not break over pages."""
    table = document.add_table(rows=2, cols=len(headings), style="Table Grid")
    table.autofit = False
    room = A4[0] - 2 * MARGIN
    for column, width in zip(table.columns, widths, strict=True):
        column.width = int(room * width / sum(widths))
        for cell in column.cells:
            cell.width = column.width
    head, model = table.rows
    for cell, heading in zip(head.cells, headings, strict=True):
        cell.paragraphs[0].add_run(clean(heading)).bold = True
    head_properties = head._tr.get_or_add_trPr()
    for row in (head, model):
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    head_properties.append(OxmlElement("w:tblHeader"))
    for cell in model.cells:
        cell.paragraphs[0].add_run("-")
    # A copy of one row, which is a hundred times faster than asking for each cell.
    template = model._tr
    table._tbl.remove(template)
    for row in rows:
        made = copy.deepcopy(template)
        for text, value in zip(made.iter(qn("w:t")), row, strict=True):
            text.text = cell_text(value)
        table._tbl.append(made)
    document.add_paragraph()
