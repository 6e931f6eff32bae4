"""People's signing keys, and the key that seals the log."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from signoff_ledger.application.commands.people import everybody, known_person, owners
from signoff_ledger.domain.events.ledger import LogKeyRotated
from signoff_ledger.domain.text_checks import checked_text, printable
from signoff_ledger.domain.values import Role, check_fingerprint
from signoff_ledger.errors import IdentityError, InputError
from signoff_ledger.integrity.log_keys import rotation_statement
from signoff_ledger.integrity.ssh.public_key import parse_ssh_public_key

if TYPE_CHECKING:
    from signoff_ledger.application.ledger import Call, Ledger, Receipt, UnitOfWork
    from signoff_ledger.application.ports import Custody
    from signoff_ledger.domain.person import Person


def register_key(ledger: Ledger, call: Call, public_key: str) -> Receipt:
    """Register the actor's own public key; it signs once an owner has accepted it.

    Args:
        ledger: The ledger.
        call: By whom, and with which signer: signing with the key shows that they hold it.
        public_key: A line as in `authorized_keys`; the comment is left out.

    Raises:
        InputError: The key is of a kind that is not accepted, or somebody has it already.
        IdentityError: It was not signed with.
    """
    key = parse_ssh_public_key(public_key)

    def decide(work: UnitOfWork) -> None:
        person = known_person(work, work.stamp.by)
        holder = _holder_of(work, key.fingerprint)
        if holder not in {None, person.key}:
            raise InputError(
                "SL106",
                f"the key {key.fingerprint} is {holder}'s",
                why="a key is one person's for ever (Part 11 11.100(a))",
                fix="make one of your own:  ssh-keygen -t ed25519",
            )
        person.register_key(work.stamp, key.line, sole_owner=owners(work) == [person.key])

    return ledger.act(call, "key register", {"public_key": key.line}, decide)


def accept_key(ledger: Ledger, call: Call, person: str, fingerprint: str | None) -> Receipt:
    """Confirm that a key is a person's; the one that waits unless it is named."""
    _check_fingerprint(fingerprint)

    def decide(work: UnitOfWork) -> None:
        holder = known_person(work, person)
        sole = owners(work) == [work.stamp.by]
        holder.accept_key(work.stamp, fingerprint or _waiting(holder), sole_owner=sole)

    content = {"person": person, "fingerprint": fingerprint}
    return ledger.act(call, "key accept", content, decide)


def revoke_key(
    ledger: Ledger, call: Call, person: str, fingerprint: str, reason: str, *, lost: bool = False
) -> Receipt:
    """Let a key sign no more; its holder may, and an owner (Part 11 11.300(c)).

    Args:
        ledger: The ledger.
        call: By whom.
        person: Whose key it is.
        fingerprint: The key.
        reason: Why.
        lost: The holder cannot sign, and nobody else could revoke it: believed of a sole owner
            with no other key, unsigned, and told as such by whoever verifies the log.

    Raises:
        IdentityError: SL402, the actor is neither; SL404, it is said to be lost, and somebody
            could sign the revocation.
    """
    _check_fingerprint(fingerprint)
    checked_text("the reason", reason)

    def decide(work: UnitOfWork) -> None:
        actor = work.person(work.stamp.by)
        if actor.key != person and Role.OWNER not in actor.roles:
            raise IdentityError(
                "SL402",
                f"{actor.key} may not revoke a key of {person}",
                why="its holder may, and an owner",
            )
        holder = known_person(work, person)
        if lost:
            _check_alone(work, holder, fingerprint)
            work.is_signed = False
        holder.revoke_key(work.stamp, fingerprint, reason)

    content = {"person": person, "fingerprint": fingerprint, "reason": reason, "lost": lost}
    return ledger.act(call, "key revoke", content, decide)


def rotate_log_key(
    ledger: Ledger, call: Call, custody: Custody, reason: str, passphrase: str | None = None
) -> Receipt:
    """Seal with a new key from here on; the old one signs that it does, and the new one, too.

    What was recorded so far is sealed by the old key first.

    Raises:
        IdentityError: SL406, the old key is not at hand.
        EvidenceError: SL507 or SL508, this is not the log that was sealed.
    """
    checked_text("the reason", reason)
    made: list[str] = []

    def decide(work: UnitOfWork) -> None:
        founding = work.founding()
        old = founding.log_key
        if not made:
            if old is not None and ledger.sealer is not None and not call.dry_run:
                ledger.sealer.seal()
            made.append(custody.make_key(founding.origin, founding.name, passphrase))
        statement = rotation_statement(old, made[0])
        old_signature = custody.sign_rotation(old, statement) if old else None
        rotated = LogKeyRotated(
            log_key=made[0],
            new_signature=_base64(custody.sign_rotation(made[0], statement)),
            old_signature=_base64(old_signature) if old_signature else None,
            reason=reason,
        )
        founding.rotate(work.stamp, rotated)

    receipt = None
    try:
        receipt = ledger.act(call, "key rotate-log", {"reason": reason}, decide)
    finally:
        if made and (receipt is None or not receipt.recorded):
            custody.forget(made[0])
    if ledger.sealer is not None and receipt.recorded and not receipt.repeated:
        ledger.sealer.seal()
    return receipt


def _check_alone(work: UnitOfWork, holder: Person, fingerprint: str) -> None:
    """Refuse to revoke a key by name alone where somebody can sign for it."""
    others = [key for key in owners(work) if key != holder.key]
    if holder.key != work.stamp.by or others or Role.OWNER not in holder.roles:
        named = " or ".join(others) or "an owner"
        raise IdentityError(
            "SL404",
            "a lost key is revoked by an owner, who signs",
            why="only a sole owner's own one can be revoked by nobody else",
            fix=f"{named} gives the command, without --lost",
        )
    if set(holder.keys_in_force) - {fingerprint}:
        raise IdentityError(
            "SL404",
            f"{holder.key} has another key in force, and signs with that",
            fix="give the command without --lost",
        )


def _holder_of(work: UnitOfWork, fingerprint: str) -> str | None:
    return next((p.key for p in everybody(work) if fingerprint in p.keys), None)


def _waiting(holder: Person) -> str:
    waiting = [f for f, k in holder.keys.items() if k.accepted is None and k.revoked is None]
    if len(waiting) != 1:
        raise InputError(
            "SL109",
            f"{holder.key} has {len(waiting)} keys that wait to be accepted",
            why=", ".join(waiting),
            fix="name one by its fingerprint" if waiting else "they register one first",
        )
    return waiting[0]


def _check_fingerprint(fingerprint: str | None) -> None:
    if fingerprint is None:
        return
    try:
        check_fingerprint(fingerprint)
    except ValueError as error:
        raise InputError(
            "SL106",
            f"the fingerprint {printable(fingerprint)!r} {error}",
            fix="signoff key list  shows everybody's",
        ) from None


def _base64(signature: bytes) -> str:
    return b64encode(signature).decode("ascii")
