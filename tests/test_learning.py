"""Quizzes, stories and paths: what a file must be, that every recommendation is asked about, and what a page shows."""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml
from docutils import nodes
from docutils.utils import new_document
from sphinx_exercise.nodes import exercise_enumerable_node, solution_node

from cadre_handbook import i18n, policy, verdict
from cadre_handbook.errors import DataRefused, PolicyError
from cadre_handbook.learning import quiz, reading, stories
from cadre_handbook.paths import DATA

ROOT = Path(__file__).parents[1]
PAGES = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "book").rglob("*.md"))


# --- quizzes as they are --------------------------------------------------------------------------


@pytest.mark.parametrize("part", quiz.quizzes())
def test_every_recommendation_of_the_part_is_asked_about(part: str) -> None:
    asked = {question.slug for question in quiz.load_quiz(part).questions}
    assert asked == {slug for slug, entry in policy.catalogue().items() if entry["part"] == part}


@pytest.mark.parametrize("part", quiz.quizzes())
def test_the_place_of_the_right_choice_gives_nothing_away(part: str) -> None:
    questions = quiz.load_quiz(part).questions
    places = Counter(place for item in questions for place, choice in enumerate(item.choices) if choice.right)
    assert places.most_common(1)[0][1] <= max(2, len(questions) / 2)


@pytest.mark.parametrize("part", quiz.quizzes())
def test_the_quiz_is_shown_on_a_page(part: str) -> None:
    page = (ROOT / "book" / part / "quiz.md").read_text(encoding="utf-8")
    assert f"```{{quiz}} {part}\n" in page


@pytest.mark.parametrize("part", quiz.quizzes())
def test_a_number_stands_for_the_value_of_the_policy_in_both_languages(part: str) -> None:
    for language in i18n.LANGUAGES:
        with i18n.in_language(language):
            for question in quiz.load_quiz(part).questions:
                for slug, name in question.parameters():
                    assert quiz.value_text(slug, name) in quiz.origin_text(slug, name)
                text = quiz.filled(i18n.label(question, "question"))
                assert "{" not in text


def test_a_value_and_its_origin_are_those_of_the_policy_file() -> None:
    raw = yaml.safe_load((DATA / "policy/planning/exchange_ratio.yaml").read_text(encoding="utf-8"))
    value = raw["parameters"]["min_share_leaders"]["values"][0]["value"]
    assert quiz.filled("At least {exchange_ratio.min_share_leaders} move.") == f"At least {100 * value:.3g} % move."
    assert quiz.origin_text("exchange_ratio", "min_share_leaders").endswith("(the documents, problems 2.2)")
    assert quiz.origin_text("exchange_ratio", "eligible_after_years").endswith("(handbook, after problems 2.2)")
    with i18n.in_language("zh_CN"):
        assert quiz.filled("{avoidance.basis}") == "出生地或成长地"


# --- a quiz file that is not as it must be --------------------------------------------------------


def choice(text: str, **more) -> dict:
    return {"text": text, "text_zh_CN": f"选项{text}", "why": "So it is", "why_zh_CN": "因为如此", **more}


def small_quiz() -> dict:
    question = {
        "name": "first",
        "slug": "family_support",
        "question": "After {family_support.days} days?",
        "question_zh_CN": "{family_support.days} 日之后？",
        "choices": [choice("a"), choice("b", right=True), choice("c")],
    }
    return {"part": "support", "questions": [question]}


def read_small(folder: Path, raw: dict | str) -> quiz.Quiz:
    path = folder / "support.yaml"
    path.write_text(raw if isinstance(raw, str) else yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return quiz.read_quiz(path)


def test_the_small_quiz_is_read(tmp_path: Path) -> None:
    (question,) = read_small(tmp_path, small_quiz()).questions
    assert [item.right for item in question.choices] == [False, True, False]
    assert question.choose == 1
    assert question.parameters() == [("family_support", "days")]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda q: q.update(slugs="x"), "slugs"),
        (lambda q: q.update(slug="tenure_limit"), "tenure_limit"),
        (lambda q: q.update(slug="family_suport"), "Did you mean “family_support”"),
        (lambda q: q.pop("question_zh_CN"), "question_zh_CN"),
        (lambda q: q.update(question_zh_CN="多少日之后？"), "the two languages"),
        (lambda q: q.update(question="{family_support.day}", question_zh_CN="{family_support.day}"), "days"),
        (lambda q: q.update(question="{days}", question_zh_CN="{days}"), "there is no parameter"),
        (lambda q: q["choices"][0].pop("why"), "why"),
        (lambda q: q["choices"][0].update(correct=True), "correct"),
        (lambda q: q["choices"][0].update(text=True), "“text” must be a text; put it into quotes"),
        (lambda q: q["choices"][0].update(right=True), "1 choices are to be chosen and 2 are right"),
        (lambda q: q["choices"][1].update(right=False), "1 choices are to be chosen and 0 are right"),
        (lambda q: q["choices"][1].update(right="yes"), "true or false"),
        (lambda q: q.update(choose=2), "2 choices are to be chosen and 1 are right"),
        (lambda q: [item.update(right=True) for item in q["choices"]] and q.update(choose=3), "3 are right"),
        (lambda q: q["choices"].pop(0), "3 to 6 choices"),
        (lambda q: q["choices"].__setitem__(0, choice("c")), "no two alike"),
    ],
)
def test_a_slip_in_a_question_is_refused(tmp_path: Path, change, says: str) -> None:
    raw = copy.deepcopy(small_quiz())
    change(raw["questions"][0])
    with pytest.raises(PolicyError, match=re.escape(says)):
        read_small(tmp_path, raw)


def test_a_quiz_of_another_part_two_alike_or_a_repeated_key_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="must be support"):
        read_small(tmp_path, {**small_quiz(), "part": "planning"})
    with pytest.raises(PolicyError, match="two questions"):
        read_small(tmp_path, {"part": "support", "questions": small_quiz()["questions"] * 2})
    text = yaml.safe_dump(small_quiz(), allow_unicode=True)
    with pytest.raises(PolicyError, match="stands twice"):
        read_small(tmp_path, text + "part: support\n")


# --- stories --------------------------------------------------------------------------------------

STEPS = [
    (name, step.name, slug)
    for name in stories.stories()
    for step in stories.load_story(name).steps
    for slug in step.shown
]


@pytest.mark.parametrize(("name", "step", "slug"), STEPS)
def test_a_check_says_what_the_story_tells(name: str, step: str, slug: str) -> None:
    told = stories.load_story(name).step(step)
    results = stories.of(stories.run(told, slug).results, told.shown[slug])
    assert set(zip(results["measure"], results["group"], strict=True)) == set(told.shown[slug])


@pytest.mark.parametrize("name", stories.stories())
def test_every_step_is_told_once_and_in_order(name: str) -> None:
    page = (ROOT / "book/stories" / f"{name}.md").read_text(encoding="utf-8")
    assert re.findall(rf"```\{{story\}} {name} (\w+)\n", page) == [step.name for step in stories.load_story(name).steps]


SMALL_STORY = """\
about: A head of ten years.
background:
  organisations: |
    organisation_id | level
    yunxi           | county
  units: |
    unit_id | organisation_id
    bureau  | yunxi
  posts: |
    post_id | unit_id | leading
    head    | bureau  | true
  cadres: |
    cadre_id | organisation_id
    an       | yunxi
  postings: |
    posting_id | cadre_id | post_id | start
    p1         | an       | head    | 2010-01-01
steps:
  - name: a_day_before
    as_of: 2019-12-30
    checks:
      tenure_limit: {years_in_post: met}
  - name: full
    as_of: 2019-12-31
    checks:
      tenure_limit: {years_in_post: not met}
  - name: gone
    as_of: 2020-01-31
    tables:
      postings: |
        posting_id | end
        p1         | 2020-01-02
    checks:
      tenure_limit: {years_in_post: not applicable}
"""


def read_story(folder: Path, text: str) -> stories.Story:
    path = folder / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return stories.read_story(path)


def test_a_story_runs_on_what_was_entered_so_far(tmp_path: Path) -> None:
    story = read_story(tmp_path, SMALL_STORY)
    found = [
        list(stories.of(stories.run(step, "tenure_limit").results, step.shown["tenure_limit"])["verdict"])
        for step in story.steps
    ]
    assert found == [[verdict.MET], [verdict.NOT_MET], [verdict.NOT_APPLICABLE]]
    assert story.step("gone").entered == {"postings": [{"posting_id": "p1", "end": "2020-01-02"}]}
    assert story.step("full").as_of == dt.date(2019, 12, 31)


def test_a_story_that_tells_another_verdict_is_refused(tmp_path: Path) -> None:
    story = read_story(tmp_path, SMALL_STORY.replace("not met", "met"))
    with pytest.raises(PolicyError, match="is not met, and the story tells of met"):
        stories.run(story.step("full"), "tenure_limit")


def test_a_story_with_faulty_data_is_refused(tmp_path: Path) -> None:
    story = read_story(tmp_path, SMALL_STORY.replace("2020-01-02", "2009-01-02"))
    with pytest.raises(DataRefused):
        stories.run(story.step("gone"), "tenure_limit")


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("years_in_post: met", "years_in_posts: met", "years_in_posts"),
        ("years_in_post: met", "years_in_post (heads): met", "heads"),
        ("years_in_post: met", "years_in_post: mett", "Did you mean “met”"),
        ("tenure_limit: {years_in_post: met}", "tenure_limits: {years_in_post: met}", "tenure_limits"),
        ("as_of: 2020-01-31", "as_of: 2018-01-31", "before that of the step before"),
        ("name: gone", "name: full", "two steps"),
        ("name: gone", "nam: gone", "nam"),
        ("posting_id | end\n", "posting_id | ended\n", "ended"),
        ("      postings: |\n        posting_id | end", "      posting: |\n        posting_id | end", "posting"),
    ],
)
def test_a_slip_in_a_story_is_refused(tmp_path: Path, right: str, wrong: str, says: str) -> None:
    assert right in SMALL_STORY
    with pytest.raises(Exception, match=re.escape(says)) as refused:
        read_story(tmp_path, SMALL_STORY.replace(right, wrong))
    assert refused.type.__module__ == PolicyError.__module__


def test_a_step_that_there_is_not_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="Did you mean “gone”"):
        read_story(tmp_path, SMALL_STORY).step("gon")


# --- paths ----------------------------------------------------------------------------------------

RATES = dict.fromkeys(reading.RATES, 1) | {"words_per_minute": 10, "characters_per_minute": 20, "exercise_minutes": 7}


def page(*children: nodes.Node) -> nodes.document:
    document = new_document("page")
    document += list(children)
    return document


def words(count: int) -> nodes.paragraph:
    return nodes.paragraph("", " ".join(["word"] * count))


@pytest.mark.parametrize(
    ("children", "exercises", "expected"),
    [
        ([words(10)], False, 1),
        ([words(11)], False, 2),
        ([nodes.paragraph("", "字" * 40)], False, 2),
        ([words(10), nodes.literal_block("", "code " * 500)], False, 1),
        ([words(10), nodes.raw("", "<table><td>" + "cell " * 500 + "</table>", format="html")], False, 2),
        ([words(10), exercise_enumerable_node("", words(20)), solution_node("", words(20))], False, 1),
        ([words(10), exercise_enumerable_node("", words(20)), solution_node("", words(20))], True, 12),
        ([nodes.container("", words(500), classes=["ch-quiz"], part="planning")], False, 0),
        (
            [nodes.container("", words(500), classes=["ch-quiz"], part="planning")],
            True,
            len(quiz.load_quiz("planning").questions),
        ),
    ],
)
def test_minutes_are_counted_from_the_page(children: list[nodes.Node], exercises: bool, expected: int) -> None:
    assert reading.minutes(page(*children), RATES, exercises) == expected


def test_what_a_path_asks_to_try_out_is_counted() -> None:
    assert reading.minutes(page(words(10)), RATES | {"hands_on_minutes": 5}, False, hands_on=2) == 11


def test_the_paths_of_the_three_readers_lead_to_pages_that_there_are() -> None:
    paths, _rates = reading.read_paths()
    assert set(paths) == {"trainee", "official", "maintainer"}
    assert (paths["trainee"].within_minutes, paths["official"].within_minutes) == (120, 60)
    for path in paths.values():
        for stop in path.pages:
            assert any((ROOT / f"{stop.page}{suffix}").is_file() for suffix in (".md", ".ipynb")), stop.page
        assert f"```{{reading-path}} {path.name}\n" in PAGES


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("exercise_minutes: 7", "exercise_minutes: seven", "exercise_minutes"),
        ("exercise_minutes: 7", "exercises_minutes: 7", "exercises_minutes"),
        ("within_minutes: 60", "within: 60", "within"),
        ("exercises: true", "exercises: true\n    exercises: true", "stands twice"),
    ],
)
def test_a_slip_in_the_paths_is_refused(tmp_path: Path, right: str, wrong: str, says: str) -> None:
    text = reading.FILE.read_text(encoding="utf-8")
    assert right in text
    path = tmp_path / "paths.yaml"
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    with pytest.raises(PolicyError, match=says):
        reading.read_paths(path)


# --- exercises ------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", policy.catalogue())
def test_every_page_has_one_exercise_with_as_many_answers_as_questions(slug: str) -> None:
    text = (ROOT / "book" / policy.catalogue()[slug]["part"] / f"{slug}.md").read_text(encoding="utf-8")
    ((exercise,), (solution,)) = (
        re.findall(rf"^(`{{3,}})\{{exercise\}}.*?\n:label: {slug}_exercise\n(.*?)^\1$", text, re.MULTILINE | re.DOTALL),
        re.findall(
            rf"^(`{{3,}})\{{solution\}} {slug}_exercise\n:class: dropdown\n(.*?)^\1$", text, re.MULTILINE | re.DOTALL
        ),
    )
    numbered = [len(re.findall(r"^\d+\. ", part[1], re.MULTILINE)) for part in (exercise, solution)]
    assert numbered[0] == numbered[1] > 0


def test_the_first_page_promises_what_the_paths_promise() -> None:
    paths, _rates = reading.read_paths()
    index = (ROOT / "book" / "index.md").read_text(encoding="utf-8")
    hours = {60: "One hour", 120: "Two hours"}
    for title, name in (("I am in training", "trainee"), ("I have records to check", "official")):
        door = index.partition(title)[2].partition("::::")[0]
        assert f"**{hours[paths[name].within_minutes]}.**" in door
