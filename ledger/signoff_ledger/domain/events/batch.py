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
    """One non-fulfilment of a requirement on one unit (ISO 9000 3.6.9)."""

    characteristic: Key | None = None  #: The characteristic whose reading shows it, if one does.
    location: Key | None = None  #: Zone of the unit (S-47).
    mode: Key  #: Which way it failed.
    note: Text | None = None  #: The inspector's words.
    number: int  #: Its number within the batch; D-3 on screens.
    severity: Severity  #: Grade by the plan's catalogue at that location.
    typed: Typed | None = None  #: Mode and zone as typed, where the plan spells them otherwise.
    #: True where the plan grades zones of the mode and does not name this one.
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
    """A batch with its bar and plan written out, so that the stream can be judged alone."""

    attempt: int
    bar: Bar
    bar_number: int
    bar_set_at: UtcTime
    bar_sha256: Sha256
    batch: Key
    #: Fields of `required` that a change of the process made required; saying nothing about one of
    #: them is not meeting it (G17).
    demanded: tuple[Key, ...] = ()
    made_on: StatedProvenance  #: What the opening said about this run, and nothing else.
    plan: InspectionPlan
    plan_number: int
    plan_sha256: Sha256
    process: Key
    process_revision: int
    required: Provenance  #: What a unit must be made on to count, changes included (S-10, S-51).
    #: Settings that changes of the process made required.
    required_parameters: tuple[Parameter, ...] = ()


class SheetImported(Event, topic="signoff.sheet-imported.v1"):
    """A file was read; its digest is kept so that the original can be held against the record."""

    name: Label
    rows: int
    sha256: Sha256
    sheet: int


class UnitInspected(Event, topic="signoff.unit-inspected.v1"):
    """First results of a unit, or of those of its characteristics that had none yet."""

    build: UnitBuild  #: How the unit was made.
    #: The role, engineer or approver, in which the ledger knows the builder named in `build`; such
    #: a builder is no operator, whatever the title (G23).
    builder_enrolled_as: Role | None = None
    #: Units on record that the serial looks like, named on purpose as others.
    distinct_from: tuple[Label, ...] | None = None
    gauges: Gauges | None = None  #: What its readings were taken with, by characteristic.
    #: Every failing reading as one, and what the inspector saw in addition.
    nonconformities: tuple[Nonconformity, ...] = ()
    note: Text | None = None
    #: When the inspector says it was seen; a claim (G10). The earliest of several.
    observed_at: UtcTime | None = None
    readings: Readings
    replaces: Replacement | None = None  #: The planned unit this one stands in for.
    #: When each characteristic was looked at, where a sheet gives several times.
    seen: Times | None = None
    serial: Label  #: The unit, in the canonical spelling.
    source: SheetRow | None = None
    typed: Typed | None = None  #: The serial as it was typed, where that is another spelling.


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
    """A wrong entry and what is right; nothing changes until a second person confirms (S-23)."""

    becomes: Label  #: The right value as it will be shown; `void` for a nonconformity that is none.
    field: Label  #: A characteristic id, a field of the unit's build, or `D-<number>`.
    number: int
    #: The right reading in the plan's scale, where `field` is a characteristic.
    reading: int | None = None
    reason: Text
    remeasured: Text | None = None  #: What was done to get the right value; a reject needs it.
    serial: Label
    signature: Signature = UNSIGNED
    was: Label  #: The value on record.


class CorrectionConfirmed(Event, topic="signoff.correction-confirmed.v1"):
    """A second person looked and agreed; the correction takes effect from here on."""

    #: As for `UnitInspected`, where the builder is what was corrected.
    builder_enrolled_as: Role | None = None
    #: What the corrected reading makes, where it fails and none was recorded.
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
