"""What helps a reader learn: quizzes, stories told through the checks, and paths through the pages."""
