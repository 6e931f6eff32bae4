"""What the contract tests need to know of a store, and entries to keep in it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signoff_ledger.domain.events.event import EventEnvelope, EventMetadata
from signoff_ledger.domain.process import Process
from signoff_ledger.domain.values import RemarkKind
from signoff_ledger.integrity.c2sp.checkpoint import Checkpoint, sign_checkpoint
from signoff_ledger.persistence.store import LedgerStore
from tests.ledgers import START


@dataclass(frozen=True)
class Kept:
    """A store under test.

    Attributes:
        store: The store.
        rows: Runs a statement on its tables past everything that is ours.
        another: Opens the same ledger once more, as another process would.
    """

    store: LedgerStore
    rows: Callable[[str], list[tuple[object, ...]]]
    another: Callable[[], LedgerStore]


def remarks(process: Process, count: int, command_id: str = "c") -> list[EventEnvelope]:
    """Emit so many remarks on a process; they need nothing else to be there."""
    first = process.version
    for number in range(first + 1, first + count + 1):
        stamp = EventMetadata(
            START + timedelta(seconds=number), "ines", f"{command_id}#0123456789abcdef"
        )
        process.remark(stamp, RemarkKind.NOTE, f"remark {number} on {process.key}")
    entries = process.journal[-count:]
    process.journal = []
    return entries


def sealed(store: LedgerStore, size: int) -> bytes:
    """Give a checkpoint of the store's first events, signed by a key that nothing else knows."""
    checkpoint = Checkpoint("log.example/mugs", size, store.root(size))
    return sign_checkpoint(checkpoint, Ed25519PrivateKey.from_private_bytes(b"k" * 32))
