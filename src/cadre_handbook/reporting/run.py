"""`cadre-handbook run`: every notebook on the data of an organisation, side by side, and the report made of them.

The way it takes: `data opened and validated once → notebooks run → outcomes → report`. An executed notebook is written whole
or not at all, with the key of what it was made from (data, package, parameters) in its metadata: run again, those whose key is
the same are taken as they are, and after an interruption it goes on where it stopped.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from cadre_handbook import __version__, checks, databases, errors, policy, review, scorecard, validation
from cadre_handbook.columns_read import columns_read
from cadre_handbook.dataset import SAMPLE, open_dataset
from cadre_handbook.errors import RequestError
from cadre_handbook.i18n import _, bracketed, label
from cadre_handbook.kernels import SIDE_BY_SIDE, Run, execute_side_by_side
from cadre_handbook.paths import DATA, NOTEBOOKS, outside_the_book
from cadre_handbook.reporting import outcome
from cadre_handbook.reporting.outcome import About, Outcome
from cadre_handbook.strict_yaml import nearest

SOME_FAILED = 4  # exit status
MOST_UNNAMED = 20  # organisations that get a report without having been asked for by id
WORKBOOK = "findings.xlsx"
MARK = "confidential.txt"  # what the folder is, for those who come across it, and how this command knows it as its own
METADATA = "cadre_handbook"  # of a notebook: what it was made from, and what it handed over
HALF = ".part"  # the ending of a file that is being written
HAND_OVER = """\
from IPython.display import display

from cadre_handbook.reporting import outcome

display({outcome.JSON: outcome.handed_over(check.run)}, raw=True)"""


@dataclass(frozen=True)
class Request:
    """What was asked for: the options of `cadre-handbook run`.

    ``given``: parameters of one check as `SLUG.NAME`, of all as `NAME`, with their values.
    """

    data: str
    out: Path
    as_of: str | None = None
    language: str = "en"
    organisations: Sequence[str] | None = None
    allow_problems: bool = False
    given: Mapping[str, Any] = field(default_factory=dict)
    policy: str | None = None
    jobs: int = SIDE_BY_SIDE
    earlier: str | None = None
    review: str | None = None
    slugs: Sequence[str] = ()


def run(request: Request) -> int:
    """Run what was asked for and write the reports; gives the exit status.

    Raises `RequestError` for a wrong request and `DataRefused` for data with problems, before anything is written.
    """
    out = outside_the_book(request.out)
    databases.refuse_password(request.data)  # it would stand in every notebook
    slugs = chosen(request.slugs)
    report = validation.validate(open_dataset(request.data))
    day = checks.the_day(request.as_of, request.data)
    organisations = checks.the_organisations(request.organisations, report.dataset)
    if request.organisations is None and len(organisations) > MOST_UNNAMED:
        raise RequestError(
            _(
                "The data hold {count} organisations, each with a report of its own. Name those you will read: --organisation-id."
            ).format(count=len(organisations))
        )
    given = {slug: _parameters(slug, request, day) for slug in slugs}
    digests = {slug: _digest(slug, report, request) for slug in slugs}
    if len(report.errors) and not request.allow_problems:
        raise validation.refused(report)
    earlier = scorecard.read_earlier(request.earlier) if request.earlier else None
    records = review.read_records(request.review) if request.review else None
    if _whole_path(request.data) == str(out):
        raise RequestError(_("--out and --data name the same folder: reports would lie among the tables."))
    folders = dict(zip(organisations, _folders(out, organisations), strict=True))
    for folder in folders.values():
        _keep_records(folder, request.review)
    _begin(out)

    work = [
        Work(
            slug,
            organisation,
            folders[organisation],
            _key(slug, organisation, given[slug], digests[slug], request, day),
        )
        for organisation in organisations
        for slug in slugs
    ]
    try:
        with _terminated_as_interrupted():
            outcomes = _outcomes(work, request.jobs)
            names = report.dataset["organisations"].set_index("organisation_id")["name"]
            for organisation, folder in folders.items():
                _drop_others(folder, [item for item in work if item.organisation == organisation])
                about = About(
                    organisation,
                    names.get(organisation) if isinstance(names.get(organisation), str) else "",
                    where=report.dataset.where if databases.is_address(request.data) else _whole_path(request.data),
                    digest=report.dataset.digest,
                    as_of=day,
                    language=request.language,
                    rows=sum(map(len, report.dataset.text.values())),
                    left_out=report.faulty_rows,
                    given=request.given,
                )
                own = [item for item in outcomes if item.organisation == organisation]
                _write_report(folder, about, own, earlier, records)
                print(folder / "report.html")
    except KeyboardInterrupt:
        done = sum(item.finished() is not None for item in work)
        print(
            _("Interrupted. {done} of {all} notebooks are done; the same command goes on from there.").format(
                done=done, all=len(work)
            ),
            file=sys.stderr,
        )
        return 130
    failures = [item for item in outcomes if item.failure]
    for item in failures:
        print(f"{item.organisation} {item.slug}: {item.failure}", file=sys.stderr)
    if failures:
        print(
            _("{count} of {all} notebooks failed; the report has the others.").format(
                count=len(failures), all=len(outcomes)
            ),
            file=sys.stderr,
        )
    return SOME_FAILED if failures else 0


# --- what was asked for ---------------------------------------------------------------------------


def chosen(wanted: Sequence[str]) -> list[str]:
    """The slugs of the checks named, each by itself or by its part, in reading order; all where none is named."""
    every = policy.checks()
    parts = dict.fromkeys(policy.catalogue()[slug]["part"] for slug in every)
    for name in wanted:
        if name not in every and name not in parts:
            raise RequestError(
                _("There is no check and no part “{name}”.").format(name=name) + nearest(name, [*every, *parts])
            )
    return [slug for slug in every if not wanted or slug in wanted or policy.catalogue()[slug]["part"] in wanted]


def _parameters(slug: str, request: Request, day: pd.Timestamp) -> dict[str, Any]:
    """The parameters given for one check, each with its type; `RequestError` for one that it does not have or take."""
    given = {}
    for name, value in request.given.items():
        of_check, dot, own = name.rpartition(".")
        if dot and of_check not in policy.checks():
            raise RequestError(
                _("There is no check “{slug}”.").format(slug=of_check) + nearest(of_check, policy.checks())
            )
        if not dot and own != "min_cases":
            raise RequestError(_("“{name}” is a parameter of one check: write -p SLUG.{name}=VALUE.").format(name=name))
        if not dot or of_check == slug:
            given[own] = value
    recommendation = policy.load_policy(slug)
    local = policy.local_policy(request.policy, slug) if request.policy else {}
    settings = policy.settings(recommendation, day, {**local, **given})
    return {name: getattr(settings, name) for name in given}


def _whole_path(where: str) -> str:
    """Where the data are, as it holds from any folder: the notebooks run in another."""
    if databases.is_address(where):
        return databases.from_anywhere(where)
    return SAMPLE if where == SAMPLE else str(Path(where).expanduser().resolve())


# --- the folder -----------------------------------------------------------------------------------


def _folders(out: Path, organisations: Sequence[str]) -> list[Path]:
    """The folder of each organisation's report: `out` itself where there is one, else a folder by its id in it."""
    if len(organisations) == 1:
        return [out]
    names = [_folder_name(organisation) for organisation in organisations]
    taken = [name.casefold() for name in names]
    return [
        out / (name if taken.count(name.casefold()) == 1 else _coded(organisation))
        for name, organisation in zip(names, organisations, strict=True)
    ]


def _folder_name(organisation: str) -> str:
    """An id as the name of a folder, on any system; one that cannot be is coded."""
    reserved = re.fullmatch(r"(con|prn|aux|nul|com\d|lpt\d|notebooks)(\..*)?", organisation, re.IGNORECASE)
    plain = re.fullmatch(r"\w[\w.-]{0,59}", organisation) and not organisation.endswith(".")
    return organisation if plain and not reserved else _coded(organisation)


def _coded(organisation: str) -> str:
    return f"organisation-{hashlib.sha256(organisation.encode()).hexdigest()[:12]}"


def _keep_records(folder: Path, given: str | None) -> None:
    """Refuse to write over records that somebody put into the workbook of an earlier run, and that are not handed to this one."""
    workbook = folder / WORKBOOK
    if workbook.is_file() and not (given and Path(given).expanduser().resolve() == workbook):
        count = int(review.read_records(workbook)["state"].ne("").sum())
        if count:
            raise RequestError(
                _(
                    "{path} holds {count} records of a review, which would be lost. Carry them forward with --review {path}, or move the file."
                ).format(path=workbook, count=count)
            )


def _begin(out: Path) -> None:
    """Make the folder, for this user alone, and mark it; one with other things in it is refused. Halves of files go."""
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / MARK).is_file())):
        raise RequestError(
            _("{path} exists and is no folder that this command made; nothing was written.").format(path=out)
        )
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    for half in out.rglob(f".*{HALF}.*"):
        half.unlink()
    text = (
        review.confidential()
        + "\n"
        + _("cadre-handbook run writes this folder, and writes it anew: keep nothing of your own here.")
    )
    write_whole(out / MARK, lambda path: path.write_text(text + "\n", encoding="utf-8"))


def write_whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Have `write` write a file beside `path`, and put it in its place when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # The ending stays the last, for libraries that go by it.
    half = path.with_name(f".{path.stem}{HALF}{path.suffix}")
    try:
        write(half)
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)


def _drop_others(folder: Path, work: Sequence[Work]) -> None:
    """Take out notebooks of an earlier run on other data or another day, which nobody is to take for one of this run."""
    own = {item.path for item in work}
    for path in (folder / "notebooks").rglob("*.ipynb"):
        if path not in own and not work[0].shares_data_with(_metadata(path).get("key", {})):
            path.unlink()


# --- one notebook ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Work:
    """One notebook to run for one organisation; ``key``: all that its outputs depend on."""

    slug: str
    organisation: str
    folder: Path
    key: Mapping[str, Any]

    @property
    def path(self) -> Path:
        return self.folder / "notebooks" / policy.catalogue()[self.slug]["part"] / f"{self.slug}.ipynb"

    def notebook(self) -> NotebookNode:
        """The stored notebook with the parameters put in, without outputs, with a last cell that hands over."""
        from papermill.parameterize import parameterize_notebook

        stored = nbformat.read(_stored(self.slug), as_version=4)
        for cell in stored.cells:
            cell.get("outputs", []).clear()
            cell.metadata.setdefault("tags", [])  # these two papermill takes for granted
        stored.metadata.setdefault("papermill", {})
        made = parameterize_notebook(stored, dict(self.key["parameters"]))
        for cell in made.cells:
            if cell.cell_type == "markdown":
                cell.source = _in_words(cell, self.slug)
        made.cells.append(nbformat.v4.new_code_cell(HAND_OVER))
        return made

    def finished(self) -> NotebookNode | None:
        """The notebook as it was written, if it was, and was made from the same."""
        if _metadata(self.path).get("key") != self.key:
            return None
        return nbformat.read(self.path, as_version=4)

    def shares_data_with(self, key: Mapping[str, Any]) -> bool:
        """Whether another key is of the same data, day, organisation and package."""
        common = ("as_of", "organisation_id", "language", "allow_problems")
        return (self.key["data"], self.key["package"]) == (key.get("data"), key.get("package")) and all(
            self.key["parameters"].get(name) == key.get("parameters", {}).get(name) for name in common
        )


def _digest(slug: str, report: validation.Report, request: Request) -> str:
    """The digest that the notebook of a check will give of the data: of what it reads of them, where it reads no more."""
    part = open_dataset(request.data, columns_read(slug)) if _reads_columns(request.data) else report.dataset
    return part.digest


def _reads_columns(where: str) -> bool:
    """Whether a check reads single columns of such data: of a database, and of Parquet files."""
    if databases.is_address(where) or where == SAMPLE:
        return where != SAMPLE
    path = Path(where).expanduser()
    return databases.of_file(path) is not None or any(path.glob("*.parquet"))


def _key(
    slug: str,
    organisation: str,
    given: Mapping[str, Any],
    digest: str,
    request: Request,
    day: pd.Timestamp,
) -> dict[str, Any]:
    parameters = {
        "data": _whole_path(request.data),
        "as_of": day.strftime("%Y-%m-%d"),
        "organisation_id": [organisation],
        "language": request.language,
        **{name: _plain(value) for name, value in given.items()},
    }
    if request.allow_problems:
        parameters["allow_problems"] = True
    files = {"policy": request.policy, "review": request.review}
    parameters |= {name: _whole_path(path) for name, path in files.items() if path}
    return {
        "version": __version__,
        "package": package_digest(),
        "data": digest,
        "notebook": hashlib.sha256(_stored(slug).read_bytes()).hexdigest(),
        "files": {
            name: hashlib.sha256(Path(path).expanduser().read_bytes()).hexdigest()
            for name, path in files.items()
            if path
        },
        "parameters": parameters,
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _stored(slug: str) -> Path:
    return NOTEBOOKS / policy.catalogue()[slug]["part"] / f"{slug}.ipynb"


@cache
def package_digest() -> str:
    """A digest of the package's code and of what it declares: a version alone does not know of a change of hands."""
    digest = hashlib.sha256()
    package = Path(__file__).resolve().parents[1]
    files = [*package.rglob("*.py"), *package.rglob("*.po")]
    files += [path for path in DATA.rglob("*") if path.is_file() and DATA / "sample" not in path.parents]
    for path in sorted(files):
        digest.update(f"\0{path.name}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _metadata(path: Path) -> Mapping[str, Any]:
    """What stands in a notebook's metadata about its run; empty where it is none of ours, or none at all."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["metadata"][METADATA]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _in_words(cell: NotebookNode, slug: str) -> str:
    """The words of a notebook in the language of the run; those stored are of the made-up county, in English."""
    headings = {
        "verdict-heading": _("Verdict"),
        "picture-heading": _("Picture"),
        "findings-heading": _("Findings"),
    }
    if cell.id in headings:
        return f"## {headings[cell.id]}"
    if cell.id == "title":
        return (
            f"# {label(policy.load_policy(slug), 'title')}\n\n" + review.confidential() + "\n\n" + outcome.no_decision()
        )
    return cell.source


def _outcomes(work: Sequence[Work], jobs: int) -> list[Outcome]:
    """Run what is not finished, and give the outcomes of all in the order of `work`; each is written as soon as it is done."""
    found: dict[int, Outcome] = {}
    places: dict[int, int] = {}
    runs = []
    for place, item in enumerate(work):
        notebook = item.finished()
        if notebook is not None:
            payload = notebook.metadata[METADATA]["outcome"]
            found[place] = outcome.read(item.slug, item.organisation, payload, notebook)
            continue
        item.path.unlink(missing_ok=True)  # nobody takes an older one for one that failed
        item.path.parent.mkdir(parents=True, exist_ok=True)
        runs.append(Run(item.path, item.notebook()))
        places[id(runs[-1])] = place
    with _progress(len(runs)) as advance:

        def ended(one: Run) -> None:
            place = places[id(one)]
            found[place] = _finish(work[place], one)
            advance()

        execute_side_by_side(runs, timeout=None, most=jobs, ended=ended, silent=True)
    return [found[place] for place in range(len(work))]


def _finish(work: Work, executed: Run) -> Outcome:
    """Write an executed notebook with what it handed over, and give its outcome; one that failed is not written."""
    failure = told(executed.error) if executed.error else ""
    notebook = executed.notebook
    if not failure:
        payload = notebook.cells.pop().outputs[-1]["data"][outcome.JSON]
        if payload["data_digest"] != work.key["data"]:
            failure = _("the data changed while it ran")
    if failure:
        return Outcome(work.slug, work.organisation, failure=failure)
    notebook.metadata[METADATA] = {"key": dict(work.key), "outcome": payload}
    notebook.metadata.pop("papermill", None)
    write_whole(work.path, lambda path: nbformat.write(notebook, path))
    return outcome.read(work.slug, work.organisation, payload, notebook)


def told(error: Exception) -> str:
    """Why a notebook failed, in one line without anything from the data: a traceback may show cells of tables.

    A refusal of the handbook's own is said as it is; of any other error its name and the place in the code.
    """
    name = getattr(error, "ename", type(error).__name__)
    if isinstance(error, CellExecutionError) and issubclass(getattr(errors, name, Exception), errors.HandbookError):
        return error.evalue
    if isinstance(error, CellExecutionError):
        places = re.findall(r"([\w.-]+\.py):(\d+)", re.sub(r"\x1b\[[\d;]*m", "", error.traceback))
    else:
        places = [(Path(frame.filename).name, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    where = bracketed(f"{places[-1][0]}:{places[-1][1]}") if places else ""
    return _("a defect of ours, {name}{where}; please report it").format(name=name, where=where)


@contextlib.contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """A progress bar on standard error where that is a terminal; gives the function that moves it on."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    shown = sys.stderr.isatty() and total > 0
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not shown) as bar:
        task = bar.add_task(_("Notebooks"), total=total)
        yield lambda: bar.advance(task)


@contextlib.contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Within it, a request to terminate ends the kernels as an interruption does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_arguments: object) -> None:
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell starts what runs in the background
            signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


# --- the report -----------------------------------------------------------------------------------


def _write_report(folder: Path, about: About, outcomes: Sequence[Outcome], earlier: dict | None, records: Any) -> None:
    """Write `results.json`, `findings.xlsx`, `report.html` and the Word file; each whole or not at all."""
    from cadre_handbook.reporting import document, page

    results = pd.concat([item.results for item in outcomes], ignore_index=True)
    findings = pd.concat([item.findings for item in outcomes], ignore_index=True)
    card = scorecard.make(results, findings, earlier)
    written = {"header": _header(about, outcomes), "results": [entry for item in outcomes for entry in item.records]}
    whole = json.dumps(written, ensure_ascii=False, indent=1) + "\n"
    write_whole(folder / "results.json", lambda path: path.write_text(whole, encoding="utf-8"))
    own, others = _of_this_run(records, outcomes)
    found = findings[checks.FINDING_COLUMNS]  # the workbook works out for itself what a review says of them
    lines = [f"{word}: {what}" for word, what in page.facts(about)]
    write_whole(
        folder / WORKBOOK,
        lambda path: review.write_workbook(path, found, own, as_of=about.as_of, about=lines, untouched=others),
    )
    source = page.report_html(about, outcomes, card)
    write_whole(folder / "report.html", lambda path: path.write_text(source, encoding="utf-8"))
    write_whole(folder / "scorecard.docx", lambda path: document.write(path, about, outcomes))


def _of_this_run(records: pd.DataFrame | None, outcomes: Sequence[Outcome]) -> tuple[pd.DataFrame | None, ...]:
    """The records of a review that are of what was run, and the others: of a check that was not run nothing is settled."""
    if records is None:
        return None, None
    ran = [item.slug for item in outcomes if not item.failure]
    here = [item.organisation for item in outcomes]
    own = records["recommendation"].isin(["", *ran]) & records["organisation_id"].isin(["", *here])
    return records[own], records[~own]


def _header(about: About, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """What `results.json` says of itself, for machines; nothing in it is about a person."""
    return {
        "version": about.version,
        "data_digest": about.digest,
        "as_of": about.as_of.strftime("%Y-%m-%d"),
        "organisation_id": about.organisation,
        "language": about.language,
        "rows": about.rows,
        "rows_left_out": about.left_out,
        "parameters": {name: _plain(value) for name, value in about.given.items()},
        "failed": [item.slug for item in outcomes if item.failure],
    }
