"""Where the package's own data and notebooks are.

A wheel carries them inside the package; in a checkout (editable install, or `src` on the path) they are
the folders `data/` and `notebooks/` beside `src/`.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parents[1]


def _room(name: str) -> Path:
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _CHECKOUT / name


DATA: Path = _room("data")
NOTEBOOKS: Path = _room("notebooks")


def outside_the_book(path: Path) -> Path:
    """`path`, made absolute, where people's data may be written; `RequestError` where it lies in the book's own folder.

    What stands in the book's folder is built, published and handed on: nothing about real people may get there.
    """
    from cadre_handbook.errors import RequestError
    from cadre_handbook.i18n import _

    resolved = Path(path).expanduser().resolve()
    own = _PACKAGE if DATA.parent == _PACKAGE else _CHECKOUT
    if resolved.is_relative_to(own):
        raise RequestError(
            _(
                "{path} lies inside the handbook's own folder, which is built and handed on; "
                "nothing was written. Choose a folder outside it."
            ).format(path=path)
        )
    return resolved
