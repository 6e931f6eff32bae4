"""Verifying: first the evidence, then the meaning, of a live ledger or of an exported one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from signoff_ledger.domain.events.process import ProcessDefined
from signoff_ledger.errors import Advice, EvidenceError
from signoff_ledger.exports.log_folder import LogAddress, counted_notes, kept_notes, witnesses
from signoff_ledger.exports.subprocess_audit import DecisionAudit, apart, audit
from signoff_ledger.integrity.c2sp.cosignature import countable
from signoff_ledger.integrity.command_ids import Command, wrong_row
from signoff_ledger.integrity.disowned_notes import SetAsides
from signoff_ledger.integrity.log_check import FLAGGED, OPEN, PROVED, Check, Examination, StoredRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from signoff_ledger.exports.log_folder import LogFolder
    from signoff_ledger.integrity.log_check import Trust
    from signoff_ledger.persistence.store import LedgerStore
    from signoff_ledger.projections.views import Views
    from signoff_ledger.replay.line_archive import LinesOf


_COMPARED_EVENTS = 10_000
"""Up to so many events the views are compared with new ones in memory; beyond, `doctor` does it."""


def recorded_commands(store: LedgerStore, size: int) -> Iterator[Command]:
    """Give the rows of a store about the commands of its first events, and look at all others.

    Args:
        store: The store.
        size: Events that are read.

    Raises:
        EvidenceError: SL512, a row is of events that are not there, or is not to be found in
            order.
    """
    count, seen, beyond = store.command_count(), 0, None
    for row in store.commands():
        seen += 1
        if row.first <= size:
            yield row
        else:
            beyond = row
    # In this order: a concurrent append is in the log by now, with all its events.
    if beyond is not None and beyond.last > store.size():
        raise wrong_row(
            f"{beyond.id!a:.80} is kept for {beyond.first} to {beyond.last}", beyond.first
        )
    if seen < count:
        raise wrong_row(f"{count - seen} rows of {count} have no place among the others", 0)


class LiveLog:
    """A ledger in use; what is recorded while it is read is left for the next time."""

    def __init__(self, store: LedgerStore) -> None:
        self._store = store
        # In this order: a concurrent checkpoint is behind what is read, and not missing in it.
        self._kept = kept_notes(store)
        self._size = store.size()
        self._aside = SetAsides()

    def examined(self, examination: Examination) -> Iterator[dict[str, Any]]:
        """Read every line into an examination."""
        self._aside = examination.aside
        rows = (
            StoredRow(line, (stream, version, kind), leaf, position)
            for position, stream, version, kind, line, leaf in self._store.raw()
            if position <= self._size
        )
        return examination.read(rows, recorded_commands(self._store, self._size))

    def lines_of(self, stream: UUID) -> Iterable[tuple[int, bytes]]:
        """Give the lines of a stream."""
        return ((at, line) for at, line in self._store.lines(stream) if at <= self._size)

    def notes(self) -> list[tuple[int, bytes]]:
        """Give the checkpoints that count, smallest first."""
        return counted_notes(self._kept, self._aside.covers, witnesses(self._store))

    def place(self) -> LogAddress:
        """Say where the log can be read again by another process."""
        return LogAddress(self._store.address, self._size)

    def other_files(self, examination: Examination) -> Iterator[Check]:
        """Hold the stored subtree roots against those of the lines."""
        # In this order: a root of a concurrent append is in the log, one of nothing is not.
        kept = list(self._store.nodes())
        wrong = examination.tree.differences(kept, self._store.size())
        count = sum(1 for _ in examination.tree.nodes())
        if wrong:
            raise EvidenceError(
                "SL504",
                "a stored subtree root is not that of its lines",
                why=f"{wrong} differ, and {count} should be there",
                advice=Advice("restore-ledger"),
            )
        yield Check("tree", PROVED, f"{count} stored subtree roots are those of the lines")
        yield from self._excluded_units()

    def _excluded_units(self) -> Iterator[Check]:
        """Tell of what is kept as cosignatures and counts for nothing."""
        known = witnesses(self._store)
        left_out = [
            (size, len(lines) - len(countable(note, lines, known)))
            for size, note, lines in self._kept
            if not self._aside.covers(size, note)
        ]
        for size, count in left_out:
            if count:
                yield Check(
                    f"cosignatures of {size}",
                    FLAGGED,
                    f"{count} lines kept for that checkpoint are no cosignatures of it, or more "
                    "than one by one key; they do not count",
                )

    def rest(self, size: int, sealed: int) -> Iterator[Check]:
        """Say nothing: a ledger is one file, or one database."""
        del size, sealed
        return iter(())


def verify_log(source: LiveLog | LogFolder, trust: Trust) -> Iterator[Check]:
    """Check a whole log, evidence first.

    Raises:
        EvidenceError: At the first thing that does not hold.
    """
    examination = Examination()
    separate = apart(source.place())
    try:
        processes = [
            fields["data"]["process"]
            for fields in source.examined(examination)
            if fields["type"] == ProcessDefined.TOPIC
            and isinstance(fields["data"].get("process"), str)
        ]
        yield from examination.lines()
        yield from source.other_files(examination)
        notes = source.notes()
        yield from examination.seals(notes)
        yield from examination.trusted(notes, trust)
        yield from examination.signatures()
        found = separate.meaning() if separate is not None else None
        found = found or audit(processes, examination.people.people, source.lines_of)
        _hold_together(examination, found, source.lines_of)
        # What is wrong with a decision is reported before what is wrong with its command's id.
        yield from examination.command_ids()
        yield found.check
        yield from source.rest(examination.tree.size, notes[-1][0] if notes else 0)
    finally:
        if separate is not None:
            separate.close()


def _hold_together(examination: Examination, found: DecisionAudit, lines_of: LinesOf) -> None:
    """Refuse a meaning that was made of other lines than the evidence, or not of all of them.

    A stream's last line names the hash of the one before it, and so on to the first: two readings
    that end in the same line of the same version have read the same stream.
    """
    examined = examination.chains.heads
    for stream in sorted(examined.keys() | found.heads.keys()):
        if stream not in found.heads:
            # The index may not find it again: then its position is unknown.
            position, _ = next(iter(lines_of(UUID(stream))), (None, b""))
            raise EvidenceError(
                "SL502",
                "a line is on a stream of no process, batch or person",
                why=stream,
                position=position,
            )
        if examined.get(stream) != found.heads[stream]:
            raise EvidenceError(
                "SL502",
                "a stream is not what the log holds of it",
                why=f"stream {stream} was read to version {found.heads[stream][0]}, the log holds "
                f"{(examined.get(stream) or (0,))[0]}, or another line there",
                advice=Advice("restore-ledger"),
            )


def compared_views(store: LedgerStore, views: Views) -> Check:
    """Say whether the views show what the events say; nothing that is proved rests on them."""
    if store.size() > _COMPARED_EVENTS:
        says = f"not compared in a ledger of more than {_COMPARED_EVENTS:,} events: signoff doctor"
        return Check("views", OPEN, f"{says} does it")
    wrong = views.wrong()
    if wrong:
        says = f"{', '.join(wrong)} differ from the events: signoff rebuild makes them again"
        return Check("views", FLAGGED, says)
    return Check("views", PROVED, "what lists and explanations show is what the events say")
