"""The quiz in a browser: by keyboard alone, with the score kept; and readable where no script runs."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from cadre_handbook.learning.quiz import Question, load_quiz

PAGE = "book/planning/quiz.html"
QUIZ = load_quiz("planning")
ONE, TWO = (next(item for item in QUIZ.questions if item.choose == count) for count in (1, 2))


def box(page: Page, question: Question):
    return page.locator(f"#planning-{question.name}")


def choose(page: Page, question: Question, *, right: bool) -> None:
    """Choose by keyboard: all that are right, or as many of which one is wrong."""
    good = [place for place, item in enumerate(question.choices) if item.right]
    bad = [place for place, item in enumerate(question.choices) if not item.right]
    for place in good if right else [*good[1:], bad[0]]:
        box(page, question).locator("input").nth(place).focus()
        page.keyboard.press("Space")
    box(page, question).get_by_role("button", name="Check my answer").focus()
    page.keyboard.press("Enter")


@pytest.fixture
def page(browser: Browser, site: str):
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(f"{site}/{PAGE}")
    yield opened
    context.close()


def test_answers_are_judged_and_the_score_is_kept(page: Page) -> None:
    expect(page.locator(".ch-score")).to_be_hidden()
    expect(box(page, ONE).locator(".ch-answer")).to_be_hidden()
    choose(page, ONE, right=False)
    expect(box(page, ONE).get_by_role("status")).to_have_text("✗ Not right.")
    expect(box(page, ONE).locator(".ch-answer li").first).to_be_visible()
    choose(page, TWO, right=True)
    expect(box(page, TWO).get_by_role("status")).to_have_text("✓ Right.")
    score = f"1 right of 2 answered, {len(QUIZ.questions)} questions in all."
    expect(page.locator(".ch-score p")).to_have_text(score)
    page.reload()
    expect(page.locator(".ch-score p")).to_have_text(score)
    expect(box(page, TWO).locator("input").first).to_be_disabled()
    page.get_by_role("button", name="Start again").press("Enter")
    expect(page.locator(".ch-score")).to_be_hidden()
    expect(box(page, ONE).locator(".ch-answer")).to_be_hidden()
    page.reload()
    expect(page.locator(".ch-score")).to_be_hidden()


def test_too_few_chosen_is_no_answer(page: Page) -> None:
    box(page, TWO).locator("input").first.check()
    box(page, TWO).get_by_role("button").click()
    expect(box(page, TWO).get_by_role("status")).to_have_text("Choose 2 first.")
    expect(page.locator(".ch-score")).to_be_hidden()


def test_without_scripts_every_answer_stands_folded(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/{PAGE}")
    for question in QUIZ.questions:
        answer = box(page, question).locator(".ch-answer")
        expect(answer).to_be_visible()
        assert answer.get_attribute("open") is None
        assert [item.get_attribute("data-right") for item in answer.locator("li").all()] == [
            str(item.right).lower() for item in question.choices
        ]
        expect(box(page, question).locator("button")).to_be_hidden()
    context.close()
