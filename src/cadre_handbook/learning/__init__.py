"""What helps a reader learn: quizzes, stories told through the checks, and paths through the pages."""

from __future__ import annotations

from cadre_handbook.learning.quiz_page import QuizForm
from cadre_handbook.learning.reading import Allowances, PathDirective
from cadre_handbook.learning.stories import StoryStep

DIRECTIVES = [
    ("quiz", QuizForm),
    ("story", StoryStep),
    ("reading-path", PathDirective),
    ("reading-allowances", Allowances),
]
