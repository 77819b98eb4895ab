"""Checks of the part “growth”."""
