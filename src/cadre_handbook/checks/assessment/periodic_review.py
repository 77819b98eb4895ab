"""Teams and leaders are reviewed at intervals, the four parts of a review are on record, and moves rest on it.

Source: rotation essay 2.2 (opening).
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history, schema
from cadre_handbook.checks.planning import team_stability
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import any_of, lookup, same
from cadre_handbook.verdict import fact_rows


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per team on the day, per leader on the day, per review of the months before it and per move of a leader.

    Explained by `there_since` (team made, or leading since), `reviewed_on` (the latest review; the review cited), `rank` or
    `team`; the parts of a review (`content`, `method`, `rated`, `use`); `moved_on` and `decided_on`.
    """
    reviews = reviews_on_file(dataset, settings)
    parts = [
        _teams_reviewed(dataset, reviews, settings),
        _leaders_reviewed(dataset, reviews, settings),
        _complete(reviews),
        _moves_cite_review(dataset, reviews, settings),
    ]
    return pd.concat(parts, ignore_index=True)


def reviews_on_file(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The reviews with `subject` (what the team reviewed goes by, NA where that is not said) and `recent` (boolean).

    A review of a month that only in part belongs to the last `review_months` is recent or not: NA.
    """
    units = dataset["units"].assign(unit=lambda table: history.roots(table["unit_id"], table["predecessor_unit_id"]))
    first = history.months_before(settings.as_of, settings.review_months)
    reviews = dataset["team_reviews"].astype({"team": "object"})
    return reviews.assign(
        subject=team_stability.subject(reviews.assign(seat=lookup(reviews["unit_id"], units, "unit_id", "unit"))),
        recent=history.by_then((first, first), history.span(reviews, "reviewed_on")),
    )


# --- the teams ------------------------------------------------------------------------------------


def _teams_reviewed(dataset: Dataset, reviews: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The teams that somebody sits in on the day, and whether each was reviewed in the last months."""
    teams = _teams(dataset, settings)
    of_teams = reviews[reviews["cadre_id"].isna().to_numpy()]
    reviewed = _found(of_teams["recent"], of_teams["subject"], teams["subject"])
    reviewed |= _perhaps_reviewed(teams, of_teams, dataset)
    return _review_facts(
        "teams_reviewed", teams, ("team", "subject"), reviewed, _latest(of_teams, "subject", teams["subject"])
    )


def _teams(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row a team: `subject`, `there_since`, and `due` (boolean): it has been there for as long as a review takes to fall due.

    A team is there since its first post was set up or its first member came. Where a post does not say since when it has been
    there, the team may be older than it looks.
    """
    seats = team_stability.seats(dataset)
    seats = seats[~seats["external"].to_numpy()]
    held = seats["posting_id"].isin(history.held_on(seats, settings.as_of)["posting_id"])
    seats = seats.assign(subject=team_stability.subject(seats), now=held, undated=seats["valid_from"].isna())
    teams = seats.groupby(["organisation_id", "team", "subject"]).agg(
        start=("start", "min"), made=("valid_from", "min"), undated=("undated", "any"), now=("now", "any")
    )
    teams = teams[teams["now"]].reset_index()
    teams["there_since"] = teams[["start", "made"]].min(axis=1)
    due = _full(teams["there_since"], settings)
    return teams.assign(due=due.mask(~due & teams["undated"]))


def _perhaps_reviewed(teams: pd.DataFrame, of_teams: pd.DataFrame, dataset: Dataset) -> pd.Series:
    """NA for a team that a review may have been of, false for the others (boolean).

    A review of a department or township team may not say which; a row left out for its problem may have been of any team.
    """
    unsaid = of_teams[of_teams["subject"].isna() & of_teams["recent"].fillna(True)]
    pairs = pd.MultiIndex.from_frame(unsaid[["organisation_id", "team"]].astype("object"))
    perhaps = pd.MultiIndex.from_frame(teams[["organisation_id", "team"]]).isin(pairs)
    left_out = dataset.left_out_rows("team_reviews")
    left_out = left_out[left_out["cadre_id"].isna()] if "cadre_id" in left_out else left_out
    known = left_out["organisation_id"].isin(dataset["organisations"]["organisation_id"])
    perhaps |= teams["organisation_id"].isin(left_out["organisation_id"]).to_numpy() | (not known.all())
    return pd.Series(False, index=teams.index, dtype="boolean").mask(perhaps)


# --- the leaders ----------------------------------------------------------------------------------


def _leaders_reviewed(dataset: Dataset, reviews: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The holders of leading posts on the day, and whether each was reviewed in the last months."""
    leaders = _leaders(dataset, settings)
    reviewed = _found(reviews["recent"], reviews["cadre_id"], leaders["cadre_id"])
    latest = _latest(reviews, "cadre_id", leaders["cadre_id"])
    return _review_facts("leaders_reviewed", leaders, ("cadre", "cadre_id"), reviewed, latest)


def _leaders(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row a cadre: `organisation_id` (that manages them), `rank`, `there_since`, and `due` (boolean).

    Due is whoever has held leading posts, one after the other, for as long as a review takes to fall due; NA where a post
    that counts may be a leading one or not. Posts in organisations outside do not count.
    """
    frame = history.substantive(history.timeline(dataset))
    frame = frame[~frame["external"].to_numpy()]
    surely = _stays_now(frame[frame["leading"].fillna(False).to_numpy(bool)], settings)
    perhaps = _stays_now(frame[frame["leading"].fillna(True).to_numpy(bool)], settings)
    since = lookup(perhaps["cadre_id"], surely, "cadre_id", "start")
    due = _full(perhaps["start"], settings)
    return perhaps.assign(
        organisation_id=perhaps["managed_by"],
        there_since=since.fillna(perhaps["start"]),
        due=due.mask(due & ~_full(since, settings)),
    )


def _stays_now(frame: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Unbroken stays in the posts of `frame` that last on the day, with who manages the cadre and the rank of the latest post."""
    stays = history.spells(frame, [], settings.max_gap_days)
    latest = frame.iloc[stays["last_row"]]
    stays = stays.assign(managed_by=latest["managed_by"].to_numpy(), rank=latest["rank"].astype("object").to_numpy())
    return history.held_on(stays, settings.as_of).reset_index(drop=True)


# --- due and reviewed -----------------------------------------------------------------------------


def _full(since: pd.Series, settings: Settings) -> pd.Series:
    """Whether `review_months` since a day are full at the end of `as_of` (boolean, false where the day is not known)."""
    full = since + pd.DateOffset(months=settings.review_months) <= settings.as_of + history.ONE_DAY
    return full.astype("boolean")


def _found(recent: pd.Series, of: pd.Series, wanted: pd.Series) -> pd.Series:
    """Whether a recent review is of each of `wanted` (boolean, NA where one may be)."""
    known = of.notna().to_numpy()
    return any_of(recent[known], of[known], wanted)


def _latest(reviews: pd.DataFrame, of: str, wanted: pd.Series) -> pd.Series:
    return lookup(wanted, reviews.sort_values("reviewed_on", ascending=False, kind="stable"), of, "reviewed_on")


def _review_facts(
    measure: str, frame: pd.DataFrame, subject: tuple[str, str], reviewed: pd.Series, latest: pd.Series
) -> pd.DataFrame:
    code = pd.Series("review_old", index=frame.index, dtype="object").mask(latest.isna(), "never_reviewed")
    return fact_rows(
        measure,
        frame,
        subject,
        "organisation_id",
        eligible=frame["due"],
        hit=reviewed,
        since=latest.fillna(frame["there_since"]),
        reason_code=code.where((frame["due"] & ~reviewed).fillna(False), pd.NA),
        reviewed_on=latest,
        there_since=frame["there_since"],
        **{name: frame[name] for name in ("team", "rank") if name in frame},
    )


# --- what a review says, and what rests on it -----------------------------------------------------


def _complete(reviews: pd.DataFrame) -> pd.DataFrame:
    """The reviews of the last months, and whether their four parts are on record; an empty rating is none on record."""
    reviews = reviews[reviews["recent"].fillna(True).to_numpy(bool)]
    parts = {
        "content": reviews["content_recorded"],
        "method": reviews["method_recorded"],
        "rated": reviews["rating"].notna().astype("boolean"),
        "use": reviews["use_recorded"],
    }
    complete = parts["content"] & parts["method"] & parts["rated"] & parts["use"]
    lacking = (reviews["recent"] & ~complete).fillna(False)
    return fact_rows(
        "complete",
        reviews,
        ("review", "review_id"),
        "organisation_id",
        eligible=reviews["recent"],
        hit=complete,
        since=reviews["reviewed_on"],
        reason_code=pd.Series("incomplete", index=reviews.index, dtype="object").where(lacking, pd.NA),
        reviewed_on=reviews["reviewed_on"],
        **parts,
    )


def _moves_cite_review(dataset: Dataset, reviews: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The moves out of leading posts, demotions left out, and whether the decision cites a review that it could rest on."""
    moves = _cited_reviews(dataset, reviews, settings)
    cited = moves["review_id"].notna().astype("boolean")
    about, in_time = (
        _about_what_was_left(moves),
        history.by_then(history.span(moves, "reviewed_on"), history.span(moves, "decided_on")),
    )
    hit = cited & about & in_time
    code = pd.Series(pd.NA, index=moves.index, dtype="object").mask(hit.isna(), "cited_unclear")
    code = code.mask(~in_time.fillna(True), "review_later").mask(~about.fillna(True), "review_of_others")
    code = code.mask(~cited, "no_review_cited")
    return fact_rows(
        "moves_cite_review",
        moves.assign(post_id=moves["to_post_id"]),
        ("cadre", "cadre_id"),
        "managed_by",
        eligible=moves["from_leading"],
        hit=hit,
        since=moves["moved_on"],
        reason_code=code.where(moves["from_leading"].fillna(False), pd.NA),
        **{name: moves[name] for name in ("moved_on", "decided_on", "reviewed_on")},
    )


def _cited_reviews(dataset: Dataset, reviews: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The moves of the last months with the review that their decision cites: `reviewed`, whom, or `subject`, which team.

    A decision about somebody else is no decision about the move.
    """
    moves = history.moves(dataset, settings.max_gap_days)
    first = history.months_before(settings.as_of, settings.window_months)
    moves = moves[((moves["moved_on"] >= first) & ~moves["demotion"]).to_numpy()]
    decisions = dataset["decisions"][["decision_id", "cadre_id", "review_id", "decided_on", "decided_on_is_month"]]
    cited = reviews[["review_id", "cadre_id", "team", "subject", "reviewed_on", "reviewed_on_is_month"]]
    moves = moves.merge(decisions.dropna(subset=["decision_id"]), on=["decision_id", "cadre_id"], how="left")
    return moves.merge(cited.rename(columns={"cadre_id": "reviewed"}), on="review_id", how="left")


def _about_what_was_left(moves: pd.DataFrame) -> pd.Series:
    """Whether the review was of the leader, or of the team of the post left (boolean); NA where it does not say of whom."""
    left = moves[["from_organisation_id", "from_team", "from_unit"]].astype("object")
    team_left = team_stability.subject(left.set_axis(["organisation_id", "team", "seat"], axis=1))
    of_team = same(moves["subject"], team_left).mask(left["from_team"].isna() & moves["team"].notna(), False)
    return same(moves["reviewed"], moves["cadre_id"]).mask(moves["reviewed"].isna(), of_team)


# --- the picture ----------------------------------------------------------------------------------


def picture(run) -> figures.Picture:
    """How long ago the latest review was: a strip for each kind of team and each rank of leaders."""
    both = pd.concat([run.of("teams_reviewed"), run.of("leaders_reviewed")], ignore_index=True)
    both = both[both["subject_id"].notna() & both["there_since"].notna()]
    months = run.settings.review_months
    first, second = (history.months_before(run.settings.as_of, months * times) for times in (1, 2))
    parts = {
        "recent": _("in the last {months} months").format(months=months),
        "new": _("not yet due"),
        "late": _("in the {months} months before").format(months=months),
        "old": _("longer ago"),
        "never": _("never, on file"),
    }
    part = pd.Series("old", index=both.index).mask(both["reviewed_on"] >= second, "late")
    part = part.mask(both["reviewed_on"].isna(), "never").mask(both["reviewed_on"] >= first, "recent")
    part = part.mask(~both["eligible"].fillna(True), "new")
    row = (
        both["team"]
        .map(_team_row, na_action="ignore")
        .fillna(both["rank"].map(_rank_row, na_action="ignore"))
        .fillna(_("Leaders, rank not known"))
    )
    order = {
        name: place for place, name in enumerate([*map(_team_row, _teams_shown()), *map(_rank_row, _ranks_shown())])
    }
    counts = pd.DataFrame({"row": row, "part": part}).value_counts(["row", "part"]).rename("count").reset_index()
    counts = counts.sort_values("row", key=lambda rows: rows.map(order), kind="stable")
    due = both["eligible"].fillna(False)
    return figures.strips(
        parts,
        counts,
        settings=run.settings,
        slug=run.policy.id,
        title=_("{k} of {n} teams and leaders that are due were reviewed in the last {months} months").format(
            k=int((due & both["hit"].fillna(False)).sum()), n=int(due.sum()), months=months
        ),
        caption=_(
            "A strip is a kind of team, or the leaders of a rank; its parts say how long ago each was last reviewed. Whoever is new is not yet due."
        ),
    )


def _teams_shown() -> list[str]:
    return ["", *team_stability.OF_A_UNIT]


def _ranks_shown() -> list[str]:
    return schema.tables()["posts"].fields["rank"].codes[::-1]


def _team_row(team: str) -> str:
    if team in team_stability.OF_A_UNIT:
        return schema.code_label("posts", "team", team)
    return _("Teams of the organisation")


def _rank_row(rank: str) -> str:
    return _("Leaders: {rank}").format(rank=schema.code_label("posts", "rank", rank))
