"""For print: the built book, whole and part by part, as PDF by a headless Chromium.

`make pdf`, or `python -m cadre_handbook.pdf [SOURCE]` once the book is built: writes `_build/pdf/handbook.pdf` and a
`_build/pdf/<part>.pdf` for each part of `_toc.yml`.

The way a page takes: `_toc.yml → joined (one HTML document) → fitted and measured in the browser → printed → finished`.
What would be lost on paper is refused and not printed: a link to nothing, text wider than the page, Chinese without a font.
"""

from __future__ import annotations

import argparse
import logging
import os
import posixpath
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import yaml
from babel.dates import format_date
from bs4 import BeautifulSoup, Tag
from pygments.formatters import HtmlFormatter

from cadre_handbook import __version__
from cadre_handbook.errors import HandbookError, RequestError
from cadre_handbook.i18n import _, bracketed, label, language
from cadre_handbook.paths import DATA

if TYPE_CHECKING:
    import pikepdf

STYLES = ("handbook.css", "print.css")  # of book/style/: the theme and what else is for the screen stay away
CODE_COLOURS = "a11y-high-contrast-light"  # the theme's
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
# A4 less the margins of print.css, in CSS pixels (96 an inch): what the browser lays out when it measures.
TEXT_WIDTH = 650
INTERACTIVE = "script, style, link, button, input, select, textarea, iframe, dialog, noscript, nav, template, [role=status], .headerlink"
POINTING = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-details", "headers")
MOST_PASSES = 4


# --- what is printed ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """A page of the built book: its name in `_toc.yml`, its title, how deep it stands below its part (0 is a chapter)."""

    name: str
    title: str
    depth: int
    article: Tag

    @property
    def anchor(self) -> str:
        return re.sub(r"\W+", "-", self.name)


@dataclass(frozen=True)
class Part:
    """A part of `_toc.yml`; the pages before the first part make one without a title."""

    name: str
    title: str
    pages: list[Page]


@dataclass
class Edition:
    """What goes into one PDF; `title` is empty for the whole book."""

    name: str
    title: str
    parts: list[Part]
    elsewhere: dict[str, str] = field(default_factory=dict)  # pages of the book that are not in it, and where they are

    @property
    def pages(self) -> list[Page]:
        return [page for part in self.parts for page in part.pages]


def read_book(source: Path) -> list[Part]:
    """The parts of the built book in `source`, in the order of `_toc.yml`.

    Raises RequestError where `_toc.yml` or a page that it names is not there: the book has not been built.
    """
    html = source / "_build" / "html"
    try:
        toc = yaml.safe_load((source / "_toc.yml").read_text(encoding="utf-8"))
        parts = [Part("", "", [_read_page(html, toc["root"], 0)])]
        for entry in toc.get("parts", [{"caption": "", "chapters": toc.get("chapters", [])}]):
            pages = [_read_page(html, name, depth) for name, depth in _walk(entry.get("chapters", []), 0)]
            if pages:
                caption = entry.get("caption") or pages[0].title
                parts.append(Part(_name_of(pages[0].name, caption, {part.name for part in parts}), caption, pages))
    except FileNotFoundError as error:
        raise RequestError(
            _("{path} is not there. Build the book first: make book").format(path=error.filename)
        ) from error
    return parts


def _walk(entries: list[dict], depth: int) -> Iterator[tuple[str, int]]:
    for entry in entries:
        yield entry["file"], depth
        yield from _walk(entry.get("sections", []), depth + 1)


def _name_of(page: str, caption: str, taken: set[str]) -> str:
    """A part is called as its folder is; two parts of one folder by their captions."""
    folder = Path(page).parent.name
    return folder if folder not in taken else re.sub(r"\W+", "-", caption.lower()).strip("-")


def _read_page(html: Path, name: str, depth: int) -> Page:
    soup = BeautifulSoup((html / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
    article = soup.select_one("article.bd-article")
    heading = article and article.find("h1")
    if heading is None:
        raise RequestError(
            _("{page}: a page of the book has one article with a heading, this has none.").format(page=name)
        )
    for mark in heading.select(".headerlink"):
        mark.decompose()
    return Page(name, " ".join(heading.get_text().split()), depth, article.extract())


def editions(parts: list[Part]) -> list[Edition]:
    """The whole book first, then each part that has a title."""
    titled = [part for part in parts if part.title]
    books = [Edition("handbook", "", parts)]
    for part in titled:
        own = {page.name for page in part.pages}
        elsewhere = {
            page.name: _("“{page}”, in the whole handbook").format(page=page.title)
            + (bracketed(other.title) if other.title else "")
            for other in parts
            for page in other.pages
            if page.name not in own
        }
        books.append(Edition(part.name, part.title, [part], elsewhere))
    return books


# --- one document of many pages -------------------------------------------------------------------


class Joiner:
    """Joins the pages of an edition into one HTML document.

    Links within it become anchors, those that lead out of it numbered notes at the end of their chapter.
    """

    def __init__(self, edition: Edition, source: Path) -> None:
        self.edition = edition
        self.source = source
        self.html = source / "_build" / "html"
        self.soup = BeautifulSoup("", "html.parser")
        self.names = {page.name: page for page in edition.pages}
        self.answers: list[tuple[Page, str, Tag]] = []  # page, question, answer
        self.chapters: list[tuple[Page, Part]] = [(page, part) for part in edition.parts for page in part.pages]

    def document(self) -> str:
        """The document, as text; raises HandbookError where a link or a picture leads to nothing."""
        config = yaml.safe_load((self.source / "_config.yml").read_text(encoding="utf-8"))
        body = self._tag("body")
        body.append(self._title_page(config))
        body.append(self._contents())
        for page, part in self.chapters:
            body.append(self._chapter(page, part))
        if self.answers:
            body.append(self._answers())
        self._check_anchors(body)
        colours = HtmlFormatter(style=CODE_COLOURS).get_style_defs(".highlight")
        style = "\n".join([colours, *((self.source / "book" / "style" / name).read_text("utf-8") for name in STYLES)])
        heads = self._running_heads(config["title"])
        title = f"{config['title']}: {self.edition.title}" if self.edition.title else config["title"]
        return (
            f'<!doctype html>\n<html lang="{language().replace("_", "-")}" data-theme="light" class="ch-print">'
            f'<head><meta charset="utf-8"><title>{title}</title><style>{style}\n{heads}</style></head>{body}</html>\n'
        )

    # front matter

    def _title_page(self, config: dict) -> Tag:
        about = about_sample()
        section = self._tag("section", "ch-title-page")
        section.append(self._tag("p", "ch-book-title", config["title"]))
        if self.edition.title:
            section.append(self._tag("p", "ch-part-title", self.edition.title))
        day = format_date(about["as_of"], "long", locale="en_GB" if language() == "en" else language())
        facts = self._tag("div", "ch-imprint")
        for text in (
            _("Version {version}. Figures of the made-up county as of {day}.").format(version=__version__, day=day),
            _("A finding is a prompt for a collective human review, never a decision."),
            label(about, "made_up"),
            _("Text: CC BY 4.0. Code: MIT licence. © {year} {author}.").format(
                year=config["copyright"], author=config["author"]
            ),
        ):
            facts.append(self._tag("p", "", text))
        section.append(facts)
        return section

    def _contents(self) -> Tag:
        section = self._tag("section", "ch-contents")
        section.append(self._tag("h1", "", _("Contents")))
        shown = None
        for page, part in self.chapters:
            if part is not shown and part.title and not self.edition.title:
                section.append(self._tag("p", "ch-contents-part", part.title))
            shown = part
            section.append(self._entry(page.title, page.anchor, min(page.depth, 2)))
        self.entries = section
        return section

    def _entry(self, title: str, anchor: str, depth: int) -> Tag:
        line = self._tag("p", f"ch-entry ch-entry-{depth}")
        link = self._tag("a", "", title)
        link["href"] = f"#{anchor}"
        line.extend([link, self._tag("span", "ch-leader"), self._number(anchor)])
        return line

    def _number(self, anchor: str) -> Tag:
        """The page number of `anchor`: known once the document was printed."""
        number = self._tag("span", "ch-page-number", "000")
        number["data-target"] = anchor
        return number

    def _running_heads(self, title: str) -> str:
        rules = []
        for page, part in self.chapters:
            left = self.edition.title or part.title or title
            rules.append(_head_rule(page.anchor, left, page.title))
        rules.append(_head_rule("answers", self.edition.title or title, _("Answers")))
        return "\n".join(rules)

    # chapters

    def _chapter(self, page: Page, part: Part) -> Tag:
        section = self._tag("section", f"ch-chapter ch-depth-{min(page.depth, 2)}")
        section["id"] = page.anchor
        section["style"] = f"page: {page.anchor}"
        if page is part.pages[0] and part.title:
            section.append(self._tag("h1", "ch-part", part.title))
        article = BeautifulSoup(str(page.article), "html.parser").article  # the page is printed twice: book and part
        article.name = "div"
        self._leave_out(article)
        self._open_folds(article)
        _make_ids_unique(article, page.anchor)
        self._lower_headings(article, 1 + page.depth)
        for image in article.select("img[src]"):
            image["src"] = self._file(posixpath.join(posixpath.dirname(page.name), image["src"]))
        notes = self._notes(article, page)
        self._take_answers(article, page)
        section.append(article)
        if notes:
            section.append(notes)
        return section

    def _leave_out(self, article: Tag) -> None:
        for choice in article.select("input[type=radio], input[type=checkbox]"):
            choice.replace_with(self._tag("span", "ch-tick-box"))
        for form in article.select("form"):
            form.name = "div"
        for element in article.select(f"{INTERACTIVE}, .toctree-wrapper, .ch-screen-only"):
            if not element.find_parent("svg"):
                element.decompose()

    def _open_folds(self, article: Tag) -> None:
        for fold in article.select("details"):
            fold["open"] = ""
        for fold in article.select(".dropdown, .toggle"):
            fold["class"] = [name for name in fold["class"] if name not in ("dropdown", "toggle")]
        for tab in article.select(".sd-tab-set > label"):
            tab.name = "p"
            tab["class"] = ["ch-tab-title"]

    def _take_answers(self, article: Tag, page: Page) -> None:
        """Answers of a quiz go to the end, so that a printed quiz is one."""
        for answer in article.select(".ch-quiz .ch-answer"):
            question = answer.find_parent("fieldset")
            legend = question and question.find("legend")
            for summary in answer.select("summary"):
                summary.decompose()
            answer.name = "div"
            self.answers.append((page, " ".join(legend.get_text().split()) if legend else "", answer.extract()))

    def _answers(self) -> Tag:
        section = self._tag("section", "ch-chapter ch-answers")
        section["id"] = "answers"
        section["style"] = "page: answers"
        section.append(self._tag("h1", "ch-part", _("Answers")))
        shown = None
        for page, question, answer in self.answers:
            if page is not shown:
                section.append(self._tag("h2", "", page.title))
            shown = page
            section.append(self._tag("p", "ch-question-again", question))
            section.append(answer)
        self.entries.append(self._entry(_("Answers"), "answers", 0))
        return section

    def _lower_headings(self, article: Tag, by: int) -> None:
        for heading in article.select("h1, h2, h3, h4, h5, h6"):
            heading.name = f"h{min(6, int(heading.name[1]) + by)}"

    # links

    def _notes(self, article: Tag, page: Page) -> Tag | None:
        notes: dict[str, int] = {}
        for link in article.select("a[href]"):
            kind, target = self._target(link["href"], page)
            link.attrs.pop("title", None)
            if kind == "anchor":
                link["href"] = f"#{target}"
                citation = link.find_parent(class_="bibtex-citation") or link.find_parent(class_="citation")
                if not citation and self._page_of(target) is not page:
                    link.append(self._page_reference(target))
                continue
            number = notes.setdefault(target, len(notes) + 1)
            if kind == "text":
                link.name = "span"
                del link["href"]
            link.append(self._tag("sup", "ch-note-mark", f"[{number}]"))
        if not notes:
            return None
        section = self._tag("aside", "ch-notes")
        section.append(self._tag("p", "ch-notes-title", _("Links")))
        listed = self._tag("ol", "")
        for target in notes:
            listed.append(self._tag("li", "", target))
        section.append(listed)
        return section

    def _target(self, href: str, page: Page) -> tuple[str, str]:
        """Where a link leads: an `anchor` in this document, a `url`, or a `text` that says where it is."""
        parts = urlsplit(href)
        if parts.scheme or parts.netloc:
            return "url", href
        path = posixpath.normpath(posixpath.join(posixpath.dirname(page.name), unquote(parts.path)))
        name = path.removesuffix(".html") if parts.path else page.name
        if name in self.names:
            target = self.names[name].anchor
            return "anchor", f"{target}--{unquote(parts.fragment)}" if parts.fragment else target
        if name in self.edition.elsewhere:
            return "text", self.edition.elsewhere[name]
        if (self.html / path).is_file():
            return "text", _("{path}, in the folder of the handbook").format(path=path)
        raise HandbookError(_("{page}: a link leads to nothing: {href}").format(page=page.name, href=href))

    def _page_of(self, anchor: str) -> Page | None:
        return next((page for page, _part in self.chapters if page.anchor == anchor.partition("--")[0]), None)

    def _page_reference(self, anchor: str) -> Tag:
        reference = self._tag("span", "ch-page-reference")
        before, _number, after = _("p. {page}").partition("{page}")
        reference.extend([f" ({before}", self._number(anchor), f"{after})"])
        return reference

    def _check_anchors(self, body: Tag) -> None:
        ids = [element["id"] for element in body.select("[id]")]
        repeated = sorted({name for name in ids if ids.count(name) > 1}) if len(set(ids)) < len(ids) else []
        lost = sorted({link["href"][1:] for link in body.select('a[href^="#"]')} - set(ids))
        if lost or repeated:
            raise HandbookError(
                _("Anchors that lead to nothing: {lost}. Anchors that stand twice: {repeated}.").format(
                    lost=", ".join(lost) or "–", repeated=", ".join(repeated) or "–"
                )
            )

    # small things

    def _tag(self, name: str, classes: str = "", text: str = "") -> Tag:
        tag = self.soup.new_tag(name, attrs={"class": classes} if classes else None)
        if text:
            tag.string = text
        return tag

    def _file(self, path: str) -> str:
        file = self.html / posixpath.normpath(path)
        if not file.is_file():
            raise HandbookError(_("{path} is not there. Build the book first: make book").format(path=file))
        return file.resolve().as_uri()


def _head_rule(name: str, left: str, right: str) -> str:
    def text(words: str) -> str:
        return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'

    return f"@page {name} {{ @top-left {{ content: {text(left)} }} @top-right {{ content: {text(right)} }} }}"


def _make_ids_unique(article: Tag, prefix: str) -> None:
    """Give every id the page's prefix, and those within a picture the picture's as well, together with what points at them."""
    scopes = [(svg, f"{prefix}--svg{number}") for number, svg in enumerate(article.select("svg"))]
    for svg, own in scopes:
        _prefix(svg, own, {element["id"] for element in [svg, *svg.select("[id]")] if element.get("id")})
    _prefix(
        article, prefix, {element["id"] for element in article.select("[id]") if not element["id"].startswith(prefix)}
    )


def _prefix(scope: Tag, prefix: str, ids: set[str]) -> None:
    for element in [scope, *scope.find_all(True)]:
        for name, value in list(element.attrs.items()):
            if name == "id" and value in ids:
                element[name] = f"{prefix}--{value}"
            elif name in POINTING:
                words = value if isinstance(value, list) else value.split()
                element[name] = " ".join(f"{prefix}--{word}" if word in ids else word for word in words)
            elif name in ("href", "xlink:href") and element.name != "a" and value.removeprefix("#") in ids:
                element[name] = f"#{prefix}--{value[1:]}"
            elif isinstance(value, str) and "url(" in value:
                element[name] = re.sub(
                    r"url\(\s*['\"]?#([^)'\"\s]+)['\"]?\s*\)",
                    lambda match: f"url(#{prefix}--{match[1]})" if match[1] in ids else match[0],
                    value,
                )


def about_sample() -> dict:
    """What is said of the made-up county: the day it is as of, and that it is made up."""
    return yaml.safe_load((DATA / "sample" / "about.yaml").read_text(encoding="utf-8"))


# --- the browser ----------------------------------------------------------------------------------


def find_chromium() -> str:
    """The path of a Chromium: `CHROMIUM` of the environment, one on the path, or the one playwright brought.

    Raises RequestError where there is none.
    """
    named = os.environ.get("CHROMIUM")
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return found
    if not named:
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            if Path(playwright.chromium.executable_path).is_file():
                return playwright.chromium.executable_path
    raise RequestError(
        _(
            "Chromium was not found, and it makes the PDF. On Debian and Ubuntu: apt-get install chromium. "
            "Elsewhere install Chromium or Chrome and name its path in the variable CHROMIUM."
        )
    )


# Draws a Chinese character and one that no font has: where both look the same, the machine has no Chinese font.
HAS_CHINESE = """() => {
  const drawn = text => {
    const canvas = document.createElement('canvas');
    const pen = canvas.getContext('2d');
    pen.font = '40px sans-serif';
    pen.fillText(text, 10, 60);
    return canvas.toDataURL();
  };
  return ['干', '流', '职'].every(character => drawn(character) !== drawn('\\u{10FFFD}'))
      && drawn('干') !== drawn('流');
}"""

# A table wider than the text is set smaller, step by step; only then are its words broken.
FIT = """() => {
  for (const table of document.querySelectorAll('table'))
    for (const step of ['ch-small', 'ch-smaller', 'ch-smallest', 'ch-broken']) {
      const room = table.parentElement.getBoundingClientRect();
      if (table.getBoundingClientRect().width <= room.width + 1) break;
      table.classList.add(step);
    }
}"""

# What sticks out of the text's width, or out of its own box, and so would be cut off or run into the margin.
CLIPPED = """() => {
  const edge = document.body.getBoundingClientRect().right + 1;
  const clipped = [];
  for (const element of document.body.querySelectorAll('*')) {
    const box = element.getBoundingClientRect();
    if (!box.width || getComputedStyle(element).position === 'absolute') continue;
    const owner = element.ownerSVGElement;
    const out = owner
      ? element.tagName === 'text' && (box.right > owner.getBoundingClientRect().right + 2
                                       || box.left < owner.getBoundingClientRect().left - 2)
      : box.right > edge || (/^(PRE|TABLE|DIV|FIGURE)$/.test(element.tagName)
                             && getComputedStyle(element).overflowX !== 'visible'
                             && element.scrollWidth > element.clientWidth + 1);
    if (!out) continue;
    const chapter = element.closest('.ch-chapter');
    clipped.push(`${chapter ? chapter.id : '-'}: <${element.tagName.toLowerCase()}> `
                 + element.textContent.trim().replace(/\\s+/g, ' ').slice(0, 60));
  }
  return clipped;
}"""

FILL = """numbers => {
  for (const span of document.querySelectorAll('.ch-page-number')) span.textContent = numbers[span.dataset.target];
}"""


HEADINGS = """() => Array.from(document.querySelectorAll('h1, h2, h3, h4, h5, h6'), heading => heading.innerText.trim().replace(/\\s+/g, ' '))
  .filter(text => text)"""


class Printer:
    """A headless Chromium that prints documents; use it in a `with` statement."""

    def __enter__(self) -> Printer:
        from playwright.sync_api import sync_playwright

        executable = find_chromium()
        self._playwright = sync_playwright().start()
        try:
            self._browser = self._playwright.chromium.launch(
                executable_path=executable, args=["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"]
            )
            context = self._browser.new_context(viewport={"width": TEXT_WIDTH, "height": 900}, offline=True)
            self._page = context.new_page()
            self._page.emulate_media(media="print", color_scheme="light")
            self._page.set_default_timeout(300_000)  # ms; the whole book on a busy machine
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self._playwright.stop()  # ends the browser as well

    def print(self, document: Path, target: Path) -> list[str]:
        """Print the HTML file `document` to `target` and give its headings.

        Raises RequestError where no font has Chinese, HandbookError where something is wider than the page.
        """
        page = self._page
        page.goto(document.resolve().as_uri())
        if not page.evaluate(HAS_CHINESE):
            raise RequestError(
                _(
                    "No font for Chinese was found, and the PDF would show boxes. "
                    "On Debian and Ubuntu: apt-get install fonts-noto-cjk"
                )
            )
        page.evaluate(FIT)
        clipped = page.evaluate(CLIPPED)
        if clipped:
            raise HandbookError(
                _("{count} things are wider than the page:").format(count=len(clipped))
                + "\n    "
                + "\n    ".join(clipped)
            )
        numbers: dict[str, int] = {}
        for _pass in range(MOST_PASSES):
            page.pdf(path=target, prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
            found = page_numbers(target)
            if found == numbers:
                return page.evaluate(HEADINGS)
            numbers = found
            page.evaluate(FILL, numbers)
        raise HandbookError(_("The page numbers of {name} do not settle.").format(name=target.name))


def page_numbers(path: Path) -> dict[str, int]:
    """The page, from 1, on which each anchor stands that a link of the PDF leads to."""
    import pikepdf

    with pikepdf.open(path) as pdf:
        numbers = {page.objgen: number for number, page in enumerate(pdf.pages, start=1)}
        places = dict(pdf.Root.get("/Dests", pikepdf.Dictionary()))
        return {unquote(name.removeprefix("/")): numbers[place[0].objgen] for name, place in places.items()}


def finish(printed: Path, target: Path, title: str, author: str, headings: list[str]) -> None:
    """Write the PDF as it is handed out: smaller, with title and author, and with the day of the figures in place of the clock's.

    `headings` are those of the document in order: Chromium says a heading twice in the outline where it begins a page.
    """
    import pikepdf

    day = f"D:{about_sample()['as_of']:%Y%m%d}000000Z"
    with pikepdf.open(printed) as pdf:
        del pdf.docinfo
        for key, value in {
            "/Title": title,
            "/Author": author,
            "/Creator": f"cadre-handbook {__version__}",
            "/CreationDate": day,
            "/ModDate": day,
        }.items():
            pdf.docinfo[key] = value
        with pdf.open_outline() as outline:
            entries = list(_flat(outline.root, 0))
            if len(entries) == len(headings):
                for (entry, _depth), heading in zip(entries, headings, strict=True):
                    entry.title = heading
            for entry, depth in entries:
                entry.is_closed = depth > 0
        share_pictures(pdf)
        pdf.Root.PageMode = pikepdf.Name.UseOutlines
        pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        streams = pikepdf.ObjectStreamMode.generate
        pdf.save(target, object_stream_mode=streams, recompress_flate=True, deterministic_id=True)


def share_pictures(pdf: pikepdf.Pdf) -> int:
    """Have every picture stand once in a PDF, however often it is drawn; gives how many copies went.

    Chromium turns a hatched area into a picture and writes it again for each: two thirds of the book were copies.
    """
    import pikepdf

    first: dict[tuple, pikepdf.Object] = {}
    copies: dict[tuple[int, int], pikepdf.Object] = {}
    shared = 0
    while True:  # masks first: pictures whose masks are one may then be one themselves
        first.clear()
        for entry in pdf.objects:
            if isinstance(entry, pikepdf.Stream) and entry.get("/Subtype") == "/Image" and entry.objgen not in copies:
                told = sorted(
                    (key, value.objgen if getattr(value, "is_indirect", False) else repr(value))
                    for key, value in entry.items()
                )
                known = first.setdefault((entry.read_raw_bytes(), repr(told)), entry)
                if known.objgen != entry.objgen:
                    copies[entry.objgen] = known
        if len(copies) == shared:
            return shared
        shared = len(copies)
        for entry in pdf.objects:
            _point_at(entry, copies)


def _point_at(holder: pikepdf.Object, copies: dict[tuple[int, int], pikepdf.Object]) -> None:
    """Have what an object and the parts of it that stand within it refer to lead to the first of the copies."""
    import pikepdf

    if isinstance(holder, (pikepdf.Dictionary, pikepdf.Stream)):
        parts = list(holder.items())
    elif isinstance(holder, pikepdf.Array):
        parts = list(enumerate(holder))
    else:
        return
    for key, value in parts:
        if isinstance(value, pikepdf.Object) and value.is_indirect:
            if value.objgen in copies:
                holder[key] = copies[value.objgen]
        else:
            _point_at(value, copies)


def _flat(entries: list, depth: int) -> Iterator[tuple]:
    for entry in entries:
        yield entry, depth
        yield from _flat(entry.children, depth + 1)


# --- the command ----------------------------------------------------------------------------------


def print_book(source: Path, names: list[str]) -> list[Path]:
    """Print the editions of `names` (all where none is named) of the book in `source`; gives the paths of the PDFs.

    Raises RequestError where book, browser or font is not there or a name is none, HandbookError where something
    would be lost on paper.
    """
    books = {edition.name: edition for edition in editions(read_book(source))}
    unknown = [name for name in names if name not in books]
    if unknown:
        raise RequestError(
            _("There is no part {name}. There are: {names}").format(name=", ".join(unknown), names=", ".join(books))
        )
    config = yaml.safe_load((source / "_config.yml").read_text(encoding="utf-8"))
    folder = source / "_build" / "pdf"
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with Printer() as printer:
        for name in names or books:
            document, half, target = (folder / f"{name}.{ending}" for ending in ("html", "part", "pdf"))
            target.unlink(missing_ok=True)  # nobody takes an older one for the one that failed
            document.write_text(Joiner(books[name], source).document(), encoding="utf-8")
            try:
                headings = printer.print(document, half)
                title = config["title"] + (f": {books[name].title}" if books[name].title else "")
                finish(half, target, title, config["author"], headings)
            finally:
                document.unlink()
                half.unlink(missing_ok=True)
            print(target)
            written.append(target)
    return written


def main(arguments: list[str] | None = None) -> int:
    logging.getLogger("pikepdf").setLevel(logging.WARNING)  # it announces itself
    parser = argparse.ArgumentParser(prog="python -m cadre_handbook.pdf", description=__doc__.splitlines()[0])
    parser.add_argument("source", nargs="?", type=Path, default=Path(), help=_("the folder with _toc.yml"))
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help=_("handbook, or the name of a part")
    )
    options = parser.parse_args(arguments)
    try:
        print_book(options.source, options.only)
    except HandbookError as error:
        print(error, file=sys.stderr)
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main())
