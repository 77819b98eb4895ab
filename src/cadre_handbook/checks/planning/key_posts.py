"""Key posts first: who holds them from elsewhere, who has held them too long, and who first rose to a county team at home.

Sources: problems 2.2; zhengzhou, Guizhou (figures beside which the county is shown) and Jiujiang (易地提拔).
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history, places, policy
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _, label
from cadre_handbook.policy import Settings
from cadre_handbook.values import among, same
from cadre_handbook.verdict import fact_rows

SUBJECT = ("cadre", "cadre_id")
CHIEFS = [
    *("party_secretary", "government_head", "discipline_head", "organisation_head", "political_legal_head"),
    *("police_head", "chief_judge", "chief_prosecutor", "congress_head", "consultative_head"),
]
HEADS = [*CHIEFS, "unit_head"]
TEAMS = ["party", "government"]
# The secretary or head of a township or an institution is none of the county's.
NOT_OF_THE_COUNTY = ["township", "subdistrict", "institution", "enterprise"]


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per measure and cadre; explained by `since`, `years` and `limit_on`."""
    stays = stays_in_posts(dataset, settings)
    return pd.concat(
        [_from_elsewhere(stays), _in_time(stays, dataset, settings), _promoted(stays, settings)], ignore_index=True
    )


def stays_in_posts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Every stay in a post (one row each), with `since`, `until`, `years` and how its holder came to it.

    `elsewhere`: came from another place at the level of the organisation (boolean, NA where it is not known), by the place
    on record with the posting, or else that of the post left. `rank_step`: NA for a first post.
    """
    frame = history.substantive(history.timeline(dataset))
    spells = history.spells(frame, ["post"], settings.max_gap_days)
    first = frame.iloc[spells["first_row"]].reset_index(drop=True)
    stays = frame.iloc[spells["last_row"]].reset_index(drop=True)
    stays = stays.assign(since=spells["start"], until=spells["end"], route=first["route"])
    stays["years"] = history.full_years(stays["since"], settings.as_of)
    moves = history.moves(dataset, settings.max_gap_days).set_index("to_posting_id")
    came = moves[["from_place_code", "rank_step"]].reindex(first["posting_id"]).reset_index(drop=True)
    stays["rank_step"] = came["rank_step"].astype("Int64")
    origin = first["from_place_code"].fillna(came["from_place_code"])
    stays["elsewhere"] = pd.Series(pd.NA, index=stays.index, dtype="boolean")
    for level in places.LEVELS:
        rows = (stays["level"].astype("object") == level).to_numpy()
        same = places.same_place(origin[rows], first.loc[rows, "place_code"], stays.loc[rows, "since"], level)
        stays.loc[rows, "elsewhere"] = ~same
    return stays


# --- holders by kind of post, beside Guizhou ------------------------------------------------------------------------------


def _from_elsewhere(stays: pd.DataFrame) -> pd.DataFrame:
    """Holders on the day by kind of post; the heads of government of counties and of cities are two kinds."""
    held = stays[(stays["until"].isna() & ~stays["unit_kind"].isin(NOT_OF_THE_COUNTY)).to_numpy()]
    kind, level = held["post_kind"].astype("object"), held["level"].astype("object")
    of_county = same(level, "county")
    parts = []
    for group in _groups():
        wanted = {"county_head": "government_head"}.get(group.value, group.value)
        belongs = kind.eq(wanted).fillna(False).astype("boolean")
        if wanted == "government_head":
            belongs = belongs & (of_county if group.value == "county_head" else ~of_county)
        possible = belongs.fillna(True).to_numpy(bool)
        parts.append(
            fact_rows(
                "from_elsewhere",
                held[possible],
                SUBJECT,
                "organisation_id",
                group=group.value,
                eligible=belongs[possible],
                hit=held["elsewhere"][possible],
                since=held["since"][possible],
            )
        )
    return pd.concat(parts, ignore_index=True)


def _groups() -> tuple[policy.Group, ...]:
    return policy.load_policy("key_posts").measures["from_elsewhere"].groups


# --- holders of key posts, moved or within the limit ----------------------------------------------------------------------


def is_key(posts: pd.DataFrame, prefix: str = "") -> pd.Series:
    """Whether a post is a key post (boolean): a head, or a leading post in a unit over people, money or property."""
    kind, power = posts[f"{prefix}post_kind"].astype("object"), posts[f"{prefix}power"].astype("object")
    head = among(kind, HEADS)
    return head | (posts[f"{prefix}leading"] & ~same(power, "none"))


def _in_time(stays: pd.DataFrame, dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Holders of a key post on the day, by the longest stay, and those who moved out of one in the last months."""
    running = stays[stays["until"].isna().to_numpy()]
    running = running.assign(key=is_key(running), hit=running["years"] < settings.max_years_in_key_post)

    moves = history.moves(dataset, settings.max_gap_days)
    after = history.months_before(settings.as_of, settings.window_months)
    left = moves[((moves["moved_on"] >= after) & ~moves["demotion"] & moves["from_end"].notna()).to_numpy()]
    left = left.assign(key=is_key(left, "from_"), hit=True, organisation_id=left["from_organisation_id"])
    left = left.assign(since=left["from_start"], post_id=left["from_post_id"], until=left["from_end"])

    both = pd.concat([running, left])[
        ["cadre_id", "organisation_id", "post_id", "key", "hit", "since", "until", "years"]
    ]
    both = both[both["key"].fillna(True).to_numpy(bool)]
    # Who still holds a key post is judged by it, whatever other was left; a post known to be one before one that may be.
    order = both.assign(unsure=both["key"].isna(), gone=both["until"].notna())
    order = order.sort_values(["gone", "unsure", "since", "post_id"], kind="stable")
    people = order.drop_duplicates(["cadre_id", "organisation_id"]).reset_index(drop=True)
    hit = people["hit"].astype("boolean")
    # Who is in time by a sure key post, and holds one past the limit that may be another, may be over.
    late = running[(running["key"].isna() & ~running["hit"]).to_numpy(bool)]
    perhaps = pd.MultiIndex.from_frame(people[["cadre_id", "organisation_id"]]).isin(
        pd.MultiIndex.from_frame(late[["cadre_id", "organisation_id"]])
    )
    hit = hit.mask(hit & perhaps)
    return fact_rows(
        "moved_in_time",
        people,
        SUBJECT,
        "organisation_id",
        eligible=people["key"],
        hit=hit,
        since=people["since"],
        years=people["years"],
        limit_on=history.anniversary(people["since"], settings.max_years_in_key_post),
        reason_code=pd.Series("over_in_key_post", index=people.index).where(
            (~hit & people["key"]).fillna(False), pd.NA
        ),
    )


# --- first promotions into a county's team --------------------------------------------------------------------------------


def _promoted(stays: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """First promotions of the last months into the Party or government team of a county, wherever that county is."""
    level = stays["level"].astype("object")
    county = same(level, "county")
    into = stays.assign(into=stays["team"].isin(TEAMS).astype("boolean") & county)
    into = into[into["into"].fillna(True).to_numpy(bool)]
    since, sure = into["since"], into["into"].notna().to_numpy()
    into["nothing_before"] = since == since.groupby(into["cadre_id"]).transform("min")
    earliest_sure = since.where(sure).groupby(into["cadre_id"]).transform("min").fillna(since)
    after = history.months_before(settings.as_of, settings.promotion_months)
    first = into[((since <= earliest_sure) & (since >= after)).to_numpy()]
    # A team that may be a county's and came before leaves open which was the first.
    nothing_before = first["nothing_before"].astype("boolean")
    nothing_before = nothing_before.mask(~nothing_before)
    first = first.assign(eligible=first["into"] & nothing_before & history.is_promotion(first))
    first = first.assign(unsure=first["eligible"].isna(), no=~first["eligible"].fillna(True))
    first = first.sort_values(["no", "unsure", "since", "post_id"], kind="stable")
    first = first.drop_duplicates(["cadre_id", "organisation_id"])
    code = pd.Series("origin_unknown", index=first.index, dtype="object")
    code = code.mask(first["elsewhere"].notna(), "promoted_at_home").mask(first["elsewhere"].fillna(False), pd.NA)
    return fact_rows(
        "promoted_elsewhere",
        first,
        SUBJECT,
        "organisation_id",
        eligible=first["eligible"],
        hit=first["elsewhere"],
        since=first["since"],
        reason_code=code.where(first["eligible"].fillna(False).to_numpy(bool), pd.NA),
    )


def picture(run) -> figures.Picture:
    """The share of holders who came from another place, by kind of post, against Guizhou."""
    counted = run.cells[
        run.cells["measure"].eq("from_elsewhere") & run.cells["organisation_id"].isin(run.organisations)
    ]
    counted = counted.groupby("group")[["n", "k"]].sum().reindex([group.value for group in _groups()], fill_value=0)
    table = pd.DataFrame(
        {
            "row": [label(group) for group in _groups()],
            "k": counted["k"].to_numpy(),
            "n": counted["n"].to_numpy(),
            "published": [getattr(run.settings, group.target) for group in _groups()],
        }
    )
    return figures.dots(
        table,
        settings=run.settings,
        slug=run.policy.id,
        title=_("{k} of {n} holders came from another place").format(k=int(table["k"].sum()), n=int(table["n"].sum())),
        caption=_(
            "A filled dot is the share of holders who came from another place, an open diamond Guizhou's share in 2005: of its "
            "prefectures, and for government heads of counties of its counties. Holders of whom it is not known are left out."
        ),
        published=_("Guizhou"),
    )
