"""What is checked and what is not: nothing is left over in any direction, and what is left over stops the build."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml
from sphinx.errors import ExtensionError

from cadre_handbook import inventory, inventory_page, policy
from cadre_handbook.tables import Linked, html_table

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what an inventory is read from."""
    root = tmp_path_factory.mktemp("house")
    for folder in ("data/policy", "data/schema", "src/cadre_handbook/checks", "tests/cases"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "book", root / "book", ignore=shutil.ignore_patterns("style"))
    for name in ("catalogue.yml", "documents.yaml", "not_checked.yaml", "sources.bib"):
        shutil.copy(ROOT / "data" / name, root / "data" / name)
    return root


def in_yaml(path: Path, change: Callable[[dict], object]) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def without_page(root: Path) -> None:
    (root / "book/planning/tenure_limit.md").unlink()


def page_of_nobody(root: Path) -> None:
    (root / "book/planning/tenure_limits.md").write_text("# Ten years\n", encoding="utf-8")


def unlisted(root: Path) -> None:
    """A slug that left the catalogue while its page stayed, and with it the only one that takes up a section."""
    in_yaml(
        root / "data/catalogue.yml",
        lambda raw: raw.update(recommendations=[e for e in raw["recommendations"] if e["slug"] != "exchange_breadth"]),
    )


def unknown_section(root: Path) -> None:
    in_yaml(root / "data/policy/planning/tenure_limit.yaml", lambda raw: raw["sources"][0].update(section="2.7"))


def unknown_work(root: Path) -> None:
    in_yaml(root / "data/policy/planning/tenure_limit.yaml", lambda raw: raw["sources"][0].update(document="rumour"))


def table_of_nobody(root: Path) -> None:
    shutil.copy(root / "data/schema/cadres.yaml", root / "data/schema/horoscopes.yaml")


def parameter_of_nobody(root: Path) -> None:
    def add(raw: dict) -> None:
        raw["parameters"]["patience"] = dict(raw["parameters"]["max_years_in_post"])

    in_yaml(root / "data/policy/planning/tenure_limit.yaml", add)


def new_section(root: Path) -> None:
    in_yaml(
        root / "data/documents.yaml",
        lambda raw: raw["sections"]["problems"].update({"2.7": {"label": "New", "label_zh_CN": "新"}}),
    )


def no_longer_listed(root: Path) -> None:
    in_yaml(root / "data/not_checked.yaml", lambda raw: raw["entries"].pop(0))


def listed_nowhere(root: Path) -> None:
    in_yaml(root / "data/not_checked.yaml", lambda raw: raw["entries"][3].update(section="meanings"))


def without_reason(root: Path) -> None:
    in_yaml(root / "data/not_checked.yaml", lambda raw: raw["entries"][1].update(why=""))


def of_no_kind(root: Path) -> None:
    in_yaml(root / "data/not_checked.yaml", lambda raw: raw["entries"][1].update(kind="because"))


LEFT_OVER = {
    without_page: ["tenure_limit has no page: book/planning/tenure_limit.md"],
    page_of_nobody: ["no entry of the catalogue has this page: book/planning/tenure_limits.md"],
    unlisted: [
        "no entry of the catalogue has this page: book/planning/exchange_breadth.md",
        "no recommendation takes up problems 1.3, and data/not_checked.yaml does not say why",
    ],
    unknown_section: ["tenure_limit cites a section that data/documents.yaml does not have: problems 2.7"],
    unknown_work: ["tenure_limit cites a work that data/sources.bib does not have: rumour"],
    table_of_nobody: ["no check reads the table horoscopes"],
    parameter_of_nobody: ["nobody uses the parameter patience of tenure_limit"],
    new_section: ["no recommendation takes up problems 2.7, and data/not_checked.yaml does not say why"],
    no_longer_listed: ["no recommendation takes up essay opening, and data/not_checked.yaml does not say why"],
    listed_nowhere: ["data/not_checked.yaml has a section that data/documents.yaml does not have"],
    without_reason: ["data/not_checked.yaml: essay 1 needs document, section"],
    of_no_kind: ["data/not_checked.yaml: essay 1 needs document, section"],
}


def test_nothing_is_left_over() -> None:
    assert inventory.left_over(ROOT) == []


def test_nothing_is_left_over_in_the_copy(house: Path) -> None:
    assert inventory.left_over(house) == []


@pytest.mark.parametrize("change", LEFT_OVER, ids=lambda change: change.__name__)
def test_what_is_left_over_is_found_and_stops_the_build(
    change: Callable[[Path], None], house: Path, tmp_path: Path
) -> None:
    root = tmp_path / "house"
    shutil.copytree(house, root)
    change(root)
    with pytest.raises(ExtensionError, match="left over") as refused:
        inventory_page.refuse_left_over(SimpleNamespace(srcdir=str(root)))
    found = [line.strip() for line in str(refused.value).splitlines()[1:]]
    for sentence in LEFT_OVER[change]:
        assert any(fault.startswith(sentence) for fault in found), found
    assert len(found) <= len(LEFT_OVER[change]) + 1, found


def test_a_book_without_a_catalogue_has_nothing_left_over(tmp_path: Path) -> None:
    inventory_page.refuse_left_over(SimpleNamespace(srcdir=str(tmp_path)))


@pytest.mark.parametrize(
    ("cited", "section"),
    [("2.2", "2.2"), ("2.2 (first)", "2.2"), ("2.2, first", "2.2"), ("2.4-2", "2.4"), ("2 (opening)", "2 (opening)"), ("2.20", None), ("2", None)],
)  # fmt: skip
def test_the_section_of_a_cited_place(cited: str, section: str | None) -> None:
    expected = None if section is None else ("problems", section)
    assert inventory.read(ROOT).section_of("problems", cited) == expected


# --- the tables -----------------------------------------------------------------------------------


class _Builder:
    def get_relative_uri(self, _source: str, target: str) -> str:
        return f"../../{target}.html"


def made(directive: type, name: str) -> tuple[pd.DataFrame, str]:
    environment = SimpleNamespace(docname="book/whole/matrix", app=SimpleNamespace(builder=_Builder()))
    state = SimpleNamespace(document=SimpleNamespace(settings=SimpleNamespace(env=environment)))
    table, css, caption = directive(name, [], {}, [], 0, 0, "", state, SimpleNamespace(reporter=None)).table(
        inventory.read(ROOT)
    )
    return table, html_table(table, css, caption, shown=None)


def test_every_slug_stands_in_the_matrix_once_in_reading_order_with_its_page_and_notebook() -> None:
    table, source = made(inventory_page.Matrix, "matrix")
    assert len(table) == len(policy.catalogue())
    places = [
        source.index(f'href="../../book/{entry["part"]}/{slug}.html"') for slug, entry in policy.catalogue().items()
    ]
    assert places == sorted(places)
    for slug, entry in policy.catalogue().items():
        assert f'href="../../notebooks/{entry["part"]}/{slug}.html"' in source
    row = table.iloc[policy.checks().index("tenure_limit")]
    counted = yaml.safe_load((ROOT / "tests/cases/planning/tenure_limit.yaml").read_text(encoding="utf-8"))["cases"]
    assert row["Cases"] == str(len(counted))
    assert "max_years_in_post = 10 (doc, problems 2.2" in str(row["Numbers, by origin"])
    assert "problems 2.2" in row["Sources"]
    assert policy.load_policy("tenure_limit").cannot_tell.split()[0] in str(row["Judgeable"])


def test_every_section_stands_once_and_what_is_not_checked_says_so() -> None:
    table, _source = made(inventory_page.Sections, "document-sections")
    assert table["Section"].is_unique
    assert len(table) == len(inventory.read(ROOT).sections)
    by_section = table.set_index("Section")
    assert "Ten" in str(by_section["Taken up by"]["problems 2.2"])
    assert by_section["Not checked"]["growth 1"] == "see below"
    assert len(made(inventory_page.NotChecked, "not-checked")[0]) == len(inventory.read(ROOT).not_checked)


def test_a_linked_cell_is_escaped_and_folded() -> None:
    cell = Linked((("a <b>", 'x.html?"'), ("plain", "")), ("More", "it & that"))
    source = html_table(pd.DataFrame({"one": ["row"], "two": [cell]}), "ch-x")
    assert '<a href="x.html?&quot;">a &lt;b&gt;</a> <span>plain</span>' in source
    assert "<details><summary>More</summary><p>it &amp; that</p></details>" in source
    assert str(cell) == "a <b> plain More it & that"
