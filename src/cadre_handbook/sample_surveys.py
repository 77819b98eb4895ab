"""What the made-up county asked before its exchanges and after them, and who chose among the posts on offer.

It is made last, from dice of its own, so that nobody's career depends on it.
"""

from __future__ import annotations

import datetime as dt

from cadre_handbook.sample_county import County, Dice, as_text, ordinal

STREAM = 842  # sets these dice apart from all others
YEARS = (2018, 2023)  # of the exchanges; months and days are those of the waves, before and in the year after
EXCHANGED = "06-01"
WAVES = {"before": ("03-06", "03-24"), "after": ("05-13", "05-31")}
UNITS = ("县教育局", "县自然资源局", "县住房和城乡建设局", "县农业农村局", "县公安局", "县财政局")
# Who is asked: how many in a unit, how many of them answer, and of each question how good the answers are, before and after.
ASKED = {
    "cadres": (24, 0.74, {"understanding": (3.1, 3.6), "willingness": (2.7, 3.1), "fairness": (3.0, 3.4)}),
    "public": (80, 0.52, {"satisfaction": (3.1, 3.6)}),
}
OFFERS, CHOOSERS, CHOICES = 16, 24, 3
OFFERED, DECIDED = "2023-04-03", "2023-05-22"
MIDDLE_LEVEL = ("division_head", "division_deputy")


def keep_surveys(county: County, seed: int, ordinary: int) -> None:
    """Rows of `surveys`, `survey_answers`, `posts_offered` and `preferences`, and the complaints of the year before the exchange.

    ``ordinary``: how many cadres are planted; those after them choose and are complained of.
    """
    dice = Dice(seed, county.number, STREAM)
    for year in YEARS:
        for unit in UNITS if year == YEARS[-1] else UNITS[:2]:
            for respondents, (asked, share, questions) in ASKED.items():
                for number, wave in enumerate(WAVES):
                    returned = sum(dice.chance(share) for _sheet in range(asked))
                    answers = {
                        question: [_answer(dice, means[number]) for _sheet in range(returned)]
                        for question, means in questions.items()
                    }
                    counts = {"invited": asked, "returned": returned}
                    add_wave(county, unit, wave, respondents, answers, year, **counts)
    serving = [row for row in county.rows["cadres"][ordinary:] if row["joined_on"] < "2017" and not row.get("left_on")]
    _choices(county, dice, [row["cadre_id"] for row in serving])
    _complaints(county, dice, [row["cadre_id"] for row in serving])


def _answer(dice: Dice, mean: float) -> int | str:
    if dice.chance(0.01):
        return ""
    drawn = mean + 3.2 * (dice.number() + dice.number() - 1)
    return min(5, max(1, round(drawn)))


def add_wave(
    county: County,
    unit: str,
    wave: str,
    respondents: str,
    answers: dict[str, list[int | str]],
    year: int = YEARS[-1],
    **counts: int,
) -> None:
    """One wave, in a unit, of the survey on the exchange of a year, with its answers by question."""
    name = county.organisation_id
    wave_id = f"{name}-Q{len(county.rows['surveys']) + 1:03d}"
    asked_on, closed_on = (f"{year + (wave == 'after')}-{day}" for day in WAVES[wave])
    county.add(
        "surveys",
        wave_id=wave_id,
        survey=f"{name}-{year}",
        organisation_id=name,
        unit_id=county.unit_ids[unit],
        wave=wave,
        respondents=respondents,
        asked_on=asked_on,
        closed_on=closed_on,
        exchanged_on=f"{year}-{EXCHANGED}",
        **counts,
    )
    number = 0
    for question, values in answers.items():
        for value in values:
            number += 1
            answer_id = f"{wave_id}-{number:03d}"
            county.add("survey_answers", answer_id=answer_id, wave_id=wave_id, question=question, answer=value)


def _choices(county: County, dice: Dice, serving: list[int]) -> None:
    """Posts on offer, each chooser's three, how the posts rank them; a post takes the best of those who want it most."""
    name = county.organisation_id
    posts = [row for row in county.rows["posts"] if row["kind"] in MIDDLE_LEVEL and not row.get("valid_to")]
    own = {row["unit_id"] for row in county.rows["units"] if row["organisation_id"] == name}
    posts = dice.shuffled([row["post_id"] for row in posts if row["unit_id"] in own])[:OFFERS]
    offers = [f"{name}-O{number:02d}" for number in range(1, len(posts) + 1)]
    for offer, post in zip(offers, posts, strict=True):
        values = {"exchange_id": f"{name}-2023", "organisation_id": name, "post_id": post}
        county.add("posts_offered", offer_id=offer, **values, offered_on=OFFERED, decided_on=DECIDED)
    wanted = {key: dice.shuffled(offers)[:CHOICES] for key in dice.shuffled(serving)[:CHOOSERS]}
    ranked = {offer: dice.shuffled([key for key in wanted if offer in wanted[key]]) for offer in offers}
    placed: dict[int, str] = {}
    for choice in range(CHOICES):
        for offer in offers:
            asking = [key for key in ranked[offer] if wanted[key][choice] == offer and key not in placed]
            if asking and offer not in placed.values():
                placed[asking[0]] = offer
    for key, choices in wanted.items():
        stated = as_text(ordinal(OFFERED) + dice.between(3, 20), False)
        for place, offer in enumerate(choices, start=1):
            county.add(
                "preferences",
                preference_id=county.serial("H"),
                offer_id=offer,
                cadre_id=key,
                stated_on=stated,
                cadre_rank=place,
                post_rank=ranked[offer].index(key) + 1,
                assigned_on=DECIDED if placed.get(key) == offer else "",
            )


def _complaints(county: County, dice: Dice, serving: list[int]) -> None:
    """Complaints of the year before the exchange, all examined, and a few of the year after it."""
    exchanged = ordinal(f"{YEARS[-1]}-{EXCHANGED}")
    for key in serving:
        before, day, answered = dice.number(), dice.between(1, 330), dice.between(10, 80)
        if before >= 0.035 or ("supervision", key) in county.kept:
            continue
        happened = exchanged + (day if before < 0.005 else -day)
        county.add(
            "supervision",
            supervision_id=county.serial("U"),
            cadre_id=key,
            kind="complaint",
            happened_on=as_text(happened, False),
            examined_on=dt.date.fromordinal(happened + answered).isoformat(),
            outcome="unfounded",
        )
