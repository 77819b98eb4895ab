"""The build of the book and the checks on stored notebooks can fail: shown on books of a few lines."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import jupyter_book
import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from cadre_handbook import kernels
from cadre_handbook.kernels import Run, execute_side_by_side
from cadre_handbook.sphinx_ext import fingerprint

ROOT = Path(__file__).parents[1]
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}

COUNTING_NOTEBOOK = """\
import csv, pathlib
with open("runs.txt", "a") as runs:
    runs.write("run\\n")
posts = sum(int(row["posts"]) for row in csv.DictReader(open("../data/posts.csv")))"""
GLUED = "{glue:text}`../notebooks/count.ipynb::posts:`"
GLUE = 'from myst_nb import glue\nglue("posts", posts, display=False)'


# --- a book of a few lines ----------------------------------------------------------------------------


class Book:
    """A book in a folder of its own, under the handbook's own `_config.yml`."""

    def __init__(self, root: Path, begin: bool = True) -> None:
        self.root = root
        if begin:
            self.begin()

    def begin(self) -> None:
        root = self.root
        shutil.copy(ROOT / "_config.yml", root)
        shutil.copytree(ROOT / "book" / "style", root / "book" / "style")
        self.write("data/sources.bib", "")
        self.write("data/posts.csv", "unit,posts\na,3\nb,4\n")
        self.write("book/index.md", "# Start\n")
        self.write("book/told.md", f"# Told\n\nThere are {GLUED} posts.\n")
        self.write("book/plain.md", "# Plain\n\nA page of words.\n")
        self.write_notebook("notebooks/count", COUNTING_NOTEBOOK, GLUE)
        self.write_toc("book/plain", "book/told", "notebooks/count")

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def write_notebook(self, name: str, *cells: str) -> None:
        cells = [new_markdown_cell(f"# {name}"), *map(new_code_cell, cells)]
        self.write(f"{name}.ipynb", nbformat.writes(new_notebook(cells=cells, metadata=KERNEL)))

    def write_toc(self, *pages: str) -> None:
        chapters = [{"file": page} for page in pages]
        self.write("_toc.yml", yaml.safe_dump({"format": "jb-book", "root": "book/index", "chapters": chapters}))

    def build(self, *options: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(ROOT / "src"), str(self.root), os.environ.get("PYTHONPATH", "")])
        return subprocess.run(
            [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", ".", *options],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": path},
            text=True,
            encoding="utf-8",
            errors="replace",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )

    def build_strictly(self) -> subprocess.CompletedProcess[str]:
        return self.build("-W", "-n", "--keep-going")

    def page(self, name: str) -> Path:
        return self.root / "_build" / "html" / f"{name}.html"

    def words(self, name: str) -> str:
        return " ".join(re.sub(r"<[^>]+>", " ", self.page(name).read_text(encoding="utf-8")).split())

    @property
    def runs(self) -> int:
        log = self.root / "notebooks" / "runs.txt"
        return len(log.read_text().splitlines()) if log.exists() else 0


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book as it was built, once for all who begin with one."""
    root = tmp_path_factory.mktemp("kept") / "book"
    root.mkdir()
    assert_built(Book(root).build_strictly())
    return Path(shutil.copytree(root, root.with_name("as_built")))


@pytest.fixture
def built(kept: Path) -> Book:
    """That book anew, at the very place where it was built: Sphinx builds upon it nowhere else."""
    root = kept.with_name("book")
    shutil.rmtree(root)
    shutil.copytree(kept, root)
    return Book(root, begin=False)


def assert_built(result: subprocess.CompletedProcess[str]) -> None:
    assert result.returncode == 0, result.stdout


def assert_failed(result: subprocess.CompletedProcess[str], *words: str) -> None:
    assert result.returncode != 0, result.stdout
    for word in words:
        assert word in result.stdout


@pytest.mark.slow
def test_a_notebook_runs_again_when_what_it_depends_on_changes(built: Book) -> None:
    assert built.runs == 1
    assert "There are 7 posts." in built.words("book/told")
    notebook_written = built.page("notebooks/count").stat().st_mtime_ns

    unchanged = built.build_strictly()
    assert_built(unchanged)
    assert "no targets are out of date" in unchanged.stdout
    assert built.runs == 1

    built.write("book/plain.md", "# Plain\n\nA page of other words.\n")
    assert_built(built.build_strictly())
    assert "other words" in built.words("book/plain")
    assert built.page("notebooks/count").stat().st_mtime_ns == notebook_written
    assert built.runs == 1

    built.write("data/posts.csv", "unit,posts\na,3\nb,5\n")
    assert_built(built.build_strictly())
    assert built.runs == 2
    assert "There are 8 posts." in built.words("book/told")
    assert len(list((built.root / "_build" / ".jupyter_cache").iterdir())) == 1  # the old outputs are gone

    built.write_notebook("notebooks/count", COUNTING_NOTEBOOK + " * 2", GLUE)
    assert_built(built.build_strictly())
    assert built.runs == 3
    # a page follows the notebook it takes numbers from
    assert "There are 16 posts." in built.words("book/told")


@pytest.mark.slow
def test_a_notebook_that_raises_fails_the_build_again_and_again(book: Book) -> None:
    book.write_notebook("notebooks/count", COUNTING_NOTEBOOK, GLUE, 'raise ValueError("no such post")')
    for _ in range(2):
        assert_failed(book.build(), "notebooks/count.ipynb", "ValueError: no such post")
        assert not book.page("book/plain").exists()  # nobody mistakes half a book for a book
    assert book.runs == 2
    book.write_notebook("notebooks/count", COUNTING_NOTEBOOK, GLUE)
    assert_built(book.build_strictly())


@pytest.mark.slow
def test_a_warning_fails_the_build_again_and_again(book: Book) -> None:
    book.write("book/plain.md", "# Plain\n\n[nowhere](no-such-page.md)\n")
    assert_built(book.build())
    for _ in range(2):  # neither after the tolerant build nor after the strict one is the warning passed over
        assert_failed(book.build_strictly(), "no-such-page")
    assert book.runs == 1


@pytest.mark.slow
def test_what_a_notebook_says_on_standard_error_is_a_warning(book: Book) -> None:
    book.write_notebook("notebooks/count", COUNTING_NOTEBOOK, GLUE, 'import sys; print("careful", file=sys.stderr)')
    assert_failed(book.build_strictly(), "stderr")


@pytest.mark.slow
def test_a_page_of_the_table_of_contents_without_a_source_fails_the_build(book: Book) -> None:
    book.write_toc("book/plain", "book/told", "notebooks/count", "book/forgotten")
    assert_failed(book.build(), "not written: book/forgotten")


@pytest.mark.slow
def test_a_page_that_was_read_and_not_written_fails_the_build(book: Book) -> None:
    loser = 'import os\ndef setup(app):\n    app.connect("build-finished", lose, priority=100)\n'
    loser += 'def lose(app, exception):\n    os.remove(app.builder.get_outfilename("book/plain"))\n'
    book.write("loser.py", loser)
    config = book.root / "_config.yml"
    extension = "      - cadre_handbook.sphinx_ext\n"
    assert extension in config.read_text(encoding="utf-8")
    book.write("_config.yml", config.read_text(encoding="utf-8").replace(extension, extension + "      - loser\n"))
    assert_failed(book.build(), "not written: book/plain")


@pytest.mark.slow
def test_a_page_taken_out_of_the_book_leaves_the_output(built: Book) -> None:
    assert built.page("book/plain").exists()
    built.write_toc("book/told", "notebooks/count")
    assert_built(built.build_strictly())
    assert not built.page("book/plain").exists()
    assert built.page("notebooks/count").exists()


@pytest.mark.slow
def test_a_page_that_loads_from_the_outside_fails_the_build(book: Book) -> None:
    book.write("book/plain.md", '# Plain\n\n[a link](https://a.example/) <img src="https://b.example/c.png">\n')
    result = book.build()
    assert_failed(result, "book/plain: https://b.example/c.png")
    assert "book/plain: https://a.example" not in result.stdout


@pytest.mark.slow
def test_a_link_to_nothing_in_the_html_of_a_page_fails_the_build(book: Book) -> None:
    links = '<a href=\'none.html\'>as no writer writes it</a> <a href="gone.html#here">gone</a> <a href="told.html?q=1">there</a>'
    book.write("book/plain.md", f"# Plain\n\n{links}\n")
    result = book.build()
    assert_failed(result, "book/plain: gone.html")
    assert "told.html" not in result.stdout.partition("lead to nothing")[2]


@pytest.mark.slow
def test_a_script_that_nobody_decided_about_fails_the_build(book: Book) -> None:
    book.write("book/plain.md", "# Plain\n\n<script src='../_static/require.js'></script>\n")
    assert_failed(book.build(), "book/plain.html loads ../_static/require.js")


@pytest.mark.slow
def test_pages_load_one_stylesheet_and_one_script_and_follow_the_style(book: Book) -> None:
    book.write("book/plain.md", "# Plain\n\nA share {math}`k / n`.\n")
    assert_built(book.build_strictly())
    assert "<math" in book.page("book/plain").read_text(encoding="utf-8")
    static = book.root / "_build" / "html" / "_static"
    assert {"bundle.css", "bundle.js"} <= {path.name for path in static.iterdir()}
    assert not {path.name for path in static.rglob("*.js")} - {"bundle.js"}
    assert (book.root / "_build" / "html" / "pagefind" / "pagefind.js").is_file()
    assert not (book.root / "_build" / "html" / "searchindex.js").exists()

    book.write("book/style/handbook.css", "p { color: rebeccapurple; }")
    assert_built(book.build_strictly())  # a change of style alone
    assert "rebeccapurple" in (static / "bundle.css").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_build_that_was_killed_is_not_built_upon(built: Book) -> None:
    page = built.page("book/plain")
    page.write_text("half a page")
    later = page.stat().st_mtime + 60
    os.utime(page, (later, later))  # for Sphinx it is up to date
    (built.root / "_build" / ".unfinished").touch()
    assert_built(built.build_strictly())
    assert "A page of words." in built.words("book/plain")
    assert built.runs == 1


# --- parts of the extension ---------------------------------------------------------------------------


@pytest.mark.slow
def test_notebooks_run_side_by_side_over_private_sockets(tmp_path: Path) -> None:
    meet = """\
import json, pathlib, time
from ipykernel import get_connection_info
pathlib.Path("{mine}").touch()
until = time.monotonic() + 30
while not pathlib.Path("{other}").exists():
    assert time.monotonic() < until, "the other notebook does not run"
    time.sleep(0.05)
print(json.loads(get_connection_info())["transport"])"""
    runs = [
        Run(
            tmp_path / f"{mine}.ipynb",
            new_notebook(cells=[new_code_cell(meet.format(mine=mine, other=other))]),
        )
        for mine, other in (("a", "b"), ("b", "a"))
    ]
    execute_side_by_side(runs, timeout=60)
    assert [run.error for run in runs] == [None, None]
    transport = "tcp" if sys.platform == "win32" else "ipc"
    assert [run.notebook.cells[0].outputs[0].text for run in runs] == [f"{transport}\n"] * 2


def test_a_notebook_without_code_needs_no_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "_client", lambda *_given: pytest.fail("a kernel was started"))
    ended: list[Run] = []
    words = Run(tmp_path / "words.ipynb", new_notebook(cells=[new_markdown_cell("# Words")]))
    execute_side_by_side([words], timeout=60, ended=ended.append)
    assert ended == [words]
    assert words.error is None


@pytest.mark.slow
def test_one_notebook_that_fails_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    runs = [
        Run(tmp_path / "a.ipynb", new_notebook(cells=[new_code_cell("1 / 0")])),
        Run(tmp_path / "b.ipynb", new_notebook(cells=[new_code_cell("40 + 2")])),
    ]
    execute_side_by_side(runs, timeout=60)
    assert "ZeroDivisionError" in str(runs[0].error)
    assert runs[1].error is None
    assert runs[1].notebook.cells[0].outputs[0].data["text/plain"] == "42"


def _tree(root: Path) -> Path:
    for name in (
        "data/sample/a.csv",
        "data/policy/p.yaml",
        "src/pkg/m.py",
        "src/pkg/zh.po",
        "requirements.txt",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    return root


@pytest.mark.parametrize(
    "name",
    [
        "data/sample/a.csv",
        "data/policy/p.yaml",
        "src/pkg/m.py",
        "src/pkg/zh.po",
        "requirements.txt",
        "data/new",
    ],
)
def test_the_fingerprint_follows_what_notebooks_depend_on(tmp_path: Path, name: str) -> None:
    before = fingerprint(_tree(tmp_path))
    (tmp_path / name).write_text("changed")
    assert fingerprint(tmp_path) != before


@pytest.mark.parametrize("name", ["src/pkg/__pycache__/m.py", "data/.hidden/a.csv", "data/.DS_Store", "README.md"])
def test_the_fingerprint_leaves_out_what_they_do_not_depend_on(tmp_path: Path, name: str) -> None:
    before = fingerprint(_tree(tmp_path))
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("changed")
    assert fingerprint(tmp_path) == before


def test_the_fingerprint_knows_a_moved_file_and_does_not_know_where_the_tree_lies(tmp_path: Path) -> None:
    here, there = (_tree(tmp_path / name) for name in ("here", "there"))
    assert fingerprint(here) == fingerprint(there)
    (there / "data/sample/a.csv").rename(there / "data/sample/b.csv")
    assert fingerprint(here) != fingerprint(there)


def test_jupyter_book_knows_every_key_of_the_configuration() -> None:
    """It passes over those that it does not know."""
    known = yaml.safe_load((Path(jupyter_book.__file__).parent / "default_config.yml").read_text(encoding="utf-8"))
    known["execute"]["raise_on_error"] = None  # read by jupyter_book/config.py, though not in its defaults
    known["bibtex_bibfiles"] = None
    configured = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    unknown = set(configured) - set(known)
    for section in set(configured) - unknown:
        if isinstance(configured[section], dict):
            unknown |= {f"{section}.{key}" for key in set(configured[section]) - set(known[section])}
    assert not unknown


# --- stored notebooks ---------------------------------------------------------------------------------

STORED = sorted(path for path in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
NOT_COMPARED = re.compile(r"nbval[-_]?(skip|ignore|raises)|raises-exception|skip-execution", re.IGNORECASE)


def problems(notebook: nbformat.NotebookNode) -> list[str]:
    """What keeps the stored outputs from being a contract: nbval compares only the outputs that there are."""
    found = []
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        found.append("its kernel is not python3")
    if [cell.execution_count for cell in code] != list(range(1, len(code) + 1)):
        found.append("its cells were not run once, from top to bottom")
    if not any(cell.outputs for cell in code):
        found.append("it has no outputs")
    for number, cell in enumerate(code, start=1):
        if not cell.outputs and _shows_something(cell.source):
            found.append(f"code cell {number} ends in an expression and has no output")
        if any(output.output_type == "error" or output.get("name") == "stderr" for output in cell.outputs):
            found.append(f"code cell {number} raised or warned")
        if NOT_COMPARED.search(cell.source) or NOT_COMPARED.search(" ".join(cell.metadata.get("tags", []))):
            found.append(f"code cell {number} is kept from being run or compared")
        if "execution" in cell.metadata:
            found.append(f"code cell {number} carries the times of one run")
    if str(ROOT) in json.dumps(notebook):
        found.append("it names a folder of this machine")
    return found


def _shows_something(source: str) -> bool:
    body = ast.parse(source).body
    return bool(body) and isinstance(body[-1], ast.Expr)


@pytest.mark.parametrize("path", STORED, ids=[path.relative_to(ROOT).as_posix() for path in STORED])
def test_stored_notebook_holds_one_clean_run(path: Path) -> None:
    assert problems(nbformat.read(path, as_version=4)) == []


def _stored() -> nbformat.NotebookNode:
    html = {"text/html": "<b>met</b>", "text/plain": "met"}
    svg = {"image/svg+xml": "<svg><text>met</text></svg>", "text/plain": "picture"}
    cells = [
        new_code_cell("from IPython.display import HTML, SVG, display", execution_count=1),
        new_code_cell("40 + 2", execution_count=2, outputs=[_result("42", 2)]),
        new_code_cell('print("n 600")', execution_count=3, outputs=[new_output("stream", text="n 600\n")]),
        new_code_cell(f"display({html}, raw=True)", execution_count=4, outputs=[new_output("display_data", data=html)]),
        new_code_cell(f"display({svg}, raw=True)", execution_count=5, outputs=[new_output("display_data", data=svg)]),
    ]
    return new_notebook(cells=cells, metadata=KERNEL)


def _result(text: str, count: int) -> nbformat.NotebookNode:
    return new_output("execute_result", data={"text/plain": text}, execution_count=count)


def test_a_clean_stored_notebook_has_no_problems() -> None:
    assert problems(_stored()) == []


def _hollow(cells: list[nbformat.NotebookNode]) -> None:
    for cell in cells:
        cell.update(outputs=[], execution_count=None)


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (_hollow, "it has no outputs"),
        (lambda cells: cells[1].outputs.clear(), "code cell 2 ends in an expression and has no output"),
        (
            lambda cells: cells[2].update(execution_count=None),
            "its cells were not run once, from top to bottom",
        ),
        (lambda cells: cells[2].update(source="# NBVAL_IGNORE_OUTPUT\n1"), "code cell 3 is kept from"),
        (lambda cells: cells[2].metadata.update(tags=["raises-exception"]), "code cell 3 is kept from"),
        (lambda cells: cells[2].outputs[0].update(name="stderr"), "code cell 3 raised or warned"),
        (lambda cells: cells[2].metadata.update(execution={}), "code cell 3 carries the times"),
        (lambda cells: cells[1].outputs[0].data.update({"text/plain": str(ROOT)}), "it names a folder"),
    ],
)
def test_a_spoilt_stored_notebook_is_refused(spoil, complaint) -> None:
    notebook = _stored()
    spoil(notebook.cells)
    assert any(found.startswith(complaint) for found in problems(notebook))


@pytest.mark.slow
def test_nbval_fails_on_a_stored_output_that_was_tampered_with(tmp_path: Path) -> None:
    """And, why `problems` is needed: it passes a notebook without outputs."""
    tampered = {
        "text": lambda cells: cells[1].outputs[0].data.update({"text/plain": "43"}),
        "stream": lambda cells: cells[2].outputs[0].update(text="n 601\n"),
        "html": lambda cells: cells[3].outputs[0].data.update({"text/html": "<b>not met</b>"}),
        "svg": lambda cells: cells[4].outputs[0].data.update({"image/svg+xml": "<svg><text>not met</text></svg>"}),
        "hollow": _hollow,
        "clean": lambda cells: None,
    }
    for name, tamper in tampered.items():
        notebook = _stored()
        tamper(notebook.cells)
        nbformat.write(notebook, tmp_path / f"{name}.ipynb")
    shutil.copy(ROOT / "conftest.py", tmp_path)  # as the notebooks of the book are checked
    options = ["--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "--junitxml=report.xml"]
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *options, "."], cwd=tmp_path, check=False, capture_output=True
    )
    cases = ElementTree.parse(tmp_path / "report.xml").iter("testcase")
    failed = {case.get("classname").removesuffix(".ipynb") for case in cases if case.find("failure") is not None}
    assert failed == {"text", "stream", "html", "svg"}
