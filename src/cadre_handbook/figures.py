"""Charts in the house style: static SVG, the same bytes on every run and machine, with a text alternative from the data.

Every chart is a function that takes counted frames and gives a `Picture`. Matplotlib draws shapes only: places are worked
out here, in points on a sheet 480 points wide, so that neither the fonts of a machine nor its settings move anything, and
so that Chinese, which matplotlib's own font does not know, gets the room it needs. Colours are CSS variables with
fallbacks (`COLOURS`), so that a dark page restyles a picture; no meaning hangs on colour alone.

Figures show counts, never ids or names. Importing this module costs nothing: matplotlib and lifelines load when drawing.
"""

from __future__ import annotations

import hashlib
import html
import io
import itertools
import math
import re
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd

from cadre_handbook.i18n import _, joined, language

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings

# Okabe and Ito's palette, told apart by colour-blind readers. The keys are the CSS variables, `--ch-ink` and so on.
COLOURS = {
    "ink": "#1f2933",
    "line": "#7b8794",
    "grid": "#cbd2d9",
    "accent": "#0072b2",
    "alarm": "#d55e00",
    "second": "#009e73",
    "third": "#cc79a7",
    "fourth": "#e69f00",
}
# Categories that are neither good nor bad; the colour of alarm comes last.
CATEGORIES = ("accent", "second", "fourth", "third", "alarm")
HATCHES = (None, "////", "\\\\\\\\", "----", "xxx")
DASHED = (0, (5, 3))

WIDTH = 480  # points; on a phone 390 pixels wide a point is about three quarters of a pixel
SIZE, SMALL = 16, 15
LINE = 1.25  # line height, in font sizes
MARGIN = 6

# The reader's own fonts draw the text; in Chinese a Chinese font comes first, so that punctuation is full-width.
LATIN_FONTS = "'Noto Sans', 'Segoe UI', 'Helvetica Neue', Arial"
CHINESE_FONTS = "'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', 'WenQuanYi Micro Hei'"

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"


@dataclass
class Picture:
    """A chart with what it says in words.

    ``svg``: a complete inline `<svg>`. ``title``: the finding. ``caption``: how to read it. ``alt``: what the data show, in a
    sentence or two. ``data``: the numbers shown, as a frame with headings in the language in use.
    """

    svg: str
    title: str
    caption: str
    alt: str
    data: pd.DataFrame = field(default_factory=pd.DataFrame)

    def html(self) -> str:
        """The picture as a `<figure>` that stands by itself: drawing, title, caption, and the data in a folded table."""
        lang = "zh-CN" if language() == "zh_CN" else "en"
        summary, caption = _escaped(_("The data as a table")), _escaped(self.caption)
        whole_days = re.sub(r"\b\d{4}-\d\d-\d\d\b", r'<span style="white-space: nowrap">\g<0></span>', caption)
        table = f"<details><summary>{summary}</summary>\n{_table(self.data)}\n</details>\n" if len(self.data) else ""
        return (
            f'<figure class="ch-figure tex2jax_ignore mathjax_ignore" role="group" lang="{lang}">\n{self.svg}\n'
            f"<figcaption><p><strong>{_escaped(self.title)}</strong></p><p>{whole_days}</p></figcaption>\n"
            f"{table}</figure>"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": f"{self.title}\n{self.alt}"}


# --- words and numbers ----------------------------------------------------------------------------


def _escaped(text: str) -> str:
    return html.escape(_plain(text), quote=True)


def _plain(text: str) -> str:
    """A text in one line, without the characters that XML cannot hold."""
    return re.sub(r"[\s\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]+", " ", text).strip()


def _table(data: pd.DataFrame) -> str:
    text = data.map(_cell).rename(columns=str)
    with pd.option_context("display.html.use_mathjax", False):
        return text.to_html(index=False, escape=True, border=0, classes="ch-table", justify="left")


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value):
        return "–"
    if isinstance(value, (bool, np.bool_)):
        return _("yes") if value else _("no")
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    return _number(value)


def _number(value: float) -> str:
    """A number short and the same on every machine: whole as such, else two decimals."""
    return str(int(value)) if float(value).is_integer() else f"{float(value):.2f}"


def _percent(share: float) -> str:
    """A share in whole percent, halves up; `–` where it is not known."""
    return "–" if pd.isna(share) else _("{percent} %").format(percent=math.floor(100 * share + 0.5))


def _sentences(*parts: str) -> str:
    """Sentences one after the other, those that are empty left out; Chinese ones without a space."""
    return ("" if language() == "zh_CN" else " ").join(part for part in parts if part)


def _as_of(settings: Settings) -> str:
    return _("As of {day}.").format(day=pd.Timestamp(settings.as_of).strftime("%Y-%m-%d"))


def _wide(character: str) -> bool:
    kind = unicodedata.east_asian_width(character)
    return kind in "WF" or (kind == "A" and language() == "zh_CN")


def text_width(text: str, size: float = SIZE) -> float:
    """The room a text needs, in points, on the generous side: the reader's font is not known."""
    ems = sum(1 if _wide(c) else 0.34 if c in " .,:;|!'ijlIt()" else 0.9 if c in "mwMW%@—" else 0.6 for c in text)
    return ems * size


_CHINESE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"  # characters and punctuation between which a line may break


def wrapped(text: str, room: float, size: float = SIZE, most: int = 3) -> list[str]:
    """A text in lines of at most `room` points: broken between words, in Chinese between characters; the rest is cut."""
    tokens = re.findall(rf"\s+|[（《「『“‘]*[{_CHINESE}][，。、；：！？）》」』”’]*|[^\s{_CHINESE}]+", str(text))
    lines, line = [], ""
    for token in tokens:
        token = " " if token.isspace() else token
        if line.strip() and text_width(line + token, size) > room:
            lines.append(line.strip())
            line = ""
        line += token
    lines.append(line.strip())
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1] + "…"]
    return [_cut(line, room, size) for line in lines]


def _cut(line: str, room: float, size: float) -> str:
    if text_width(line, size) <= room:
        return line
    while line and text_width(line + "…", size) > room:
        line = line[:-1]
    return line.rstrip("… ") + "…"


# --- the sheet ------------------------------------------------------------------------------------


@contextmanager
def _house_style(slug: str) -> Iterator[None]:
    """Matplotlib as it comes, whatever the reader's matplotlibrc says, with text as text and a fixed salt."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(
            {
                "svg.fonttype": "none",
                "svg.hashsalt": f"cadre-handbook {slug}",
                "font.family": "DejaVu Sans",
                "text.parse_math": False,
                "hatch.linewidth": 1.6,
                "path.simplify": False,
            }
        )
        yield


class _Sheet:
    """A sheet of paper, `WIDTH` by `height` points, y downwards, to draw shapes and lines of text on."""

    def __init__(self, slug: str, height: float) -> None:
        from matplotlib.figure import Figure

        self.slug, self.height = slug, float(math.ceil(height))
        self.figure = Figure(figsize=(WIDTH / 72, self.height / 72), dpi=72, frameon=False)
        self.axes = self.figure.add_axes((0, 0, 1, 1), frameon=False, xlim=(0, WIDTH), ylim=(self.height, 0))
        self.axes.set_axis_off()
        self.drawn = itertools.count()  # what is drawn later lies above

    def text(self, x: float, y: float, text: str, align: str = "left", size: float = SIZE, bold: bool = False) -> None:
        """One line of text, its middle at `y`, cut where it would leave the sheet."""
        room = {"left": WIDTH - x, "right": x, "center": 2 * min(x, WIDTH - x)}[align]
        self.axes.text(
            x,
            y + 0.35 * size,
            _cut(_plain(str(text)), room, size),
            ha=align,
            va="baseline",
            fontsize=size,
            fontweight="bold" if bold else "normal",
            color=COLOURS["ink"],
            clip_on=False,
            zorder=next(self.drawn),
        )

    def lines(self, x: float, y: float, lines: Sequence[str], align: str = "left", size: float = SIZE) -> None:
        """Lines of text, the middle of them all at `y`."""
        top = y - (len(lines) - 1) * LINE * size / 2
        for number, line in enumerate(lines):
            self.text(x, top + number * LINE * size, line, align, size)

    def rect(self, x, y, width, height, role, hatch=None, alpha=1.0, edge=True, edge_width=1.5) -> None:
        """A rectangle: filled, or with an outline and hatching where `hatch` is given."""
        from matplotlib.patches import Rectangle

        paint = _paint(role, hatch, alpha, edge, edge_width)
        self.axes.add_patch(Rectangle((x, y), width, height, clip_on=False, zorder=next(self.drawn), **paint))

    def shape(self, vertices, codes, role, alpha=1.0, edge=True) -> None:
        """A closed shape from the vertices and codes of a matplotlib path."""
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        paint = _paint(role, None, alpha, edge, 1.0)
        self.axes.add_patch(PathPatch(Path(vertices, codes), clip_on=False, zorder=next(self.drawn), **paint))

    def line(self, xs, ys, role="line", width=1.0, dash="solid") -> None:
        """A line through points; dashes are counted in line widths."""
        paint = {"color": COLOURS[role], "linewidth": width, "linestyle": dash, "solid_capstyle": "butt"}
        self.axes.plot(xs, ys, clip_on=False, zorder=next(self.drawn), **paint)

    def mark(self, x, y, marker="o", role="ink", size=9.0, filled=True) -> None:
        """A marker of matplotlib's at a point, filled or open."""
        face = COLOURS[role] if filled else "none"
        paint = {"marker": marker, "markersize": size, "markeredgecolor": COLOURS[role], "markerfacecolor": face}
        self.axes.plot([x], [y], linestyle="none", markeredgewidth=2.0, clip_on=False, zorder=next(self.drawn), **paint)

    def svg(self, title: str, alt: str) -> str:
        """The sheet as inline SVG."""
        raw = io.StringIO()
        with warnings.catch_warnings():
            # The reader's font has the Chinese characters that matplotlib's own font lacks.
            warnings.filterwarnings("ignore", message=r"Glyph \d+")
            nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
            self.figure.savefig(raw, format="svg", transparent=True, metadata=nothing)
        return _for_the_page(raw.getvalue(), self.slug, self.height, title, alt)


def _paint(role: str, hatch: str | None, alpha: float, edge: bool, edge_width: float) -> dict[str, Any]:
    from matplotlib.colors import to_rgba

    colour = COLOURS[role]
    return {
        "facecolor": "none" if hatch or not alpha else to_rgba(colour, alpha),
        "edgecolor": colour if edge or hatch else "none",
        "hatch": hatch,
        "linewidth": edge_width,
    }


_ROLE_OF = {colour: role for role, colour in COLOURS.items()}


def _variable(match: re.Match) -> str:
    role = _ROLE_OF.get(match[0].lower())
    if role == "ink":  # text follows the text around it where no style sheet says otherwise
        return "var(--ch-ink, currentColor)"
    return f"var(--ch-{role}, {match[0].lower()})" if role else match[0]


def _for_the_page(raw: str, slug: str, height: float, title: str, alt: str) -> str:
    """Matplotlib's SVG as an inline element that harms no page it stands in: ids of its own, no style sheet, no metadata."""
    root = ElementTree.fromstring(raw[raw.index("<svg") :])
    _without_its_own_style(root)
    used = re.findall(r'(?:url\(#|href="#)([^)"]+)', ElementTree.tostring(root, encoding="unicode"))
    numbers = {name: str(number) for number, name in enumerate(dict.fromkeys(used), 1)}
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        new = _attributes(element.attrib, numbers)
        element.attrib.clear()
        element.attrib.update(new)
        if not (element.text or "").strip():
            element.text = None
        element.tail = "\n"
    root.attrib.clear()
    for position, (tag, text) in enumerate((("title", title), ("desc", alt))):
        element = ElementTree.Element(tag, id=tag)
        element.text, element.tail = _plain(text), "\n"
        root.insert(position, element)
    root.text, root.tail = "\n", None
    # From the rounded drawing, not the raw one, whose last digits are a machine's own.
    digest = hashlib.sha256(ElementTree.tostring(root)).hexdigest()[:8]
    prefix = f"ch-{slug}-{digest}-"
    for element in root.iter():
        element.attrib.update({name: _prefixed(name, value, prefix) for name, value in element.attrib.items()})
    root.attrib.update(
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {WIDTH} {int(height)}",
            "width": "100%",
            "role": "img",
            "aria-labelledby": f"{prefix}title {prefix}desc",
            "style": _root_style(),
        }
    )
    return ElementTree.tostring(root, encoding="unicode")


def _without_its_own_style(root: ElementTree.Element) -> None:
    """Take out metadata and the style sheet, which would style the whole page."""
    unwanted = {f"{_SVG}metadata", f"{_SVG}style"}
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in unwanted or (child.tag == f"{_SVG}defs" and {part.tag for part in child} <= unwanted):
                parent.remove(child)


def _prefixed(name: str, value: str, prefix: str) -> str:
    if name == "id":
        return prefix + value
    if name == "href":
        return f"#{prefix}{value.removeprefix('#')}"
    return value.replace("url(#", f"url(#{prefix}")


def _root_style() -> str:
    fonts = f"{CHINESE_FONTS}, {LATIN_FONTS}" if language() == "zh_CN" else f"{LATIN_FONTS}, {CHINESE_FONTS}"
    return f"max-width: 38rem; height: auto; font-family: {fonts}, sans-serif; stroke-linejoin: round"


def _attributes(old: Mapping[str, str], ids: Mapping[str, str]) -> dict[str, str]:
    """Attributes with colours as variables, numbers rounded, ids as in `ids`; an id that nothing refers to goes."""
    new: dict[str, str] = {}
    style = [part for part in old.get("style", "").split("; ") if part and not part.startswith("font-family")]
    for name, value in old.items():
        if name == "fill" and value.startswith("#"):
            style.append(f"fill: {value}")
        elif name == _HREF:
            new["href"] = f"#{ids[value.removeprefix('#')]}"
        elif name == "id" and value in ids:
            new["id"] = ids[value]
        elif name not in ("id", "style") and not value.startswith("rotate(-0 "):
            new[name] = " ".join(re.sub(r"-?\d+\.\d+", _rounded, value).split())
    if style:
        new["style"] = re.sub(r"#[0-9a-fA-F]{6}\b", _variable, "; ".join(style))
    pointed = {name: value for name, value in new.items() if "url(#" in value}
    return new | {
        name: re.sub(r"url\(#([^)]+)\)", lambda match: f"url(#{ids[match[1]]})", value)
        for name, value in pointed.items()
    }


def _rounded(match: re.Match) -> str:
    # Two decimals of a point: no machine's last digits show.
    return f"{round(float(match[0]), 2) + 0:.2f}".rstrip("0").rstrip(".")


# --- parts of a chart -----------------------------------------------------------------------------


def _scale(low: float, high: float, start: float, end: float):
    """A function from values to points; values outside go to the ends."""
    span = (high - low) or 1
    return lambda value: start + (end - start) * min(max((value - low) / span, 0), 1)


def _ticks(low: float, high: float, most: int = 5, whole: bool = True) -> list[float]:
    """A few round values within `low` to `high`."""
    from matplotlib.ticker import MaxNLocator

    found = MaxNLocator(nbins=most, integer=whole, steps=[1, 2, 5, 10]).tick_values(low, high)
    return [float(round(tick, 6)) for tick in found if low <= round(tick, 6) <= high]


def _legend_rows(entries: Sequence[tuple], room: float) -> list[list[tuple]]:
    rows, used = [[]], 0.0
    for entry in entries:
        width = 34 + text_width(entry[0], SMALL) + 14
        if rows[-1] and used + width > room:
            rows.append([])
            used = 0.0
        rows[-1].append((used, entry))
        used += width
    return rows


def _legend_height(entries: Sequence[tuple]) -> float:
    return len(_legend_rows(entries, WIDTH - 2 * MARGIN)) * 24 + 4 if entries else 0


def _legend(sheet: _Sheet, y: float, entries: Sequence[tuple]) -> None:
    """Samples with their words: `(words, "rect", role, hatch)`, `(words, "line", role, dash)`, `(words, "mark", role, marker)`.

    A marker with a `-` before it is open.
    """
    for number, row in enumerate(_legend_rows(entries, WIDTH - 2 * MARGIN)):
        middle = y + 12 + number * 24
        for left, (words, kind, role, form) in row:
            x = MARGIN + left
            if kind == "rect":
                sheet.rect(x, middle - 7, 26, 14, role, form)
            elif kind == "mark":
                sheet.mark(x + 13, middle, form.removeprefix("-"), role, filled=not form.startswith("-"))
            else:
                sheet.line([x, x + 28], [middle, middle], role, 2.5, form)
            sheet.text(x + 34, middle, words, size=SMALL)


def _label_room(labels: Iterable[str], share: float = 0.36, size: float = SIZE) -> float:
    """The room for labels left of a chart: the widest line they need, up to a share of the sheet."""
    most = share * WIDTH
    lines = [line for label in labels for line in wrapped(label, most, size)]
    return max((text_width(line, size) for line in lines), default=0)


def _nothing(settings: Settings, slug: str, caption: str | None = None) -> Picture:
    title = _("Nothing to show")
    alt = _("The data hold nothing that this picture could show.")
    with _house_style(slug):
        sheet = _Sheet(slug, 80)
        sheet.rect(MARGIN, MARGIN, WIDTH - 2 * MARGIN, 80 - 2 * MARGIN, "grid", alpha=0)
        sheet.text(WIDTH / 2, 40, title, "center")
        return Picture(sheet.svg(title, alt), title, _sentences(alt, _as_of(settings)), alt)


def _picture(sheet: _Sheet, settings: Settings, title: str, caption: str, alt: str, data: pd.DataFrame) -> Picture:
    return Picture(
        sheet.svg(title, alt), title, _sentences(caption, _as_of(settings)), alt, data.reset_index(drop=True)
    )


def _of(count: int, total: int, none: str, one: str, many: str, **numbers: Any) -> str:
    """The form of a finding that fits the count: none, one or many of `n`."""
    return (none if not count else one if count == 1 else many).format(k=count, n=total, **numbers)


# --- charts ---------------------------------------------------------------------------------------


def distribution(
    years: pd.Series,
    limit: int | None,
    settings: Settings,
    slug: str,
    title: str | None = None,
    caption: str | None = None,
    axis: str | None = None,
) -> Picture:
    """Full years in post as a histogram, a bar a year; those at or over `limit` hatched, with a line at the limit.

    ``years``: whole numbers from 0, one per person; missing ones are left out. ``limit``: in years, `None` draws no line.
    ``axis``: words under the axis.
    """
    years = pd.to_numeric(years).dropna().astype(int)
    if years.empty:
        return _nothing(settings, slug)
    total, over = len(years), int((years >= limit).sum()) if limit is not None else 0
    longest = int(years.max())
    last = max(longest, (limit or 0) + 1)
    counts = years.value_counts().reindex(range(last + 1), fill_value=0)
    over_limit = counts.index >= (math.inf if limit is None else limit)
    with _house_style(slug):
        sheet = _Sheet(slug, 300)
        left, right, top, bottom = MARGIN + text_width(str(counts.max()), SMALL) + 8, WIDTH - MARGIN, 56, 242
        x, y = _scale(-0.5, last + 0.5, left, right), _scale(0, counts.max(), bottom, top)
        step = (right - left) / (last + 1)
        for tick in _ticks(0, counts.max(), 4):
            sheet.line([left, right], [y(tick), y(tick)], "grid", 0.8)
            sheet.text(left - 6, y(tick), _number(tick), "right", SMALL)
        for year, count in counts[counts > 0].items():
            width = 0.8 * step
            hatch = "////" if over_limit[year] else None
            sheet.rect(x(year) - width / 2, y(count), width, bottom - y(count), "alarm" if hatch else "accent", hatch)
        for tick in _ticks(0, last, 8):
            sheet.text(x(tick), bottom + 14, _number(tick), "center", SMALL)
        sheet.line([left, right], [bottom, bottom], "line", 1.2)
        sheet.text((left + right) / 2, bottom + 42, axis or _("Full years in the post now held"), "center")
        sheet.text(MARGIN, 12, _("Number of people"), size=SMALL)
        if limit is not None:
            edge = x(limit - 0.5)
            sheet.line([edge, edge], [50, bottom], "ink", 1.8, DASHED)
            words = _("{limit} years or more: {k}").format(limit=limit, k=over)
            sheet.text(min(edge - 2, right - text_width(words)), 38, words, bold=True)
        if title is None and limit is not None:
            title = _of(
                *(over, total, _("None of {n} people has been {limit} years or more in one post")),
                _("{k} of {n} people has been {limit} years or more in one post"),
                _("{k} of {n} people have been {limit} years or more in one post"),
                limit=limit,
            )
        title = title or _("{n} people by years in post").format(n=total)
        if caption is None:
            caption = _("A bar counts the people with so many full years in post.")
            if limit is not None:
                caption = _sentences(
                    caption,
                    _("Hatched bars, right of the dashed line, have reached {limit} years.").format(limit=limit),
                )
        alt = _(
            "Histogram of {n} people: half have been {median} full years or less in post, the longest {longest}."
        ).format(n=total, median=_number(float(np.floor(years.median()))), longest=longest)
        if limit is not None:
            alt = _sentences(alt, _("{k} have reached {limit} years.").format(k=over, limit=limit))
        shown = counts[counts > 0]
        data = pd.DataFrame({_("Full years"): shown.index, _("People"): shown.to_numpy()})
        return _picture(sheet, settings, title, caption, alt, data)


def matrix(
    rows: Sequence[str],
    columns: Sequence[str],
    counts: pd.DataFrame,
    settings: Settings,
    slug: str,
    title: str | None = None,
    caption: str | None = None,
    alarm: Iterable[tuple[str, str]] = (),
) -> Picture:
    """Counts by two categories: a cell is darker the more it holds, and says its number.

    ``rows``, ``columns``: labels in the order shown. ``counts``: long, with `row`, `column` (labels) and `count`; pairs that
    are absent count 0. ``alarm``: (row, column) pairs that should be empty, outlined where they are not. `ValueError` for
    a row or column of `counts` that is not among the labels.
    """
    unknown = (set(counts["row"]) - set(rows)) | (set(counts["column"]) - set(columns))
    if unknown:
        raise ValueError(f"not among the labels: {sorted(map(str, unknown))}")
    table = counts.groupby(["row", "column"], observed=True)["count"].sum().unstack(fill_value=0)
    table = table.reindex(index=list(rows), columns=list(columns)).fillna(0).astype(int)
    total = int(table.to_numpy().sum())
    if not total:
        return _nothing(settings, slug)
    alarm, most = set(alarm), int(table.to_numpy().max())
    with _house_style(slug):
        left = MARGIN + _label_room(rows, 0.4) + 10
        cell = (WIDTH - MARGIN - left) / len(columns)
        labels = [wrapped(label, WIDTH * 0.4, SIZE) for label in rows]
        heads = [wrapped(label, cell - 6, SMALL) for label in columns]
        top = MARGIN + max(map(len, heads)) * SMALL * LINE + 4
        heights = [max(34, len(lines) * SIZE * LINE + 8) for lines in labels]
        sheet = _Sheet(slug, top + sum(heights) + MARGIN)
        for number, lines in enumerate(heads):
            sheet.lines(left + (number + 0.5) * cell, top - 4 - len(lines) * SMALL * LINE / 2, lines, "center", SMALL)
        y = top
        for label, lines, height in zip(rows, labels, heights, strict=True):
            sheet.lines(left - 10, y + height / 2, lines, "right")
            for number, column in enumerate(columns):
                count = int(table.loc[label, column])
                x, warned = left + number * cell, count > 0 and (label, column) in alarm
                # Never darker than ink on it can be read, on a light page and on a dark one.
                sheet.rect(x + 1, y + 1, cell - 2, height - 2, "grid", alpha=0, edge_width=0.8)
                if count:
                    shade = 0.08 + 0.37 * math.sqrt(count / most)
                    sheet.rect(
                        x + 2,
                        y + 2,
                        cell - 4,
                        height - 4,
                        "alarm" if warned else "accent",
                        alpha=shade,
                        edge=False,
                    )
                if warned:
                    sheet.rect(x + 3, y + 3, cell - 6, height - 6, "alarm", alpha=0, edge_width=2.6)
                sheet.text(x + cell / 2, y + height / 2, str(count), "center", bold=warned)
            y += height
        flat = table.stack()
        (row, column), top_count = flat.idxmax(), int(flat.max())
        warned_total = sum(int(table.loc[pair]) for pair in alarm)
        if title is None:
            title = _("Most often {row}, {column}: {k} of {n}").format(row=row, column=column, k=top_count, n=total)
        if caption is None:
            caption = _("A number counts; the darker its cell, the more.")
        if warned_total:
            caption = _sentences(caption, _("Outlined cells should be empty."))
        alt = _("Table of {n} in all. {rows}.").format(
            n=total,
            rows=("；" if language() == "zh_CN" else "; ").join(
                _("{row}: {counts}").format(
                    row=row,
                    counts=joined(f"{column} {count}" for column, count in table.loc[row].items() if count),
                )
                for row in rows
                if table.loc[row].any()
            ),
        )
        data = table.rename_axis(index=_("Category"), columns=None).reset_index()
        return _picture(sheet, settings, title, caption, alt, data)


def timelines(
    bars: pd.DataFrame,
    rows: pd.DataFrame,
    marks: pd.DataFrame,
    settings: Settings,
    slug: str,
    title: str | None = None,
    caption: str | None = None,
    most: int = 12,
) -> Picture:
    """What lay before each appointment, in years before it: a line per appointment, those that lack something first.

    ``bars``: a posting a row, with `row` (key of its appointment), `start`, `end` (days; NaT end: to the appointment) and
    `hard` (bool: an urgent or hard post). ``rows``: an appointment a row, with `row`, `appointed_on` (day) and `met` (True,
    False, NA). ``marks``: a training a row, with `row` and `day`. Only the first `most` appointments are drawn, numbered.
    """
    rows = rows.dropna(subset=["appointed_on"])
    if rows.empty:
        return _nothing(settings, slug)
    order = rows["met"].astype("boolean").map({False: 0, True: 2}).fillna(1).astype(int)
    chosen = rows.assign(order=order).sort_values(["order", "appointed_on"], kind="stable").head(most)
    chosen = chosen.assign(place=range(len(chosen))).set_index("row")
    spans, trained, first, last = _before_appointment(chosen, bars, marks)
    lacking, unknown = int(order.eq(0).sum()), int(order.eq(1).sum())
    signs = {0: _("lacking"), 1: _("not known"), 2: _("enough")}
    with _house_style(slug):
        sheet = _timelines_drawn(slug, [signs[code] for code in chosen["order"]], spans, trained, first, last)
        if title is None:
            title = _of(
                *(lacking, len(rows), _("None of {n} appointments lacks what should come before it")),
                _("{k} of {n} appointments lacks something that should come before it"),
                _("{k} of {n} appointments lack something that should come before them"),
            )
        caption = caption or _(
            "A line is one appointment, those that lack something first; bars are the posts before it."
        )
        if len(rows) > len(chosen):
            caption = _sentences(caption, _("{shown} of {n} are drawn.").format(shown=len(chosen), n=len(rows)))
        alt = _("Timelines of {n} appointments; lacking something: {lacking}, not known: {unknown}.").format(
            n=len(rows), lacking=lacking, unknown=unknown
        )
        practice = (
            (spans["last"] - spans["first"]).groupby(spans["place"]).sum().reindex(range(len(chosen)), fill_value=0)
        )
        posts = spans.groupby("place").size().reindex(range(len(chosen)), fill_value=0)
        hard = spans["hard"].astype(bool).groupby(spans["place"]).sum().reindex(range(len(chosen)), fill_value=0)
        data = pd.DataFrame(
            {
                _("Line"): range(1, len(chosen) + 1),
                _("Posts before"): posts.to_numpy(),
                _("Urgent or hard posts"): hard.astype(int).to_numpy(),
                _("Years in them"): practice.round(1).map(lambda value: f"{value:.1f}").to_numpy(),
                _("Outcome"): chosen["order"].map(signs).to_numpy(),
            }
        )
        return _picture(sheet, settings, title, caption, alt, data)


def _before_appointment(
    chosen: pd.DataFrame, bars: pd.DataFrame, marks: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, float, float]:
    """Postings and trainings of the chosen appointments in years from the appointment, and the years to draw."""
    days = chosen["appointed_on"]
    spans = bars[bars["row"].isin(chosen.index)]
    appointed = spans["row"].map(days)
    spans = spans.assign(
        place=spans["row"].map(chosen["place"]),
        first=_years_between(spans["start"], appointed),
        last=_years_between(spans["end"].fillna(appointed), appointed),
    ).dropna(subset=["first"])
    trained = marks[marks["row"].isin(chosen.index)].dropna(subset=["day"])
    trained = trained.assign(
        place=trained["row"].map(chosen["place"]), at=_years_between(trained["day"], trained["row"].map(days))
    )
    # Twenty-five years say enough; what lies before is cut at the edge.
    first = max(-25, math.floor(min([-3.0, *spans["first"]])))
    trained = trained[trained["at"] >= first]
    last = min(3.0, max([0.4, *trained["at"] + 0.2]))
    trained = trained[trained["at"] <= last]
    return spans, trained, first, last


def _timelines_drawn(
    slug: str, signs: list[str], spans: pd.DataFrame, trained: pd.DataFrame, first: float, last: float
) -> _Sheet:
    """A line for each of `signs`, the words at its end."""
    entries = [
        (_("posting"), "rect", "accent", None),
        (_("urgent or hard post"), "rect", "second", "////"),
        (_("appointment"), "mark", "ink", "D"),
        (_("training"), "mark", "ink", "-v"),
    ]
    head, step = _legend_height(entries) + 10, 32
    bottom = head + len(signs) * step
    sheet = _Sheet(slug, bottom + 60)
    _legend(sheet, 2, entries)
    left = MARGIN + text_width(str(len(signs))) + 12
    right = WIDTH - MARGIN - max(text_width(sign, SMALL) for sign in signs) - 12
    x = _scale(first, last, left, right)
    for tick in _ticks(first, 0, 5):
        sheet.line([x(tick), x(tick)], [head, bottom], "grid", 0.8)
        sheet.text(x(tick), bottom + 14, _number(-tick), "center", SMALL)
    sheet.line([x(0), x(0)], [head, bottom], "line", 1.4)
    sheet.text((left + right) / 2, bottom + 42, _("Years before the appointment"), "center")
    middles = [head + place * step + 21 for place in range(len(signs))]  # a training stands above its line's bars
    for span in spans[spans["last"] > first].itertuples():
        start, width = x(span.first), max(x(span.last) - x(span.first) - 1.5, 2)
        role, hatch = ("second", "////") if span.hard else ("accent", None)
        sheet.rect(start, middles[span.place] - 7, width, 14, role, hatch, edge=bool(hatch))
    for place, (middle, sign) in enumerate(zip(middles, signs, strict=True), 1):
        sheet.text(left - 12, middle, str(place), "right", SMALL)
        sheet.mark(x(0), middle, "D", size=8)
        sheet.text(right + 12, middle, sign, size=SMALL)
    for mark in trained.itertuples():
        sheet.mark(x(mark.at), middles[mark.place] - 14, "v", size=8, filled=False)
    return sheet


def _years_between(days: pd.Series, reference: pd.Series) -> pd.Series:
    """Years from `reference` to `days`, negative before it."""
    return (pd.to_datetime(days) - pd.to_datetime(reference)).dt.days / 365.25


def survival(
    table: pd.DataFrame,
    settings: Settings,
    slug: str,
    promised: int | None = None,
    title: str | None = None,
    caption: str | None = None,
    axis: str | None = None,
    done: str | None = None,
    in_years: bool = False,
) -> Picture:
    """Share settled by time waited (Kaplan and Meier): a step curve with its 95 % interval for each group, one under another.

    ``table``: a case a row, with `group` (label), `duration` (days waited so far or until settled, 0 or more) and `event`
    (bool: settled). Cases without a duration or event are left out. ``promised``: a day marked by a line, with the share
    settled by then. ``axis``: words under the time axis; ``done``: what “settled” is called. ``in_years``: `duration` and
    `promised` are years, and `promised` a limit.
    """
    table = table.dropna(subset=["group", "duration", "event"])
    table = table[table["duration"] >= 0].assign(event=lambda rows: rows["event"].astype(bool))
    if table.empty:
        return _nothing(settings, slug)
    done = done or _("settled")
    words = _words_of_time(in_years)
    groups = list(dict.fromkeys(table["group"]))
    together = _curve(table)
    curves = {group: _curve(table[table["group"].eq(group)]) for group in groups}
    last = float(table["duration"].max())
    until = float(promised) if promised is not None else last
    shares = {group: _at(curve, until) for group, curve in curves.items()}
    # A promise is judged near its day; a few long waits would squeeze that part of the curves.
    end = max(min(last, 3 * promised), promised) if promised else last
    with _house_style(slug):
        sheet = _survival_drawn(slug, curves, together, shares, promised, until, max(end, 1.0), axis, words)
        n, k, overall = len(table), int(table["event"].sum()), _at(together, until)
        if title is None and promised is not None and not math.isnan(overall):
            title = words["title"].format(share=_percent(overall), done=done, time=_number(promised))
        title = title or _("{k} of {n} cases are {done}").format(k=k, n=n, done=done)
        caption = caption or _sentences(
            _("A curve rises as cases are {done}; one that still waits counts for as long as it has waited.").format(
                done=done
            ),
            _("The band is the 95 % interval."),
        )
        if end < last:
            caption = _sentences(caption, words["cut"].format(time=_number(end)))
        parts = joined(_("{kind} {share}").format(kind=group, share=_percent(shares[group])) for group in groups)
        alt = _sentences(
            words["curves"].format(done=done, k=k, n=n),
            words["parts"].format(time=_number(until), parts=parts),
        )
        counted = table.groupby("group", observed=True)["event"].agg(["size", "sum"]).loc[groups]
        data = pd.DataFrame(
            {
                _("Kind"): groups,
                _("Cases"): counted["size"].to_numpy(),
                _("So far {done}").format(done=done): counted["sum"].to_numpy(),
                words["by"].format(time=_number(until)): [_percent(shares[group]) for group in groups],
                _("95 % interval"): [_interval(curves[group], until) for group in groups],
            }
        )
        return _picture(sheet, settings, title, caption, alt, data)


def _survival_drawn(
    slug: str,
    curves: Mapping[str, pd.DataFrame],
    together: pd.DataFrame,
    shares: Mapping[str, float],
    promised: int | None,
    until: float,
    end: float,
    axis: str | None,
    words: Mapping[str, str],
) -> _Sheet:
    """A panel for each of `curves` over 0 to `end` days, that of all cases dashed behind it."""
    several = len(curves) > 1
    entries = [(_("all cases together"), "line", "line", DASHED)] if several else []
    tall, step = 78 if several else 170, 36
    head = _legend_height(entries) + (18 if promised is not None else 0)
    bottom = head + len(curves) * (tall + step)
    sheet = _Sheet(slug, bottom + 58)
    _legend(sheet, 2, entries)
    left, right = MARGIN + text_width(_percent(1), SMALL) + 8, WIDTH - MARGIN - 4
    x = _scale(0, 1.03 * end, left, right)
    for number, (group, curve) in enumerate(curves.items()):
        top = head + number * (tall + step) + step
        y = _scale(0, 1, top + tall, top)
        for share in (0, 0.5, 1):
            sheet.line([left, right], [y(share), y(share)], "grid", 0.8)
            sheet.text(left - 6, y(share), _percent(share), "right", SMALL)
        if several:
            sheet.line(*_steps(_until(together, end), x, y), "line", 1.6, DASHED)
        _draw_curve(sheet, _until(curve, end), x, y)
        share = words["share"].format(share=_percent(shares[group]), time=_number(until))
        sheet.text(right, top - 12, share, "right", SMALL)
        sheet.text(left, top - 12, _cut(str(group), right - left - text_width(share, SMALL) - 16, SIZE), bold=True)
        if promised is not None:
            sheet.line([x(promised)] * 2, [top, top + tall], "ink", 1.8, DASHED)
            if not math.isnan(shares[group]):
                sheet.mark(x(promised), y(shares[group]), "o", "accent", 9)
    if promised is not None:
        limit = words["limit"].format(time=_number(promised))
        half = text_width(limit) / 2
        sheet.text(min(max(x(promised), MARGIN + half), WIDTH - MARGIN - half), head - 6, limit, "center")
    for tick in _ticks(0, end, 5):
        sheet.text(x(tick), bottom + 14, _number(tick), "center", SMALL)
    sheet.text((left + right) / 2, bottom + 42, axis or words["axis"], "center")
    return sheet


def _words_of_time(in_years: bool) -> dict[str, str]:
    """What a survival curve says about time, in days or in years."""
    if in_years:
        return {
            "title": _("{share} of the cases are {done} within {time} years"),
            "cut": _("Times of over {time} years are not drawn."),
            "curves": _("Curves of the share {done} over the years; {k} of {n} cases are {done} so far."),
            "parts": _("Within {time} years: {parts}."),
            "by": _("Within {time} years"),
            "share": _("{share} within {time} years"),
            "limit": _("limit: {time} years"),
            "axis": _("Years"),
        }
    return {
        "title": _("{share} of the cases are {done} within {time} days"),
        "cut": _("Waits of over {time} days are not drawn."),
        "curves": _("Curves of the share {done} over the days waited; {k} of {n} cases are {done} so far."),
        "parts": _("By day {time}: {parts}."),
        "by": _("By day {time}"),
        "share": _("{share} by day {time}"),
        "limit": _("promised: {time} days"),
        "axis": _("Days waited"),
    }


def _until(curve: pd.DataFrame, end: float) -> pd.DataFrame:
    """A curve up to a day, drawn on to it where it goes further."""
    kept = curve[curve["day"] <= end]
    return pd.concat([kept, kept.tail(1).assign(day=end)]) if len(kept) < len(curve) else kept


def _curve(cases: pd.DataFrame) -> pd.DataFrame:
    """Kaplan and Meier's share settled: `day`, `share`, `lower`, `upper`, a row per step."""
    from lifelines import KaplanMeierFitter

    fitter = KaplanMeierFitter().fit(cases["duration"].astype(float), cases["event"])
    settled = 1 - fitter.survival_function_.iloc[:, 0]
    bounds = (1 - fitter.confidence_interval_).reindex(settled.index)
    # Before the first case is settled, and where all are, the interval is not defined: it stays as it was.
    upper, lower = (bounds.iloc[:, side].ffill().fillna(0).to_numpy() for side in (0, 1))
    return pd.DataFrame({"day": settled.index, "share": settled.to_numpy(), "lower": lower, "upper": upper})


def _at(curve: pd.DataFrame, day: float, column: str = "share") -> float:
    """The value of a curve on a day; not known after its last case, unless all were settled by then."""
    if day > curve["day"].iloc[-1] and curve["share"].iloc[-1] < 1:
        return math.nan
    return float(curve.loc[curve["day"] <= day, column].iloc[-1])


def _interval(curve: pd.DataFrame, day: float) -> str:
    if math.isnan(_at(curve, day)):
        return "–"
    lower, upper = _percent(_at(curve, day, "lower")), _percent(_at(curve, day, "upper"))
    return f"{lower} – {upper}" if lower != upper else "–"  # where all are settled the method gives no interval


def _steps(curve: pd.DataFrame, x, y, column: str = "share") -> tuple[list[float], list[float]]:
    """The corners of a step curve on the sheet."""
    days, values = [x(day) for day in curve["day"]], [y(value) for value in curve[column]]
    return list(np.repeat(days, 2)[1:]), list(np.repeat(values, 2)[:-1])


def _draw_curve(sheet: _Sheet, curve: pd.DataFrame, x, y) -> None:
    upper, lower = (list(zip(*_steps(curve, x, y, bound), strict=True)) for bound in ("upper", "lower"))
    sheet.shape([*upper, *reversed(lower)], None, "accent", alpha=0.2, edge=False)
    sheet.line(*_steps(curve, x, y), "accent", 2.6)


def bars(
    table: pd.DataFrame,
    settings: Settings,
    slug: str,
    title: str | None = None,
    caption: str | None = None,
    operator: str = ">=",
) -> Picture:
    """Shares as bars by group and, within it, by series, each group with its target; a bar that misses it is hatched.

    ``table``: a bar a row, in the order shown, with `group` and `series` (labels; one `series` of "" for none), `k`, `n`
    (counts) and `target` (share, NaN for none). ``operator``: `>=` or `<=`, how a share must stand to its target.
    """
    table = table.dropna(subset=["n"])
    table = table[table["n"] > 0].assign(share=lambda rows: rows["k"] / rows["n"]).reset_index(drop=True)
    if table.empty:
        return _nothing(settings, slug)
    target = pd.to_numeric(table["target"])
    reached = (table["share"] >= target - 1e-9) if operator == ">=" else (table["share"] <= target + 1e-9)
    missed, judged = ~reached & target.notna(), int(target.notna().sum())
    groups = list(dict.fromkeys(table["group"]))
    with_series = bool(table["series"].astype(str).str.strip().any())
    step, head_height, gap = 26, 26, 12
    entries = (
        [
            (_("reaches its target"), "rect", "accent", None),
            *([(_("misses it"), "rect", "alarm", "////")] if missed.any() else []),
            (_("target"), "line", "ink", DASHED),
        ]
        if judged
        else []
    )
    height = _legend_height(entries) + len(groups) * (head_height + gap) + len(table) * step + MARGIN
    with _house_style(slug):
        sheet = _Sheet(slug, height)
        _legend(sheet, 2, entries)
        left = MARGIN + (_label_room(table["series"].astype(str), 0.25, SMALL) + 8 if with_series else 0)
        numbers = [f"{_percent(row.share)} ({_number(row.k)}/{_number(row.n)})" for row in table.itertuples()]
        right = WIDTH - MARGIN - max(text_width(text, SMALL) for text in numbers) - 8
        x = _scale(0, _round_up(max([*table["share"], *target.dropna()])), left, right)
        y = _legend_height(entries) + 6
        for group in groups:
            rows = table[table["group"].eq(group)]
            aims = target[rows.index].dropna().unique()
            words = _("target {share}").format(share=_percent(aims[0])) if len(aims) == 1 else ""
            room = WIDTH - 2 * MARGIN - (text_width(words, SMALL) + 16 if words else 0)
            sheet.text(MARGIN, y + head_height / 2, _cut(group, room, SIZE), bold=True)
            sheet.text(WIDTH - MARGIN, y + head_height / 2, words, "right", SMALL)
            y += head_height
            for row in rows.itertuples():
                bad = bool(missed[row.Index])
                if with_series:
                    sheet.text(left - 8, y + step / 2, _cut(str(row.series), WIDTH * 0.25, SMALL), "right", SMALL)
                sheet.rect(
                    left,
                    y + 3,
                    max(x(row.share) - left, 0.5),
                    step - 6,
                    "alarm" if bad else "accent",
                    "////" if bad else None,
                )
                aim = x(target[row.Index]) if pd.notna(target[row.Index]) else 0
                if aim and len(aims) > 1:
                    sheet.line([aim, aim], [y, y + step], "ink", 2.0, DASHED)
                sheet.text(max(x(row.share), aim) + 8, y + step / 2, numbers[row.Index], size=SMALL)
                y += step
            if len(aims) == 1:
                sheet.line([x(aims[0])] * 2, [y - step * len(rows), y], "ink", 2.0, DASHED)
            sheet.line([left, left], [y - step * len(rows), y], "line", 1.2)
            y += gap
        if title is None:
            title = _("{k} of {n} shares reach their target").format(k=judged - int(missed.sum()), n=judged)
            if not judged:
                title = _("Shares of {n} groups").format(n=len(groups))
        caption = caption or _("A bar is a share, with its counts beside it.")
        alt = _("Bars: {parts}.").format(
            parts=joined(
                _("{kind} {share}").format(
                    kind=" ".join(filter(None, (str(row.group), str(row.series).strip()))),
                    share=_percent(row.share),
                )
                for row in table.itertuples()
            )
        )
        data = pd.DataFrame({_("Group"): table["group"]})
        if with_series:
            data[_("Series")] = table["series"]
        data[_("Count")], data[_("Of")] = table["k"], table["n"]
        data[_("Share")], data[_("Target")] = table["share"].map(_percent), target.map(_percent)
        return _picture(sheet, settings, title, caption, alt, data)


def _round_up(share: float) -> float:
    """A share up to the next tenth, at least one tenth."""
    return max(math.ceil(share * 10 - 1e-9) / 10, 0.1)


def diverging(
    table: pd.DataFrame,
    sides: tuple[str, str],
    settings: Settings,
    slug: str,
    title: str | None = None,
    caption: str | None = None,
) -> Picture:
    """Counts to the left and right of a middle line, by row.

    ``table``: a row per category, in the order shown, with `row` (label), `left`, `right` (counts). ``sides``: what the left and
    the right side are called; the left is hatched.
    """
    table = table.reset_index(drop=True)
    left_total, right_total = int(table["left"].sum()), int(table["right"].sum())
    total = left_total + right_total
    if not total:
        return _nothing(settings, slug)
    most = int(max(table["left"].max(), table["right"].max()))
    with _house_style(slug):
        label_room = _label_room(table["row"], 0.3)
        labels = [wrapped(label, 0.3 * WIDTH) for label in table["row"]]
        start = MARGIN + label_room + 10
        number_room = text_width(str(most), SMALL) + 8
        middle = (start + WIDTH - MARGIN) / 2
        half = middle - start - number_room
        heads = [wrapped(side, half + number_room - 14, SMALL) for side in sides]
        top = MARGIN + max(map(len, heads)) * SMALL * LINE + 6
        heights = [max(34, len(lines) * SIZE * LINE + 8) for lines in labels]
        sheet = _Sheet(slug, top + sum(heights) + MARGIN)
        sheet.lines(middle - 10, top / 2, heads[0], "right", SMALL)
        sheet.lines(middle + 10, top / 2, heads[1], "left", SMALL)
        x, y = _scale(0, most, 0, half), top
        for row, lines, height in zip(table.itertuples(), labels, heights, strict=True):
            at = y + height / 2
            sheet.lines(start - 10, at, lines, "right")
            if row.left:
                sheet.rect(middle - x(row.left), at - 11, x(row.left), 22, "alarm", "////")
            if row.right:
                sheet.rect(middle, at - 11, x(row.right), 22, "accent")
            sheet.text(middle - x(row.left) - 8, at, _number(row.left), "right", SMALL)
            sheet.text(middle + x(row.right) + 8, at, _number(row.right), "left", SMALL)
            y += height
        sheet.line([middle, middle], [top, y], "ink", 1.6)
        if title is None:
            title = _("{side}: {k} of {n}").format(side=sides[1], k=right_total, n=total)
        caption = caption or _("Hatched to the left: {left}; to the right: {right}.").format(
            left=sides[0], right=sides[1]
        )
        alt = _("Bars to two sides. {left}: {k}; {right}: {m}.").format(
            left=sides[0], k=left_total, right=sides[1], m=right_total
        )
        data = table[["row", "left", "right"]].rename(
            columns={"row": _("Category"), "left": sides[0], "right": sides[1]}
        )
        return _picture(sheet, settings, title, caption, alt, data)


def flow(
    counts: pd.DataFrame,
    settings: Settings,
    slug: str,
    title: str | None = None,
    caption: str | None = None,
    heads: tuple[str, str] | None = None,
) -> Picture:
    """From where to where: bands from categories on the left to categories on the right, as wide as they count.

    ``counts``: long, with `source`, `target` (labels, in the order they first stand) and `count`. ``heads``: what stands over
    the two sides.
    """
    counts = counts[counts["count"] > 0]
    if counts.empty:
        return _nothing(settings, slug)
    counts = counts.groupby(["source", "target"], sort=False, observed=True)["count"].sum().reset_index()
    # What stands on both sides stands in the same order on both.
    order = {name: place for place, name in enumerate(dict.fromkeys([*counts["source"], *counts["target"]]))}
    counts = counts.sort_values(
        ["source", "target"], key=lambda names: names.map(order), kind="stable", ignore_index=True
    )
    total = int(counts["count"].sum())
    heads = heads or (_("from"), _("to"))
    totals = {
        side: counts.groupby(side)["count"].sum().sort_index(key=lambda names: names.map(order))
        for side in ("source", "target")
    }
    with _house_style(slug):
        room = max(_label_room(map(str, totals[side].index), 0.3) for side in totals)
        texts = {
            side: [[*wrapped(str(name), room, SIZE, 2), str(int(count))] for name, count in totals[side].items()]
            for side in totals
        }
        # Every node is as tall as its words at least, whatever it counts.
        unit = max(0.2, 230 / total)
        tall = {
            side: [
                max(count * unit, len(lines) * SIZE * LINE)
                for count, lines in zip(totals[side], texts[side], strict=True)
            ]
            for side in totals
        }
        gap, top = 12, 34
        inner = max(sum(heights) + gap * (len(heights) - 1) for heights in tall.values())
        sheet = _Sheet(slug, top + inner + MARGIN)
        edges = {"source": MARGIN + room + 8, "target": WIDTH - MARGIN - room - 8}
        sheet.text(edges["source"], 14, heads[0], "right", SMALL)
        sheet.text(edges["target"], 14, heads[1], "left", SMALL)
        free: dict[tuple[str, Any], float] = {}
        for side in totals:
            sign, align = (-1, "right") if side == "source" else (1, "left")
            y = top + (inner - sum(tall[side]) - gap * (len(tall[side]) - 1)) / 2
            for (name, count), lines, height in zip(totals[side].items(), texts[side], tall[side], strict=True):
                at = y + height / 2
                free[side, name] = at - count * unit / 2
                sheet.rect(
                    edges[side] - (8 if sign > 0 else 0),
                    at - count * unit / 2,
                    8,
                    count * unit,
                    "ink",
                    edge=False,
                )
                sheet.lines(edges[side] + sign * 8, at, lines, align)
                y += height + gap
        roles = {name: number % len(CATEGORIES) for number, name in enumerate(totals["source"].index)}
        a, b = edges["source"] + 8, edges["target"] - 8
        for band in counts.itertuples():
            height = counts.at[band.Index, "count"] * unit
            y0, y1 = free["source", band.source], free["target", band.target]
            free["source", band.source] += height
            free["target", band.target] += height
            _band(sheet, a, b, y0, y1, height, CATEGORIES[roles[band.source]])
        largest = counts.loc[counts["count"].idxmax()]
        if title is None:
            title = _("Most go from {source} to {target}: {k} of {n}").format(
                source=largest["source"], target=largest["target"], k=int(largest["count"]), n=total
            )
        caption = caption or _("A band is as wide as the number it stands for; the numbers at its ends are sums.")
        alt = _("Flows of {n} in all: {parts}.").format(
            n=total,
            parts=joined(
                f"{row.source} → {row.target} {number}"
                for row, number in zip(counts.itertuples(), counts["count"], strict=True)
            ),
        )
        data = counts.rename(columns={"source": heads[0], "target": heads[1], "count": _("Count")})
        return _picture(sheet, settings, title, caption, alt, data)


def _band(sheet: _Sheet, a: float, b: float, y0: float, y1: float, height: float, role: str) -> None:
    from matplotlib.path import Path

    middle = (a + b) / 2
    upper = [(a, y0), (middle, y0), (middle, y1), (b, y1)]
    lower = [(b, y1 + height), (middle, y1 + height), (middle, y0 + height), (a, y0 + height)]
    curve = [Path.CURVE4] * 3
    sheet.shape(
        [*upper, *lower, (a, y0)],
        [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY],
        role,
        alpha=0.35,
    )


def dots(
    table: pd.DataFrame,
    settings: Settings,
    slug: str,
    title: str | None = None,
    caption: str | None = None,
    published: str | None = None,
) -> Picture:
    """One's own share against a published one, by row: a filled dot and an open diamond.

    ``table``: a row per category, with `row` (label), `k`, `n` (own counts) and `published` (share, NaN where there is none).
    ``published``: whose the published figures are.
    """
    table = table.assign(own=(table["k"] / table["n"].where(table["n"] > 0)).astype(float)).reset_index(drop=True)
    table["published"] = pd.to_numeric(table["published"])
    if table.empty or not (table["own"].notna() | table["published"].notna()).any():
        return _nothing(settings, slug)
    published = published or _("published")
    both = table.dropna(subset=["own", "published"])
    below = int((both["own"] < both["published"] - 1e-9).sum())
    entries = [(_("own data"), "mark", "accent", "o"), (published, "mark", "ink", "-D")]
    with _house_style(slug):
        head, step = _legend_height(entries) + 6, 52
        bottom = head + step * len(table)
        sheet = _Sheet(slug, bottom + 28)
        _legend(sheet, 2, entries)
        left, right = MARGIN + 14, WIDTH - MARGIN - text_width(_percent(1), SMALL) / 2
        x = _scale(0, 1, left, right)
        for share in (0, 0.25, 0.5, 0.75, 1):
            sheet.line([x(share)] * 2, [head + 26, bottom], "grid", 0.8)
            sheet.text(x(share), bottom + 13, _percent(share), "center", SMALL)
        for row in table.itertuples():
            y = head + row.Index * step
            counts = f"{_number(row.k)}/{_number(row.n)}"
            sheet.text(WIDTH - MARGIN, y + 15, counts, "right", SMALL)
            sheet.text(MARGIN, y + 15, _cut(str(row.row), WIDTH - 3 * MARGIN - text_width(counts, SMALL) - 8, SIZE))
            sheet.line([left, right], [y + 38, y + 38], "grid", 0.8)
            if pd.notna(row.own) and pd.notna(row.published):
                edge = x(row.published) + math.copysign(
                    min(7, abs(x(row.own) - x(row.published))), row.own - row.published
                )
                sheet.line([x(row.own), edge], [y + 38] * 2, "line", 2.2)
            if pd.notna(row.published):
                sheet.mark(x(row.published), y + 38, "D", "ink", 10, filled=False)
            if pd.notna(row.own):
                sheet.mark(x(row.own), y + 38, "o", "accent", 9)
        if title is None:
            title = _("Below the published share in {k} of {n}").format(k=below, n=len(both))
        caption = caption or _("A filled dot is the share in the data, an open diamond the published one.")
        alt = _("Dots: {parts}.").format(
            parts=joined(
                _("{row} {own} against {published}").format(
                    row=row.row, own=_percent(row.own), published=_percent(row.published)
                )
                for row in table.itertuples()
            )
        )
        data = pd.DataFrame(
            {
                _("Category"): table["row"],
                _("Count"): table["k"],
                _("Of"): table["n"],
                _("Share"): table["own"].map(_percent),
                published: table["published"].map(_percent),
            }
        )
        return _picture(sheet, settings, title, caption, alt, data)


def slopes(
    table: pd.DataFrame,
    settings: Settings,
    slug: str,
    title: str | None = None,
    caption: str | None = None,
) -> Picture:
    """Rates of pairs of groups, each pair a line from the one on the left to the one on the right.

    ``table``: a pair a row, with `left` and `right` (labels), `k_left`, `n_left`, `k_right`, `n_right` (counts) and `least`
    (the least that the right rate should be, as a multiple of the left one; NaN for none), which is drawn as a dashed line.
    Pairs of which a group is empty are left out.
    """
    table = table[(table["n_left"] > 0) & (table["n_right"] > 0)].reset_index(drop=True)
    if table.empty:
        return _nothing(settings, slug)
    left, right = table["k_left"] / table["n_left"], table["k_right"] / table["n_right"]
    aim = left * pd.to_numeric(table["least"])
    short = right < aim - 1e-9
    top = _round_up(max(*left, *right, *aim.fillna(0)))
    panel, gap, head = 96, 44, 8
    entries = [(_("least rate"), "line", "ink", DASHED)] if aim.notna().any() else []
    with _house_style(slug):
        begin = _legend_height(entries) + head
        sheet = _Sheet(slug, begin + len(table) * (panel + gap))
        _legend(sheet, 2, entries)
        x0, x1 = WIDTH * 0.36, WIDTH * 0.64
        for row in table.itertuples():
            y = begin + row.Index * (panel + gap) + 14
            height = _scale(0, top, y + panel, y)
            sheet.line([x0 - 8, x1 + 8], [y + panel] * 2, "grid", 0.8)
            if pd.notna(aim[row.Index]):
                sheet.line([x0, x1], [height(left[row.Index]), height(aim[row.Index])], "ink", 1.6, DASHED)
            role = "alarm" if short[row.Index] else "accent"
            sheet.line([x0, x1], [height(left[row.Index]), height(right[row.Index])], role, 3.0)
            for x, share, align, sign in ((x0, left[row.Index], "right", -1), (x1, right[row.Index], "left", 1)):
                sheet.mark(x, height(share), "o", role, 9)
                words = wrapped(str(row.left if sign < 0 else row.right), x0 - 2 * MARGIN - 14, SIZE, 2)
                counts = (row.k_left, row.n_left) if sign < 0 else (row.k_right, row.n_right)
                numbers = f"{_percent(share)} ({_number(counts[0])}/{_number(counts[1])})"
                half = (len(words) + 1) * LINE * SIZE / 2
                middle = min(max(height(share), y + half - 14), y + panel + 20 - half)
                sheet.lines(x + sign * 14, middle, [*words, numbers], align)
        widest = int((right / left.where(left > 0)).sub(1).abs().fillna(0).idxmax())
        if title is None:
            title = _("Rates differ most: {left} {one}, {right} {other}").format(
                left=table["left"][widest],
                one=_percent(left[widest]),
                right=table["right"][widest],
                other=_percent(right[widest]),
            )
        caption = caption or _(
            "A line goes from the rate of one group to that of another; the dashed line ends at the least that the other should reach."
        )
        alt = _("Slopes: {parts}.").format(
            parts=joined(
                _("{left} {one} and {right} {other}").format(
                    left=row.left, one=_percent(left[row.Index]), right=row.right, other=_percent(right[row.Index])
                )
                for row in table.itertuples()
            )
        )
        sides = [
            table[[name, f"k_{name}", f"n_{name}"]].set_axis([_("Group"), _("Count"), _("Of")], axis=1)
            for name in ("left", "right")
        ]
        data = pd.concat(sides).sort_index(kind="stable")
        data[_("Share")] = (data[_("Count")] / data[_("Of")]).map(_percent)
        return _picture(sheet, settings, title, caption, alt, data)


def strips(
    parts: Mapping[str, str],
    counts: pd.DataFrame,
    settings: Settings,
    slug: str,
    title: str | None = None,
    caption: str | None = None,
    threshold: float | None = None,
    most: int = 15,
) -> Picture:
    """A strip a row, cut into parts by their counts, with an optional mark at a share of the whole.

    ``parts``: value to label, in the order drawn, at most five. ``counts``: long, with `row` (label), `part` (value), `count`.
    ``threshold``: a share from the left that the first part should reach. Rows keep their order; the first `most` are drawn.
    """
    if len(parts) > len(CATEGORIES):
        raise ValueError(f"{len(parts)} parts; at most {len(CATEGORIES)} can be told apart")
    table = counts.groupby(["row", "part"], sort=False, observed=True)["count"].sum().unstack(fill_value=0)
    table = table.reindex(columns=list(parts)).fillna(0).astype(int)
    table = table.reindex(list(dict.fromkeys(counts["row"])))
    table = table[table.sum(axis=1) > 0]
    if table.empty:
        return _nothing(settings, slug)
    shares = table.div(table.sum(axis=1), axis=0)
    first = next(iter(parts))
    reached = int((shares[first] >= threshold - 1e-9).sum()) if threshold is not None else 0
    drawn = table.head(most)
    entries = [(label, "rect", CATEGORIES[number], HATCHES[number]) for number, label in enumerate(parts.values())]
    if threshold is not None:
        entries.append((_percent(threshold), "line", "ink", "solid"))
    with _house_style(slug):
        labels = [wrapped(str(row), 0.34 * WIDTH, SMALL, 2) for row in drawn.index]
        head, step = _legend_height(entries) + 6, 34 if max(map(len, labels)) == 1 else 44
        sheet = _Sheet(slug, head + step * len(drawn) + MARGIN)
        _legend(sheet, 2, entries)
        left = MARGIN + max(text_width(line, SMALL) for lines in labels for line in lines) + 10
        x = _scale(0, 1, left, WIDTH - MARGIN)
        for place, (row, lines) in enumerate(zip(drawn.index, labels, strict=True)):
            y = head + place * step
            sheet.lines(left - 10, y + step / 2, lines, "right", SMALL)
            done = 0.0
            for number, part in enumerate(parts):
                share, count = float(shares.loc[row, part]), str(table.loc[row, part])
                if not share:
                    continue
                start, width = x(done), x(done + share) - x(done) - 2
                _numbered(sheet, start, y + 4, width, step - 8, CATEGORIES[number], HATCHES[number], count)
                done += share
            if threshold is not None:
                sheet.line([x(threshold)] * 2, [y, y + step], "ink", 2.6)
        if title is None:
            title = _("{n} rows by {parts}").format(n=len(table), parts=joined(parts.values()))
            if threshold is not None:
                title = _("{part}: {k} of {n} reach {share}").format(
                    part=parts[first], k=reached, n=len(table), share=_percent(threshold)
                )
        caption = caption or _("A strip is a whole, its parts as long as their share.")
        if len(table) > len(drawn):
            caption = _sentences(caption, _("{shown} of {n} are drawn.").format(shown=len(drawn), n=len(table)))
        alt = _("Strips of {n} rows, in all {parts}.").format(
            n=len(table), parts=joined(f"{label} {int(table[part].sum())}" for part, label in parts.items())
        )
        data = table.rename(columns=dict(parts)).rename_axis(index=_("Category"), columns=None).reset_index()
        return _picture(sheet, settings, title, caption, alt, data)


def _numbered(sheet: _Sheet, x, y, width, height, role, hatch, number: str) -> None:
    """A rectangle with a number in a gap of its filling, where there is room for it."""
    gap = text_width(number, SMALL) + 8
    if width < gap + 8:
        sheet.rect(x, y, width, height, role, hatch)
        return
    side = (width - gap) / 2
    for start in (x, x + side + gap):
        sheet.rect(start, y, side, height, role, hatch)
    sheet.rect(x, y, width, height, role, alpha=0)
    sheet.text(x + width / 2, y + height / 2, number, "center", SMALL)
