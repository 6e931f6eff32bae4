"""Logs and witnesses to test with: a log of a few leaves, and a witness that answers over HTTP.

The toy log makes its roots and proofs by the recursive definition of RFC 6962, not by our code.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signoff_ledger.application.ports import Clock
from signoff_ledger.integrity.c2sp.add_checkpoint import AddCheckpoint
from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint, sign_checkpoint
from signoff_ledger.integrity.c2sp.verifier_key import ED25519, VerifierKey
from signoff_ledger.witness.cosigned_notes import Memory
from signoff_ledger.witness.cosigner import Cosigner
from signoff_ledger.witness.server import WitnessServer
from tests.ledgers import TickingClock

PATIENCE_S = 20.0


def key_of(seed: str) -> Ed25519PrivateKey:
    """Make the same key of the same word."""
    return Ed25519PrivateKey.from_private_bytes(sha256(seed.encode()).digest())


class ToyLog:
    """A log whose leaves are made of their numbers, and from one number on of another story.

    Args:
        origin: Its name.
        key: Its key; two logs with one key are two histories of one log.
        forks_at: The first leaf that belongs to the other story.
    """

    def __init__(
        self, origin: str = "log.example/mug", key: str = "log", forks_at: int = 1 << 30
    ) -> None:
        self.origin = origin
        self.key = key_of(key)
        self._forks_at = forks_at

    @property
    def verifier_key(self) -> VerifierKey:
        """Its public key."""
        return VerifierKey.of(self.origin, ED25519, self.key)

    def root(self, size: int) -> bytes:
        """Give the root of its first leaves."""
        return _root(self._leaves(size))

    def note(self, size: int) -> bytes:
        """Sign a checkpoint."""
        return sign_checkpoint(Checkpoint(self.origin, size, self.root(size)), self.key)

    def body(self, old: int, new: int, proof: Sequence[bytes] | None = None) -> bytes:
        """Write a request for a cosignature, without looking at what is in it."""
        hashes = _growth(self._leaves(new), old) if proof is None else proof
        if proof is None:
            return AddCheckpoint(old, tuple(hashes), self.note(new)).to_bytes()
        from base64 import b64encode

        lines = b"".join(b64encode(one) + b"\n" for one in hashes)
        return b"old %d\n" % old + lines + b"\n" + self.note(new)

    def _leaves(self, size: int) -> list[bytes]:
        return [sha256(b"\x00%d %d" % (n, n >= self._forks_at)).digest() for n in range(size)]


def _root(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    at = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\x01" + _root(leaves[:at]) + _root(leaves[at:])).digest()


def _growth(leaves: Sequence[bytes], old: int, whole: bool = True) -> list[bytes]:
    """Prove growth by the definition of RFC 6962 section 2.1.2, SUBPROOF."""
    if old in {0, len(leaves)}:
        return [] if whole or old == 0 else [_root(leaves)]
    at = 1 << ((len(leaves) - 1).bit_length() - 1)
    if old <= at:
        return [*_growth(leaves[:at], old, whole), _root(leaves[at:])]
    return [*_growth(leaves[at:], old - at, False), _root(leaves[:at])]


class Answered(NamedTuple):
    """What came back over HTTP."""

    status: int
    kind: str
    body: bytes


def post(port: int, body: bytes, path: str = "/add-checkpoint") -> Answered:
    """Post a body to a port of this machine, past our own courier."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("POST", path, body)
        answer = connection.getresponse()
        return Answered(answer.status, answer.headers.get_content_type(), answer.read())
    finally:
        connection.close()


def witness_in(
    folder: Path, *logs: VerifierKey, name: str = "w.example/1", clock: Clock | None = None
) -> Cosigner:
    """Make a witness with its memory in a folder; the same folder remembers."""
    return Cosigner(name, key_of(name), logs, Memory(folder), clock or TickingClock())


@contextmanager
def serving(
    witness: Cosigner, reported: list[str] | None = None, **limits: float
) -> Iterator[WitnessServer]:
    """Let a witness answer on a free port of this machine."""
    lines = [] if reported is None else reported
    with WitnessServer(witness, 0, TickingClock(), lines.append, **limits) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
