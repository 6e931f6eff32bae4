"""Canonical JSON: one value, one spelling.

RFC 8785 restricted to what the ledger stores: objects with ASCII keys in ascending order, arrays,
strings, booleans, null and integers below 2**53 in magnitude. No floats: measured values travel
as integers in a declared scale or as strings.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from signoff_ledger.errors import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Collection

INTEGER_LIMIT = 2**53
"""First magnitude that JSON readers on doubles may round (RFC 8785 section 3.2.2.3)."""

DEPTH_LIMIT = 16
"""Deepest nesting of objects and arrays; a line needs half of it."""

LINE_LIMIT_BYTES = 1 << 20
"""Longest line a reader accepts; a unit of a thousand readings takes about 20 kB."""


def canonical(value: object) -> bytes:
    """Write a value in its only spelling.

    Raises:
        EvidenceError: The value holds something canonical JSON has no place for.
    """
    _check(value)
    return write_checked(value)


def write_checked(value: object) -> bytes:
    """Write a value whose parts are already known to be canonical-safe."""
    return _ENCODER.encode(value).encode("utf-8")


def parse(line: bytes) -> dict[str, Any]:
    """Read a line that must be a canonical JSON object.

    Raises:
        EvidenceError: Not UTF-8, not JSON, not an object, or not in canonical spelling.
    """
    if len(line) > LINE_LIMIT_BYTES:
        _refuse(f"the line has {len(line)} bytes, the limit is {LINE_LIMIT_BYTES}")
    try:
        value = _DECODER.decode(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        _refuse(f"not JSON in UTF-8: {type(error).__name__}")
    if not isinstance(value, dict):
        _refuse("the line is not a JSON object")
    _check(value)
    if write_checked(value) != line:
        _refuse("the line is not in canonical spelling")
    return value


def _check(value: object, depth: int = 0) -> None:
    if isinstance(value, dict):
        _check_keys(value)
        _check_members(value.values(), depth + 1)
    elif isinstance(value, (list, tuple)):
        _check_members(value, depth + 1)
    elif isinstance(value, str):
        _check_text(value)
    elif isinstance(value, int):
        if abs(value) >= INTEGER_LIMIT:
            _refuse(f"integer of {value.bit_length()} bits is outside 2^53")
    elif value is not None:
        _refuse(f"a {type(value).__name__} has no canonical form")


def _check_keys(members: dict[Any, object]) -> None:
    try:
        if "".join(members).isascii():
            return
    except TypeError:
        pass
    other = next(key for key in members if not isinstance(key, str) or not key.isascii())
    _refuse(f"object key {other!r:.60} is not ASCII text")


def _check_members(members: Collection[object], depth: int) -> None:
    if depth > DEPTH_LIMIT:
        _refuse(f"it is nested deeper than {DEPTH_LIMIT} levels")
    for member in members:
        # Small numbers and plain texts are nearly all that a line holds: they need no call.
        if type(member) is int and -INTEGER_LIMIT < member < INTEGER_LIMIT:
            continue
        if type(member) is str and member.isascii():
            continue
        _check(member, depth)


def _check_text(value: str) -> None:
    if value.isascii():
        return
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        _refuse("a text holds half a surrogate pair")


def _no_float(text: str) -> NoReturn:
    raise ValueError(text)


def _refuse(why: str) -> NoReturn:
    raise EvidenceError("SL503", "a line is not canonical JSON", why=why)


# Made once: `json.dumps` and `json.loads` with settings make new ones every time. Nothing that is
# written can hold itself: it would be nested too deeply.
_ENCODER = json.JSONEncoder(
    ensure_ascii=False,
    allow_nan=False,
    check_circular=False,
    sort_keys=True,
    separators=(",", ":"),
)
_DECODER = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float)
