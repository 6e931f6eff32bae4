"""A person's signatures: asked for once a command has decided, put in before it is saved."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from signoff_ledger.custody.statement_signers import SigningMoment
from signoff_ledger.domain.events import person as people
from signoff_ledger.domain.events import process
from signoff_ledger.domain.signature import UNSIGNED, SshSignature
from signoff_ledger.domain.values import format_utc
from signoff_ledger.errors import Advice, Attempt, ConflictError, EvidenceError, IdentityError
from signoff_ledger.integrity.canonical import parse
from signoff_ledger.integrity.signed_acts import DECISIONS, SIGNED
from signoff_ledger.integrity.signing_time import whole_seconds, why_untimely
from signoff_ledger.integrity.ssh.public_key import parse_ssh_public_key
from signoff_ledger.integrity.ssh.sshsig import NAMESPACE, verify_sshsig
from signoff_ledger.integrity.statement import (
    Act,
    first_difference,
    read_statement,
    statement_of,
    write_statement,
)
from signoff_ledger.integrity.stream_ids import stream_id

if TYPE_CHECKING:
    from datetime import datetime

    from signoff_ledger.application.commands.command import Command
    from signoff_ledger.application.unit_of_work import UnitOfWork
    from signoff_ledger.custody.statement_signers import StatementSigner
    from signoff_ledger.domain.events.event import Event, EventEnvelope
    from signoff_ledger.domain.person import Person


def meaning_of(event: Event) -> str | None:
    """Say what signing an event means; None for one that is not signed."""
    act = SIGNED.get(event.TOPIC)
    if act is None or (isinstance(event, process.ProcessDecision) and event.is_automatic):
        return None
    return act.meaning


def holds_signature(entry: EventEnvelope, person: Person, origin: str) -> bool | None:
    """Check the signature in a recorded event once more.

    Args:
        entry: The event.
        person: Who recorded it, as of the moment before they noted on their own stream that they
            had.
        origin: The log's origin.

    Returns:
        None for an unsigned event that no person had to sign.
    """
    signature = getattr(entry.event, "signature", UNSIGNED)
    if not isinstance(signature, SshSignature):
        return False if person.must_sign else None
    key = person.keys.get(signature.fingerprint)
    if key is None or key.accepted_at is None or not key.signs_at(person.version + 1):
        return False
    times = {"recorded": _seconds(entry.at), "accepted": _seconds(key.accepted_at)}
    if why_untimely(_seconds(signature.at), **times):
        return False
    try:
        statement = statement_of(parse(entry.line), origin, person.printed_name)
        signed = verify_sshsig(signature.sshsig, statement, NAMESPACE)
    except EvidenceError:
        return False
    return signed.fingerprint == signature.fingerprint


class CommandSignatures:
    """One command's signatures, through all tries to record it.

    A command decides first; then the statements of the events that call for a signature are
    written, the person signs each of them once, and the signatures are put into the events. What
    was signed stays signed when a save comes too late: a further try takes the time of signing and
    the tree reviewed from the first one, so that unchanged words need no further signature.

    Args:
        signer: How the person signs; None where they have said nothing about it.
        command: The command, for whether it is signed at all, and its name for a refusal.
        dry_run: Nothing is recorded, so no key is asked; a signature made elsewhere is checked.
    """

    def __init__(self, signer: StatementSigner | None, command: Command, *, dry_run: bool) -> None:
        self._signer = signer
        self._command = command
        self._dry_run = dry_run
        self._made: dict[bytes, str] = {}
        self.moment = signer.moment if signer else None

    def begin(self, work: UnitOfWork) -> None:
        """Take what the person is before the command changes it; a key may revoke itself."""
        self._work = work
        self._person = deepcopy(work.person(work.stamp.by))
        self._wanted: dict[int, bytes] = {}

    def prepare(self) -> bool:
        """Write the statements of what was decided; gives True where one is not signed yet.

        Raises:
            IdentityError: SL404 when the person must sign and has not said how, SL412 for a time
                of signing that does not fit.
            ConflictError: SL603 when something else was signed on an earlier try.
        """
        for place, entry in enumerate(self._work.journal if self._command.is_signed else ()):
            meaning = meaning_of(entry.event)
            registering = isinstance(entry.event, people.SigningKeyRegistered)
            offered = self._signer is not None and not self._signer.only_if_required
            if meaning is None or not (offered or self._person.must_sign or registering):
                continue
            if self._signer is None:
                if self._dry_run:
                    continue
                raise self._unsigned()
            self._check_time(entry, None)
            self._keys(entry.event)
            self._wanted[place] = self._statement(entry, meaning)
        if self._dry_run and self._signer is not None and self._signer.asks_key:
            return False  # what is not recorded is not signed
        unsigned = [text for text in self._wanted.values() if text not in self._made]
        if unsigned and self._made:
            raise self._changed(unsigned[0])
        return bool(unsigned)

    def ask(self) -> None:
        """Have the person sign every statement, once each; no lock is held while they do.

        Raises:
            SignoffError: Nothing was signed.
        """
        assert self._signer is not None  # noqa: S101  # statements are wanted of a signer alone
        reviewed = self._work.reviewed
        for place, statement in self._wanted.items():
            keys = self._keys(self._work.journal[place].event)
            armored = self._signer.sign(statement, list(keys.values()))
            if armored is not None:
                self._made[statement] = armored
        if self._made:
            assert reviewed.root is not None  # noqa: S101  # a store's log always has a tree
            self.moment = SigningMoment(self._at(), reviewed.root, reviewed.size)

    def put_in(self) -> None:
        """Put the signatures into the events, and note on the person's own stream what was signed.

        Raises:
            IdentityError: SL405 for a signature that is not theirs, SL412 for one made before its
                key was accepted.
        """
        work, journal = self._work, self._work.journal
        given: list[tuple[str, EventEnvelope]] = []
        for place, statement in self._wanted.items():
            if statement not in self._made:
                continue
            entry = journal[place]
            signature = self._signature(entry, statement)
            signed = entry.event.model_copy(update={"signature": signature})
            journal[place] = entry._replace(event=signed)
            # On the signer's own stream its place tells the same; a decision notes itself.
            if entry.stream != self._person.id and entry.event.TOPIC not in DECISIONS:
                given.append((signature.fingerprint, entry))
        for fingerprint, entry in given:
            given_to = people.SignatureGiven(
                fingerprint=fingerprint, signed_stream=entry.stream, signed_version=entry.version
            )
            work.person(self._person.key).emit(work.stamp, given_to)
        if self._made:
            work.rewrite_journal()

    def _signature(self, entry: EventEnvelope, statement: bytes) -> SshSignature:
        """Verify what was signed against the keys that the person has now."""
        keys, armored = self._keys(entry.event), self._made[statement]
        try:
            fingerprint = verify_sshsig(armored, statement, NAMESPACE).fingerprint
        except EvidenceError as error:
            raise self._refused(error.why or error.what) from None
        if fingerprint not in keys:
            raise self._refused(
                f"it was made by {fingerprint}, which is not a key in force of {self._person.key}"
            )
        if not isinstance(entry.event, people.SigningKeyRegistered):
            self._check_time(entry, self._person.keys[fingerprint].accepted_at)
        signed = read_statement(statement)["signed"]
        return SshSignature(
            at=self._at(),
            fingerprint=fingerprint,
            meaning=signed["meaning"],
            root=signed["root"],
            size=signed["size"],
            sshsig=armored,
        )

    def _check_time(self, entry: EventEnvelope, accepted: datetime | None) -> None:
        """Refuse a time of signing that `verify` would refuse."""
        why = why_untimely(
            _seconds(self._at()),
            recorded=_seconds(self._work.stamp.at),
            reviewed=self._last_reviewed(entry),
            accepted=_seconds(accepted) if accepted is not None else None,
        )
        if why:
            raise IdentityError(
                "SL412",
                "the time of signing does not fit",
                why=why,
                advice=Advice("compare-clock"),
            )

    def _last_reviewed(self, entry: EventEnvelope) -> int:
        """Say when the last event was recorded that the statement says was reviewed."""
        size, event = self._work.reviewed.size, entry.event
        entries = [recorded.entry for recorded in self._work.store.read(size - 1, size)]
        versions = {entry.stream: self._work.seen.get(entry.stream, 0)}
        if isinstance(event, process.ProcessDecision):
            batches = event.heads.batches.items()
            versions |= {stream_id("batch", key): version for key, version in batches}
        for seen, version in versions.items():
            if version:
                at = self._work.store.position(seen, version)
                entries += [recorded.entry for recorded in self._work.store.read(at - 1, at)]
        return max(_seconds(entry.at) for entry in entries)

    def _at(self) -> datetime:
        return self.moment.at if self.moment else self._work.stamp.at

    def _statement(self, entry: EventEnvelope, meaning: str) -> bytes:
        reviewed = self._work.reviewed
        assert reviewed.root is not None  # noqa: S101  # a store's log always has a tree
        data: dict[str, Any] = entry.event.model_dump(mode="json", exclude_none=True)
        return write_statement(
            act=Act(format_utc(self._at()), meaning, reviewed.root, reviewed.size),
            by=self._person.key,
            data=data,
            ledger=origin_of(self._work),
            printed_name=self._person.printed_name,
            stream=str(entry.stream),
            type_=entry.event.TOPIC,
            version=entry.version,
        )

    def _keys(self, event: Event) -> dict[str, str]:
        """Give the public keys that may sign an event, by fingerprint."""
        if isinstance(event, people.SigningKeyRegistered):
            return {parse_ssh_public_key(event.public_key).fingerprint: event.public_key}
        keys = {f: key.public_key for f, key in self._person.keys_in_force.items()}
        if not keys:
            raise IdentityError(
                "SL404",
                f"{self._person.key} has no key in force to sign with",
                why=self._why_none(),
                advice=Advice("register-key"),
            )
        return keys

    def _why_none(self) -> str:
        waiting = [f for f, key in self._person.keys.items() if key.accepted is None]
        return f"{waiting[-1]} waits for an owner to accept it" if waiting else "none is registered"

    def _changed(self, statement: bytes) -> ConflictError:
        """Say what was signed and no longer fits, and what was recorded since."""
        signed, moved = next(iter(self._made)), self._work.recorded_since(self._work.reviewed.size)
        return ConflictError(
            "SL603",
            "what was signed is not what would be recorded now",
            why=f"{first_difference(signed, statement)}; {moved}",
            advice=Advice("look-and-repeat"),
        )

    def _refused(self, why: str) -> IdentityError:
        return IdentityError(
            "SL405",
            f"the signature is not accepted as {self._person.key}'s",
            why=why,
            advice=Advice("sign-with-key-in-force"),
            attempt=Attempt("", self._command.NAME, self._person.key, [("signature", why)]),
        )

    def _unsigned(self) -> IdentityError:
        return IdentityError(
            "SL404",
            f"{self._person.key} signs this with a key, and none was used",
            why="a person who has had a key in force signs with one",
            advice=Advice("name-key-or-sign-elsewhere"),
        )


def _seconds(at: datetime) -> int:
    return whole_seconds(format_utc(at))


def origin_of(work: UnitOfWork) -> str:
    """Give the log's origin, which every statement names.

    Raises:
        ConflictError: The ledger has no log key, so nothing would tie a signature to it.
    """
    origin = work.founding().origin
    if origin is None:
        raise ConflictError(
            "SL604",
            "this ledger has no log key, so nothing can be signed in it",
            why="a statement names the ledger by the name of its key",
            advice=Advice("make-log-key"),
        )
    return origin
