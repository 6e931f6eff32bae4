"""What a command did: its events, each as a sentence with its position."""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, TypedDict

from signoff_ledger.domain.events.batch import UnitInspected
from signoff_ledger.projections.sentences import sentence
from signoff_ledger.projections.subjects import UNKNOWN, Subject, begun_by
from signoff_ledger.queries.excluded_units import ExcludedUnitAnswer
from signoff_ledger.queries.figures_answer import BarRatesAnswer
from signoff_ledger.queries.known_order import KnownOrderAnswer
from signoff_ledger.queries.value_forms import Count, Digest, EventName, Number, Position

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from signoff_ledger.application.ledger import Receipt
    from signoff_ledger.application.ports import Store
    from signoff_ledger.domain.events.event import EventEnvelope

SCHEMA = "signoff.receipt/1"


class EventAnswer(TypedDict):
    """An event that the command recorded, or would record.

    Attributes:
        position: Its place in the log; null in a dry run.
        type: The kind of event, by its wire name.
        sentence: The event in one sentence.
    """

    position: Position | None
    type: EventName
    sentence: str


class CellsAnswer(TypedDict):
    """A row of a sheet as it is understood.

    Attributes:
        line: Its line in the file.
        serial: The unit.
        readings: Its cells by characteristic.
    """

    line: Number
    serial: str
    readings: dict[str, str]


class ImportAnswer(TypedDict):
    """What an import came to.

    Attributes:
        new: Units with new results.
        already_recorded: Units and retests that were on record already.
        retests: Further results, which never count.
        sha256: Digest of the file.
        sheet_already_imported: The number under which this very file was imported before.
        rewritten_serials: Serials that look like what a spreadsheet makes of one.
        cells: In a dry run: the rows as they are understood.
    """

    new: Count
    already_recorded: Count
    retests: Count
    sha256: Digest
    sheet_already_imported: int | None
    rewritten_serials: list[str]
    cells: NotRequired[list[CellsAnswer]]


_OfImport = TypedDict("_OfImport", {"import": NotRequired[ImportAnswer]})


class ReceiptExtra(_OfImport):
    """What some commands add to their receipts.

    Attributes:
        import: What an import came to.
        lets_through: With a bar: what it lets through.
        says: With a bar: the same in sentences.
        excluded_units: With results: the units of them that do not count.
        order: With an order that was on record before: that one.
    """

    lets_through: NotRequired[BarRatesAnswer]
    says: NotRequired[list[str]]
    excluded_units: NotRequired[list[ExcludedUnitAnswer]]
    order: NotRequired[KnownOrderAnswer]


class ReceiptAnswer(ReceiptExtra):
    """What a recording command did. The rows are its events.

    Attributes:
        command_id: The id it was given under.
        repeated: Whether it was recorded before, so that nothing was added.
        dry_run: Whether it only decided and showed.
        events: Its events in order; empty when there was nothing to record.
        unsealed: Why the log was not sealed although that was due; null where there is nothing to
            say.
        import: What an import came to.
        lets_through: With a bar: what it lets through.
        says: With a bar: the same in sentences.
        excluded_units: With results: the units of them that do not count.
        order: With an order that was on record before: that one.
    """

    command_id: str
    repeated: bool
    dry_run: bool
    events: list[EventAnswer]
    unsealed: str | None


ANSWER = ReceiptAnswer
ROW = EventAnswer


def receipt_answer(
    store: Store, receipt: Receipt, extra: ReceiptExtra | None = None, *, dry_run: bool = False
) -> ReceiptAnswer:
    """Say what a command recorded, or would record, or recorded before.

    Args:
        store: For the names of streams that began before.
        receipt: What the command did.
        extra: What the command adds.
        dry_run: Whether it only decided.
    """
    entries: list[tuple[int | None, EventEnvelope]] = [
        *((recorded.position, recorded.entry) for recorded in receipt.recorded),
        *((None, entry) for entry in receipt.planned),
    ]
    subjects = _subjects(store, [entry for _, entry in entries])
    return {
        "command_id": receipt.command_id,
        "repeated": receipt.repeated,
        "dry_run": dry_run,
        "events": [
            {
                "position": position,
                "type": entry.event.TOPIC,
                "sentence": _sentence(entry, subjects[entry.stream], is_planned=position is None),
            }
            for position, entry in entries
        ],
        "unsealed": receipt.unsealed or None,
        **(extra or {}),
    }


def _sentence(entry: EventEnvelope, subject: Subject, *, is_planned: bool) -> str:
    """Write an event as a sentence; results that are not recorded yet are not judged (G16)."""
    if is_planned and isinstance(entry.event, UnitInspected):
        count = len(entry.event.readings)
        return (
            f"Unit {entry.event.serial} of {subject.key} would be recorded with {count} "
            "reading(s); a dry run does not judge them"
        )
    return sentence(entry, subject)


def _subjects(store: Store, entries: Sequence[EventEnvelope]) -> dict[UUID, Subject]:
    """Name the streams of some entries, from the entries themselves or from the streams' first."""
    subjects: dict[UUID, Subject] = {}
    for entry in entries:
        if entry.stream in subjects:
            continue
        begun = begun_by(entry)
        if begun is None:
            first = next(store.stream(entry.stream), None)
            begun = begun_by(first.entry) if first else None
        subjects[entry.stream] = begun or UNKNOWN
    return subjects
