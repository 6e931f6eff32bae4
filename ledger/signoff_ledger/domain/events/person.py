"""Events on the stream of a person: enrolment, roles, keys, and what they put their name to.

A person's printed name stands in their enrolment, and in the decisions they signed, because the
law wants it shown there (Part 11 11.50); everything else names them by key.
"""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from signoff_ledger.domain.events.event import Event
from signoff_ledger.domain.signature import UNSIGNED, Fingerprint, Signature
from signoff_ledger.domain.values import PROSE, Key, Outcome, Role, Text


class PersonEnrolled(Event):
    """A person may be named from here on; keys are never reused (Part 11 11.100(a))."""

    TOPIC: ClassVar[str] = "signoff.person-enrolled.v1"

    person: Key
    printed_name: Text
    signature: Signature = UNSIGNED


class RoleGranted(Event):
    """A role, with the reason it was given (Part 11 11.10(i))."""

    TOPIC: ClassVar[str] = "signoff.role-granted.v1"

    note: Text
    role: Role
    signature: Signature = UNSIGNED


class RoleRevoked(Event):
    """A role taken back, with the reason."""

    TOPIC: ClassVar[str] = "signoff.role-revoked.v1"

    reason: Text
    role: Role
    signature: Signature = UNSIGNED


class SigningKeyRegistered(Event):
    """A person showed a public key and, by signing with it, that they hold the other half.

    Attributes:
        in_force: True only for a key of a sole owner who has no other in force, which no other
            person could confirm; every other key waits for an owner to accept it.
        public_key: `type base64`, as in `authorized_keys`, without a comment.
        signature: Made by this very key.
    """

    TOPIC: ClassVar[str] = "signoff.signing-key-registered.v1"

    in_force: bool
    public_key: Annotated[str, Field(max_length=4_096)]
    signature: Signature


class SigningKeyAccepted(Event):
    """A second person confirmed whose key it is (Part 11 11.100(b)); it signs from here on."""

    TOPIC: ClassVar[str] = "signoff.signing-key-accepted.v1"

    fingerprint: Fingerprint
    signature: Signature = UNSIGNED


class SigningKeyRevoked(Event):
    """The key signs no more; what it signed before stays signed (Part 11 11.300(c)).

    Attributes:
        signature: Of its holder, with this very key or another one, or of an owner; none where a
            sole owner has lost their only key.
    """

    TOPIC: ClassVar[str] = "signoff.signing-key-revoked.v1"

    fingerprint: Fingerprint
    reason: Text
    signature: Signature = UNSIGNED


class SignatureGiven(Event):
    """The person signed an event on another stream with a key in force at this very version.

    Written in the same save, so that a key revoked in between cannot slip past.
    """

    TOPIC: ClassVar[str] = "signoff.signature-given.v1"

    fingerprint: Fingerprint
    signed_stream: UUID
    signed_version: int


class SignatureRefused(Event):
    """A signature that was offered under this person's name was not theirs (Part 11 11.300(d))."""

    TOPIC: ClassVar[str] = "signoff.signature-refused.v1"

    code: str
    command: str
    what: str
    why: str


class DecisionTaken(Event):
    """The person decided on a process, so a role revoked in between cannot slip past the rules."""

    TOPIC: ClassVar[str] = "signoff.decision-taken.v1"

    meaning: Annotated[Text, PROSE]
    outcome: Outcome
    process: Key
    process_version: int


EVENTS: tuple[type[Event], ...] = (
    PersonEnrolled,
    RoleGranted,
    RoleRevoked,
    SigningKeyRegistered,
    SigningKeyAccepted,
    SigningKeyRevoked,
    SignatureGiven,
    SignatureRefused,
    DecisionTaken,
)
