"""Checks of the part “assessment”."""
