"""The figures the documents publish: their arithmetic holds, a slip in any of them is found, and each says what it cannot tell."""

from __future__ import annotations

import copy
import dataclasses
import math
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest

from cadre_handbook import checks, i18n, notebook, policy, published, validation
from cadre_handbook.dataset import from_text
from cadre_handbook.errors import PolicyError
from cadre_handbook.paths import DATA
from cadre_handbook.strict_yaml import load_yaml

CASES = ("guizhou", "yangzhou", "jiujiang", "beijing")
SLUGS = [slug for slug, entry in policy.catalogue().items() if entry["kind"] == "case"]


def raw(name: str) -> dict:
    return copy.deepcopy(load_yaml(DATA / "cases" / f"{name}.yaml"))


def other_numbers() -> list[tuple[str, str, str]]:
    """Every number of a published figure that a relation holds: case, figure, key."""
    found = []
    for name in CASES:
        case = published.read(name)
        used = {str(part).partition(".") for item in case.relations for part in (item["figure"], *item["of"])}
        for figure, _dot, part in sorted(used):
            if figure in case.figures:
                found.append((name, figure, part or "value"))
    return found


# --- the arithmetic of the documents --------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_every_relation_of_the_published_figures_holds(name: str) -> None:
    case = published.read(name)
    assert [item["figure"] for item in case.relations if not case.agrees(item)] == []


@pytest.mark.parametrize(("name", "figure", "key"), other_numbers())
@pytest.mark.parametrize("by", [1, -1])
def test_a_slip_in_a_figure_is_found(name: str, figure: str, key: str, by: int) -> None:
    content = raw(name)
    content["figures"][figure][key] += by
    case = published.checked(name, content)
    assert not all(case.agrees(item) for item in case.relations)


def test_the_slips_tried_are_of_many_figures() -> None:
    assert len(other_numbers()) >= 14


@pytest.mark.parametrize(
    ("name", "figure", "low", "high"),
    [
        ("guizhou", "share_county_level", Fraction(2592, 24874), Fraction(2592, 24874)),
        ("guizhou", "share_section_level", Fraction(22282, 24874), Fraction(22282, 24874)),
        ("guizhou", "chiefs_exchanged", 9 + 9 + 9 + 9 + 7 + 8, 51),
        ("guizhou", "chiefs", 54, 54),
        ("jiujiang", "vertical", 49, 49),
        ("jiujiang", "vertical_share", Fraction(49, 129), Fraction(49, 129)),
        # 79.26 % is from 79.255 to 79.265, 16 points are from 15.5 to 16.5.
        ("jiujiang", "education_before", Fraction(62755, 100000), Fraction(63765, 100000)),
        ("yangzhou", "moves_a_post", 0, math.inf),
        ("beijing", "villages", 351, 351),
        ("beijing", "low_income_share", Fraction(2, 3), Fraction(2, 3)),
    ],
)
def test_what_follows_from_them(name: str, figure: str, low, high) -> None:
    assert published.read(name).span(figure) == published.Span(low, high)


def test_the_numbers_of_people_that_a_share_can_come_from() -> None:
    """By rounding every whole number of every size."""
    case = published.read("jiujiang")
    rounded = [n for n in range(1, 201) if any(round(Decimal(k) / n, 4) == Decimal("0.7926") for k in range(n + 1))]
    assert case.sizes(case.derived["education_sizes"]) == rounded == [135, 188]


@pytest.mark.parametrize(
    ("value", "unit", "bound", "low", "high"),
    [
        (41.71, "years", None, Fraction(41705, 1000), Fraction(41715, 1000)),
        (0.6, "share", None, Fraction(55, 100), Fraction(65, 100)),
        (0.6, "share", "over", Fraction(6, 10), math.inf),
        (129, "cadres", None, 129, 129),
        (7, "years", None, 7, 7),
    ],
)
def test_a_figure_is_as_exact_as_it_is_written(value, unit, bound, low, high) -> None:
    figure = {"value": value, "unit": unit, "label": "x", "cannot": "y"} | ({"bound": bound} if bound else {})
    case = published.checked("x", {"document": "d", "section": "s", "when": "w", "figures": {"it": figure}})
    assert case.span("it") == published.Span(low, high)


@pytest.mark.parametrize(("first", "last", "low", "high"), [("2000-06", "2007-08", 7, 7), ("2000-06", "2007-06", 6, 7)])
def test_full_years_between_two_months(first: str, last: str, low: int, high: int) -> None:
    assert published._full_years(first, last) == published.Span(low, high)


# --- what a file must say -------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_a_figure_that_no_relation_holds_says_why_it_cannot_be_worked_out(name: str) -> None:
    for figure, item in published.read(name).figures.items():
        content = raw(name)
        if "cannot" not in item:
            continue
        assert item["cannot_zh_CN"]
        del content["figures"][figure]["cannot"]
        related = {str(part) for rel in content.get("relations", ()) for part in (rel["figure"], *rel["of"])}
        if figure not in {part.partition(".")[0] for part in related}:
            with pytest.raises(PolicyError, match=f"{figure}: the key “cannot”"):
                published.checked(name, content)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda raw_: raw_["relations"][0]["of"].append("moved_townships"), "moved_townships"),
        (lambda raw_: raw_["relations"][0].update({"is": "product"}), "product"),
        (lambda raw_: raw_["figures"]["moved"].update(valeu=1), "valeu"),
        (lambda raw_: raw_["derived"]["chiefs"].update(off=1), "off"),
        (lambda raw_: raw_.update(notes=1), "notes"),
    ],
)
def test_a_slip_in_a_file_is_refused(change, says: str) -> None:
    content = raw("guizhou")
    change(content)
    with pytest.raises(PolicyError, match=says):
        published.checked("guizhou", content)


@pytest.mark.parametrize("name", CASES)
def test_what_stands_beside_a_figure_is_a_measure_that_there_is(name: str) -> None:
    for figure in published.read(name).figures.values():
        if "beside" in figure:
            measure = policy.load_policy(figure["beside"]["check"]).measures[figure["beside"]["measure"]]
            assert figure["beside"].get("group", "") in {"", *(group.value for group in measure.groups)}


@pytest.mark.parametrize("name", CASES)
def test_labels_have_their_chinese(name: str) -> None:
    case = published.read(name)
    assert all(item["label"] and item["label_zh_CN"] for item in [*case.figures.values(), *case.derived.values()])


# --- as words -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "english", "chinese"),
    [
        ("guizhou.moved", "24,874 cadres", "24,874 人"),
        ("guizhou.government_heads", "7 of 9", None),
        ("jiujiang.education", "79.26%", "79.26%"),
        ("jiujiang.team_pull", "72%", "72%"),
        ("jiujiang.mean_age", "41.71 years old", "41.71 岁"),
        ("jiujiang.education_rise", "16 percentage points", "16 个百分点"),
        ("jiujiang.locals", "at least a third", "不少于三分之一"),
        ("jiujiang.down_share", "–", "–"),  # the paper does not print it
        ("yangzhou.posts_offered", "over 100 posts", "100 个岗位以上"),
    ],
)
def test_a_figure_is_shown_as_published(name: str, english: str, chinese: str | None) -> None:
    case, _dot, figure = name.partition(".")
    item = published.read(case).figures[figure]
    assert published.published_text(item) == english
    if chinese:
        with i18n.in_language("zh_CN"):
            assert published.published_text(item) == chinese


# --- the reader's own beside them -----------------------------------------------------------------


@pytest.fixture(scope="module")
def pages() -> dict[str, notebook.Page]:
    return {slug: notebook.open_page(slug, {}) for slug in SLUGS}


def shown(page: notebook.Page, view: str):
    return dict(notebook._views(page.policy.id))[view](page.opened)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_published_figure_is_in_the_table(slug: str, pages) -> None:
    page = pages[slug]
    view = shown(page, "recomputed")
    figures = published.read(slug.removeprefix("case_")).figures
    assert [line.partition(" ")[0].partition("/")[2] for line in view.lines][: len(figures)] == list(figures)
    assert all(item["label"] in view.source for item in figures.values())
    assert "does not agree" not in view.source


def test_a_figure_is_not_said_to_agree_where_its_whole_alone_does(pages) -> None:
    table = shown(pages["case_guizhou"], "recomputed").source
    assert table.count("the whole agrees: 9; the count itself cannot be worked out") == 6
    assert table.count("agrees: 24,874 cadres") == 1
    assert "put together here: 18 of 49" in shown(pages["case_jiujiang"], "recomputed").source


def test_a_figure_that_does_not_agree_is_said_to_differ(pages) -> None:
    content = raw("guizhou")
    content["figures"]["moved_section_level"]["value"] = 22228
    opened = dataclasses.replace(pages["case_guizhou"].opened, case=published.checked("guizhou", content))
    view = published.recomputed(opened)
    assert "does not agree: 24,820 cadres" in view.source
    assert view.lines[0] == "guizhou/moved 24874: differs"


@pytest.mark.parametrize("slug", [slug for slug in SLUGS if slug != "case_beijing"])
def test_the_figures_beside_are_those_of_the_checks(slug: str, pages) -> None:
    page = pages[slug]
    lines = shown(page, "beside").lines
    assert lines
    for check, run in page.opened.runs.items():
        alone = checks.evaluate(check, page.report, {})
        pd.testing.assert_frame_equal(run.results, alone.results)


def test_movers_by_level_are_those_of_the_moves(pages) -> None:
    opened = pages["case_guizhou"].opened
    moves = opened.runs["exchange_pathways"].of("across_departments")
    posts = opened.runs["exchange_pathways"].dataset["posts"].set_index("post_id")["rank"].astype("object")
    last: dict[str, tuple] = {}
    for row in moves.itertuples():
        if (
            isinstance(row.post_id, str)
            and not row.missing
            and row.moved_on >= last.get(row.subject_id, (row.moved_on,))[0]
        ):
            last[row.subject_id] = (row.moved_on, posts[row.post_id])
    ranks = [rank for _day, rank in last.values()]
    county = sum(rank in ("county", "county_deputy") for rank in ranks)
    section = sum(rank in ("section", "section_deputy") for rank in ranks)
    own = opened.own.set_index("figure")["own"]
    assert own["share_county_level"].startswith(f"{county} of {county + section} ")
    assert own["share_section_level"].startswith(f"{section} of {county + section} ")


def test_duties_grow_with_the_size_and_follow_the_parameters(pages) -> None:
    duties = pages["case_beijing"].opened.duties.set_index(["size", "kind"])
    assert duties.loc[("villages", "planned"), "due"] == 351
    assert duties.loc[("villages", "reported"), "due"] == 351 * 4 == duties.loc[("villages", "noticed"), "due"]
    assert duties.loc[("to_shifang", "inspected"), "due"] == 30
    results = checks.evaluate("secondment_feedback", pages["case_beijing"].report, {}).results.set_index("measure")
    share = results.loc["host_reported", "k"] / results.loc["host_reported", "n"]
    assert duties.loc[("villages", "reported"), "left"] == round(351 * 4 * (1 - share))


@pytest.mark.parametrize("slug", SLUGS)
def test_a_county_without_the_tables_is_told_so_and_stops_nothing(slug: str, pages) -> None:
    dataset = pages[slug].report.dataset
    core = ("organisations", "units", "posts", "cadres", "postings")
    few = from_text({name: dataset.text[name] for name in core}, "sample", {}, [], "")
    report = validation.validate(few)
    given = {"as_of": "2024-12-31"}
    settings, organisations = checks.prepared(policy.load_page(slug), report, given)
    page = notebook.Page(
        policy.load_page(slug), settings, organisations, report, checks.module(slug).opened(report, settings, given)
    )
    for name, _view in notebook._views(slug):
        assert shown(page, name) is not None
    if slug == "case_beijing":
        assert "no data" in shown(page, "duties").source


@pytest.mark.parametrize("slug", SLUGS)
def test_a_case_speaks_chinese(slug: str, pages) -> None:
    with i18n.in_language("zh_CN"):
        page = notebook.open_page(slug, {"language": "zh_CN"})
        texts = [shown(page, name) for name, _view in notebook._views(slug)]
    i18n.use_language("en")
    english = [shown(pages[slug], name) for name, _view in notebook._views(slug)]
    assert [list(view.lines) for view in texts] == [list(view.lines) for view in english]
    for view in texts:
        assert "cannot be" not in view.source
        assert " of " not in view.source
