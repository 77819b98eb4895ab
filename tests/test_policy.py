"""Policy files: a number without its source does not load, and what an official passes is checked."""

from __future__ import annotations

import copy
import datetime as dt

import pandas as pd
import pytest
import yaml

from cadre_handbook import policy
from cadre_handbook.errors import DataRefused, PolicyError, RequestError
from cadre_handbook.paths import DATA
from cadre_handbook.strict_yaml import load_yaml

TENURE = DATA / "policy" / "planning" / "tenure_limit.yaml"


@pytest.fixture
def raw() -> dict:
    return copy.deepcopy(yaml.safe_load(TENURE.read_text(encoding="utf-8")))


def read(raw: dict, tmp_path) -> policy.Policy:
    path = tmp_path / "tenure_limit.yaml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return policy.read_policy(path)


def refused(raw: dict, tmp_path, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        read(raw, tmp_path)


def test_the_file_as_it_is_loads(raw, tmp_path):
    assert read(raw, tmp_path).id == "tenure_limit"


@pytest.mark.parametrize("slug", policy.checks())
def test_every_policy_loads_and_every_number_has_origin_and_reference(slug):
    loaded = policy.load_policy(slug)
    assert loaded.id == slug
    for parameter in loaded.parameters.values():
        for value in parameter.values:
            assert value.origin in ("doc", "rule", "handbook")
            assert value.reference
            assert (value.from_ is not None) == (value.origin == "rule")


@pytest.mark.parametrize("kind", ["case", "overview"])
def test_a_page_that_judges_nothing_needs_no_more_than_what_it_says(raw, tmp_path, kind):
    path = tmp_path / "page.yaml"
    said = {name: raw[name] for name in ("version", "part", "title", "title_zh_CN", "cannot_tell", "cannot_tell_zh_CN")}
    path.write_text(yaml.safe_dump({"id": "page", **said}, allow_unicode=True), encoding="utf-8")
    loaded = policy.read_policy(path, kind)
    assert (loaded.measures, loaded.parameters, loaded.reasons, loaded.sources) == ({}, {}, {}, ())
    path.write_text(yaml.safe_dump({"id": "page", **said, "reasons": raw["reasons"]}), encoding="utf-8")
    with pytest.raises(PolicyError, match="unknown key “reasons”"):
        policy.read_policy(path, kind)


@pytest.mark.parametrize("key", ["origin", "reference", "value"])
def test_a_value_without_origin_or_reference_is_refused(raw, tmp_path, key):
    del raw["parameters"]["max_years_in_post"]["values"][0][key]
    refused(raw, tmp_path, rf"tenure_limit\.yaml: max_years_in_post.*“{key}” is missing")


def test_an_empty_reference_is_refused(raw, tmp_path):
    raw["parameters"]["max_years_in_post"]["values"][0]["reference"] = ""
    refused(raw, tmp_path, "“reference” is missing or empty")


def test_an_origin_that_there_is_not_is_refused(raw, tmp_path):
    raw["parameters"]["max_years_in_post"]["values"][0]["origin"] = "docs"
    refused(raw, tmp_path, "origin “docs”; expected one of doc, rule")


@pytest.mark.parametrize("key", ["from", "wording"])
def test_a_rule_without_date_of_effect_or_wording_is_refused(raw, tmp_path, key):
    value = {"value": 10, "origin": "rule", "reference": "Art. 1", "from": dt.date(2006, 6, 10), "wording": "seen"}
    raw["parameters"]["max_years_in_post"]["values"] = [value]
    read(raw, tmp_path)
    del value[key]
    refused(raw, tmp_path, f"“{key}” is missing")


def test_a_date_of_effect_that_is_no_date_or_has_no_rule_is_refused(raw, tmp_path):
    value = {"value": 10, "origin": "rule", "reference": "Art. 1", "from": "June 2006", "wording": "seen"}
    raw["parameters"]["max_years_in_post"]["values"] = [value]
    refused(raw, tmp_path, "“from” must be a date")
    value.update(origin="doc", **{"from": dt.date(2006, 6, 10)})
    refused(raw, tmp_path, "only the value of a rule")


def test_a_choice_of_the_handbook_says_why(raw, tmp_path):
    raw["parameters"]["max_years_in_post"]["values"] = [{"value": 10, "origin": "handbook", "reference": "handbook"}]
    refused(raw, tmp_path, "“why” is missing")


@pytest.mark.parametrize(
    ("place", "key", "nearest"),
    [
        ((), "titel", "title"),
        (("parameters", "max_years_in_post"), "minimun", "minimum"),
        (("measures", "years_in_post"), "operater", "operator"),
        (("sources", 0), "documents", None),
    ],
)
def test_an_unknown_key_is_refused_anywhere(raw, tmp_path, place, key, nearest):
    at = raw
    for step in place:
        at = at[step]
    at[key] = "x"
    refused(raw, tmp_path, f"unknown key “{key}”" + (f".*Did you mean “{nearest}”" if nearest else ""))


def test_a_repeated_key_is_refused_with_its_line(tmp_path):
    path = tmp_path / "twice.yaml"
    path.write_text("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"twice\.yaml, line 5: the key “c” stands twice"):
        load_yaml(path)


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("measures", "years_in_post", "target"), "most_over", "no parameter “most_over”.*Did you mean"),
        (("measures", "years_in_post", "operator"), "=<", "operator “=<”"),
        (("measures", "years_in_post", "kind"), "rate", "kind “rate”"),
        (("measures", "years_in_post", "tables"), {"posting": ["start"]}, "no table or column “posting"),
        (("measures", "years_in_post", "tables"), {"postings": ["begin"]}, "no table or column “postings.begin"),
        (("measures", "years_in_post", "events"), ["moves"], "no table or column “moves"),
        (("parameters", "max_years_in_post", "type"), "years", "type “years”"),
        (
            ("parameters", "max_years_in_post", "maximum"),
            5,
            "max_years_in_post = 10: expected a whole number from 1 to 5",
        ),
    ],
)
def test_what_does_not_fit_is_refused(raw, tmp_path, place, value, message):
    at = raw
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    with pytest.raises(RequestError, match=message):
        read(raw, tmp_path)


def test_a_parameter_of_every_check_cannot_be_declared_again(raw, tmp_path):
    raw["parameters"]["min_cases"] = copy.deepcopy(raw["parameters"]["max_years_in_post"])
    refused(raw, tmp_path, "“min_cases” is a parameter of every check")


# Values in time


def parameter(*values: policy.Value) -> policy.Parameter:
    return policy.Parameter("p", "P", "P", "integer", values=values)


def test_the_value_in_force_is_the_latest_whose_day_has_come():
    old = policy.Value(1, "rule", "a", dt.date(2006, 1, 1), "seen")
    new = policy.Value(2, "rule", "b", dt.date(2019, 6, 1), "seen")
    for values in ((old, new), (new, old)):
        on = parameter(*values).on
        assert on(dt.date(2005, 12, 31)) is None
        assert on(dt.date(2006, 1, 1)) is old
        assert on(dt.date(2019, 5, 31)) is old
        assert on(dt.date(2019, 6, 1)) is new


def settings(slug: str, day: str, **given) -> policy.Settings:
    return policy.settings(policy.load_policy(slug), pd.Timestamp(day), given)


def test_origins_follow_values():
    plain = settings("tenure_limit", "2024-12-31")
    assert (plain.max_years_in_post, plain.origin("max_years_in_post")) == (10, "doc")
    own = settings("tenure_limit", "2024-12-31", max_years_in_post="8")
    assert (own.max_years_in_post, own.origin("max_years_in_post")) == (8, "user")
    assert own.origin("max_years_in_team") == "doc"
    assert settings("tenure_limit", "2024-12-31", max_years_in_post=None).origin("max_years_in_post") == "doc"


def test_a_rule_has_no_value_before_its_day():
    measure = policy.load_policy("pre_post_training").measures["trained"]
    before, after = settings("pre_post_training", "2019-05-31"), settings("pre_post_training", "2019-06-01")
    assert before.months_until_trained is None
    assert before.not_in_force(measure) == dt.date(2019, 6, 1)
    assert after.months_until_trained == 12
    assert after.not_in_force(measure) is None


def test_a_rule_that_is_chosen_has_its_day_too():
    measure = policy.load_policy("avoidance").measures["serving_at_home"]
    assert settings("avoidance", "2006-06-09", basis="upbringing").not_in_force(measure) == dt.date(2006, 6, 10)
    assert settings("avoidance", "2006-06-10", basis="upbringing").not_in_force(measure) is None
    assert settings("avoidance", "2006-06-09").not_in_force(measure) is None


# Local policy files


def local(tmp_path, text: str, slug: str = "tenure_limit") -> dict:
    path = tmp_path / "ours.yaml"
    path.write_text(text, encoding="utf-8")
    return policy.local_policy(path, slug)


def test_a_local_file_gives_the_values_of_its_recommendation(tmp_path):
    text = "\ufefftenure_limit:\n  max_years_in_post: 8\n  min_cases: 5\navoidance:\n  level: city\n"
    assert local(tmp_path, text) == {"max_years_in_post": 8, "min_cases": 5}
    assert local(tmp_path, text, "avoidance") == {"level": "city"}
    assert local(tmp_path, text, "family_support") == {}
    assert local(tmp_path, "") == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tenure_limt:\n  max_years_in_post: 8\n", "line 1: unknown key “tenure_limt”. Did you mean “tenure_limit”"),
        (
            "tenure_limit:\n  max_gap_days: 0\n  max_years_in_pots: 8\n",
            "tenure_limit, line 3: unknown key “max_years_in_pots”. Did you mean “max_years_in_post”",
        ),
        ("tenure_limit:\n  max_gap_days: 0\n  max_gap_days: 1\n", "line 3: the key “max_gap_days” stands twice"),
        ("tenure_limit:\n  as_of: 2024-12-31\n", "unknown key “as_of”"),
        (
            "tenure_limit:\n  max_years_in_post: ten\n",
            "max_years_in_post = “ten”: expected a whole number from 1 to 60",
        ),
        ("avoidance:\n  most_at_home: 1.2\n", "most_at_home = 1.2: expected a number from 0 to 1"),
        ("tenure_limit: 8\n", "expected recommendations"),
        ("- tenure_limit\n", "expected recommendations"),
        ("tenure_limit: {a: [\n", "cannot be read as YAML"),
    ],
)
def test_a_local_file_that_is_wrong_is_refused_with_its_name(tmp_path, text, message):
    with pytest.raises(PolicyError, match=rf"(?s)ours\.yaml.*{message}"):
        local(tmp_path, text)


def test_a_local_file_is_somebody_elses(tmp_path):
    """Neither depth nor references nor size end the program: each is refused with the file's name and what to do."""
    with pytest.raises(PolicyError, match=r"ours\.yaml cannot be read as YAML: lists within lists, deeper than 30"):
        local(tmp_path, "tenure_limit: " + "[" * 100_000)
    bomb = "a: &a [x, x]\n" + "".join(
        f"{new}: &{new} [*{old}, *{old}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(
        PolicyError, match=r"ours\.yaml cannot be read as YAML: a reference .*write the text itself, line 2"
    ):
        local(tmp_path, bomb)
    with pytest.raises(
        DataRefused, match=r"ours\.yaml: the file has 2 MB; the limit is 1 MB. Look whether this is the right file"
    ):
        local(tmp_path, "#" * 2_000_000)


def test_a_local_file_in_another_encoding_or_none_is_refused(tmp_path):
    path = tmp_path / "ours.yaml"
    path.write_bytes("# 本市\ntenure_limit: {max_years_in_post: 8}\n".encode("gb18030"))
    with pytest.raises(PolicyError, match=r"ours\.yaml cannot be read"):
        policy.local_policy(path, "tenure_limit")
    with pytest.raises(RequestError, match=r"no policy file at"):
        policy.local_policy(tmp_path / "none.yaml", "tenure_limit")


def test_a_slug_that_there_is_not():
    with pytest.raises(RequestError, match=r"no check “tenure_limits”. Did you mean “tenure_limit”"):
        policy.load_policy("tenure_limits")


# Accepting


@pytest.mark.parametrize(
    ("kind", "value", "result"),
    [
        ("integer", "10", 10),
        ("integer", 10.0, 10),
        ("number", "0.25", 0.25),
        ("number", 1, 1.0),
        ("boolean", "是", True),
        ("boolean", "False", False),
        ("date", "2024-12-31", dt.date(2024, 12, 31)),
        ("date", dt.datetime(2024, 12, 31, 8), dt.date(2024, 12, 31)),
        ("list", "01100", ["01100"]),
        ("list", 410100, [410100]),
        ("list", ("a", "b"), ["a", "b"]),
    ],
)
def test_values_that_are_taken(kind, value, result):
    assert policy.Parameter("p", "P", "P", kind).accept(value) == result


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *(("integer", value) for value in ("ten", "10.5", 10.5, True, [10], "", float("nan"), float("inf"))),
        *(("number", value) for value in ("a lot", True, "nan", "inf", [1], "")),
        *(("boolean", value) for value in ("perhaps", 2, "", 1.0)),
        *(("date", value) for value in ("31.12.2024", "2024-02-30", 20241231, "2024", "0001-01-01", "9999-12-31", "")),
        *(("text", value) for value in (1, True, ["a"])),
        *(("list", value) for value in (True, 1.5)),
    ],
)
def test_values_that_are_refused(kind, value):
    with pytest.raises(RequestError, match=r"p = .*expected"):
        policy.Parameter("p", "P", "P", kind).accept(value)


def test_bounds_are_part_of_the_range():
    share = policy.Parameter("p", "P", "P", "number", minimum=0, maximum=1)
    assert [share.accept(value) for value in (0, 1, "0.0", 1.0)] == [0, 1, 0, 1]
    for value in (-0.001, 1.001, "25"):
        with pytest.raises(RequestError, match=r"expected a number from 0 to 1"):
            share.accept(value)


def test_a_choice_names_the_nearest():
    basis = policy.load_policy("avoidance").parameters["basis"]
    with pytest.raises(RequestError, match=r"expected one of birth_or_upbringing.*Did you mean “native”"):
        basis.accept("nativ")


# --- what an official can do about a finding ------------------------------------------------------


def test_a_reason_without_an_action_or_with_one_that_there_is_not_is_refused(raw, tmp_path):
    reason = raw["reasons"]["over_in_post"]
    reason["action"] = "plan_moves"
    refused(raw, tmp_path, r"over_in_post: there is no kind of action “plan_moves”\. Did you mean “plan_move”")
    del reason["action"]
    refused(raw, tmp_path, "over_in_post: the key “action” is missing")


def test_every_kind_of_action_is_used_and_none_is_a_punishment():
    used = {reason.action for slug in policy.checks() for reason in policy.load_policy(slug).reasons.values()}
    assert used == set(policy.actions())
    for action in policy.actions().values():
        said = f"{action.label} {action.text} {action.label_zh_CN} {action.text_zh_CN}".lower()
        assert not any(word in said for word in ("punish", "sanction", "dismiss", "处分", "惩", "免职", "追责"))
