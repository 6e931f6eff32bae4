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
    """A batch as it stands.

    Attributes:
        batch: The batch's key.
        process: Its process.
        attempt: Which attempt it is, from 1.
        state: Whether it takes units.
        outcome: What was decided on it last; empty while undecided.
        process_revision: The revision it was built on.
        bar: Number of its bar.
        planned: Units that the bar asks for, n.
        ac: Acceptance number of its bar.
        recorded: Units on record, those that do not count included.
        units: Units that count.
        excluded: Units that do not count.
        incomplete: Units that count and lack a reading.
        rejects: Nonconforming units among those that count.
        nonconformities: Nonconformities on units that count.
        critical: Critical ones among them.
        timed: Units that count and have a build time.
        build_time_median_s: Their median in seconds, as a decimal.
        build_time_reference_s: What the bench or the prototype took, in seconds.
        retests: Further results on record.
        corrections: Corrections confirmed.
        corrections_pending: Corrections that wait for a second person.
    """

    batch: str
    process: str
    attempt: Number
    state: Annotated[str, Form(choices=("open", "closed"))]
    outcome: Annotated[str, Form(choices=("", "HELD", "SIGNED_OFF"))]
    process_revision: Number
    bar: Number
    planned: Number
    ac: Count
    recorded: Count
    units: Count
    excluded: Count
    incomplete: Count
    rejects: Count
    nonconformities: Count
    critical: Count
    timed: Count
    build_time_median_s: Annotated[str, Form(r"^\d+(\.5)?$")] | None
    build_time_reference_s: int | None
    retests: Count
    corrections: Count
    corrections_pending: Count


class NonconformityAnswer(TypedDict):
    """Nonconformities of one kind, by where they were made.

    Attributes:
        process: The process.
        batch: The batch.
        mode: The way of failing.
        origin: Where it comes from.
        severity: Its grade by the plan.
        location: Zone of the unit, or empty.
        tooling: Tooling it was made on.
        cavity: Cavity or nest, or empty.
        station: Station, or empty.
        counts: 1 for units that count, 0 for units that do not.
        units: Units that show it.
        nonconformities: Nonconformities of this kind.
    """

    process: str
    batch: str
    mode: str
    origin: Annotated[
        str,
        Form(choices=("process", "tooling", "material", "measurement", "design", "unattributed")),
    ]
    severity: Annotated[str, Form(choices=("minor", "major", "critical"))]
    location: str
    tooling: str
    cavity: str
    station: str
    counts: Count
    units: Number
    nonconformities: Number


class ProcessAnswer(StandingAnswer):
    """Where one process stands: `signoff status PROCESS`.

    With its batches, nonconformities and next steps. The rows are its batches.

    Attributes:
        batches: Its batches, in the order opened.
        nonconformities: Its standing nonconformities, grouped.
        tasks: Open tasks.
        missing: With --why-not: the rules that a sign-off still lacks; empty if and only if it is
            allowed.
    """

    batches: list[CountedBatchAnswer]
    nonconformities: list[NonconformityAnswer]
    tasks: list[TaskAnswer]
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
