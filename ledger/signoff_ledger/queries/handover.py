"""The units that went on to the next activity with a standing sign-off."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from signoff_ledger.domain.disclosure import withheld
from signoff_ledger.domain.process_records import Standing
from signoff_ledger.errors import Advice, RuleRefusedError
from signoff_ledger.projections.explanation import explain
from signoff_ledger.queries.value_forms import ActivityCode

if TYPE_CHECKING:
    from signoff_ledger.application.ledger import Ledger

SCHEMA = "signoff.handover/1"


class HandedOverAnswer(TypedDict):
    """A unit."""

    batch: str | None  #: Its batch.
    serial: str  #: Its serial.


class HandoverAnswer(TypedDict):
    """Units that went on: `signoff handover`. The rows are the units."""

    process: str  #: The process's key.
    batch: str | None  #: The deciding batch.
    activity: ActivityCode  #: Code of the activity they went on to.
    from_activity: ActivityCode  #: Code of the activity they come from.
    serials: list[str]  #: The conforming units.
    withheld: list[str]  #: Units that count and do not go on, with why.


ANSWER = HandoverAnswer
ROW = HandedOverAnswer


def handover(ledger: Ledger, process: str | None = None) -> HandoverAnswer:
    """List the conforming units of a process's deciding batch.

    Args:
        ledger: The ledger.
        process: The process; the only one there is by default.

    Raises:
        NotFoundError: There is no such process.
        RuleRefusedError: SL309, no sign-off stands.
    """
    state = ledger.work().known_process(ledger.work().process_named(process))
    now = ledger.clock.now()
    standing, _ = state.standing_at(now)
    sign_off = state.sign_off
    if sign_off is None or standing is not Standing.SIGNED_OFF:
        raise RuleRefusedError(
            "SL309",
            f"no units of {state.key} are handed over",
            why=f"the process stands at {standing}",
            advice=Advice("see-rules", process=state.key),
        )
    decided = explain(ledger.store, state.key, sign_off.batch, now=now)
    identity = decided.case.batches[sign_off.batch or ""].plan.identity
    return {
        "process": state.key,
        "batch": sign_off.batch,
        "activity": identity.next_activity,
        "from_activity": identity.activity,
        "serials": list(decided.handed_over),
        "withheld": list(withheld(decided.case)),
    }


def handed_over_units(data: HandoverAnswer) -> list[HandedOverAnswer]:
    """Give each unit that is handed over as a row."""
    return [{"batch": data["batch"], "serial": serial} for serial in data["serials"]]
