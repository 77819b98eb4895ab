"""Small counts of sensitive traits: whoever has everything that is shown, and knows the rules, cannot work them out."""

from __future__ import annotations

import copy
import itertools
import json
import os
import random
import re
from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
import yaml

from cadre_handbook import checks, cli, disclosure, i18n, notebook, policy, show, validation, verdict
from cadre_handbook.dataset import from_frames
from cadre_handbook.errors import PolicyError, RequestError
from cadre_handbook.paths import DATA

LEAST = 5
DAY = {"as_of": "2024-12-31"}
# Every count that is hidden in CI; elsewhere none, one and the most.
HIDDEN_COUNTS = range(LEAST) if os.environ.get("CI") == "true" else (0, 1, LEAST - 1)

# --- working back from means of ages ---------------------------------------------------------------------------------------


def _of_teams(dice, people: list[str]) -> dict[tuple[str, int], set[str]]:
    """Who sits in two teams now (1) and then (0): what was then is much as what is now, as with teams."""
    teams = {}
    for team in ("party", "government"):
        then = set(dice.sample(people, dice.randint(0, 12)))
        gone = set(dice.sample(sorted(then), min(len(then), dice.choice([0, 0, 1, 2, 5]))))
        teams[team, 0] = then
        teams[team, 1] = (then - gone) | set(dice.sample(people, dice.choice([0, 0, 1, 2, 6])))
    if dice.random() < 0.4:  # those of the one sit in the other too, nearly
        teams["government", 1] = teams["party", 1] | set(dice.sample(people, dice.choice([0, 1, 3])))
    return teams


def _age_facts(teams: dict[tuple[str, int], set[str]]) -> pd.DataFrame:
    facts = []
    for (team, side), members in teams.items():
        row = {"organisation_id": "k", "group": team, "hit": True, "missing": False}
        facts += [{**row, "measure": "age_change", "subject_id": name, "x": side} for name in sorted(members)]
        facts += [{**row, "measure": "mean_age", "subject_id": name, "x": 44} for name in sorted(members) if side]
    frame = pd.DataFrame(facts, columns=["organisation_id", "group", "hit", "missing", "measure", "subject_id", "x"])
    return frame.astype({"hit": "boolean", "missing": "bool", "x": "Float64"})


def _ages_told(teams: dict[tuple[str, int], set[str]], people: list[str], hidden: set) -> set[str]:
    """Whose age follows from the means that are shown: each is an equation in the ages of all, and it solves for one."""
    equations = []
    for team in ("party", "government"):
        weights = [
            np.array([(name in teams[team, side]) / max(len(teams[team, side]), 1) for name in people])
            for side in (1, 0)
        ]
        if teams[team, 1] and ("k", "mean_age", team) not in hidden:
            equations.append(weights[0])
        if teams[team, 1] and teams[team, 0] and ("k", "age_change", team) not in hidden:
            equations.append(weights[0] - weights[1])
    if not equations:
        return set()
    matrix = np.array(equations).T
    fits = matrix @ np.linalg.pinv(matrix)  # onto the ages that the equations give
    return {name for position, name in enumerate(people) if fits[position, position] > 1 - 1e-9}


def test_no_age_follows_from_the_means_of_teams() -> None:
    dice, people, without_hiding = random.Random(1), [f"c{number}" for number in range(30)], 0
    of_teams = policy.load_policy("team_profile")
    settings = policy.settings(of_teams, pd.Timestamp("2024-12-31"), {})
    shown = 0
    for _try in range(300):
        teams = _of_teams(dice, people)
        hidden = disclosure.means_to_hide(_age_facts(teams), of_teams, settings)
        assert not _ages_told(teams, people, hidden), teams
        without_hiding += bool(_ages_told(teams, people, set()))
        shown += ("k", "age_change", "party") not in hidden and bool(teams["party", 1] and teams["party", 0])
    assert without_hiding > 50
    assert shown > 10  # not by hiding everything


def test_a_higher_least_hides_whatever_a_lower_one_hides_of_means() -> None:
    dice, people = random.Random(2), [f"c{number}" for number in range(30)]
    of_teams = policy.load_policy("team_profile")
    for _try in range(50):
        facts, last = _age_facts(_of_teams(dice, people)), set()
        for least in (5, 7, 12):
            settings = policy.settings(of_teams, pd.Timestamp("2024-12-31"), {"min_cell": least})
            hidden = disclosure.means_to_hide(facts, of_teams, settings)
            assert last <= hidden
            last = hidden


# --- working back from what is shown, for every county of a few dozen people -----------------------------------------------

# How many people are in neither body, in the first only, in the second only, in both.
SIZES = [
    (15, 12, 14, 3),
    (12, 11, 12, 0),
    (20, 11, 10, 1),
    (8, 12, 14, 5),
    (6, 12, 12, 0),
    (14, 0, 12, 12),
    (25, 4, 8, 7),
]


def shown_of(counts: tuple[int, ...], sizes: tuple[int, ...], least: int) -> tuple:
    """All that two results on one trait show: which are hidden, the counts of those that are not, and the count of all."""
    parts = dict(enumerate(zip(sizes, counts, strict=True)))
    own = {bit: tuple(parts[bit][at] + parts[3][at] for at in (0, 1)) for bit in (1, 2)}
    hidden = disclosure.bodies_to_hide(own, parts, least)
    known = tuple((bit, own[bit][1]) for bit in own if bit not in hidden)
    return tuple(sorted(hidden)), known, sum(counts) if known else None


def worlds(sizes: tuple[int, ...], least: int = LEAST) -> dict[tuple, list[tuple[int, ...]]]:
    """Every way the trait may be spread over people whose bodies are known, by what is shown of it."""
    found = defaultdict(list)
    for counts in itertools.product(*(range(size + 1) for size in sizes)):
        found[shown_of(counts, sizes, least)].append(counts)
    return found


@pytest.mark.parametrize("sizes", SIZES)
def test_a_hidden_count_has_at_least_as_many_possible_values_as_the_least_count(sizes):
    for (hidden, *_shown), states in worlds(sizes).items():
        for bit in hidden:
            assert len({counts[bit] + counts[3] for counts in states}) >= LEAST


@pytest.mark.parametrize("sizes", SIZES)
def test_no_small_count_of_a_part_can_be_worked_out(sizes):
    """Of those in both bodies, in one only and in neither; with both bodies shown not even nearly."""
    anything_shown = 0
    for (hidden, *shown), states in worlds(sizes).items():
        anything_shown += bool(shown[0])
        for part, size in enumerate(sizes):
            values = {counts[part] for counts in states}
            if size and any(min(value, size - value) < LEAST for value in values):
                assert len(values) >= (2 if hidden else min(size + 1, LEAST)), (hidden, shown, part, values)
    assert anything_shown > 5


def test_without_the_rules_on_two_bodies_the_attack_succeeds(monkeypatch):
    """The attack can find something: it does where two of the rules are taken away."""
    monkeypatch.setattr(disclosure, "_told_by_both", lambda *_given: False)
    monkeypatch.setattr(disclosure, "_possible_small", lambda *_given: 99)
    with pytest.raises(AssertionError):
        test_no_small_count_of_a_part_can_be_worked_out((12, 11, 12, 0))


@pytest.mark.parametrize("sizes", [(6, 5, 5, 4, 8), (5, 5, 5, 3, 3), (9, 7, 6)])
def test_naming_teams_without_a_group_tells_no_small_count_of_another_team(sizes):
    """Shown are the count in all teams and which of those that are large enough have none, or that none is named."""
    shown = defaultdict(list)
    for counts in itertools.product(*(range(size + 1) for size in sizes)):
        all_, people = sum(counts), sum(sizes)
        if min(all_, people - all_) < LEAST:
            continue  # then the result is hidden, and the findings with it
        none = [team for team, size in enumerate(sizes) if size >= LEAST and not counts[team]]
        has_one = sum(size >= LEAST for size in sizes) - len(none)
        others = people - sum(sizes[team] for team in none)
        named = disclosure.absence_may_be_named(others, all_, has_one, LEAST)
        shown[all_, tuple(none) if named else ()].append(counts)
    assert any(none for _all, none in shown)
    for (_all, none), states in shown.items():
        if not none:
            continue
        for team, size in enumerate(sizes):
            if team not in none:
                assert len({counts[team] for counts in states}) >= min(size, LEAST)


@pytest.mark.parametrize("sizes", SIZES[:3])
def test_a_higher_least_count_hides_whatever_a_lower_one_hides(sizes):
    recommendation = policy.load_policy("reserve_structure")
    day = pd.Timestamp("2024-12-31")
    settings = [policy.settings(recommendation, day, {"min_cell": least}) for least in (5, 6, 8)]
    for counts in itertools.islice(itertools.product(*(range(size + 1) for size in sizes)), 0, None, 997):
        cells = cells_of(counts, sizes)
        hidden = [disclosure.to_hide(cells, recommendation, chosen) for chosen in settings]
        assert hidden[0] <= hidden[1] <= hidden[2]


def cells_of(counts: tuple[int, ...], sizes: tuple[int, ...]) -> pd.DataFrame:
    """The cells of women in the reserve and in the teams."""
    rows = []
    for bit, measure in ((1, "women_in_reserve"), (2, "women_in_teams")):
        rows += [("o", measure, "", 0.0, float(mark), sizes[mark], counts[mark], 0) for mark in range(4)]
        n, k = (items[bit] + items[3] for items in (sizes, counts))
        rows.append(("o", measure, "", 1.0, pd.NA, n, k, 0))
    return pd.DataFrame(rows, columns=verdict.CELL_COLUMNS).astype({"x": "Float64", "y": "Float64"})


# --- everything that is shown is the same, whatever is hidden ----------------------------------------------------------------


def frames(minority_in_reserve: int, refused: int = 2) -> dict[str, pd.DataFrame]:
    """Two counties. In the first, 01, so many of the twenty on the list are of a minority, of twenty-four outside the team; in the
    team eight of twenty are, all told thirty-two of one hundred. In the second, 02, nothing is small."""
    cadres, postings, reserve, tests = [], [], [], []

    def add(county: str, number: int, minority: bool, listed: bool, seat: str) -> None:
        key = f"{county}{number:03d}"
        ethnicity = "hui" if minority else "han"
        cadres.append(
            (key, county, "female" if number % 3 else "male", ethnicity, "party_member" if number % 4 else "masses")
        )
        postings.append((f"p{key}", key, f"{county}{seat}", "2015-01-01"))
        if listed:
            reserve.append((f"r{key}", key, "2023-01-01", "true", f"{county}seat"))
        if number < 30:
            takes = "false" if number >= refused or county == "02" else "true"
            tests.append((f"t{key}", key, "2021-03-01", "" if takes == "true" else "2021-03-05", "true", takes))

    for county in ("01", "02"):
        few = minority_in_reserve if county == "01" else 8
        for number in range(20):
            add(county, number, number < few, True, "desk")
        for number in range(20, 40):
            add(county, number, number < 28, False, "seat")
        for number in range(40, 100):
            add(county, number, number < 64 - few, False, "desk")
    return {
        "organisations": pd.DataFrame([("01", "Eastern county", "county"), ("02", "Western county", "county")],
                                      columns=["organisation_id", "name", "level"]),
        "units": pd.DataFrame([(f"u{key}", key, "government") for key in ("01", "02")],
                              columns=["unit_id", "organisation_id", "kind"]),
        "posts": pd.DataFrame(
            [row for key in ("01", "02") for row in (
                (f"{key}seat", f"u{key}", "section", "government", "true", "3"),
                (f"{key}desk", f"u{key}", "staff", "", "false", "1"))],
            columns=["post_id", "unit_id", "rank", "team", "leading", "importance"]),
        "cadres": pd.DataFrame(cadres, columns=["cadre_id", "organisation_id", "sex", "ethnicity", "party"]).assign(
            birth_date=[f"{1985 + int(row[0][2:]) % 10}-06-01" for row in cadres]),
        "postings": pd.DataFrame(postings, columns=["posting_id", "cadre_id", "post_id", "start"]),
        "reserve": pd.DataFrame(reserve, columns=["reserve_id", "cadre_id", "listed_on", "ready", "for_post_id"]),
        "tests": pd.DataFrame(tests, columns=["test_id", "cadre_id", "offered_on", "taken_on", "consent", "refused"]),
    }  # fmt: skip


def written(tables: dict[str, pd.DataFrame], folder) -> str:
    folder.mkdir(exist_ok=True)
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    return str(folder)


def everything_shown(slug: str, folder: str, capsys, monkeypatch, **given) -> str:
    """What the notebook and the command show in both languages, the digest of the data left out."""
    shown, made, evaluate = [], {}, checks.evaluate

    def once(slug, report, given, records=None):
        """Each run is made once a language: what is looked at is what its forms show of it."""
        said = sorted((name, str(value)) for name, value in given.items() if value is not None and name != "language")
        key = (slug, i18n.language(), *said)
        if key not in made:
            made[key] = evaluate(slug, report, given, records)
        return made[key]

    monkeypatch.setattr(checks, "evaluate", once)

    def bundle(item, **_options):
        for name in ("_repr_mimebundle_", "_repr_html_"):
            if hasattr(item, name):
                shown.append(str(getattr(item, name)()))
                return
        shown.append(str(item))

    monkeypatch.setattr(notebook, "display", bundle)
    for language in i18n.LANGUAGES:
        check = notebook.open_check(slug, {"data": folder, "language": language, **DAY, **given})
        for item in (check, repr(check)):
            bundle(item)
        check.verdict()
        check.picture()
        check.findings()
        run = check.run
        shown += [run.results.to_csv(), run.findings.to_csv()]
        shown.append(run.cells[run.cells["measure"].isin(sensitive(slug))].to_csv())
        shown += [json.dumps(show.records(run, with_findings=True)), show.sensitivity_table(run).to_json()]
        for form in ("table", "json", "csv"):
            arguments = [
                "check",
                slug,
                "--data",
                folder,
                "--as-of",
                DAY["as_of"],
                "--format",
                form,
                "--language",
                language,
            ]
            arguments += [part for name, value in given.items() for part in ("-p", f"{name}={value}")]
            assert cli.main([*arguments, "--findings"]) == 0
        assert cli.main(["check", slug, "--data", folder, "--as-of", DAY["as_of"]]) == 0
    monkeypatch.setattr(checks, "evaluate", evaluate)
    captured = capsys.readouterr()
    return re.sub(r"\b[0-9a-f]{12,64}\b", "", "\n".join([*shown, captured.out, captured.err]))


def sensitive(slug: str) -> list[str]:
    return [name for name, measure in policy.load_policy(slug).measures.items() if measure.sensitive]


@pytest.mark.parametrize("given", [{}, {"organisation_id": "01"}, {"min_cell": 7}], ids=["both", "one", "raised"])
def test_whatever_is_hidden_everything_shown_is_the_same(given, tmp_path, capsys, monkeypatch):
    """Of the twenty on the list of 01 none to four are of a minority, and as many more elsewhere; nothing shows it."""
    seen = set()
    for count in HIDDEN_COUNTS if not given else (0, LEAST - 1):
        folder = written(frames(count), tmp_path / "data")
        seen.add(everything_shown("reserve_structure", folder, capsys, monkeypatch, **given))
    assert len(seen) == 1
    shown = checks.run("reserve_structure", folder, **DAY).results.set_index(["organisation_id", "measure"])["verdict"]
    assert shown["01", "minority_in_reserve"] == verdict.HIDDEN
    assert shown["01", "minority_in_teams"] != verdict.HIDDEN
    assert verdict.HIDDEN not in set(shown["02"])


def test_a_count_that_is_large_enough_is_shown(tmp_path):
    run = checks.run("reserve_structure", written(frames(LEAST), tmp_path / "data"), **DAY)
    assert run.results.set_index(["organisation_id", "measure"]).at[("01", "minority_in_reserve"), "k"] == LEAST


def test_refusals_are_hidden_in_every_form(tmp_path, capsys, monkeypatch):
    seen = {
        everything_shown(
            "aptitude_tests", written(without_consent(frames(3, refused)), tmp_path / "data"), capsys, monkeypatch
        )
        for refused in HIDDEN_COUNTS
    }
    assert len(seen) == 1


def without_consent(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The days of the tests left out: how many took one is no secret of this check."""
    return {**tables, "tests": tables["tests"].drop(columns=["consent", "taken_on"])}


def test_of_several_organisations_there_is_no_sum_where_one_is_hidden(tmp_path):
    run = checks.run("reserve_structure", written(frames(2), tmp_path / "data"), **DAY)
    label = verdict.measure_label(run.policy, "minority_in_reserve", "")
    table = show.sensitivity_table(run)
    figures = set(table.loc[table["Measure"].eq(label), "Figure"])
    assert figures == {"–"}
    women = set(table.loc[table["Measure"].eq(verdict.measure_label(run.policy, "women_in_reserve", "")), "Figure"])
    assert women == {"26 of 40"}


def test_of_a_hidden_result_no_fact_cell_or_finding_is_left(tmp_path):
    run = checks.run("reserve_structure", written(frames(2), tmp_path / "data"), **DAY)
    row = run.results[run.results["verdict"].eq(verdict.HIDDEN)]
    assert row[disclosure.FIGURES].isna().all(axis=None)
    assert list(row["reason"]) == ["a count it is made from, or one that it would give away, is under 5"] * len(row)
    for frame in (run.facts, run.cells, run.findings):
        keys = frame[["organisation_id", "measure"]].itertuples(index=False, name=None)
        assert ("01", "minority_in_reserve") not in set(keys)
    assert ("02", "minority_in_reserve") in set(
        run.facts[["organisation_id", "measure"]].itertuples(index=False, name=None)
    )


def test_a_score_in_the_data_reaches_nothing_that_is_shown(tmp_path, capsys, monkeypatch):
    tables = frames(3)
    plain = everything_shown("aptitude_tests", written(tables, tmp_path / "data"), capsys, monkeypatch)
    scored = tables["tests"].assign(score="CANARY77", warmth="CANARY78", 得分="CANARY79")
    text = everything_shown(
        "aptitude_tests", written({**tables, "tests": scored}, tmp_path / "data"), capsys, monkeypatch
    )
    assert "CANARY" not in text
    assert text == plain


# --- what may not be asked for ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "given", "message"),
    [
        ("reserve_structure", {"min_cell": 4}, "min_cell = 4: expected a whole number from 5 to 100"),
        ("reserve_structure", {"min_cell": 1}, "from 5 to 100"),
        ("reserve_structure", {"young_age": 36}, "young_age is fixed at 35"),
        ("reserve_pool", {"young_age": 40}, "young_age is fixed at 35"),
        ("aptitude_tests", {"months_after": 23}, "months_after is fixed at 24"),
    ],
)
def test_a_value_that_would_tell_what_is_hidden_is_refused(slug, given, message, tmp_path):
    folder = written(frames(2), tmp_path / "data")
    with pytest.raises(RequestError, match=message):
        checks.run(slug, folder, **DAY, **given)
    local = tmp_path / "ours.yaml"
    local.write_text(yaml.safe_dump({slug: given}), encoding="utf-8")
    with pytest.raises((RequestError, PolicyError), match=message):
        checks.run(slug, folder, **DAY, policy=str(local))


def test_the_value_that_holds_anyway_may_be_given(tmp_path):
    assert (
        checks.run("reserve_structure", written(frames(2), tmp_path / "data"), **DAY, young_age=35).settings.young_age
        == 35
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda raw: raw["parameters"].pop("min_cell"), "needs the parameter min_cell"),
        (lambda raw: raw["parameters"]["min_cell"].pop("minimum"), "needs the parameter min_cell"),
        (lambda raw: raw["parameters"]["young_age"].pop("fixed"), "young_age decides who is counted"),
    ],
)
def test_a_policy_whose_sensitive_measure_could_be_worked_out_does_not_load(change, message, tmp_path):
    path = DATA / "policy" / "training" / "reserve_structure.yaml"
    raw = copy.deepcopy(yaml.safe_load(path.read_text(encoding="utf-8")))
    for name, measure in raw["measures"].items():
        if name == "young_in_teams":
            measure["parameters"] = ["young_age"]
        elif "min_cell" in measure["parameters"]:
            measure["parameters"] = [item for item in measure["parameters"] if item != "min_cell"]
    change(raw)
    changed = tmp_path / "reserve_structure.yaml"
    changed.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    with pytest.raises(PolicyError, match=message):
        policy.read_policy(changed)


def test_ordinary_checks_hide_nothing():
    tables = frames(2)
    report = validation.validate(from_frames({name: frame.astype(str) for name, frame in tables.items()}))
    run = checks.evaluate("tenure_limit", report, DAY)
    assert verdict.HIDDEN not in set(run.results["verdict"])
