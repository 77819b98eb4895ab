"""What the build of the book needs beyond jupyter-book.

Loaded by `_config.yml`, so that `make book` and a plain `jupyter-book build .` do the same:

- outputs of notebooks are kept between builds for as long as data, package and pinned packages stay the same;
- notebooks that must run do so side by side, and one that raises stops the build;
- pages are rewritten to load one stylesheet and one script (`site.py`), and indexed for search (`site_search.py`);
- a build in which anything of the catalogue, the documents or the tables is left over fails (`inventory.py`);
- a build in which a page of `_toc.yml` is missing, asks for something from the outside, or links to nothing, fails;
- a build that did not end well is not built upon: run again, it fails again.
"""

from __future__ import annotations

import hashlib
import html
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from myst_nb.core.read import create_nb_reader
from myst_nb.ext.glue.utils import PendingGlueReference
from nbformat import NotebookNode
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.console import strip_colors
from sphinx_external_toc.events import remove_suffix

from cadre_handbook import __version__, chinese_pages, glossary, site, site_search
from cadre_handbook.chinese_spans import MarkChinese
from cadre_handbook.directives import DIRECTIVES, of_sample_role
from cadre_handbook.inventory_page import DIRECTIVES as INVENTORY
from cadre_handbook.inventory_page import refuse_left_over
from cadre_handbook.kernels import SIDE_BY_SIDE, Run, execute_side_by_side
from cadre_handbook.learning import DIRECTIVES as LEARNING
from cadre_handbook.learning import reading

if TYPE_CHECKING:
    from docutils import nodes
    from jupyter_cache.cache.main import JupyterCacheBase
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

logger = logging.getLogger(__name__)

# What the outputs of a notebook depend on besides its own cells.
FINGERPRINTED = ("data/**/*", "src/**/*.py", "src/**/*.po", "requirements.txt")
ONLY_OF_PAGES = (
    "data/quizzes/",
    "data/stories/",
    "data/paths.yaml",
    "data/not_checked.yaml",
    "data/glossary.yaml",
)  # no notebook reads them
LINES_OF_A_TRACEBACK = 15


def setup(app: Sphinx) -> dict[str, object]:
    for name, directive in (*DIRECTIVES, *LEARNING, *INVENTORY):
        app.add_directive(name, directive)
    app.add_role("of-sample", of_sample_role)
    app.connect("doctree-resolved", reading.resolve)
    app.add_post_transform(MarkChinese)
    glossary.setup(app)
    chinese_pages.setup(app)
    site.setup(app)
    app.connect("config-inited", begin_build)
    app.connect("builder-inited", refuse_left_over)
    app.connect("builder-inited", drop_old_caches)
    app.connect("env-get-outdated", remove_withdrawn_pages)
    app.connect("env-before-read-docs", run_notebooks)
    app.connect("doctree-read", depend_on_glued_notebooks)
    app.connect("build-finished", finish_pages, priority=800)  # when the others have written what they write
    app.connect("build-finished", check_pages, priority=900)
    app.connect("build-finished", end_build, priority=999)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}


# --- a build that did not end well is not built upon ----------------------------------------------


def begin_build(app: Sphinx, config: Config) -> None:
    """Choose the cache of notebook outputs; clear what an unfinished build left.

    Sphinx reads only what changed, so what it complained of once it would pass over in silence the next
    time. The mark set here is lifted only by a build without error or warning, so it also outlives a build
    that was killed.
    """
    config.nb_execution_mode = "cache"
    # An environment value of Sphinx: when it changes, every page is read again.
    config.nb_execution_cache_path = str(_caches(app) / fingerprint(Path(app.srcdir)))
    mark = _mark(app)
    if mark.exists():
        logger.info("the last build did not end well: starting from clean")
        _discard(app)
    mark.touch()


def end_build(app: Sphinx, exception: Exception | None) -> None:
    """Lift the mark after a clean build; leave no half-built book after a failed one."""
    if exception is None and not app._warncount:
        _mark(app).unlink(missing_ok=True)
    elif exception is not None or app.keep_going:  # keep_going: -W --keep-going, where the status tells at the end
        _discard(app)


def _mark(app: Sphinx) -> Path:
    return Path(app.outdir).parent / ".unfinished"


def _discard(app: Sphinx) -> None:
    for folder in (Path(app.outdir), Path(app.doctreedir)):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
    # numbers that a notebook no longer hands to the pages must not be found here
    shutil.rmtree(Path(app.outdir).parent / "jupyter_execute", ignore_errors=True)


# --- the cache of notebook outputs ----------------------------------------------------------------


def fingerprint(root: Path) -> str:
    """A digest of all that notebooks depend on besides their own cells.

    `root` is the folder with `data/`, `src/` and `requirements.txt`; whichever is absent does not count.
    Hidden files and compiled Python do not count either.
    """
    digest = hashlib.sha256(f"Python {sys.version_info[0]}.{sys.version_info[1]}".encode())
    paths = {path for pattern in FINGERPRINTED for path in root.glob(pattern)}
    for name, path in sorted((path.relative_to(root).as_posix(), path) for path in paths):
        hidden = any(part.startswith(".") or part == "__pycache__" for part in name.split("/"))
        if path.is_file() and not hidden and not name.startswith(ONLY_OF_PAGES):
            content = path.read_bytes()
            digest.update(f"\0{name}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()[:32]


def drop_old_caches(app: Sphinx) -> None:
    current = Path(app.config.nb_execution_cache_path)
    for old in _caches(app).glob("*"):
        if old != current and old.is_dir():
            shutil.rmtree(old, ignore_errors=True)


def _caches(app: Sphinx) -> Path:
    return Path(app.outdir).parent / ".jupyter_cache"


# --- running notebooks ----------------------------------------------------------------------------


def run_notebooks(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Execute what is about to be read and is not in the cache, so that myst-nb, one by one, finds it there.

    Raises ExtensionError naming every notebook that failed.
    """
    cache = get_cache(env.mystnb_config.execution_cache_path)
    runs = [Run(path, notebook) for path, notebook in _notebooks(env, docnames) if not _known(cache, notebook)]
    if not runs:
        return
    logger.info("executing %d notebooks, up to %d side by side", len(runs), SIDE_BY_SIDE)
    execute_side_by_side(runs, timeout=env.mystnb_config.execution_timeout)
    for run in runs:
        if run.error is None:
            logger.info("executed %s in %.1f s", run.path.relative_to(app.srcdir).as_posix(), run.seconds)
            bundle = CacheBundleIn(run.notebook, str(run.path), data={"execution_seconds": run.seconds})
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    failures = [_failure(app, run) for run in runs if run.error is not None]
    if failures:
        raise ExtensionError("\n\n".join(failures))


def _notebooks(env: BuildEnvironment, docnames: Iterable[str]) -> Iterator[tuple[Path, NotebookNode]]:
    """The pages with code, read as myst-nb reads them: the cache knows a notebook by its code."""
    for docname in docnames:
        path = Path(env.doc2path(docname))
        text = path.read_text(encoding="utf-8")
        reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)
        if reader is not None:
            yield path, reader.read(text)


def _known(cache: JupyterCacheBase, notebook: NotebookNode) -> bool:
    try:
        cache.match_cache_notebook(notebook)
    except KeyError:
        return False
    return True


def _failure(app: Sphinx, run: Run) -> str:
    lines = strip_colors(str(run.error)).strip().splitlines()[-LINES_OF_A_TRACEBACK:]
    name = run.path.relative_to(app.srcdir).as_posix()
    return f"the notebook {name} failed ({type(run.error).__name__}):\n" + "\n".join(f"    {line}" for line in lines)


# --- pages ----------------------------------------------------------------------------------------


def depend_on_glued_notebooks(app: Sphinx, doctree: nodes.document) -> None:
    """Have a page that shows a notebook's numbers read again when the notebook changes."""
    for reference in doctree.findall(PendingGlueReference):
        app.env.note_dependency(app.env.doc2path(reference.refdoc))


def remove_withdrawn_pages(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Take pages that left the book out of the output, where Sphinx would let them lie."""
    for docname in removed if _writes_pages(app) else ():
        Path(app.builder.get_outfilename(docname)).unlink(missing_ok=True)
        for source in (Path(app.outdir) / "_sources").glob(f"{docname}.*"):
            source.unlink()
    return []


def finish_pages(app: Sphinx, exception: Exception | None) -> None:
    """Have the pages load little, and have them found."""
    if exception is None and _writes_pages(app):
        rewritten = site.rewrite_pages(app)
        site_search.index(Path(app.outdir), _expected_pages(app), changed=bool(rewritten))


def check_pages(app: Sphinx, exception: Exception | None) -> None:
    """Raise ExtensionError where a page was not written, or would ask for something from the outside."""
    if exception is not None or not _writes_pages(app):
        return
    pages = {docname: Path(app.builder.get_outfilename(docname)) for docname in _expected_pages(app)}
    missing = [docname for docname, page in pages.items() if not page.is_file()]
    if missing:
        raise ExtensionError(f"pages of _toc.yml that were not written: {', '.join(missing)}")
    outside = [f"{docname}: {url}" for docname, page in pages.items() for url in _outside_requests(page)]
    if outside:
        raise ExtensionError("pages that ask for something from the outside:\n    " + "\n    ".join(outside))
    lost = [f"{docname}: {url}" for docname, page in pages.items() for url in _lost_links(page)]
    if lost:
        raise ExtensionError("links that lead to nothing:\n    " + "\n    ".join(lost))


def _writes_pages(app: Sphinx) -> bool:
    return app.builder.name in {"html", "dirhtml"}


def _expected_pages(app: Sphinx) -> list[str]:
    """Every document that `_toc.yml` names, found or not, and those that its patterns found."""
    named = getattr(app.config, "external_site_map", ())
    return sorted({remove_suffix(str(name), app.config.source_suffix) for name in named} | app.env.found_docs)


_URL = r"""\s*=\s*["']?((?:https?:)?//[^"'\s>]+)"""
_LOADED = re.compile(
    rf"<(?:script|img|iframe|source|video|audio|embed|object)\b[^>]*?\s(?:src|data){_URL}"
    rf"""|<link\b(?=[^>]*\brel\s*=\s*["']?(?:stylesheet|preload|icon|shortcut))[^>]*?\shref{_URL}""",
    re.IGNORECASE,
)


_LED_TO = re.compile(r"""<a\b[^>]*?\shref="(?!\w+:|//)([^"#?]+)""", re.IGNORECASE)


def _lost_links(page: Path) -> list[str]:
    """Links of a page to files of the site that are not there: Sphinx does not look into the HTML that directives and notebooks give."""
    links = {unquote(html.unescape(url)) for url in _LED_TO.findall(page.read_text(encoding="utf-8"))}
    return sorted(url for url in links if not os.path.exists(os.path.join(page.parent, url)))


def _outside_requests(page: Path) -> list[str]:
    return [script or sheet for script, sheet in _LOADED.findall(page.read_text(encoding="utf-8"))]
