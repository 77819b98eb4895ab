"""Pseudonyms: the same person gets the same id in every file, and without the key no id leads back to anybody.

An id is the beginning of an HMAC (SHA-256) of the ID-card number, or where a file has none of name and birth month, under a key that
stays with the official. That somebody known by name in one file and by number in another is one person is known only while
files are read, in memory.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from cadre_handbook import schema
from cadre_handbook.errors import DataRefused, RequestError
from cadre_handbook.i18n import _
from cadre_handbook.intake import id_numbers
from cadre_handbook.paths import expanded, outside_the_book

ID_CHARACTERS = 16
KEY_BYTES = 32
_MARK = "cadre-handbook-key-1:"
# Both languages at once: who finds the file later may read either.
_WARNING = """\
# 保密：本文件是干部代号的密钥。持有它并知道姓名或身份证号的人，可以查出代号对应的人。
# 请由本单位专人保管，不得与数据集放在一起，不得外传。丢失后无法再生成相同的代号。
# SECRET. This file is the key of the pseudonyms: whoever has it, and names or ID-card numbers, can tell who an id is.
# Keep it in one pair of hands and apart from any dataset. If it is lost, the same ids cannot be made again.
"""


class NotIdentified(DataRefused):
    """A row or form says too little to tell whom it is about: neither an ID-card number nor name and birth month."""


@dataclass
class Key:
    """A key, and what was learnt under it while files were read.

    An id is final only when all files are read: `settled` then gives the id of a person who was met by name in one file and by
    number in another, and `ambiguous` the names that stand for more than one person.
    """

    secret: bytes = field(repr=False)
    _numbers_of: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set), repr=False)
    _given: dict[str, bytes] = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, path: str | Path, create: bool = False, apart_from: Iterable[str | Path] = ()) -> Key:
        """The key in the file `path`; with `create`, a new one where there is no such file.

        Raises `RequestError` where the file is missing, is no key, or lies where others may come by it: in the handbook's
        own folder, beside the tables of a dataset, or in one of the folders `apart_from` (those written to).
        """
        path = expanded(path)
        _refuse_in_company(path, apart_from)
        if create and not path.exists():
            return cls(_written(path))
        try:
            text = path.read_bytes()[:10_000].decode("utf-8", errors="replace")
        except OSError as error:
            raise RequestError(
                _("{path}: the key file cannot be read ({why}).").format(path=path, why=error.strerror)
            ) from error
        found = re.search(rf"^{_MARK}\s*([0-9a-f]{{{2 * KEY_BYTES}}})\s*$", text, re.MULTILINE)
        if not found:
            raise RequestError(
                _(
                    "{path} is not a key file of this handbook. Expected a line “{mark} …”; a new key is made where no file is."
                ).format(path=path, mark=_MARK)
            )
        return cls(bytes.fromhex(found[1]))

    def cadre_id(self, id_number: str | None = None, name: str | None = None, birth: str | None = None) -> str:
        """The id of a person: by ID-card number where one that can be right is given, else by name and birth (a date or month).

        Raises `NotIdentified` where neither is there. Whoever reads several files replaces each id by `settled` of it in
        the end.
        """
        number = id_numbers.read(id_number)[0] if id_number else None
        by_name = (
            self._id("name", f"{_plain_name(name)}\n{_month(birth)}") if _plain_name(name) and _month(birth) else ""
        )
        if number:
            by_number = self._id("number", number.number)
            if by_name:
                self._numbers_of[by_name].add(by_number)
            return by_number
        if not by_name:
            raise NotIdentified(
                _(
                    "There is neither a right ID-card number nor a name with the month of birth: nobody can be told by it."
                )
            )
        return by_name

    def settled(self, cadre_id: str) -> str:
        """The id of the same person by number, where exactly one number was met with that name and birth; else the same id."""
        numbers = self._numbers_of.get(cadre_id, ())
        return next(iter(numbers)) if len(numbers) == 1 else cadre_id

    def ambiguous(self, cadre_id: str) -> bool:
        """Whether an id made of name and birth stands for several people: more than one number was met with them."""
        return len(self._numbers_of.get(cadre_id, ())) > 1

    def _id(self, kind: str, identity: str) -> str:
        digest = hmac.new(self.secret, f"cadre-handbook\n{kind}\n{identity}".encode(), hashlib.sha256).digest()
        short = base64.b32encode(digest).decode("ascii")[:ID_CHARACTERS]
        if self._given.setdefault(short, digest) != digest:
            raise DataRefused(
                _("Two people would get the same id under this key. Make a new key and import everything again.")
            )
        return short


def _plain_name(name: str | None) -> str:
    """A name as it is compared: no spaces (short names are often spread out), one kind of middle dot."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", name or ""))
    return re.sub("[•．‧・∙⋅.]", "·", plain)


def _month(birth: str | None) -> str:
    """The month of a birth as `YYYY-MM`, from a date or month in ISO form; empty where it is none."""
    found = re.match(r"[0-9]{4}-[0-9]{2}(?![0-9])", birth or "")
    return found[0] if found else ""


def _refuse_in_company(path: Path, apart_from: Iterable[str | Path]) -> None:
    outside_the_book(path)
    resolved = path.resolve()
    for folder in apart_from:
        if resolved.is_relative_to(Path(folder).expanduser().resolve()):
            raise RequestError(
                _("{path}: keep the key out of the folder that is written to, {folder}.").format(
                    path=path, folder=folder
                )
            )
    named = {word for table in schema.core_tables() for word in (table, schema.tables()[table].title_zh_CN)}
    for folder in resolved.parents:
        if folder.is_dir() and sum((folder / f"{name}.csv").exists() for name in named) >= 2:
            raise RequestError(
                _("{path}: keep the key out of a dataset’s folder, {folder}.").format(path=path, folder=folder)
            )


def _written(path: Path) -> bytes:
    """A new key, in a file that its owner alone can read (where the system has such rights)."""
    secret = secrets.token_bytes(KEY_BYTES)
    try:
        with os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="\n"
        ) as file:
            file.write(f"{_WARNING}{_MARK} {secret.hex()}\n")
    except OSError as error:
        raise RequestError(
            _("{path}: the key file cannot be written ({why}).").format(path=path, why=error.strerror)
        ) from error
    return secret
