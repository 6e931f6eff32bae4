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
from signoff_ledger.queries.reader import Reader, Row
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
    """The design approval that a sign-off stands on.

    Attributes:
        document: The approved document.
        reference: The approval's own number.
        sha256: Digest of the document.
    """

    document: str
    reference: str
    sha256: Digest


class DecisionAnswer(TypedDict):
    """The decision explained.

    Attributes:
        position: Where it stands in the log.
        at: When it was recorded, by the ledger's clock.
        by: The person; where the bar decided, the person who recorded what made it.
        printed_name: The name printed on the decision.
        meaning: What the decision means, in the words that were shown.
        signature: How it is signed; none means the name as authenticated.
        process_revision: The revision decided on.
        automatic: Whether the bar decided by itself.
        reason: The reason of a hold, or the note of a sign-off.
        run_min: A sign-off's smallest run.
        run_max: A sign-off's largest run.
        plan_sha256: Digest of the plan that a sign-off stands on.
        bar_sha256: Digest of the bar that a sign-off stands on.
        design: The design approval that a sign-off stands on.
        tooling: The tooling signed for.
        tooling_revision: Its revision.
    """

    position: Position
    at: Moment
    by: str
    printed_name: str
    meaning: str
    signature: Annotated[str, Form(choices=("none", "ssh"))]
    process_revision: Number
    automatic: bool
    reason: str | None
    run_min: NotRequired[Number]
    run_max: NotRequired[Number]
    plan_sha256: NotRequired[Digest]
    bar_sha256: NotRequired[Digest]
    design: NotRequired[ApprovedDesignAnswer]
    tooling: NotRequired[str]
    tooling_revision: NotRequired[str]


class OrderAtRiskAnswer(TypedDict):
    """An order that stands while the process is not signed off.

    Attributes:
        quantity: Units.
        reference: Its own number.
    """

    quantity: Number
    reference: str


class BarAnswer(TypedDict):
    """A bar as registered.

    Attributes:
        number: Its number, from 1.
        units: Planned batch size n.
        max_rejects: Acceptance number Ac; one more rejects.
        registered_at: When, by the ledger's clock.
        loosened: Clauses that pass more than the bar before.
        reason: Why it superseded the one before.
        sha256: Digest of its canonical JSON.
        position: Where it stands in the log.
    """

    number: Number
    units: Number
    max_rejects: Count
    registered_at: Moment
    loosened: list[str]
    reason: str | None
    sha256: Digest
    position: Position


class BuildTimesAnswer(TypedDict):
    """The build times of the units that count.

    Attributes:
        timed: Units with a build time.
        median_s: Their median in seconds, as a decimal.
        reference_s: What the bench or the prototype took, in seconds; never counted.
        ratio: Median over reference, to two decimals.
    """

    timed: Count
    median_s: DecimalText | None
    reference_s: int | None
    ratio: DecimalText | None


class JudgedBatchAnswer(TypedDict):
    """A batch, counted under its bar.

    Attributes:
        batch: The batch's key.
        attempt: Which attempt of the process it is, from 1.
        process_revision: The revision of the process it was built on.
        bar: The number of its bar.
        planned: Units that the bar asks for, n.
        units: Units that count.
        rejects: Nonconforming units among them.
        nonconformities: Nonconformities on them; a unit may have several.
        excluded: Why a unit does not count: codes by serial.
        incomplete: Characteristics without a reading, by serial.
        build_time: The build times of the units that count.
        retests: Further results on record, which never count.
        corrections: Corrections that a second person confirmed.
        outcomes: What was decided on it, oldest first.
    """

    batch: str
    attempt: Number
    process_revision: Number
    bar: Number
    planned: Number
    units: Count
    rejects: Count
    nonconformities: Count
    excluded: dict[str, list[str]]
    incomplete: dict[str, list[str]]
    build_time: BuildTimesAnswer
    retests: Count
    corrections: Count
    outcomes: list[OutcomeName]


class HandoverPart(TypedDict):
    """The units released with the sign-off.

    Attributes:
        activity: The next activity's code.
        serials: Conforming units of the deciding batch, and no others.
    """

    activity: ActivityCode
    serials: list[str]


class ContextEventAnswer(TypedDict):
    """An event around the decision.

    Attributes:
        position: Where it stands in the log.
        by: Who recorded it.
        type: The kind of event, by its wire name.
        says: The event as a sentence.
    """

    position: Position
    by: str
    type: EventName
    says: str


class WhyAnswer(TypedDict):
    """Why a process stands where it stands: `signoff why`.

    The process, the decision explained, its rules and the events around it. The rows are the
    rules.

    Attributes:
        process: The process's key.
        name: What is being made.
        called: The user's own word for a production prototype.
        activity: Code of this activity.
        standing: Where the process stands now; only SIGNED_OFF opens the order gate.
        standing_why: Why, where there is something to say.
        orders_at_risk: The orders that stand while the process is not signed off.
        disclosures: What a reader has to know first.
        batch: The batch explained; null while there is none.
        outcome: What was decided on that batch.
        decision: The decision explained; null while there is none.
        rule_set: The version of the rules.
        rules: Every rule: as decided on, or as of now while undecided.
        bars: Every bar, in the order registered.
        batches: Every batch, in the order opened.
        modes: Units with each mode as x/n, by mode and then by batch.
        recurrences: Modes in that batch that a change had declared fixed.
        held_for_s: Seconds from the first hold to the sign-off explained.
        handover: The units released with the sign-off.
        context: Changes, orders, refusals, remarks and endings, oldest first.
        does_not_show: What a sign-off does not show; empty for everything else.
        figures: Everything shown in numbers; null where no batch is in question.
        says: What is said, each part apart.
    """

    process: str
    name: str
    called: str
    activity: ActivityCode
    standing: StandingName
    standing_why: str
    orders_at_risk: list[OrderAtRiskAnswer]
    disclosures: list[DisclosureAnswer]
    batch: str | None
    outcome: Annotated[str, Form(choices=("NOT_DECIDED", "HELD", "SIGNED_OFF"))]
    decision: DecisionAnswer | None
    rule_set: str
    rules: list[RuleAnswer]
    bars: list[BarAnswer]
    batches: list[JudgedBatchAnswer]
    modes: dict[str, dict[str, Annotated[str, Form(r"^\d+/\d+$")]]]
    recurrences: list[str]
    held_for_s: int | None
    handover: HandoverPart
    context: list[ContextEventAnswer]
    does_not_show: str
    figures: FiguresAnswer | None
    says: SentencesAnswer


ANSWER = WhyAnswer
ROW = RuleAnswer


class WhyParts(NamedTuple):
    """What an answer is made of, as rows of views.

    Attributes:
        process: The process as it stands at the moment asked about.
        explained: What is said of the decision, or of the rules while there is none.
        bars: Its bars.
        orders: Its orders.
        batches: Its batches.
        context: Events around the decision.
        others: Other processes.
    """

    process: Row
    explained: dict[str, Any]
    bars: Sequence[Row]
    orders: Sequence[Row]
    batches: Sequence[Row]
    context: Sequence[Row]
    others: Sequence[Row]


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
    return {
        "process": process["process"],
        "name": process["name"],
        "called": process["called"],
        "activity": process["activity"],
        "standing": process["standing"],
        "standing_why": process["standing_why"],
        "orders_at_risk": _at_risk(process, parts.orders),
        "disclosures": [*explained["disclosures"], *same],
        "batch": explained["batch"],
        "outcome": explained["outcome"],
        "decision": explained["decision"],
        "rule_set": explained["rule_set"],
        "rules": explained["rules"],
        "bars": [_bar(row) for row in parts.bars],
        "batches": [_batch(row) for row in parts.batches],
        "modes": _modes(parts.batches),
        "recurrences": explained["recurrences"],
        "held_for_s": explained["held_for_s"],
        "handover": {"activity": process["next_activity"], "serials": explained["serials"]},
        "context": [
            {
                "position": row["position"],
                "by": row["person"],
                "type": row["type"],
                "says": row["sentence"],
            }
            for row in parts.context
        ],
        "does_not_show": explained["does_not_show"],
        "figures": explained["figures"],
        "says": explained["says"],
    }


def _at_risk(process: Row, orders: Sequence[Row]) -> list[OrderAtRiskAnswer]:
    if process["standing"] == "SIGNED_OFF":
        return []
    standing = (row for row in orders if not row["cancelled"])
    return [{"quantity": row["quantity"], "reference": row["reference"]} for row in standing]


def _bar(row: Row) -> BarAnswer:
    return {
        "number": row["number"],
        "units": row["units"],
        "max_rejects": row["max_rejects"],
        "registered_at": row["registered_at"],
        "loosened": json.loads(row["loosened"]),
        "reason": row["reason"],
        "sha256": row["digest"],
        "position": row["position"],
    }


def _batch(row: Row) -> JudgedBatchAnswer:
    median, reference = row["build_time_median_s"], row["build_time_reference_s"]
    return {
        "batch": row["batch"],
        "attempt": row["attempt"],
        "process_revision": row["process_revision"],
        "bar": row["bar"],
        "planned": row["planned"],
        "units": row["units"],
        "rejects": row["rejects"],
        "nonconformities": row["nonconformities"],
        "excluded": json.loads(row["excluded_units"]),
        "incomplete": json.loads(row["incomplete_units"]),
        "build_time": {
            "timed": row["timed"],
            "median_s": median,
            "reference_s": reference,
            "ratio": row["build_time_ratio"],
        },
        "retests": row["retests"],
        "corrections": row["corrections"],
        "outcomes": json.loads(row["outcomes"]),
    }


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
