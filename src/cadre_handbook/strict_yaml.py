"""YAML as the handbook reads it: a repeated key or an unknown one is an error, never a silent loss."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import yaml

from cadre_handbook import limits
from cadre_handbook.errors import PolicyError
from cadre_handbook.i18n import _

MOST_DEPTH = 30


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
    # The constructors of the library raise others for a day that there is not, a list as a key, a number without end.
    except (yaml.YAMLError, ValueError, TypeError, OverflowError) as error:
        raise _unreadable(path, error) from error


def load_foreign_yaml(path: Path) -> Any:
    """`load_yaml` of a file that somebody else wrote: nothing in it may end the program or grow beyond itself.

    Raises `DataRefused` for what is no file of a size that people write, `PolicyError` for what stands too deep (the parser has no
    limit of its own) and for references (`*name`), by which a few lines become millions.
    """
    limits.regular_file(path, limits.MEGABYTE)
    depth = 0
    try:
        with open(path, encoding="utf-8") as stream:
            for event in yaml.parse(stream, Loader=_StrictLoader):
                depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
                if depth > MOST_DEPTH or isinstance(event, yaml.AliasEvent):
                    why = _("lists within lists, deeper than {most}").format(most=MOST_DEPTH)
                    if isinstance(event, yaml.AliasEvent):
                        why = _("a reference (*name); write the text itself")
                    at = _("{where}, line {line}").format(where=why, line=event.start_mark.line + 1)
                    raise _unreadable(path, at)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error
    return load_yaml(path)


def _unreadable(path: Path, why: object) -> PolicyError:
    return PolicyError(_("{file} cannot be read as YAML: {why}").format(file=path, why=why))


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
