"""The commands of a log: each id is used once, for neighbours, and a store's rows say the same.

Every line names its command, so the lines alone tell which events belong together. Of an id no more
than a digest is remembered: 24 bytes for each command, whatever its id is.
"""

from __future__ import annotations

from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.errors import Advice, EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_DIGEST_BYTES, _POSITION_BYTES = 16, 8
_RECORD_BYTES = _DIGEST_BYTES + _POSITION_BYTES
_SHARES = 256


class Command(NamedTuple):
    """A command and the events it recorded."""

    id: str
    first: int  #: Position of its first event.
    last: int  #: Position of its last event.


class CommandIds:
    """Follows the commands from line to line.

    Args:
        rows: The store's rows about commands, in the order of the first position; None where
            only lines are.
    """

    def __init__(self, rows: Iterable[Command] | None = None) -> None:
        self._rows = None if rows is None else iter(rows)
        self._cmd = ""
        self._first = 0
        self._first_error: EvidenceError | None = None
        self._seen = [bytearray() for _ in range(_SHARES)]
        self.count = 0

    @property
    def are_kept(self) -> bool:
        """True where a store keeps rows about commands."""
        return self._rows is not None

    def take(self, cmd: str, position: int) -> None:
        """Take the next line's command."""
        if cmd != self._cmd or self._first == 0:
            self._close(position - 1)
            self._cmd, self._first = cmd, position

    def finish(self, size: int) -> None:
        """Take the end of the log, and say what does not hold.

        Args:
            size: Events in it.

        Raises:
            EvidenceError: SL512, the first row of the store that is not what the lines say, or
                an id that is used twice.
        """
        self._close(size)
        self._refuse_doubled()
        if self._rows is not None and self._first_error is None:
            extra = next(self._rows, None)
            if extra is not None:
                self._first_error = wrong_row(
                    f"the store keeps {_words(extra)}, and no line says so", extra.first
                )
        if self._first_error is not None:
            raise self._first_error

    def _close(self, last: int) -> None:
        if self._first == 0:
            return
        command = Command(self._cmd.partition("#")[0], self._first, last)
        digest = sha256(command.id.encode()).digest()[:_DIGEST_BYTES]
        self._seen[digest[0]] += digest + command.first.to_bytes(_POSITION_BYTES, "big")
        self.count += 1
        if self._rows is not None and self._first_error is None:
            self._first_error = self._held(command, self._rows)

    def _held(self, command: Command, rows: Iterator[Command]) -> EvidenceError | None:
        """Compare the next row with the lines; an error of the lines is reported first."""
        try:
            row = next(rows, None)
        except EvidenceError as error:
            return error
        if row == command:
            return None
        kept = f"the store keeps {_words(row)}" if row else "the store keeps nothing of it"
        return wrong_row(f"the lines say {_words(command)}; {kept}", command.first)

    def _refuse_doubled(self) -> None:
        doubled: tuple[int, int] | None = None
        for share in self._seen:
            records = sorted(
                share[at : at + _RECORD_BYTES] for at in range(0, len(share), _RECORD_BYTES)
            )
            for one, next_ in pairwise(records):
                if one[:_DIGEST_BYTES] == next_[:_DIGEST_BYTES]:
                    found = _position(next_), _position(one)
                    doubled = min(doubled or found, found)
        if doubled is not None:
            raise EvidenceError(
                "SL512",
                "the log holds one command in two places",
                why=f"its id was used at position {doubled[1]} before",
                position=doubled[0],
            )


def wrong_row(why: str, position: int) -> EvidenceError:
    """Refuse what a store keeps about commands."""
    return EvidenceError(
        "SL512",
        "the store's command ids are not those of the log's lines",
        why=why,
        advice=Advice("restore-command-ids"),
        position=position if position > 0 else None,
    )


def _words(command: Command) -> str:
    return f"{command.id!a:.80} from {command.first} to {command.last}"


def _position(record: bytearray) -> int:
    return int.from_bytes(record[_DIGEST_BYTES:], "big")
