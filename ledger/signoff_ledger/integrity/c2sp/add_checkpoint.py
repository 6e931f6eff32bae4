"""Request of a log to a witness (C2SP tlog-witness, add-checkpoint), over HTTP or in a file.

old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=

(the new checkpoint, as it was signed)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.c2sp.note import NOTE_LIMIT_BYTES
from signoff_ledger.integrity.encoding import (
    decode_decimal,
    decode_hashes,
    encode_base64,
    split_head,
)

REQUEST_LIMIT_BYTES = NOTE_LIMIT_BYTES + 3_000
"""Longest request a reader accepts: a checkpoint and 63 hashes of 45 characters."""


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """The parts of a request for a cosignature, none of them verified yet."""

    old_size: int  #: Size of the tree that the witness has cosigned last, or 0.
    #: The consistency proof from there, 32 bytes each; empty if `old_size` is 0.
    proof: tuple[bytes, ...]
    checkpoint: bytes  #: The signed note, byte for byte.

    def to_bytes(self) -> bytes:
        """Write the body of the request; reading it gives these parts again.

        Raises:
            EvidenceError: SL504, the parts do not make a request.
        """
        lines = [f"old {self.old_size}", *map(encode_base64, self.proof)]
        data = "\n".join(lines).encode("ascii") + b"\n\n" + self.checkpoint
        parse_add_checkpoint(data)
        return data


def parse_add_checkpoint(data: bytes) -> AddCheckpoint:
    """Read the body of a request without verifying anything.

    Raises:
        EvidenceError: SL504, it is not the one spelling of a request.
    """
    if len(data) > REQUEST_LIMIT_BYTES:
        _refuse(f"the request has {len(data)} bytes, the limit is {REQUEST_LIMIT_BYTES}")
    try:
        (first, *lines), checkpoint = split_head(data)
        if not first.startswith("old "):
            _refuse(f"{first!r:.60} does not name the old size")
        old_size, proof = decode_decimal(first.removeprefix("old ")), decode_hashes(lines)
    except ValueError as error:
        _refuse(str(error))
    if proof and old_size == 0:
        _refuse("from an empty tree there is nothing to prove")
    return AddCheckpoint(old_size, proof, checkpoint)


def _refuse(why: str) -> NoReturn:
    raise EvidenceError("SL504", "a file is not a request for a cosignature", why=why)
