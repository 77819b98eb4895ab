"""ID-card numbers: whether one can be right, what it says of birth and sex, and how it may be shown.

The division code at its front is of the place where the card was first issued, which a later list may not have and a list of
the year of birth need not have either: it decides nothing here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from cadre_handbook.i18n import _

_SHOWN_BEFORE, _SHOWN_AFTER = 4, 2


@dataclass(frozen=True)
class IdNumber:
    """A number that can be right. ``number``: its 18 characters. ``birth``: `YYYY-MM-DD`. ``sex``: a code of `cadres.sex`."""

    number: str = field(repr=False)
    birth: str
    sex: str


def compact(text: str) -> str:
    """A number as typed without the spaces and in plain digits, its last letter a capital."""
    return re.sub(r"[\s'‘’`]", "", unicodedata.normalize("NFKC", text)).upper()


def masked(text: str) -> str:
    """A number as it may be shown: its first four and last two characters, the rest as stars (`3301**********12`)."""
    plain = compact(text)
    kept = _SHOWN_BEFORE + _SHOWN_AFTER
    if len(plain) <= kept:
        return "*" * len(plain)
    # As many stars as there are characters, so that a missing digit shows.
    return plain[:_SHOWN_BEFORE] + "*" * (len(plain) - kept) + plain[-_SHOWN_AFTER:]


def read(text: str) -> tuple[IdNumber | None, str]:
    """The number that a text is, and otherwise None with what is wrong about it (never the number itself).

    A number of 15 digits is brought to 18: the century 19, and the check digit worked out.
    """
    plain = compact(text)
    if re.fullmatch(r"[0-9]{15}", plain):
        plain = f"{plain[:6]}19{plain[6:]}0"
        plain = plain[:-1] + ric.calc_check_digit(plain)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", plain):
        return None, _("expected an ID-card number of 18 characters (or 15 digits), the last a digit or X")
    try:
        birth = ric.get_birth_date(plain)
    except ValidationError:
        return None, _("the birth date in the ID-card number does not exist")
    if plain[-1] != ric.calc_check_digit(plain):
        return None, _("the check digit of the ID-card number is wrong: a digit was mistyped")
    return IdNumber(plain, birth.isoformat(), "male" if int(plain[16]) % 2 else "female"), ""
