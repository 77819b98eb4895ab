"""The code of a check that a page shows beside the rule: what decides the verdict, and nothing that only draws or words it.

Read from the module's syntax tree, so that a page never keeps a list of functions that the module has outgrown.
"""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass
from pathlib import Path

from cadre_handbook import checks
from cadre_handbook import policy as policies

SHARED = ("history", "places", "values", "verdict", "estimates", "scorecard", "published", "matching")


def start(slug: str) -> str:
    """The function with which the code of a slug begins: `facts` of a check, `opened` of a case or an overview."""
    return "facts" if slug in policies.checks() else "opened"


@dataclass(frozen=True)
class Shown:
    """`path` of a check's module, `blocks` of its source in the module's order, `calls`: shared functions it uses, each
    as `module.function` with the first line of its docstring."""

    path: Path
    blocks: tuple[str, ...]
    calls: tuple[tuple[str, str], ...]


def shown_code(slug: str) -> Shown:
    """`facts` of a check (`opened` of a case or an overview) with every function and constant of its module that it reaches, directly or not."""
    module = checks.module(slug)
    path = Path(module.__file__)
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    lines = source.splitlines()
    defined = {name: statement for statement in tree.body for name in _names(statement)}
    reached = _reached(defined, start(slug))
    statements = [statement for statement in tree.body if any(defined[name] in reached for name in _names(statement))]
    blocks: list[list[str]] = []
    end = None
    for statement in statements:
        first, last = _first_line(statement, lines), statement.end_lineno
        if end is not None and first == end + 1:  # constants that stand together stay together
            blocks[-1] += lines[first - 1 : last]
        else:
            blocks.append(lines[first - 1 : last])
        end = last
    return Shown(path, tuple("\n".join(block) for block in blocks), tuple(_calls(tree, statements, module)))


def _names(statement: ast.stmt) -> list[str]:
    """The names that a statement of a module defines; imports define none of its own."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return [statement.name]
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return [node.id for target in targets if target for node in ast.walk(target) if isinstance(node, ast.Name)]


def _reached(defined: dict[str, ast.stmt], first: str) -> set[ast.stmt]:
    reached: set[ast.stmt] = set()
    waiting = [first]
    while waiting:
        statement = defined[waiting.pop()]
        if statement not in reached:
            reached.add(statement)
            used = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
            waiting += sorted(used & set(defined))
    return reached


def _first_line(statement: ast.stmt, lines: list[str]) -> int:
    """The line, from 1, on which a statement begins, with its decorators and the comment that stands right over it."""
    first = min([statement.lineno, *(item.lineno for item in getattr(statement, "decorator_list", []))])
    while first > 1 and lines[first - 2].startswith("#"):
        first -= 1
    return first


def _calls(tree: ast.Module, statements: list[ast.stmt], module) -> list[tuple[str, str]]:
    """The shared functions that the statements name, in the order in which they first do."""
    calls: dict[str, str] = {}
    imported = {
        alias.asname or alias.name: f"{item.module.removeprefix('cadre_handbook.')}.{alias.name}"
        for item in tree.body
        if isinstance(item, ast.ImportFrom) and item.module and item.module.startswith("cadre_handbook.")
        for alias in item.names
    }
    nodes = [node for statement in statements for node in ast.walk(statement)]
    for node in sorted(nodes, key=lambda node: (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in SHARED:
            name, function = f"{node.value.id}.{node.attr}", getattr(getattr(module, node.value.id), node.attr)
        elif isinstance(node, ast.Name) and imported.get(node.id, "").split(".")[0] in SHARED:
            name, function = imported[node.id], getattr(module, node.id)
        else:
            continue
        if inspect.isfunction(function) and function.__doc__:
            calls.setdefault(name, function.__doc__.strip().splitlines()[0])
    return list(calls.items())
