"""Why a process stands where it stands: the decision, its rules, and what happened since."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple, NotRequired, TypedDict

from signoff_ledger.projections.same_process import same_process
from signoff_ledger.projections.tables import (
    BARS,
    BATCHES,
    EXPLANATIONS,
    HISTORY,
    ORDERS,
    PROCESSES,
)
from signoff_ledger.queries.disclosure_answer import DisclosureAnswer
from signoff_ledger.queries.figures_answer import FiguresAnswer, SentencesAnswer
from signoff_ledger.queries.reader import Reader, Row, picked
from signoff_ledger.queries.rule_answer import RuleAnswer
from signoff_ledger.queries.standing import as_of
from signoff_ledger.queries.subjects import batch_named, process_named
from signoff_ledger.queries.value_forms import (
    ActivityCode,
    Count,
    DecimalText,
    Digest,
    EventName,
    Form,
    Moment,
    Number,
    OutcomeName,
    Position,
    StandingName,
)
from signoff_ledger.queries.view_checks import check_decision, checked_standing

SCHEMA = "signoff.why/2"


class ApprovedDesignAnswer(TypedDict):
    """The design approval that a sign-off stands on."""

    document: str  #: The approved document.
    reference: str  #: The approval's own number.
    sha256: Digest  #: Digest of the document.


class DecisionAnswer(TypedDict):
    """The decision explained."""

    position: Position  #: Where it stands in the log.
    at: Moment  #: When it was recorded, by the ledger's clock.
    by: str  #: The person; where the bar decided, the person who recorded what made it.
    printed_name: str  #: The name printed on the decision.
    meaning: str  #: What the decision means, in the words that were shown.
    #: How it is signed; none means the name as authenticated.
    signature: Annotated[str, Form(choices=("none", "ssh"))]
    process_revision: Number  #: The revision decided on.
    automatic: bool  #: Whether the bar decided by itself.
    reason: str | None  #: The reason of a hold, or the note of a sign-off.
    run_min: NotRequired[Number]  #: A sign-off's smallest run.
    run_max: NotRequired[Number]  #: A sign-off's largest run.
    plan_sha256: NotRequired[Digest]  #: Digest of the plan that a sign-off stands on.
    bar_sha256: NotRequired[Digest]  #: Digest of the bar that a sign-off stands on.
    design: NotRequired[ApprovedDesignAnswer]  #: The design approval that a sign-off stands on.
    tooling: NotRequired[str]  #: The tooling signed for.
    tooling_revision: NotRequired[str]  #: Its revision.


class OrderAtRiskAnswer(TypedDict):
    """An order that stands while the process is not signed off."""

    quantity: Number  #: Units.
    reference: str  #: Its own number.


class BarAnswer(TypedDict):
    """A bar as registered."""

    number: Number  #: Its number, from 1.
    units: Number  #: Planned batch size n.
    max_rejects: Count  #: Acceptance number Ac; one more rejects.
    registered_at: Moment  #: When, by the ledger's clock.
    loosened: list[str]  #: Clauses that pass more than the bar before.
    reason: str | None  #: Why it superseded the one before.
    sha256: Digest  #: Digest of its canonical JSON.
    position: Position  #: Where it stands in the log.


class BuildTimesAnswer(TypedDict):
    """The build times of the units that count."""

    timed: Count  #: Units with a build time.
    median_s: DecimalText | None  #: Their median in seconds, as a decimal.
    reference_s: int | None  #: What the bench or the prototype took, in seconds; never counted.
    ratio: DecimalText | None  #: Median over reference, to two decimals.


class JudgedBatchAnswer(TypedDict):
    """A batch, counted under its bar."""

    batch: str  #: The batch's key.
    attempt: Number  #: Which attempt of the process it is, from 1.
    process_revision: Number  #: The revision of the process it was built on.
    bar: Number  #: The number of its bar.
    planned: Number  #: Units that the bar asks for, n.
    units: Count  #: Units that count.
    rejects: Count  #: Nonconforming units among them.
    nonconformities: Count  #: Nonconformities on them; a unit may have several.
    excluded: dict[str, list[str]]  #: Why a unit does not count: codes by serial.
    incomplete: dict[str, list[str]]  #: Characteristics without a reading, by serial.
    build_time: BuildTimesAnswer  #: The build times of the units that count.
    retests: Count  #: Further results on record, which never count.
    corrections: Count  #: Corrections that a second person confirmed.
    outcomes: list[OutcomeName]  #: What was decided on it, oldest first.


class HandoverPart(TypedDict):
    """The units released with the sign-off."""

    activity: ActivityCode  #: The next activity's code.
    serials: list[str]  #: Conforming units of the deciding batch, and no others.


class ContextEventAnswer(TypedDict):
    """An event around the decision."""

    position: Position  #: Where it stands in the log.
    by: str  #: Who recorded it.
    type: EventName  #: The kind of event, by its wire name.
    says: str  #: The event as a sentence.


class WhyAnswer(TypedDict):
    """Why a process stands where it stands: `signoff why`.

    The process, the decision explained, its rules and the events around it. The rows are the
    rules.
    """

    process: str  #: The process's key.
    name: str  #: What is being made.
    called: str  #: The user's own word for a production prototype.
    activity: ActivityCode  #: Code of this activity.
    standing: StandingName  #: Where the process stands now; only SIGNED_OFF opens the order gate.
    standing_why: str  #: Why, where there is something to say.
    #: The orders that stand while the process is not signed off.
    orders_at_risk: list[OrderAtRiskAnswer]
    disclosures: list[DisclosureAnswer]  #: What a reader has to know first.
    batch: str | None  #: The batch explained; null while there is none.
    #: What was decided on that batch.
    outcome: Annotated[str, Form(choices=("NOT_DECIDED", "HELD", "SIGNED_OFF"))]
    decision: DecisionAnswer | None  #: The decision explained; null while there is none.
    rule_set: str  #: The version of the rules.
    rules: list[RuleAnswer]  #: Every rule: as decided on, or as of now while undecided.
    bars: list[BarAnswer]  #: Every bar, in the order registered.
    batches: list[JudgedBatchAnswer]  #: Every batch, in the order opened.
    #: Units with each mode as x/n, by mode and then by batch.
    modes: dict[str, dict[str, Annotated[str, Form(r"^\d+/\d+$")]]]
    recurrences: list[str]  #: Modes in that batch that a change had declared fixed.
    held_for_s: int | None  #: Seconds from the first hold to the sign-off explained.
    handover: HandoverPart  #: The units released with the sign-off.
    #: Changes, orders, refusals, remarks and endings, oldest first.
    context: list[ContextEventAnswer]
    does_not_show: str  #: What a sign-off does not show; empty for everything else.
    #: Everything shown in numbers; null where no batch is in question.
    figures: FiguresAnswer | None
    says: SentencesAnswer  #: What is said, each part apart.


ANSWER = WhyAnswer
ROW = RuleAnswer


class WhyParts(NamedTuple):
    """What an answer is made of, as rows of views."""

    process: Row  #: The process as it stands at the moment asked about.
    explained: dict[str, Any]  #: What is said of the decision, or of the rules while there is none.
    bars: Sequence[Row]  #: Its bars.
    orders: Sequence[Row]  #: Its orders.
    batches: Sequence[Row]  #: Its batches.
    context: Sequence[Row]  #: Events around the decision.
    others: Sequence[Row]  #: Other processes.


def why(reader: Reader, process: str | None, batch: str | None, now: datetime) -> WhyAnswer | None:
    """Say why a process stands where it stands, through a decision that was taken.

    Args:
        reader: The views.
        process: The process; the only one there is by default.
        batch: The batch in question; by default that of the latest decision.
        now: The moment to say where the process stands at.

    Returns:
        None where nothing is decided, so that the rules have to be asked, see `why_undecided`.

    Raises:
        NotFoundError: No such process, or the batch is not one of its.
        EvidenceError: SL513, the views say another decision or standing than the log.
    """
    key = process_named(reader, process)
    if batch is None:
        found = reader.read(EXPLANATIONS, "process = ? AND latest = 1", (key,))
    else:
        on = (key, batch_named(reader, batch, key))
        found = reader.read(EXPLANATIONS, "process = ? AND batch = ?", on)
    if not found:
        return None
    explained = json.loads(found[0]["answer"])
    check_decision(reader, key, explained)
    of = ("process = ?", (key,))
    processes = {row["process"]: row for row in reader.read(PROCESSES)}
    parts = WhyParts(
        process=as_of(checked_standing(reader, processes.pop(key)), now),
        explained=explained,
        bars=reader.read(BARS, *of),
        orders=reader.read(ORDERS, *of),
        batches=reader.read(BATCHES, *of, order="attempt, batch"),
        context=reader.read(HISTORY, "kind = 'process' AND subject = ? AND is_context = 1", (key,)),
        others=[*processes.values()],
    )
    return composed(parts)


def composed(parts: WhyParts) -> WhyAnswer:
    """Make the answer of its parts."""
    process, explained = parts.process, parts.explained
    same: list[DisclosureAnswer] = [
        {"topic": "SAME PROCESS", "says": says} for says in _same(process, parts.others)
    ]
    context = [{**row, "by": row["person"], "says": row["sentence"]} for row in parts.context]
    made = {
        "orders_at_risk": _at_risk(process, parts.orders),
        "disclosures": [*explained["disclosures"], *same],
        "bars": [_bar(row) for row in parts.bars],
        "batches": [_batch(row) for row in parts.batches],
        "modes": _modes(parts.batches),
        "handover": {"activity": process["next_activity"], "serials": explained["serials"]},
        "context": [picked(ContextEventAnswer, row) for row in context],
    }
    return picked(WhyAnswer, {**process, **explained, **made})


def _at_risk(process: Row, orders: Sequence[Row]) -> list[OrderAtRiskAnswer]:
    if process["standing"] == "SIGNED_OFF":
        return []
    standing = (row for row in orders if not row["cancelled"])
    return [{"quantity": row["quantity"], "reference": row["reference"]} for row in standing]


def _bar(row: Row) -> BarAnswer:
    loosened = json.loads(row["loosened"])
    return picked(BarAnswer, {**row, "loosened": loosened, "sha256": row["digest"]})


def _batch(row: Row) -> JudgedBatchAnswer:
    build_time = {
        "timed": row["timed"],
        "median_s": row["build_time_median_s"],
        "reference_s": row["build_time_reference_s"],
        "ratio": row["build_time_ratio"],
    }
    listed = {
        "excluded": json.loads(row["excluded_units"]),
        "incomplete": json.loads(row["incomplete_units"]),
        "outcomes": json.loads(row["outcomes"]),
    }
    return picked(JudgedBatchAnswer, {**row, **listed, "build_time": build_time})


def _modes(batches: Sequence[Row]) -> dict[str, dict[str, str]]:
    """Set units with each mode side by side, batch by batch, as x/n: before and after (S-27)."""
    counts = {row["batch"]: (json.loads(row["modes"]), row["units"]) for row in batches}
    return {
        mode: {batch: f"{found.get(mode, 0)}/{units}" for batch, (found, units) in counts.items()}
        for mode in sorted({mode for found, _ in counts.values() for mode in found})
    }


def _same(process: Row, others: Sequence[Row]) -> list[str]:
    """Name other processes on the same tooling or design, with what was tried on them (G21)."""
    mine = json.loads(process["made_of"])
    said = []
    for row in others:
        theirs = json.loads(row["made_of"])
        common = {name: bool({*mine[name]} & {*theirs[name]}) for name in mine}
        shared = ["tooling"] * common["tooling"]
        shared += ["design"] * (common["documents"] or common["designs"])
        if shared:
            said.append(same_process(row["process"], shared, row["seen_by_others"]))
    return said
