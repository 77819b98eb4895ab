"""What an import leaves on the disk: the dataset, and beside it what is to be checked, which is confidential.

Both are written beside their place and moved there whole: a run that stops in the middle leaves nothing that looks finished.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pandas as pd

from cadre_handbook.errors import RequestError
from cadre_handbook.i18n import _, joined, label
from cadre_handbook.intake import id_numbers
from cadre_handbook.intake.importing import ID_NUMBER, TELEPHONE, Imported
from cadre_handbook.paths import outside_the_book
from cadre_handbook.schema import tables

MOST_BYTES_OF_A_NAME = 200
"""Of what a system takes (255), some is for the names that are written beside it."""
CONFIDENTIAL = "CONFIDENTIAL-保密.txt"


def to_check(to: Path) -> Path:
    """The folder beside the dataset for what is to be checked."""
    return to.with_name(f"{to.name}-to-check")


def refuse_target(to: Path) -> None:
    """`RequestError` where the dataset may not be written: under no name of its own, inside the book, or where something stands."""
    if to.name in ("", "..") or "\x00" in str(to) or len(os.fsencode(to.name)) > MOST_BYTES_OF_A_NAME:
        raise RequestError(
            _("“{path}” is no name for a new folder. Give a short name of its own, such as dataset.").format(
                path=str(to).replace("\x00", "?")
            )
        )
    for path in (to, to_check(to)):
        outside_the_book(path)
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise RequestError(_("{path} exists and is not an empty folder; nothing was written.").format(path=path))


def write(imported: Imported, to: Path) -> None:
    """Write the tables into `to`, and `unread.csv`, `unmatched.csv` and `summary.txt` into `to_check(to)`."""
    dataset = {f"{name}.csv": _csv(frame) for name, frame in imported.tables.items()}
    unread = pd.DataFrame(
        [(item.source, item.place, item.column, item.value, item.expected) for item in imported.unread],
        columns=["source", "place", "column", "value", "expected"],
    )
    columns = ["source", "place", "unit", "title", "rows", "candidates"]
    unmatched = pd.DataFrame(imported.unmatched, columns=columns)
    beside = {
        "unread.csv": _csv(_to_be_checked(unread)),
        "unmatched.csv": _csv(_to_be_checked(unmatched)),
        "summary.txt": ("\n".join(summary(imported)) + "\n").encode("utf-8-sig"),
        CONFIDENTIAL: _confidential().encode("utf-8-sig"),
    }
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{to.name}-", dir=to.parent) as folder:
        for name, files in (("dataset", dataset), ("check", beside)):
            made = Path(folder, name)
            made.mkdir(mode=0o700)
            for file, data in files.items():
                (made / file).write_bytes(data)
        _move(Path(folder, "check"), to_check(to))
        try:
            _move(Path(folder, "dataset"), to)
        except OSError:
            shutil.rmtree(to_check(to), ignore_errors=True)
            raise


def _move(made: Path, place: Path) -> None:
    if place.exists():
        place.rmdir()  # empty, or it was refused
    os.replace(made, place)


def summary(imported: Imported) -> list[str]:
    """What an import did, without a value of any cell."""
    lines = [_("Rows read:")]
    lines += [f"  {title}: {count}" for title, count in imported.read.items()]
    lines += [_("Rows of the dataset:")]
    lines += [f"  {name} {label(tables()[name], 'title')}: {len(frame)}" for name, frame in imported.tables.items()]
    if any(imported.made.values()):
        lines.append(
            _(
                "Made because the mapping says so: {units} units, {posts} posts. They have a name and nothing else; "
                "complete units.csv and posts.csv, for an empty team says that a post is in none."
            ).format(units=imported.made["units"], posts=imported.made["posts"])
        )
    if imported.twice:
        lines.append(_("Rows said twice, taken once: {count}").format(count=imported.twice))
    if imported.left_out:
        lines.append(
            _("Rows left out because something in them could not be read: {count}").format(count=imported.left_out)
        )
    lines.append(_("Not read, each listed in unread.csv: {count}").format(count=len(imported.unread)))
    by_column = Counter(item.column for item in imported.unread if item.column)
    lines += [f"  {column}: {count}" for column, count in by_column.most_common()]
    lines.append(
        _("Units and posts that were not found, listed in unmatched.csv: {count}").format(count=len(imported.unmatched))
    )
    for title, headings in imported.unused.items():
        if headings:
            lines.append(_("{sheet}: headings not used: {headings}").format(sheet=title, headings=joined(headings)))
    if imported.left:
        lines.append(
            _("Sheets that the mapping does not mention, not read: {sheets}").format(sheets=joined(imported.left))
        )
    return lines


def _csv(frame: pd.DataFrame) -> bytes:
    # The mark at the front makes a spreadsheet program read it as UTF-8.
    return frame.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def _masked(value: str) -> str:
    """A text without the middle of an ID-card number or a telephone number in it."""
    value = ID_NUMBER.sub(lambda found: id_numbers.masked(found[0]), value)
    return TELEPHONE.sub(lambda found: id_numbers.masked(found[0]), value)


def _to_be_checked(frame: pd.DataFrame) -> pd.DataFrame:
    """What is listed as it may be written: numbers masked, and text that a spreadsheet would run as a formula made plain."""

    def written(cell: object) -> object:
        if not isinstance(cell, str):
            return cell
        cell = _masked(cell)
        return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell

    return frame.map(written)


def _confidential() -> str:
    return (
        "机密：本文件夹含名册原文（可能有姓名等个人信息），仅供核对。不得外传，核对后请删除。\n"
        "CONFIDENTIAL: this folder holds text of the rosters, which may name people. For checking only: "
        "do not pass it on, and delete it when the check is done.\n"
    )
