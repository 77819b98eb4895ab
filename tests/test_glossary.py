"""The glossary: right pinyin in form, one link a page at a term's first place, and no term that no page uses."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.utils import new_document
from sphinx.errors import ExtensionError

from cadre_handbook import glossary, i18n, inventory
from cadre_handbook.errors import PolicyError
from cadre_handbook.references import reference_text

ROOT = Path(__file__).parents[1]
TERMS = glossary.read_terms(ROOT)
# One syllable: at most one mark of a tone, on a vowel.
SYLLABLE = re.compile(r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?[aeiouüāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]{1,3}(?:ng|n|r)?")
TONE = re.compile("[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]")
NEUTRAL = {"tou", "zi", "de"}


# --- the terms ------------------------------------------------------------------------------------


@pytest.mark.parametrize("term", TERMS.values(), ids=lambda term: term.name)
def test_a_term_has_a_syllable_a_character_and_a_source_that_there_is(term: glossary.Term) -> None:
    syllables = term.pinyin.split()
    assert len(syllables) == len(term.zh)
    for syllable in syllables:
        assert SYLLABLE.fullmatch(syllable), syllable
        assert len(TONE.findall(syllable)) == (syllable not in NEUTRAL), syllable
    assert re.fullmatch("[\u4e00-\u9fff]+", term.zh)
    assert term.text.endswith(".")
    assert term.text_zh_CN.endswith("。")
    document, _space, section = term.source.partition(" ")
    known = inventory.read(ROOT)
    if (document, section) not in known.sections and term.source != "handbook":
        assert re.fullmatch(r"公务员法 2018, Art\. \d+", term.source)
    with i18n.in_language("zh_CN"):
        assert re.search("[\u4e00-\u9fff]", reference_text(term.source))


def test_characters_of_several_readings_are_read_as_the_word_asks() -> None:
    """Checked by hand: 调 as in diàorèn, 长 as in chéngzhǎng, 重 as in xiǎnzhòng, 难 as in jínán, 行 as in xíngzhèng, 称 as in chènzhí."""
    readings = {
        "调任": "diào",
        "成长地": "zhǎng",
        "急难险重岗位": "zhòng",
        "行政执法类": "xíng",
        "称职": "chèn",
        "职称": "chēng",
    }
    for word, syllable in readings.items():
        assert syllable in TERMS[word].pinyin.split()
    assert "nán" in TERMS["急难险重岗位"].pinyin
    shared: dict[str, set[str]] = {}
    for term in TERMS.values():
        for character, syllable in zip(term.zh, term.pinyin.split(), strict=True):
            shared.setdefault(character, set()).add(syllable)
    assert {character for character, read in shared.items() if len(read) > 1} <= {"称"}


def written(root: Path, *terms: dict) -> Path:
    (root / "data").mkdir(exist_ok=True)
    (root / glossary.FILE).write_text(yaml.safe_dump({"terms": list(terms)}, allow_unicode=True), encoding="utf-8")
    return root


def entry(**changed: str) -> dict:
    given = {"name": "exchange", "zh": "交流", "pinyin": "jiāo liú", "en": "exchange", "text": "x.", "text_zh_CN": "。"}
    return {**given, "source": "handbook", **changed}


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ([entry(source="")], "source"),
        ([entry(tone="4")], "tone"),
        ([entry(), entry(name="move")], "twice"),
        ([entry(), entry(zh="挂职")], "twice"),
    ],
)
def test_a_term_that_lacks_something_or_stands_twice_is_refused(terms: list[dict], told: str, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=told):
        glossary.read_terms(written(tmp_path, *terms))


# --- links ----------------------------------------------------------------------------------------


def document(*parts: nodes.Node) -> nodes.document:
    made = new_document("book/planning/page.md", get_default_settings())
    made += parts
    return made


def linked(made: nodes.document) -> list[str]:
    """The links that the transform puts into a document."""
    transform = glossary.LinkTerms(made)
    builder = SimpleNamespace(get_relative_uri=lambda _here, there: f"../../{there}.html")
    env = SimpleNamespace(docname="book/planning/page", found_docs={glossary.PAGE}, srcdir=str(ROOT))
    settings = SimpleNamespace(env=env)
    made.settings = settings
    env.app = SimpleNamespace(builder=builder)
    transform.document = made
    transform.run()
    return [
        f"{link.astext()} {link['refuri']}" for link in made.findall(nodes.reference) if "ch-term" in link["classes"]
    ]


def test_the_first_place_of_a_term_is_linked_and_no_other() -> None:
    made = document(
        nodes.title("", "Exchange (交流)"),
        nodes.paragraph("", "Moves (交流) and 交流 again; secondees (挂职干部、挂职)."),
        nodes.paragraph("", "挂职"),
    )
    told = made.astext()
    links = linked(made)
    place = "../../book/whole/glossary.html"
    assert links == [f"交流 {place}#term-exchange", f"挂职干部 {place}#term-secondee", f"挂职 {place}#term-secondment"]
    assert made.astext() == told
    assert "交流" in made[0].astext()
    assert not list(made[0].findall(nodes.reference))
    assert not list(made[2].findall(nodes.reference))


def test_a_term_within_a_longer_word_or_in_code_or_in_a_link_is_not_linked() -> None:
    reference = nodes.reference("", "交流", refuri="x.html")
    made = document(nodes.paragraph("", "", nodes.Text("交流比例 "), nodes.literal("", "交流"), reference))
    made += nodes.literal_block("", "交流")
    assert glossary.used_in(made, TERMS) == []
    assert linked(made) == []


# --- which pages use them -------------------------------------------------------------------------


def app(root: Path, **pages: list[str]) -> SimpleNamespace:
    uses = {f"book/{name}": words for name, words in pages.items()}
    titles = {f"book/{name}": nodes.title("", f"Page {name} (页)") for name in pages}
    env = SimpleNamespace(glossary_uses=uses, found_docs={glossary.PAGE, *uses}, titles=titles)
    return SimpleNamespace(srcdir=str(root), env=env)


def test_a_term_that_no_page_uses_stops_the_build(tmp_path: Path) -> None:
    root = written(tmp_path, entry(), entry(name="horoscope", zh="星座", pinyin="xīng zuò"))
    book = app(root, one=["交流"], two=[])
    with pytest.raises(ExtensionError, match="no page uses horoscope"):
        glossary.refuse_unused(book, book.env)
    book.env.glossary_uses["book/two"] = ["星座"]
    assert glossary.refuse_unused(book, book.env) == [glossary.PAGE]
    glossary.forget(book, book.env, "book/two")
    with pytest.raises(ExtensionError, match="horoscope"):
        glossary.refuse_unused(book, book.env)


def test_its_page_is_written_anew_only_where_it_would_say_something_else(tmp_path: Path) -> None:
    book = app(written(tmp_path, entry()), one=["交流"], two=[])
    assert glossary.refuse_unused(book, book.env) == [glossary.PAGE]
    assert glossary.refuse_unused(book, book.env) == []  # else no second build ever has nothing to do
    book.env.glossary_uses["book/two"] = ["交流"]
    assert glossary.refuse_unused(book, book.env) == [glossary.PAGE]
    book.env.titles["book/two"] = nodes.title("", "Another title")
    assert glossary.refuse_unused(book, book.env) == [glossary.PAGE]
    assert glossary.refuse_unused(book, book.env) == []


def test_a_book_without_a_glossary_builds(tmp_path: Path) -> None:
    book = app(tmp_path)
    assert glossary.refuse_unused(book, book.env) == []


def test_an_entry_lists_the_pages_in_the_order_of_the_book() -> None:
    book = app(ROOT, b=["交流"], a=["挂职", "交流"], c=["挂职"])
    book.config = SimpleNamespace(external_site_map=["book/b", "book/a", "book/c"])
    book.builder = SimpleNamespace(get_relative_uri=lambda _here, there: f"{there}.html")
    made = document(glossary.used_on(term="交流"))
    glossary.resolve(book, made, glossary.PAGE)
    assert made.astext() == "Used on: Page b, Page a."
    assert [link["refuri"] for link in made.findall(nodes.reference)] == ["book/b.html", "book/a.html"]
