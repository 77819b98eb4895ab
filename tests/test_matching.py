"""Deferred acceptance against every possible match of small random lists; lists with slips are told by table, row and value."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cadre_handbook import i18n, matching, notebook
from cadre_handbook.checks.cases import case_yangzhou
from cadre_handbook.errors import DataRefused, RequestError

WISHES = {"A": ["P", "Q", "R"], "B": ["P", "Q"], "C": ["Q", "P", "R"], "D": ["P", "R"]}
RANKING = {"P": ["C", "B", "A", "D"], "Q": ["A", "C", "B"], "R": ["D", "A", "C"]}


@st.composite
def markets(draw) -> tuple[dict, dict, dict]:
    """Up to four cadres and three posts, with incomplete lists that need not name each other, and places."""
    cadres = [f"c{number}" for number in range(draw(st.integers(1, 4)))]
    posts = [f"p{number}" for number in range(draw(st.integers(1, 3)))]
    some = lambda names: st.lists(st.sampled_from(names), unique=True)  # noqa: E731
    wishes = {cadre: draw(some(posts)) for cadre in cadres}
    ranking = {post: draw(some(cadres)) for post in posts}
    return wishes, ranking, {post: draw(st.integers(0, 2)) for post in posts}


def every_match(wishes: dict, ranking: dict, places: dict) -> Iterator[dict[str, str]]:
    """Every match in which both sides accept each other and no post has more than its places."""
    for chosen in itertools.product(*([None, *posts] for posts in wishes.values())):
        match = {cadre: post for cadre, post in zip(wishes, chosen, strict=True) if post}
        if all(cadre in ranking[post] for cadre, post in match.items()) and all(
            list(match.values()).count(post) <= places[post] for post in ranking
        ):
            yield match


def is_stable(match: dict, wishes: dict, ranking: dict, places: dict) -> bool:
    """From the wording: no cadre and post who accept each other would both rather have each other."""
    for cadre, post in itertools.product(wishes, ranking):
        if post not in wishes[cadre] or cadre not in ranking[post] or match.get(cadre) == post:
            continue
        own = match.get(cadre)
        cadre_wants = own is None or wishes[cadre].index(post) < wishes[cadre].index(own)
        have = [other for other, held in match.items() if held == post]
        worse = [other for other in have if ranking[post].index(cadre) < ranking[post].index(other)]
        if cadre_wants and (len(have) < places[post] or worse):
            return False
    return True


@settings(max_examples=300, deadline=None, derandomize=True)
@given(markets())
def test_the_match_is_stable_and_best_for_cadres_among_all_stable_ones(market) -> None:
    wishes, ranking, places = market
    match = matching.deferred_acceptance(wishes, ranking, places)
    stable = [other for other in every_match(wishes, ranking, places) if is_stable(other, wishes, ranking, places)]
    assert match in stable
    assert matching.blocking_pairs(match, wishes, ranking, places) == []
    worst = len(ranking)
    place = lambda other, cadre: wishes[cadre].index(other[cadre]) if cadre in other else worst  # noqa: E731
    assert all(place(match, cadre) <= place(other, cadre) for other in stable for cadre in wishes)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(markets(), st.randoms(use_true_random=False))
def test_blocking_pairs_are_those_of_the_wording(market, random) -> None:
    wishes, ranking, places = market
    match = random.choice(list(every_match(wishes, ranking, places)))
    assert (matching.blocking_pairs(match, wishes, ranking, places) == []) == is_stable(match, wishes, ranking, places)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(markets(), st.data())
def test_no_other_list_gets_a_cadre_a_post_they_like_better(market, data) -> None:
    wishes, ranking, places = market
    cadre = data.draw(st.sampled_from(sorted(wishes)))
    other = data.draw(st.permutations(sorted(ranking)))[: data.draw(st.integers(0, len(ranking)))]
    honest = matching.deferred_acceptance(wishes, ranking, places).get(cadre)
    bent = matching.deferred_acceptance({**wishes, cadre: other}, ranking, places).get(cadre)
    if bent in wishes[cadre]:
        assert honest is not None
        assert wishes[cadre].index(honest) <= wishes[cadre].index(bent)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(markets(), st.randoms(use_true_random=False))
def test_the_order_of_the_cadres_decides_nothing(market, random) -> None:
    wishes, ranking, places = market
    order = random.sample(sorted(wishes), len(wishes))
    other = {cadre: wishes[cadre] for cadre in order}
    assert matching.deferred_acceptance(other, ranking, places) == matching.deferred_acceptance(wishes, ranking, places)


# --- the example of the page ----------------------------------------------------------------------


def test_the_example_by_hand() -> None:
    assert case_yangzhou._example() == (WISHES, RANKING)
    rounds = matching.rounds(WISHES, RANKING)
    assert [dict(one.asks) for one in rounds] == [
        {"A": "P", "B": "P", "C": "Q", "D": "P"},
        {"A": "Q", "D": "R"},
        {"C": "P"},
        {"B": "Q"},
    ]
    assert [dict(one.turned_away) for one in rounds] == [{"A": "P", "D": "P"}, {"C": "Q"}, {"B": "P"}, {"B": "Q"}]
    assert matching.deferred_acceptance(WISHES, RANKING) == {"A": "Q", "C": "P", "D": "R"}


def test_first_come_first_served_leaves_pairs_that_would_rather_have_each_other() -> None:
    match = matching.first_come(WISHES, RANKING)
    assert match == {"A": "P", "B": "Q", "C": "R"}
    assert set(matching.blocking_pairs(match, WISHES, RANKING)) == {("B", "P"), ("C", "P"), ("C", "Q"), ("D", "R")}
    assert matching.choice_numbers(match, WISHES) == {"A": 1, "B": 2, "C": 3, "D": None}


def test_the_answers_of_the_exercise() -> None:
    assert matching.deferred_acceptance({**WISHES, "C": ["Q", "R"]}, RANKING) == {"B": "P", "A": "Q", "D": "R"}
    assert matching.deferred_acceptance(WISHES, {**RANKING, "P": ["C"]}) == {"A": "Q", "C": "P", "D": "R"}
    proposed = {"A": "P", "B": "Q", "D": "R"}
    assert set(matching.blocking_pairs(proposed, WISHES, RANKING)) == {("B", "P"), ("C", "P"), ("C", "Q")}


def test_places_are_kept_and_a_post_nobody_offers_gets_nobody() -> None:
    wishes, ranking = {"a": ["p"], "b": ["p"], "c": ["p", "x"]}, {"p": ["c", "a", "b"]}
    assert matching.deferred_acceptance(wishes, ranking, {"p": 2}) == {"a": "p", "c": "p"}
    assert matching.first_come(wishes, ranking, {"p": 2}) == {"a": "p", "b": "p"}
    assert matching.blocking_pairs({"a": "p", "b": "p"}, wishes, ranking, {"p": 2}) == [("c", "p")]


def test_somebody_who_holds_a_post_that_did_not_rank_them_gives_way() -> None:
    assert matching.blocking_pairs({"z": "P"}, {"A": ["P"]}, {"P": ["A"]}) == [("A", "P")]


@pytest.mark.parametrize("lists", [({"a": ["p", "p"]}, {"p": ["a"]}), ({"a": ["p"]}, {"p": ["a", "a"]})])
def test_a_list_that_names_somebody_twice_is_refused(lists) -> None:
    with pytest.raises(ValueError, match=r"[pa]: [pa]"):
        matching.deferred_acceptance(*lists)


# --- lists from tables ----------------------------------------------------------------------------

OFFERS = pd.DataFrame({"offer_id": ["P", "Q", "R"]}, index=[2, 3, 4])


def stated(changes: dict[int, dict] | None = None, more: tuple[dict, ...] = ()) -> pd.DataFrame:
    """The rows of the example as a table, from row 2 on; `changes` by row."""
    rows = [
        {
            "offer_id": post,
            "cadre_id": cadre,
            "stated_on": pd.Timestamp("2024-03-01") + pd.Timedelta(days="ABCD".index(cadre)),
            "cadre_rank": WISHES[cadre].index(post) + 1,
            "post_rank": RANKING[post].index(cadre) + 1,
            "assigned_on": pd.Timestamp("2024-04-01") if (cadre, post) == ("A", "P") else pd.NaT,
        }
        for cadre in WISHES
        for post in WISHES[cadre]
    ]
    table = pd.DataFrame([*rows, *more])
    table.index = range(2, len(table) + 2)
    table = table.astype({"cadre_rank": "Int64", "post_rank": "Int64", "assigned_on": "datetime64[s]"})
    for row, cells in (changes or {}).items():
        for column, value in cells.items():
            table.loc[row, column] = value
    return table


def test_the_rows_make_the_lists_of_the_example() -> None:
    lists = case_yangzhou.read_lists("x", OFFERS, stated())
    assert (lists.wishes, lists.ranking, lists.assigned) == (WISHES, RANKING, {"A": "P"})
    assert list(lists.wishes) == list("ABCD")
    assert lists.problems.empty


def test_who_did_not_choose_or_was_not_ranked_is_left_out_of_that_list_alone() -> None:
    lists = case_yangzhou.read_lists("x", OFFERS, stated({4: {"cadre_rank": pd.NA}, 10: {"post_rank": pd.NA}}))
    assert lists.wishes["A"] == ["P", "Q"]
    assert "A" in lists.ranking["R"]
    assert lists.ranking["P"] == ["C", "B", "A"]
    assert lists.wishes["D"] == ["P", "R"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({3: {"offer_id": "X"}}, "preferences, row 3, offer_id = X: no post of this exchange."),
        ({4: {"offer_id": "P"}}, "preferences, row 2, offer_id = P: this pair stands twice."),
        ({4: {"cadre_rank": 2}}, "preferences, row 4, cadre_rank = 2: this rank stands twice in the list of A."),
        ({2: {"post_rank": 2}}, "preferences, row 2, post_rank = 2: this rank stands twice in the list of P."),
        (
            {4: {"cadre_rank": pd.NA, "post_rank": pd.NA}},
            "preferences, row 4, cadre_rank = empty: neither side gives a rank.",
        ),
    ],
)
def test_a_slip_in_a_list_is_told_by_table_row_and_value(changes: dict, says: str) -> None:
    with pytest.raises(DataRefused) as refused:
        case_yangzhou.read_lists("x", OFFERS, stated(changes))
    assert says in str(refused.value).splitlines()


def test_with_problems_allowed_their_rows_are_left_out() -> None:
    twice = case_yangzhou.read_lists("x", OFFERS, stated({4: {"cadre_rank": 2}}), allow_problems=True)
    assert twice.wishes["A"] == ["P"]


def test_a_rank_that_is_lacking_is_told_and_the_order_kept() -> None:
    lists = case_yangzhou.read_lists("x", OFFERS, stated({4: {"cadre_rank": 5}}))
    assert lists.wishes["A"] == ["P", "Q", "R"]
    assert case_yangzhou._told(lists.problems) == [
        "preferences, row 4, cadre_rank = 5: the list of A lacks a rank before this."
    ]


def test_many_problems_are_counted_and_the_first_are_told() -> None:
    rows = tuple(
        {"offer_id": f"X{n}", "cadre_id": f"c{n}", "stated_on": pd.Timestamp("2024-03-09"), "cadre_rank": 1}
        for n in range(30)
    )
    with pytest.raises(DataRefused, match="The lists have 30 problems") as refused:
        case_yangzhou.read_lists("x", OFFERS, stated(more=rows))
    assert str(refused.value).count("no post of this exchange") == case_yangzhou.SHOWN
    assert "10 more" in str(refused.value)


def test_the_messages_speak_chinese() -> None:
    with i18n.in_language("zh_CN"), pytest.raises(DataRefused, match="第 3 行，offer_id = X：不是本次交流的岗位"):
        case_yangzhou.read_lists("x", OFFERS, stated({3: {"offer_id": "X"}}))


# --- the exchange of the made-up county ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def county() -> notebook.Page:
    return notebook.open_page("case_yangzhou", {})


def test_the_exchange_of_the_county_is_matched_without_blocking_pairs(county) -> None:
    lists = county.opened.lists
    assert len(lists.wishes) > 10
    assert lists.problems.empty
    places = dict.fromkeys(lists.ranking, 1)
    match = matching.deferred_acceptance(lists.wishes, lists.ranking)
    assert is_stable(match, lists.wishes, lists.ranking, places)
    assert not is_stable(matching.first_come(lists.wishes, lists.ranking), lists.wishes, lists.ranking, places)
    assert case_yangzhou.match(county.opened).lines[0].endswith("blocking=0")


def test_first_choices_met_on_record_are_those_that_the_tables_say(county) -> None:
    lists, table = county.opened.lists, county.report.dataset["preferences"]
    placed = table[table["assigned_on"].notna()]
    numbers = matching.choice_numbers(lists.assigned, lists.wishes)
    assert sum(number == 1 for number in numbers.values()) == int(placed["cadre_rank"].eq(1).sum()) > 0


@pytest.mark.parametrize(("day", "stated", "placed"), [("2023-04-15", True, False), ("2022-01-01", False, False)])
def test_an_earlier_day_knows_only_what_was_stated_by_then(day: str, stated: bool, placed: bool) -> None:
    opened = notebook.open_page("case_yangzhou", {"as_of": day}).opened
    assert (opened.lists is not None) == stated
    assert bool(opened.lists and opened.lists.assigned) == placed
    assert case_yangzhou.match(opened).source


def test_an_exchange_that_there_is_not_names_the_nearest() -> None:
    with pytest.raises(RequestError, match="0421-2023"):
        notebook.open_page("case_yangzhou", {"exchange": "0421-2022"})


def test_several_organisations_are_shown_no_person(county) -> None:
    someone = next(iter(county.opened.lists.wishes))
    assert someone in case_yangzhou.match(county.opened).source
    several = dataclasses.replace(county.opened, organisations=["0421", "0422"])
    assert someone not in case_yangzhou.match(several).source
