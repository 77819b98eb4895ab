"""What is checked and what is not: the catalogue as a matrix, and everything that would be left over in any direction.

Read from the files of a checkout, so that the build of the book can refuse one in which something is left over: a slug without a page, a
page without a slug, a section that nobody declares or nobody takes up, a table that no check reads, a parameter that nobody uses.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cadre_handbook.columns_read import words_of
from cadre_handbook.policy import CHECK, MIN_CELL
from cadre_handbook.strict_yaml import load_yaml

# Pages in the folder of a part that are no recommendation's.
OTHERS = ("index", "quiz", "findings", "matrix", "glossary")
ENTRY = ("document", "section", "kind", "says", "says_zh_CN", "why", "why_zh_CN")
_CHECKS = "src/cadre_handbook/checks"


@dataclass(frozen=True)
class Inventory:
    """What the files of a checkout declare. ``catalogue``: slugs in reading order; ``policies``: what their files say, by slug (empty where
    there is none); ``sections``: of the documents, by `(document, section)`, in their order; ``not_checked``: entries of the file;
    ``kinds``: of these; ``cited``: every key of the bibliography."""

    root: Path
    catalogue: dict[str, dict[str, str]]
    policies: dict[str, dict[str, Any]]
    sections: dict[tuple[str, str], dict[str, str]]
    not_checked: list[dict[str, str]]
    kinds: dict[str, dict[str, str]]
    cited: frozenset[str]

    def covered_by(self, document: str, section: str) -> list[str]:
        """The slugs whose sources lie in a section, in reading order."""
        return [
            slug
            for slug, policy in self.policies.items()
            if any(self.section_of(*source) == (document, section) for source in _sources(policy))
        ]

    def section_of(self, document: str, cited: str) -> tuple[str, str] | None:
        """The declared section in which a cited place lies: `2.2` of `2.2 (first)`, `2.2, first` and `2.2-1`; `None` where it lies in none."""
        for found, section in self.sections:
            rest = cited.removeprefix(section)
            if found == document and cited.startswith(section) and (not rest or rest.startswith((" (", ", ", "-"))):
                return document, section
        return None

    def tables_of(self, slug: str) -> list[str]:
        """The tables that a policy file names, in its order."""
        named = [table for measure in _measures(self.policies[slug]) for table in _tables(measure)]
        return list(dict.fromkeys(named))

    def cases_of(self, slug: str) -> int:
        """How many cases a check is tested with."""
        path = self.root / "tests/cases" / self.catalogue[slug]["part"] / f"{slug}.yaml"
        return len(load_yaml(path)["cases"]) if path.is_file() else 0

    def page(self, slug: str) -> str:
        """The page of a slug, without its ending."""
        return f"book/{self.catalogue[slug]['part']}/{slug}"

    def notebook(self, slug: str) -> str:
        """The notebook of a slug, without its ending."""
        return f"notebooks/{self.catalogue[slug]['part']}/{slug}"


def read(root: Path) -> Inventory:
    """The inventory of a checkout in ``root``."""
    listed = load_yaml(root / "data/catalogue.yml")["recommendations"]
    catalogue = {entry["slug"]: entry for entry in listed}
    policies = {}
    for slug, entry in catalogue.items():
        path = root / "data/policy" / entry["part"] / f"{slug}.yaml"
        policies[slug] = load_yaml(path) if path.is_file() else {}
    documents = load_yaml(root / "data/documents.yaml")["sections"]
    sections = {(document, str(name)): told for document, of_one in documents.items() for name, told in of_one.items()}
    left_out = load_yaml(root / "data/not_checked.yaml")
    bibliography = (root / "data/sources.bib").read_text(encoding="utf-8")
    return Inventory(
        root,
        catalogue,
        policies,
        sections,
        left_out["entries"],
        left_out["kinds"],
        frozenset(re.findall(r"^@\w+\{([^,\s]+),", bibliography, re.MULTILINE)),
    )


def dependencies(root: Path) -> Iterator[Path]:
    """The files that an inventory is read from."""
    for name in ("catalogue.yml", "documents.yaml", "not_checked.yaml", "sources.bib"):
        yield root / "data" / name
    for pattern in ("data/policy/**/*.yaml", "data/schema/*.yaml", "tests/cases/**/*.yaml"):
        yield from sorted(root.glob(pattern))


# --- what is left over ----------------------------------------------------------------------------


def left_over(root: Path) -> list[str]:
    """Everything that is left over in a checkout, a sentence each."""
    inventory = read(root)
    return [
        *_pages(inventory),
        *_places_cited(inventory),
        *_sections_untouched(inventory),
        *_entries(inventory),
        *_tables_unread(inventory),
        *_parameters_unused(inventory),
    ]


def _pages(inventory: Inventory) -> Iterator[str]:
    book = inventory.root / "book"
    for slug in inventory.catalogue:
        if not (inventory.root / f"{inventory.page(slug)}.md").is_file():
            yield f"{slug} has no page: {inventory.page(slug)}.md"
        if not inventory.policies[slug]:
            yield f"{slug} has no policy file"
    pages = {inventory.page(slug) for slug in inventory.catalogue}
    for part in dict.fromkeys(entry["part"] for entry in inventory.catalogue.values()):
        for path in sorted((book / part).glob("*.md")):
            if path.stem not in OTHERS and f"book/{part}/{path.stem}" not in pages:
                yield f"no entry of the catalogue has this page: book/{part}/{path.name}"


def _places_cited(inventory: Inventory) -> Iterator[str]:
    """Sources in a section that data/documents.yaml does not have, or in a work that is not in the bibliography."""
    documents = {document for document, _section in inventory.sections}
    for slug, policy in inventory.policies.items():
        for document, section in _sources(policy):
            if document in documents and inventory.section_of(document, section) is None:
                yield f"{slug} cites a section that data/documents.yaml does not have: {document} {section}"
            elif document not in inventory.cited:
                yield f"{slug} cites a work that data/sources.bib does not have: {document}"


def _sections_untouched(inventory: Inventory) -> Iterator[str]:
    listed = {(entry.get("document"), str(entry.get("section"))) for entry in inventory.not_checked}
    for document, section in inventory.sections:
        if (document, section) not in listed and not inventory.covered_by(document, section):
            yield f"no recommendation takes up {document} {section}, and data/not_checked.yaml does not say why"


def _entries(inventory: Inventory) -> Iterator[str]:
    for entry in inventory.not_checked:
        place = f"{entry.get('document')} {entry.get('section')}"
        if (entry.get("document"), str(entry.get("section"))) not in inventory.sections:
            yield f"data/not_checked.yaml has a section that data/documents.yaml does not have: {place}"
        if set(entry) != set(ENTRY) or not all(entry.values()) or entry.get("kind") not in inventory.kinds:
            yield f"data/not_checked.yaml: {place} needs {', '.join(ENTRY)}, and a kind that stands at its head"


def _tables_unread(inventory: Inventory) -> Iterator[str]:
    read_ = {table for slug in inventory.policies for table in inventory.tables_of(slug)}
    for slug in inventory.catalogue:
        read_ |= _words(inventory, slug)
    for path in sorted((inventory.root / "data/schema").glob("*.yaml")):
        if path.stem not in read_:
            yield f"no check reads the table {path.stem}"


def _parameters_unused(inventory: Inventory) -> Iterator[str]:
    for slug, policy in inventory.policies.items():
        words = _words(inventory, slug)
        for measure in _measures(policy):
            words |= {measure.get("target"), *(group.get("target") for group in measure.get("groups", ()))}
            words |= {
                *measure.get("context_when", ()),
                *measure.get("tables_by", ()),
                *measure.get("tables_any_by", ()),
            }
            words |= {MIN_CELL} if measure.get("sensitive") else set()
        for name in policy.get("parameters", ()):
            if name not in words:
                yield f"nobody uses the parameter {name} of {slug}"


def _words(inventory: Inventory, slug: str) -> set[str]:
    """The words in the code of a slug's module, and of the checks that it builds on."""
    waiting, seen, found = [f"{inventory.catalogue[slug]['part']}.{slug}"], set(), set()
    while waiting:
        module = waiting.pop()
        path = inventory.root.joinpath(_CHECKS, *module.split(".")).with_suffix(".py")
        if module in seen or not path.is_file():
            continue
        seen.add(module)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found |= words_of(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cadre_handbook.checks."):
                base = node.module.removeprefix("cadre_handbook.checks.")
                waiting += [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return found


def _sources(policy: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(source["document"], str(source["section"])) for source in policy.get("sources", ())]


def _measures(policy: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(policy.get("measures", {}).values())


def _tables(measure: Mapping[str, Any]) -> Iterator[str]:
    """The tables that a measure names, whichever value a parameter has."""
    yield from measure.get("tables", ())
    yield from measure.get("events", ())
    yield from (item.split(".")[0] for item in measure.get("tables_any", ()))
    for by_value in measure.get("tables_by", {}).values():
        yield from (table for tables in by_value.values() for table in tables)
    for by_value in measure.get("tables_any_by", {}).values():
        yield from (item.split(".")[0] for choice in by_value.values() for item in choice)


def is_check(inventory: Inventory, slug: str) -> bool:
    """Whether a slug is judged."""
    return inventory.catalogue[slug]["kind"] == CHECK
