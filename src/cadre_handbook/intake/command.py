"""The command `import`: from what an official names to a dataset on the disk."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import pandas as pd

from cadre_handbook import values
from cadre_handbook.dataset import open_dataset
from cadre_handbook.errors import DataRefused, RequestError
from cadre_handbook.i18n import _
from cadre_handbook.intake import guess, importing, mapping, rosters, writing
from cadre_handbook.paths import expanded, outside_the_book


def first_guess(sources: list[Path], to: Path) -> tuple[Path, pd.DataFrame]:
    """Write a first guess at the mapping beside `to`; gives where, and the guess as a table.

    Raises `RequestError` where a mapping stands there already: it may have been corrected.
    """
    writing.refuse_target(to)
    path = to.with_name(f"{to.name}-mapping.yaml")
    outside_the_book(path)
    if path.exists():
        raise RequestError(
            _("{path} is there already. Run with --map and this file, or move it away.").format(path=path)
        )
    files, forms = rosters.source_files(sources)
    guesses = []
    for shown, file in _progress(files, _("reading")):
        guesses += filter(None, map(guess.guess, rosters.read_sheets(file, shown)))
    if not guesses and not forms:
        raise DataRefused(
            _("No heading was found in the sources: a roster has one row that says what its columns are.")
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(guess.as_yaml(guesses, bool(forms)), encoding="utf-8")
    return path, guess.table(guesses)


def run(sources: list[Path], to: Path, map_file: Path, key_file: str | None, as_of: str | None) -> list[str]:
    """Import the sources into the folder `to`; gives the summary, line by line, and where to look."""
    if as_of is not None and (values.parse_date(as_of)[0] is None or values.parse_date(as_of)[1]):
        raise RequestError(
            _("{name} = {value}: expected {expected}.").format(
                name="--as-of", value=as_of, expected=_("a date such as 2024-12-31")
            )
        )
    as_of = values.parse_date(as_of)[0] if as_of else None
    writing.refuse_target(to)
    plan = mapping.load(map_file)
    files, forms = rosters.source_files(sources)
    base = open_dataset(plan.base) if plan.base else None
    key = None
    if key_file:
        from cadre_handbook.intake import pseudonyms

        key = pseudonyms.Key.open(expanded(key_file), create=True, apart_from=(to, writing.to_check(to)))
    people = None
    if forms:
        from cadre_handbook.intake.people import read_people

        if key is None:
            raise RequestError(
                _("Forms name people. Give --key FILE, the key that makes ids of names; it stays with you.")
            )
        people = partial(read_people, forms, plan, key, as_of, _progress)
    imported = importing.import_rosters(files, plan, base, key, as_of, _progress, people)
    writing.write(imported, to)
    return [
        *writing.summary(imported),
        _("The dataset is in {path}. Look through it with: cadre-handbook validate {path}").format(path=to),
        _("What is to be checked is in {path}. It is confidential.").format(path=writing.to_check(to)),
    ]


def _progress(items: Iterable, what: str) -> Iterator:
    """The items, with a bar on a terminal and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(list(items), description=what, console=Console(stderr=True), transient=True)
