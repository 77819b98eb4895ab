"""Checks of the part “planning”."""
