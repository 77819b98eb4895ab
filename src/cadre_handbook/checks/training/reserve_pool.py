"""The list before the vacancy: a bench for every leading post, appointments from a list that stood, and a young reserve.

Sources: rotation essay 2.1; growth 3.2 (first).
"""

from __future__ import annotations

import pandas as pd

from cadre_handbook import figures, history, verdict
from cadre_handbook.dataset import Dataset
from cadre_handbook.figures.house import sentences
from cadre_handbook.i18n import _
from cadre_handbook.policy import Settings
from cadre_handbook.values import any_of
from cadre_handbook.verdict import fact_rows

BAND_YEARS = 5
YOUNGEST_BAND, OLDEST_BAND = 25, 55  # beyond them a band has no further edge
OLDEST = 200  # an age that nobody reaches


def facts(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """One row per leading post, appointment and reserve cadre; explained by `ready`, `listed_on`, `moved_on`, `age`."""
    parts = [_bench(dataset, settings), _from_list(dataset, settings), _young(dataset, settings)]
    return pd.concat(parts, ignore_index=True)


def listed(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The entries that stand at the end of `as_of`, of cadres in service; with `managed_by` and `birth_date`."""
    entries = dataset["reserve"]
    stands = (entries["listed_on"] <= settings.as_of) & ~(entries["removed_on"] <= settings.as_of)
    serving = history.in_service(dataset, settings.as_of)[["cadre_id", "organisation_id", "birth_date"]]
    return entries[stands.to_numpy(bool)].merge(
        serving.rename(columns={"organisation_id": "managed_by"}), on="cadre_id"
    )


# --- the bench ----------------------------------------------------------------------------------------------------------


def _bench(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """The leading posts that exist on the day, and whether enough ready reserve cadres stand behind each."""
    posts = dataset["posts"].merge(dataset["units"][["unit_id", "organisation_id"]], on="unit_id", how="left")
    posts = posts.assign(post=history.roots(posts["post_id"], posts["predecessor_post_id"]))
    abolished = (posts["valid_to"] <= settings.as_of) | posts["post_id"].isin(posts["predecessor_post_id"].dropna())
    not_yet = posts["valid_from"] > settings.as_of
    posts = posts[(posts["leading"].fillna(True) & ~abolished & ~not_yet).to_numpy(bool)].reset_index(drop=True)
    ready, perhaps = (posts["post"].map(count).fillna(0).astype("int64") for count in behind(dataset, settings))
    enough = (ready >= settings.bench).astype("boolean").mask((ready < settings.bench) & (perhaps >= settings.bench))
    nobody = (perhaps == 0) & posts["leading"].fillna(False).astype(bool)
    return fact_rows(
        "bench",
        posts,
        ("post", "post_id"),
        "organisation_id",
        eligible=posts["leading"],
        hit=enough,
        ready=ready,
        reason_code=pd.Series("no_bench", index=posts.index).where(nobody, pd.NA),
    )


def behind(dataset: Dataset, settings: Settings) -> tuple[pd.Series, pd.Series]:
    """How many reserve cadres stand behind each post (by its root): those surely ready, and all who may be."""
    posts = dataset["posts"]
    root = history.roots(posts["post_id"], posts["predecessor_post_id"]).set_axis(posts["post_id"].to_numpy())
    entries = listed(dataset, settings)
    entries = entries.assign(post=entries["for_post_id"].map(root)).dropna(subset=["post"])
    held = history.held_on(history.substantive(history.timeline(dataset)), settings.as_of)[["cadre_id", "post"]]
    holds = pd.MultiIndex.from_frame(entries[["cadre_id", "post"]]).isin(pd.MultiIndex.from_frame(held))
    entries = entries[~holds & entries["ready"].fillna(True).to_numpy(bool)]
    # A row left out for a problem may have been one more.
    left_out = dataset.left_out_rows("reserve").reindex(columns=["cadre_id", "for_post_id"])
    left_out = left_out.assign(post=left_out["for_post_id"].map(root)).dropna(subset=["cadre_id", "post"])
    may_be = pd.concat([entries[["cadre_id", "post"]], left_out[["cadre_id", "post"]]])
    surely = entries[entries["ready"].fillna(False).to_numpy(bool)]
    return surely.groupby("post")["cadre_id"].nunique(), may_be.groupby("post")["cadre_id"].nunique()


# --- appointments -------------------------------------------------------------------------------------------------------


def _from_list(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Rises to a leading post in the months before `as_of`, and whether the cadre had long stood on a list."""
    moves = history.moves(dataset)
    recent = moves["moved_on"] >= history.months_before(settings.as_of, settings.window_months)
    rise = (moves["rank_step"] > 0).astype("boolean") | ~moves["from_leading"].astype("boolean")
    appointed = moves["to_leading"].astype("boolean") & rise
    wanted = recent & ~moves["demotion"] & ~moves["to_external"] & appointed.fillna(True)
    moves = moves.assign(appointed=appointed)[wanted.to_numpy(bool)].reset_index(drop=True)

    entries = moves[["cadre_id", "moved_on"]].reset_index(names="move").merge(dataset["reserve"], on="cadre_id")
    stood = ~(entries["removed_on"] < entries["moved_on"]).astype("boolean")
    same_month = entries["removed_on_is_month"] & _month(entries["removed_on"]).eq(_month(entries["moved_on"]))
    stood = stood.mask(~stood & same_month.astype(bool)) & (entries["listed_on"] < entries["moved_on"])
    long_before = entries["listed_on"] + pd.DateOffset(months=settings.lead_months) <= entries["moved_on"]
    on_list, in_time = (_of_move(flags, entries, moves) for flags in (stood, stood & long_before))
    code = pd.Series("not_listed", index=moves.index, dtype="object").mask(on_list.fillna(True), "listed_late")
    named = (~in_time & moves["appointed"]).fillna(False)
    return fact_rows(
        "from_list",
        moves.assign(post_id=moves["to_post_id"]),
        ("cadre", "cadre_id"),
        "managed_by",
        eligible=moves["appointed"],
        hit=in_time,
        since=moves["moved_on"],
        moved_on=moves["moved_on"],
        listed_on=entries[stood.fillna(False).to_numpy(bool)].groupby("move")["listed_on"].min().reindex(moves.index),
        reason_code=code.where(named & on_list.notna(), pd.NA),
    )


def _month(days: pd.Series) -> pd.Series:
    return days.dt.year * 12 + days.dt.month


def _of_move(flags: pd.Series, entries: pd.DataFrame, moves: pd.DataFrame) -> pd.Series:
    """Whether any entry of a move's cadre has the flag (boolean); false where there is no entry."""
    return any_of(flags, entries["move"], moves.index.to_series())


# --- the age of the reserve ---------------------------------------------------------------------------------------------


def _young(dataset: Dataset, settings: Settings) -> pd.DataFrame:
    """Everybody on the list on the day, once, and whether they are young."""
    people = listed(dataset, settings).drop_duplicates("cadre_id").reset_index(drop=True)
    age = history.full_years(people["birth_date"], settings.as_of)
    return fact_rows("young", people, ("cadre", "cadre_id"), "managed_by", hit=age < settings.young_age, age=age)


def picture(run) -> figures.Picture:
    """The age gradient of the reserve: bands of ages, none with fewer people than may be shown."""
    people = run.of("young").dropna(subset=["age"])
    hidden = bool((run.results["measure"].eq("young") & run.results["verdict"].eq(verdict.HIDDEN)).any())
    if people.empty and hidden:
        return figures.withheld(run.settings, run.policy.id)
    least, edge = run.settings.min_cell, run.settings.young_age
    rows = [
        {"group": organisation if len(run.organisations) > 1 else _("Reserve"), "series": words, "k": k, "n": len(ages)}
        for organisation, ages in people.groupby("organisation_id")["age"]
        for words, k in _bands(ages.astype(int), edge, least)
    ]
    known = people["hit"].astype("boolean")
    return figures.bars(
        pd.DataFrame(rows, columns=["group", "series", "k", "n"]).assign(target=float("nan")),
        run.settings,
        run.policy.id,
        title=_("{k} of {n} in the reserve are under {age}").format(k=int(known.sum()), n=len(known), age=edge),
        caption=sentences(
            _(
                "A bar is a band of ages, with its share of the reserve. Bands of fewer than {least} people are drawn together with the next."
            ).format(least=least),
            _("Organisations whose ages are hidden are not drawn.") if hidden else "",
        ),
    )


def _bands(ages: pd.Series, edge: int, least: int) -> list[tuple[str, int]]:
    """Bands of ages with their counts, youngest first: five years each, on either side of `edge` merged until they suffice."""
    bands = []
    for first, last in ((0, edge), (edge, OLDEST)):
        found, start = [], first
        for end in [*(cut for cut in _cuts(edge) if first < cut < last), last]:
            count = int(((ages >= start) & (ages < end)).sum())
            if count >= least or not (found or end < last):
                found.append((start, end, count))
                start = end
        if found and start < last:
            found[-1] = (found[-1][0], last, found[-1][2] + count)
        bands += found
    return [(_band_words(start, end), count) for start, end, count in bands]


def _cuts(edge: int) -> list[int]:
    return [cut for cut in range(edge % BAND_YEARS, OLDEST, BAND_YEARS) if YOUNGEST_BAND < cut < OLDEST_BAND]


def _band_words(start: int, end: int) -> str:
    if not start:
        return _("under {age}").format(age=end)
    if end == OLDEST:
        return _("{age} and over").format(age=start)
    return _("{low} to {high}").format(low=start, high=end - 1)
