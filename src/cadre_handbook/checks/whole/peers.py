"""One measure over many organisations: which differ from the others by more than chance, and no ranking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cadre_handbook import checks, figures, peers, sample_peers, show, validation, verdict
from cadre_handbook import policy as policies
from cadre_handbook.dataset import SAMPLE, from_frames
from cadre_handbook.errors import RequestError
from cadre_handbook.i18n import _, bracketed, clauses, joined, named
from cadre_handbook.policy import Settings
from cadre_handbook.strict_yaml import nearest
from cadre_handbook.tables import html_table

FIRST = "first"  # of the measures, or of the groups


@dataclass(frozen=True)
class Peers:
    """A check over many organisations; ``chosen``: the comparison of one of its measures, ``others``: of all of them."""

    policy: policies.Policy
    settings: Settings
    names: pd.Series
    chosen: peers.Comparison
    others: list[peers.Comparison]


def opened(report: validation.Report, settings: Settings, given: Mapping[str, Any]) -> Peers:
    """The check that is named, run on all organisations asked for, and each of its measures compared among them.

    The sample is one county, which has no peers: in its place stand the made-up peers of `sample_peers`.
    """
    declared = policies.load_policy(settings.check)
    common = {name: value for name, value in given.items() if name in policies.common_parameters()}
    if report.dataset.where == SAMPLE:
        report = validation.validate(from_frames(sample_peers.peers_frames()))
        common = {**common, "as_of": settings.as_of, "organisation_id": None}
    # Records of a review turn no verdict, and are about findings, of which nothing is shown here.
    run = checks.evaluate(declared.id, report, {**common, "review": None})
    name, group = _measure(declared, settings)
    compared = {
        (measure.name, item.value): peers.compare(run.results, measure, item.value, run.settings.min_cases)
        for measure in declared.measures.values()
        for item in measure.groups or (policies.EVERYONE,)
    }
    names = run.dataset["organisations"].set_index("organisation_id")["name"]
    return Peers(declared, run.settings, names, compared[name, group], list(compared.values()))


def _measure(declared: policies.Policy, settings: Settings) -> tuple[str, str]:
    """Measure and group that are asked for; `RequestError` with the nearest where the check has none of that name."""
    known = list(declared.measures)
    name = known[0] if settings.measure == FIRST else settings.measure
    if name not in known:
        message = _("There is no measure “{name}” in {check}.").format(name=name, check=declared.id)
        raise RequestError(message + nearest(name, known))
    groups = [item.value for item in declared.measures[name].groups] or [policies.EVERYONE.value]
    group = groups[0] if settings.group == FIRST else settings.group
    if group not in groups:
        message = _("There is no group “{name}” in {check}.").format(name=group, check=f"{declared.id}/{name}")
        raise RequestError(message + nearest(group, groups))
    return name, group


# --- views ----------------------------------------------------------------------------------------


def funnel(opened_: Peers) -> show.View:
    """The funnel, or a word on why there is none."""
    chosen = opened_.chosen
    measured = verdict.measure_label(opened_.policy, chosen.measure, chosen.group)
    lead = show.paragraph(f"{measured}{bracketed(opened_.policy.id)}")
    lines, shown = list(_lines(opened_)), _figures(opened_)
    if chosen.share is None:
        return show.View(lead + show.paragraph(_why_no_funnel(opened_)), lines=lines, figures=shown)
    told = clauses(
        _("Compared: {count} organisations, {k} of {n} together ({share})").format(
            count=len(chosen.compared), k=shown["k"], n=shown["n"], share=shown["share"]
        ),
        _("outside the 95 % limits: {count}").format(count=shown["outside"]),
        _("by chance alone it would be about {count}").format(count=shown["expected"]),
    )
    picture = figures.funnel(chosen, opened_.settings, "peers")
    return show.View(lead + show.paragraph(told), picture, lines, shown)


def _why_no_funnel(opened_: Peers) -> str:
    measure = opened_.policy.measures[opened_.chosen.measure]
    if measure.kind == "statistic":
        return _(
            "A statistic is no share of people: it is shown for each with its interval, and not set against the others."
        )
    return _("No organisation has enough known to be compared.")


def every_organisation(opened_: Peers) -> show.View:
    """Every organisation, the largest first: figure, limits, where it lies; those that are not compared after them, with the reason."""
    table, names = opened_.chosen.table, opened_.names
    words = peers.state_words()
    rows = {
        _("Organisation"): [show.organisation_text(organisation, names) for organisation in table["organisation_id"]]
    }
    if opened_.policy.measures[opened_.chosen.measure].kind == "statistic":
        rows |= {
            _("Counted"): [show.count_text(n) for n in table["n"]],
            _("Figure"): [_interval(row) for row in table.itertuples()],
        }
    else:
        rows |= {
            _("Figure"): [_share(row) for row in table.itertuples()],
            _("95 % limits"): [_limits(row, opened_.chosen) for row in table.itertuples()],
        }
    rows |= {
        _("Unknown"): [show.count_text(count) for count in table["missing"]],
        _("Among its peers"): [words[state] for state in table["state"]],
        _("Verdict"): [show.verdict_text(word) for word in table["verdict"]],
    }
    told = joined(named(words[word], count) for word, count in peers.counted_states(table).items())
    return show.View(
        show.paragraph(told) + html_table(pd.DataFrame(rows), "ch-peers", _("Organisations, the largest first"))
    )


def _share(row) -> str:
    return (
        "–"
        if pd.isna(row.n)
        else _("{k} of {n}").format(k=row.k, n=row.n) + (bracketed(f"{row.k / row.n:.1%}") if row.n else "")
    )


def _interval(row) -> str:
    if pd.isna(row.value):
        return "–"
    if pd.isna(row.lower):
        return f"{row.value:.2f}"
    return _("{value:.2f} (from {lower:.2f} to {upper:.2f})").format(value=row.value, lower=row.lower, upper=row.upper)


def _limits(row, chosen: peers.Comparison) -> str:
    """The inner limits of an organisation as shares."""
    if row.state not in (*peers.ZONES.values(), peers.UNSURE):
        return "–"
    fewest, most = (int(edge) for edge in peers.limits(row.n, chosen.share, peers.LIMITS[0]))
    return _("{low} to {high}").format(low=f"{fewest / row.n:.1%}", high=f"{most / row.n:.1%}")


def every_measure(opened_: Peers) -> show.View:
    """Every measure of the check: how many organisations are compared, the share of all, and how many lie outside the limits."""
    rows = []
    for compared in opened_.others:
        counts = peers.counted_states(compared.table)
        inside = len(compared.compared)
        others = {word: count for word, count in counts.items() if word not in (*peers.ZONES.values(), peers.UNSURE)}
        rows.append(
            [
                verdict.measure_label(opened_.policy, compared.measure, compared.group),
                inside,
                "–" if compared.share is None else f"{compared.share:.1%}",
                len(compared.outside) if inside else "–",
                f"{compared.expected:.1f}" if inside else "–",
                counts.get(peers.UNSURE, 0) if inside else "–",
                joined(named(peers.state_words()[word], count) for word, count in others.items()) or "–",
            ]
        )
    headings = [
        _("Measure"),
        _("Compared"),
        _("Share of all"),
        _("Outside the 95 % limits"),
        _("By chance alone about"),
        _("Cannot tell"),
        _("Not compared"),
    ]
    return show.View(
        html_table(pd.DataFrame(rows, columns=headings), "ch-peer-measures", _("Every measure of the check"))
    )


def _figures(opened_: Peers) -> dict[str, str]:
    chosen = opened_.chosen
    counts = peers.counted_states(chosen.table)
    known = {
        "organisations": str(len(chosen.table)),
        "compared": str(len(chosen.compared)),
        "small": str(counts.get(peers.SMALL, 0)),
        "outside": str(len(chosen.outside)),
        "outside_ids": joined(chosen.outside["organisation_id"]) or _("none"),
        "expected": f"{chosen.expected:.1f}",
    }
    if chosen.share is not None:
        known |= {
            "share": f"{chosen.share:.1%}",
            "n": str(int(chosen.compared["n"].sum())),
            "k": str(int(chosen.compared["k"].sum())),
        }
        missed = chosen.compared[chosen.compared["verdict"].eq(verdict.NOT_MET)]
        known["missed_within"] = str(int(missed["state"].eq(peers.WITHIN).sum()))
        known["missed_within_ids"] = joined(missed.loc[missed["state"].eq(peers.WITHIN), "organisation_id"]) or _(
            "none"
        )
    return known


def _lines(opened_: Peers):
    """The comparison in a line, and each organisation outside the limits in one: the same in every language."""
    chosen = opened_.chosen
    subject = "/".join(part for part in (opened_.policy.id, chosen.measure, chosen.group) if part)
    counts = " ".join(f"{word.replace(' ', '_')}={count}" for word, count in peers.counted_states(chosen.table).items())
    share = "none" if chosen.share is None else f"{chosen.share:.4f}"
    yield f"peers/{subject}: share={share} expected={chosen.expected:.2f} {counts}"
    for row in chosen.outside.itertuples():
        yield f"{row.organisation_id}/{subject}: n={row.n} k={row.k} missing={row.missing} {row.state.replace(' ', '_')}"


VIEWS = {"The funnel": funnel, "Every organisation": every_organisation, "Every measure of the check": every_measure}
