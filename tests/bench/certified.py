"""The statistics and the certificate: what a person waits for before a decision and behind it."""

from collections.abc import Iterator

from signoff_ledger.queries.certificate import certificate
from signoff_ledger.reports.certificate_layout import document
from signoff_ledger.reports.html import page
from signoff_ledger.statistics.two_batches import Counts, boschloo, fisher
from tests.bench import ledgers
from tests.bench.measure import Case, Target, at_once
from tests.bench.processes import BARE, python
from tests.bench.sizes import Sizes
from tests.bench.stores import Place
from tests.tree import LEDGER

TOPIC = "Statistics and certificate"
_MODULES = sorted(path.stem for path in (LEDGER / "statistics").glob("[a-z]*.py"))
_IMPORTS = "import " + ", ".join(f"signoff_ledger.statistics.{name}" for name in _MODULES)


def cases(place: Place, sizes: Sizes) -> Iterator[Case]:
    """Give every case of this module, one after the other."""
    yield importing()
    yield comparing()
    yield certifying(place, sizes)


def importing() -> Case:
    """All of the statistics, imported; 30 ms more than an interpreter that takes 12."""
    return Case(
        topic=TOPIC,
        name="import of signoff_ledger.statistics, every module",
        counted="starts",
        times=1,
        ours=python(_IMPORTS),
        floor_is="a bare interpreter's start",
        floor=python(BARE),
        target=Target(round(1 / 3.5, 3)),
        program=(_IMPORTS,),
    )


def comparing() -> Case:
    """Boschloo's test on 20 and 20 units, 50 ms at most; the floor is Fisher's."""
    before, after = Counts(5, 20), Counts(1, 20)

    def ours() -> None:
        boschloo(before, after)

    def floor() -> None:
        fisher(before, after)

    return Case(
        topic=TOPIC,
        name="Boschloo's test, 20 and 20 units",
        counted="tests",
        times=1,
        ours=at_once(ours),
        floor_is="Fisher's test of the same",
        floor=at_once(floor),
        target=Target(20, "rate_per_s"),
    )


def certifying(place: Place, sizes: Sizes) -> Case:
    """The certificate of a large batch, 2 s at most; the floor reads the same events."""
    store = place.begin()
    ledgers.held(ledgers.begun(store), "p-0", sizes.units, 4)

    def ours() -> None:
        page(document(certificate(store, "p-0")))

    def floor() -> None:
        for _ in store.read(0):
            pass

    return Case(
        topic=TOPIC,
        name=f"certificate of {sizes.units:,} units",
        counted="pages",
        times=1,
        ours=at_once(ours),
        floor_is="the same events, read",
        floor=at_once(floor),
        store=place.name,
        events=store.size(),
        target=Target(0.5, "rate_per_s"),
    )
