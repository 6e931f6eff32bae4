"""Recording at the line: units, retests, nonconformities, dispositions, closing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from signoff_ledger.domain.decision import hold_if_missed, reconsider
from signoff_ledger.domain.events.batch import Replacement
from signoff_ledger.domain.plan import UnitBuild
from signoff_ledger.domain.text_checks import (
    checked_key,
    checked_label,
    checked_serial,
    checked_text,
    checked_time,
    printable,
)
from signoff_ledger.domain.unit import DefectReport, UnitReport
from signoff_ledger.domain.values import Disposition, format_utc
from signoff_ledger.errors import InputError
from signoff_ledger.figures.exhibit import show

if TYPE_CHECKING:
    from signoff_ledger.application.ledger import Call, Ledger, Receipt, UnitOfWork
    from signoff_ledger.domain.batch import Batch
    from signoff_ledger.domain.plan import InspectionPlan


@dataclass(frozen=True, slots=True)
class UnitEntry:
    """What a person types about one unit, before the plan gives it meaning.

    Attributes:
        serial: The unit.
        build: How it was made.
        values: Texts by characteristic id, such as `0.25` or `pass`.
        defects: Faults seen besides.
        gauge: What it was measured with.
        note: Free words.
        observed_at: When it was seen, as claimed.
        replaces: Serial of the unit it stands in for, with the reason.
        distinct_from: Serials that it looks like, named on purpose as other units.
        retest: True for a further result that does not count.
    """

    serial: str
    build: UnitBuild
    values: Mapping[str, str]
    defects: tuple[DefectReport, ...] = ()
    gauge: str | None = None
    note: str | None = None
    observed_at: datetime | None = None
    replaces: tuple[str, str] | None = None
    distinct_from: tuple[str, ...] = ()
    retest: bool = False


def record_unit(ledger: Ledger, call: Call, batch: str, entry: UnitEntry) -> Receipt:
    """Record the results of one unit; the batch may miss its bar by it, and hold the process."""
    serial = checked_serial("the serial", entry.serial)
    others = checked_serials(entry.distinct_from)
    checked_label("the gauge", entry.gauge)
    checked_text("the note", entry.note)
    checked_time("the time of observation", entry.observed_at)
    for defect in entry.defects:
        check_defect(defect)
    replaces = _replacement(entry.replaces)

    def decide(work: UnitOfWork) -> None:
        known = work.known_batch(batch)
        report = UnitReport(
            serial=serial,
            build=entry.build,
            readings=readings_of(known.plan, entry.values),
            defects=entry.defects,
            gauge=entry.gauge,
            note=entry.note,
            observed_at=entry.observed_at,
            replaces=replaces,
            builder_enrolled_as=work.builder_role(entry.build.built_by),
            distinct_from=others,
            typed=entry.serial if entry.serial != serial else None,
        )
        if entry.retest:
            known.record_retest(work.stamp, report)
            if not call.dry_run:
                amend(work, known)
        elif known.record_unit(work.stamp, report, work.batches_beside(known)) and not call.dry_run:
            settle(work, known)

    content = {
        "batch": batch,
        "serial": entry.serial,
        "build": entry.build.model_dump(mode="json", exclude_none=True),
        "values": dict(entry.values),
        "defects": [[d.mode, d.location, d.note] for d in entry.defects],
        "gauge": entry.gauge,
        "note": entry.note,
        "observed_at": _time(entry.observed_at),
        "replaces": list(entry.replaces) if entry.replaces else None,
        "distinct_from": list(entry.distinct_from),
        "retest": entry.retest,
    }
    return ledger.act(call, "record", content, decide)


def add_defect(
    ledger: Ledger,
    call: Call,
    batch: str,
    serial: str,
    defect: DefectReport,
    *,
    observed_at: datetime | None = None,
) -> Receipt:
    """Record a fault seen on a unit after its results."""
    named = checked_serial("the serial", serial)
    checked_time("the time of observation", observed_at)
    check_defect(defect)

    def decide(work: UnitOfWork) -> None:
        known = work.known_batch(batch)
        known.record_nonconformity(work.stamp, named, defect, observed_at)
        amend(work, known)

    content = {
        "batch": batch,
        "serial": serial,
        "mode": defect.mode,
        "location": defect.location,
        "note": defect.note,
        "observed_at": _time(observed_at),
    }
    return ledger.act(call, "defect add", content, decide)


def dispose(
    ledger: Ledger, call: Call, batch: str, serial: str, *, disposition: Disposition, reason: str
) -> Receipt:
    """Decide what happens to a unit; no count changes (G4)."""
    named = checked_serial("the serial", serial)
    checked_text("the reason", reason)

    def decide(work: UnitOfWork) -> None:
        work.known_batch(batch).dispose(work.stamp, named, disposition, reason)

    content = {"batch": batch, "serial": serial, "disposition": str(disposition), "reason": reason}
    return ledger.act(call, "dispose", content, decide)


def close_batch(ledger: Ledger, call: Call, batch: str, note: str | None) -> Receipt:
    """Close a batch; one that has missed its bar holds the process in the same save (S-42)."""
    checked_text("the note", note)

    def decide(work: UnitOfWork) -> None:
        known = work.known_batch(batch)
        known.close(work.stamp, note)
        work.process(known.started.process).finish_batch(work.stamp, batch, len(known.units))
        settle(work, known)

    return ledger.act(call, "close", {"batch": batch, "note": note}, decide)


def settle(work: UnitOfWork, batch: Batch) -> None:
    """Let the bar speak as soon as it can: hold the process when its batch has missed it."""
    if batch.is_open and len(batch.units) < batch.bar.units:
        return
    case = work.case(batch.started.process, batch.key)
    hold_if_missed(work.stamp, case, reviewed=work.reviewed, show=show)


def amend(work: UnitOfWork, batch: Batch) -> None:
    """Follow up on something that changed a batch after its results (G11)."""
    process = work.process(batch.started.process)
    process.amend_batch(work.stamp, batch.key)
    settle(work, batch)
    reconsider(work.stamp, work.case(process.key))


def readings_of(plan: InspectionPlan, values: Mapping[str, str]) -> dict[str, int]:
    """Turn typed values into readings in the plan's scale.

    Raises:
        InputError: SL204 for an unknown characteristic, SL103 for a value that is none.
    """
    readings: dict[str, int] = {}
    for name, text in values.items():
        characteristic = plan.by_id.get(name)
        if characteristic is None:
            raise InputError(
                "SL204",
                f"the plan has no characteristic {printable(name)}",
                why=f"it has {', '.join(plan.by_id)}",
            )
        try:
            readings[name] = characteristic.read(text)
        except ValueError as error:
            scale = f"{characteristic.kind} in {characteristic.unit or 'pass or fail'}"
            raise InputError(
                "SL103",
                f"{name} = '{printable(text)}' {error}",
                why=f"the plan reads {name} as {scale}",
            ) from None
    return readings


def checked_serials(serials: Iterable[str]) -> tuple[str, ...]:
    """Give the canonical spellings of serials that a unit is said not to be."""
    return tuple(checked_serial("the other unit's serial", serial) for serial in serials)


def check_defect(defect: DefectReport) -> None:
    """Refuse a defect report whose texts cannot be recorded; the plan knows its zones."""
    checked_key("the defect's mode", defect.mode)
    checked_label("the defect's location", defect.location)
    checked_text("the defect's note", defect.note)


def _replacement(replaces: tuple[str, str] | None) -> Replacement | None:
    if replaces is None:
        return None
    serial, reason = replaces
    checked_text("the reason for replacing", reason)
    return Replacement(reason=reason, serial=checked_serial("the replaced serial", serial))


def _time(moment: datetime | None) -> str | None:
    return format_utc(moment) if moment else None
