"""What a page of the built book loads: one stylesheet, one script, nothing from elsewhere and nothing unused.

jupyter-book, myst-nb, sphinx-design and the theme each add files of their own to every page: some thirty requests
and a megabyte and a half, most of it for things this book does not have. After the build every page is rewritten:

- its stylesheets become `_static/bundle.css`, its scripts `_static/bundle.js`, joined in the order in which they stood;
- rules for classes that neither a page nor a script names are left out: of Bootstrap that is most;
- of Font Awesome stay the signs that are drawn, as a font of some kilobytes inside the stylesheet;
- a fold made by a script becomes the browser's own `<details>`;
- what no page refers to leaves `_static`.

A script that stands neither in `KEPT` nor in `NOT_NEEDED` nor in the book's own `html_js_files` stops the build:
somebody has to decide about it.
"""

from __future__ import annotations

import base64
import hashlib
import io
import logging
import posixpath
import re
import urllib.parse
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from fontTools import subset
from sphinx.errors import ExtensionError

from cadre_handbook.chinese_pages import frame_in_chinese, is_chinese
from cadre_handbook.chinese_spans import marked_html

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.writers.html5 import HTML5Translator

STYLESHEET = "bundle.css"
SCRIPT = "bundle.js"
THEME = ("pydata-sphinx-theme", "sphinx-book-theme", "sphinx-design", "sphinx-copybutton", "myst-nb")

# Scripts of the theme and its helpers, by file name, in the order in which pages load them.
KEPT = (
    "documentation_options.js",  # the theme's script reads it
    "clipboard.min.js",
    "copybutton.js",
    "sphinx-book-theme.js",
    "bootstrap.js",
    "pydata-sphinx-theme.js",
)
NOT_NEEDED = (
    "fontawesome.js",  # 1.5 MB: draws as pictures what the font draws as well
    "doctools.js",  # keys that the theme has too
    "sphinx_highlight.js",  # colours the words of a search by Sphinx
    "searchtools.js",
    "language_data.js",
    "searchindex.js",
    "togglebutton.js",  # folds are <details>
    "design-tabs.js",  # keeps tabs of several pages in step
)
KEPT_INLINE = ("document.documentElement.dataset.mode",)  # light or dark before anything is drawn
NOT_NEEDED_INLINE = (
    "toggleHintShow",
    "toggleHintHide",
    "toggleOpenOnPrint",
    "togglebuttonSelector",
    "DOCUMENTATION_OPTIONS.",
    "Activate the search field on page load",  # search.js does
)

_LINK = re.compile(r"[ \t]*<link\b[^>]*>\n?", re.IGNORECASE)
_SCRIPT = re.compile(r"[ \t]*<script\b([^>]*)>(.*?)</script>\n?", re.IGNORECASE | re.DOTALL)
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_VIEWPORT = re.compile(r"""\s*<meta name="viewport"[^>]*>""")
_URL = re.compile(r"""url\(\s*(["']?)(?!data:|#|["'])([^"')]+)\1\s*\)""")
_IMPORT = re.compile(r"""@import\s+(?:url\()?["']?([^"');\s]+)["']?\)?\s*;""")
_ICON = re.compile(r"<(i|span) class=(\"[^\"]*\bfa[srb]?[ -][^\"]*\")(?![^>]*aria-hidden)")
_RULE = re.compile(r"([^{}();@][^{};@]*)\{[^{}]*\}")
_ALTERNATIVES = re.compile(r":(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)")
_CLASS = re.compile(r"\.(-?[_a-zA-Z][\w-]*)")
_FONT_FACE = re.compile(r"@font-face\{[^}]*?src:url\(([^)]+\.ttf|[^)]+\.woff2)\)[^}]*\}")
_PRIVATE_USE = re.compile(r"\\([ef][0-9a-f]{3})\b|([\ue000-\uf8ff])", re.IGNORECASE)
_FOLD = re.compile(
    r'<div class="([^"]*\badmonition\b[^"]*)"([^>]*)>\s*<p class="admonition-title">(.*?)</p>', re.DOTALL
)
# What keeps a reader with a screen reader out of the theme's frame and of Sphinx's bibliography.
MENDED = (
    # a fold of the navigation has a sign and no words
    (
        re.compile(r"(<a [^>]*>)([^<]*)(</a><details[^>]*><summary)>"),
        r'\1\2\3 aria-label="Pages under: \2">',
    ),
    # name of the book and search stand in no landmark
    (
        re.compile(r'<div id="pst-primary-sidebar" '),
        '<div id="pst-primary-sidebar" role="navigation" aria-label="Book" lang="en" ',
    ),
    # the theme's header repeats what stands above the article; its buttons, hidden on a phone, come first in the page
    # and take the place of those that are seen: these would open nothing
    (re.compile(r'(<header id="pst-header"[^>]*>).*?(</header>)', re.DOTALL), r"\1\2"),
    # a role that has been given up
    (re.compile(r'role="doc-biblioentry"'), 'role="listitem"'),
)
_NAVIGATION = re.compile(r'<div id="pst-primary-sidebar".*?(?=<main\b)', re.DOTALL)
_DIV = re.compile(r"<(/?)div\b")


@dataclass
class Loaded:
    """What a page asked for before it was rewritten: files relative to `_static`, in order."""

    stylesheets: list[tuple[str, str]] = field(default_factory=list)  # with the medium, "" for any
    scripts: list[str] = field(default_factory=list)


def setup(app: Sphinx) -> None:
    app.add_config_value("site_digest", "", "html")
    app.add_html_math_renderer("mathml", (write_inline_formula, None), (write_formula, None))
    app.connect("config-inited", follow_the_style)
    app.connect("builder-inited", leave_search_to_pagefind)


def follow_the_style(app: Sphinx, config: Config) -> None:
    """Have all pages written again when a stylesheet or script changes, which Sphinx does not notice."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    digest.update(" ".join(metadata.version(name) for name in THEME).encode())
    for folder in config.html_static_path:
        for path in sorted(path for path in Path(app.confdir, folder).rglob("*") if path.is_file()):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    config.site_digest = digest.hexdigest()


def leave_search_to_pagefind(app: Sphinx) -> None:
    """No index by Sphinx; the search page stays."""
    app.builder.search = False
    app.config.html_additional_pages = {**app.config.html_additional_pages, "search": "search.html"}


# --- formulas -------------------------------------------------------------------------------------


def write_inline_formula(writer: HTML5Translator, node: nodes.math) -> None:
    writer.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def write_formula(writer: HTML5Translator, node: nodes.math_block) -> None:
    writer.body.append(writer.starttag(node, "div", CLASS="math"))
    writer.body.append(tex2mathml(node.astext(), as_block=True) + "</div>\n")
    raise nodes.SkipNode


# --- pages ----------------------------------------------------------------------------------------


def rewrite_pages(app: Sphinx) -> list[Path]:
    """Rewrite the pages that this build wrote, write what they load, clear the rest from `_static`.

    Returns the rewritten pages. Raises ExtensionError where a page loads a script nobody decided about, or where
    pages differ in what they load.
    """
    root = Path(app.outdir)
    own = {posixpath.basename(name) for name, _ in app.config.html_js_files}
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(root.rglob("*.html")) if _is_page(root, path)}
    written = {path: text for path, text in pages.items() if f"_static/{STYLESHEET}" not in text}
    if written:
        loads: dict[Path, Loaded] = {}
        for path, text in written.items():
            name = path.relative_to(root).as_posix()
            pages[path], loads[path] = rewrite(text, name, own, app.config.site_digest[:8])
        _write_what_pages_load(root / "_static", _in_common(root, loads), pages.values())
        for path in written:
            path.write_text(pages[path], encoding="utf-8")
    _clear(root / "_static", pages)
    return list(written)


def _is_page(root: Path, path: Path) -> bool:
    """Whether the theme drew it; the file that sends `/` on to the first page has no `<head>`."""
    return not path.is_relative_to(root / "_static") and b"<head>" in path.read_bytes()[:2000]


def rewrite(text: str, name: str, own: Iterable[str], version: str = "") -> tuple[str, Loaded]:
    """The page with one stylesheet and one script, and what it loaded before.

    `name` is the page's place, such as `book/guide/run.html`; `own` the file names of the book's own scripts;
    `version` goes into the addresses, so that a browser does not keep what has changed.
    Raises ExtensionError for a script that nobody decided about and for anything from the outside.
    """
    to_root = "../" * name.count("/")
    loaded = Loaded()

    def link(match: re.Match[str]) -> str:
        attributes = _attributes(match[0])
        kind = attributes.get("rel", "").split()
        if "stylesheet" in kind:
            loaded.stylesheets.append((_in_static(attributes["href"], name), attributes.get("media", "")))
            return ""
        return "" if "preload" in kind or "search" in kind else match[0]

    def script(match: re.Match[str]) -> str:
        source = _attributes(match[1]).get("src")
        if source is None:
            if any(sign in match[2] for sign in KEPT_INLINE):
                return match[0]
            if any(sign in match[2] for sign in NOT_NEEDED_INLINE):
                return ""
            raise ExtensionError(
                f"{name} has a script of its own, which nobody decided about: {match[2].strip()[:200]}"
            )
        file = posixpath.basename(urllib.parse.urlsplit(source).path)
        if file in KEPT or file in own:
            loaded.scripts.append(_in_static(source, name))
        elif file not in NOT_NEEDED:
            raise ExtensionError(f"{name} loads {source}: keep it or not, in cadre_handbook/site.py")
        return ""

    text = _SCRIPT.sub(script, _LINK.sub(link, text))
    head = f'<link rel="stylesheet" href="{to_root}_static/{STYLESHEET}?v={version}" />\n'
    head += f'<script defer src="{to_root}_static/{SCRIPT}?v={version}"></script>\n'
    viewport = '<meta name="viewport" content="width=device-width, initial-scale=1" />'
    text = _VIEWPORT.sub("", text).replace("<head>", f"<head>\n    {viewport}", 1)
    text = text.replace("</head>", f"{head}</head>", 1)
    text = _ICON.sub(r"<\1 aria-hidden=\"true\" class=\2".replace('\\"', '"'), text)
    for pattern, mended in MENDED:
        text = pattern.sub(mended, text)
    text = frame_in_chinese(text) if is_chinese(name) else text
    # the navigation is the same on pages of either language, and holds titles in both
    text = _NAVIGATION.sub(lambda match: marked_html(match[0]), text)
    return _fold(text), loaded


def _attributes(tag: str) -> dict[str, str]:
    return {name.lower(): double or single for name, double, single in _ATTRIBUTE.findall(tag)}


def _in_static(url: str, page: str) -> str:
    """Where under `_static` the file lies that the page refers to; ExtensionError for any other place."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page), urllib.parse.urlsplit(url).path))
    if urllib.parse.urlsplit(url).netloc or not path.startswith("_static/"):
        raise ExtensionError(f"{page} asks for something from the outside: {url}")
    return path.removeprefix("_static/")


def _fold(text: str) -> str:
    """An admonition of the class `dropdown`, which a script would fold, as `<details>`."""
    start = 0
    while match := _FOLD.search(text, start):
        start = match.end()
        if "dropdown" not in match[1].split():
            continue
        depth = 1
        for tag in _DIV.finditer(text, match.end()):
            depth += -1 if tag[1] else 1
            if depth == 0:
                title = re.sub(r"</?a\b[^>]*>", "", match[3])  # no link within what is pressed to unfold
                opening = f'<details class="{match[1]}"{match[2]}>\n<summary class="admonition-title">{title}</summary>'
                body = text[match.end() : tag.start()]
                text = text[: match.start()] + opening + body + "</details>" + text[text.index(">", tag.start()) + 1 :]
                break
    return text


def _in_common(root: Path, loads: dict[Path, Loaded]) -> Loaded:
    first_page, first = next(iter(loads.items()))
    for page, loaded in loads.items():
        if loaded != first:
            names = " and ".join(path.relative_to(root).as_posix() for path in (first_page, page))
            raise ExtensionError(f"{names} differ in what they load: {first} and {loaded}")
    return first


# --- what pages load ------------------------------------------------------------------------------


def _write_what_pages_load(static: Path, loaded: Loaded, pages: Iterable[str]) -> None:
    scripts = [(static / name).read_text(encoding="utf-8") for name in loaded.scripts]
    script = ";\n".join(re.sub(r"//# sourceMappingURL=\S+", "", text) for text in scripts)
    (static / SCRIPT).write_text(script, encoding="utf-8")
    css = "\n".join(
        f"@media {medium} {{\n{_stylesheet(static, name)}\n}}" if medium else _stylesheet(static, name)
        for name, medium in loaded.stylesheets
    )
    named = set(re.findall(r"[\w-]+", script))
    for page in pages:
        named.update(name for names in re.findall(r'\bclass="([^"]*)"', page) for name in names.split())
    (static / STYLESHEET).write_text(_with_few_signs(static, only_rules_for(named, css)), encoding="utf-8")


def only_rules_for(named: set[str], css: str) -> str:
    """The stylesheet without the rules that need a class which is not among those named."""

    def rule(match: re.Match[str]) -> str:
        return match[0] if any(applies(selector) for selector in _outer_commas(match[1])) else ""

    def applies(selector: str) -> bool:
        return named.issuperset(_CLASS.findall(_ALTERNATIVES.sub("", selector)))

    return _RULE.sub(rule, re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))


def _outer_commas(selectors: str) -> list[str]:
    return _ALTERNATIVES.sub(lambda match: match[0].replace(",", "\0"), selectors).replace("\n", " ").split(",")


def _stylesheet(static: Path, name: str) -> str:
    """A stylesheet with those that it imports, its addresses made relative to `_static`."""
    text = (static / name).read_text(encoding="utf-8")
    folder = posixpath.dirname(name)

    def address(match: re.Match[str]) -> str:
        return f"url({posixpath.normpath(posixpath.join(folder, match[2]))})"

    def imported(match: re.Match[str]) -> str:
        return _stylesheet(static, posixpath.normpath(posixpath.join(folder, match[1].split("?")[0])))

    text = re.sub(r"@charset [^;]+;|/\*# sourceMappingURL=.*?\*/", "", text)
    imports = [imported(match) for match in _IMPORT.finditer(text)]
    return "\n".join([*imports, _URL.sub(address, _IMPORT.sub("", text))])


def _with_few_signs(static: Path, css: str) -> str:
    """The stylesheet with the fonts of signs in it, cut down to the signs that its rules draw."""
    drawn = {int(code, 16) if code else ord(sign) for code, sign in _PRIVATE_USE.findall(css)}

    def font(match: re.Match[str]) -> str:
        data = _font_of(static / Path(match[1]).with_suffix(".ttf"), drawn)
        if data is None:
            return ""
        address = f'url(data:font/woff;base64,{base64.b64encode(data).decode()}) format("woff")'
        return re.sub(r"src:[^;}]+", lambda _: f"src:{address}", match[0], count=1)

    return _FONT_FACE.sub(font, css)


def _font_of(path: Path, characters: set[int]) -> bytes | None:
    """The font with those characters alone, as WOFF; None if it has none of them."""
    options = subset.Options(flavor="woff", layout_features=[], name_IDs=[], notdef_outline=True, hinting=False)
    options.recalc_timestamp = False
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every table
    font = subset.load_font(str(path), options)
    if not characters & set(font.getBestCmap()):
        return None
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    file = io.BytesIO()
    subset.save_font(font, file, options)
    return file.getvalue()


def _clear(static: Path, pages: dict[Path, str]) -> None:
    """Remove what neither a page nor the stylesheet refers to."""
    if not (static / STYLESHEET).is_file():
        return
    used = {url for _, url in _URL.findall((static / STYLESHEET).read_text(encoding="utf-8"))}
    for text in pages.values():
        used |= {url.partition("?")[0] for url in re.findall(r"_static/([^\"'\s)>]+)", text)}
    for path in sorted(static.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(static).as_posix() not in used:
            path.unlink()
