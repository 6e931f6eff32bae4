"""Spellings: which serials, zones and names are the same, and which only look alike.

Canonical equivalents are one spelling: Unicode's NFC, blanks of every width, characters without a
width. What differs by case, compatibility form, leading zeros or separators alone looks alike,
and a person has to say that it is another unit.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NoReturn, TypeVar

from signoff_ledger.domain.values import LABEL_LIMIT, check_label

_WITHOUT_WIDTH = re.compile("[\u00ad\u180e\u200b-\u200d\u2060\ufeff]")
_BLANK_LOOKING = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Characters that are letters, marks or symbols to Unicode, and nothing on a screen."""

_SEPARATORS = ("P", "S", "Z")
"""Unicode categories of what separates the parts of a serial: dashes, dots, strokes, blanks, and
symbols, of which some are dashes that a word processor makes.
"""

_TYPED_LIMIT = 2 * LABEL_LIMIT
_SPREADSHEET_NUMBER = re.compile(r"\d+(?:[.,]\d+)?[eE][+-]?\d+", re.ASCII)
_SPREADSHEET_DATE = re.compile(
    r"\d{1,4}[-/.](?:\d{1,2}|[A-Za-z]{3})(?:[-/.]\d{1,4})?|[A-Za-z]{3}[-/.]\d{2,4}", re.ASCII
)


def canonical_serial(text: str) -> str:
    """Give the one spelling of a serial: NFC, plain blanks, none at the ends, nothing unseen.

    Raises:
        ValueError: It cannot be kept as typed; what is left is no label, or holds a character that
            looks like a blank.
    """
    if len(text) > _TYPED_LIMIT:
        _refuse_long(text)
    if text.isascii():
        return check_label(text.strip(" "))
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in text)
    serial = unicodedata.normalize("NFC", _WITHOUT_WIDTH.sub("", spaced)).strip(" ")
    found = _BLANK_LOOKING.search(serial)
    if found is not None:
        msg = f"holds the character U+{ord(found[0]):04X}, which looks like a blank"
        raise ValueError(msg)
    return check_label(serial)


def check_typed(text: str) -> str:
    """Refuse what cannot have been typed as a serial: it is kept as it was, to be compared."""
    if len(text) > _TYPED_LIMIT:
        _refuse_long(text)
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}:
            msg = f"holds the hidden character U+{ord(character):04X}"
            raise ValueError(msg)
    return text


def _refuse_long(text: str) -> NoReturn:
    msg = f"has {len(text)} characters, the limit is {_TYPED_LIMIT}"
    raise ValueError(msg)


@lru_cache(maxsize=4_096)
def resemblance(serial: str) -> str:
    """Give the form that serials which look alike have in common; a key to look them up by.

    Case and compatibility forms are folded (NFKC), separators and leading zeros left out.
    """
    return _parts(serial).replace("-", "")


def look_alike(one: str, other: str) -> bool:
    """Say whether two serials differ by case, form, leading zeros or separators alone.

    Serials whose numbers are parted at other places, such as 1-11 and 11-1, do not look alike.
    """
    if resemblance(one) != resemblance(other):
        return False
    first, second = _parts(one), _parts(other)
    return first == second or "-" not in first or "-" not in second


@lru_cache(maxsize=4_096)
def folded(name: str) -> str:
    """Give the form in which names of zones, modes, methods, columns and roles are compared."""
    plain = unicodedata.normalize("NFKC", _WITHOUT_WIDTH.sub("", name)).casefold()
    kept = "".join(c for c in plain if unicodedata.category(c)[0] not in _SEPARATORS)
    return kept or plain


Named = TypeVar("Named", bound=str)


def named(text: str, known: Iterable[Named]) -> Named | None:
    """Find the name that a text spells: exactly, or but for case, form, blanks and separators.

    Gives none where no name is spelt so, or several are.
    """
    names = tuple(known)
    exact = next((name for name in names if name == text), None)
    if exact is not None:
        return exact
    form = folded(text)
    alike = [name for name in names if folded(name) == form]
    return alike[0] if len(alike) == 1 else None


def plain_value(text: str) -> str:
    """Give a stated value with plain blanks and signs, nothing unseen, and none at its ends."""
    if text.isascii():
        return " ".join(text.split())
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in text)
    return " ".join(_WITHOUT_WIDTH.sub("", spaced).replace("\u2212", "-").split())


@lru_cache(maxsize=1_024)
def unit_form(unit: str) -> str:
    """Give the form in which units of measure are compared: NFKC, no blanks; case is kept.

    U+00B5 and U+03BC are one micro, U+2103 is a degree and a C; `mW` and `MW` are two units.
    """
    return "".join(unicodedata.normalize("NFKC", plain_value(unit)).split())


def told_apart(one: str, other: str) -> tuple[str, str]:
    """Show two texts so that a reader sees where they differ, whatever they look like.

    What is not plain ASCII and stands in one of them alone is named by its number.
    """

    def shown(text: str, against: str) -> str:
        strange = dict.fromkeys(c for c in text if not c.isascii() and c not in against)
        names = ", ".join(f"U+{ord(c):04X}" for c in strange)
        return f"{text} ({names})" if names else text

    return shown(one, other), shown(other, one)


def folded_value(text: str) -> str:
    """Give the form in which stated values are compared: no case, no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def rewritten_by_a_spreadsheet(serial: str) -> bool:
    """Say whether a serial looks like a number or a date that a spreadsheet made of another one."""
    return bool(_SPREADSHEET_NUMBER.fullmatch(serial) or _SPREADSHEET_DATE.fullmatch(serial))


@lru_cache(maxsize=4_096)
def _parts(serial: str) -> str:
    """Fold a serial; a separator is kept, as a dash, only between two numbers."""
    plain = unicodedata.normalize("NFKC", serial).casefold()
    runs = re.findall(r"\d+|[^\W\d_]+|.", plain)
    parts: list[str] = []
    is_parted = False
    for run in runs:
        if unicodedata.category(run[0])[0] in _SEPARATORS:
            is_parted = True
            continue
        number = run.isdecimal()
        if number and is_parted and parts and parts[-1].isdecimal():
            parts.append("-")
        parts.append(str(int(run)) if number else run)
        is_parted = False
    return "".join(parts) or plain
