"""Proof files (C2SP tlog-proof): that one line is in the log, with all that it takes to check it.

c2sp.org/tlog-proof@v1
index 73894
gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=

(the checkpoint, as it was signed)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.c2sp.checkpoint import open_checkpoint
from signoff_ledger.integrity.c2sp.note import NOTE_LIMIT_BYTES
from signoff_ledger.integrity.encoding import (
    decode_base64,
    decode_decimal,
    decode_hashes,
    encode_base64,
    split_head,
)
from signoff_ledger.integrity.tree.proofs import verify_inclusion

if TYPE_CHECKING:
    from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint
    from signoff_ledger.integrity.c2sp.verifier_key import VerifierKey

HEADER = "c2sp.org/tlog-proof@v1"

PROOF_LIMIT_BYTES = NOTE_LIMIT_BYTES + 100_000
"""Longest file a reader accepts: a checkpoint, 63 hashes, and room for extra data."""


@dataclass(frozen=True, slots=True)
class TlogProof:
    """The parts of a proof file, none of them verified yet."""

    index: int  #: The line's index in the log, counted from 0: its position less one.
    #: The inclusion proof, 32 bytes each, from the leaf's sibling upwards.
    hashes: tuple[bytes, ...]
    checkpoint: bytes  #: The signed note, byte for byte.
    extra: bytes = b""  #: Data that travels with the proof and is not proved; `b""` for none.

    def to_bytes(self) -> bytes:
        """Write the file; reading it gives these parts again.

        Raises:
            EvidenceError: SL504, the parts do not make a proof file.
        """
        lines = [HEADER]
        lines += [f"extra {encode_base64(self.extra)}"] if self.extra else []
        lines += [f"index {self.index}", *map(encode_base64, self.hashes)]
        data = "\n".join(lines).encode("ascii") + b"\n\n" + self.checkpoint
        parse_tlog_proof(data)
        return data


def parse_tlog_proof(data: bytes) -> TlogProof:
    """Read a proof file without verifying anything.

    Raises:
        EvidenceError: SL504, it is not the one spelling of a proof file.
    """
    if len(data) > PROOF_LIMIT_BYTES:
        _refuse(f"the file has {len(data)} bytes, the limit is {PROOF_LIMIT_BYTES}")
    try:
        lines, checkpoint = split_head(data)
        if lines.pop(0) != HEADER:
            _refuse(f"the first line is not {HEADER}")
        extra = _parse_extra(lines.pop(0)) if lines and lines[0].startswith("extra") else b""
        index = _parse_index(lines.pop(0) if lines else "")
        return TlogProof(index, decode_hashes(lines), checkpoint, extra)
    except ValueError as error:
        _refuse(str(error))


def verify_tlog_proof(leaf: bytes, proof: TlogProof, log_key: VerifierKey) -> Checkpoint:
    """Check that a line is in the log whose key the reader trusts.

    Args:
        leaf: Leaf hash of the line, 32 bytes.
        proof: What the file says.
        log_key: The log's key of type 0x01.

    Returns:
        The checkpoint that the proof leads to.

    Raises:
        EvidenceError: SL504, the proof does not lead to the root; SL505, the checkpoint is not one
            that this log has signed.
    """
    checkpoint = open_checkpoint(proof.checkpoint, log_key)
    verify_inclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return checkpoint


def _parse_extra(line: str) -> bytes:
    if not line.startswith("extra ") or line == "extra ":
        raise ValueError(f"{line!r:.60} is not extra data")
    return decode_base64(line.removeprefix("extra "))


def _parse_index(line: str) -> int:
    if not line.startswith("index "):
        raise ValueError(f"{line!r:.60} does not name the index")
    return decode_decimal(line.removeprefix("index "))


def _refuse(why: str) -> NoReturn:
    raise EvidenceError("SL504", "a file is not a proof of inclusion", why=why)
