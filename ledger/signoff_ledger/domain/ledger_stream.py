"""The ledger itself: its name, the keys it seals with, its witnesses, and notes set aside."""

from __future__ import annotations

from base64 import b64decode, b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, ClassVar

from signoff_ledger.domain.aggregate import Aggregate
from signoff_ledger.domain.events.ledger import (
    CheckpointSetAside,
    LedgerFounded,
    LogKeyRotated,
    WitnessAdded,
)
from signoff_ledger.errors import nothing_to_do
from signoff_ledger.integrity.disowned_notes import begin_of, is_that_note
from signoff_ledger.ledger_format import LEDGER_FORMAT

if TYPE_CHECKING:
    from signoff_ledger.domain.events.event import EventEnvelope, EventMetadata


class LedgerStream(Aggregate):
    """Stream of the events about the ledger as a whole.

    Attributes:
        name: What people call it.
        log_key: The verifier key of the checkpoints made now; None for a ledger that has none.
        set_aside: Notes that do not count: size, beginning and SHA-256 of each.
        witnesses: URL by verifier key; None for a witness that is reached by file.
    """

    KIND = "ledger"

    def __init__(self, key: str = "ledger") -> None:
        super().__init__(key)
        self.name = ""
        self.log_key: str | None = None
        self.set_aside: list[tuple[int, bytes, str]] = []
        self.witnesses: dict[str, str | None] = {}

    @property
    def origin(self) -> str | None:
        """The log's own name in checkpoints and statements: the name of its key."""
        return self.log_key.split("+", 1)[0] if self.log_key else None

    def found(self, stamp: EventMetadata, name: str, log_key: str | None = None) -> None:
        """Begin the ledger under a name that exports and signatures will carry."""
        self.emit(stamp, LedgerFounded(ledger_format=LEDGER_FORMAT, log_key=log_key, name=name))

    def rotate(self, stamp: EventMetadata, rotated: LogKeyRotated) -> None:
        """Seal with another key from here on.

        Raises:
            InputError: The key in force is exactly this one.
        """
        if rotated.log_key == self.log_key:
            raise nothing_to_do(f"{self.name} seals with this key already")
        self.emit(stamp, rotated)

    def add_witness(self, stamp: EventMetadata, verifier_key: str, url: str | None) -> None:
        """Ask a witness from here on.

        Raises:
            InputError: The witness is asked already, at the same address.
        """
        if verifier_key in self.witnesses and self.witnesses[verifier_key] == url:
            raise nothing_to_do("this witness is asked already")
        self.emit(stamp, WitnessAdded(url=url, verifier_key=verifier_key))

    def counts(self, size: int, note: bytes) -> bool:
        """Say whether a note that is kept as the checkpoint of a size was not set aside."""
        return not any(
            size == of and is_that_note(note, held, digest) for of, held, digest in self.set_aside
        )

    def put_aside(self, stamp: EventMetadata, size: int, note: bytes, reason: str) -> None:
        """Let a note that no key of the log signed count no more.

        Raises:
            InputError: It is set aside already.
        """
        if not self.counts(size, note):
            what = f"the note kept as the checkpoint of {size} events is set aside already"
            raise nothing_to_do(what)
        aside = CheckpointSetAside(
            note=b64encode(begin_of(note)).decode("ascii"),
            reason=reason,
            sha256=sha256(note).hexdigest(),
            size=size,
        )
        self.emit(stamp, aside)

    def _founded(self, event: LedgerFounded, _: EventEnvelope) -> None:
        self.name, self.log_key = event.name, event.log_key

    def _rotated(self, event: LogKeyRotated, _: EventEnvelope) -> None:
        self.log_key = event.log_key

    def _witness(self, event: WitnessAdded, _: EventEnvelope) -> None:
        self.witnesses[event.verifier_key] = event.url

    def _aside(self, event: CheckpointSetAside, _: EventEnvelope) -> None:
        self.set_aside.append((event.size, b64decode(event.note), event.sha256))

    EVOLVE: ClassVar = {
        LedgerFounded: _founded,
        LogKeyRotated: _rotated,
        WitnessAdded: _witness,
        CheckpointSetAside: _aside,
    }
