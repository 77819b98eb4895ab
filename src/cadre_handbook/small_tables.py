"""Small tables in YAML, as people type them: headings once, rows beneath, cells between bars. Cases and stories are written so."""

from __future__ import annotations

from cadre_handbook import schema
from cadre_handbook.errors import PolicyError
from cadre_handbook.i18n import _, joined

Rows = list[dict[str, str]]


def read_rows(name: str, text: str, where: str) -> Rows:
    """The rows of a declared table; `PolicyError` for headings that are unknown or stand twice and for rows of another width."""
    where = f"{where}: {name}"
    lines = [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.strip()]
    if not lines:
        raise PolicyError(_("{where}: there are no headings.").format(where=where))
    heading, *cells = lines
    if len(set(heading)) < len(heading):
        raise PolicyError(_("{where}: a heading stands twice.").format(where=where))
    unknown = set(heading) - set(schema.tables()[name].fields)
    if unknown:
        raise PolicyError(_("{where}: there is no column {names}.").format(where=where, names=joined(sorted(unknown))))
    for row in cells:
        if len(row) != len(heading):
            raise PolicyError(
                _("{where}: {cells} cells under {headings} headings: {row}").format(
                    where=where, cells=len(row), headings=len(heading), row=" | ".join(row)
                )
            )
    return [dict(zip(heading, row, strict=True)) for row in cells]


def joined_rows(name: str, before: Rows, own: Rows) -> Rows:
    """The rows before with the own ones: a row with a known key changes that row, any other is added.

    Rows without a key, where nobody needs to name them, are numbered.
    """
    key = schema.tables()[name].key
    rows: dict[str, dict[str, str]] = {}
    for number, row in enumerate([*before, *own], start=1):
        identity = row.get(key, f"{name}-{number}")
        rows[identity] = rows.get(identity, {}) | {key: identity} | row
    return list(rows.values())
