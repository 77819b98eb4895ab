"""Checks of the part “training”."""
