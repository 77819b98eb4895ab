"""The command: the same checks as the notebooks, for scripts and for CI.

Exit status: 0 ran (whatever the verdicts), 1 a defect of ours, 2 the request was wrong, 3 the data were refused,
4 some notebooks failed, 130 interrupted. Results go to standard output, messages to standard error.
"""

from __future__ import annotations

import argparse
import json
import os
import sys

from cadre_handbook import i18n
from cadre_handbook.errors import DataRefused, HandbookError, RequestError
from cadre_handbook.i18n import _, joined

INTERRUPTED = 130
LANGUAGE = "CADRE_HANDBOOK_LANGUAGE"


def main(arguments: list[str] | None = None) -> int:
    """Run the command with `arguments` (those of the process where none are given); returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        # A Chinese Windows console may be GBK: never fail on a character it does not have.
        stream.reconfigure(errors="replace")
    try:
        i18n.use_language(_language_asked(sys.argv[1:] if arguments is None else arguments))
        options = _parser().parse_args(arguments)
        return options.run(options)
    except HandbookError as error:
        print(error, file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print(_("Interrupted."), file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def _language_asked(arguments: list[str]) -> str:
    """The language to speak, which must be known before the options are read: their help is in it too.

    A language that there is not is refused where it comes from the environment, and left to the parser where it is an option.
    """
    asked = os.environ.get(LANGUAGE, "en")
    if asked not in i18n.LANGUAGES:
        expected = _("one of {choices}").format(choices=joined(i18n.LANGUAGES))
        raise RequestError(
            _("{name} = {value}: expected {expected}.").format(name=LANGUAGE, value=asked, expected=expected)
        )
    for item, following in zip(arguments, [*arguments, ""][1:], strict=True):
        option, _equals, value = item.partition("=")
        if option == "--language":
            asked = value or following
    return asked if asked in i18n.LANGUAGES else "en"


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    # The help option of argparse itself is English.
    common.add_argument("-h", "--help", action="help", help=_("show this help and end"))
    common.add_argument(
        "--language",
        choices=i18n.LANGUAGES,
        default=i18n.language(),
        help=_("language of what is shown (or CADRE_HANDBOOK_LANGUAGE)"),
    )

    parser = argparse.ArgumentParser(
        prog="cadre-handbook",
        description=_("Checks an organisation's data on cadre exchange against what five documents recommend."),
        parents=[common],
        add_help=False,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, explained: str) -> argparse.ArgumentParser:
        """A command of its own; its help says what the list of commands says."""
        return commands.add_parser(
            name, parents=[common], help=explained, description=explained, add_help=False, allow_abbrev=False
        )

    of_data = _(
        "“sample”, a folder of CSV or Parquet files, an .xlsx workbook, or a database (its file, its address, or env:NAME)"
    )

    def judges(parser: argparse.ArgumentParser, of_organisation: str) -> None:
        """The options of every command that judges: the day, whom, what of the data and by which policy."""
        parser.add_argument("--as-of", metavar="DATE", help=_("the day to judge on, such as 2024-12-31"))
        parser.add_argument("--organisation-id", metavar="ID", action="append", help=of_organisation)
        parser.add_argument(
            "--allow-problems",
            action="store_true",
            help=_("leave out rows with problems; what they were about counts as unknown"),
        )
        parser.add_argument("--policy", metavar="LOCAL.yaml", help=_("a local policy file"))

    check = command("check", _("run one check and print its verdicts"))
    check.add_argument("slug", metavar="SLUG", help=_("the recommendation, such as tenure_limit"))
    check.add_argument("--data", default="sample", help=of_data)
    judges(check, _("show only this organisation (repeatable)"))
    check.add_argument(
        "-p",
        "--parameter",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help=_("a parameter of the check (repeatable)"),
    )
    check.add_argument("--review", metavar="FILE", help=_("a workbook or CSV with the records of an earlier review"))
    check.add_argument("--findings", action="store_true", help=_("list the findings too; they are about people"))
    check.add_argument("--format", choices=["table", "json", "csv"], default="table")
    check.set_defaults(run=_check)

    run = command("run", _("run every check as a notebook, and make one report of them"))
    run.add_argument(
        "slugs", metavar="SLUG", nargs="*", help=_("checks or parts of the handbook; all where none is named")
    )
    run.add_argument("--data", required=True, help=of_data)
    run.add_argument(
        "--out", required=True, metavar="DIR", help=_("the folder for the report, outside the handbook's own")
    )
    judges(run, _("report on this organisation only (repeatable); several have a folder each"))
    run.add_argument(
        "-p",
        "--parameter",
        metavar="SLUG.NAME=VALUE",
        action="append",
        default=[],
        help=_("a parameter of one check, or min_cases=VALUE for all (repeatable)"),
    )
    run.add_argument("--jobs", type=_positive, metavar="N", help=_("notebooks to run at a time"))
    run.add_argument("--earlier", metavar="RESULTS.json", help=_("results of an earlier run, to show what changed"))
    run.add_argument("--review", metavar="FILE", help=_("records of what was reviewed, to carry forward"))
    run.set_defaults(run=_run)

    results = command(
        "results", _("write the results of all checks over many organisations as one table, without findings")
    )
    results.add_argument("--data", required=True, help=of_data)
    results.add_argument(
        "--out",
        required=True,
        metavar="FILE",
        help=_("the file to write: .parquet, .csv or .json, outside the handbook's folder"),
    )
    judges(results, _("show only this organisation (repeatable)"))
    results.add_argument("--slugs", metavar="SLUG", nargs="+", help=_("checks to run; all where none is named"))
    results.set_defaults(run=_results)

    validate = command("validate", _("list every problem of a dataset"))
    validate.add_argument("where", metavar="WHERE", help=of_data)
    validate.add_argument("--format", choices=["table", "json"], default="table")
    validate.set_defaults(run=_validate)

    template = command("template", _("write an empty workbook to fill in"))
    template.add_argument("directory", metavar="DIR", help=_("the folder to write it into"))
    template.add_argument(
        "--tables",
        metavar="NAME",
        nargs="+",
        default=[],
        help=_("tables besides the five core ones, such as decisions trainings; all where none is named"),
    )
    template.set_defaults(run=_template)

    importing = command("import", _("make a dataset of an office's rosters and forms"))
    importing.add_argument(
        "sources",
        metavar="SOURCE",
        nargs="+",
        help=_("rosters (.xlsx, .xls, .csv), appointment forms (.lrmx, .lrm), or folders of them"),
    )
    importing.add_argument(
        "--to", metavar="DIR", required=True, help=_("a folder that does not exist yet, or is empty")
    )
    importing.add_argument(
        "--map",
        metavar="FILE",
        help=_("the mapping file; without it, a first guess at one is written and nothing imported"),
    )
    importing.add_argument(
        "--key",
        metavar="FILE",
        help=_("the key that makes ids of names; made where it is not there, and stays with you"),
    )
    importing.add_argument(
        "--as-of", metavar="DATE", help=_("the day up to which the sources are read, such as 2024-12-31")
    )
    importing.set_defaults(run=_import)

    who = command("who", _("say on the terminal who an id is; keep the answer there"))
    who.add_argument("ids", metavar="ID", nargs="+", help=_("an id, as a finding names it"))
    who.add_argument("--key", metavar="FILE", required=True, help=_("the key under which the ids were made"))
    who.add_argument(
        "--roster",
        metavar="FILE",
        action="append",
        required=True,
        help=_("a roster, a form or a folder of them in which the people stand (repeatable)"),
    )
    who.set_defaults(run=_who)

    sample = command("sample", _("write a made-up county"))
    sample.add_argument("directory", metavar="DIR", help=_("a folder that does not exist yet, or is empty"))
    sample.add_argument("--seed", type=int, default=None, help=_("the same seed gives the same county"))
    sample.add_argument("--organisations", type=_positive, default=1, metavar="N")
    sample.add_argument("--cadres", type=_positive, metavar="N", help=_("cadres an organisation"))
    sample.set_defaults(run=_sample)
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(_("expected a whole number from 1 up"))
    return int(text)


def _named_values(items: list[str]) -> dict:
    """Values by name, from `NAME=VALUE`; `RequestError` for one without `=` or given twice."""
    given: dict = {}
    for item in items:
        name, separator, value = item.partition("=")
        if not separator:
            raise RequestError(_("“{item}”: write a parameter as NAME=VALUE.").format(item=item))
        if name in given:
            raise RequestError(_("The parameter “{name}” is given twice.").format(name=name))
        given[name] = value
    return given


def _given(options: argparse.Namespace) -> dict:
    """The parameters of a call, by name; `RequestError` for one without `=` or given twice."""
    given = _named_values(options.parameter)
    of_options = {
        "as_of": options.as_of,
        "organisation_id": options.organisation_id,
        "policy": options.policy,
        "review": options.review,
        "allow_problems": options.allow_problems or None,
    }
    for name in ("data", "language"):
        if name in given:
            raise RequestError(_("Give “{name}” as an option: --{name}.").format(name=name))
    for name, value in of_options.items():
        if value is not None and name in given:
            raise RequestError(_("The parameter “{name}” is given twice.").format(name=name))
    return {**{name: value for name, value in of_options.items() if value is not None}, **given}


def _check(options: argparse.Namespace) -> int:
    from cadre_handbook import checks, policy, show, validation
    from cadre_handbook.columns_read import columns_read
    from cadre_handbook.dataset import open_dataset

    policy.load_policy(options.slug)  # a misspelt slug is said before any file is read
    given = _given(options)
    data = open_dataset(options.data, columns_read(options.slug))
    run = checks.evaluate(options.slug, validation.validate(data), given)
    for line in (*show.opened_text(run), *show.review_lines(run)):
        print(line, file=sys.stderr)
    if options.format == "json":
        print(json.dumps(show.records(run, options.findings), ensure_ascii=False, indent=1))
    elif options.format == "csv":
        frame = run.findings if options.findings else run.results
        frame.to_csv(sys.stdout, index=False, lineterminator="\n")
    else:
        _print_table(show.results_table(run))
        if options.findings and len(run.findings):
            _print_table(show.findings_table(run))
        elif len(run.findings):
            message = _("{count} findings; --findings lists them. They are about people: keep them local.")
            print(message.format(count=len(run.findings)), file=sys.stderr)
    return 0


def _run(options: argparse.Namespace) -> int:
    from cadre_handbook.kernels import SIDE_BY_SIDE
    from cadre_handbook.reporting import run

    request = run.Request(
        data=options.data,
        out=options.out,
        as_of=options.as_of,
        language=options.language,
        organisations=options.organisation_id,
        allow_problems=options.allow_problems,
        given=_named_values(options.parameter),
        policy=options.policy,
        jobs=options.jobs or SIDE_BY_SIDE,
        earlier=options.earlier,
        review=options.review,
        slugs=options.slugs,
    )
    try:
        return run.run(request)
    except HandbookError:
        raise
    except Exception as error:  # its message may hold cells of tables
        print(run.told(error), file=sys.stderr)
        return HandbookError.exit_status


def _results(options: argparse.Namespace) -> int:
    from cadre_handbook import policy, results_table, validation
    from cadre_handbook.dataset import open_dataset

    out = results_table.accepted(options.out)
    for slug in options.slugs or ():  # a misspelt slug is said before any file is read
        policy.load_policy(slug)
    given = {
        "as_of": options.as_of,
        "organisation_id": options.organisation_id,
        "policy": options.policy,
        "allow_problems": options.allow_problems or None,
    }
    given = {name: value for name, value in given.items() if value is not None}
    frame = results_table.results_of_all(validation.validate(open_dataset(options.data)), given, options.slugs)
    results_table.write(frame, out)
    message = _("{count} results of {organisations} organisations are in {path}.")
    print(message.format(count=len(frame), organisations=frame["organisation_id"].nunique(), path=out), file=sys.stderr)
    return 0


def _validate(options: argparse.Namespace) -> int:
    from cadre_handbook import coverage, validation
    from cadre_handbook.dataset import open_dataset

    report = validation.validate(open_dataset(options.where))
    checks_ = coverage.coverage(report.dataset)
    if options.format == "json":
        problems = report.explained().to_dict("records")
        print(json.dumps({"problems": problems, "checks": checks_.to_dict("records")}, ensure_ascii=False, indent=1))
    else:
        for line in report.lines():
            print(line)
        counted = _("{errors} problems, {notes} notes.").format(errors=len(report.errors), notes=len(report.notes))
        print(counted)
        shown = checks_.assign(can_run=checks_["can_run"].map({True: "✓", False: "–"}))
        shown = shown[["recommendation", "label", "can_run", "lacks"]]
        shown.columns = [_("Check"), _("Measure"), _("Can run"), _("Lacks")]
        _print_table(shown)
    return DataRefused.exit_status if len(report.errors) else 0


def _template(options: argparse.Namespace) -> int:
    from pathlib import Path

    from cadre_handbook.template import write_template

    path = write_template(Path(options.directory).expanduser(), options.tables)
    print(_("The template is {path}.").format(path=path), file=sys.stderr)
    return 0


def _import(options: argparse.Namespace) -> int:
    from cadre_handbook.intake import command
    from cadre_handbook.paths import expanded

    to, *sources = (expanded(text) for text in (options.to, *options.sources))
    try:
        if options.map is None:
            written, guesses = command.first_guess(sources, to)
            _print_table(guesses)
            print(
                _(
                    "A first guess is in {path}. Correct it, then run again with --map and this file. Nothing was imported."
                ).format(path=written)
            )
            return 0
        for line in command.run(sources, to, expanded(options.map), options.key, options.as_of):
            print(line)
        return 0
    except OSError as error:  # a folder without the right to write, a full disk, a name that the system does not take
        why = error.strerror or str(error)
        raise RequestError(
            _("{path}: cannot be read or written ({why}).").format(path=error.filename or to, why=why)
        ) from error


def _sample(options: argparse.Namespace) -> int:
    from pathlib import Path

    from cadre_handbook import sample

    directory = Path(options.directory).expanduser()
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise RequestError(_("{path} exists and is not an empty folder; nothing was written.").format(path=directory))
    seed = sample.SEED if options.seed is None else options.seed
    sample.make_sample(
        directory, seed=seed, organisations=options.organisations, cadres=options.cadres or sample.CADRES
    )
    print(_("The made-up county is in {path}.").format(path=directory), file=sys.stderr)
    return 0


def _who(options: argparse.Namespace) -> int:
    from pathlib import Path

    import pandas as pd

    from cadre_handbook.intake.pseudonyms import Key
    from cadre_handbook.intake.who import who

    if not sys.stdout.isatty():
        raise RequestError(
            _("“who” names people: it writes to the terminal alone, never into a file or another program.")
        )
    answer = who(options.ids, map(Path, options.roster), Key.open(options.key))
    for refused in answer.refused:
        print(refused, file=sys.stderr)
    rows = [(id_, person.name, person.unit, person.source) for id_, people in answer.found.items() for person in people]
    if rows:
        _print_table(pd.DataFrame(rows, columns=[_("Id"), _("Name"), _("Unit"), _("File")]))
    for id_, people in answer.found.items():
        if not people:
            print(_("{id}: nobody in these files has this id under this key.").format(id=id_), file=sys.stderr)
        if len(people) > 1:
            message = _("{id}: {count} entries have this id; they may be different people.")
            print(message.format(id=id_, count=len(people)), file=sys.stderr)
    return 0


def _print_table(table) -> None:
    """A frame as a table on standard output, wide characters in line; text from data is never markup."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 200, highlight=False)
    shown = Table(box=box.SIMPLE)
    for column in table.columns:
        shown.add_column(str(column), overflow="fold")
    for row in table.itertuples(index=False):
        shown.add_row(*(Text(str(value)) for value in row))
    console.print(shown)


if __name__ == "__main__":
    sys.exit(main())
