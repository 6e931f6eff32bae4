"""What the evidence costs: the tree in an append, a proof in a long log, a whole verification.

Targets: an append with the tree keeps 0.6 of its speed, a proof takes 5 ms, and a million events
are verified in 30 s and 300 MB on two cores.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from itertools import count
from pathlib import Path
from uuid import uuid4

from signoff_ledger.integrity import merkle
from signoff_ledger.persistence.sqlite import recorder
from signoff_ledger.persistence.sqlite.store import SqliteStore
from tests.bench import ledgers
from tests.bench.measure import Case, Target, Work, at_once
from tests.bench.sizes import Sizes
from tests.tree import SOURCE_ROOTS

_PROOFS = 200
_VERIFY = (
    "import sys; from pathlib import Path;"
    "from signoff_ledger.persistence.sqlite.store import SqliteStore;"
    "from signoff_ledger.exports.verifying import LiveLog, verify_log;"
    "from signoff_ledger.integrity.examination import Trust;"
    "list(verify_log(LiveLog(SqliteStore.open(Path(sys.argv[1]))), Trust()));"
    "import resource as r; print(max(r.getrusage(r.RUSAGE_SELF).ru_maxrss,"
    " r.getrusage(r.RUSAGE_CHILDREN).ru_maxrss) // 1024)"
)
PEAKS_MB: list[int] = []
"""The largest memory of each verification; a child's own word, for before it runs another program
it has its parent's."""


def cases(folder: Path, sizes: Sizes) -> Iterator[Case]:
    """Give every case of this module, one after the other."""
    yield growing(folder, sizes)
    path = folder / "long.db"
    ledgers.grown(path, sizes.verified, 1_000)
    yield proving(path, sizes)
    yield verifying(path, sizes)


def growing(folder: Path, sizes: Sizes) -> Case:
    """Append a page of events with the tree; the floor is the same append without it."""
    sample = folder / "sample.db"
    ledger = ledgers.begun(sample)
    ledgers.opened(ledger, ledgers.plan("bench", sizes.units, sizes.characteristics), "B-1")
    ledgers.bring(ledger, "B-1", ledgers.sheet("unit", sizes.units, sizes.characteristics))
    ledgers.close(ledger)
    with closing(SqliteStore.open(sample)) as store:
        events = store.recorder.select_notifications(1, store.size())
    names = (folder / f"grow-{number}.db" for number in count())

    def appended(*, with_tree: bool) -> Work:
        store = SqliteStore.create(next(names))

        def work() -> None:
            grown = merkle.grown
            recorder.grown = grown if with_tree else lambda *_: iter(())  # type: ignore[attr-defined]
            try:
                store.recorder.insert_events(events, command_id=str(uuid4()))
            finally:
                recorder.grown = grown  # type: ignore[attr-defined]
                store.close()

        return work

    return Case(
        f"append {len(events):,} events with the tree (events)",
        "sqlite",
        len(events),
        len(events),
        lambda: appended(with_tree=True),
        lambda: appended(with_tree=False),
        Target(round(1 / 0.6, 2), "ratio"),
    )


def proving(path: Path, sizes: Sizes) -> Case:
    """Prove single events in a long log; the floor hashes as many nodes as a proof has."""
    with closing(SqliteStore.open(path)) as store:
        size = store.size()

    def ours() -> None:
        with closing(SqliteStore.open(path)) as store:
            for number in range(_PROOFS):
                position = 1 + number * (size - 1) // _PROOFS
                merkle.inclusion_proof(store, position - 1, size)

    def floor() -> None:
        for _ in range(_PROOFS * size.bit_length()):
            sha256(b"\x01" * 65).digest()

    name = f"prove one event among {size:,} (proofs)"
    target = Target(200, "rate_per_s")
    return Case(name, "sqlite", size, _PROOFS, at_once(ours), at_once(floor), target)


def verifying(path: Path, sizes: Sizes) -> Case:
    """Verify a long log in a process of its own; the floor hashes the same lines as leaves."""
    with closing(SqliteStore.open(path)) as store:
        size = store.size()

    def ours() -> None:
        done = subprocess.run(
            [sys.executable, "-c", _VERIFY, str(path)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, SOURCE_ROOTS))},
            check=True,
            capture_output=True,
        )
        PEAKS_MB.append(int(done.stdout))

    def floor() -> None:
        for (line,) in ledgers.lines_of(path):
            sha256(b"\x00" + line).digest()

    name = f"verify {size:,} events (events)"
    target = Target(sizes.verified / 30, "rate_per_s")
    return Case(name, "sqlite", size, size, at_once(ours), at_once(floor), target)
