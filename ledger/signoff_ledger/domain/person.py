"""A person who acts: a permanent key, a printed name, roles and signing keys that come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from signoff_ledger.domain.aggregate import Aggregate
from signoff_ledger.domain.events import person as events
from signoff_ledger.domain.signature import UNSIGNED
from signoff_ledger.errors import (
    Advice,
    InputError,
    NotFoundError,
    RuleRefusedError,
    nothing_to_do,
)
from signoff_ledger.integrity.ssh.public_key import parse_ssh_public_key

if TYPE_CHECKING:
    from datetime import datetime

    from signoff_ledger.domain.events.event import EventEnvelope, EventMetadata
    from signoff_ledger.domain.values import Role


class SigningKey(NamedTuple):
    """A public key of a person and what became of it."""

    public_key: str  #: `type base64`.
    registered: int  #: Version at which it was shown.
    accepted: int | None = None  #: Version from which it signs; None while it waits.
    revoked: int | None = None  #: Version from which it signs no more; None while it does.
    #: When it was accepted, by the ledger's clock; None while it waits.
    accepted_at: datetime | None = None

    def signs_at(self, version: int) -> bool:
        """Say whether it may sign at a version of its holder's stream."""
        if self.accepted is None or version < self.accepted:
            return False
        return self.revoked is None or version < self.revoked


class Person(Aggregate):
    """A person who acts.

    Attributes:
        keys: Signing keys by fingerprint, oldest first.
        printed_name: As printed on decisions.
        roles: Those held now.
        ever: Those held now or before.
    """

    KIND = "person"

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.printed_name = ""
        self.roles: set[Role] = set()
        self.ever: set[Role] = set()
        self.keys: dict[str, SigningKey] = {}

    @property
    def must_sign(self) -> bool:
        """True from the first key in force on, permanently: a revoked key is no way back."""
        return any(key.accepted is not None for key in self.keys.values())

    @property
    def keys_in_force(self) -> dict[str, SigningKey]:
        """The keys that may sign now, by fingerprint."""
        return {f: key for f, key in self.keys.items() if key.signs_at(self.version + 1)}

    def enrol(self, stamp: EventMetadata, printed_name: str) -> None:
        """Enrol under this key.

        Raises:
            InputError: The key is taken; keys are never reassigned (Part 11 11.100(a)).
        """
        if self.exists:
            raise InputError(
                "SL106",
                f"{self.key} is enrolled already, as {self.printed_name}",
                why="a key names one person permanently",
                advice=Advice("choose-other-key"),
            )
        self.emit(stamp, events.PersonEnrolled(person=self.key, printed_name=printed_name))

    def grant(self, stamp: EventMetadata, role: Role, note: str) -> None:
        """Grant a role.

        Raises:
            InputError: The person has it already.
        """
        if role in self.roles:
            raise nothing_to_do(f"{self.key} is {role} already")
        self.emit(stamp, events.RoleGranted(note=note, role=role))

    def revoke(self, stamp: EventMetadata, role: Role, reason: str) -> None:
        """Take a role back.

        Raises:
            InputError: The person does not have it.
        """
        if role not in self.roles:
            held = ", ".join(sorted(self.roles)) or "no role"
            raise InputError("SL109", f"{self.key} is not {role}", why=f"{self.key} holds {held}")
        self.emit(stamp, events.RoleRevoked(reason=reason, role=role))

    def register_key(self, stamp: EventMetadata, public_key: str, *, sole_owner: bool) -> None:
        """Show a public key; it waits for an owner, except a sole owner's who has none in force.

        Raises:
            InputError: The key was shown before; keys are never used again (Part 11 11.100(a)).
        """
        key = parse_ssh_public_key(public_key)
        if key.fingerprint in self.keys:
            raise InputError(
                "SL106",
                f"{self.key} has shown the key {key.fingerprint} before",
                why="a key is registered once, and a revoked one never again",
                advice=Advice("make-own-key"),
            )
        self.emit(
            stamp,
            events.SigningKeyRegistered(
                in_force=sole_owner and not self.keys_in_force,
                public_key=key.line,
                signature=UNSIGNED,
            ),
        )

    def accept_key(self, stamp: EventMetadata, fingerprint: str, *, sole_owner: bool) -> None:
        """Confirm whose key it is.

        Raises:
            RuleRefusedError: The holder confirms their own key, and is not the only owner; or the
                key is not one that waits.
        """
        key = self._known_key(fingerprint)
        if key.accepted is not None or key.revoked is not None:
            raise RuleRefusedError(
                "SL312",
                f"the key {fingerprint} of {self.key} does not wait to be accepted",
                why="it was revoked" if key.revoked else "it is in force already",
            )
        if stamp.by == self.key and not sole_owner:
            raise RuleRefusedError(
                "SL307",
                f"{self.key} cannot accept a key of their own",
                why="another person confirms whose key it is (Part 11 11.100(b))",
                advice=Advice("ask-other-owner"),
            )
        self.emit(stamp, events.SigningKeyAccepted(fingerprint=fingerprint))

    def revoke_key(self, stamp: EventMetadata, fingerprint: str, reason: str) -> None:
        """Revoke a key.

        Raises:
            RuleRefusedError: It was revoked before.
        """
        if self._known_key(fingerprint).revoked is not None:
            raise RuleRefusedError(
                "SL312",
                f"the key {fingerprint} of {self.key} was revoked before",
                advice=Advice("nothing-to-do"),
            )
        self.emit(stamp, events.SigningKeyRevoked(fingerprint=fingerprint, reason=reason))

    def _known_key(self, fingerprint: str) -> SigningKey:
        known = self.keys.get(fingerprint)
        if known is None:
            raise NotFoundError(
                "SL208",
                f"{self.key} has no key {fingerprint}",
                why=f"they have {', '.join(self.keys) or 'none'}",
                advice=Advice("list-keys"),
            )
        return known

    def _enrolled(self, event: events.PersonEnrolled, _: EventEnvelope) -> None:
        self.printed_name = event.printed_name

    def _granted(self, event: events.RoleGranted, _: EventEnvelope) -> None:
        self.roles.add(event.role)
        self.ever.add(event.role)

    def _revoked(self, event: events.RoleRevoked, _: EventEnvelope) -> None:
        self.roles.discard(event.role)

    def _key_registered(self, event: events.SigningKeyRegistered, entry: EventEnvelope) -> None:
        accepted = entry.version if event.in_force else None
        at = entry.at if event.in_force else None
        key = SigningKey(event.public_key, entry.version, accepted, accepted_at=at)
        self.keys[parse_ssh_public_key(event.public_key).fingerprint] = key

    def _key_accepted(self, event: events.SigningKeyAccepted, entry: EventEnvelope) -> None:
        self.keys[event.fingerprint] = self._known_key(event.fingerprint)._replace(
            accepted=entry.version, accepted_at=entry.at
        )

    def _key_revoked(self, event: events.SigningKeyRevoked, entry: EventEnvelope) -> None:
        self.keys[event.fingerprint] = self._known_key(event.fingerprint)._replace(
            revoked=entry.version
        )

    def _noted(self, event: object, entry: EventEnvelope) -> None:
        """Nothing changes here; the version moves, and it is on record."""

    EVOLVE: ClassVar = {
        events.PersonEnrolled: _enrolled,
        events.RoleGranted: _granted,
        events.RoleRevoked: _revoked,
        events.SigningKeyRegistered: _key_registered,
        events.SigningKeyAccepted: _key_accepted,
        events.SigningKeyRevoked: _key_revoked,
        events.SignatureGiven: _noted,
        events.SignatureRefused: _noted,
        events.DecisionTaken: _noted,
    }
