"""How much memory the largest works take in a large ledger, each in a process of its own."""

from collections.abc import Iterator
from pathlib import Path

from signoff_ledger.persistence.store import LedgerStore
from tests.bench import ledgers
from tests.bench.measure import Case, Target
from tests.bench.processes import measuring_peak, python
from tests.bench.sizes import Sizes
from tests.bench.stores import Place

TOPIC = "Memory in a large ledger"
_TARGET = Target(300, "peak_mb")
_OPEN = """
import sys
from pathlib import Path
from signoff_ledger.persistence.opening import open_store
store = open_store(sys.argv[1])
"""
_READ = f"{_OPEN}for _ in store.raw(): pass\n"
_IMPORT = f"""{_OPEN}
from signoff_ledger.application.importing import import_sheet
from signoff_ledger.application.ledger import Call, Ledger
from signoff_ledger.application.ports import RandomIds, SystemClock
from signoff_ledger.domain.values import BuildMethod
ledger, file = Ledger(store, SystemClock(), RandomIds()), Path(sys.argv[3])
import_sheet(ledger, Call("egon"), sys.argv[2], file.read_bytes(), name=file.name,
             method=BuildMethod.LINE)
"""
_REBUILD = f"""{_OPEN}
from signoff_ledger.projections.views import Views
Views(store, store).rebuild()
"""
_VERIFY = f"""{_OPEN}
from signoff_ledger.exports.verifying import LiveLog, verify_log
from signoff_ledger.integrity.examination import Trust
list(verify_log(LiveLog(store), Trust()))
"""
_EXPORT = f"""{_OPEN}
from signoff_ledger.exports.log_folder import export_log
export_log(store, Path(sys.argv[2]))
"""


def cases(place: Place, store: LedgerStore, sizes: Sizes, folder: Path) -> Iterator[Case]:
    """Give every case of this module, one after the other."""
    yield importing(place, store, sizes, folder)
    where = (store.address,)
    for name, program, more in (
        ("rebuild", _REBUILD, ()),
        ("verify", _VERIFY, ()),
        ("export", _EXPORT, (str(folder / "exported"),)),
    ):
        yield _case(name, program, (*where, *more), place, store)


def importing(place: Place, store: LedgerStore, sizes: Sizes, folder: Path) -> Case:
    """A sheet into a batch of the large ledger; the floor starts up and reads the file."""
    file, key = folder / "memory.csv", "memory-1"
    file.write_bytes(ledgers.sheet("memory", sizes.units, sizes.characteristics))
    plan = ledgers.plan("memory", sizes.units, sizes.characteristics)
    ledgers.opened(ledgers.given(store), plan, key)
    peaks: list[int] = []
    read = "import csv, sys; list(csv.reader(open(sys.argv[1])))"
    return Case(
        topic=TOPIC,
        name=f"import of {sizes.units:,} units x {sizes.characteristics}",
        counted="units",
        times=sizes.units,
        ours=measuring_peak(_IMPORT, peaks, store.address, key, str(file)),
        floor_is="a process that parses the sheet",
        floor=python(read, str(file)),
        store=place.name,
        events=store.size(),
        target=_TARGET,
        peak_mb=lambda: max(peaks),
    )


def _case(
    name: str, program: str, arguments: tuple[str, ...], place: Place, store: LedgerStore
) -> Case:
    peaks: list[int] = []
    return Case(
        topic=TOPIC,
        name=name,
        counted="events",
        times=store.size(),
        ours=measuring_peak(program, peaks, *arguments),
        floor_is="a process that reads every row",
        floor=python(_READ, store.address),
        store=place.name,
        events=store.size(),
        target=_TARGET,
        peak_mb=lambda: max(peaks),
    )
