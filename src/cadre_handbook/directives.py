"""What a page shows that is declared elsewhere: sources, measures, parameters, commands, tables. Never typed twice.

A page names a slug; the words and numbers come from `data/policy/` and `data/schema/`.
"""

from __future__ import annotations

import posixpath
import re
from functools import cache
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.parsers.rst.directives import flag
from docutils.statemachine import StringList
from sphinx.errors import ExtensionError

from cadre_handbook import chinese_pages, schema, show
from cadre_handbook import policy as policies
from cadre_handbook.i18n import _, bracketed, joined, label, language, named
from cadre_handbook.paths import DATA
from cadre_handbook.references import reference_text
from cadre_handbook.shown_code import shown_code, start
from cadre_handbook.strict_yaml import nearest

LOOKED_UP = (
    "ch-looked-up"  # folded, for those who come with a finding: a path through the pages does not count it as reading
)
LATEST = "2100-01-01"  # a day on which every rule declared is in force


class _OfRecommendation(Directive):
    """A directive whose argument is the slug of a recommendation, a case or an overview."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        slug = self.arguments[0]
        policy = policies.load_page(slug)
        environment = self.state.document.settings.env
        for path in (DATA / "policy" / policy.part / f"{slug}.yaml", DATA / "policy" / "common.yaml"):
            environment.note_dependency(str(path))
        return self.content_of(policy)

    def content_of(self, policy: policies.Policy) -> list[nodes.Node]:
        raise NotImplementedError

    def parsed(self, lines: list[str]) -> list[nodes.Node]:
        """Lines of MyST as nodes."""
        container = nodes.container()
        self.state.nested_parse(StringList(lines, source=self.arguments[0]), 0, container)
        return container.children


def _settings(policy: policies.Policy) -> policies.Settings:
    import pandas as pd

    return policies.settings(policy, pd.Timestamp(LATEST), {})


class Recommends(_OfRecommendation):
    """What the documents recommend, each cited with its section; in Chinese by the titles of the documents."""

    def content_of(self, policy: policies.Policy) -> list[nodes.Node]:
        if language() == "zh_CN":
            return self.parsed(_said(policy))
        lines = []
        for source in policy.sources:
            lines += [f"- {source.says} (*{source.document}* {source.section}, {{cite}}`{source.document}`)"]
        return self.parsed(lines)


class Measures(_OfRecommendation):
    """The measures: what is counted, against which target, and where the target comes from."""

    def content_of(self, policy: policies.Policy) -> list[nodes.Node]:
        return [_raw(show.measures_html(policy, _settings(policy)))]


class Parameters(_OfRecommendation):
    """The parameter table: value, unit, origin, reference; and why, for every number that is the handbook's own."""

    def content_of(self, policy: policies.Policy) -> list[nodes.Node]:
        table = _raw(show.parameters_html(policy, _settings(policy)))
        own = _own_values(policy)
        return [table, *self.parsed(own)] if own else [table]


def _own_values(policy: policies.Policy) -> list[str]:
    """Why, for every number that is the handbook's own, as lines of MyST in the language in use; none where there is no such number."""
    own = [
        _("- {value}: {why}.").format(
            value=f"`{name}` = {policies.short(value.value)}" + (bracketed(_("fixed")) if parameter.fixed else ""),
            why=label(value, "why"),
        )
        for name, parameter in policy.parameters.items()
        for value in parameter.values
        if value.origin == "handbook"
    ]
    if not own:
        return []
    lead = _("These values are the handbook's own; the documents name none. Each can be changed when the check is run.")
    if any(parameter.fixed for parameter in policy.parameters.values()):
        lead = _(
            "These values are the handbook's own; the documents name none. Each can be changed when the check is run, except for those that are fixed."
        )
    return [lead, "", *own]


class VerdictBox(_OfRecommendation):
    """The verdicts of the made-up county, from the notebook's run, with the notebook one click away.

    With `:elsewhere:`, on a page that is not the recommendation's own, the recommendation and a link to it instead.
    """

    option_spec: ClassVar[dict] = {"elsewhere": flag}

    def content_of(self, policy: policies.Policy) -> list[nodes.Node]:
        notebook = f"/{_notebook(policy)}"
        box = ["```{glue} box", f":doc: {notebook}", "```"]
        if language() == "zh_CN":  # a notebook hands over English
            box = [f"```{{of-sample}} {policy.id} box", "```"]
        if "elsewhere" in self.options:
            title = f"[{label(policy, 'title')}]({_page(policy)})"
            title += f" ({policy.title_zh_CN})" if language() == "en" else ""
            return self.parsed(["::::{div} ch-box", "```{div} ch-box-title", title, "```", *box, "::::"])
        links = " ".join(
            [
                f"[{_('Open the notebook')}]({notebook})",
                f"{{download}}`{_('Download this notebook')} <{notebook}>`",
                f"[{_('Read a verdict')}]({chinese_pages.address('book/guide/verdicts')})",
            ]
        )
        return self.parsed(
            [
                "::::{div} ch-box",
                *box,
                ":::{div} ch-box-links",
                links,
                ":::",
                f":::{{dropdown}} {_('Run it with papermill')}",
                *_console(_papermill(policy)),
                f"{_('In the handbook’s folder.')} [{_('Other ways, and the columns it reads')}]({_run_it_section()})",
                ":::",
                "::::",
            ]
        )


class CheckCode(_OfRecommendation):
    """The check's own code, folded: what decides the verdict, read from the module, and the shared functions it calls."""

    def content_of(self, policy: policies.Policy) -> list[nodes.Node]:
        shown = shown_code(policy.id)
        self.state.document.settings.env.note_dependency(str(shown.path))
        place = f"{policy.part}/{policy.id}"
        code, policy_file = f"`src/cadre_handbook/checks/{place}.py`", f"`data/policy/{place}.yaml`"
        told = (
            _("{function} and all it calls in {code}. Its numbers stand in {policy}, its cases in {cases}.")
            if policy.measures
            else _("{function} and all it calls in {code}. Its numbers stand in {policy}.")
        )
        lines = [
            f"::::{{dropdown}} {_('The check’s own code') if policy.measures else _('The code that makes it')}",
            ":class-container: ch-code",
            told.format(
                function=f"`{start(policy.id)}`",
                code=code,
                policy=policy_file,
                cases=f"`tests/cases/{place}.yaml`",
            ),
            "",
            *("````{code-block} python", *"\n\n\n".join(shown.blocks).splitlines(), "````"),
        ]
        if shown.calls:
            lines += ["", _("It calls these functions, which others share:"), ""]
            # what a function does stands in its docstring, which is English
            lines += [f"- `{name}`" + (f": {does}" if language() == "en" else "") for name, does in shown.calls]
        return [nodes.container("", *self.parsed([*lines, "::::"]), classes=[LOOKED_UP])]


class RunIt(_OfRecommendation):
    """The commands that run the check on one's own data, to copy."""

    def content_of(self, policy: policies.Policy) -> list[nodes.Node]:
        command = (
            f"cadre-handbook check {policy.id} \\\n    --data {_tables_folder()} --as-of 2024-12-31 --language zh_CN"
        )
        reads = []
        for table, columns in _tables_of(policy).items():
            linked, listed = f"[`{table}`](#table-{table})", joined(f"`{column}`" for column in columns)
            reads.append(f"- {named(linked, listed) if listed else linked}")
        papermill = [
            _("With papermill, which leaves a notebook with every step in it:"),
            "",
            *_console(_papermill(policy)),
        ]
        if not policy.measures:
            return self.parsed(papermill)
        return self.parsed(
            [
                *(*papermill, ""),
                _("Or on the command line, which prints the verdicts alone:"),
                *("", *_console(command), ""),
                _("Tables and columns it reads:"),
                *("", *reads),
            ]
        )


def _page(policy: policies.Policy) -> str:
    """The page of a recommendation in the language in use."""
    return chinese_pages.address(f"book/{policy.part}/{policy.id}")


def _notebook(policy: policies.Policy) -> str:
    return f"notebooks/{policy.part}/{policy.id}.ipynb"


def _papermill(policy: policies.Policy) -> str:
    return (
        f"papermill {_notebook(policy)} {policy.id}.out.ipynb \\\n"
        f"    -r data {_tables_folder()} -r as_of 2024-12-31 -r language zh_CN"
    )


def _tables_folder() -> str:
    return "/path/to/your/tables" if language() == "en" else _("YOUR-TABLES")


def _run_it_section() -> str:
    """The section of `{run-it}` on the page of every recommendation."""
    return "#run-it-on-your-data" if language() == "en" else f"#{_('Run it on your own data')}"


def _console(command: str) -> list[str]:
    """A command as lines of MyST, to copy."""
    return ["```{code-block} console", *command.splitlines(), "```"]


def _tables_of(policy: policies.Policy) -> dict[str, list[str]]:
    """The tables and columns that any measure of a recommendation needs, those of which it needs one among them."""
    tables: dict[str, list[str]] = {}
    for measure in policy.measures.values():
        either = [item.split(".") for item in measure.tables_any]
        for table, columns in [*measure.tables.items(), *((table, (column,)) for table, column in either)]:
            known = tables.setdefault(table, [])
            known += [column for column in columns if column not in known]
    return tables


class CannotTell(_OfRecommendation):
    """What the check cannot tell, and how far the tables can judge the recommendation."""

    def content_of(self, policy: policies.Policy) -> list[nodes.Node]:
        return self.parsed(_cannot_tell(policy))


def _cannot_tell(policy: policies.Policy) -> list[str]:
    """How far the tables can judge a recommendation, and what it cannot tell, as lines of MyST in the language in use."""
    judgeable = {
        "fully": _("The tables can judge this recommendation fully."),
        "partly": _("The tables can judge this recommendation in part only."),
        "": "",
    }[policy.judgeable]
    return [judgeable, "", *label(policy, "cannot_tell").strip().splitlines()]


class DataDictionary(Directive):
    """Every table and column, from `data/schema/`: what it means, its type, its codes in both languages."""

    def run(self) -> list[nodes.Node]:
        environment = self.state.document.settings.env
        for path in sorted((DATA / "schema").glob("*.yaml")):
            environment.note_dependency(str(path))
        sections = [_table_section(table) for table in schema.tables().values()]
        for section in sections:  # so that any page can link to a table
            self.state.document.note_explicit_target(section)
        return sections


def _table_section(table: schema.Table) -> nodes.section:
    import pandas as pd

    section = nodes.section(ids=[f"table-{table.name}"], names=[f"table-{table.name}"])
    section += nodes.title(text=f"{table.name}: {table.title} ({table.title_zh_CN})")
    core = "One of the five core tables. " if table.core else ""
    section += nodes.paragraph(text=f"{core}{table.description} {table.description_zh_CN}")
    rows = [
        [
            column.name,
            f"{column.title} ({column.title_zh_CN})",
            _type_of(column),
            _limits(table, column),
            column.description,
        ]
        for column in table.fields.values()
    ]
    headings = ["Column", "Title", "Type", "Rules", "Meaning"]
    section += _raw(
        show.html_table(pd.DataFrame(rows, columns=headings), "ch-columns", f"Columns of {table.name}", shown=None)
    )
    for column in table.fields.values():
        if column.categories:
            section += _codes(table, column)
    return section


def _type_of(column: schema.Field) -> str:
    if column.categories:
        return "code"
    return {"string": "text", "date": "date or month"}.get(column.type, column.type)


def _limits(table: schema.Table, column: schema.Field) -> str:
    rules = ["key"] if column.name == table.key else ["required"] if column.required else []
    rules += [f"refers to {key.table}" for key in table.foreign_keys if key.field == column.name]
    rules += [column.bound] if column.bound else []
    rules += [f"empty means {column.default}"] if column.default else []
    rules += [column.standard] if column.standard else []
    return "; ".join(rules)


def _codes(table: schema.Table, column: schema.Field) -> nodes.raw:
    import pandas as pd

    rows = [[item.value, item.label, item.label_zh_CN, item.national or ""] for item in column.categories]
    headings = ["Code", "Label", "中文", column.standard or "National code"]
    frame = pd.DataFrame(rows, columns=headings)
    if not column.standard:
        frame = frame.drop(columns="National code")
    codes = show.html_table(frame, "ch-codes", f"Codes of {table.name}.{column.name}")
    return _raw(show.folded(f"Codes of {column.name}", codes))


def _raw(source: str) -> nodes.raw:
    return nodes.raw("", source, format="html")


class Recommendations(Directive):
    """The checks that stand, by part in reading order, each with its page and how it came out in the made-up county."""

    def run(self) -> list[nodes.Node]:
        environment = self.state.document.settings.env
        environment.note_dependency(str(DATA / "catalogue.yml"))
        slugs: dict[str, list[str]] = {}
        for slug in policies.checks():
            slugs.setdefault(policies.catalogue()[slug]["part"], []).append(slug)
        lines = ["::::{div} ch-contents"]
        for part, of_part in slugs.items():
            index = f"book/{part}/index"
            title = f"[{PARTS[part]}](/{index}.md)" if index in environment.found_docs else PARTS[part]
            count = f"{len(of_part)} checks" if len(of_part) > 1 else "1 check"
            lines += [":::{div} ch-part", f"**{title}** {count}", ":::", ""]
            for slug in of_part:
                policy = policies.load_policy(slug)
                environment.note_dependency(str(DATA / "policy" / part / f"{slug}.yaml"))
                lines += [f"- [{policy.title}]({_page(policy)}) ({policy.title_zh_CN})", ""]
                lines += [f"  {line}" for line in ("```{glue} counts", f":doc: /{_notebook(policy)}", "```")]
            lines.append("")
        container = nodes.container()
        self.state.nested_parse(StringList([*lines, "::::"], source="catalogue.yml"), 0, container)
        return container.children


class Actions(Directive):
    """Every reason of every check by what an official can do about it: kinds of action in the order of `data/actions.yaml`."""

    def run(self) -> list[nodes.Node]:
        environment = self.state.document.settings.env
        environment.note_dependency(str(DATA / "actions.yaml"))
        loaded = [policies.load_policy(slug) for slug in policies.checks()]
        for policy in loaded:
            environment.note_dependency(str(DATA / "policy" / policy.part / f"{policy.id}.yaml"))
        return [self._section(action, loaded) for action in policies.actions().values()]

    def _section(self, action: policies.Action, loaded: list[policies.Policy]) -> nodes.section:
        """An action with the reasons that ask for it, by check; a gap in a reason is shown as an ellipsis."""
        section = nodes.section(ids=[f"action-{action.name}"], names=[f"action-{action.name}"])
        section += nodes.title(text=f"{action.label} ({action.label_zh_CN})")
        lines = [action.text, "", action.text_zh_CN, ""]
        for policy in loaded:
            reasons = [reason for reason in policy.reasons.values() if reason.action == action.name]
            if reasons:
                lines += [f"[{policy.title}]({_page(policy)})", ""]
                lines += [f"- {_GAP.sub('…', reason.text)}" for reason in reasons] + [""]
        self.state.nested_parse(StringList(lines, source="actions.yaml"), 0, section)
        self.state.document.note_explicit_target(section)
        return section


_GAP = re.compile(r"\{[^}]*\}")


class VerdictLegend(Directive):
    """The marks of verdicts with their words in both languages and what they mean; on a Chinese page in Chinese."""

    def run(self) -> list[nodes.Node]:
        return [_raw(show.verdict_legend(beside="zh_CN" if language() == "en" else None))]


class OfSample(Directive):
    """A table or a picture of the made-up county in the language of the page, as `{of-sample} slug name`.

    It has the name under which the notebook of the slug hands it to the page in English.
    """

    required_arguments = 2

    def run(self) -> list[nodes.Node]:
        environment = self.state.document.settings.env
        shown = of_sample(environment, *self.arguments)
        return [_raw(_LINK.sub(lambda link: _from_page(link[1], environment.docname), shown))]


# A link to a page of the book, as a notebook gives it: a notebook lies two folders deep.
_LINK = re.compile(r'(?<=href=")\.\./\.\./(book/[\w/]+)(?=\.html)')


def _from_page(target: str, docname: str) -> str:
    """The way from a page to another, which is given by its name in English, in the language in use."""
    return posixpath.relpath(chinese_pages.in_use(target), posixpath.dirname(docname))


def of_sample_role(name, rawtext, text, lineno, inliner, options=None, content=None):
    """A figure or verdict of the made-up county in a sentence, in the language of the page, as ``{of-sample}`slug::name` ``."""
    slug, _colons, key = text.partition("::")
    shown = of_sample(inliner.document.settings.env, slug, key)
    # A mark of a verdict stands off from the character before it.
    return [nodes.Text(f" {shown}" if key.endswith(".verdict") else shown)], []


def of_sample(environment, slug: str, name: str) -> str:
    """What a slug says of the made-up county; ExtensionError, which stops the build, for a name that it does not have."""
    part = policies.load_page(slug).part
    for path in ("policy/common.yaml", f"policy/{part}/{slug}.yaml"):
        environment.note_dependency(str(DATA / path))
    known = chinese_pages.of_sample(slug, language())
    if name not in known:
        raise ExtensionError(f"{environment.docname}: {slug} has no {name!r}." + nearest(name, known))
    return known[name]


class RecommendationsInChinese(Directive):
    """Every recommendation of a part, each with its page and how it came out in the made-up county, in the language of the page."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        (part,) = self.arguments
        slugs = [slug for slug, entry in policies.catalogue().items() if entry["part"] == part]
        if not slugs:
            raise self.error(f"data/catalogue.yml has nothing in the part {part}")
        environment = self.state.document.settings.env
        environment.note_dependency(str(DATA / "catalogue.yml"))
        lines = ["::::{div} ch-contents"]
        for policy in map(policies.load_page, slugs):
            lines += [f"- [{label(policy, 'title')}]({_page(policy)})", ""]
            if policy.measures:
                lines += [f"  ```{{of-sample}} {policy.id} counts", "  ```", ""]
        container = nodes.container()
        self.state.nested_parse(StringList([*lines, "::::"], source=part), 0, container)
        return container.children


class WhatToDo(_OfRecommendation):
    """What a finding says and what one can do about it, folded, in the language of the page."""

    def content_of(self, policy: policies.Policy) -> list[nodes.Node]:
        self.state.document.settings.env.note_dependency(str(DATA / "actions.yaml"))
        heading = _("What a finding says, and what you can do")
        folded = self.parsed([f"::::{{dropdown}} {heading}", *_reasons_by_action(policy), "::::"])
        return [nodes.container("", *folded, classes=[LOOKED_UP])]


def _said(policy: policies.Policy) -> list[str]:
    """What each document says, with where it says it, in Chinese: the full stop stands behind the bracket."""
    return [
        f"- {source.says_zh_CN.strip().rstrip('。')}{bracketed(_source_in_chinese(source.document, source.section))}。"
        for source in policy.sources
    ]


def _source_in_chinese(document: str, section: str) -> str:
    """One of the five documents and its section, or a rule by its title and the article."""
    rule = _bibliography().entries[document]
    title = re.sub(r"\s*\(\d{4}\)", "", rule.fields["title"].strip("{}"))
    told = reference_text(f"{document} {section}")
    return reference_text(f"{title} {rule.fields['year']}, {section}") if told.startswith(document) else told


@cache
def _bibliography():
    from pybtex.database import parse_file

    return parse_file(DATA / "sources.bib")


def _reasons_by_action(policy: policies.Policy) -> list[str]:
    """The reasons of a check by what an official can do about them, in the language in use; a gap is shown as an ellipsis."""
    lines = []
    for action in policies.actions().values():
        reasons = [reason for reason in policy.reasons.values() if reason.action == action.name]
        if reasons:
            lines += [named(f"**{label(action)}**", label(action, "text")), ""]
            lines += [f"- {_GAP.sub('…', label(reason, 'text'))}" for reason in reasons] + [""]
    return lines


PARTS = {name: f"{part['label']} ({part['label_zh_CN']})" for name, part in policies.parts().items()}


DIRECTIVES = [
    ("recommendations", Recommendations),
    ("actions", Actions),
    ("recommends", Recommends),
    ("measures", Measures),
    ("parameters", Parameters),
    ("verdict-box", VerdictBox),
    ("check-code", CheckCode),
    ("run-it", RunIt),
    ("cannot-tell", CannotTell),
    ("data-dictionary", DataDictionary),
    ("verdict-legend", VerdictLegend),
    ("recommendations-zh", RecommendationsInChinese),
    ("of-sample", OfSample),
    ("what-to-do", WhatToDo),
]
