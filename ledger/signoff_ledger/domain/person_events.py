"""Events on the stream of a person, and the one event that founds a ledger.

A person's printed name stands in their enrolment only; everything else names them by key.
"""

from __future__ import annotations

from typing import ClassVar

from signoff_ledger.domain.event import Event
from signoff_ledger.domain.values import Key, Label, Outcome, Role, Text


class LedgerFounded(Event):
    """The first event of every ledger: what it is called and in which format it is written."""

    TOPIC: ClassVar[str] = "signoff.ledger-founded.v1"

    ledger_format: int
    name: Label


class PersonEnrolled(Event):
    """A person may be named from here on; keys are never reused (Part 11 11.100(a))."""

    TOPIC: ClassVar[str] = "signoff.person-enrolled.v1"

    person: Key
    printed_name: Text


class RoleGranted(Event):
    """A role, with the reason it was given (Part 11 11.10(i))."""

    TOPIC: ClassVar[str] = "signoff.role-granted.v1"

    note: Text
    role: Role


class RoleRevoked(Event):
    """A role taken back, with the reason."""

    TOPIC: ClassVar[str] = "signoff.role-revoked.v1"

    reason: Text
    role: Role


class DecisionTaken(Event):
    """The person decided on a process, so a role revoked meanwhile cannot slip past the rules."""

    TOPIC: ClassVar[str] = "signoff.decision-taken.v1"

    meaning: Text
    outcome: Outcome
    process: Key
    process_version: int


EVENTS: tuple[type[Event], ...] = (
    LedgerFounded,
    PersonEnrolled,
    RoleGranted,
    RoleRevoked,
    DecisionTaken,
)
