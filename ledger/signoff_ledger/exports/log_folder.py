"""A whole log in a folder: its lines, its checkpoints, its keys, and how to check them."""

from __future__ import annotations

from array import array
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from signoff_ledger.domain.ledger_stream import LedgerStream
from signoff_ledger.errors import EvidenceError
from signoff_ledger.exports.bundle import Bundle
from signoff_ledger.exports.readme import README, log_readme
from signoff_ledger.exports.received_folder import ReceivedFolder, not_as_written
from signoff_ledger.exports.signers_file import allowed_signers
from signoff_ledger.integrity.c2sp.cosignature import countable
from signoff_ledger.integrity.c2sp.verifier_key import VerifierKey
from signoff_ledger.integrity.disowned_notes import HISTORY
from signoff_ledger.integrity.encoding import decode_decimal
from signoff_ledger.integrity.log_check import PROVED, Check, Examination, StoredRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from uuid import UUID

    from signoff_ledger.persistence.store import LedgerStore

EVENTS = "events.ndjson"
CHECKPOINT = "checkpoint"
CHECKPOINTS = "checkpoints"
LOG_KEY = "log.vkey"
SIGNERS = "allowed_signers"

_SHORTEST_LINE_BYTES = 300
"""About as long as an event's line is at least; tells how many a file can hold."""


class LogAddress(NamedTuple):
    """Where a log can be read again from the beginning."""

    address: str  #: A ledger's file or URL, or an exported folder.
    size: int  #: Events to read; what a ledger in use has beyond them is left for the next time.


class ExportSummary(NamedTuple):
    """Content of an export."""

    size: int  #: Events in it.
    sealed: int  #: Events that its last checkpoint seals.
    root: bytes  #: Root of the tree over all of them.
    left_out: tuple[int, ...] = ()  #: Sizes of checkpoints that do not verify, and are not in it.


def export_log(store: LedgerStore, target: Path) -> ExportSummary:
    """Write a whole log into a new folder; the same log gives the same bytes.

    Raises:
        StoreError: The folder cannot be made.
        EvidenceError: A line or a checkpoint does not hold; nothing is exported then.
    """
    kept = kept_notes(store)
    examination, size = Examination(), store.size()
    with Bundle(target) as bundle:
        lines = examined_lines(store, examination, size)
        bundle.write(EVENTS, (line + b"\n" for line in lines))
        notes, left_out = verified_notes(kept, examination, witnesses(store))
        for at, note in notes:
            bundle.write(f"{CHECKPOINTS}/{at}", note)
        if notes:
            bundle.write(CHECKPOINT, notes[-1][1])
        key = examination.keys.current
        if key is not None:
            bundle.write(LOG_KEY, f"{key.line}\n".encode())
        bundle.write(SIGNERS, allowed_signers(examination.people.people))
        sealed = notes[-1][0] if notes else 0
        exported = ExportSummary(size, sealed, examination.tree.root(size), left_out)
        bundle.write(README, log_readme(exported.size, exported.sealed).encode())
    return exported


class KeptNote(NamedTuple):
    """Note that a store keeps as a checkpoint."""

    size: int  #: The size that it is kept under, in events.
    note: bytes  #: The note as the log signed it, or whatever is there.
    lines: tuple[str, ...]  #: What is kept as its cosignatures.


def kept_notes(store: LedgerStore) -> list[KeptNote]:
    """Give everything that is kept as a checkpoint, smallest size first."""
    return [
        KeptNote(size, note, tuple(store.cosignatures(size))) for size, note in store.kept_notes()
    ]


def witnesses(store: LedgerStore) -> list[VerifierKey]:
    """Give the keys of the witnesses that the ledger asks."""
    return list(map(VerifierKey.parse, store.load(LedgerStream, "ledger").witnesses))


def counted_notes(
    kept: Iterable[KeptNote],
    is_set_aside: Callable[[int, bytes], bool],
    known: Sequence[VerifierKey],
) -> list[tuple[int, bytes]]:
    """Give the checkpoints that count, each with the cosignatures that can stand under it."""
    return [
        (size, note + "".join(countable(note, lines, known)).encode())
        for size, note, lines in kept
        if not is_set_aside(size, note)
    ]


def verified_notes(
    kept: Iterable[KeptNote], examination: Examination, known: Sequence[VerifierKey]
) -> tuple[list[tuple[int, bytes]], tuple[int, ...]]:
    """Separate the checkpoints that verify from the others.

    Args:
        kept: What the ledger keeps as checkpoints.
        examination: Of its lines, all of them read.
        known: Keys of the witnesses that it asks.

    Returns:
        Those that verify, with their cosignatures; and the sizes of those that do not, and that
        no owner has set aside.

    Raises:
        EvidenceError: SL507 or SL508, a key of the log signed another history; SL511, one that is
            the log's own was set aside.
    """
    tree, verified, left_out = examination.sealed_tree(), [], []
    examination.aside.hold(tree)
    for size, note in counted_notes(kept, examination.aside.covers, known):
        try:
            tree.check(size, note)
            verified.append((size, note))
        except EvidenceError as error:
            if error.code in HISTORY:
                raise
            left_out.append(size)
    return verified, tuple(left_out)


def sealed_notes(store: LedgerStore) -> list[tuple[int, bytes]]:
    """Give every checkpoint that counts, with the cosignatures it was given, smallest first."""
    counts = store.load(LedgerStream, "ledger").counts
    return counted_notes(kept_notes(store), lambda *kept: not counts(*kept), witnesses(store))


def examined_lines(store: LedgerStore, examination: Examination, size: int) -> Iterator[bytes]:
    """Give the log's first lines in order, each looked at before it is handed on."""
    rows = (
        StoredRow(line, (stream, version, kind), leaf, position)
        for position, stream, version, kind, line, leaf in islice(store.raw(), size)
    )
    held: list[bytes] = []

    def kept() -> Iterator[StoredRow]:
        for row in rows:
            held.append(row.line)
            yield row

    for _ in examination.read(kept()):
        yield held.pop()


class LogFolder:
    """An exported log, read as a stranger would: nothing in it is believed.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.received = ReceivedFolder(folder)
        self._places: dict[str, array[int]] = {}

    def rows(self) -> Iterator[StoredRow]:
        """Read the lines in order.

        Raises:
            EvidenceError: SL510, the file is not one of lines.
        """
        return map(StoredRow, self.received.lines(EVENTS))

    def note_place(self, stream: str, position: int, offset: int) -> None:
        """Remember where a stream's next line begins."""
        self._places.setdefault(stream, array("Q")).extend((position, offset))

    def examined(self, examination: Examination) -> Iterator[dict[str, Any]]:
        """Read every line into an examination, and note where each stands."""
        offset = 0
        lengths: list[int] = []

        def measured() -> Iterator[StoredRow]:
            for row in self.rows():
                lengths.append(len(row.line) + 1)
                yield row

        for position, fields in enumerate(examination.read(measured()), 1):
            self.note_place(fields["stream"], position, offset)
            offset += lengths.pop()
            yield fields

    def lines_of(self, stream: UUID) -> Iterator[tuple[int, bytes]]:
        """Read the lines of one stream, by the places noted while all were read."""
        places = self._places.get(str(stream), array("Q"))
        yield from zip(places[::2], self.received.lines_at(EVENTS, places[1::2]), strict=True)

    def notes(self) -> list[tuple[int, bytes]]:
        """Read every checkpoint, smallest first.

        Raises:
            EvidenceError: SL510, one is missing or is named after another size.
        """
        received = self.received
        try:
            sizes = sorted(map(decode_decimal, received.names(CHECKPOINTS)))
        except ValueError:
            raise not_as_written(f"{CHECKPOINTS}/ holds other files than checkpoints") from None
        notes = [(size, received.read(f"{CHECKPOINTS}/{size}")) for size in sizes]
        last = received.read(CHECKPOINT) if received.has(CHECKPOINT) else None
        if last != (notes[-1][1] if notes else None):
            raise not_as_written(f"{CHECKPOINT} is not the last one of {CHECKPOINTS}/")
        return notes

    def place(self) -> LogAddress:
        """Say where the log can be read again by another process, and how long it may be."""
        size = self.received.size_bytes(EVENTS) // _SHORTEST_LINE_BYTES
        return LogAddress(str(self.folder), size)

    def other_files(self, examination: Examination) -> Iterator[Check]:
        """Compare the export's other files with what the lines say.

        Raises:
            EvidenceError: SL510.
        """
        key, received = examination.keys.current, self.received
        there = received.read(LOG_KEY) if received.has(LOG_KEY) else None
        if there != (f"{key.line}\n".encode() if key else None):
            raise not_as_written(f"{LOG_KEY} is not the key that the lines name")
        if received.read(SIGNERS) != allowed_signers(examination.people.people):
            raise not_as_written(f"{SIGNERS} is not what the lines say")
        yield Check("files", PROVED, "the log's key and the allowed signers are those of the lines")

    def rest(self, size: int, sealed: int) -> Iterator[Check]:
        """Hold the README against the one of such a log, and name what was not read."""
        return self.received.rest(log_readme(size, sealed).encode())
