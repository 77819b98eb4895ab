"""Sources and mappings that nobody meant to be imported: each ends in a refusal or an import with what was not read listed.

Never a traceback, and never half a dataset: where an import was refused nothing stands on the disk that was not there before. The
same files on every run.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from forms_writer import lrm, lrmx, people
from hypothesis import example, given
from hypothesis import strategies as st
from intake_stand_in import MAPPING, write_csv, write_old_workbook, write_workbook
from test_fuzz_readers import BEGINNINGS, LIMITED, same_every_time

from cadre_handbook.cli import main
from cadre_handbook.intake import rosters

FORMS_ONLY = 'organisation: {organisation_id: "01100"}\ncreate: true\n'
WRITERS = {".xlsx": write_workbook, ".xls": write_old_workbook, ".csv": write_csv}


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> dict[str, bytes]:
    """A sound file of every ending that is read."""
    folder = tmp_path_factory.mktemp("sound")
    found = {ending: write(folder / f"名册{ending}").read_bytes() for ending, write in WRITERS.items()}
    person = people()[0]
    return {**found, ".lrmx": lrmx(person), ".lrm": lrm(person)}


class Desk:
    """A folder with a key and a place for the source; `imports` says how an import of it ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.map = folder / "m.yaml"
        self.count = 0

    def imports(self, source: Path | str, mapping: str | bytes | None = MAPPING, to: str | None = None) -> int:
        """Import the source, with a guess of the mapping where none is given; the exit status."""
        self.count += 1
        to = str(self.folder / f"d{self.count}") if to is None else to
        arguments = ["import", str(source), "--to", to, "--key", str(self.folder / "key"), "--as-of", "2024-12-31"]
        if mapping is not None:
            self.map.write_bytes(mapping if isinstance(mapping, bytes) else mapping.encode())
            arguments += ["--map", str(self.map)]
        before = set(self.folder.iterdir())
        status = main(arguments)
        new = {path.name for path in set(self.folder.iterdir()) - before} - {"key"}
        if status == 0:
            name = Path(to).name
            assert new == ({name, f"{name}-to-check"} if mapping is not None else {f"{name}-mapping.yaml"})
            assert mapping is None or (Path(to) / "cadres.csv").is_file()
        else:
            assert status in (2, 3)
            assert new == set()
        return status


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk(tmp_path)


def mapping_of(ending: str) -> str:
    return FORMS_ONLY if ending in rosters.FORMS else MAPPING


ENDINGS = st.sampled_from([*rosters.TABLES, *rosters.FORMS])


@same_every_time(100)
@given(beginning=st.sampled_from([*BEGINNINGS, b"<Person>", b'"a",']), content=st.binary(max_size=300), ending=ENDINGS)
def test_any_bytes_under_any_ending(desk, beginning, content, ending):
    source = desk.folder / f"名册{ending}"
    source.write_bytes(beginning + content)
    status = desk.imports(source, mapping_of(ending))
    assert (status == 0) <= (ending in rosters.FORMS)  # a form that cannot be read is listed, and the others go on
    assert desk.imports(source, None) in ((0,) if ending in rosters.FORMS else (0, 2, 3))


def test_sound_files_are_imported(desk, sound):
    for ending, content in sound.items():
        source = desk.folder / f"名册{ending}"
        source.write_bytes(content)
        assert desk.imports(source, mapping_of(ending)) == 0


def test_any_content_under_the_wrong_ending(desk, sound):
    for ending in sound:
        for content in (content for other, content in sound.items() if other != ending):
            source = desk.folder / f"名册{ending}"
            source.write_bytes(content)
            desk.imports(source, mapping_of(ending))


@pytest.mark.parametrize("ending", [*WRITERS, *rosters.FORMS])
def test_files_cut_off_and_changed_anywhere(desk, sound, ending):
    dice, source, content = random.Random(3), desk.folder / f"名册{ending}", sound[ending]
    for time in range(36):
        changed = bytearray(content)
        if time % 3 == 0:
            del changed[dice.randrange(len(content)) :]
        else:
            for _byte in range(dice.choice([1, 3, 20, 200])):
                changed[dice.randrange(len(changed))] = dice.randrange(256)
        source.write_bytes(changed)
        desk.imports(source, mapping_of(ending))


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml", "xl/styles.xml"]
)
def test_a_workbook_whose_parts_are_changed(desk, sound, part):
    """The zip is sound and the XML is not."""
    dice, path = random.Random(4), desk.folder / "名册.xlsx"
    path.write_bytes(sound[".xlsx"])
    with zipfile.ZipFile(path) as source:
        members = {name: source.read(name) for name in source.namelist()}
    bits = [
        b"",
        b"<",
        b'"',
        b"-1",
        b"99999999999",
        b"&#0;",
        b"\xff",
        b"</row>",
        b"<v>",
        b'r="A0"',
        b't="d"',
        b"A1:XFD1048576",
    ]
    for _time in range(12):
        data = bytearray(members[part])
        for _change in range(dice.choice([1, 2, 8])):
            at = dice.randrange(len(data))
            data[at : at + dice.choice([0, 1, 5])] = dice.choice(bits)
        with zipfile.ZipFile(path, "w") as target:
            for name, content in members.items():
                target.writestr(name, bytes(data) if name == part else content)
        desk.imports(path)


# --- mappings -------------------------------------------------------------------------------------

KEYS = st.sampled_from(
    [
        *("organisation", "base", "create", "ends", "unread", "sources", "units", "posts", "forms", "file", "sheet"),
        *("person", "resume", "tables", "cadres", "postings", "post_id", "birth_date", "sex", "heading", "words"),
        *("value", "join", "name", "unit", "title", "level", "keep", "organisation_id", "differs", "heading_row"),
    ]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.text(max_size=6),
    st.sampled_from(
        ["名册*", "姓名", "性别", "../..", "a\x00b", "[", "inclusive", "410122", "first", "male", "county"]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | SCALARS, inner, max_size=4),
    max_leaves=12,
)


@same_every_time(150)
@given(changes=st.lists(st.tuples(st.lists(KEYS, min_size=1, max_size=5), VALUES), min_size=1, max_size=3))
def test_a_mapping_with_anything_anywhere(desk, sound, changes):
    """A sound mapping in which some values are others, of whatever kind."""
    plan = yaml.safe_load(MAPPING)
    for path, value in changes:
        here = plan
        for key in path[:-1]:
            inner = here.get(key)
            inner = inner[0] if isinstance(inner, list) and inner else inner
            if not isinstance(inner, dict):
                break
            here = inner
        here[path[-1]] = value
    source = desk.folder / "名册.csv"
    source.write_bytes(sound[".csv"])
    desk.imports(source, yaml.safe_dump(plan, allow_unicode=True))


@same_every_time(100)
@given(text=st.text(alphabet=st.sampled_from("absources: -[]{}\"'\n&*!?|>#%@`~0123.,\t姓名"), max_size=60))
@example(text="? [a]\n: b")
@example(text="a: 2024-99-99")
@example(text="a: " + "9" * 5000)
@example(text="a: !!python/object:os.system x")
@example(text="[" * 100_000)
@example(text="- " * 100_000)
@example(
    text="a: &a [x]\n" + "\n".join(f"{b}: &{b} [{f'*{a},' * 9}]" for a, b in zip("abcdefghi", "bcdefghij", strict=True))
)
@example(
    text="organisation: &a [x, x, x, x]\ncreate: &b [*a,*a,*a,*a,*a,*a,*a]\nunread: &c [*b,*b,*b,*b,*b,*b]\nends: [*c,*c]"
)
def test_any_text_as_a_mapping(desk, sound, text):
    source = desk.folder / "名册.csv"
    source.write_bytes(sound[".csv"])
    assert desk.imports(source, text) != 0


def test_a_mapping_that_is_no_text_or_too_large(desk, sound):
    source = desk.folder / "名册.csv"
    source.write_bytes(sound[".csv"])
    for mapping in (b"\xff\xfe\x00", b"\x00" * 100, b"# " + b"x" * 2_000_000, sound[".xlsx"]):
        assert desk.imports(source, mapping) in (2, 3)


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "to", ["", " ", ".", "..", "/", "a\x00b", "a" * 300, "/dev/null", "x/../..", "/dev/null/x", "\udc80"]
)
def test_any_name_of_the_folder(desk, sound, to, monkeypatch):
    monkeypatch.chdir(desk.folder)
    source = desk.folder / "名册.csv"
    source.write_bytes(sound[".csv"])
    before = {path.name for path in desk.folder.parent.iterdir()}
    good = to in (" ", "\udc80")
    assert desk.imports(source, to=to) == (0 if good else 2)
    assert desk.imports(source, None, to=to) == 2  # what is there by now is not written over
    assert {path.name for path in desk.folder.parent.iterdir()} == before


@pytest.mark.parametrize("name", ["", "a\x00b", "a" * 300, "/dev/null", "~no-such-user", "\udc80", "x/../y"])
def test_any_name_of_a_source_or_mapping(desk, name, monkeypatch):
    monkeypatch.chdir(desk.folder)
    assert desk.imports(name) in (2, 3)
    assert desk.imports(name, None) in (2, 3)
    for option in ("--map", "--key"):
        if option == "--key" and name in ("~no-such-user", "\udc80"):
            continue  # a new file may be called so
        write_csv(desk.folder / "名册.csv")
        desk.map.write_text(MAPPING)
        paths = {"--map": desk.map, "--key": desk.folder / "key"} | {option: name}
        chosen = [str(word) for pair in paths.items() for word in pair]
        assert main(["import", str(desk.folder / "名册.csv"), "--to", str(desk.folder / "d"), *chosen]) in (2, 3)
        assert not (desk.folder / "d").exists()


@pytest.mark.parametrize("name", ["..", "../../etc", "a\\..\\b", "\udcff\udcfe", "=cmd", "名\n册", "CON"])
def test_any_name_of_a_source_or_in_an_id(desk, sound, name):
    """Ids and names with separators stay text of a cell: no file is written by them."""
    folder = desk.folder / "in"
    folder.mkdir()
    file = name.replace("/", "_").replace("..", "__")
    (folder / f"{file}.csv").write_bytes(sound[".csv"])
    (folder / f"{file}.lrmx").write_bytes(sound[".lrmx"][:-30])
    plan = yaml.safe_load(MAPPING)
    plan["organisation"]["organisation_id"] = name.encode("utf-8", "replace").decode()
    plan["sources"][0]["file"] = "*.csv"
    assert desk.imports(folder, yaml.safe_dump(plan)) == 0


# --- time and memory ------------------------------------------------------------------------------


def with_sheet(path: Path, inside: bytes) -> Path:
    """A roster whose sheet has `inside` at its end, packed."""
    write_workbook(path)
    with zipfile.ZipFile(path) as source:
        members = {name: source.read(name) for name in source.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in members.items():
            sheet = name == "xl/worksheets/sheet1.xml"
            target.writestr(name, data.replace(b"</sheetData>", inside + b"</sheetData>") if sheet else data)
    return path


FAR = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


def test_a_value_far_out_is_refused_before_the_sheet_is_read(desk, capsys):
    assert desk.imports(with_sheet(desk.folder / "名册.xlsx", FAR)) == 3
    assert "its cells reach to row 1,048,576, column 16,384; the limit is 20,000,000 cells" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no limits of a process")
def test_large_files_end_within_time_and_memory(tmp_path):
    rows = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (number, number) for number in range(20, 1_000_000))
    texts = b"".join(
        b'<row r="%d"><c r="A%d" t="b"><v>1</v></c></row>' % (number, number) for number in range(20, 400_000)
    )
    endless = "".join(f"{year}.01--{year}.02  （其间：{'（' * 20}\n" for year in range(1950, 2020)) * 15
    sources = {
        "empty rows.xlsx": lambda path: with_sheet(path, rows),
        "rows.xlsx": lambda path: with_sheet(path, texts),
        "far.xlsx": lambda path: with_sheet(path, FAR),
        "bomb.xlsx": lambda path: with_sheet(path, b"<row>" + b" " * 150_000_000 + b"</row>"),
        "empty rows.csv": lambda path: path.write_bytes(write_csv(path).read_bytes() + b",,,\r\n" * 1_000_000),
        "one row.csv": lambda path: path.write_bytes(write_csv(path).read_bytes() + b"," * 5_000_000),
        "form.lrmx": lambda path: path.write_bytes(lrmx(people()[0], JianLi=endless[:19_000])),
        "deep.lrmx": lambda path: path.write_bytes(b"<Person>" + b"<a>" * 1_000_000),
    }
    asked = []
    for number, (name, write) in enumerate(sources.items()):
        write(tmp_path / name)
        plan = tmp_path / f"{number}.yaml"
        plan.write_text(FORMS_ONLY if name.endswith(".lrmx") else MAPPING.replace("名册*", "*"))
        asked.append([str(tmp_path / name), str(tmp_path / f"d{number}"), str(plan)])
    program = LIMITED.replace(
        'cli.main(["validate", where, "--format", "json"])',
        'cli.main(["import", *(w := where.split("|"))[:1], "--to", w[1], "--map", w[2], "--key", w[1] + ".key"])',
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, "90", "3000000000", *map("|".join, asked)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    assert "Traceback" not in ran.stderr
    statuses = [line for line in ran.stderr.splitlines() if line.isdigit()]
    assert dict(zip(sources, statuses, strict=True)) == {
        "empty rows.xlsx": "0",
        "rows.xlsx": "0",
        "far.xlsx": "3",
        "bomb.xlsx": "3",
        "empty rows.csv": "0",
        "one row.csv": "3",
        "form.lrmx": "0",
        "deep.lrmx": "0",
    }, ran.stderr
