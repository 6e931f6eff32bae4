"""When two spellings are one: of a serial, of a person's name, of a setting.

Case and compatibility forms never tell two things apart. In a serial neither do separators and
leading zeros, unless its numbers are parted at other places: 1-11 is not 11-1.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

_PARTED = "|"


def plain(text: str) -> str:
    """Fold case and compatibility forms."""
    return unicodedata.normalize("NFKC", text).casefold()


@cache
def name_of(text: str) -> str:
    """Give a name without case and separators, as names of people and roles are compared."""
    return "".join(c for c in plain(text) if not _separates(c)) or plain(text)


@cache
def value_of(text: str) -> str:
    """Give a stated value without case and blanks, as settings are compared."""
    return "".join(plain(text).split())


@cache
def reference_of(text: str) -> str:
    """Give the number of an order without case, blanks and kinds of dashes."""
    return "".join("-" if unicodedata.category(c) == "Pd" else c for c in value_of(text))


@cache
def folded(serial: str) -> str:
    """Give a serial without case, separators and leading zeros; parted numbers stay parted."""
    spaced = "".join(" " if _separates(c) else c for c in plain(serial))
    numbers = re.sub(r"\d+", lambda found: str(int(found[0])), spaced)
    parted = re.sub(r"(?<=\d) +(?=\d)", _PARTED, numbers)
    return parted.replace(" ", "") or plain(serial)


@cache
def common_form(serial: str) -> str:
    """Give what a serial has in common with every one that looks like it."""
    return folded(serial).replace(_PARTED, "")


def are_alike(one: str, other: str) -> bool:
    """Say whether two serials are one, spelt in whatever way."""
    first, second = folded(one), folded(other)
    is_left_out = _PARTED not in first or _PARTED not in second
    return first == second or (is_left_out and common_form(one) == common_form(other))


def by_spelling(serials: Iterable[str]) -> dict[str, list[str]]:
    """Sort serials by what they have in common with those that look like them."""
    found: dict[str, list[str]] = {}
    for serial in serials:
        found.setdefault(common_form(serial), []).append(serial)
    return found


def alike(serial: str, others: Mapping[str, list[str]]) -> list[str]:
    """Name those of the others, sorted by spelling, that are the same serial."""
    return [other for other in others.get(common_form(serial), []) if are_alike(serial, other)]


def _separates(character: str) -> bool:
    """Tell punctuation, symbols and blanks; some symbols are dashes of a word processor."""
    return unicodedata.category(character)[0] in "PSZ"
