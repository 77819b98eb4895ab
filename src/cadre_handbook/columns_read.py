"""Which columns a check reads, found in its code: what is fetched from a database, and nothing besides.

A column that no code names cannot be asked for by name. So what counts as read is every declared name that stands in the
check's module, in the checks it builds on, and in what all checks share; that is rather too much than too little. Where a
check asks for a column that was not read all the same, it ends with an error: it never takes it for an empty one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from cadre_handbook import policy, schema

# What every check goes through on the way from data to what is shown; all name their columns.
SHARED = ("history", "disclosure", "show", "notebook", "checks")
# What `validation` compares between columns and tables, besides keys, references and the order of dates.
COMPARED = {
    "postings": ("role",),
    "posts": ("leading", "predecessor_post_id"),
    "units": ("predecessor_unit_id", "parent_unit_id"),
    "organisations": ("external",),
}


@cache
def columns_read(slug: str) -> dict[str, frozenset[str]]:
    """The columns that a check reads, by table: those that its code and its policy name, and those that validation needs."""
    recommendation = policy.load_policy(slug)
    modules = {f"cadre_handbook.checks.{recommendation.part}.{slug}", *(f"cadre_handbook.{name}" for name in SHARED)}
    names = _names(frozenset(modules)) | set(_of_policy(recommendation))
    return {
        table.name: frozenset({*_always(table), *(names & set(table.fields))})
        for table in schema.tables().values()
        if table.core or table.name in names
    }


def _of_policy(recommendation: policy.Policy) -> Iterator[str]:
    """The tables and columns that the measures declare, whichever value a parameter has."""
    for measure in recommendation.measures.values():
        every = [measure.tables, *(tables for by in measure.tables_by.values() for tables in by.values())]
        for tables in every:
            yield from tables
            yield from (column for columns in tables.values() for column in columns)
        either = [measure.tables_any, *(choice for by in measure.tables_any_by.values() for choice in by.values())]
        yield from measure.events
        yield from (name for choice in either for item in choice for name in item.split("."))


def _always(table: schema.Table) -> Iterator[str]:
    """The columns without which a table's rows can be neither told apart, nor joined, nor held against each other."""
    yield table.key
    yield from table.required
    yield from (key.field for key in table.foreign_keys)
    yield from (name for rule in table.orders for name in (rule.first, rule.then))
    yield from [table.begins] if table.begins else []
    yield from COMPARED.get(table.name, ())


@cache
def _names(modules: frozenset[str]) -> frozenset[str]:
    """Every word of a text or an attribute in these modules and in the checks that they import."""
    found: set[str] = set()
    waiting, seen = sorted(modules), set()
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        tree = ast.parse(_file(module).read_text(encoding="utf-8"))
        found |= words_of(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cadre_handbook.checks."):
                inner = [f"{node.module}.{alias.name}" for alias in node.names]
                waiting += [name for name in (node.module, *inner) if _file(name).is_file()]
    return frozenset(found)


def words_of(tree: ast.AST) -> set[str]:
    """Every word of a text or an attribute in a piece of code, docstrings left out."""
    found: set[str] = set()
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            found.update(re.findall(r"\w+", node.value))
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
    return found


def _file(module: str) -> Path:
    """The file of a module of the package, whether or not there is one."""
    path = Path(__file__).parents[1].joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
