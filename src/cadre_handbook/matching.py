"""Who gets which post, where cadres rank posts and posts rank cadres: deferred acceptance, and what shows that it is stable.

After Gale and Shapley (1962). Each free cadre asks the best post that has not turned them away; a post keeps the best of those
who ask, up to its places, and turns the others away. Nobody is matched with a partner that they did not rank. The result is
stable, and no stable matching gives any cadre a better post.

Written here because the one package for it (`matching`) had its last release in October 2023.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Wishes = Mapping[str, Sequence[str]]  # who, and whom they accept, the best first


@dataclass(frozen=True)
class Round:
    """One round: who `asks` which post, whom each post with an asker `keeps`, and who is `turned_away` by which."""

    asks: Mapping[str, str]
    keeps: Mapping[str, tuple[str, ...]]
    turned_away: Mapping[str, str]


def rounds(wishes: Wishes, ranking: Wishes, places: Mapping[str, int] | None = None) -> list[Round]:
    """The rounds of deferred acceptance until nobody asks any more.

    ``wishes``: cadres, each with the posts they accept; ``ranking``: posts, each with the cadres they accept; both best first.
    ``places``: how many each post takes, one where it is not named. Raises `ValueError` where a list names somebody twice.
    """
    order = _order(ranking)
    _order(wishes)
    waiting = {cadre: [post for post in posts if cadre in order.get(post, {})] for cadre, posts in wishes.items()}
    kept: dict[str, list[str]] = {post: [] for post in ranking}
    free, found = list(wishes), []
    while asks := {cadre: waiting[cadre].pop(0) for cadre in free if waiting[cadre]}:
        for cadre, post in asks.items():
            kept[post].append(cadre)
        turned_away = {}
        for post in dict.fromkeys(asks.values()):
            kept[post].sort(key=order[post].__getitem__)
            room = _places(places, post)
            turned_away |= dict.fromkeys(kept[post][room:], post)
            kept[post] = kept[post][:room]
        found.append(Round(asks, {post: tuple(kept[post]) for post in dict.fromkeys(asks.values())}, turned_away))
        free = list(turned_away)
    return found


def deferred_acceptance(wishes: Wishes, ranking: Wishes, places: Mapping[str, int] | None = None) -> dict[str, str]:
    """The stable matching in which every cadre does best: cadre to post; who gets none is left out. Takes and raises as `rounds`."""
    match: dict[str, str] = {}
    for one in rounds(wishes, ranking, places):
        match.update(one.asks)
        for cadre in one.turned_away:
            del match[cadre]
    return match


def first_come(wishes: Wishes, ranking: Wishes, places: Mapping[str, int] | None = None) -> dict[str, str]:
    """First come, first served: each cadre, in the order of `wishes`, takes the best post that accepts them and has a place left."""
    order, left, match = _order(ranking), {post: _places(places, post) for post in ranking}, {}
    for cadre, posts in wishes.items():
        post = next((post for post in posts if cadre in order.get(post, {}) and left[post] > 0), None)
        if post is not None:
            match[cadre] = post
            left[post] -= 1
    return match


def blocking_pairs(
    match: Mapping[str, str], wishes: Wishes, ranking: Wishes, places: Mapping[str, int] | None = None
) -> list[tuple[str, str]]:
    """Cadre and post that would both rather have each other than what the matching gives them; none where it is stable.

    The cadre ranks the post over their own, or has none; the post accepts the cadre, and has a place left or prefers the cadre
    to one it has.
    """
    order, holders = _order(ranking), _holders(match)
    pairs = []
    for cadre, posts in wishes.items():
        better = posts[: list(posts).index(match[cadre])] if match.get(cadre) in posts else posts
        for post in better:
            rank = order.get(post, {})
            if cadre not in rank:
                continue
            have = holders.get(post, [])
            if len(have) < _places(places, post) or any(rank[cadre] < rank.get(other, len(rank)) for other in have):
                pairs.append((cadre, post))
    return pairs


def choice_numbers(match: Mapping[str, str], wishes: Wishes) -> dict[str, int | None]:
    """Which of their choices each cadre got: 1 for the first, `None` for no post or one they did not choose."""
    return {
        cadre: list(posts).index(match[cadre]) + 1 if match.get(cadre) in posts else None
        for cadre, posts in wishes.items()
    }


def _holders(match: Mapping[str, str]) -> dict[str, list[str]]:
    holders: dict[str, list[str]] = {}
    for cadre, post in match.items():
        holders.setdefault(post, []).append(cadre)
    return holders


def _order(lists: Wishes) -> dict[str, dict[str, int]]:
    """The place of everybody in each list, from 0; `ValueError` where a list names somebody twice."""
    for owner, names in lists.items():
        if len(set(names)) < len(names):
            raise ValueError(f"{owner}: {_twice(names)}")
    return {owner: {name: place for place, name in enumerate(names)} for owner, names in lists.items()}


def _twice(names: Iterable[str]) -> str:
    seen: set[str] = set()
    return next(name for name in names if name in seen or seen.add(name))


def _places(places: Mapping[str, int] | None, post: str) -> int:
    return (places or {}).get(post, 1)
