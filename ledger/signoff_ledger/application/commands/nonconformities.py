"""Nonconformities: seen on a unit, where they come from, and what caused them."""

from datetime import datetime
from typing import Annotated

from signoff_ledger.application.commands.command import (
    ASSESSES,
    INSPECTS,
    Command,
    as_key,
    as_serial,
    as_text,
    as_time,
)
from signoff_ledger.application.commands.follow_up import amend
from signoff_ledger.application.commands.inspection import NonconformityField
from signoff_ledger.application.unit_of_work import UnitOfWork
from signoff_ledger.domain.decision import reconsider
from signoff_ledger.domain.values import CauseKind, Origin, Role
from signoff_ledger.errors import Advice, IdentityError, InputError, NotFoundError

_NEEDS_APPROVER = frozenset({CauseKind.ACCEPTED, CauseKind.OUT_OF_SCOPE})


class AddNonconformity(Command, name="defect add", roles=INSPECTS):
    """Record a nonconformity seen on a unit after its results."""

    batch: str
    serial: Annotated[str, as_serial("the serial")]
    nonconformity: NonconformityField
    observed_at: Annotated[datetime, as_time("the time of observation")] | None = None

    def decide(self, work: UnitOfWork) -> None:
        """Record it, and follow up on it."""
        known = work.known_batch(self.batch)
        known.record_nonconformity(work.stamp, self.serial, self.nonconformity, self.observed_at)
        amend(work, known)


class AttributeNonconformity(Command, name="defect attribute", roles=ASSESSES):
    """Say where a mode comes from, or a single nonconformity given as batch and number (S-16)."""

    process: str
    mode: Annotated[str, as_key("the mode")] | None = None
    origin: Origin
    reason: Annotated[str, as_text("the reason")]
    single: tuple[str, int] | None = None

    def decide(self, work: UnitOfWork) -> None:
        """Attribute it, and ask the standing sign-off again."""
        known = work.known_process(self.process)
        named = _mode_of(work, self.process, self.single) if self.single else self.mode
        if named is None:
            raise InputError(
                "SL109",
                "neither a mode nor a nonconformity of a batch is named",
                advice=Advice("name-mode"),
            )
        known.attribute(work.stamp, named, self.origin, self.reason, self.single)
        reconsider(work.stamp, work.case(self.process))


class StateCause(Command, name="defect cause", roles=ASSESSES):
    """State the cause of a mode in a batch, or what stands in its place (S-07, S-23)."""

    batch: str
    mode: Annotated[str, as_key("the mode")]
    kind: CauseKind
    statement: Annotated[str, as_text("the statement")]

    def decide(self, work: UnitOfWork) -> None:
        """State it, and ask the standing sign-off again."""
        known = work.known_batch(self.batch)
        by = work.stamp.by
        if self.kind in _NEEDS_APPROVER and Role.APPROVER not in work.person(by).roles:
            raise IdentityError(
                "SL402",
                f"{by} may not declare a nonconformity {self.kind}",
                why="a nonconformity is accepted or set aside by an approver",
            )
        found = {n.mode for unit in known.units.values() for n in unit.nonconformities.values()}
        if self.mode not in found:
            raise NotFoundError(
                "SL204",
                f"batch {self.batch} shows no {self.mode}",
                why=f"it shows {', '.join(sorted(found)) or 'no nonconformity'}",
            )
        process = work.known_process(known.started.process)
        process.state_cause(work.stamp, self.batch, self.mode, self.kind, self.statement)
        reconsider(work.stamp, work.case(process.key))


def _mode_of(work: UnitOfWork, process: str, single: tuple[str, int]) -> str:
    batch, number = single
    known = work.case(process, batch).batches[batch]
    for unit in known.units.values():
        if number in unit.nonconformities:
            return unit.nonconformities[number].mode
    if number in known.voided:
        return known.voided[number].mode
    raise NotFoundError(
        "SL204",
        f"batch {batch} has no standing nonconformity D-{number}",
        advice=Advice("list-units", batch=batch),
    )
