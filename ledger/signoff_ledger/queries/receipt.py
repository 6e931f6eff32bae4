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

    from signoff_ledger.application.commands.sheet_import import ImportSummary
    from signoff_ledger.application.ledger import Receipt
    from signoff_ledger.domain.events.event import EventEnvelope
    from signoff_ledger.persistence.store import LedgerStore
    from signoff_ledger.queries.bars import LetsThroughAnswer

SCHEMA = "signoff.receipt/1"


class EventAnswer(TypedDict):
    """An event that the command recorded, or would record."""

    position: Position | None  #: Its place in the log; null in a dry run.
    type: EventName  #: The kind of event, by its wire name.
    sentence: str  #: The event in one sentence.


class CellsAnswer(TypedDict):
    """A row of a sheet as it is understood."""

    line: Number  #: Its line in the file.
    serial: str  #: The unit.
    readings: dict[str, str]  #: Its cells by characteristic.


class ImportAnswer(TypedDict):
    """What an import came to."""

    new: Count  #: Units with new results.
    already_recorded: Count  #: Units and retests that were on record already.
    retests: Count  #: Further results, which never count.
    sha256: Digest  #: Digest of the file.
    #: The number under which this very file was imported before.
    sheet_already_imported: int | None
    rewritten_serials: list[str]  #: Serials that look like what a spreadsheet makes of one.
    cells: NotRequired[list[CellsAnswer]]  #: In a dry run: the rows as they are understood.


_OfImport = TypedDict("_OfImport", {"import": NotRequired[ImportAnswer]})


class ReceiptExtra(_OfImport):
    """What some commands add to their receipts.

    Attributes:
        import: What an import came to.
    """

    lets_through: NotRequired[BarRatesAnswer]  #: With a bar: what it lets through.
    says: NotRequired[list[str]]  #: With a bar: the same in sentences.
    #: With results: the units of them that do not count.
    excluded_units: NotRequired[list[ExcludedUnitAnswer]]
    order: NotRequired[KnownOrderAnswer]  #: With an order that was on record before: that one.


class ReceiptAnswer(ReceiptExtra):
    """What a recording command did. The rows are its events."""

    command_id: str  #: The id it was given under.
    repeated: bool  #: Whether it was recorded before, so that nothing was added.
    dry_run: bool  #: Whether it only decided and showed.
    events: list[EventAnswer]  #: Its events in order; empty when there was nothing to record.
    #: Why the log was not sealed although that was due; null where there is nothing to say.
    unsealed: str | None


ANSWER = ReceiptAnswer
ROW = EventAnswer


def receipt_answer(
    store: LedgerStore,
    receipt: Receipt,
    extra: ReceiptExtra | None = None,
    *,
    dry_run: bool = False,
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


def _subjects(store: LedgerStore, entries: Sequence[EventEnvelope]) -> dict[UUID, Subject]:
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


def import_part(summary: ImportSummary, *, dry_run: bool) -> ReceiptExtra:
    """Say what an import came to; its cells are shown before they are recorded, and not after."""
    data: ImportAnswer = {
        "new": summary.units,
        "already_recorded": summary.known,
        "retests": summary.retests,
        "sha256": summary.sha256,
        "sheet_already_imported": summary.sheet,
        "rewritten_serials": list(summary.rewritten),
    }
    if dry_run:
        data["cells"] = [
            {"line": line, "serial": serial, "readings": dict(readings)}
            for line, serial, readings in summary.cells
        ]
    return {"import": data}


def bar_part(bar: LetsThroughAnswer) -> ReceiptExtra:
    """Say what a bar that was set lets through."""
    return {"lets_through": bar["lets_through"], "says": bar["says"]}


def order_part(order: KnownOrderAnswer) -> ReceiptExtra:
    """Name the order that was on record before."""
    return {"order": order}


def excluded_part(units: list[ExcludedUnitAnswer]) -> ReceiptExtra:
    """Name the units that do not count, where there are any."""
    return {"excluded_units": units} if units else {}
