"""Where one process stands, with its batches, nonconformities and next steps."""

from datetime import datetime
from typing import Annotated, NotRequired, TypedDict

from signoff_ledger.projections.tables import BATCHES, NONCONFORMITIES
from signoff_ledger.queries.reader import Reader, picked
from signoff_ledger.queries.rule_answer import RuleAnswer
from signoff_ledger.queries.standing import StandingAnswer, standings
from signoff_ledger.queries.subjects import process_named
from signoff_ledger.queries.tasks import TaskAnswer, tasks
from signoff_ledger.queries.value_forms import Count, Form, Number

SCHEMA = "signoff.process/1"


class CountedBatchAnswer(TypedDict):
    """A batch as it stands."""

    batch: str  #: The batch's key.
    process: str  #: Its process.
    attempt: Number  #: Which attempt it is, from 1.
    state: Annotated[str, Form(choices=("open", "closed"))]  #: Whether it takes units.
    #: What was decided on it last; empty while undecided.
    outcome: Annotated[str, Form(choices=("", "HELD", "SIGNED_OFF"))]
    process_revision: Number  #: The revision it was built on.
    bar: Number  #: Number of its bar.
    planned: Number  #: Units that the bar asks for, n.
    ac: Count  #: Acceptance number of its bar.
    recorded: Count  #: Units on record, those that do not count included.
    units: Count  #: Units that count.
    excluded: Count  #: Units that do not count.
    incomplete: Count  #: Units that count and lack a reading.
    rejects: Count  #: Nonconforming units among those that count.
    nonconformities: Count  #: Nonconformities on units that count.
    critical: Count  #: Critical ones among them.
    timed: Count  #: Units that count and have a build time.
    #: Their median in seconds, as a decimal.
    build_time_median_s: Annotated[str, Form(r"^\d+(\.5)?$")] | None
    build_time_reference_s: int | None  #: What the bench or the prototype took, in seconds.
    retests: Count  #: Further results on record.
    corrections: Count  #: Corrections confirmed.
    corrections_pending: Count  #: Corrections that wait for a second person.


class NonconformityAnswer(TypedDict):
    """Nonconformities of one kind, by where they were made."""

    process: str  #: The process.
    batch: str  #: The batch.
    mode: str  #: The way of failing.
    #: Where it comes from.
    origin: Annotated[
        str,
        Form(choices=("process", "tooling", "material", "measurement", "design", "unattributed")),
    ]
    #: Its grade by the plan.
    severity: Annotated[str, Form(choices=("minor", "major", "critical"))]
    location: str  #: Zone of the unit, or empty.
    tooling: str  #: Tooling it was made on.
    cavity: str  #: Cavity or nest, or empty.
    station: str  #: Station, or empty.
    counts: Count  #: 1 for units that count, 0 for units that do not.
    units: Number  #: Units that show it.
    nonconformities: Number  #: Nonconformities of this kind.


class ProcessAnswer(StandingAnswer):
    """Where one process stands: `signoff status PROCESS`.

    With its batches, nonconformities and next steps. The rows are its batches.
    """

    batches: list[CountedBatchAnswer]  #: Its batches, in the order opened.
    nonconformities: list[NonconformityAnswer]  #: Its standing nonconformities, grouped.
    tasks: list[TaskAnswer]  #: Open tasks.
    #: With --why-not: the rules that a sign-off still lacks; empty if and only if it is allowed.
    missing: NotRequired[list[RuleAnswer]]


ANSWER = ProcessAnswer
ROW = CountedBatchAnswer


def process(reader: Reader, key: str | None, now: datetime) -> ProcessAnswer:
    """Say where a process stands at a moment.

    Args:
        reader: The views.
        key: The process; the only one there is by default.
        now: The moment.

    Raises:
        NotFoundError: There is none by that key, or none is named and there is not exactly one.
    """
    name = process_named(reader, key)
    of = ("process = ?", (name,))
    (standing,) = standings(reader, now, name)
    batches = reader.read(BATCHES, *of, order="attempt, batch")
    counted = {
        "batches": [picked(CountedBatchAnswer, row) for row in batches],
        "nonconformities": [
            picked(NonconformityAnswer, row) for row in reader.read(NONCONFORMITIES, *of)
        ],
        "tasks": tasks(reader, now, name),
    }
    return picked(ProcessAnswer, {**standing, **counted})
