"""Every decision on a process taken again from its events, and what was recorded."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NotRequired, TypedDict

from signoff_ledger.domain.values import format_utc
from signoff_ledger.errors import Advice, NotFoundError
from signoff_ledger.queries.value_forms import Moment, Number, OutcomeName, Position
from signoff_ledger.queries.why import WhyAnswer
from signoff_ledger.queries.why_undecided import why_undecided
from signoff_ledger.replay.replay import checked_position, position_at, replay_decisions

if TYPE_CHECKING:
    from signoff_ledger.application.ledger import Ledger
    from signoff_ledger.domain.verdict import Verdict
    from signoff_ledger.replay.replay import ReplayedDecision

SCHEMA = "signoff.replay/1"


class EventRefAnswer(TypedDict):
    """An event by its place in its stream.

    Attributes:
        stream: process, or `batch KEY`, or `person KEY`.
        version: Its version there.
    """

    stream: str
    version: Number


class FindingAnswer(TypedDict):
    """One rule's finding.

    Attributes:
        rule: The rule's name.
        holds: Whether it is satisfied.
        says: One sentence with the numbers in it.
        numbers: The whole numbers compared.
        counts: Units by mode or by reason.
        settled_by: The events that settle it.
    """

    rule: str
    holds: bool
    says: str
    numbers: dict[str, int]
    counts: dict[str, int]
    settled_by: list[EventRefAnswer]


class VerdictAnswer(TypedDict):
    """Every rule's finding on one case.

    Attributes:
        findings: One per rule, in the order of the rule set.
        rule_set: The version of the rules.
        batch: The batch looked at; absent when there was none.
    """

    findings: list[FindingAnswer]
    rule_set: str
    batch: NotRequired[str]


class ReplayedAnswer(TypedDict):
    """A decision, and what the rules say about the events it was taken on.

    Attributes:
        position: Where it stands in the log.
        at: When it was recorded.
        by: Who took it.
        automatic: Whether the bar took it.
        batch: The batch decided on.
        outcome: What was decided.
        rule_set: The rules it was taken under.
        recorded: Every rule's finding as recorded.
        replayed: Every rule's finding as found again.
        same: Whether both verdicts state the same and allow the outcome.
        figures_same: Whether the figures it showed come out the same.
        signature_holds: Whether its signature is one, by a key in force then; null where there is
            none and none was needed.
    """

    position: Position
    at: Moment
    by: str
    automatic: bool
    batch: str | None
    outcome: OutcomeName
    rule_set: str
    recorded: VerdictAnswer
    replayed: VerdictAnswer
    same: bool
    figures_same: bool
    signature_holds: bool | None


class ReplayAnswer(TypedDict):
    """Every decision taken again from the events: `signoff replay`. The rows are the decisions.

    Attributes:
        process: The process's key.
        until: The position that --until names; null for the whole log.
        decisions: Every decision, oldest first.
        state: With --until: what `signoff why` would have said then.
    """

    process: str
    until: Position | None
    decisions: list[ReplayedAnswer]
    state: NotRequired[WhyAnswer]


ANSWER = ReplayAnswer
ROW = ReplayedAnswer


def replay(ledger: Ledger, process: str | None = None, until: int | None = None) -> ReplayAnswer:
    """Compute every decision on a process again.

    Args:
        ledger: The ledger.
        process: The process; the only one there is by default.
        until: The position to stop at, inclusive.

    Raises:
        NotFoundError: There is no such process.
        EvidenceError: A decision names a rule set that this program does not have, or was taken
            on events that the ledger no longer has.
    """
    key = ledger.work().process_named(process)
    data: ReplayAnswer = {
        "process": key,
        "until": until,
        "decisions": [_decision(each) for each in replay_decisions(ledger.store, key, until)],
    }
    if until is not None:
        data["state"] = why_undecided(ledger.store, key, until=until)
    return data


def position_of(ledger: Ledger, until: int | datetime) -> int:
    """Give the position of the log that a position or a moment names.

    Raises:
        NotFoundError: SL206, the log has no such position, or nothing was recorded by then.
    """
    if not isinstance(until, datetime):
        return checked_position(ledger.store, until)
    position = position_at(ledger.store, until)
    if position == 0:
        raise NotFoundError(
            "SL206",
            f"nothing was recorded by {until.isoformat()}",
            advice=Advice("see-first-event"),
        )
    return position


def _decision(replayed: ReplayedDecision) -> ReplayedAnswer:
    return {
        "position": replayed.position,
        "at": format_utc(replayed.at),
        "by": replayed.by,
        "automatic": replayed.automatic,
        "batch": replayed.recorded.batch,
        "outcome": str(replayed.outcome),
        "rule_set": replayed.recorded.rule_set,
        "recorded": _verdict(replayed.recorded),
        "replayed": _verdict(replayed.replayed),
        "same": replayed.same,
        "figures_same": replayed.figures_same,
        "signature_holds": replayed.signature_holds,
    }


def _verdict(verdict: Verdict) -> VerdictAnswer:
    data: VerdictAnswer = {
        "findings": [
            {
                "rule": f.rule,
                "holds": f.holds,
                "says": f.says,
                "numbers": dict(f.numbers),
                "counts": dict(f.counts),
                "settled_by": [
                    {"stream": ref.stream, "version": ref.version} for ref in f.settled_by
                ],
            }
            for f in verdict.findings
        ],
        "rule_set": verdict.rule_set,
    }
    if verdict.batch is not None:
        data["batch"] = verdict.batch
    return data
