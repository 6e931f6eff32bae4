"""People and their roles, and the founding of a ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from signoff_ledger.domain.aggregate import Aggregate
from signoff_ledger.domain.person_events import (
    DecisionTaken,
    LedgerFounded,
    PersonEnrolled,
    RoleGranted,
    RoleRevoked,
)
from signoff_ledger.errors import InputError

if TYPE_CHECKING:
    from signoff_ledger.domain.event import Entry, Stamp
    from signoff_ledger.domain.values import Role

LEDGER_FORMAT = 1
"""Format of a ledger as a whole: line format, streams, and what the events mean."""


class Founding(Aggregate):
    """The ledger itself: one stream, one event so far."""

    KIND = "ledger"

    def __init__(self, key: str = "ledger") -> None:
        super().__init__(key)
        self.name = ""

    def found(self, stamp: Stamp, name: str) -> None:
        """Begin the ledger under a name that exports and signatures will carry."""
        self.emit(stamp, LedgerFounded(ledger_format=LEDGER_FORMAT, name=name))

    def _founded(self, event: LedgerFounded, _: Entry) -> None:
        self.name = event.name

    EVOLVE: ClassVar = {LedgerFounded: _founded}


class Person(Aggregate):
    """Somebody who acts: a key for ever, a printed name, and roles that come and go."""

    KIND = "person"

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.printed_name = ""
        self.roles: set[Role] = set()

    def enrol(self, stamp: Stamp, printed_name: str) -> None:
        """Enrol under this key.

        Raises:
            InputError: The key is taken; keys are never reassigned (Part 11 11.100(a)).
        """
        if self.exists:
            raise InputError(
                "SL106",
                f"{self.key} is enrolled already, as {self.printed_name}",
                why="a key names one person for ever",
                fix="choose another key",
            )
        self.emit(stamp, PersonEnrolled(person=self.key, printed_name=printed_name))

    def grant(self, stamp: Stamp, role: Role, note: str) -> None:
        """Grant a role.

        Raises:
            InputError: The person has it already.
        """
        if role in self.roles:
            raise InputError(
                "SL109", f"{self.key} is {role} already", fix="nothing needs to be done"
            )
        self.emit(stamp, RoleGranted(note=note, role=role))

    def revoke(self, stamp: Stamp, role: Role, reason: str) -> None:
        """Take a role back.

        Raises:
            InputError: The person does not have it.
        """
        if role not in self.roles:
            held = ", ".join(sorted(self.roles)) or "no role"
            raise InputError("SL109", f"{self.key} is not {role}", why=f"{self.key} holds {held}")
        self.emit(stamp, RoleRevoked(reason=reason, role=role))

    def took_decision(self, stamp: Stamp, decision: DecisionTaken) -> None:
        """Note on the person's own stream that they decided."""
        self.emit(stamp, decision)

    def _enrolled(self, event: PersonEnrolled, _: Entry) -> None:
        self.printed_name = event.printed_name

    def _granted(self, event: RoleGranted, _: Entry) -> None:
        self.roles.add(event.role)

    def _revoked(self, event: RoleRevoked, _: Entry) -> None:
        self.roles.discard(event.role)

    def _decided(self, event: DecisionTaken, entry: Entry) -> None:
        pass

    EVOLVE: ClassVar = {
        PersonEnrolled: _enrolled,
        RoleGranted: _granted,
        RoleRevoked: _revoked,
        DecisionTaken: _decided,
    }
