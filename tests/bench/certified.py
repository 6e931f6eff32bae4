"""The statistics and the certificate: what a person waits for before a decision and behind it."""

from collections.abc import Iterator
from pathlib import Path

from signoff_ledger.reports.certificate import certificate
from signoff_ledger.reports.hypertext import page
from signoff_ledger.reports.layout import document
from signoff_ledger.statistics.two_batches import Counts, boschloo, fisher
from tests.bench import ledgers
from tests.bench.measure import Case, Target, at_once
from tests.bench.sizes import Sizes
from tests.bench.whole import python
from tests.tree import LEDGER

_MODULES = sorted(path.stem for path in (LEDGER / "statistics").glob("[a-z]*.py"))
_IMPORTS = "import " + ", ".join(f"signoff_ledger.statistics.{name}" for name in _MODULES)


def cases(folder: Path, sizes: Sizes) -> Iterator[Case]:
    """Give every case of this module, one after the other."""
    yield importing()
    yield comparing()
    yield certifying(folder, sizes)


def importing() -> Case:
    """All of the statistics, imported; the floor is a bare interpreter's start.

    The target is 30 ms more than an interpreter that takes 12.
    """
    target = Target(3.5, "ratio")
    name = "import signoff_ledger.statistics, every module (starts)"
    return Case(name, "", 0, 1, python(_IMPORTS), python("pass"), target)


def comparing() -> Case:
    """Boschloo's test on 20 and 20 units, 50 ms at most; the floor is Fisher's."""
    before, after = Counts(5, 20), Counts(1, 20)

    def ours() -> None:
        boschloo(before, after)

    def floor() -> None:
        fisher(before, after)

    target = Target(20, "rate_per_s")
    return Case("Boschloo 20+20 (tests)", "", 0, 1, at_once(ours), at_once(floor), target)


def certifying(folder: Path, sizes: Sizes) -> Case:
    """The certificate of a large batch, 2 s at most; the floor reads the same lines."""
    path = folder / "certified.db"
    ledger = ledgers.begun(path)
    ledgers.held(ledger, "p-0", sizes.units, 4)
    store, events = ledger.store, ledger.store.size()
    size = len(page(document(certificate(store, "p-0"))).encode())

    def ours() -> None:
        page(document(certificate(store, "p-0")))

    def floor() -> None:
        for _ in store.read(0):
            pass

    name = f"certificate of {sizes.units:,} units, {size / 1000:,.0f} kB (pages)"
    target = Target(0.5, "rate_per_s")
    return Case(name, "sqlite", events, 1, at_once(ours), at_once(floor), target)
