"""Sensitive posts: who has held a post in law enforcement, personnel or money too long, and how many were exchanged.

Sources: rotation essay 2.2 (third); problems 2.2 (50 % in departments with real power).
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _, label
from cadre_handbook.policy import Settings
from cadre_handbook.values import among, lookup
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
SENSITIVE_POWER = ["people", "money"]
YEARS_SHOWN = 10
DAYS_A_YEAR = 365.25


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure, group and holder; explained by `since`, `years`, `limit_on`, `power`, `law_enforcement`."""
    stays = _stays(dataset, settings)
    parts = [_held_facts(stays, settings), *_exchanged_facts(stays, dataset, settings)]
    return pd.concat(parts, ignore_index=True)


def _stays(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Every stay in a post (or department), one a row, with `key`, `since`, `until` and what its last posting is marked as.

    `of_power` (personnel or money), `of_law` and `sensitive` (either) are boolean, NA where the unit's marks are blank.
    """
    frame = history.substantive(history.timeline(dataset))
    found = history.spells(frame, [settings.stay_in], settings.max_gap_days)
    stays = frame.iloc[found["last_row"]].reset_index(drop=True)
    stays = stays.assign(key=found[settings.stay_in], since=found["start"], until=found["end"])
    power = stays["power"]
    stays["of_power"] = among(power, SENSITIVE_POWER)
    stays["of_law"] = stays["law_enforcement"].astype("boolean")
    stays["sensitive"] = stays["of_power"] | stays["of_law"]
    return stays


def _held_facts(stays: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Who holds a sensitive post on the day, by the longest such stay in each organisation, against the limit."""
    held = stays[stays["until"].isna()]
    held = held.assign(years=history.full_years(held["since"], settings.as_of))
    held["over"] = (held["years"] >= settings.max_years_sensitive).astype("boolean")
    # Of several posts the one that counts against the county: surely sensitive and over, then perhaps so, then the rest.
    order = {
        "sure": ~(held["sensitive"].fillna(False) & held["over"]),
        "perhaps": ~(held["sensitive"].fillna(True) & held["over"]),
        "other": ~held["sensitive"].fillna(False),
        "doubtful": ~held["sensitive"].fillna(True),
    }
    held = held.assign(**order).sort_values([*order, "since", "post_id"], kind="stable")
    held = held.drop_duplicates(["cadre_id", "organisation_id"])
    code = pd.Series(pd.NA, index=held.index, dtype="object")
    code = code.mask(held["over"] & held["sensitive"].isna(), "kind_unknown")
    code = code.mask(held["over"] & held["sensitive"].fillna(False), "held_too_long")
    return fact_rows(
        "held_too_long",
        held,
        SUBJECT,
        "organisation_id",
        eligible=held["sensitive"],
        hit=held["over"],
        since=held["since"],
        years=held["years"],
        limit_on=history.anniversary(held["since"], settings.max_years_sensitive),
        power=held["power"].astype("object"),
        law_enforcement=held["law_enforcement"],
        reason_code=code,
    )


def _exchanged_facts(stays: pd.DataFrame, dataset: Dataset, settings: Settings) -> list[pd.DataFrame]:
    """Who held a sensitive post for years as the months that count began, and whether they were exchanged in them."""
    first = history.months_before(settings.as_of, settings.window_months)
    eve = first - history.ONE_DAY
    holders = stays[((stays["since"] <= eve) & ~(stays["until"] <= eve)).to_numpy()]
    long_enough = (history.full_years(holders["since"], eve) >= settings.eligible_after_years).astype("boolean")
    # Of several posts the one that makes them eligible: surely sensitive and for long, then perhaps so, then the rest.
    order = {
        "sure": ~(holders["sensitive"].fillna(False) & long_enough),
        "perhaps": ~(holders["sensitive"].fillna(True) & long_enough),
    }
    holders = holders.assign(**order, long_enough=long_enough)
    holders = holders.sort_values([*order, "since", "post_id"], kind="stable")
    holders = holders.drop_duplicates("cadre_id").reset_index(drop=True)
    hit = _exchanged(holders, stays, first, dataset, settings)
    groups = _groups(holders, settings).items()
    columns = {"hit": hit, "since": holders["since"]}
    return [
        fact_rows(
            "exchanged",
            holders,
            SUBJECT,
            "managed_by",
            group=group,
            eligible=holders["long_enough"] & of,
            **columns,
        )
        for group, of in groups
    ]


def _groups(holders: pd.DataFrame, settings: Settings) -> dict[str, pd.Series]:
    """Whether each holder belongs to each group; who belongs to both counts in that of which more is asked."""
    power, law = holders["of_power"], holders["of_law"]
    if settings.min_share_power >= settings.min_share_law_enforcement:
        return {"power": power, "law_enforcement": law & ~power}
    return {"power": power & ~law, "law_enforcement": law}


def _exchanged(
    holders: pd.DataFrame, stays: pd.DataFrame, first: pd.Timestamp, dataset: Dataset, settings: Settings
) -> pd.Series:
    """Whether each moved elsewhere from the first day on and no longer holds what they held (boolean).

    NA where no post is on record on the day, and no reason that ended the service.
    """
    moves = history.moves(dataset, settings.max_gap_days)
    held_before = lookup(moves["cadre_id"], holders, "cadre_id", "key")
    elsewhere = moves[f"to_{settings.stay_in}"].ne(held_before)
    counts = (moves["moved_on"] >= first) & ~moves["demotion"] & elsewhere
    moved = holders["cadre_id"].isin(moves.loc[counts.to_numpy(bool), "cadre_id"])

    running = stays[stays["until"].isna()]
    still = pd.MultiIndex.from_frame(holders[["cadre_id", "key"]]).isin(
        pd.MultiIndex.from_frame(running[["cadre_id", "key"]])
    )
    exchanged = moved & ~still
    cadres = dataset["cadres"]
    ended = cadres["left_on"].notna() & cadres["left_reason"].isin(history.OUT_OF_SERVICE)
    accounted_for = pd.concat([running["cadre_id"], cadres.loc[ended, "cadre_id"]])
    return exchanged.astype("boolean").mask(~exchanged & ~holders["cadre_id"].isin(accounted_for))


def picture(run) -> figures.Picture:
    """The share exchanged by years in post, of the stays in sensitive posts that began in the last years."""
    stays = _stays(run.dataset, run.settings)
    begun = stays["since"] > run.settings.as_of - pd.DateOffset(years=YEARS_SHOWN)
    stays = stays[begun & stays["organisation_id"].isin(run.organisations)]
    moves = history.moves(run.dataset, run.settings.max_gap_days)
    left = moves[~moves["demotion"]][["cadre_id", "from_" + run.settings.stay_in]]
    went_on = pd.MultiIndex.from_frame(stays[["cadre_id", "key"]]).isin(pd.MultiIndex.from_frame(left))
    until = stays["until"].fillna(run.settings.as_of + history.ONE_DAY)
    stays = stays.assign(
        duration=(until - stays["since"]).dt.days / DAYS_A_YEAR, event=went_on & stays["until"].notna()
    )
    named = {group.value: label(group) for group in run.policy.measures["exchanged"].groups}
    parts = [
        stays[of.fillna(False).astype(bool)].assign(group=named[group])
        for group, of in _groups(stays, run.settings).items()
    ]
    return figures.survival(
        pd.concat(parts)[["group", "duration", "event"]],
        settings=run.settings,
        slug=run.policy.id,
        promised=run.settings.max_years_sensitive,
        caption=_(
            "A curve rises as holders are exchanged, by the years since their stay began; whoever still holds the post, or left it "
            "otherwise, counts for as long as they held it. The band is the 95 % interval. Stays begun in the last {years} years."
        ).format(years=YEARS_SHOWN),
        done=_("exchanged"),
        called=_("the holders"),
        axis=_("Years in post"),
        in_years=True,
    )
