"""Putting a person's signature into the events that call for one, as they are emitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signoff_ledger.domain.events import person as people
from signoff_ledger.domain.events import process
from signoff_ledger.domain.signature import UNSIGNED, SshSignature
from signoff_ledger.domain.values import format_utc
from signoff_ledger.errors import Attempt, ConflictError, EvidenceError, IdentityError
from signoff_ledger.integrity.canonical import parse
from signoff_ledger.integrity.line import stream_id
from signoff_ledger.integrity.signed_acts import DECISIONS, SIGNED
from signoff_ledger.integrity.signing_time import whole_seconds, why_untimely
from signoff_ledger.integrity.ssh.public_key import parse_ssh_public_key
from signoff_ledger.integrity.ssh.sshsig import NAMESPACE, verify_sshsig
from signoff_ledger.integrity.statement import Act, statement_of, write_statement

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from signoff_ledger.application.ledger import UnitOfWork
    from signoff_ledger.application.ports import Pen
    from signoff_ledger.domain.events.event import Event, EventEnvelope
    from signoff_ledger.domain.person import Person


def meaning_of(event: Event) -> str | None:
    """Say what signing an event means; None for one that nobody signs."""
    act = SIGNED.get(event.TOPIC)
    if act is None or (isinstance(event, process.ProcessHeld) and event.automatic):
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
        None for an event that nobody signed and nobody had to.
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


class SignatureRequest:
    """One command's signatures: by whom, with what, and what has been signed so far.

    Args:
        work: The command's view of the ledger.
        person: Who signs.
        pen: How they sign; None where they have said nothing about it.
        command: The command's name, for a refusal.
        dry_run: Nothing is signed where nothing is recorded.
    """

    def __init__(
        self, work: UnitOfWork, person: Person, pen: Pen | None, command: str, *, dry_run: bool
    ) -> None:
        self._work = work
        self._person = person
        self._pen = pen
        self._command = command
        self._dry_run = dry_run
        self._given: list[tuple[str, UUID, int]] = []

    def sign(self, event: Event, stream: UUID, version: int) -> Event:
        """Give an event back with a signature in it, where it calls for one.

        Raises:
            IdentityError: SL404 when the person must sign and has not said how, SL405 for a
                signature that is not theirs.
            ConflictError: SL603 when a statement made up before no longer fits.
        """
        meaning = meaning_of(event)
        registering = isinstance(event, people.SigningKeyRegistered)
        wanted = self._pen is not None and not self._pen.optional
        if meaning is None or not (wanted or self._person.must_sign or registering):
            return event
        if self._pen is None:
            if self._dry_run:
                return event
            raise self._unsigned()
        act = self._act(meaning)
        self._check_time(event, stream, None)
        statement = self._statement(event, stream, version, act)
        keys = self._keys(event)
        armored = self._pen.sign(statement, list(keys.values()))
        if armored is None:
            return event
        fingerprint = self._verified(armored, statement, keys)
        if not registering:
            self._check_time(event, stream, self._person.keys[fingerprint].accepted_at)
        # On the signer's own stream its place tells the same; a decision notes itself.
        if stream != self._person.id and event.TOPIC not in DECISIONS:
            self._given.append((fingerprint, stream, version))
        signature = SshSignature(
            at=self._at(),
            fingerprint=fingerprint,
            meaning=meaning,
            root=act.root,
            size=act.size,
            sshsig=armored,
        )
        return event.model_copy(update={"signature": signature})

    def note_given(self) -> None:
        """Write on the person's own stream what was signed; a decision has done so itself."""
        for fingerprint, stream, version in self._given:
            self._person.gave_signature(self._work.stamp, fingerprint, stream, version)

    def _check_time(self, event: Event, stream: UUID, accepted: datetime | None) -> None:
        """Refuse a time of signing that whoever verifies the log would refuse."""
        why = why_untimely(
            _seconds(self._at()),
            recorded=_seconds(self._work.stamp.at),
            reviewed=self._last_reviewed(event, stream),
            accepted=_seconds(accepted) if accepted is not None else None,
        )
        if why:
            raise IdentityError(
                "SL412",
                "the time of signing does not fit",
                why=why,
                fix="compare this machine's clock with the last events:  signoff history --limit 3;"
                "  then sign again",
            )

    def _last_reviewed(self, event: Event, stream: UUID) -> int:
        """Say when the last event was recorded that the statement says was reviewed."""
        size = self._work.reviewed.size
        entries = [recorded.entry for recorded in self._work.store.read(size - 1, size)]
        versions = {stream: self._work.seen.get(stream, 0)}
        if isinstance(event, (process.ProcessHeld, process.ProcessSignedOff)):
            batches = event.heads.batches.items()
            versions |= {stream_id("batch", key): version for key, version in batches}
        for seen, version in versions.items():
            if version:
                at = self._work.store.position(seen, version)
                entries += [recorded.entry for recorded in self._work.store.read(at - 1, at)]
        return max(_seconds(entry.at) for entry in entries)

    def _at(self) -> datetime:
        prepared = self._pen.prepared if self._pen else None
        return prepared.at if prepared else self._work.stamp.at

    def _act(self, meaning: str) -> Act:
        reviewed = self._work.reviewed
        assert reviewed.root is not None  # noqa: S101  # a store's log always has a tree
        return Act(format_utc(self._at()), meaning, reviewed.root, reviewed.size)

    def _statement(self, event: Event, stream: UUID, version: int, act: Act) -> bytes:
        data: dict[str, Any] = event.model_dump(mode="json", exclude_none=True)
        return write_statement(
            act=act,
            by=self._person.key,
            data=data,
            ledger=origin_of(self._work),
            printed_name=self._person.printed_name,
            stream=str(stream),
            type_=event.TOPIC,
            version=version,
        )

    def _keys(self, event: Event) -> dict[str, str]:
        if isinstance(event, people.SigningKeyRegistered):
            return {parse_ssh_public_key(event.public_key).fingerprint: event.public_key}
        keys = {f: key.public_key for f, key in self._person.keys_in_force.items()}
        if not keys:
            raise IdentityError(
                "SL404",
                f"{self._person.key} has no key in force to sign with",
                why=self._why_none(),
                fix="signoff key register FILE.pub, and an owner:  signoff key accept PERSON",
            )
        return keys

    def _why_none(self) -> str:
        waiting = [f for f, key in self._person.keys.items() if key.accepted is None]
        return f"{waiting[-1]} waits for an owner to accept it" if waiting else "none is registered"

    def _verified(self, armored: str, statement: bytes, keys: Mapping[str, str]) -> str:
        try:
            fingerprint = verify_sshsig(armored, statement, NAMESPACE).fingerprint
        except EvidenceError as error:
            raise self._refused(error.why or error.what) from None
        if fingerprint not in keys:
            raise self._refused(
                f"it was made by {fingerprint}, which is not a key in force of {self._person.key}"
            )
        return fingerprint

    def _refused(self, why: str) -> IdentityError:
        return IdentityError(
            "SL405",
            f"the signature is not accepted as {self._person.key}'s",
            why=why,
            fix="sign the statement as it is, with a key in force:  signoff key list",
            attempt=Attempt("", self._command, self._person.key, [("signature", why)]),
        )

    def _unsigned(self) -> IdentityError:
        return IdentityError(
            "SL404",
            f"{self._person.key} signs this with a key, and none was used",
            why="a person who has had a key in force signs with one",
            fix="--key FILE, or ssh-add the key; elsewhere: --statement-only and --attach",
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
            fix="make one:  signoff key rotate-log",
        )
    return origin
