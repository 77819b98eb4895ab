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
