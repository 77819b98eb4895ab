"""Where the package's own data and notebooks are.

A wheel carries them inside the package; in a checkout (editable install, or `src` on the path) they are
the folders `data/`, `notebooks/` and `book/style/` beside `src/`.
"""

from __future__ import annotations

from pathlib import Path

from cadre_handbook.errors import RequestError
from cadre_handbook.i18n import _

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parents[1]


def _room(name: str) -> Path:
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _CHECKOUT / name


DATA: Path = _room("data")
NOTEBOOKS: Path = _room("notebooks")
STYLE: Path = _room("book/style")


def expanded(path: str | Path) -> Path:
    """A path with the home folder in place of `~`; as it stands where nobody has such a folder."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def outside_the_book(path: str | Path) -> Path:
    """`path` in full, for what is made of real people's data; `RequestError` where it lies in the handbook's own folder.

    What lies there could be committed, or published with the book.
    """
    try:
        full = expanded(path).resolve()
    except ValueError as error:
        raise RequestError(_("“{path}” is the name of no file.").format(path=str(path).replace("\x00", "?"))) from error
    own = _CHECKOUT if (_CHECKOUT / "_toc.yml").is_file() else _PACKAGE
    if full.is_relative_to(own):
        raise RequestError(
            _(
                "{path} lies in the handbook's own folder, {own}. Name a folder outside it: nothing about people belongs there."
            ).format(path=full, own=own)
        )
    return full
