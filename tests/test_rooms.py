"""One recommendation, one name, and that name in every room: nothing is missing, nothing is left over."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
import yaml

from cadre_handbook import checks, notebook, policy

ROOT = Path(__file__).parents[1]
PARTS = ["planning", "training", "assessment", "support", "growth", "cases", "whole"]


@dataclass(frozen=True)
class Room:
    """Where a kind of file stands, one for each recommendation, and which files there are none of them."""

    folder: str
    suffixes: tuple[str, ...]
    others: tuple[str, ...] = ()

    def path(self, part: str, slug: str) -> str:
        return f"{self.folder}/{part}/{slug}{self.suffixes[0]}"

    def files(self, root: Path) -> set[str]:
        """The files of the room, as paths from the root; hidden folders (editors' copies) are nobody's room."""
        found = {
            path.relative_to(root) for suffix in self.suffixes for path in (root / self.folder).rglob(f"*{suffix}")
        }
        return {
            path.as_posix()
            for path in found
            if not any(path.match(pattern) for pattern in self.others)
            and not any(name.startswith((".", "__pycache__")) for name in path.parts)
        }


ROOMS = {
    "page": Room(
        "book",
        (".md", ".rst"),
        (
            "index.md",
            "book/guide/*",
            "book/stories/*",
            "book/zh/*",
            "book/zh/*/*",
            "book/*/quiz.md",
            "book/whole/findings.md",
            "book/whole/matrix.md",
            "book/whole/glossary.md",
        ),
    ),
    "notebook": Room("notebooks", (".ipynb",)),
    "policy file": Room("data/policy", (".yaml", ".yml"), ("data/policy/common.yaml",)),
    "module": Room("src/cadre_handbook/checks", (".py",), ("__init__.py",)),
    "cases": Room("tests/cases", (".yaml", ".yml")),
}
NEEDED = {"check": set(ROOMS), "case": set(ROOMS) - {"cases"}, "overview": set(ROOMS) - {"cases"}}


def catalogue(root: Path) -> list[dict[str, str]]:
    """The recommendations in reading order."""
    return yaml.safe_load((root / "data/catalogue.yml").read_text(encoding="utf-8"))["recommendations"]


def toc_files(item: dict | list) -> Iterator[str]:
    """The pages of `_toc.yml` in reading order."""
    if isinstance(item, list):
        for part in item:
            yield from toc_files(part)
        return
    yield from (item[key] for key in ("root", "file") if key in item)
    for key in ("parts", "chapters", "sections"):
        yield from toc_files(item.get(key, []))


def out_of_step(root: Path) -> list[str]:
    """Everything that keeps the rooms from being in step, a sentence each."""
    faults, entries = [], catalogue(root)
    for name, room in ROOMS.items():
        wanted = {room.path(entry["part"], entry["slug"]) for entry in entries if name in NEEDED[entry["kind"]]}
        there = room.files(root)
        faults += [f"the {name} is missing: {path}" for path in sorted(wanted - there)]
        faults += [f"no entry of the catalogue has this {name}: {path}" for path in sorted(there - wanted)]
    listed = list(toc_files(yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))))
    faults += [
        f"_toc.yml names it twice: {file}" for file in sorted({file for file in listed if listed.count(file) > 1})
    ]
    places = [
        f"{ROOMS[name].folder}/{entry['part']}/{entry['slug']}" for entry in entries for name in ("page", "notebook")
    ]
    of_rooms = [file for file in listed if file not in places and _is_of_a_room(file)]
    faults += [f"no place in _toc.yml: {place}" for place in places if place not in listed]
    faults += [f"no entry of the catalogue has this place in _toc.yml: {file}" for file in of_rooms]
    found = [file for file in listed if file in places]
    if sorted(found) == sorted(places) and found != places:
        faults.append("_toc.yml has another order than the catalogue, each page with its notebook after it")
    return faults


def _is_of_a_room(file: str) -> bool:
    return not file.startswith(("book/guide/", "book/stories/", "book/zh/")) and Path(file).name not in (
        "index",
        "quiz",
        "findings",
        "matrix",
        "glossary",
    )


# --- the rooms as they are ------------------------------------------------------------------------


def test_the_rooms_are_in_step() -> None:
    assert out_of_step(ROOT) == []


def test_the_catalogue_is_in_reading_order() -> None:
    entries = catalogue(ROOT)
    slugs = [entry["slug"] for entry in entries]
    assert all(set(entry) == {"slug", "part", "kind"} and entry["kind"] in NEEDED for entry in entries)
    assert len(set(slugs)) == len(slugs)
    parts = [PARTS.index(entry["part"]) for entry in entries]
    assert parts == sorted(parts)


@pytest.mark.parametrize("slug", policy.catalogue())
def test_policy_file_and_module_bear_the_name(slug: str) -> None:
    declared, entry = policy.load_page(slug), policy.catalogue()[slug]
    assert (declared.id, declared.part) == (slug, entry["part"])
    module = checks.module(slug)
    assert callable(getattr(module, "facts", None)) == callable(getattr(module, "picture", None)) == is_check(slug)
    assert callable(getattr(module, "opened", None)) == bool(getattr(module, "VIEWS", {})) == (not is_check(slug))


def is_check(slug: str) -> bool:
    return policy.catalogue()[slug]["kind"] == "check"


@pytest.mark.parametrize("slug", policy.catalogue())
def test_the_page_leads_to_the_other_rooms(slug: str) -> None:
    part = policy.catalogue()[slug]["part"]
    page = (ROOT / ROOMS["page"].path(part, slug)).read_text(encoding="utf-8")
    assert f"{{parameters}} {slug}\n" in page or not policy.load_page(slug).parameters
    assert f"{{check-code}} {slug}\n" in page
    assert f"../../{ROOMS['notebook'].path(part, slug)}" in page


# --- notebooks ------------------------------------------------------------------------------------


def stored(slug: str) -> nbformat.NotebookNode:
    """The notebook of a check as it is stored, its outputs with it."""
    path = ROOT / ROOMS["notebook"].path(policy.catalogue()[slug]["part"], slug)
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("slug", policy.catalogue())
def test_the_notebook_is_the_one_the_policy_makes(slug: str) -> None:
    made = [(cell.cell_type, cell.source, cell.metadata.get("tags")) for cell in notebook.source(slug).cells]
    kept = [(cell.cell_type, cell.source, cell.metadata.get("tags")) for cell in stored(slug).cells]
    assert kept == made, "make notebooks writes it anew"


@pytest.mark.parametrize("slug", policy.catalogue())
def test_the_parameter_cell_names_every_parameter_and_gives_none_a_value_of_its_own(slug: str) -> None:
    (cell,) = [cell for cell in stored(slug).cells if "parameters" in cell.metadata.get("tags", [])]
    given = {line.targets[0].id: ast.literal_eval(line.value) for line in ast.parse(cell.source).body}
    common, own = policy.common_parameters(), policy.load_page(slug).parameters
    assert list(given) == [*common, *own]
    assert [given[name] for name in own] == [None] * len(own)
    assert given["data"] == "sample"


@pytest.mark.parametrize("slug", policy.catalogue())
def test_the_notebook_holds_a_cell_of_code_a_view_with_the_outputs_of_one_run(slug: str) -> None:
    parameters, *showing = [cell for cell in stored(slug).cells if cell.cell_type == "code"]
    assert len(showing) == 1 + (3 if is_check(slug) else len(checks.module(slug).VIEWS))
    assert parameters.outputs == []
    assert [cell.execution_count for cell in (parameters, *showing)] == list(range(1, len(showing) + 2))
    for cell in showing:
        kinds = [output.output_type for output in cell.outputs]
        assert kinds, f"no stored output: {cell.source}"
        assert "error" not in kinds
    printed = "".join(output.text for cell in showing for output in cell.outputs if output.output_type == "stream")
    assert printed, "nothing that stays the same from run to run is printed"
    for name in policy.load_page(slug).measures:
        assert f"/{slug}/{name}" in printed


# --- rooms that are not in step -------------------------------------------------------------------


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A house of one check and one case, in step."""
    entries = [
        {"slug": "quota", "part": "planning", "kind": "check"},
        {"slug": "case_town", "part": "cases", "kind": "case"},
    ]
    files = [room.path("planning", "quota") for room in ROOMS.values()]
    files += [ROOMS[name].path("cases", "case_town") for name in sorted(NEEDED["case"])]
    files += ["book/index.md", "book/guide/run.md", "book/planning/index.md", "data/policy/common.yaml"]
    files += ["src/cadre_handbook/checks/__init__.py", "src/cadre_handbook/checks/planning/__init__.py"]
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    (tmp_path / "data/catalogue.yml").write_text(yaml.safe_dump({"recommendations": entries}), encoding="utf-8")
    places = ["book/planning/quota", "notebooks/planning/quota", "book/cases/case_town", "notebooks/cases/case_town"]
    write_toc(tmp_path, "book/guide/run", *places)
    return tmp_path


def write_toc(house: Path, *files: str) -> None:
    toc = {"root": "book/index", "parts": [{"chapters": [{"file": file}]} for file in files]}
    (house / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")


def test_a_house_in_step_has_no_faults(house: Path) -> None:
    assert out_of_step(house) == []


@pytest.mark.parametrize("name", ROOMS)
def test_an_empty_room_is_found(house: Path, name: str) -> None:
    path = ROOMS[name].path("planning", "quota")
    (house / path).unlink()
    assert out_of_step(house) == [f"the {name} is missing: {path}"]


@pytest.mark.parametrize("name", ROOMS)
@pytest.mark.parametrize("place", ["planning/quotas", "growth/quota", "quota"])
def test_a_file_that_belongs_to_nobody_is_found(house: Path, name: str, place: str) -> None:
    room = ROOMS[name]
    for suffix in room.suffixes:
        path = house / room.folder / f"{place}{suffix}"
        path.parent.mkdir(exist_ok=True)
        path.touch()
        assert out_of_step(house) == [
            f"no entry of the catalogue has this {name}: {room.folder}/{place}{suffix}",
        ]
        path.unlink()


def test_a_case_that_is_judged_is_found(house: Path) -> None:
    cases = house / ROOMS["cases"].path("cases", "case_town")
    cases.parent.mkdir()
    shutil.copy(house / ROOMS["cases"].path("planning", "quota"), cases)
    assert len(out_of_step(house)) == 1


@pytest.mark.parametrize("name", sorted(NEEDED["case"]))
def test_an_empty_room_of_a_case_is_found(house: Path, name: str) -> None:
    path = ROOMS[name].path("cases", "case_town")
    (house / path).unlink()
    assert out_of_step(house) == [f"the {name} is missing: {path}"]


@pytest.mark.parametrize(
    ("places", "fault"),
    [
        (["book/planning/quota"], "no place in _toc.yml: notebooks/planning/quota"),
        (["book/planning/quota", "notebooks/planning/quota", "book/planning/quota"], "twice: book/planning/quota"),
        (
            ["book/planning/quota", "notebooks/planning/quota", "book/planning/share"],
            "this place in _toc.yml: book/planning/share",
        ),
        (["notebooks/planning/quota", "book/planning/quota"], "another order"),
    ],
)
def test_a_table_of_contents_that_is_not_in_step_is_found(house: Path, places: list[str], fault: str) -> None:
    write_toc(house, *places, "book/cases/case_town", "notebooks/cases/case_town")
    (found,) = out_of_step(house)
    assert fault in found
