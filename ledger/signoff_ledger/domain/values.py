"""Small values that events, plans and bars are made of, each checked where it is made.

Texts a person typed are refused when they hold control characters or direction marks: a stored
note is shown on terminals for years, and must not be able to repaint one.
"""

import re
import unicodedata
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer

V = TypeVar("V")

TEXT_LIMIT = 2_000
LABEL_LIMIT = 80
COUNT_LIMIT = 10**9
"""Largest count, time in seconds or revision that a person can state; a line holds no number from
2**53 on.
"""
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}", re.ASCII)
_ACTIVITY = re.compile(r"\d{2}\.\d{2}\.\d{2}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}", re.ASCII)
_VERIFIER_KEY = re.compile(r"[!-*,-~]{1,200}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}", re.ASCII)
_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_VIRAMA = 9
"""Canonical combining class of the signs that take the vowel from an Indic letter."""

_JOINING = re.compile(
    "[\u0600-\u07bf\u0840-\u0dff\u1000-\u109f\u1780-\u18af\u1b00-\u1b7f\ua840-\ua87f"
    "\ufb50-\ufdff\ufe70-\ufeff]"
)
"""Characters of scripts whose spelling has joiners."""

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


PROSE = "prose"
"""Marks a field that holds sentences of the program: kept, hashed, signed and shown as they were
then, and compared with nothing. What they say in numbers stands in other fields."""


def facts(value: object) -> object:
    """Give what a value or an event states, for a comparison: all but its prose.

    Args:
        value: A model, a tuple of values, or anything that fields hold.
    """
    if isinstance(value, BaseModel):
        kept = [n for n, field in type(value).model_fields.items() if PROSE not in field.metadata]
        return type(value), {name: facts(getattr(value, name)) for name in kept}
    return [facts(each) for each in value] if isinstance(value, tuple) else value


class Value(BaseModel):
    """Base of immutable values: no unknown fields, no assignment, built on first use."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def check_text(text: str) -> str:
    """Refuse texts that are empty, too long, or hold characters a screen would obey."""
    if not text.strip():
        msg = "is empty"
        raise ValueError(msg)
    if len(text) > TEXT_LIMIT:
        msg = f"has {len(text)} characters, the limit is {TEXT_LIMIT}"
        raise ValueError(msg)
    return _visible(text)


def check_label(text: str) -> str:
    """Refuse labels (serials, drawing numbers) that are too long, padded or hold hidden parts."""
    if not text or text != text.strip() or len(text) > LABEL_LIMIT:
        msg = f"must have 1 to {LABEL_LIMIT} characters and no space at either end"
        raise ValueError(msg)
    if "\n" in text:
        msg = "must be a single line"
        raise ValueError(msg)
    return _visible(text)


@lru_cache(maxsize=1_024)
def check_key(text: str) -> str:
    """Refuse keys that are not plain ASCII: they name streams and JSON members."""
    if not _KEY.fullmatch(text):
        msg = "must be 1 to 64 of A-Z a-z 0-9 . _ : / - and start with a letter or digit"
        raise ValueError(msg)
    return text


def legible(text: str) -> str:
    """Spell out hidden characters, so that nothing obeys or overlooks them; line ends stay."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return "".join(
        c.encode("unicode_escape").decode() if is_hidden_at(text, place) else c
        for place, c in enumerate(text)
    )


def is_hidden_at(text: str, place: int) -> bool:
    """Say whether a character is one that a screen obeys or shows as nothing.

    A joiner is part of the spelling of words in the Arabic, Indic and like scripts, and of emoji:
    between two of their characters, and behind a virama, it is none.
    """
    character = text[place]
    if character == "\n" or unicodedata.category(character) not in _HIDDEN:
        return False
    if character not in "\u200c\u200d" or not place:
        return True
    before, after = text[place - 1], text[place + 1 : place + 2]
    if unicodedata.combining(before) == _VIRAMA:
        return False
    joined = _JOINING.fullmatch(before) and _JOINING.fullmatch(after)
    emoji = character == "\u200d" and _is_emoji(before) and _is_emoji(after)
    return not (joined or emoji)


def _is_emoji(character: str) -> bool:
    return character == "\ufe0f" or (
        bool(character) and unicodedata.category(character) in {"So", "Sk"}
    )


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    for place, character in enumerate(text):
        if is_hidden_at(text, place):
            msg = f"holds the hidden character U+{ord(character):04X}"
            raise ValueError(msg)
    return text


def _check_activity(text: str) -> str:
    if not _ACTIVITY.fullmatch(text):
        msg = "must be an activity code such as 08.10.06"
        raise ValueError(msg)
    return text


def _check_sha256(text: str) -> str:
    if not _SHA256.fullmatch(text):
        msg = "must be a SHA-256 in 64 lower-case hexadecimal digits"
        raise ValueError(msg)
    return text


def check_fingerprint(text: str) -> str:
    """Refuse what does not name a key as OpenSSH does."""
    if not _FINGERPRINT.fullmatch(text):
        msg = "must be SHA256: and 43 characters of base64, as  ssh-keygen -l  prints it"
        raise ValueError(msg)
    return text


def check_verifier_key(text: str) -> str:
    """Refuse what is not shaped as a C2SP verifier key; the key itself is checked in use."""
    if not _VERIFIER_KEY.fullmatch(text):
        msg = "must be a verifier key such as example.com/log+c74f20a3+AQ..."
        raise ValueError(msg)
    return text


def _check_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        msg = "needs an offset from UTC, such as 2026-03-02T09:30:00+01:00 or ...Z"
        raise ValueError(msg)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        msg = "is outside the years that UTC can write"
        raise ValueError(msg) from None


def format_utc(moment: datetime) -> str:
    """Write an aware time as RFC 3339 in UTC with microseconds, always 27 characters."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def parse_utc(text: str) -> datetime:
    """Read what `format_utc` writes, and no other spelling.

    Raises:
        ValueError: The text is spelt otherwise, or there is no such moment.
    """
    if not _UTC.fullmatch(text):
        msg = "is not a time in UTC with microseconds"
        raise ValueError(msg)
    return datetime.fromisoformat(text)


def in_key_order(members: dict[str, V]) -> dict[str, V]:
    """Order a mapping by its keys, as canonical JSON writes it."""
    keys = sorted(members)
    return members if keys == list(members) else {key: members[key] for key in keys}


Text = Annotated[str, AfterValidator(check_text)]
Label = Annotated[str, AfterValidator(check_label)]
Key = Annotated[str, AfterValidator(check_key)]
ActivityCode = Annotated[str, AfterValidator(_check_activity)]
Sha256 = Annotated[str, AfterValidator(_check_sha256)]
Counts = Annotated[dict[str, int], AfterValidator(in_key_order)]
"""Whole numbers by name, in canonical order."""
UtcTime = Annotated[datetime, AfterValidator(_check_utc), PlainSerializer(format_utc)]


class Role(StrEnum):
    """What a person may do (Part 11 11.10(g))."""

    INSPECTOR = "inspector"
    ENGINEER = "engineer"
    APPROVER = "approver"
    BUYER = "buyer"
    AUDITOR = "auditor"
    OWNER = "owner"


class Severity(StrEnum):
    """How bad a nonconformity is, in the tradition of MIL-STD-105."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Order the grades: 0 minor, 1 major, 2 critical."""
        return ("minor", "major", "critical").index(self.value)


class BuildMethod(StrEnum):
    """How a unit was made; only `LINE` counts toward the bar (S-05)."""

    LINE = "line"
    BENCH = "bench"
    PRINTED = "3d-print"
    ENGINEER_ASSISTED = "engineer-assisted"


class Origin(StrEnum):
    """Where a nonconformity comes from (S-16); `DESIGN` closes the series (S-35)."""

    PROCESS = "process"
    TOOLING = "tooling"
    MATERIAL = "material"
    MEASUREMENT = "measurement"
    DESIGN = "design"


class CauseKind(StrEnum):
    """How a nonconformity was answered: a cause, or a statement in its place (S-07, S-23)."""

    FOUND = "found"
    NOT_FOUND = "not-found"
    ACCEPTED = "accepted"
    OUT_OF_SCOPE = "out-of-scope"


class ChangeKind(StrEnum):
    """What a process change touches; each of them ends a standing sign-off (G12)."""

    PROCESS = "process"
    TOOLING = "tooling"
    MATERIAL = "material"
    SITE = "site"
    SOURCE = "source"
    INSPECTION = "inspection"


class Disposition(StrEnum):
    """What happens to a nonconforming unit (ISO 9000 3.12); never to the count (G4)."""

    REWORK = "rework"
    REPAIR = "repair"
    REGRADE = "regrade"
    SCRAP = "scrap"
    USE_AS_IS = "use-as-is"
    RETURN = "return"


class RemarkKind(StrEnum):
    """A remark on the record; none of them can change an outcome (S-53, S-58)."""

    DISSENT = "dissent"
    PRESSURE = "pressure"
    NOTE = "note"


class Outcome(StrEnum):
    """The two ends of a decision; there is no third (S-19)."""

    SIGNED_OFF = "SIGNED_OFF"
    HELD = "HELD"
