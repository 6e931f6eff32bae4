"""What is read: a batch replayed, the log counted and hashed, the views rebuilt, all verified."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TypedDict

from signoff_ledger.domain.batch import Batch
from signoff_ledger.exports.verification import LiveLog, verify_log
from signoff_ledger.integrity.log_check import Trust
from signoff_ledger.integrity.tree.leaf import leaf_hash
from signoff_ledger.integrity.tree.recomputation import RecomputedTree
from signoff_ledger.persistence.store import LedgerStore
from signoff_ledger.projections.views import Views
from tests.bench.measure import Case, Prepare, Target, UnitOfWork
from tests.bench.stores import Place, RawLog

REBUILD = "rebuild of every view"
VERIFICATION = "verification"
_REPLAY = {"sqlite": 0.50, "postgres": 0.45}
_FOLD = {"sqlite": 0.80, "postgres": 0.60}
_PARSED = "SELECT and JSON parse of the same lines"
_PAGE = 1_000


class ReadingAll(TypedDict):
    """What the cases that read the whole log have in common, see `Case`."""

    counted: str
    times: int
    ours: Prepare
    floor_is: str
    floor: Prepare
    store: str
    events: int


def cases(
    topic: str, place: Place, store: LedgerStore, batch: str, *, judged: bool
) -> Iterator[Case]:
    """Give every case of this module, one after the other."""
    yield replaying(topic, place, store, batch, judged=judged)
    yield folding(topic, place, store, judged=judged)
    yield rebuilding(topic, place, store)
    yield verifying(topic, place, store)


def replaying(topic: str, place: Place, store: LedgerStore, key: str, *, judged: bool) -> Case:
    """One batch from its lines, each typed and validated, in a store that has nothing cached."""
    batch = store.load(Batch, key)

    def load(opened: LedgerStore) -> None:
        assert batch.version == opened.load(Batch, key).version

    return Case(
        topic=topic,
        name=f"replay of one batch of {len(batch.units):,}",
        counted="events",
        times=batch.version,
        ours=_anew(place, store, load),
        floor_is=_PARSED,
        floor=lambda: lambda: _parse(place.lines(store, batch.id)),
        store=place.name,
        events=store.size(),
        target=Target(_REPLAY[place.name]) if judged else None,
    )


def folding(topic: str, place: Place, store: LedgerStore, *, judged: bool) -> Case:
    """Every row: its kind counted, its leaf made again and compared, the tree's root made again."""

    def fold(opened: LedgerStore) -> None:
        tree, kinds = RecomputedTree(), Counter[str]()
        for _, _, _, kind, line, leaf in opened.raw():
            made = leaf_hash(line)
            assert made == leaf
            tree.add(made)
            kinds[kind] += 1
        assert kinds.total() == tree.size == opened.size()
        assert tree.root(tree.size) == opened.root(tree.size)

    return Case(
        topic=topic,
        name="audit fold, counts and hashes",
        target=Target(_FOLD[place.name]) if judged else None,
        **_reading_all(place, store, fold),
    )


def verifying(topic: str, place: Place, store: LedgerStore) -> Case:
    """Evidence and meaning: all that `signoff verify` looks at."""

    def verify(opened: LedgerStore) -> None:
        for _ in verify_log(LiveLog(opened), Trust()):
            pass

    return Case(topic=topic, name=VERIFICATION, **_reading_all(place, store, verify))


def rebuilding(topic: str, place: Place, store: LedgerStore) -> Case:
    """Every view from the first event; the floor parses each line and stores a row for it."""
    logs: list[RawLog] = []

    def rebuild(opened: LedgerStore) -> None:
        Views(opened, opened).rebuild()

    def floor() -> UnitOfWork:
        while logs:
            logs.pop().close()
        logs.append(place.raw_log())
        return lambda: _store_a_row_each(place.lines(store), logs[0])

    return Case(
        topic=topic,
        name=REBUILD,
        counted="events",
        times=store.size(),
        ours=_anew(place, store, rebuild),
        floor_is="SELECT and JSON parse, and a raw row for each",
        floor=floor,
        store=place.name,
        events=store.size(),
    )


def _reading_all(
    place: Place, store: LedgerStore, work: Callable[[LedgerStore], None]
) -> ReadingAll:
    """Give the rounds of a case that reads the whole log, against reading and parsing it."""
    return {
        "counted": "events",
        "times": store.size(),
        "ours": _anew(place, store, work),
        "floor_is": _PARSED,
        "floor": lambda: lambda: _parse(place.lines(store)),
        "store": place.name,
        "events": store.size(),
    }


def _anew(place: Place, store: LedgerStore, work: Callable[[LedgerStore], None]) -> Prepare:
    """Give each round the ledger in a store of its own."""
    opened: list[LedgerStore] = []

    def prepare() -> UnitOfWork:
        while opened:
            opened.pop().close()
        opened.append(place.again(store))
        return lambda: work(opened[0])

    return prepare


def _parse(lines: Iterator[bytes]) -> None:
    for line in lines:
        json.loads(line)


def _store_a_row_each(lines: Iterator[bytes], log: RawLog) -> None:
    page: list[bytes] = []
    for line in lines:
        page.append(json.loads(line)["type"].encode())
        if len(page) == _PAGE:
            log.insert_many(page)
            page.clear()
    log.insert_many(page)
