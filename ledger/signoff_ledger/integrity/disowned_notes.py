"""Notes that an owner set aside: kept as seals of the log, and signed by no key of it.

The event holds the note itself, so it goes wherever the log goes, and every reader judges it again:
what a key of the log did sign is never set aside.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.encoding import decode_base64

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signoff_ledger.integrity.log_tree import SealedTree

SET_ASIDE = "signoff.checkpoint-set-aside.v1"

HELD_LIMIT_BYTES = 1 << 16
"""So much of a note is held in its event; no checkpoint that is made here is nearly as long."""

HISTORY = frozenset({"SL507", "SL508"})
"""Codes of a note that a key of the log did sign, over another history."""


class SetAside(NamedTuple):
    """A note that does not count."""

    size: int  #: The size that it is kept under, in events.
    note: bytes  #: Its first bytes, see `HELD_LIMIT_BYTES`.
    digest: str  #: SHA-256 of all of it, in hexadecimal digits.
    by: str  #: Key of the person who set it aside.
    reason: str  #: Why.
    position: int  #: Where in the log.


class SetAsides:
    """Every note that a log sets aside."""

    def __init__(self) -> None:
        self.all: list[SetAside] = []

    def take(self, line: Mapping[str, Any], position: int) -> None:
        """Take the next line of the log.

        Raises:
            EvidenceError: SL511, it sets aside what cannot be read as a checkpoint.
        """
        if line["type"] != SET_ASIDE:
            return
        data = line["data"]
        size, digest = data.get("size"), str(data.get("sha256"))
        try:
            note = decode_base64(str(data.get("note")))
        except ValueError as error:
            raise _refused(f"the note in it: {error}", position) from None
        if type(size) is not int:
            raise _refused("it names no size", position)
        if not is_begun_by(note, digest):
            raise _refused("the note in it is not the one that it names", position)
        by, reason = str(line["by"]), str(data.get("reason"))
        self.all.append(SetAside(size, note, digest, by, reason, position))

    def covers(self, size: int, note: bytes) -> bool:
        """Say whether a kept note is one that was set aside."""
        known = [each for each in self.all if each.size == size]
        return any(is_that_note(note, each.note, each.digest) for each in known)

    def hold(self, tree: SealedTree) -> None:
        """Judge again everything that was set aside.

        Raises:
            EvidenceError: SL511, the log's own checkpoint was set aside; SL507 or SL508, a
                key of the log signed it over another history.
        """
        for each in self.all:
            try:
                tree.check(each.size, _whole_lines(each.note))
            except EvidenceError as error:
                if error.code not in HISTORY:
                    continue
                error.position = each.position
                raise
            raise _refused(
                f"the log's own checkpoint of {each.size} events is set aside", each.position
            )


def begin_of(note: bytes) -> bytes:
    """Give what an event holds of a note."""
    return note[:HELD_LIMIT_BYTES]


def is_begun_by(held: bytes, digest: str) -> bool:
    """Say whether an event holds all of a note, or as much as it may."""
    return len(held) == HELD_LIMIT_BYTES or sha256(held).hexdigest() == digest


def is_that_note(note: bytes, held: bytes, digest: str) -> bool:
    """Say whether an event is about a note."""
    return begin_of(note) == held and sha256(note).hexdigest() == digest


def _whole_lines(note: bytes) -> bytes:
    """Leave out a line that the limit cut off: what stands before it may be signed."""
    return note if len(note) < HELD_LIMIT_BYTES else note[: note.rfind(b"\n") + 1]


def _refused(why: str, position: int) -> EvidenceError:
    return EvidenceError("SL511", "a checkpoint cannot be set aside", why=why, position=position)
