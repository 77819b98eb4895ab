"""Checks of the part “support”."""
