"""What the documents tell of places, with their figures, and the reader’s own beside them: the part “cases”."""
