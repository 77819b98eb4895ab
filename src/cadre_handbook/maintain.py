"""For maintainers: write the notebooks anew from the policy files and run them, so that their stored outputs are true.

`make notebooks`, or `python -m cadre_handbook.maintain [SLUG...]`.
"""

from __future__ import annotations

import sys

import nbformat

from cadre_handbook import notebook, policy
from cadre_handbook.paths import DATA

NOTEBOOKS = DATA.parent / "notebooks"


def write_notebooks(slugs: list[str]) -> None:
    """Write and run the notebooks of `slugs`, all where none is named; raises what the first failing one raised."""
    from cadre_handbook.kernels import Run, execute_side_by_side

    runs = []
    for slug in slugs or policy.catalogue():
        path = NOTEBOOKS / policy.catalogue()[slug]["part"] / f"{slug}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        runs.append(Run(path, notebook.source(slug)))
    execute_side_by_side(runs, timeout=120)
    for run in runs:
        if run.error is not None:
            raise run.error
        run.notebook.metadata["language_info"] = {"name": "python"}
        nbformat.write(run.notebook, run.path)
        print(run.path)


if __name__ == "__main__":
    write_notebooks(sys.argv[1:])
