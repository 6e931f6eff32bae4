"""Events on the stream of a person: enrolment, roles, keys, and what they put their name to.

A person's printed name stands in their enrolment, and in the decisions they signed, because the
law wants it shown there (Part 11 11.50); everything else names them by key.
"""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from signoff_ledger.domain.events.event import Event
from signoff_ledger.domain.signature import UNSIGNED, Fingerprint, Signature
from signoff_ledger.domain.values import PROSE, Key, Outcome, Role, Text


class PersonEnrolled(Event, topic="signoff.person-enrolled.v1"):
    """A person may be named from here on; keys are never reused (Part 11 11.100(a))."""

    person: Key
    printed_name: Text
    signature: Signature = UNSIGNED


class RoleGranted(Event, topic="signoff.role-granted.v1"):
    """A role, with the reason it was given (Part 11 11.10(i))."""

    note: Text
    role: Role
    signature: Signature = UNSIGNED


class RoleRevoked(Event, topic="signoff.role-revoked.v1"):
    """A role taken back, with the reason."""

    reason: Text
    role: Role
    signature: Signature = UNSIGNED


class SigningKeyRegistered(Event, topic="signoff.signing-key-registered.v1"):
    """A person showed a public key and, by signing with it, that they hold the other half."""

    #: True only for a key of a sole owner who has no other in force, which no other person could
    #: confirm; every other key waits for an owner to accept it.
    in_force: bool
    #: `type base64`, as in `authorized_keys`, without a comment.
    public_key: Annotated[str, Field(max_length=4_096)]
    signature: Signature  #: Made by this very key.


class SigningKeyAccepted(Event, topic="signoff.signing-key-accepted.v1"):
    """A second person confirmed whose key it is (Part 11 11.100(b)); it signs from here on."""

    fingerprint: Fingerprint
    signature: Signature = UNSIGNED


class SigningKeyRevoked(Event, topic="signoff.signing-key-revoked.v1"):
    """The key signs no more; what it signed before stays signed (Part 11 11.300(c))."""

    fingerprint: Fingerprint
    reason: Text
    #: Of its holder, with this very key or another one, or of an owner; none where a sole owner has
    #: lost their only key.
    signature: Signature = UNSIGNED


class SignatureGiven(Event, topic="signoff.signature-given.v1"):
    """The person signed an event on another stream with a key in force at this very version.

    Written in the same save, so that a key revoked in between cannot slip past.
    """

    fingerprint: Fingerprint
    signed_stream: UUID
    signed_version: int


class SignatureRefused(Event, topic="signoff.signature-refused.v1"):
    """A signature that was offered under this person's name was not theirs (Part 11 11.300(d))."""

    code: str
    command: str
    what: str
    why: str


class DecisionTaken(Event, topic="signoff.decision-taken.v1"):
    """The person decided on a process, so a role revoked in between cannot slip past the rules."""

    meaning: Annotated[Text, PROSE]
    outcome: Outcome
    process: Key
    process_version: int
