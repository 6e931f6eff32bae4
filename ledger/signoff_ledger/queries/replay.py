"""Every decision on a process taken again from its events, and what was recorded."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, NotRequired, TypedDict

from signoff_ledger.domain.values import format_utc
from signoff_ledger.errors import Advice, NotFoundError
from signoff_ledger.queries.reader import picked
from signoff_ledger.queries.value_forms import ModelData, Moment, OutcomeName, Position
from signoff_ledger.queries.why import WhyAnswer
from signoff_ledger.queries.why_undecided import why_undecided
from signoff_ledger.replay.replay import checked_position, position_at, replay_decisions

if TYPE_CHECKING:
    from signoff_ledger.application.ledger import Ledger
    from signoff_ledger.replay.replay import ReplayedDecision

SCHEMA = "signoff.replay/1"


VerdictAnswer = Annotated[dict[str, Any], ModelData("signoff_ledger.domain.verdict", "Verdict")]


class ReplayedAnswer(TypedDict):
    """A decision, and what the rules say about the events it was taken on."""

    position: Position  #: Where it stands in the log.
    at: Moment  #: When it was recorded.
    by: str  #: Who took it.
    automatic: bool  #: Whether the bar took it.
    batch: str | None  #: The batch decided on.
    outcome: OutcomeName  #: What was decided.
    rule_set: str  #: The rules it was taken under.
    recorded: VerdictAnswer  #: Every rule's finding as recorded.
    replayed: VerdictAnswer  #: Every rule's finding as found again.
    same: bool  #: Whether both verdicts state the same and allow the outcome.
    figures_same: bool  #: Whether the figures it showed come out the same.
    #: Whether its signature is one, by a key in force then; null where there is none and none was
    #: needed.
    signature_holds: bool | None


class ReplayAnswer(TypedDict):
    """Every decision taken again from the events: `signoff replay`. The rows are the decisions."""

    process: str  #: The process's key.
    until: Position | None  #: The position that --until names; null for the whole log.
    decisions: list[ReplayedAnswer]  #: Every decision, oldest first.
    state: NotRequired[WhyAnswer]  #: With --until: what `signoff why` would have said then.


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
    made = {
        "at": format_utc(replayed.at),
        "batch": replayed.recorded.batch,
        "outcome": str(replayed.outcome),
        "rule_set": replayed.recorded.rule_set,
        "recorded": replayed.recorded.model_dump(mode="json", exclude_none=True),
        "replayed": replayed.replayed.model_dump(mode="json", exclude_none=True),
        "same": replayed.same,
    }
    return picked(ReplayedAnswer, {**replayed._asdict(), **made})
