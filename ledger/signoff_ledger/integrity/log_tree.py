"""A log's tree with the keys that seal it, and what is held against each note kept as a seal.

Three things can be wrong with a kept note, and they are not the same. A key of the log may have
signed another history: that is a ROLLBACK or a FORK, whatever the note looks like otherwise. The
log's key may not have signed it at all. Or it may be no checkpoint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.errors import Advice, EvidenceError
from signoff_ledger.integrity import ed25519
from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint, open_checkpoint
from signoff_ledger.integrity.c2sp.note import parse_note

if TYPE_CHECKING:
    from collections.abc import Callable

    from signoff_ledger.integrity.c2sp.note import Note, NoteSignature
    from signoff_ledger.integrity.c2sp.verifier_key import VerifierKey
    from signoff_ledger.integrity.log_keys import LogKeys

_SIGNERS_SHOWN = 3


class SealedTree:
    """The tree of a log, and which key seals it at which size.

    Args:
        keys: The log's keys, all of them taken.
        size: Events in the log.
        root_at: Gives the root of the log's first events, 32 bytes.
    """

    def __init__(self, keys: LogKeys, size: int, root_at: Callable[[int], bytes]) -> None:
        self._keys = keys
        self._size = size
        self._root_at = root_at

    def check(self, size: int, data: bytes) -> Checkpoint:
        """Refuse a note that is not the log's checkpoint of a size.

        Args:
            size: The size that the note is kept under, in events.
            data: The note, to the byte.

        Raises:
            EvidenceError: SL507 or SL508, a key of the log signed another history; SL511, the
                note is of another key or another size; SL505, it is no checkpoint of this log, or
                the signature under it does not verify.
        """
        try:
            note = parse_note(data)
            sealed = Checkpoint.parse(note.text)
        except EvidenceError as error:
            raise _unusable(size, error.why) from None
        signers = [key for key in self._keys.all if _is_signed(note, sealed, key)]
        if signers:
            self._hold_history(sealed)
        key = self._keys.at(size)
        if key is None:
            raise _unusable(size, f"the log has no key at a size of {size}")
        if key not in signers:
            raise _not_by(size, key, note, sealed)
        if sealed.size != size:
            raise _foreign(size, f"it is the checkpoint of {sealed.size} events")
        try:
            return open_checkpoint(data, key)
        except EvidenceError as error:
            raise _unusable(size, error.why) from None

    def _hold_history(self, sealed: Checkpoint) -> None:
        if sealed.size > self._size:
            raise EvidenceError(
                "SL507",
                "ROLLBACK: the log is shorter than a checkpoint of it",
                why=f"it has {self._size} events, and {sealed.size} were signed for",
            )
        if sealed.root != self._root_at(sealed.size):
            raise EvidenceError(
                "SL508",
                "FORK: the log is not the one that was sealed",
                why=f"the checkpoint of {sealed.size} events is of another tree",
            )


def key_id(key: VerifierKey | NoteSignature) -> str:
    """Name a key for a reader: its name and the id that tells it from others of that name."""
    return f"{ascii(key.name)[1:-1]:.80}+{key.key_id.hex()}"


def _is_signed(note: Note, sealed: Checkpoint, key: VerifierKey) -> bool:
    """Say whether any line of a note is a key's signature under a checkpoint of its own log."""
    return sealed.origin == key.name and any(
        ed25519.is_signed(key.public_key, line.signature, note.text.encode("utf-8"))
        for line in note.signatures
        if (line.name, line.key_id) == (key.name, key.key_id)
    )


def _not_by(size: int, key: VerifierKey, note: Note, sealed: Checkpoint) -> EvidenceError:
    if sealed.origin != key.name:
        return _unusable(
            size, f"the checkpoint is of {sealed.origin!a:.80}, not of {key.name!a:.80}"
        )
    if (key.name, key.key_id) in {(line.name, line.key_id) for line in note.signatures}:
        return _unusable(size, f"the signature of {key_id(key)} does not verify")
    by = ", ".join(key_id(line) for line in note.signatures[:_SIGNERS_SHOWN])
    return _foreign(size, f"it bears the signature of {by}; the log's key there is {key_id(key)}")


def _unusable(size: int, why: str) -> EvidenceError:
    return EvidenceError(
        "SL505",
        f"the checkpoint kept of {size} events is malformed or its signature does not verify",
        why=why,
        advice=Advice("set-note-aside", size=size),
    )


def _foreign(size: int, why: str) -> EvidenceError:
    return EvidenceError(
        "SL511",
        f"the checkpoint kept of {size} events is not the log's own",
        why=why,
        advice=Advice("set-note-aside", size=size),
    )
