"""Charts in the house style: static SVG, the same bytes on every run and machine, with a text alternative from the data.

Every chart is a function that takes counted frames and gives a `Picture`. Matplotlib draws shapes only: places are worked
out here, in points on a sheet `WIDTH` points wide, so that neither the fonts of a machine nor its settings move anything, and
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

import pandas as pd

from cadre_handbook.i18n import _, language
from cadre_handbook.tables import clean as _plain
from cadre_handbook.tables import html_table
from cadre_handbook.tables import number_text as number_text  # the forms take it from here

if TYPE_CHECKING:
    from cadre_handbook.policy import Settings

# On paper and on a light page; those of a dark page stand in `book/style/figures.css`. The keys are the CSS variables,
# `--ch-ink` and so on. Hues of Okabe and Ito's palette, darkened until each has a contrast of 3 to 1 to the page and any
# two differ for colour-blind readers too; the tests work both out.
COLOURS = {
    "ink": "#1f2933",
    "line": "#6b7680",
    "grid": "#cbd2d9",
    "accent": "#0072b2",
    "alarm": "#b84300",
    "second": "#1b6b4f",
    "third": "#a8467f",
    "fourth": "#a98a00",
}
# Categories that are neither good nor bad; the colour of alarm comes last.
CATEGORIES = ("accent", "second", "fourth", "third", "alarm")
HATCHES = (None, "////", "\\\\\\\\", "----", "xxx")
DASHED = (0, (5, 3))

WIDTH = 440  # points; on a phone 390 pixels wide a point is about four fifths of a pixel
SIZE, SMALL = 16, 15
MOST_SHADE = 0.45  # of a colour behind text: darker, and ink on it could not be read
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
        """The picture as a `<figure>` that stands by itself: title, drawing, caption, and the data in a folded table."""
        lang = "zh-CN" if language() == "zh_CN" else "en"
        summary, caption = _escaped(_("The data as a table")), _escaped(self.caption)
        whole_days = re.sub(r"\b\d{4}-\d\d-\d\d\b", r'<span style="white-space: nowrap">\g<0></span>', caption)
        table = ""
        if len(self.data):
            named = _("The data of the picture: {title}").format(title=self.title)
            table = f"<details><summary>{summary}</summary>\n{html_table(self.data, 'ch-data', named)}</details>\n"
        return (
            f'<figure class="ch-figure tex2jax_ignore mathjax_ignore" lang="{lang}">\n'
            f"<figcaption><strong>{_escaped(self.title)}</strong></figcaption>\n{self.svg}\n"
            f'<p class="ch-how-to-read">{whole_days}</p>\n{table}</figure>'
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": f"{self.title}\n{self.alt}"}


# --- words and numbers ----------------------------------------------------------------------------


def _escaped(text: str) -> str:
    return html.escape(_plain(text), quote=True)


def percent_text(share: float) -> str:
    """A share in whole percent, halves up; `–` where it is not known."""
    return "–" if pd.isna(share) else _("{percent} %").format(percent=math.floor(100 * share + 0.5))


def sentences(*parts: str) -> str:
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
    return [cut_line(line, room, size) for line in lines]


def cut_line(line: str, room: float, size: float) -> str:
    if text_width(line, size) <= room:
        return line
    while line and text_width(line + "…", size) > room:
        line = line[:-1]
    return line.rstrip("… ") + "…"


# --- the sheet ------------------------------------------------------------------------------------


@contextmanager
def house_style(slug: str) -> Iterator[None]:
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


class Sheet:
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
            cut_line(_plain(str(text)), room, size),
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

    def rect_beside(self, x, y, width, height, role, hatch=None, guide=None, room=5.0) -> None:
        """A rectangle with a gap where a guide line at `guide` crosses it, so that the line stands out against any filling."""
        if guide is None or not x < guide < x + width:
            self.rect(x, y, width, height, role, hatch)
            return
        for start, end in ((x, guide - room / 2), (guide + room / 2, x + width)):
            if end - start > 0.5:
                self.rect(start, y, end - start, height, role, hatch, edge_width=1.0 if hatch else 0)

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
            no_date = dict.fromkeys(("Creator", "Date", "Format", "Type"))
            self.figure.savefig(raw, format="svg", transparent=True, metadata=no_date)
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
    return f"max-width: 31rem; height: auto; font-family: {fonts}, sans-serif; stroke-linejoin: round"


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


def linear(low: float, high: float, start: float, end: float):
    """A function from values to points; values outside go to the ends."""
    span = (high - low) or 1
    return lambda value: start + (end - start) * min(max((value - low) / span, 0), 1)


def tick_values(low: float, high: float, most: int = 5, whole: bool = True) -> list[float]:
    """A few round values within `low` to `high`."""
    from matplotlib.ticker import MaxNLocator

    found = MaxNLocator(nbins=most, integer=whole, steps=[1, 2, 5, 10]).tick_values(low, high)
    return [float(round(tick, 6)) for tick in found if low <= round(tick, 6) <= high]


def legend_rows(entries: Sequence[tuple], room: float) -> list[list[tuple]]:
    rows, used = [[]], 0.0
    for entry in entries:
        width = 34 + text_width(entry[0], SMALL) + 14
        if rows[-1] and used + width > room:
            rows.append([])
            used = 0.0
        rows[-1].append((used, entry))
        used += width
    return rows


def legend_height(entries: Sequence[tuple]) -> float:
    return len(legend_rows(entries, WIDTH - 2 * MARGIN)) * 24 + 4 if entries else 0


def draw_legend(sheet: Sheet, y: float, entries: Sequence[tuple]) -> None:
    """Samples with their words: `(words, "rect", role, hatch)`, `(words, "line", role, dash)`, `(words, "mark", role, marker)`.

    A marker with a `-` before it is open.
    """
    for number, row in enumerate(legend_rows(entries, WIDTH - 2 * MARGIN)):
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


def label_room(labels: Iterable[str], share: float = 0.36, size: float = SIZE) -> float:
    """The room for labels left of a chart: the widest line they need, up to a share of the sheet."""
    most = share * WIDTH
    lines = [line for label in labels for line in wrapped(label, most, size)]
    return max((text_width(line, size) for line in lines), default=0)


def nothing(settings: Settings, slug: str, caption: str | None = None) -> Picture:
    title = _("Nothing to show")
    alt = _("The data hold nothing that this picture could show.")
    with house_style(slug):
        sheet = Sheet(slug, 80)
        sheet.rect(MARGIN, MARGIN, WIDTH - 2 * MARGIN, 80 - 2 * MARGIN, "grid", alpha=0)
        sheet.text(WIDTH / 2, 40, title, "center")
        return Picture(sheet.svg(title, alt), title, sentences(alt, _as_of(settings)), alt)


def finished(sheet: Sheet, settings: Settings, title: str, caption: str, alt: str, data: pd.DataFrame) -> Picture:
    return Picture(sheet.svg(title, alt), title, sentences(caption, _as_of(settings)), alt, data.reset_index(drop=True))


def one_or_many(count: int, total: int, none: str, one: str, many: str, **numbers: Any) -> str:
    """The form of a finding that fits the count: none, one or many of `n`."""
    return (none if not count else one if count == 1 else many).format(k=count, n=total, **numbers)
