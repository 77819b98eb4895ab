"""The few calls a notebook makes, and the notebooks themselves, made from the policy files.

A notebook holds no logic: it names its parameters, opens and checks the data, and shows verdict, picture and findings.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pandas as pd
from IPython.display import display

from cadre_handbook import checks, databases, i18n, policy, show, validation, verdict
from cadre_handbook.dataset import open_dataset
from cadre_handbook.errors import RequestError
from cadre_handbook.i18n import _, in_language
from cadre_handbook.strict_yaml import nearest

# What IPython itself puts into a notebook's namespace.
_OF_IPYTHON = {"In", "Out", "exit", "quit", "open", "get_ipython"}


def open_check(slug: str, namespace: Mapping[str, Any]) -> Check:
    """Open the data and run the check with the parameters in a notebook's namespace (`globals()`).

    Raises `RequestError` for a public name that is no parameter, with the nearest that is: papermill injects a misspelt
    parameter and goes on.
    """
    policy.load_policy(slug)
    data, given = _given(slug, namespace)
    return Check(checks.run(slug, data, **given))


def open_page(slug: str, namespace: Mapping[str, Any]) -> Page:
    """Open the data and what a case or an overview shows of them, with the parameters in a notebook's namespace (`globals()`).

    Raises as `open_check` does.
    """
    data, given = _given(slug, namespace)
    report = validation.validate(open_dataset(data))
    declared = policy.load_page(slug)
    settings, organisations = checks.prepared(declared, report, given)
    return Page(declared, settings, organisations, report, checks.module(slug).opened(report, settings, given))


def _given(slug: str, namespace: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The data and the parameters that a notebook's namespace gives; from here on everything is in its language."""
    known = {**policy.common_parameters(), **policy.load_page(slug).parameters}
    given = {}
    for name, value in namespace.items():
        # A Check or Page is the result of this very cell, there when the cell is run again.
        if (
            name.startswith("_")
            or name in _OF_IPYTHON
            or isinstance(value, (ModuleType, Check, Page))
            or callable(value)
        ):
            continue
        if name not in known:
            raise RequestError(
                _("There is no parameter “{name}” in {check}.").format(name=name, check=slug) + nearest(name, known)
            )
        given[name] = value
    if given.get("language") is not None:
        i18n.use_language(known["language"].accept(given["language"]))
    data = known["data"].accept(given.pop("data", None) or "sample")
    databases.refuse_password(data)
    return data, given


class Check:
    """A check that has been run, and its three views."""

    def __init__(self, run: checks.Run):
        self.run = run

    def _repr_html_(self) -> str:
        return _opened_html(show.opened_text(self.run), self.run.policy, self.run.settings)

    def __repr__(self) -> str:
        return "\n".join(show.opened_text(self.run))

    def verdict(self) -> None:
        """The verdict table, one canonical line a measure, and every figure as a value that a page can show."""
        table = show.verdict_table(self.run)
        display(_Table(table + "".join(show.paragraph(line) for line in show.review_lines(self.run))))
        self._glue("verdicts", table, "text/html")
        rows = list(self.run.results.itertuples())
        print("\n".join(verdict.canonical_line(row) for row in rows))
        for name, text in show.figures(self.run).items() if len(self.run.organisations) == 1 else ():
            _glue(name, text)
        if folded := show.folded_sensitivity(self.run):
            display(_Table(folded))
            self._glue("sensitivity", folded, "text/html")
        self._glue("box", show.verdict_box(self.run), "text/html")
        self._glue("counts", show.verdict_counts(self.run), "text/html")

    def picture(self) -> None:
        """The picture of the check, as static SVG with a text alternative."""
        picture = checks.module(self.run.policy.id).picture(self.run)
        display(picture)
        self._glue("picture", picture.html(), "text/html")

    def findings(self) -> None:
        """The findings, each with its reason. They name people by id: local outputs only."""
        table = show.findings_table(self.run)
        if table.empty:
            display(_Table(show.paragraph(_("Nothing to look at."))))
            return
        counted = _("{count} findings. Each is a prompt for a collective human review, never a decision.").format(
            count=len(table)
        )
        display(_Table(show.paragraph(counted) + show.html_table(table, "ch-findings", _("Findings"))))

    def _glue(self, name: str, source: str, mime: str) -> None:
        """Keep a table or picture for a page; the book is about one county, so that reports on many stay small."""
        if len(self.run.organisations) == 1:
            _glue(name, source, mime)


class Page:
    """A case or an overview whose data are open, and its views; ``opened`` is what its module made of the data."""

    def __init__(
        self,
        declared: policy.Policy,
        settings: policy.Settings,
        organisations: list[str],
        report: validation.Report,
        opened: Any,
    ):
        self.policy, self.settings, self.organisations = declared, settings, organisations
        self.report, self.opened = report, opened

    def _repr_html_(self) -> str:
        return _opened_html(self._lines(), self.policy, self.settings)

    def __repr__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> list[str]:
        return show.opened_lines(self.report, self.settings, self.organisations)

    def show(self, name: str) -> None:
        """One view, by the name of its function: HTML or picture, lines of text, and all of it for a page to show."""
        view = dict(_views(self.policy.id))[name](self.opened)
        if view.source:
            display(_Table(view.source))
            self._glue(name, view.source)
        if view.picture:
            display(view.picture)
            self._glue(f"{name}.picture", view.picture.html())
        if view.lines:
            print("\n".join(view.lines))
        for key, figure in view.figures.items() if len(self.organisations) == 1 else ():
            _glue(key, figure)

    def _glue(self, name: str, source: str) -> None:
        if len(self.organisations) == 1:  # as of a check
            _glue(name, source, "text/html")


def _opened_html(lines: list[str], declared: policy.Policy, settings: policy.Settings) -> str:
    source = "".join(show.paragraph(line) for line in lines)
    if not declared.parameters:
        return source
    return source + show.folded(_("Parameters of this run"), show.parameters_html(declared, settings))


def _views(slug: str) -> list[tuple[str, Any]]:
    """The views of a case or an overview by name, in the order of its notebook."""
    return [(view.__name__, view) for view in checks.module(slug).VIEWS.values()]


class _Table:
    """HTML with a plain word for readers of plain text."""

    def __init__(self, source: str):
        self.source = source

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {"text/html": self.source, "text/plain": "<table>"}


def _glue(name: str, value: str, mime: str = "text/plain") -> None:
    """Keep a value in the notebook for a page to show (the format of myst-nb's glue), without showing it here."""
    prefix = "application/papermill.record/"
    text = repr(value) if mime == "text/plain" else value
    data = {f"{prefix}{mime}": text}
    if mime != "text/plain":
        data[f"{prefix}text/plain"] = repr(name)
    display(data, raw=True, metadata={"scrapbook": {"name": name, "mime_prefix": prefix}})


# --- making the notebooks -------------------------------------------------------------------------


@in_language("en")
def source(slug: str):
    """The notebook of a slug, without outputs, made from its policy file (an nbformat notebook): parameters, open, then a
    cell a view; that of a check has three views."""
    import nbformat.v4 as nb

    recommendation = policy.load_page(slug)
    is_check = slug in policy.checks()
    title = f"{recommendation.title} ({recommendation.title_zh_CN}): the notebook"
    page = f"../../book/{recommendation.part}/{slug}.md"
    told = (
        f"What the documents recommend, what is counted and what it cannot tell: [{recommendation.title}]({page}). "
        "This notebook checks it, here on the made-up county."
        if is_check
        else f"What it shows, how it is made and what it cannot tell: [{recommendation.title}]({page}). "
        "This notebook makes it, here from the made-up county."
    )
    opening = (
        'check = notebook.open_check("{slug}", globals())\ncheck'
        if is_check
        else 'page = notebook.open_page("{slug}", globals())\npage'
    )
    views = (
        [(name, name.capitalize(), f"check.{name}()") for name in ("verdict", "picture", "findings")]
        if is_check
        else [
            (name, heading, f'page.show("{name}")')
            for heading, (name, _view) in zip(checks.module(slug).VIEWS, _views(slug), strict=True)
        ]
    )
    cells = [
        nb.new_markdown_cell(f"# {title}\n\n{told}", id="title"),
        nb.new_code_cell(parameter_cell(slug), id="parameters", metadata={"tags": ["parameters"]}),
        nb.new_code_cell(f"from cadre_handbook import notebook\n\n{opening.format(slug=slug)}", id="open"),
    ]
    for name, heading, call in views:
        cells += [nb.new_markdown_cell(f"## {heading}", id=f"{name}-heading"), nb.new_code_cell(call, id=name)]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return nb.new_notebook(cells=cells, metadata={**kernel, "language_info": {"name": "python"}})


def parameter_cell(slug: str) -> str:
    """The parameter cell: every parameter with its default and a comment that says what it is and what the policy says."""
    today = pd.Timestamp("2100-01-01").date()
    lines = ["# None means: as the policy says on as_of."]
    for name, parameter in {**policy.common_parameters(), **policy.load_page(slug).parameters}.items():
        value = parameter.on(today)
        common = name in policy.common_parameters()
        default = repr(value.value) if common and name not in ("min_cases",) else "None"
        default = default.replace("'", '"')
        shown = None if common and name != "min_cases" else value
        lines.append(f"{name} = {default}  # {policy.parameter_text(parameter, shown)}")
    return "\n".join(lines)
