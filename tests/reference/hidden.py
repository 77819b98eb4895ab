"""Which results hide small counts, by trying every possibility.

A *table* is a list of people's answers to one question (True, False, None unknown), as a result counts them. Nought is a small count.
"""

from __future__ import annotations


def known(answers: list) -> tuple[int, int]:
    answers = [answer for answer in answers if answer is not None]
    return len(answers), sum(answers)


def is_small(n: int, k: int, least: int) -> bool:
    return k < least or n - k < least


def alone(answers: list, settings) -> bool:
    """Whether a share, or one group of a comparison, is hidden; who is unknown is not counted."""
    n, k = known(answers)
    return is_small(n, k, settings.min_cell)


def bodies(of_body: dict[str, list], everyone: list[tuple], settings) -> set[str]:
    """Which of two bodies is hidden.

    ``of_body``: the answers of each body's members; ``everyone``: `(is of the first, is of the second, answer)` of all cadres.
    """
    found = set()
    for least in range(5, settings.min_cell + 1):
        found |= bodies_at(of_body, everyone, least)
    return found


def bodies_at(of_body, everyone, least) -> set[str]:
    names = list(of_body)
    asked = {name: bool(of_body[name]) for name in names}
    n, k = known([answer for _one, _other, answer in everyone])
    if not n and not any(known(answers)[0] for answers in of_body.values()):
        return set()
    outside = [(n, k)]
    for number in range(len(names)):
        outside.append(known([row[2] for row in everyone if not row[number]]))
    if any(is_small(*pair, least) for pair in outside):
        return set(names)
    own = {name for name in names if asked[name] and is_small(*known(of_body[name]), least)}
    if len(own) == len(names):
        return own
    parts = {}
    for one in (False, True):
        for other in (False, True):
            parts[one, other] = known([row[2] for row in everyone if row[:2] == (one, other)])
    sizes = {part: pair[0] for part, pair in parts.items()}
    first, second, all_ = sums({part: pair[1] for part, pair in parts.items()})
    if own:
        number = names.index(next(iter(own)))
        fits = possible(sizes, None if number == 0 else first, None if number == 1 else second, all_)
        could_be = {sums(counts)[number] for counts in fits}
        size = sum(count for part, count in sizes.items() if part[number])
        return set(names) if sum(is_small(size, count, least) for count in could_be) < least else own
    fits = list(possible(sizes, first, second, all_))
    for part, (size, count) in parts.items():
        could_be = {counts[part] for counts in fits}
        if size and len(could_be) < min(size + 1, least) and is_small(size, count, least):
            return set(names)
    return set()


def sums(counts: dict) -> tuple[int, int, int]:
    """How many are in the first body, in the second, and in all."""
    first = counts[True, False] + counts[True, True]
    second = counts[False, True] + counts[True, True]
    return first, second, sum(counts.values())


def possible(sizes: dict, first=None, second=None, all_=None):
    """Every way the parts could be made up that gives the sums that are known."""
    for both in range(sizes[True, True] + 1):
        ones = range(sizes[True, False] + 1) if first is None else [first - both]
        for one in ones:
            others = range(sizes[False, True] + 1) if second is None else [second - both]
            for other in others:
                rests = range(sizes[False, False] + 1) if all_ is None else [all_ - both - one - other]
                for rest in rests:
                    counts = {(True, True): both, (True, False): one, (False, True): other, (False, False): rest}
                    if all(0 <= counts[part] <= sizes[part] for part in counts):
                        yield counts
