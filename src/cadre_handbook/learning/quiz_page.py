"""A quiz on a page: a form that a keyboard, a screen reader and a page without scripts can all use.

Without a script every answer stands folded under its question. `book/style/quiz.js` folds it away until the question is answered,
then says whether the choice was right, and keeps the score in the reader's own browser.
"""

from __future__ import annotations

import hashlib
import html

from docutils import nodes
from docutils.parsers.rst import Directive

from cadre_handbook import chinese_pages
from cadre_handbook import policy as policies
from cadre_handbook.i18n import _, joined, label
from cadre_handbook.learning import quiz as quizzes
from cadre_handbook.paths import DATA

CSS_CLASS = "ch-quiz"


class QuizForm(Directive):
    """The quiz of a part, as `{quiz} part`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        part = self.arguments[0]
        quiz = quizzes.load_quiz(part)
        environment = self.state.document.settings.env
        environment.note_dependency(str(DATA / "quizzes" / f"{part}.yaml"))
        for slug in {
            slug for question in quiz.questions for slug, _name in [(question.slug, ""), *question.parameters()]
        }:
            policy = policies.load_page(slug)
            environment.note_dependency(str(DATA / "policy" / policy.part / f"{slug}.yaml"))
        form = nodes.container(classes=[CSS_CLASS], part=part)
        form += _raw(_opening(quiz))
        for number, question in enumerate(quiz.questions, start=1):
            form += self.fieldset(part, number, question)
        form += _raw(_closing())
        return [form]

    def fieldset(self, part: str, number: int, question: quizzes.Question) -> list[nodes.Node]:
        """A question as a fieldset: legend, choices, button, and the answer folded."""
        name, kind = f"{part}-{question.name}", "radio" if question.choose == 1 else "checkbox"
        shown: list[nodes.Node] = [
            _raw(f'<fieldset class="ch-question" id="{name}" data-choose="{question.choose}"><legend>{number}. '),
            *self.words(label(question, "question")),
            _raw("</legend>"),
        ]
        if question.choose > 1:
            hint = _("Choose {count}.").format(count=question.choose)
            shown.append(_raw(f'<p class="ch-hint">{html.escape(hint)}</p>'))
        for place, choice in enumerate(question.choices):
            control = f'<input type="{kind}" name="{name}" value="{place}">'
            shown += [_raw(f"<label>{control}"), *self.words(label(choice, "text")), _raw("</label>")]
        button, summary = html.escape(_("Check my answer")), html.escape(_("The answer"))
        shown.append(
            _raw(
                f'<button type="button" hidden>{button}</button><p class="ch-told" role="status"></p>'
                f'<details class="ch-answer"><summary>{summary}</summary><ul>'
            )
        )
        for place, choice in enumerate(question.choices):
            mark = _("✓ right") if choice.right else _("✗ wrong")
            right = "true" if choice.right else "false"
            shown += [
                _raw(f'<li data-choice="{place}" data-right="{right}"><strong>{html.escape(mark)}</strong> '),
                *self.words(label(choice, "text")),
                _raw("<br>"),
                *self.words(label(choice, "why")),
                _raw("</li>"),
            ]
        shown.append(_raw('</ul><p class="ch-source">'))
        policy = policies.load_page(question.slug)
        link = f"[{label(policy, 'title')}]({chinese_pages.address(f'book/{policy.part}/{question.slug}')})"
        shown += self.words(_("Read on: {page}").format(page=link))
        origins = joined(quizzes.origin_text(*parameter) for parameter in question.parameters())
        if origins:
            shown.append(
                _raw("<br>" + html.escape(_("Where the numbers come from: {origins}").format(origins=origins)))
            )
        shown.append(_raw("</p></details></fieldset>"))
        return shown

    def words(self, text: str) -> list[nodes.Node]:
        """A text with its numbers filled in and its emphasis and links as nodes."""
        inline, messages = self.state.inline_text(quizzes.filled(text), self.lineno)
        # In an element of text: Sphinx writes a link nowhere else.
        return [nodes.inline("", "", *inline), *messages]


def _opening(quiz: quizzes.Quiz) -> str:
    texts = {
        "right": _("✓ Right."),
        "wrong": _("✗ Not right."),
        "more": _("Choose {count} first."),
        "score": _("{right} right of {answered} answered, {asked} questions in all."),
    }
    told = " ".join(f'data-{name}="{html.escape(text)}"' for name, text in texts.items())
    name = html.escape(_("Quiz"))
    return f'<form data-quiz="{quiz.part}" data-version="{_version(quiz)}" aria-label="{name}" {told}>'


def _closing() -> str:
    again = html.escape(_("Start again"))
    return f'<div class="ch-score" hidden><p role="status"></p><button type="reset">{again}</button></div></form>'


def _version(quiz: quizzes.Quiz) -> str:
    """A digest of the questions: answers kept in a browser are those to these questions, or they are dropped."""
    return hashlib.sha256(repr(quiz).encode()).hexdigest()[:12]


def _raw(source: str) -> nodes.raw:
    return nodes.raw("", source, format="html")
