"""Two languages: whatever the package and its data say in English they say in Chinese, and nothing is left half said."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from babel.messages.pofile import read_po
from wording import CHINESE, ENGLISH_SENTENCE, HALF_WIDTH

import cadre_handbook
from cadre_handbook import checks, cli, i18n, policy, schema, show, validation, verdict
from cadre_handbook.dataset import from_text, open_dataset
from cadre_handbook.paths import DATA
from cadre_handbook.references import reference_text

PACKAGE = Path(cadre_handbook.__file__).parent
CATALOGUE = i18n.CATALOGUE / "zh_CN" / "LC_MESSAGES" / "cadre_handbook.po"
DECLARATIONS = sorted(
    [
        *(DATA / "schema").glob("*.yaml"),
        *(DATA / "policy").rglob("*.yaml"),
        *(DATA / "quizzes").glob("*.yaml"),
        DATA / "paths.yaml",
        DATA / "not_checked.yaml",
        DATA / "glossary.yaml",
        DATA / "catalogue.yml",
        DATA / "actions.yaml",
    ]
)
TWINNED = ("title", "label", "description", "text", "says", "why", "cannot_tell", "question")

IN_BRACKETS = re.compile(r"\([^()]*\)|（[^（）]*）")

# Patterns that hold nothing but gaps, digits and signs.
FORMAT_ONLY = {
    "{k} of {n}",
    "{what} ({before} → {after})",
    "{percent} %",
    "{kind} {share}",
    "{row}: {counts}",
    "- {value}: {why}.",
}
# The words a person may type for true and false, given in both languages at once.
BOTH_LANGUAGES = {"expected true or false (also 是/否, 1/0); leave the cell empty where it is not known"}


# --- what there is to say -------------------------------------------------------------------------


def said() -> Iterator[tuple[str, str]]:
    """Every message of the package with the place where it is said.

    Read from the syntax tree: pybabel does not look into f-strings under Python 3.11.
    """
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "_":
                place = f"{path.relative_to(PACKAGE)}:{node.lineno}"
                [argument] = node.args
                assert isinstance(argument, ast.Constant), f"{place}: a message must be a plain string"
                yield argument.value, place


@pytest.fixture(scope="module")
def messages() -> dict[str, str]:
    found = dict(said())
    assert {"met", "not met", "{k} of {n}"} <= set(found)
    return found


@pytest.fixture(scope="module")
def catalogue():
    with CATALOGUE.open("rb") as source:
        return read_po(source, locale="zh_CN", abort_invalid=True)


def gaps(text: str) -> set[tuple[str, str]]:
    """The gaps of a pattern, each as its name and the form it is filled in with."""
    return {(name, form) for _text, name, form, _conversion in string.Formatter().parse(text) if name is not None}


def twins(path: Path) -> list[tuple[str, str, dict]]:
    """Every text of a declaration that has, or needs, a Chinese twin: where it stands, its key and the mapping it is in."""
    found = []

    def look(part, where: str) -> None:
        if isinstance(part, list):
            for number, item in enumerate(part):
                look(item, f"{where}[{item.get('name', number) if isinstance(item, dict) else number}]")
        if isinstance(part, dict):
            for key, value in part.items():
                english = key.removesuffix("_zh_CN")
                if english in TWINNED and isinstance(value, str):
                    found.append((f"{where}.{english}", english, part))
                else:
                    look(value, f"{where}.{key}")

    look(yaml.safe_load(path.read_text(encoding="utf-8")), path.stem)
    return found


def faults(english: str | None, chinese: str | None) -> Iterator[str]:
    """What is wrong with a text and its twin."""
    if not (english or "").strip() or not (chinese or "").strip():
        yield "one of the two is missing"
        return
    if not CHINESE.search(chinese):
        yield "no Chinese"
    if CHINESE.search(IN_BRACKETS.sub("", english)):
        yield "Chinese in the English, and not a name in brackets"
    if HALF_WIDTH.search(chinese):
        yield "half-width punctuation"
    if ENGLISH_SENTENCE.search(chinese):
        yield "an English sentence in the Chinese"


# --- the catalogue --------------------------------------------------------------------------------


def test_every_message_has_its_chinese(messages, catalogue):
    lacking = {
        message: place
        for message, place in messages.items()
        if not (entry := catalogue.get(message)) or not entry.string or entry.fuzzy
    }
    assert not lacking


def test_the_catalogue_holds_nothing_else(messages, catalogue):
    assert {entry.id for entry in catalogue if entry.id} - set(messages) == set()
    assert not catalogue.obsolete


def test_the_catalogue_is_sorted_and_names_no_source_lines(catalogue):
    ids = [entry.id for entry in catalogue if entry.id]
    assert ids == sorted(ids)
    assert not any(entry.locations for entry in catalogue)


def test_both_languages_have_the_same_gaps(catalogue):
    different = {entry.id: entry.string for entry in catalogue if entry.id and gaps(entry.id) != gaps(entry.string)}
    assert not different


def test_chinese_messages_are_chinese(catalogue):
    entries = [entry for entry in catalogue if entry.id]
    assert [entry.id for entry in entries if not CHINESE.search(entry.string) and entry.id not in FORMAT_ONLY] == []
    assert [entry.string for entry in entries if entry.string != entry.string.strip()] == []
    assert [entry.string for entry in entries if HALF_WIDTH.search(entry.string)] == []
    assert [entry.string for entry in entries if ENGLISH_SENTENCE.search(entry.string)] == []


def test_english_messages_are_english(messages):
    chinese = [text for text in messages if CHINESE.search(IN_BRACKETS.sub("", text)) and text not in BOTH_LANGUAGES]
    assert chinese == []
    assert set(messages) >= FORMAT_ONLY | BOTH_LANGUAGES  # an exception that nothing needs is taken out


# --- the declarations in data/ --------------------------------------------------------------------


@pytest.mark.parametrize("path", DECLARATIONS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_declared_texts_have_twins(path: Path):
    texts = twins(path)
    assert texts
    found = {where: list(faults(part.get(key), part.get(f"{key}_zh_CN"))) for where, key, part in texts}
    assert {where: wrong for where, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("path", DECLARATIONS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_reasons_have_the_same_gaps_in_both_languages(path: Path):
    reasons = [(where, part) for where, key, part in twins(path) if key == "text"]
    assert [where for where, part in reasons if gaps(part["text"]) != gaps(part["text_zh_CN"])] == []


def test_every_kind_of_text_was_met():
    assert {key for path in DECLARATIONS for _where, key, _part in twins(path)} == set(TWINNED)


# --- the language in use --------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    before = i18n.language()
    i18n.use_language("en")
    yield
    i18n.use_language(before)


@pytest.fixture
def in_chinese(_in_english) -> None:
    i18n.use_language("zh_CN")


@pytest.mark.parametrize("wrong", ["zh", "ZH_CN", "zh-CN", "de", "", None])
def test_a_language_that_there_is_not_is_refused_and_changes_nothing(wrong):
    i18n.use_language("zh_CN")
    with pytest.raises(ValueError, match=f"^{wrong}$"):
        i18n.use_language(wrong)
    assert i18n.language() == "zh_CN"


def test_verdicts_in_chinese(in_chinese):
    assert verdict.words() == {
        verdict.MET: "符合",
        verdict.NOT_MET: "不符合",
        verdict.CANNOT_TELL: "无法判断",
        verdict.TOO_FEW: "人数过少",
        verdict.HIDDEN: "隐藏",
        verdict.NO_DATA: "无数据",
        verdict.NOT_APPLICABLE: "不适用",
        verdict.NOT_IN_FORCE: "尚未施行",
        verdict.CONTEXT: "仅供参照",
    }


def test_english_is_what_the_code_says():
    assert verdict.words()[verdict.MET] == "met"
    assert i18n.joined(["a", "b"]) == "a, b"


def test_labels_follow_the_language(in_chinese):
    assert i18n.label({"label": "Kind", "label_zh_CN": "类别"}) == "类别"
    assert i18n.label({"label": "Kind"}) == "Kind"
    assert i18n.label(schema.tables()["postings"], "title") == "任职"
    assert i18n.joined(["甲", "乙"]) == "甲、乙"


# --- the checks in Chinese ------------------------------------------------------------------------

needs_sample = pytest.mark.skipif(not (DATA / "sample" / "about.yaml").exists(), reason="there is no sample county")


@pytest.fixture(scope="module")
def sample():
    return open_dataset("sample")


@pytest.fixture(scope="module")
def report_in(sample) -> Callable[[str], validation.Report]:
    """The sample validated in a language, once."""

    @cache
    def validated(language: str) -> validation.Report:
        with i18n.in_language(language):
            return validation.validate(sample)

    return validated


@pytest.fixture(scope="module")
def core_report(sample) -> validation.Report:
    """The tables of the sample that are always there, validated in Chinese."""
    core = from_text({name: sample.text[name] for name in schema.core_tables()}, "sample", {}, [], "")
    with i18n.in_language("zh_CN"):
        return validation.validate(core)


def shown(run: checks.Run) -> Iterator[str]:
    """Everything a run says to a reader."""
    yield from show.opened_text(run)
    yield from run.results["reason"]
    yield from run.findings["reason"]
    for table in (
        show.results_table(run),
        show.findings_table(run),
        show.sensitivity_table(run),
        show.parameters_table(run.policy, run.settings),
    ):
        yield from table.columns
        yield from (str(cell) for cell in table.to_numpy().ravel())
    picture = checks.module(run.policy.id).picture(run)
    yield from (picture.title, picture.caption, picture.alt, *map(str, picture.data.columns))
    yield from re.findall(r">([^<]+)<", picture.svg)


@needs_sample
@pytest.mark.parametrize("slug", policy.checks())
def test_a_check_on_the_sample_says_nothing_in_english(slug: str, report_in, in_chinese):
    run = checks.evaluate(slug, report_in("zh_CN"), {})
    texts = list(shown(run))
    assert [text for text in texts if ENGLISH_SENTENCE.search(text)] == []
    assert [text for text in texts if glued(text)] == []
    assert all(CHINESE.search(reason) for reason in run.findings["reason"])


def glued(text: str) -> bool:
    """Whether punctuation of the other language stands at Chinese words, with or without a space."""
    return bool(HALF_WIDTH.search(re.sub(r" *([;()]) *", r"\1", text)))


def reason_of(run: checks.Run, measure: str) -> str:
    return run.results.set_index("measure").at[measure, "reason"]


@needs_sample
def test_a_reason_and_a_note_are_one_chinese_sentence(report_in, in_chinese):
    run = checks.evaluate("avoidance", report_in("zh_CN"), {"basis": "native"})
    assert reason_of(run, "serving_at_home").endswith("；以籍贯代替出生地、成长地，三者可能不一致")
    assert not any(glued(text) for text in shown(run))


@needs_sample
def test_context_that_is_too_few_says_both_in_chinese(report_in, in_chinese):
    run = checks.evaluate("family_support", report_in("zh_CN"), {"min_cases": 1000})
    assert re.fullmatch(r"仅列出供比较，不作判断；已知 \d+ 例，不足 1000 例", reason_of(run, "family_moved"))


@needs_sample
def test_figures_have_the_brackets_of_the_language(report_in):
    report = report_in("en")
    forms = {"en": r"\d+ of \d+ \(\d+\.\d%\)", "zh_CN": r"\d+/\d+（\d+\.\d%）"}
    for language, form in forms.items():
        i18n.use_language(language)
        run = checks.evaluate("tenure_limit", report, {})
        assert re.fullmatch(form, show.results_table(run)[i18n._("Figure")].iloc[0])


def test_problems_are_listed_with_chinese_punctuation(in_chinese):
    ranks = validation.expectation(schema.tables()["assessments"].fields["grade"], "code")
    assert ranks == "incompetent（不称职）、basically_competent（基本称职）、competent（称职）、excellent（优秀）"


@pytest.mark.parametrize(
    ("parts", "english", "chinese"),
    [(("a", "", "b"), "a; b", "a；b"), (("", "b"), "b", "b"), (("", ""), "", "")],
)
def test_clauses(parts, english, chinese):
    assert i18n.clauses(*parts) == english
    i18n.use_language("zh_CN")
    assert i18n.clauses(*parts) == chinese


# --- references -----------------------------------------------------------------------------------

PROBLEMS = "文献《干部交流管理工作中存在的问题及对策》"
ZHENGZHOU = "文献《借鉴外地经验 推进干部交流》"


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("problems 2.2", f"{PROBLEMS}2.2"),
        ("problems 2.2; zhengzhou, Jiujiang", f"{PROBLEMS}2.2；{ZHENGZHOU}九江部分"),
        ("problems 1.5 (“under a quarter”)", f"{PROBLEMS}1.5（“不到四分之一”）"),
        ("essay 2.2 (first)", "文献《关于基层科级领导干部轮岗交流的思考》2.2（其一）"),
        ("handbook", "本手册"),
        ("handbook, after problems 2.6", f"本手册（参照{PROBLEMS}2.6）"),
        ("handbook, after zhengzhou, Guizhou", f"本手册（参照{ZHENGZHOU}贵州部分）"),
        ("essay 2.2, second", "文献《关于基层科级领导干部轮岗交流的思考》2.2（其二）"),
        ("公务员法 2018, Art. 67", "《公务员法》（2018）第67条"),
        ("公务员法 2018, Arts. 38, 50", "《公务员法》（2018）第38条、第50条"),
        (
            "党政领导干部任职回避暂行规定 2006, Art. 5 (“as a rule”)",
            "《党政领导干部任职回避暂行规定》（2006）第5条（“一般”）",
        ),
        ("本次给定", "本次给定"),
    ],
)
def test_references_in_both_languages(english: str, chinese: str):
    assert reference_text(english) == english
    i18n.use_language("zh_CN")
    assert reference_text(english) == chinese
    assert reference_text(english, "另有中文") == "另有中文"


def declared_values() -> Iterator[tuple[str, policy.Value]]:
    """Every value and choice of every parameter, with the place where it is declared."""
    recommendations = [*(policy.load_policy(slug).parameters for slug in policy.checks()), policy.common_parameters()]
    for parameters in recommendations:
        for name, parameter in parameters.items():
            yield from ((name, value) for value in (*parameter.values, *parameter.choices))


def test_every_unit_has_its_chinese(in_chinese):
    declared = {**policy.common_parameters()}
    for slug in policy.catalogue():
        declared |= policy.load_page(slug).parameters
    units = {parameter.unit for parameter in declared.values() if parameter.unit}
    assert {unit for unit in units if not CHINESE.search(show.unit_word(unit))} == set()


def test_every_reference_has_its_chinese(in_chinese):
    values = list(declared_values())
    assert any(value.reference_zh_CN for _name, value in values)
    shown_as = {name: reference_text(value.reference, value.reference_zh_CN) for name, value in values}
    assert {name: text for name, text in shown_as.items() if re.search("[A-Za-z]", text) or glued(text)} == {}


def test_the_documents_of_references_are_those_of_the_bibliography():
    documents = yaml.safe_load((DATA / "documents.yaml").read_text(encoding="utf-8"))["titles"]
    keys = re.findall(r"^@\w+\{(\w+),", (DATA / "sources.bib").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(documents) <= set(keys)
    assert set(documents) == {"essay", "secondment", "problems", "growth", "zhengzhou"}


# --- the command ----------------------------------------------------------------------------------


def said_by(capsys, *arguments: str) -> tuple[int, str]:
    """Exit status and all output of the command."""
    try:
        status = cli.main(list(arguments))
    except SystemExit as end:
        status = end.code
    return status, "".join(capsys.readouterr())


COMMANDS = [[], ["check"], ["run"], ["validate"], ["sample"]]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: "".join(command) or "all")
@pytest.mark.parametrize("how", ["--language zh_CN", "--language=zh_CN", "environment"])
def test_the_help_is_in_the_language_asked_for(command, how, capsys, monkeypatch):
    options = [] if how == "environment" else how.split()
    if how == "environment":
        monkeypatch.setenv("CADRE_HANDBOOK_LANGUAGE", "zh_CN")
    status, text = said_by(capsys, *command, *options, "--help")
    assert status == 0
    assert "显示本帮助后退出" in text
    explained = re.sub(r"^usage:.*?\n\n", "", text, flags=re.DOTALL)
    assert not ENGLISH_SENTENCE.search(explained)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: "".join(command) or "all")
def test_the_help_is_english_where_nothing_else_was_asked_for(command, capsys, monkeypatch):
    monkeypatch.delenv("CADRE_HANDBOOK_LANGUAGE", raising=False)
    status, text = said_by(capsys, *command, "--help")
    assert (status, CHINESE.search(text)) == (0, None)
    assert "show this help and end" in text


def test_the_option_goes_before_the_environment(capsys, monkeypatch):
    monkeypatch.setenv("CADRE_HANDBOOK_LANGUAGE", "zh_CN")
    assert not CHINESE.search(said_by(capsys, "check", "--language", "en", "--help")[1])


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "many"])
def test_a_number_that_must_be_positive_is_refused_in_the_language_asked_for(number, capsys):
    status, text = said_by(capsys, "sample", "there", f"--cadres={number}", "--language", "zh_CN")
    assert status == 2
    assert "应为不小于 1 的整数" in text


@pytest.mark.parametrize("wrong", ["zh", "", "de"])
def test_a_language_of_the_environment_that_there_is_not_is_refused(wrong, capsys, monkeypatch):
    monkeypatch.setenv("CADRE_HANDBOOK_LANGUAGE", wrong)
    assert said_by(capsys, "check", "tenure_limit") == (
        2,
        f"CADRE_HANDBOOK_LANGUAGE = {wrong}: expected one of en, zh_CN.\n",
    )


@needs_sample
@pytest.mark.parametrize("arguments", ["--language zh_CN check tenure_limit", "check tenure_limit --language zh_CN"])
def test_the_language_stands_before_or_after_the_command(arguments, capsys):
    status, text = said_by(capsys, *arguments.split())
    assert status == 0
    assert "同一职位任职满规定年限的领导干部" in text


@needs_sample
@pytest.mark.parametrize("slug", policy.checks())
def test_the_language_changes_words_and_no_figure(slug: str, report_in):
    report = report_in("en")
    english = checks.evaluate(slug, report, {})
    i18n.use_language("zh_CN")
    chinese = checks.evaluate(slug, report, {})
    lines = [[verdict.canonical_line(row) for row in run.results.itertuples()] for run in (english, chinese)]
    assert lines[0] == lines[1]
    keys = ["measure", "subject_id", "reason_code"]
    assert english.findings[keys].equals(chinese.findings[keys])
    assert not CHINESE.search(" ".join(english.results["reason"]))


@needs_sample
@pytest.mark.parametrize("slug", policy.checks())
def test_what_is_lacking_is_said_in_chinese(slug: str, core_report, in_chinese):
    run = checks.evaluate(slug, core_report, {})
    reasons = run.results.loc[run.results["verdict"] == verdict.NO_DATA, "reason"]
    assert reasons.str.startswith("缺少或为空：“").all()
    assert not reasons.map(ENGLISH_SENTENCE.search).any()
    assert len(reasons) == sum(
        bool(set(checks.needed(measure, run.settings)) - set(schema.core_tables())) * max(len(measure.groups), 1)
        for measure in policy.load_policy(slug).measures.values()
    )
