"""People's signing keys, and the key that seals the log."""

from base64 import b64encode
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field

from signoff_ledger.application.commands.command import (
    ANYONE,
    OWNERS,
    Command,
    as_fingerprint,
    as_text,
)
from signoff_ledger.application.ledger import Call, Ledger, Receipt
from signoff_ledger.application.unit_of_work import UnitOfWork
from signoff_ledger.custody.key_store import Vault
from signoff_ledger.domain.events.ledger import LogKeyRotated
from signoff_ledger.domain.ledger_stream import LedgerStream
from signoff_ledger.domain.person import Person
from signoff_ledger.domain.values import Role
from signoff_ledger.errors import Advice, IdentityError, InputError
from signoff_ledger.integrity.log_keys import rotation_statement
from signoff_ledger.integrity.ssh.public_key import parse_ssh_public_key


def _key_alone(line: str) -> str:
    """Check a line as in `authorized_keys`; its comment is left out."""
    return parse_ssh_public_key(line).line


class RegisterKey(Command, name="key register", roles=ANYONE):
    """Register the actor's own public key; it signs once an owner has accepted it.

    It is signed with the key itself, which shows that the actor holds it.
    """

    public_key: Annotated[str, AfterValidator(_key_alone)]  #: A line as in `authorized_keys`.

    def decide(self, work: UnitOfWork) -> None:
        """Register it.

        Raises:
            InputError: It is another person's already.
        """
        person = work.known_person(work.stamp.by)
        key = parse_ssh_public_key(self.public_key)
        holder = _holder_of(work, key.fingerprint)
        if holder not in {None, person.key}:
            raise InputError(
                "SL106",
                f"the key {key.fingerprint} is {holder}'s",
                why="a key belongs to one person permanently (Part 11 11.100(a))",
                advice=Advice("make-own-key"),
            )
        person.register_key(work.stamp, key.line, sole_owner=work.owners() == [person.key])


class AcceptKey(Command, name="key accept", roles=OWNERS):
    """Confirm that a key is a person's; the one that waits unless it is named."""

    person: str
    fingerprint: Annotated[str, as_fingerprint("the fingerprint")] | None = None

    def decide(self, work: UnitOfWork) -> None:
        """Accept it."""
        holder = work.known_person(self.person)
        sole = work.owners() == [work.stamp.by]
        holder.accept_key(work.stamp, self.fingerprint or _waiting(holder), sole_owner=sole)


class RevokeKey(Command, name="key revoke", roles=ANYONE):
    """Revoke a key; its holder may, and an owner (Part 11 11.300(c))."""

    person: str  #: Whose key it is.
    fingerprint: Annotated[str, as_fingerprint("the fingerprint")]
    reason: Annotated[str, as_text("the reason")]  #: Why.
    #: The holder cannot sign, and no other person could revoke it: believed of a sole owner with no
    #: other key, unsigned, and shown as such by every verification of the log.
    lost: bool = False

    @property
    def is_signed(self) -> bool:
        """A lost key signs nothing."""
        return not self.lost

    def decide(self, work: UnitOfWork) -> None:
        """Revoke it.

        Raises:
            IdentityError: SL402, the actor is neither; SL404, it is said to be lost, and a person
                could sign the revocation.
        """
        actor = work.person(work.stamp.by)
        if actor.key != self.person and Role.OWNER not in actor.roles:
            raise IdentityError(
                "SL402",
                f"{actor.key} may not revoke a key of {self.person}",
                why="its holder may, and an owner",
            )
        holder = work.known_person(self.person)
        if self.lost:
            _check_alone(work, holder, self.fingerprint)
        holder.revoke_key(work.stamp, self.fingerprint, self.reason)


class RotateLogKey(Command, name="key rotate-log", roles=OWNERS):
    """Seal with a new key from here on; the old one signs that it does, and the new one, too."""

    reason: Annotated[str, as_text("the reason")]  #: Why.
    #: Gives the new key, which is made at the first call and not again.
    new_key: Callable[[LedgerStream], str] = Field(exclude=True)
    #: Signs with a key of the log, given its verifier key and what is signed.
    sign: Callable[[str, bytes], bytes] = Field(exclude=True)

    def decide(self, work: UnitOfWork) -> None:
        """Make the new key, and have both sign."""
        founding = work.founding()
        old, new = founding.log_key, self.new_key(founding)
        statement = rotation_statement(old, new)
        old_signature = self.sign(old, statement) if old else None
        rotated = LogKeyRotated(
            log_key=new,
            new_signature=_base64(self.sign(new, statement)),
            old_signature=_base64(old_signature) if old_signature else None,
            reason=self.reason,
        )
        founding.rotate(work.stamp, rotated)


def rotate_log_key(
    ledger: Ledger, call: Call, custody: Vault, reason: str, passphrase: str | None = None
) -> Receipt:
    """Rotate the log's key: seal with the old one, make and record the new one, seal with it.

    Raises:
        IdentityError: SL406, the old key is not at hand.
        EvidenceError: SL507 or SL508, this is not the log that was sealed.
    """
    made: list[str] = []

    def new_key(founding: LedgerStream) -> str:
        if not made:
            if founding.log_key is not None and ledger.sealer is not None and not call.dry_run:
                ledger.sealer.seal()
            made.append(custody.make_key(founding.origin, founding.name, passphrase))
        return made[0]

    receipt = None
    try:
        command = RotateLogKey(reason=reason, new_key=new_key, sign=custody.sign_rotation)
        receipt = ledger.execute(command, call)
    finally:
        if made and (receipt is None or not receipt.recorded):
            custody.forget(made[0])
    if ledger.sealer is not None and receipt.recorded and not receipt.repeated:
        ledger.sealer.seal()
    return receipt


def _check_alone(work: UnitOfWork, holder: Person, fingerprint: str) -> None:
    """Refuse to revoke a key by name alone where a person can sign for it."""
    others = [key for key in work.owners() if key != holder.key]
    if holder.key != work.stamp.by or others or Role.OWNER not in holder.roles:
        named = " or ".join(others) or "an owner"
        raise IdentityError(
            "SL404",
            "a lost key is revoked by an owner, who signs",
            why="only a sole owner's own one can be revoked by no other person",
            advice=Advice("let-owner-revoke", owner=named),
        )
    if set(holder.keys_in_force) - {fingerprint}:
        raise IdentityError(
            "SL404",
            f"{holder.key} has another key in force, and signs with that",
            advice=Advice("omit-lost"),
        )


def _holder_of(work: UnitOfWork, fingerprint: str) -> str | None:
    return next((p.key for p in work.people() if fingerprint in p.keys), None)


def _waiting(holder: Person) -> str:
    waiting = [f for f, k in holder.keys.items() if k.accepted is None and k.revoked is None]
    if len(waiting) != 1:
        raise InputError(
            "SL109",
            f"{holder.key} has {len(waiting)} keys that wait to be accepted",
            why=", ".join(waiting),
            advice=Advice("name-fingerprint" if waiting else "register-key-first"),
        )
    return waiting[0]


def _base64(signature: bytes) -> str:
    return b64encode(signature).decode("ascii")
