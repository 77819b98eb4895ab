"""Words in two languages: gettext for what the code says, twin keys for what `data/` says.

The Chinese catalogue is a `.po` text file, compiled in memory: the project ships no binaries.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "zh_CN")
CATALOGUE = Path(__file__).parent / "locale"
_current = "en"


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The messages of one language; English is the language of the code itself."""
    if language == "en":
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with (CATALOGUE / language / "LC_MESSAGES" / "cadre_handbook.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def use_language(language: str) -> None:
    """Show everything from here on in `language`, one of `LANGUAGES`; `ValueError` for any other."""
    global _current
    if language not in LANGUAGES:
        raise ValueError(language)
    _current = language


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Within it, show everything in `language`; after it, in the language before."""
    before = _current
    use_language(language)
    try:
        yield
    finally:
        use_language(before)


def language() -> str:
    """The language in use."""
    return _current


def _(message: str) -> str:
    return translations(_current).gettext(message)


def label(source, key: str = "label") -> str:
    """The text under `key` in the language in use, from a mapping or object with a twin `key_zh_CN`."""
    get = source.get if isinstance(source, dict) else lambda name: getattr(source, name, None)
    chosen = get(f"{key}_{_current}") if _current != "en" else None
    return chosen or get(key) or ""


def joined(items) -> str:
    """Items as a list in a sentence, with the separator of the language in use."""
    return ("、" if _current == "zh_CN" else ", ").join(str(item) for item in items)


def clauses(*parts: str) -> str:
    """Clauses of one sentence, those that are empty left out, with the semicolon of the language in use."""
    return ("；" if _current == "zh_CN" else "; ").join(part for part in parts if part)


def bracketed(text: str) -> str:
    """Text in the brackets of the language in use, to stand after a word: ` (…)` or `（…）`."""
    return f"（{text}）" if _current == "zh_CN" else f" ({text})"


def named(word: str, value) -> str:
    """A word and what it has, with the colon of the language in use."""
    return f"{word}：{value}" if _current == "zh_CN" else f"{word}: {value}"
