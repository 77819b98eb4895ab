"""Nothing is lost on paper: a book of a few pages is printed and read back, and bad pages are refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import yaml

from cadre_handbook import pdf
from cadre_handbook.errors import HandbookError, RequestError

ROOT = Path(__file__).parents[2]
CHINESE = "干部交流不是为了流动，而是为了锻炼和使用。"
LONG = "x" * 400
OUTSIDE = "https://example.org/a/very/long/address?with=" + "query" * 30
NOTEBOOK_FILE = "_downloads/one.ipynb"
ROWS = "".join(f"<tr><td>row {number}</td><td>第{number}行</td></tr>" for number in range(90))
PICTURE = (
    '<svg role="img" aria-labelledby="t" viewBox="0 0 100 20" width="100%"><title id="t">Bars</title>'
    '<defs><pattern id="h" width="4" height="4"><path d="M0 0h4"/></pattern></defs>'
    '<rect width="50" height="9" fill="url(#h)"/><text x="2" y="18" style="font-size: 8px">图中文字</text></svg>'
)
PAGES = {
    "book/index": f"<h1>Start<a class='headerlink' href='#start'>#</a></h1><p id='start'>{CHINESE}</p>",
    "book/one/index": (
        "<h1>The first part (第一部分)</h1><p><a href='page.html#deep'>down</a> and <a href='../two/index.html'>over</a></p>"
    ),
    "book/one/page": (
        f"<h1>A page</h1><h2 id='deep'>Deep</h2><p>See <a href='{OUTSIDE}'>elsewhere</a>, <a href='#deep'>here</a>.</p>"
        f"<div class='highlight'><pre>value = '{LONG}END_OF_CODE'\n# 注释：代码里的中文</pre></div>"
        f"<details><summary>Folded</summary><p>Within the fold.</p></details>{PICTURE}{PICTURE}"
        f"<table><thead><tr><th>Head of rows</th><th>行</th></tr></thead><tbody>{ROWS}</tbody></table>"
        "<table><tr>" + f"<td>{'wide' * 5}</td>" * 14 + "</tr></table>"
        f"<p><a href='../../{NOTEBOOK_FILE}'>the notebook</a></p><button>Press me</button>"
    ),
    "book/one/quiz": (
        "<h1>A quiz</h1><div class='ch-quiz'><form><fieldset id='q'><legend>Which one?</legend>"
        "<label><input type='radio'>This</label><button>Check</button>"
        "<details class='ch-answer'><summary>The answer</summary><p>Because <a href='page.html'>so</a>.</p></details>"
        "</fieldset></form></div>"
    ),
    "book/two/index": "<h1>The second part</h1><p>第二部分的正文。</p>",
}
TOC = {
    "format": "jb-book",
    "root": "book/index",
    "parts": [
        {
            "caption": "First part",
            "chapters": [
                {"file": "book/one/index"},
                {"file": "book/one/page", "sections": [{"file": "book/one/quiz"}]},
            ],
        },
        {"caption": "Second part", "chapters": [{"file": "book/two/index"}]},
    ],
}


@pytest.fixture(scope="session")
def chromium() -> str:
    try:
        return pdf.find_chromium()
    except RequestError as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))


def write_book(root: Path, **changed: str) -> Path:
    """A built book in `root`, with the articles of `PAGES`; `changed` gives other articles, by the last word of the name."""
    shutil.copytree(ROOT / "book" / "style", root / "book" / "style")
    shutil.copy(ROOT / "_config.yml", root)
    (root / "_toc.yml").write_text(yaml.safe_dump(TOC), encoding="utf-8")
    html = root / "_build" / "html"
    for name, article in PAGES.items():
        article = changed.get(name.rpartition("/")[2], article)
        page = html / f"{name}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f"<html><body><article class='bd-article'>{article}</article></body></html>", encoding="utf-8")
    file = html / NOTEBOOK_FILE
    file.parent.mkdir(parents=True)
    file.write_text("{}", encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def printed(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_book(tmp_path_factory.mktemp("printed"))
    assert pdf.main([str(root)]) == 0
    return root / "_build" / "pdf"


def text_of(path: Path) -> str:
    """The text of a PDF as a reader would copy it, without the breaks of lines."""
    with pypdfium2.PdfDocument(path) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    return "".join(" ".join(pages).split())


def boxes_outside(path: Path, margin: float = 0) -> list[str]:
    """Characters that stand nearer to the edge of their page than `margin` points, or beyond it."""
    outside = []
    with pypdfium2.PdfDocument(path) as document:
        for number, page in enumerate(document, start=1):
            width, height = page.get_size()
            text = page.get_textpage()
            for index in range(text.count_chars()):
                left, bottom, right, top = text.get_charbox(index)
                if left < margin or bottom < margin or right > width - margin or top > height - margin:
                    outside.append(f"page {number}: {text.get_text_range(index, 1)}")
    return outside


def fonts_not_embedded(path: Path) -> list[str]:
    """Fonts whose shapes the PDF does not carry: neither a font file nor, for Type 3, drawn characters."""
    files = {"/FontFile", "/FontFile2", "/FontFile3"}
    lost = []
    with pikepdf.open(path) as document:
        for font in document.objects:
            if not isinstance(font, pikepdf.Dictionary) or font.get("/Type") != "/Font":
                continue
            if font.Subtype == "/Type3":  # Skia draws the characters of an OpenType font with cubic outlines this way
                embedded = len(font.CharProcs) > 0
            else:  # of a composite font its descendant has the file
                embedded = font.Subtype == "/Type0" or bool(files & set(font.get("/FontDescriptor", {}).keys()))
            if not embedded:
                lost.append(str(font.get("/BaseFont", font.objgen)))
    return lost


def outline_of(path: Path) -> list[str]:
    with pikepdf.open(path) as document, document.open_outline() as outline:
        return [entry.title for entry, _depth in pdf._flat(outline.root, 0)]


def test_a_pdf_for_the_book_and_for_each_part(printed: Path) -> None:
    assert sorted(path.name for path in printed.iterdir()) == ["handbook.pdf", "one.pdf", "two.pdf"]


def test_every_page_of_the_contents_is_in_it_and_its_words_can_be_copied(printed: Path) -> None:
    text = text_of(printed / "handbook.pdf")
    for words in (
        CHINESE,
        "第一部分",
        "第二部分的正文。",
        "注释：代码里的中文",
        "图中文字",
        "END_OF_CODE",
        "Withinthefold.",
    ):
        assert words in text
    assert text.count("x" * 60) >= 1
    assert "Pressme" not in text
    part = text_of(printed / "two.pdf")
    assert "第二部分的正文。" in part
    assert CHINESE not in part


def test_fonts_are_embedded(printed: Path) -> None:
    for path in printed.iterdir():
        assert fonts_not_embedded(path) == []


def test_a_font_that_is_not_embedded_is_found(tmp_path: Path) -> None:
    document = pikepdf.new()
    document.add_blank_page()
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    document.pages[0].Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=document.make_indirect(font)))
    document.save(tmp_path / "bare.pdf")
    assert fonts_not_embedded(tmp_path / "bare.pdf") == ["/Helvetica"]


def test_no_character_leaves_its_page(printed: Path) -> None:
    for path in printed.iterdir():
        assert boxes_outside(path, margin=18) == []
    assert boxes_outside(printed / "two.pdf", margin=100)  # the gate sees characters at all


def test_the_head_of_a_long_table_stands_on_each_of_its_pages(printed: Path) -> None:
    assert text_of(printed / "one.pdf").count("Headofrows") >= 2


def test_links_elsewhere_become_notes_and_links_within_it_lead_there(printed: Path) -> None:
    text = text_of(printed / "one.pdf")
    assert OUTSIDE in text
    assert f"{NOTEBOOK_FILE},inthefolderofthehandbook" in text
    assert "“Thesecondpart”,inthewholehandbook(Secondpart)" in text  # it is not in this part
    assert "inthewholehandbook" not in text_of(printed / "handbook.pdf")
    with pikepdf.open(printed / "one.pdf") as document:
        places = set(document.Root.Dests.keys())
        annotations = [note for page in document.pages for note in page.get("/Annots", [])]
        within = [note.Dest for note in annotations if "/Dest" in note]
        addresses = [str(note.A.URI) for note in annotations if "/A" in note and "/URI" in note.A]
        assert within
        assert {str(target) for target in within} <= places
        assert set(addresses) == {OUTSIDE}


def test_page_numbers_of_the_contents_are_those_of_the_pages(printed: Path) -> None:
    numbers = pdf.page_numbers(printed / "one.pdf")
    with pypdfium2.PdfDocument(printed / "one.pdf") as document:
        contents = document[1].get_textpage().get_text_range()
        for anchor, title in (("book-one-page", "A page"), ("book-one-quiz", "A quiz")):
            assert f"{title}{numbers[anchor]}" in "".join(contents.replace(" ", " ").splitlines()).replace(
                f"{title} ", title
            )
            assert title in document[numbers[anchor] - 1].get_textpage().get_text_range()


def test_the_outline_names_every_part_and_page_once(printed: Path) -> None:
    outline = outline_of(printed / "handbook.pdf")
    expected = [
        "Contents",
        "Start",
        "First part",
        "The first part (第一部分)",
        "A page",
        "Deep",
        "A quiz",
        "Second part",
    ]
    assert outline == [*expected, "The second part", "Answers", "A quiz"]


def test_answers_of_a_quiz_stand_at_the_end(printed: Path) -> None:
    text = text_of(printed / "one.pdf")
    assert text.index("Whichone?This") < text.index("Which one?Because".replace(" ", ""))
    assert "Check" not in text


def test_the_same_book_gives_the_same_text_and_no_clock(printed: Path, chromium: str, tmp_path: Path) -> None:
    root = write_book(tmp_path)
    [again] = pdf.print_book(root, ["two"])
    assert text_of(again) == text_of(printed / "two.pdf")
    with pikepdf.open(again) as document:
        assert str(document.docinfo["/CreationDate"]) == "D:20241231000000Z"
        assert str(document.docinfo["/Title"]).endswith(": Second part")


def test_what_is_wider_than_the_page_is_refused(chromium: str, tmp_path: Path) -> None:
    root = write_book(
        tmp_path,
        page="<h1>A page</h1><h2 id='deep'>Deep</h2><pre style='white-space: pre; overflow: auto'>"
        + "code " * 90
        + "</pre>",
    )
    with pytest.raises(HandbookError, match=r"(?s)wider than the page.*book-one-page: <pre> code code"):
        pdf.print_book(root, ["one"])
    assert list((root / "_build" / "pdf").iterdir()) == []


def test_text_that_a_picture_cuts_off_is_refused(chromium: str, tmp_path: Path) -> None:
    picture = PICTURE.replace('x="2"', 'x="80"').replace("图中文字", "a long text in a picture")
    root = write_book(tmp_path, page=f"<h1>A page</h1><h2 id='deep'>Deep</h2>{picture}")
    with pytest.raises(HandbookError, match="<text> a long text in a picture"):
        pdf.print_book(root, ["one"])


@pytest.mark.parametrize("href", ["no-such-page.html", "page.html#no-such-heading"])
def test_a_link_to_nothing_is_refused(href: str, tmp_path: Path) -> None:
    root = write_book(tmp_path, quiz=f"<h1>A quiz</h1><a href='{href}'>nowhere</a>")
    book = pdf.editions(pdf.read_book(root))[0]
    with pytest.raises(HandbookError, match="lead"):
        pdf.Joiner(book, root).document()


def test_a_machine_without_chinese_is_told_what_to_install(chromium: str, tmp_path: Path) -> None:
    latin = next(Path("/usr/share/fonts").rglob("DejaVuSans.ttf"), None)
    if latin is None or sys.platform == "win32":
        pytest.skip("no font without Chinese to try it with")
    (tmp_path / "fonts").mkdir()
    shutil.copy(latin, tmp_path / "fonts")
    configuration = tmp_path / "fonts.conf"
    configuration.write_text(
        f"<fontconfig><dir>{tmp_path}/fonts</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>"
    )
    result = command(write_book(tmp_path / "book"), FONTCONFIG_FILE=str(configuration))
    assert result.returncode == 2
    assert "fonts-noto-cjk" in result.stderr


def test_a_machine_without_chromium_is_told_what_to_install(tmp_path: Path) -> None:
    result = command(write_book(tmp_path / "book"), CHROMIUM="/no/such/browser")
    assert result.returncode == 2
    assert "apt-get install chromium" in result.stderr


def test_a_book_that_was_not_built_is_told_how(tmp_path: Path) -> None:
    root = write_book(tmp_path / "book")
    shutil.rmtree(root / "_build" / "html")
    result = command(root)
    assert result.returncode == 2
    assert "make book" in result.stderr


def command(root: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cadre_handbook.pdf", str(root)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
