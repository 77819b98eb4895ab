"""Ten years in one post: who has been too long in a post or a place's teams, and who was moved too soon.

Sources: problems 2.2 and 2.6; zhengzhou, Jiujiang and Yangzhou; 党政领导干部职务任期暂行规定 2006, Arts. 2, 3, 6.
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history, places
from cadre_handbook.dataset import Dataset
from cadre_handbook.policy import Settings
from cadre_handbook.values import among, lookup
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
TEAMS = ["party", "government"]
MIDDLE = ["division_head", "division_deputy"]
TERM_HEADS = ["discipline_head", "chief_judge", "chief_prosecutor"]
TERM_UNITS = ["party", "supervision", "court", "procuratorate"]
BELOW_THE_COUNTY = ["township", "subdistrict", "institution", "enterprise"]


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and cadre; explained by `since`, `years`, `limit_on` and, for moves, `moved_on`."""
    frame = history.substantive(history.timeline(dataset))
    stays = _stays(frame, ["post"], settings)
    in_post = _leading_first(stays)
    in_department = _running(frame.assign(department=_department(frame, dataset)), ["department"], settings)
    middle = among(in_department["post_kind"], MIDDLE)
    parts = [
        _leader_facts(stays, settings),
        _team_facts(frame, settings),
        _term_facts(stays, settings),
        _early_facts(dataset, settings),
        _facts(
            "other_over",
            in_post,
            eligible=~in_post["leading"],
            hit=_reached(in_post["since"], settings.max_years_in_post, settings),
        ),
        _facts(
            "mid_level_in_unit",
            in_department,
            eligible=middle,
            hit=_reached(in_department["since"], settings.max_years_in_post, settings),
        ),
    ]
    return pd.concat(parts, ignore_index=True)


def _department(frame: pd.DataFrame, dataset: Dataset) -> pd.Series:
    """The department of each posting: its unit, or the unit that is a division of, renamed or not."""
    units = dataset["units"].assign(whole=lambda table: history.roots(table["unit_id"], table["parent_unit_id"]))
    whole = lookup(frame["unit_id"], units, "unit_id", "whole")
    first_name = units.assign(first=history.roots(units["unit_id"], units["predecessor_unit_id"]))
    return lookup(whole, first_name, "unit_id", "first")


def _running(frame: pd.DataFrame, by: list[str], settings: Settings) -> pd.DataFrame:
    """The stays that still run, one row per cadre and organisation (the longest), with the post now held."""
    return _leading_first(_stays(frame, by, settings))


def _stays(frame: pd.DataFrame, by: list[str], settings: Settings) -> pd.DataFrame:
    """The stays that still run, with the post now held."""
    stays = history.spells(frame, by, settings.max_gap_days)
    stays = stays[stays["end"].isna()]
    latest = frame.iloc[stays["last_row"]].assign(since=stays["start"].to_numpy())
    latest["years"] = history.full_years(latest["since"], settings.as_of)
    return latest


def _leading_first(stays: pd.DataFrame) -> pd.DataFrame:
    """One stay per cadre and organisation: a leading post before one that is not, however long that one has been held."""
    order = stays.assign(rest=~stays["leading"].fillna(False)).sort_values(["rest", "since"], kind="stable")
    return order.drop_duplicates(["cadre_id", "organisation_id"])


def _deciding(stays: pd.DataFrame, sure: pd.Series, over: pd.Series) -> pd.DataFrame:
    """One stay per cadre and organisation: one over the limit first, for it decides; then one that surely counts."""
    order = stays.assign(within=~over.fillna(False), unsure=~sure).sort_values(
        ["within", "unsure", "since"], kind="stable"
    )
    return order.drop_duplicates(["cadre_id", "organisation_id"])


def _reached(since: pd.Series, years: int | None, settings: Settings) -> pd.Series:
    if years is None:
        return pd.Series(pd.NA, index=since.index, dtype="boolean")
    return (history.full_years(since, settings.as_of) >= years).astype("boolean")


def _facts(measure: str, frame: pd.DataFrame, **columns) -> pd.DataFrame:
    explained = {name: frame[name] for name in ("since", "years") if name in frame}
    return fact_rows(measure, frame, SUBJECT, "organisation_id", **{**explained, **columns})


def _limit_facts(measure, frame, eligible, hit, years, where, settings) -> pd.DataFrame:
    """Facts of a limit in years: over it, or due to reach it within the months of notice."""
    limit_on = history.anniversary(frame["since"], years)
    soon = settings.as_of + history.ONE_DAY + pd.DateOffset(months=settings.notice_months)
    code = pd.Series(pd.NA, index=frame.index, dtype="object")
    code = code.mask((limit_on <= soon).to_numpy(), f"due_{where}").mask(hit.fillna(False), f"over_{where}")
    code = code.where(eligible.fillna(True).astype(bool), pd.NA)
    return _facts(measure, frame, eligible=eligible, hit=hit, limit_on=limit_on, reason_code=code)


def _leader_facts(stays: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Leaders by years in post; an older post that may be a leading one leaves open what a newer one does not show."""
    years = settings.max_years_in_post
    leading = stays["leading"]
    over = _reached(stays["since"], years, settings)
    held = _deciding(stays, leading.fillna(False), over & leading.fillna(True))
    return _limit_facts(
        "years_in_post", held, held["leading"], _reached(held["since"], years, settings), years, "in_post", settings
    )


def _team_facts(frame: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Members of Party and government teams, by stays in the teams of one place.

    The teams of one organisation are in one place. Where a place along an unbroken service in teams is unknown, ten
    years in one place can be neither shown nor ruled out: the outcome is unknown.
    """
    members = frame[frame["team"].isin(TEAMS).to_numpy()]
    place = _place_of_team(members, settings.as_of)
    members = members.assign(
        place=place.fillna("organisation " + members["organisation_id"]), place_known=place.notna()
    )
    here = _running(members, ["place"], settings)
    anywhere = _running(members.assign(anywhere="anywhere"), ["anywhere"], settings)
    whole = lookup(here["cadre_id"], anywhere.sort_values("since", kind="stable"), "cadre_id", "since")
    doubtful = here["cadre_id"].isin(members.loc[~members["place_known"], "cadre_id"])
    years = settings.max_years_in_team
    hit = _reached(here["since"], years, settings)
    unknown = ~hit & doubtful & _reached(whole, years, settings)
    eligible = pd.Series(True, index=here.index, dtype="boolean")
    found = _limit_facts("years_in_team", here, eligible, hit.mask(unknown), years, "in_team", settings)
    unknown = unknown.to_numpy(bool)
    found.loc[unknown, "reason_code"] = "place_unknown"
    found.loc[unknown, "since"] = whole.to_numpy()[unknown]
    return found


def _place_of_team(members: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """The place of each posting at the level of its organisation, all codes taken to the day judged on."""
    place = pd.Series(pd.NA, index=members.index, dtype="object")
    for level in places.LEVELS:
        rows = (members["level"].astype("object").fillna("county") == level).to_numpy()
        if rows.any():
            place[rows] = places.at_level(members.loc[rows, "place_code"], as_of, level).to_numpy()
    return place


def _term_facts(stays: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Holders whom the rule on terms covers: Party and government teams and three heads, from county level up.

    By the covered post held longest, whatever other post is held besides. A post of no known kind, in a unit that has such
    a head, may be that head's.
    """
    kind, unit_kind = stays["post_kind"], stays["unit_kind"]
    head = kind.isin(TERM_HEADS) & ~unit_kind.isin(BELOW_THE_COUNTY)
    covered = (stays["team"].isin(TEAMS) | head).astype("boolean")
    perhaps = kind.isna() & stays["leading"].fillna(True) & (unit_kind.isin(TERM_UNITS) | unit_kind.isna())
    covered = covered.mask(~covered & perhaps)
    holders = stays.assign(covered=covered)[covered.fillna(True).to_numpy(bool)]
    if settings.term_years is None or settings.max_terms is None:
        return _facts(
            "third_term", _deciding(holders, holders["covered"].fillna(False), holders["covered"].isna()), hit=pd.NA
        )
    years = settings.term_years * settings.max_terms
    holders = _deciding(holders, holders["covered"].fillna(False), _reached(holders["since"], years, settings))
    hit = _reached(holders["since"], years, settings)
    return _facts(
        "third_term",
        holders,
        eligible=holders["covered"].mask(holders["level"].isna()),
        hit=hit,
        limit_on=history.anniversary(holders["since"], years),
        reason_code=pd.Series("third_term", index=holders.index).where(hit.fillna(False), pd.NA),
    )


def _early_facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Moves of the last months, demotions left out, against the shortest useful stay in the post left."""
    moves = history.moves(dataset, settings.max_gap_days)
    after = history.months_before(settings.as_of, settings.window_months)
    moves = moves[((moves["moved_on"] >= after) & ~moves["demotion"]).to_numpy()]
    enough = history.anniversary(moves["from_start"], settings.min_years_in_post)
    # Who pauses between two posts left the first when it ended, not when the second began.
    left_on = moves[["from_end", "moved_on"]].min(axis=1)
    hit = (left_on < enough).astype("boolean")
    years = history.full_years(moves["from_start"], left_on - history.ONE_DAY)
    return fact_rows(
        "moved_early",
        moves,
        SUBJECT,
        "managed_by",
        hit=hit,
        since=moves["from_start"],
        years=years,
        moved_on=moves["moved_on"],
        post_id=moves["to_post_id"],
        reason_code=pd.Series("moved_early", index=moves.index).where(hit, pd.NA),
    )


def picture(run) -> figures.Picture:
    """Years in post of the leaders, with the limit."""
    leaders = run.of("years_in_post")
    leaders = leaders[leaders["eligible"].fillna(False).astype(bool)]
    return figures.distribution(
        leaders["years"].dropna().astype(int),
        limit=run.settings.max_years_in_post,
        settings=run.settings,
        slug=run.policy.id,
    )
