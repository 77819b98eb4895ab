"""Charts in the house style, a module a form: static SVG, the same bytes on every run and machine, words from the data."""

from cadre_handbook.figures.attainment import attainment
from cadre_handbook.figures.bars import bars
from cadre_handbook.figures.before_after import before_after
from cadre_handbook.figures.calendar_strips import calendar_strips
from cadre_handbook.figures.distribution import distribution
from cadre_handbook.figures.diverging import diverging
from cadre_handbook.figures.dots import dots
from cadre_handbook.figures.dumbbells import dumbbells
from cadre_handbook.figures.flow import flow
from cadre_handbook.figures.funnel import funnel
from cadre_handbook.figures.gantt import gantt
from cadre_handbook.figures.house import CATEGORIES, COLOURS, WIDTH, Picture, percent_text, text_width, wrapped
from cadre_handbook.figures.incidence import incidence
from cadre_handbook.figures.lanes import lanes
from cadre_handbook.figures.matrix import matrix
from cadre_handbook.figures.pairs import pairs
from cadre_handbook.figures.panels import panels
from cadre_handbook.figures.parity import parity, withheld
from cadre_handbook.figures.profile import profile
from cadre_handbook.figures.pyramid import pyramid
from cadre_handbook.figures.slopes import slopes
from cadre_handbook.figures.strips import strips
from cadre_handbook.figures.survival import survival
from cadre_handbook.figures.timelines import timelines

__all__ = [
    "CATEGORIES",
    "COLOURS",
    "WIDTH",
    "Picture",
    "attainment",
    "bars",
    "before_after",
    "calendar_strips",
    "distribution",
    "diverging",
    "dots",
    "dumbbells",
    "flow",
    "funnel",
    "gantt",
    "incidence",
    "lanes",
    "matrix",
    "pairs",
    "panels",
    "parity",
    "percent_text",
    "profile",
    "pyramid",
    "slopes",
    "strips",
    "survival",
    "text_width",
    "timelines",
    "withheld",
    "wrapped",
]
