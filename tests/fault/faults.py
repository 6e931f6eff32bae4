"""Steps of recording and sealing, each of which can be made to fail once.

Before it is done, or when it is done and no answer says so: a disk, a network or a signal can fail
a step in either way, and a retry must not show the difference.
"""

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EIO
from pathlib import Path
from typing import Any
from unittest import mock

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eventsourcing.sqlite import SQLiteConnection, SQLiteCursor

from signoff_ledger.application.ports import SystemClock
from signoff_ledger.application.witnesses import latest_seal, request
from signoff_ledger.bootstrap import OpenLedger
from signoff_ledger.custody.rollback_guard import Guard
from signoff_ledger.domain.ledger_stream import LedgerStream
from signoff_ledger.errors import StoreError
from signoff_ledger.exports.log_folder import export_log
from signoff_ledger.exports.restore import restore_log
from signoff_ledger.integrity.c2sp import checkpoint
from signoff_ledger.integrity.c2sp.cosignature import cosign
from signoff_ledger.integrity.c2sp.note import parse_note
from signoff_ledger.integrity.c2sp.verifier_key import VerifierKey
from signoff_ledger.persistence.event_store import sqlite_recorder as recorder
from signoff_ledger.witness.cosigned_notes import Memory
from signoff_ledger.witness.cosigner import Cosigner
from tests.fault.ledgers import give

COMMAND = "hold-broken"
"""The command under way: three events, a subtree root, a decision and therefore a seal."""

EXPORT = "handover"
RESTORED = "restored.db"


def decide(ledger: OpenLedger, _: Path) -> None:
    """Give the command."""
    give(ledger.ledger, COMMAND)


def keep_a_cosignature(ledger: OpenLedger, _: Path) -> None:
    """Keep what a witness said to the last checkpoint."""
    size, line = cosignature(ledger)
    ledger.store.keep_cosignature(size, line)


def cosignature(ledger: OpenLedger) -> tuple[int, str]:
    """Cosign the first checkpoint, always with the same line."""
    size, note = ledger.store.checkpoints()[0]
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    return size, cosign(parse_note(note).text, "witness.example/w1", key, 1_772_000_000).line


def be_witnessed(ledger: OpenLedger, folder: Path) -> None:
    """Have a witness, with a memory of its own, cosign the latest checkpoint; keep what it says."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"1")
    log_key = ledger.store.load(LedgerStream, "ledger").log_key or ""
    logs = [VerifierKey.parse(log_key)]
    witness = Cosigner("witness.example/w2", key, logs, Memory(folder / "witness"), SystemClock())
    seal = latest_seal(ledger.store)
    verdict = witness.add_checkpoint(request(ledger.store, seal, 0))
    if verdict.status == 409:
        verdict = witness.add_checkpoint(request(ledger.store, seal, int(verdict.body)))
    assert 200 == verdict.status, verdict
    ledger.store.keep_cosignature(seal.size, verdict.body)


def hand_over(ledger: OpenLedger, folder: Path) -> None:
    """Export the log."""
    export_log(ledger.store, folder / EXPORT)


def bring_back(ledger: OpenLedger, folder: Path) -> None:
    """Make another ledger of an export."""
    if not (folder / EXPORT).exists():
        hand_over(ledger, folder)
    restore_log(folder / EXPORT, folder / RESTORED)


@dataclass(frozen=True)
class Fault:
    """One step.

    Attributes:
        owner: The class or module whose function is the step.
        name: That function.
        error: What it fails with.
        is_it: Tells the step from others that go by the same function.
        turn: Which of those calls it is, from 1.
        act: What the step is part of.
    """

    owner: Any
    name: str
    error: Exception
    is_it: Callable[..., bool] = lambda *_: True
    turn: int = 1
    act: Callable[[OpenLedger, Path], None] = decide


def _says(words: str) -> Callable[..., bool]:
    return lambda _, statement, *__: statement.startswith(words)


def _becomes(name: str) -> Callable[..., bool]:
    return lambda _, target: Path(target).name == name


_DISK = sqlite3.OperationalError("disk I/O error")
_FILE = OSError(EIO, "Input/output error")
_GUARD = StoreError("SL703", "the signer guard cannot be kept")

FAULTS: Mapping[str, Fault] = {
    "event": Fault(SQLiteCursor, "executemany", _DISK, _says("INSERT INTO events")),
    "leaf": Fault(recorder, "leaf_hash", _DISK, turn=2),
    "node": Fault(SQLiteCursor, "execute", _DISK, _says("INSERT INTO nodes")),
    "commit": Fault(SQLiteConnection, "commit", _DISK),
    "seal": Fault(checkpoint, "sign_checkpoint", RuntimeError("the signing failed")),
    "seal kept": Fault(SQLiteCursor, "execute", _DISK, _says("INSERT INTO checkpoints")),
    "seal committed": Fault(SQLiteConnection, "commit", _DISK, turn=2),
    "guard": Fault(Guard, "remember", _GUARD),
    "guard synced": Fault(os, "fsync", _FILE),
    "guard renamed": Fault(Path, "replace", _FILE, _becomes("guard.json")),
    "witness": Fault(SQLiteConnection, "commit", _DISK, act=keep_a_cosignature),
    "witness remembers": Fault(os, "fsync", _FILE, act=be_witnessed, turn=4),
    "witness renamed": Fault(
        Path,
        "replace",
        _FILE,
        lambda _, target: Path(target).suffix == ".checkpoint",
        act=be_witnessed,
    ),
    "export renamed": Fault(Path, "replace", _FILE, _becomes(EXPORT), act=hand_over),
    "restore committed": Fault(SQLiteConnection, "commit", _DISK, turn=5, act=bring_back),
    "restore renamed": Fault(Path, "replace", _FILE, _becomes(RESTORED), act=bring_back),
}
"""Every step, by its name."""


@contextmanager
def broken(fault: Fault, *, done: bool, ends: bool) -> Iterator[None]:
    """Let a step fail, once.

    Args:
        fault: The step.
        done: Whether it is done before it fails.
        ends: Whether the process ends there, or gets an error and goes on.

    Raises:
        AssertionError: The step was never come to.
    """
    plain, calls = getattr(fault.owner, fault.name), 0

    def failing(*given: Any, **options: Any) -> Any:
        nonlocal calls
        calls += fault.is_it(*given)
        if not fault.is_it(*given) or calls != fault.turn:
            return plain(*given, **options)
        if done:
            plain(*given, **options)
        if ends:
            os.kill(os.getpid(), signal.SIGKILL)
        raise fault.error

    with mock.patch.object(fault.owner, fault.name, failing):
        yield
    assert calls >= fault.turn, f"nothing came to {fault.name}"


def died(code: int) -> bool:
    """Say whether a process ended in the middle of a step."""
    return code == -signal.SIGKILL
