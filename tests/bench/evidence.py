"""What the evidence costs: the tree in an append, and a proof in a long log.

Targets: an append with the tree keeps 0.6 of its speed, and a proof takes 5 ms.
"""

from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from uuid import uuid4

from signoff_ledger.integrity.tree import merkle
from signoff_ledger.persistence.event_store import sqlite_recorder as recorder
from signoff_ledger.persistence.store import LedgerStore
from tests.bench import ledgers
from tests.bench.grounds import Ground
from tests.bench.measure import Case, Target, UnitOfWork, at_once
from tests.bench.sizes import Sizes
from tests.bench.stores import Place

TOPIC = "Evidence"
_PROOFS = 200


def cases(place: Place, large: LedgerStore, sizes: Sizes) -> Iterator[Case]:
    """Give every case of this module, one after the other."""
    if place.name == "sqlite":
        # The other one's tree is in its trigger, and cannot be left out.
        yield growing(place, sizes)
    yield proving(place, large)


def growing(place: Place, sizes: Sizes) -> Case:
    """Append a page of events with the tree; the floor is the same append without it."""
    sample = place.begin()
    ledger = ledgers.begun(sample)
    ledgers.opened(ledger, ledgers.plan("tree", sizes.units, sizes.characteristics), "tree-1")
    ledgers.bring(ledger, "tree-1", ledgers.sheet("tree", sizes.units, sizes.characteristics))
    events = sample.recorder.select_notifications(1, sample.size())
    place.drop(sample)
    ground = Ground(place, empty=True)

    def appended(*, with_tree: bool) -> UnitOfWork:
        store = ground()

        def work() -> None:
            grown = merkle.new_subtrees
            recorder.grown = grown if with_tree else lambda *_: iter(())  # type: ignore[attr-defined]
            try:
                store.recorder.insert_events(events, command_id=str(uuid4()))
            finally:
                recorder.grown = grown  # type: ignore[attr-defined]

        return work

    return Case(
        topic=TOPIC,
        name=f"append of {len(events):,} lines with the tree",
        counted="events",
        times=len(events),
        ours=lambda: appended(with_tree=True),
        floor_is="the same append without the tree",
        floor=lambda: appended(with_tree=False),
        store=place.name,
        events=len(events),
        target=Target(0.6),
    )


def proving(place: Place, large: LedgerStore) -> Case:
    """Prove single events in a long log; the floor hashes as many nodes as a proof has."""
    size = large.size()

    def ours() -> None:
        with closing(place.again(large)) as store:
            for number in range(_PROOFS):
                position = 1 + number * (size - 1) // _PROOFS
                merkle.inclusion_proof(store, position - 1, size)

    def floor() -> None:
        for _ in range(_PROOFS * size.bit_length()):
            sha256(b"\x01" * 65).digest()

    return Case(
        topic=TOPIC,
        name="proof of one event",
        counted="proofs",
        times=_PROOFS,
        ours=at_once(ours),
        floor_is="as many hashes as the proof has",
        floor=at_once(floor),
        store=place.name,
        events=size,
        target=Target(200, "rate_per_s"),
    )
