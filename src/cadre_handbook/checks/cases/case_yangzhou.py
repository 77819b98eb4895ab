"""Yangzhou: over a hundred posts to choose from; who gets which, where cadres rank posts and posts rank cadres.

Source: zhengzhou, Yangzhou. How Yangzhou matched them the paper does not say; deferred acceptance is the handbook's proposal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cadre_handbook import figures, matching, published, show, validation
from cadre_handbook.dataset import Dataset
from cadre_handbook.errors import DataRefused, RequestError
from cadre_handbook.i18n import _, clauses, joined, named
from cadre_handbook.paths import DATA
from cadre_handbook.policy import Settings
from cadre_handbook.published import beside, recomputed, shares
from cadre_handbook.strict_yaml import load_yaml, nearest
from cadre_handbook.tables import html_table

OFFERS, PREFERENCES = "posts_offered", "preferences"
LATEST = "latest"
SHOWN = 20  # problems of lists that a message names
RANKS = {"cadre_rank": "cadre_id", "post_rank": "offer_id"}  # whose list each rank is of


@dataclass(frozen=True)
class Lists:
    """The lists of one exchange: `wishes` and `ranking`, the best first; `assigned`, who got which post on record; `problems`."""

    exchange: str
    wishes: matching.Wishes
    ranking: matching.Wishes
    assigned: Mapping[str, str]
    problems: pd.DataFrame


@dataclass(frozen=True)
class Exchange(published.Opened):
    """A case with the lists of the reader's exchange; `None` where the data have none."""

    lists: Lists | None


def opened(report: validation.Report, settings: Settings, given: Mapping[str, Any]) -> Exchange:
    """The published figures, and the preference lists of one exchange; `DataRefused` where a list cannot be read as one."""
    case = published.opened("case_yangzhou", "yangzhou", report, settings, given)
    dataset = case.runs["exchange_pathways"].dataset  # as it was on the day, without rows that have problems
    lists = _lists_of(dataset, settings, case.organisations)
    own = []
    if lists is not None:
        counted = _("posts on offer in the exchange {exchange}").format(exchange=lists.exchange)
        own = [(joined(case.organisations), "posts_offered", str(len(lists.ranking)), counted)]
    return Exchange(**{**vars(case), "own": published.own_rows(own), "lists": lists})


def _lists_of(dataset: Dataset, settings: Settings, organisations: Sequence[str]) -> Lists | None:
    """The lists of the exchange asked for, of the posts that these organisations offered."""
    if not (dataset.has(OFFERS) and dataset.has(PREFERENCES)):
        return None
    offers = dataset[OFFERS]
    offers = offers[offers["organisation_id"].isin(organisations).to_numpy(bool)]
    known = offers.sort_values(["offered_on", "exchange_id"])["exchange_id"].drop_duplicates().tolist()
    if not known:
        return None
    wanted = known[-1] if settings.exchange == LATEST else settings.exchange
    if wanted not in known:
        raise RequestError(_("There is no exchange “{id}” in the data.").format(id=wanted) + nearest(wanted, known))
    offers = offers[offers["exchange_id"].eq(wanted).to_numpy(bool)]
    stated = dataset[PREFERENCES]
    here = stated["offer_id"].isin(offers["offer_id"]) | ~stated["offer_id"].isin(dataset[OFFERS]["offer_id"])
    return read_lists(wanted, offers, stated[here.to_numpy(bool)], settings.allow_problems)


def read_lists(exchange: str, offers: pd.DataFrame, stated: pd.DataFrame, allow_problems: bool = False) -> Lists:
    """The lists that the rows of an exchange make up, cadres in the order in which they first stated a choice.

    ``offers``: `offer_id`; ``stated``: `offer_id`, `cadre_id`, `stated_on`, `cadre_rank`, `post_rank`, `assigned_on`; both with the row
    of their file as index. Raises `DataRefused` with every problem that would leave a row out, unless problems are allowed. A rank
    that is lacking is no such one: on a day on which lists were still being stated, the later ones are not there yet.
    """
    problems = list_problems(offers, stated)
    if problems["left_out"].astype(bool).any() and not allow_problems:
        raise DataRefused(
            "\n".join([_("The lists have {count} problems:").format(count=len(problems)), *_told(problems)])
        )
    rows = stated[~stated.index.isin(problems.loc[problems["left_out"], "row"])]
    first = rows[rows["cadre_rank"].notna()].sort_values(["stated_on", "cadre_id"], kind="stable")
    ranked = first.sort_values("cadre_rank", kind="stable").groupby("cadre_id")["offer_id"].agg(list)
    wanted = rows[rows["post_rank"].notna()].sort_values("post_rank", kind="stable")
    by_post = wanted.groupby("offer_id")["cadre_id"].agg(list)
    placed = rows[rows["assigned_on"].notna()].drop_duplicates("cadre_id")
    return Lists(
        exchange,
        {cadre: ranked[cadre] for cadre in first["cadre_id"].drop_duplicates()},
        {offer: by_post.get(offer, []) for offer in offers["offer_id"].drop_duplicates()},
        dict(zip(placed["cadre_id"], placed["offer_id"], strict=True)),
        problems,
    )


def list_problems(offers: pd.DataFrame, stated: pd.DataFrame) -> pd.DataFrame:
    """What keeps rows from making lists, a row each: `row`, `column`, `value`, `why`, and whether the row is `left_out`.

    A post that was not offered; a pair stated twice; a row without any rank; a rank that a list has twice (all of these leave
    their rows out); a list that lacks a rank before one it has (only told, for the order is clear).
    """
    found = [
        _problem(stated[~stated["offer_id"].isin(offers["offer_id"])], "offer_id", _("no post of this exchange")),
        _problem(
            stated[stated.duplicated(["offer_id", "cadre_id"], keep=False)], "offer_id", _("this pair stands twice")
        ),
        _problem(stated[stated[list(RANKS)].isna().all(axis=1)], "cadre_rank", _("neither side gives a rank")),
    ]
    for rank, owner in RANKS.items():
        ranked = stated[stated[rank].notna()]
        twice = ranked.duplicated([owner, rank], keep=False)
        found.append(_problem(ranked[twice], rank, _("this rank stands twice in the list of {owner}"), owner))
        in_order = ranked[~twice].sort_values([owner, rank], kind="stable")
        before = in_order.groupby(owner)[rank].shift().fillna(0)
        gap = (in_order[rank] > before + 1) & ~in_order[owner].isin(ranked.loc[twice, owner])
        found.append(
            _problem(
                in_order[gap.to_numpy(bool)], rank, _("the list of {owner} lacks a rank before this"), owner, False
            )
        )
    return pd.concat(found, ignore_index=True).sort_values(["row", "column"], kind="stable").reset_index(drop=True)


def _problem(
    rows: pd.DataFrame, column: str, why: str, owner: str | None = None, left_out: bool = True
) -> pd.DataFrame:
    texts = [why.format(owner=name) for name in rows[owner]] if owner else [why] * len(rows)
    values = rows[column].astype("object").where(rows[column].notna(), None).tolist()
    table = {"row": rows.index, "column": column, "value": pd.Series(values, dtype="object"), "why": texts}
    return pd.DataFrame(table).assign(left_out=left_out)


def _told(problems: pd.DataFrame) -> list[str]:
    """The first problems, a line each: table, row, column, value, what is wrong."""
    lines = [
        _("{table}, row {row}, {column} = {value}: {why}.").format(
            table=PREFERENCES,
            row=item.row,
            column=item.column,
            value=_("empty") if item.value is None else item.value,
            why=item.why,
        )
        for item in problems.head(SHOWN).itertuples()
    ]
    more = len(problems) - len(lines)
    return [*lines, _("… and {count} more.").format(count=more)] if more > 0 else lines


# --- views ----------------------------------------------------------------------------------------


def example(opened_: Exchange) -> show.View:
    """The made-up example, round by round, with the stable match that it ends in."""
    wishes, ranking = _example()
    rows = [
        [
            str(number),
            joined(f"{cadre} → {post}" for cadre, post in one.asks.items()),
            clauses(*(named(post, joined(kept)) for post, kept in one.keeps.items())),
            joined(one.turned_away) or _("nobody"),
        ]
        for number, one in enumerate(matching.rounds(wishes, ranking), start=1)
    ]
    lists = [[owner, joined(names)] for side in (wishes, ranking) for owner, names in side.items()]
    headings = [_("Round"), _("Who asks"), _("Who is kept"), _("Who is turned away")]
    given = html_table(
        pd.DataFrame(lists, columns=[_("List of"), _("The best first")]), "ch-lists", _("The lists of the example")
    )
    steps = html_table(pd.DataFrame(rows, columns=headings), "ch-rounds", _("The rounds of the example"))
    match = matching.deferred_acceptance(wishes, ranking)
    lines = [f"example, deferred acceptance: {_pairs_line(match)}"]
    return show.View(given + steps, _drawn(match, opened_), lines)


def first_come_example(opened_: Exchange) -> show.View:
    """The same example, first come, first served, with the pairs that would rather have each other."""
    wishes, ranking = _example()
    match = matching.first_come(wishes, ranking)
    blocking = matching.blocking_pairs(match, wishes, ranking)
    lines = [f"example, first come: {_pairs_line(match)}; blocking: {_pairs_line(blocking)}"]
    return show.View("", _drawn(match, opened_), lines, {"example.blocking": str(len(blocking))})


def _example() -> tuple[matching.Wishes, matching.Wishes]:
    declared = load_yaml(DATA / "cases" / "yangzhou.yaml")["example"]
    return declared["wishes"], declared["ranking"]


def _pairs_line(pairs) -> str:
    return (
        " ".join(f"{one}-{other}" for one, other in (pairs.items() if isinstance(pairs, Mapping) else pairs)) or "none"
    )


def _drawn(match: Mapping[str, str], opened_: Exchange) -> figures.Picture:
    wishes, ranking = _example()
    return figures.pairs(
        list(wishes),
        list(ranking),
        list(match.items()),
        opened_.settings,
        opened_.slug,
        heads=(_("Cadres"), _("Posts")),
        blocking=matching.blocking_pairs(match, wishes, ranking),
    )


def match(opened_: Exchange) -> show.View:
    """The reader's exchange in three ways: which choices are met, and how many pairs would rather have each other."""
    lists = opened_.lists
    if lists is None:
        text = _("missing or empty: {what}").format(what=joined([OFFERS, PREFERENCES]))
        return show.View(show.paragraph(text), lines=["match: no data"])
    words = {
        "deferred": _("deferred acceptance"),
        "first_come": _("first come, first served"),
        "assigned": _("as assigned on record"),
    }
    ways = {
        "deferred": matching.deferred_acceptance(lists.wishes, lists.ranking),
        "first_come": matching.first_come(lists.wishes, lists.ranking),
    }
    if lists.assigned:
        ways["assigned"] = {cadre: post for cadre, post in lists.assigned.items() if post in lists.ranking}
    rows, lines = [], []
    for way, pairs in ways.items():
        numbers = pd.Series(matching.choice_numbers(pairs, lists.wishes), dtype="Int64")
        counts = [numbers.eq(1), numbers.eq(2), numbers.gt(2), numbers.isna()]
        counts = [int(chosen.sum()) for chosen in counts]
        blocking = len(matching.blocking_pairs(pairs, lists.wishes, lists.ranking))
        rows.append([words[way], *map(str, counts), str(blocking)])
        named = zip(("first", "second", "later", "none"), counts, strict=True)
        told = " ".join(f"{name}={count}" for name, count in named)
        lines.append(f"{lists.exchange}/{way} {told} blocking={blocking}")
    headings = [
        _("Way"),
        _("First choice"),
        _("Second"),
        _("Later"),
        _("No post they chose"),
        _("Pairs that would rather have each other"),
    ]
    caption = _("{cadres} cadres and {posts} posts of the exchange {exchange}").format(
        cadres=len(lists.wishes), posts=len(lists.ranking), exchange=lists.exchange
    )
    table = html_table(pd.DataFrame(rows, columns=headings), "ch-match", caption, headings[1:])
    told = "".join(show.paragraph(line) for line in _told(lists.problems)) if len(lists.problems) else ""
    # It names people by id, and so never in results over many organisations.
    proposed = _proposed(lists) if len(opened_.organisations) == 1 else ""
    proposal = show.paragraph(_("A proposal and no decision: people decide collectively, and give their reasons."))
    return show.View(show.paragraph(caption) + table + told + proposal + proposed, lines=lines)


def _proposed(lists: Lists) -> str:
    """The stable match, a cadre a row, folded: it names cadres by id, so that it stays where findings stay."""
    pairs = matching.deferred_acceptance(lists.wishes, lists.ranking)
    numbers = matching.choice_numbers(pairs, lists.wishes)
    rows = [
        [
            cadre,
            pairs.get(cadre, _("no post")),
            str(number) if number else "–",
            str(lists.ranking[pairs[cadre]].index(cadre) + 1) if cadre in pairs else "–",
        ]
        for cadre, number in numbers.items()
    ]
    headings = [_("Cadre"), _("Post offered"), _("Choice of the cadre"), _("Rank by the post")]
    summary = _("The stable match")
    return show.folded(summary, html_table(pd.DataFrame(rows, columns=headings), "ch-proposed", summary, headings[2:]))


VIEWS = {
    "The published figures": recomputed,
    "Your own figures beside them": beside,
    "Shares beside shares": shares,
    "A small example, round by round": example,
    "The same example, first come, first served": first_come_example,
    "Your own exchange": match,
}
