"""Events on the stream of a batch: units, nonconformities, corrections, closing.

Fields stand in ascending order, see `event.Event`. One `UnitInspected` per unit and recording,
not one per characteristic.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from signoff_ledger.domain.bar import Bar
from signoff_ledger.domain.events.event import Event
from signoff_ledger.domain.plan import (
    InspectionPlan,
    Parameter,
    Provenance,
    StatedProvenance,
    UnitBuild,
)
from signoff_ledger.domain.signature import UNSIGNED, Signature
from signoff_ledger.domain.spelling import check_typed
from signoff_ledger.domain.values import (
    Disposition,
    Key,
    Label,
    Outcome,
    Role,
    Severity,
    Sha256,
    Text,
    UtcTime,
    Value,
    in_key_order,
)

Readings = Annotated[dict[str, int], AfterValidator(in_key_order)]
"""Integers in the plan's scale by characteristic id, in ascending order of the ids.

The ids are not checked again here: a batch takes readings of its plan's characteristics only.
"""

Gauges = Annotated[dict[Key, Label], AfterValidator(in_key_order)]
"""What each reading was taken with, by characteristic id."""

Times = Annotated[dict[Key, UtcTime], AfterValidator(in_key_order)]
"""When each characteristic was looked at, by its id."""

Typed = Annotated[str, AfterValidator(check_typed)]
"""A serial, or a mode and its zone, as it was typed: it may hold what no label may."""


class Nonconformity(Value):
    """One non-fulfilment of a requirement on one unit (ISO 9000 3.6.9).

    Attributes:
        characteristic: The characteristic whose reading shows it, if one does.
        location: Zone of the unit (S-47).
        mode: Which way it failed.
        note: The inspector's words.
        number: Its number within the batch; D-3 on screens.
        severity: Grade by the plan's catalogue at that location.
        typed: Mode and zone as typed, where the plan spells them otherwise.
        zone_unknown: True where the plan grades zones of the mode and does not name this one.
    """

    characteristic: Key | None = None
    location: Key | None = None
    mode: Key
    note: Text | None = None
    number: int
    severity: Severity
    typed: Typed | None = None
    zone_unknown: Literal[True] | None = None


class SheetRow(Value):
    """Where in an imported sheet a unit's result stands."""

    row: int
    sheet: int


class Replacement(Value):
    """The unit that this one stands in for, and why (G5)."""

    reason: Text
    serial: Label


class BatchStarted(Event, topic="signoff.batch-started.v1"):
    """A batch with its bar and plan written out, so that the stream can be judged alone.

    Attributes:
        demanded: Fields of `required` that a change of the process made required; saying nothing
            about one of them is not meeting it (G17).
        made_on: What the opening said about this run, and nothing else.
        required: What a unit must be made on to count, changes included (S-10, S-51).
        required_parameters: Settings that changes of the process made required.
    """

    attempt: int
    bar: Bar
    bar_number: int
    bar_set_at: UtcTime
    bar_sha256: Sha256
    batch: Key
    demanded: tuple[Key, ...] = ()
    made_on: StatedProvenance
    plan: InspectionPlan
    plan_number: int
    plan_sha256: Sha256
    process: Key
    process_revision: int
    required: Provenance
    required_parameters: tuple[Parameter, ...] = ()


class SheetImported(Event, topic="signoff.sheet-imported.v1"):
    """A file was read; its digest is kept so that the original can be held against the record."""

    name: Label
    rows: int
    sha256: Sha256
    sheet: int


class UnitInspected(Event, topic="signoff.unit-inspected.v1"):
    """First results of a unit, or of those of its characteristics that had none yet.

    Attributes:
        build: How the unit was made.
        builder_enrolled_as: The role, engineer or approver, in which the ledger knows the builder
            named in `build`; such a builder is no operator, whatever the title (G23).
        distinct_from: Units on record that the serial looks like, named on purpose as others.
        gauges: What its readings were taken with, by characteristic.
        nonconformities: Every failing reading as one, and what the inspector saw in addition.
        observed_at: When the inspector says it was seen; a claim (G10). The earliest of several.
        replaces: The planned unit this one stands in for.
        seen: When each characteristic was looked at, where a sheet gives several times.
        serial: The unit, in the canonical spelling.
        typed: The serial as it was typed, where that is another spelling.
    """

    build: UnitBuild
    builder_enrolled_as: Role | None = None
    distinct_from: tuple[Label, ...] | None = None
    gauges: Gauges | None = None
    nonconformities: tuple[Nonconformity, ...] = ()
    note: Text | None = None
    observed_at: UtcTime | None = None
    readings: Readings
    replaces: Replacement | None = None
    seen: Times | None = None
    serial: Label
    source: SheetRow | None = None
    typed: Typed | None = None


class BuilderIdentified(Event, topic="signoff.builder-identified.v1"):
    """A builder was found to be an engineer or approver by the time of the decision (G23).

    A builder enrolled only after their units were recorded is an engineer all the same.
    """

    built_by: Label
    enrolled_as: Role


class UnitRetested(Event, topic="signoff.unit-retested.v1"):
    """A further result of a unit; it is kept and shown, and never counts (S-28, G4)."""

    attempt: int = Field(ge=2)
    gauges: Gauges | None = None
    note: Text | None = None
    observed_at: UtcTime | None = None
    readings: Readings
    seen: Times | None = None
    serial: Label
    source: SheetRow | None = None


class NonconformityRecorded(Event, topic="signoff.nonconformity-recorded.v1"):
    """A nonconformity seen on a unit after its results were recorded."""

    nonconformity: Nonconformity
    observed_at: UtcTime | None = None
    serial: Label


class UnitDispositioned(Event, topic="signoff.unit-dispositioned.v1"):
    """What happens to a unit, and on whose authority (ISO 9001 8.7); the count stays (G4)."""

    disposition: Disposition
    reason: Text
    serial: Label
    signature: Signature = UNSIGNED


class CorrectionRequested(Event, topic="signoff.correction-requested.v1"):
    """A wrong entry and what it should be; nothing changes until a second person confirms (S-23).

    Attributes:
        becomes: The right value as it will be shown; `void` for a nonconformity that is none.
        field: A characteristic id, a field of the unit's build, or `D-<number>`.
        reading: The right reading in the plan's scale, where `field` is a characteristic.
        remeasured: What was done to get the right value; a reject needs it.
        was: The value on record.
    """

    becomes: Label
    field: Label
    number: int
    reading: int | None = None
    reason: Text
    remeasured: Text | None = None
    serial: Label
    signature: Signature = UNSIGNED
    was: Label


class CorrectionConfirmed(Event, topic="signoff.correction-confirmed.v1"):
    """A second person looked and agreed; the correction takes effect from here on.

    Attributes:
        builder_enrolled_as: As for `UnitInspected`, where the builder is what was corrected.
        nonconformity: What the corrected reading makes, where it fails and none was recorded.
    """

    builder_enrolled_as: Role | None = None
    nonconformity: Nonconformity | None = None
    number: int
    signature: Signature = UNSIGNED


class CorrectionDeclined(Event, topic="signoff.correction-declined.v1"):
    """A second person looked and did not agree; the record stays as it was."""

    number: int
    reason: Text
    signature: Signature = UNSIGNED


class BatchClosed(Event, topic="signoff.batch-closed.v1"):
    """No more units; what is missing now stays missing."""

    note: Text | None = None
    signature: Signature = UNSIGNED


class BatchDecided(Event, topic="signoff.batch-decided.v1"):
    """The process was decided on this batch; the decision itself is on the process's stream."""

    outcome: Outcome
    process_version: int
