"""Avoidance by place: posts that may not be held where one was born or grew up.

Sources: zhengzhou, Jiujiang (birthplace and upbringing); 党政领导干部任职回避暂行规定 2006, Art. 5 (upbringing only).
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history, places, schema
from cadre_handbook.dataset import Dataset
from cadre_handbook.i18n import _, label
from cadre_handbook.policy import Settings
from cadre_handbook.verdict import fact_rows

POSTS = {
    "jiujiang": [
        *(
            "party_secretary",
            "government_head",
            "discipline_head",
            "organisation_head",
            "political_legal_head",
        ),
        *("chief_judge", "chief_prosecutor"),
    ],
    "rule_2006": [
        *("party_secretary", "government_head", "discipline_head", "organisation_head"),
        *("chief_judge", "chief_prosecutor", "police_head"),
    ],
}
BASES = {
    "birth": ["birth_place_code"],
    "upbringing": ["upbringing_place_code"],
    "birth_or_upbringing": ["birth_place_code", "upbringing_place_code"],
    "native": ["native_place_code"],
}
# A secretary or head of a township or an institution is not one of the county.
NOT_OF_THE_COUNTY = ["township", "subdistrict", "institution", "enterprise"]


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per holder of such a post on `as_of`; explained by `since`, `post_kind`, `place_code`."""
    frame = history.held_on(history.substantive(history.timeline(dataset)), settings.as_of)
    # Somebody appointed anew to a post still held is one holder of it, since the first day.
    frame = frame.sort_values("start", kind="stable").drop_duplicates(["cadre_id", "post"]).sort_index()
    # A leading post of no known kind may be one of those, and so may one where the level is not known.
    kind = frame["post_kind"].isin(POSTS[settings.posts]).astype("boolean")
    kind = kind.mask(frame["post_kind"].isna() & frame["leading"].fillna(True))
    level = frame["level"].eq(settings.level).astype("boolean").mask(frame["level"].isna())
    watched = kind & level & ~frame["unit_kind"].isin(NOT_OF_THE_COUNTY)
    holders = frame.assign(watched=watched)[watched.fillna(True).to_numpy(bool)].merge(
        dataset["cadres"][["cadre_id", "birth_place_code", "upbringing_place_code", "native_place_code"]],
        on="cadre_id",
        how="left",
    )
    at_home = serves_at_home(holders, settings)
    # Whoever is surely elsewhere cannot turn the outcome, watched or not.
    counts = (holders["watched"].notna() | at_home.ne(False).fillna(True)).to_numpy(bool)
    holders, at_home = holders[counts], at_home[counts]
    code = pd.Series("place_unknown", index=holders.index, dtype="object")
    code = code.mask(at_home.eq(True).fillna(False), "serving_at_home").mask(at_home.eq(False).fillna(False), pd.NA)
    code = code.where(holders["watched"].notna(), pd.NA)
    return fact_rows(
        "serving_at_home",
        holders,
        ("cadre", "cadre_id"),
        "organisation_id",
        eligible=holders["watched"],
        hit=at_home,
        since=holders["start"],
        reason_code=code,
        post_kind=holders["post_kind"].astype("object"),
        place_code=holders["place_code"],
    )


def serves_at_home(holders: pd.DataFrame, settings: Settings) -> pd.Series:
    """Whether each holder serves in a place of the basis asked for (boolean, NA where it is not known).

    With two places, one that is the same is enough; both must be known to differ before the answer is no.
    """
    answers = [
        places.same_place(holders[column], holders["place_code"], holders["start"], settings.level)
        for column in BASES[settings.basis]
    ]
    result = answers[0]
    for answer in answers[1:]:
        result = result | answer
    return result


def notes(settings: Settings) -> dict[str, str]:
    """What a result must say about the way it was made."""
    if settings.basis == "native":
        return {
            "serving_at_home": _(
                "by ancestral place (籍贯), which stands in for birth and upbringing and may differ from both"
            )
        }
    return {}


def picture(run) -> figures.Picture:
    """Holders by post, and whether they serve at home."""
    holders = run.of("serving_at_home")
    kinds = {item.value: label(item) for item in schema.tables()["posts"].fields["kind"].categories}
    outcome = holders["hit"].astype("object").map({True: _("at home"), False: _("elsewhere")}).fillna(_("not known"))
    counted = (
        pd.DataFrame({"row": holders.get("post_kind", pd.Series(dtype=object)).map(kinds), "column": outcome})
        .value_counts(["row", "column"])
        .rename("count")
        .reset_index()
    )
    return figures.matrix(
        rows=[kinds[kind] for kind in POSTS[run.settings.posts]],
        columns=[_("at home"), _("elsewhere"), _("not known")],
        counts=counted,
        settings=run.settings,
        slug=run.policy.id,
        title=_("{k} of {n} holders serve where they come from").format(
            k=int(holders["hit"].fillna(False).sum()), n=int(holders["hit"].notna().sum())
        ),
        caption=_(
            "Each row is a kind of post; a number counts its holders on the day. “Not known” holders are in no share."
        ),
    )
