"""Where a process stands at a moment; part of several answers."""

from datetime import datetime
from typing import Annotated, TypedDict

from signoff_ledger.projections.tables import PROCESSES
from signoff_ledger.queries.reader import Reader, Row, picked
from signoff_ledger.queries.value_forms import ActivityCode, Count, Form, Number, StandingName
from signoff_ledger.queries.view_checks import checked_standing


class StandingAnswer(TypedDict):
    """A process as it stands."""

    process: str  #: The process's key.
    name: str  #: What is being made.
    called: str  #: The user's own word for a production prototype.
    activity: ActivityCode  #: Code of this activity.
    stage: str  #: The stage it belongs to.
    next_activity: ActivityCode  #: Where conforming units go after a sign-off.
    standing: StandingName  #: Where it stands; only SIGNED_OFF opens the order gate.
    standing_why: str  #: Why, where there is something to say; else empty.
    #: How the last decision is signed: `none` or `ssh`; empty before the first.
    signature: Annotated[str, Form(choices=("", "none", "ssh"))]
    process_revision: Number  #: Its revision; every change raises it.
    signed_revision: int | None  #: The revision signed off, while a sign-off is on record.
    run_min: Number  #: Smallest run that a sign-off is asked for.
    run_max: Number  #: Largest run.
    ordered: Count  #: Units ordered under the sign-off; those of the orders that stand without one.
    orders: str  #: The orders that stand, each with its quantity; else empty.
    #: Those of them that are not under the sign-off that stands; else empty.
    orders_from_before: str
    lapses_at: str  #: When time alone ends the sign-off; empty without one.
    plan: Number  #: Number of the plan in force.
    bar: int | None  #: Number of the bar in force; null before the first.
    planned: int | None  #: Its batch size n.
    ac: int | None  #: Its acceptance number.
    attempts: Count  #: Batches opened so far.
    open_batch: str  #: The batch that takes units; empty when none does.
    latest_batch: str  #: The batch opened last; empty before the first.
    changes: Count  #: Process changes on record.
    decisions: Count  #: Decisions on record.
    held_since: str  #: When the present hold began; empty while it is not held.
    at_risk: str  #: The orders that stand while the process is not signed off; else empty.


def standings(reader: Reader, now: datetime, *processes: str) -> list[StandingAnswer]:
    """Say where processes stand at a moment, in the order of their keys; all of them by default.

    Raises:
        EvidenceError: SL513, the view says another standing than the log.
    """
    where = f"process IN ({', '.join('?' * len(processes))})" if processes else ""
    rows = reader.read(PROCESSES, where, processes)
    return [picked(StandingAnswer, as_of(checked_standing(reader, row), now)) for row in rows]


def as_of(row: Row, now: datetime) -> Row:
    """Give a process's row as it stands at a moment: time alone ends a sign-off (G26)."""
    if is_past(row["lapses_at"], now):
        row = {**row, "standing": "LAPSED", "standing_why": row["lapse_why"]}
    return {**row, "at_risk": row["orders"] if row["standing"] != "SIGNED_OFF" else ""}


def is_past(moment: str, now: datetime) -> bool:
    """Say whether a moment as views hold it, or "" for none, is past."""
    return bool(moment) and now > datetime.fromisoformat(moment)
