"""Verifying: first the evidence, then the meaning, of a live ledger or of an exported one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from signoff_ledger.application.auditing import audit_people, audit_process
from signoff_ledger.application.line_archive import LineArchive
from signoff_ledger.domain.process_events import ProcessDefined
from signoff_ledger.errors import EvidenceError
from signoff_ledger.exports.log_folder import sealed_notes
from signoff_ledger.integrity.examination import OPEN, PROVED, Check, Examination, Row
from signoff_ledger.integrity.leaf import leaf_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from signoff_ledger.exports.log_folder import LogFolder
    from signoff_ledger.integrity.examination import Trust
    from signoff_ledger.persistence.store import SqliteStore


class LogSource(Protocol):
    """A whole log: its lines, in order and by stream, and its checkpoints."""

    def examined(self, examination: Examination) -> Iterator[dict[str, Any]]:
        """Read every line into an examination."""
        ...

    def lines_of(self, stream: UUID) -> Iterable[tuple[int, bytes]]:
        """Give the lines of a stream, after all were read."""
        ...

    def notes(self) -> list[tuple[int, bytes]]:
        """Give the checkpoints, smallest first."""
        ...

    def beside(self, examination: Examination) -> Iterator[Check]:
        """Check what stands beside the lines."""
        ...


class LiveLog:
    """A ledger in use; what is recorded while it is read is left for the next time."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        # In this order: whatever is sealed meanwhile is behind what is read, and not missing in it.
        self._notes = sealed_notes(store)
        self._size = store.size()

    def examined(self, examination: Examination) -> Iterator[dict[str, Any]]:
        """Read every line into an examination."""
        return examination.read(
            Row(line, (stream, version, kind), leaf, position)
            for position, stream, version, kind, line, leaf in self._store.raw()
            if position <= self._size
        )

    def lines_of(self, stream: UUID) -> Iterable[tuple[int, bytes]]:
        """Give the lines of a stream."""
        return ((at, line) for at, line in self._store.lines(stream) if at <= self._size)

    def notes(self) -> list[tuple[int, bytes]]:
        """Give the checkpoints, smallest first."""
        return self._notes

    def beside(self, examination: Examination) -> Iterator[Check]:
        """Hold the stored subtree roots against those of the lines."""
        # In this order: a root of what was recorded meanwhile is there, one of nothing is not.
        kept = list(self._store.nodes())
        wrong = examination.tree.differences(kept, self._store.size())
        count = sum(1 for _ in examination.tree.nodes())
        if wrong:
            raise EvidenceError(
                "SL504",
                "a stored subtree root is not that of its lines",
                why=f"{wrong} differ, and {count} should be there",
                fix="restore the ledger from a backup or an export",
            )
        yield Check("tree", PROVED, f"{count} stored subtree roots are those of the lines")


class ExportedLog:
    """A log in a folder."""

    def __init__(self, folder: LogFolder) -> None:
        self._folder = folder

    def examined(self, examination: Examination) -> Iterator[dict[str, Any]]:
        """Read every line into an examination, and note where each stands."""
        offset = 0
        lengths: list[int] = []

        def measured() -> Iterator[Row]:
            for row in self._folder.rows():
                lengths.append(len(row.line) + 1)
                yield row

        for position, fields in enumerate(examination.read(measured()), 1):
            self._folder.note_place(fields["stream"], position, offset)
            offset += lengths.pop()
            yield fields

    def lines_of(self, stream: UUID) -> Iterable[tuple[int, bytes]]:
        """Give the lines of a stream."""
        return self._folder.lines_of(stream)

    def notes(self) -> list[tuple[int, bytes]]:
        """Give the checkpoints, smallest first."""
        return self._folder.notes()

    def beside(self, examination: Examination) -> Iterator[Check]:
        """Hold the other files against the lines."""
        self._folder.hold_files(examination)
        yield Check("files", PROVED, "the log's key and the allowed signers are those of the lines")


def verify_log(source: LogSource, trust: Trust) -> Iterator[Check]:
    """Check a whole log, evidence first.

    Raises:
        EvidenceError: At the first thing that does not hold.
    """
    examination = Examination()
    processes = [
        fields["data"]["process"]
        for fields in source.examined(examination)
        if fields["type"] == ProcessDefined.TOPIC and isinstance(fields["data"].get("process"), str)
    ]
    yield from examination.lines()
    yield from source.beside(examination)
    notes = source.notes()
    yield from examination.seals(notes)
    yield from examination.trusted(notes, trust)
    yield from examination.signatures()
    yield verify_meaning(source, examination, processes)


def verify_meaning(source: LogSource, examination: Examination, processes: list[str]) -> Check:
    """Take every decision again, process by process, and leave no line of the log unread.

    Raises:
        EvidenceError: SL509 at the first one that does not follow; SL502 for lines that belong to
            no process, batch or person.
    """

    def lines_of(stream: UUID) -> Iterator[tuple[int, bytes]]:
        # What is judged is what was examined, whatever became of the file or the index meanwhile.
        taken = 0
        for position, line in source.lines_of(stream):
            if examination.tree.leaf(position - 1) != leaf_hash(line):
                raise _not_examined(position, f"stream {stream} holds another line here")
            taken += 1
            yield position, line
        version, _ = examination.chains.head(str(stream)) or (0, "")
        if taken != version:
            raise _not_examined(None, f"stream {stream} has {taken} lines of {version}")

    decisions = orders = 0
    read: set[UUID] = set()
    for key in dict.fromkeys(processes):
        audited = audit_process(LineArchive(lines_of), lines_of, key)
        decisions += len(audited.decisions)
        orders += audited.orders
        read |= audited.streams
    read |= audit_people(LineArchive(lines_of), list(examination.people.people))
    for stream in sorted(examination.chains.streams - set(map(str, read))):
        position, _ = next(iter(source.lines_of(UUID(stream))))
        raise EvidenceError(
            "SL502",
            "a line is on a stream of no process, batch or person",
            why=f"stream {stream}",
            position=position,
        )
    return Check(
        "decisions",
        PROVED if decisions else OPEN,
        f"{decisions} decisions on {len(processes)} processes, taken again from their events, come "
        f"out the same; {orders} orders were under a sign-off that stood"
        if decisions
        else "nothing has been decided yet",
    )


def _not_examined(position: int | None, why: str) -> EvidenceError:
    return EvidenceError(
        "SL502",
        "a stream is not what the log holds of it",
        why=why,
        fix="restore the ledger from a backup or an export",
        position=position,
    )
