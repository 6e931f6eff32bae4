"""Checkpoints (C2SP tlog-checkpoint): a log's name, its size and its root, signed by the log.

log.example/mug
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from signoff_ledger.integrity.c2sp.note import parse_note, refuse, sign_note, verify_note
from signoff_ledger.integrity.encoding import (
    HASH_BYTES,
    SIZE_LIMIT,
    decode_decimal,
    decode_hash,
    encode_base64,
)
from signoff_ledger.integrity.tree.proofs import EMPTY_ROOT

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from signoff_ledger.integrity.c2sp.verifier_key import VerifierKey


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Statement of a log on its content at one moment.

    Raises:
        EvidenceError: SL505, the parts cannot stand in a checkpoint.
    """

    origin: str  #: Name of the log, and of the key that signs for it.
    size: int  #: Number of leaves.
    root: bytes  #: Root of the RFC 6962 tree over them, 32 bytes.
    extensions: tuple[str, ...] = ()  #: Further lines, opaque; none are written here.

    def __post_init__(self) -> None:
        for line in (self.origin, *self.extensions):
            if not line or any(c < " " or "\ud800" <= c <= "\udfff" for c in line):
                refuse(f"{line!r:.80} cannot be a line of a checkpoint")
        if not 0 <= self.size < SIZE_LIMIT:
            refuse(f"a tree has no size of {self.size}")
        if len(self.root) != HASH_BYTES:
            refuse(f"a root has {HASH_BYTES} bytes, this has {len(self.root)}")
        if self.size == 0 and self.root != EMPTY_ROOT:
            refuse("the root is not that of an empty tree")

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read a checkpoint from the text of a note.

        Raises:
            EvidenceError: SL505, it is not the one spelling of a checkpoint.
        """
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop():
            refuse("a checkpoint has at least three lines, each with its newline")
        try:
            size, root = decode_decimal(lines[1]), decode_hash(lines[2])
        except ValueError as error:
            refuse(f"checkpoint: {error}")
        return cls(lines[0], size, root, tuple(lines[3:]))

    @property
    def text(self) -> str:
        """The text that is signed, its last newline included."""
        lines = (self.origin, str(self.size), encode_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def sign_checkpoint(checkpoint: Checkpoint, private_key: Ed25519PrivateKey) -> bytes:
    """Sign a checkpoint in the name of its origin and give the note.

    Raises:
        InputError: SL112, the origin cannot be the name of a key.
    """
    return sign_note(checkpoint.text, checkpoint.origin, private_key).to_bytes()


def open_checkpoint(data: bytes, log_key: VerifierKey) -> Checkpoint:
    """Read a checkpoint that a log must have signed; lines of other keys are ignored.

    Args:
        data: The signed note.
        log_key: The log's key of type 0x01; its name must be the origin.

    Raises:
        EvidenceError: SL505, malformed, of another log, not signed by it, or signed wrongly.
    """
    note = parse_note(data)
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != log_key.name:
        refuse(f"the checkpoint is of {checkpoint.origin!r:.80}, not of {log_key.name!r:.80}")
    verify_note(note, log_key)
    return checkpoint
