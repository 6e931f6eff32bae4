"""The judgement of a witness (C2SP tlog-witness): cosign what grew, refuse everything else.

Statuses: 200 cosigned, 400 not understood, 403 not signed by a key of the log that is trusted here,
404 no such log here, 409 another size was cosigned last or another tree of this size, 422 the
growth is not proven.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from signoff_ledger.errors import Advice, EvidenceError, StoreError
from signoff_ledger.integrity.c2sp.add_checkpoint import AddCheckpoint, parse_add_checkpoint
from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint
from signoff_ledger.integrity.c2sp.cosignature import cosign, verify_cosignature
from signoff_ledger.integrity.c2sp.note import Note, parse_note, signature_of, verify_note
from signoff_ledger.integrity.c2sp.verifier_key import COSIGNATURE_V1, VerifierKey
from signoff_ledger.integrity.tree.proofs import verify_consistency
from signoff_ledger.witness.cosigned_notes import LogConflict, Memory

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from signoff_ledger.application.ports import Clock

SIZE_KIND = "text/x.tlog.size"
WORDS_KIND = "text/plain; charset=utf-8"


class CosignerAnswer(NamedTuple):
    """What a witness answers, and what it notes for its operator."""

    status: int  #: The HTTP status.
    body: str  #: What is sent.
    kind: str  #: Its media type.
    says: str  #: Of which log and what, for the operator.


@dataclass(frozen=True, slots=True)
class _LastCheckpoint:
    """The checkpoint that was cosigned last, and its note."""

    checkpoint: Checkpoint
    note: bytes


class Cosigner:
    """Cosigns the checkpoints of the logs that its configuration names.

    Args:
        name: Its name.
        key: Its key, used for nothing but cosignatures.
        logs: Keys of the logs it watches, of type 0x01; a log may have several.
        memory: Where it keeps what it cosigned.
        clock: Tells the time of a cosignature.
    """

    def __init__(
        self,
        name: str,
        key: Ed25519PrivateKey,
        logs: Iterable[VerifierKey],
        memory: Memory,
        clock: Clock,
    ) -> None:
        self.key = VerifierKey.of(name, COSIGNATURE_V1, key)
        self.logs: dict[str, list[VerifierKey]] = {}
        for log in logs:
            self.logs.setdefault(log.name, []).append(log)
        self._private_key = key
        self._memory = memory
        self._clock = clock
        self._one_at_a_time = Lock()

    def add_checkpoint(self, body: bytes) -> CosignerAnswer:
        """Answer the body of a request.

        Raises:
            StoreError: SL703, its memory failed; nothing was cosigned.
        """
        try:
            asked = parse_add_checkpoint(body)
            note = parse_note(asked.checkpoint)
            shown = Checkpoint.parse(note.text)
        except EvidenceError as error:
            return _words(400, "-", f"the request is not understood: {error.why}")
        about = f"{shown.origin[:80]} {shown.size}"
        keys = self.logs.get(shown.origin)
        if keys is None:
            return _words(404, about, "this log is not watched here")
        if not _is_signed(note, keys):
            return _words(403, about, "no key of this log that is trusted here has signed it")
        if asked.old_size > shown.size:
            return _words(400, about, "the old size is larger than the checkpoint's")
        # No other thread may read the last size or keep a new one in between.
        with self._one_at_a_time:
            return self._judge(asked, note, shown, about)

    def _judge(
        self, asked: AddCheckpoint, note: Note, shown: Checkpoint, about: str
    ) -> CosignerAnswer:
        known = self._known(shown.origin)
        last = known.checkpoint.size if known else 0
        if known and shown.size == last and shown.root != known.checkpoint.root:
            kept = self._accuse("FORK", asked, known)
            if asked.old_size == last:
                return _words(409, about, f"FORK: another tree of {last} was cosigned", kept)
            return _size(last, about, f"FORK: another tree of this size was cosigned{kept}")
        if known and shown.size < last:
            kept = self._accuse("ROLLBACK", asked, known)
            return _size(last, about, f"ROLLBACK: {last} events were cosigned{kept}")
        if asked.old_size != last:
            return _size(last, about, f"asked from {asked.old_size}, cosigned {last}")
        if known and (last or asked.proof):
            try:
                verify_consistency(last, known.checkpoint.root, shown.size, shown.root, asked.proof)
            except EvidenceError as error:
                grew = shown.size > last
                kept = self._accuse("UNPROVEN", asked, known) if grew else ""
                return _words(422, about, f"the growth is not proven: {error.why}", kept)
        return self._cosign(note, shown, about)

    def _cosign(self, note: Note, shown: Checkpoint, about: str) -> CosignerAnswer:
        time_s = int(self._clock.now().timestamp())
        signature = cosign(note.text, self.key.name, self._private_key, time_s)
        trusted = {(key.name, key.key_id) for key in self.logs[shown.origin]}
        own = tuple(s for s in note.signatures if (s.name, s.key_id) in trusted)
        self._memory.remember(shown.origin, Note(note.text, (*own, signature)).to_bytes())
        return CosignerAnswer(200, signature.line, WORDS_KIND, f"{about}: cosigned")

    def _known(self, origin: str) -> _LastCheckpoint | None:
        data = self._memory.last(origin)
        if data is None:
            return None
        try:
            note = parse_note(data)
            signature = signature_of(note, self.key)
            checkpoint = Checkpoint.parse(note.text)
            if signature is not None and checkpoint.origin == origin:
                verify_cosignature(note.text, signature, self.key)
                return _LastCheckpoint(checkpoint, data)
            why = "it is not a note of this log that this witness cosigned"
        except EvidenceError as error:
            why = error.why
        raise StoreError(
            "SL703",
            f"the witness's memory of {origin[:80]!r} is damaged",
            why=why,
            advice=Advice("bring-file-back"),
        )

    def _accuse(self, finding: str, asked: AddCheckpoint, known: _LastCheckpoint) -> str:
        evidence = LogConflict(
            finding=finding,
            at=self._clock.now().astimezone(UTC).isoformat(timespec="seconds"),
            cosigned=known.note.decode(),
            shown=asked.checkpoint.decode(),
            old_size=asked.old_size,
            proof=tuple(digest.hex() for digest in asked.proof),
        )
        path = self._memory.accuse(known.checkpoint.origin, evidence)
        return f"; kept in {path}" if path else "; NOT kept: there is too much evidence already"


def _is_signed(note: Note, keys: Iterable[VerifierKey]) -> bool:
    """Say whether a trusted key has signed; a wrong signature of any of them spoils the note."""
    try:
        mine = [key for key in keys if signature_of(note, key) is not None]
        for key in mine:
            verify_note(note, key)
    except EvidenceError:
        return False
    return bool(mine)


def _words(status: int, about: str, words: str, private: str = "") -> CosignerAnswer:
    return CosignerAnswer(status, f"{words}\n", WORDS_KIND, f"{about}: {words}{private}")


def _size(size: int, about: str, words: str) -> CosignerAnswer:
    return CosignerAnswer(409, f"{size}\n", SIZE_KIND, f"{about}: {words}")
