"""Cosignatures (C2SP tlog-cosignature, cosignature/v1): a witness saw this checkpoint, and when.

A witness signs only what grew from what it signed before. Its line below a checkpoint is therefore
what keeps the holder of the log's key from showing two histories to two people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity import ed25519
from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint
from signoff_ledger.integrity.c2sp.note import (
    NOTE_LIMIT_BYTES,
    SIGNATURES_MAX,
    NoteSignature,
    parse_note,
    parse_signature_lines,
    refuse,
    signature_of,
)
from signoff_ledger.integrity.c2sp.verifier_key import COSIGNATURE_V1, VerifierKey
from signoff_ledger.integrity.encoding import SIZE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from signoff_ledger.integrity.c2sp.note import Note

_TIME_BYTES = 8


def cosign(
    checkpoint_text: str, name: str, private_key: Ed25519PrivateKey, time_s: int
) -> NoteSignature:
    """Cosign a checkpoint; that it grew from the last one is for the witness to check before.

    Args:
        checkpoint_text: Text of the checkpoint, its last newline included.
        name: Name of the witness.
        private_key: Its key, used for nothing but cosignatures.
        time_s: Seconds since 1970 in UTC.

    Raises:
        EvidenceError: SL505, the text is not a checkpoint, or the time is out of range.
        InputError: SL112, the name cannot stand in a note.
    """
    Checkpoint.parse(checkpoint_text)
    if not 0 <= time_s < SIZE_LIMIT:
        refuse(f"{time_s} is not a time")
    key = VerifierKey.of(name, COSIGNATURE_V1, private_key)
    signed = private_key.sign(_message(checkpoint_text, time_s))
    return NoteSignature(name, key.key_id, time_s.to_bytes(_TIME_BYTES, "big") + signed)


def verify_cosignature(checkpoint_text: str, signature: NoteSignature, key: VerifierKey) -> int:
    """Check a witness's line over a checkpoint.

    Returns:
        The time that the witness states, in seconds since 1970 in UTC.

    Raises:
        EvidenceError: SL505, of another key, malformed, or it does not verify.
    """
    Checkpoint.parse(checkpoint_text)
    witness = (key.name, key.key_id)
    if key.algorithm != COSIGNATURE_V1 or (signature.name, signature.key_id) != witness:
        refuse(f"{signature.name!r:.80} is not the witness {key.name!r:.80}")
    if len(signature.signature) != _TIME_BYTES + ed25519.SIGNATURE_BYTES:
        refuse(f"the cosignature of {key.name!r:.80} has {len(signature.signature)} bytes, not 72")
    time_s = int.from_bytes(signature.signature[:_TIME_BYTES], "big")
    signed = signature.signature[_TIME_BYTES:]
    if time_s >= SIZE_LIMIT:
        refuse(f"the cosignature of {key.name!r:.80} has no time")
    if not ed25519.is_signed(key.public_key, signed, _message(checkpoint_text, time_s)):
        refuse(f"the cosignature of {key.name!r:.80} does not verify")
    return time_s


def verified_cosignatures(note: Note, witnesses: Iterable[VerifierKey]) -> dict[VerifierKey, int]:
    """Find which witnesses have cosigned a checkpoint, and when.

    Args:
        note: A checkpoint with its signatures.
        witnesses: Keys of type 0x04 that the reader trusts; all other lines are ignored.

    Returns:
        For each witness whose line is there, its time in seconds since 1970 in UTC.

    Raises:
        EvidenceError: SL505, a line of one of them does not verify, or stands there twice.
    """
    lines = ((key, signature_of(note, key)) for key in witnesses)
    return {key: verify_cosignature(note.text, line, key) for key, line in lines if line}


def countable(data: bytes, lines: Iterable[str], known: Iterable[VerifierKey]) -> list[str]:
    """Choose the lines that can stand under a checkpoint, wherever the others came from.

    A line is left out that is none, that is a second one of its key, that does not verify by the
    key it names where that is known, or that is one too many for a note.

    Args:
        data: The checkpoint as the log signed it.
        lines: What is kept as its cosignatures.
        known: Keys of the witnesses that the ledger asks; their lines come first.

    Returns:
        The lines, in the order of their text, those of known witnesses first.
    """
    try:
        note = parse_note(data)
        Checkpoint.parse(note.text)
    except EvidenceError:
        return []
    keys = {(key.name, key.key_id): key for key in known}
    taken = {(own.name, own.key_id) for own in note.signatures}
    found: list[tuple[bool, str]] = []
    for text in sorted(lines):
        line = _parsed(text)
        who = (line.name, line.key_id) if line else None
        if line is None or who in taken or not _may_stand(note, line, keys.get(who or ("", b""))):
            continue
        taken.add((line.name, line.key_id))
        found.append((who not in keys, text))
    return _with_room(data, len(note.signatures), [text for _, text in sorted(found)])


def _parsed(text: str) -> NoteSignature | None:
    try:
        lines = parse_signature_lines(text)
    except EvidenceError:
        return None
    return lines[0] if len(lines) == 1 else None


def _may_stand(note: Note, line: NoteSignature, key: VerifierKey | None) -> bool:
    if key is None:
        return True
    try:
        verify_cosignature(note.text, line, key)
    except EvidenceError:
        return False
    return True


def _with_room(data: bytes, above: int, lines: list[str]) -> list[str]:
    room, fitting = NOTE_LIMIT_BYTES - len(data), []
    for text in lines[: SIGNATURES_MAX - above]:
        room -= len(text.encode("utf-8"))
        if room >= 0:
            fitting.append(text)
    return fitting


def _message(checkpoint_text: str, time_s: int) -> bytes:
    return f"cosignature/v1\ntime {time_s}\n{checkpoint_text}".encode()
