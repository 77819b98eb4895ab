"""YAML as the handbook reads it: a repeated key or an unknown one is an error, never a silent loss."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import yaml

from cadre_handbook.errors import PolicyError
from cadre_handbook.i18n import _


class _StrictLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    pass


class LocatedMapping(dict):
    """A mapping that knows the line of each of its keys in the file (`lines`), for messages."""

    lines: dict[Any, int]


def _mapping(loader: _StrictLoader, node: yaml.MappingNode) -> LocatedMapping:
    seen: dict[Any, int] = {}
    for key_node, _value in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise PolicyError(
                _("{file}, line {line}: the key “{key}” stands twice. Keep one of the two.").format(
                    file=key_node.start_mark.name, line=key_node.start_mark.line + 1, key=key
                )
            )
        seen[key] = key_node.start_mark.line + 1
    found = LocatedMapping(yaml.SafeLoader.construct_mapping(loader, node, deep=True))
    found.lines = seen
    return found


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def load_yaml(path: Path) -> Any:
    """The content of a YAML file; `PolicyError` names file and line where it cannot be read or repeats a key."""
    try:
        with open(path, encoding="utf-8") as stream:
            return yaml.load(stream, Loader=_StrictLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PolicyError(_("{file} cannot be read as YAML: {why}").format(file=path, why=error)) from error


def nearest(name: str, known) -> str:
    """`; did you mean “…”?` with the nearest known name, or nothing."""
    close = difflib.get_close_matches(str(name), [str(item) for item in known], n=1, cutoff=0.5)
    return _(" Did you mean “{name}”?").format(name=close[0]) if close else ""


def refuse_unknown(mapping: dict, known: set[str], where: str) -> None:
    """`PolicyError` for the first key of `mapping` that is not in `known`, with the nearest right one."""
    lines = getattr(mapping, "lines", {})
    for key in mapping:
        if key not in known:
            place = _("{where}, line {line}").format(where=where, line=lines[key]) if key in lines else where
            raise PolicyError(
                _("{where}: unknown key “{key}”.").format(where=place, key=key) + nearest(key, sorted(known))
            )
