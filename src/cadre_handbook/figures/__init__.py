"""Charts in the house style, a module a form: static SVG, the same bytes on every run and machine, words from the data."""

from cadre_handbook.figures.bars import bars
from cadre_handbook.figures.before_after import before_after
from cadre_handbook.figures.distribution import distribution
from cadre_handbook.figures.diverging import diverging
from cadre_handbook.figures.dots import dots
from cadre_handbook.figures.flow import flow
from cadre_handbook.figures.house import CATEGORIES, COLOURS, WIDTH, Picture, percent_text, text_width, wrapped
from cadre_handbook.figures.matrix import matrix
from cadre_handbook.figures.slopes import slopes
from cadre_handbook.figures.strips import strips
from cadre_handbook.figures.survival import survival
from cadre_handbook.figures.timelines import timelines

__all__ = [
    "CATEGORIES",
    "COLOURS",
    "WIDTH",
    "Picture",
    "bars",
    "before_after",
    "distribution",
    "diverging",
    "dots",
    "flow",
    "matrix",
    "percent_text",
    "slopes",
    "strips",
    "survival",
    "text_width",
    "timelines",
    "wrapped",
]
