"""Health of what is kept as checkpoints: each signed by the log's key, over the log's own tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.application.checkpoints import sealed_tree
from signoff_ledger.domain.ledger_stream import LedgerStream
from signoff_ledger.errors import Advice, EvidenceError
from signoff_ledger.integrity.c2sp.cosignature import countable
from signoff_ledger.integrity.c2sp.verifier_key import VerifierKey
from signoff_ledger.persistence.health_finding import HealthFinding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signoff_ledger.persistence.store import LedgerStore


def seal_findings(store: LedgerStore) -> Iterator[HealthFinding]:
    """Open every checkpoint, and look at the lines that witnesses gave for it.

    The log's lines have to hold.
    """
    founding, notes = store.load(LedgerStream, "ledger"), store.checkpoints()
    # In this order: a concurrent checkpoint is behind what is looked at.
    tree = sealed_tree(store)
    for size, note in notes:
        try:
            tree.check(size, note)
        except EvidenceError as error:
            yield HealthFinding("checkpoints", "BROKEN", f"{error.what}: {error.why}", error.advice)
            return
    aside = len(founding.set_aside)
    says = f"{len(notes)} are signed by the log's key, over the log's own tree"
    yield HealthFinding(
        "checkpoints", "ok", says + (f"; {aside} notes are set aside" if aside else "")
    )
    known = list(map(VerifierKey.parse, founding.witnesses))
    for size, note in notes:
        lines = store.cosignatures(size)
        wrong = sorted(set(lines) - set(countable(note, lines, known)))
        if wrong:
            yield HealthFinding(
                "cosignatures",
                "BAD",
                f"a line kept for the checkpoint of {size} events is no cosignature of it, "
                f"{wrong[0]!a:.80}; it does not count",
                Advice("seal-and-cosign-again"),
            )
            return
