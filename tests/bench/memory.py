"""How much memory the largest works take in a large ledger, each in a process of its own."""

from dataclasses import replace
from pathlib import Path

from signoff_ledger.persistence.store import LedgerStore
from tests.bench import ledgers, reading
from tests.bench.measure import Case, Target
from tests.bench.processes import BARE, measuring_peak, python
from tests.bench.sizes import Sizes
from tests.bench.stores import Place

_TARGET = Target(300, "peak_mb")
_OPEN = """
import sys
from pathlib import Path
from signoff_ledger.persistence.store_factory import open_store
store = open_store(sys.argv[1])
"""
_IMPORT = f"""{_OPEN}
from signoff_ledger.application.commands.sheet_import import ImportSheet
from signoff_ledger.application.ledger import Call, Ledger
from signoff_ledger.application.ports import RandomIds, SystemClock
from signoff_ledger.domain.values import BuildMethod
ledger, file = Ledger(store, SystemClock(), RandomIds()), Path(sys.argv[3])
sheet = ImportSheet(batch=sys.argv[2], file=file.read_bytes(), name=file.name,
                    method=BuildMethod.LINE)
ledger.execute(sheet, Call("egon"))
"""
_REBUILD = f"""{_OPEN}
from signoff_ledger.projections.views import Views
Views(store, store).rebuild()
"""
_VERIFY = f"""{_OPEN}
from signoff_ledger.exports.verification import LiveLog, verify_log
from signoff_ledger.integrity.log_check import Trust
list(verify_log(LiveLog(store), Trust()))
"""
_EXPORT = f"""{_OPEN}
from signoff_ledger.exports.log_folder import export_log
export_log(store, Path(sys.argv[2]))
"""


def apart(case: Case, store: LedgerStore) -> Case:
    """Give a rebuild or a verification a process of its own, and note how much memory it takes."""
    program = {reading.REBUILD: _REBUILD, reading.VERIFICATION: _VERIFY}[case.name]
    return _noted(case, program, store.address)


def exporting(topic: str, place: Place, store: LedgerStore, folder: Path) -> Case:
    """The whole log into a folder; the floor reads and parses it."""
    case = replace(reading.verifying(topic, place, store), name="export of the log")
    return _noted(case, _EXPORT, store.address, str(folder / "exported"))


def importing(topic: str, place: Place, store: LedgerStore, sizes: Sizes, folder: Path) -> Case:
    """A sheet into a batch of the large ledger; the floor starts up and reads the file."""
    file, key = folder / "memory.csv", "memory-1"
    file.write_bytes(ledgers.sheet("memory", sizes.units, sizes.characteristics))
    plan = ledgers.plan("memory", sizes.units, sizes.characteristics)
    ledgers.opened(ledgers.given(store), plan, key)
    read = "import csv, sys; list(csv.reader(open(sys.argv[1])))"
    case = Case(
        topic=topic,
        name="import in a process of its own",
        counted="units",
        times=sizes.units,
        ours=python(BARE),
        floor_is="a process that parses the sheet",
        floor=python(read, str(file)),
        store=place.name,
        events=store.size(),
    )
    return _noted(case, _IMPORT, store.address, key, str(file))


def _noted(case: Case, program: str, *arguments: str) -> Case:
    peaks: list[int] = []
    return replace(
        case,
        ours=measuring_peak(program, peaks, *arguments),
        target=_TARGET,
        peak_mb=lambda: max(peaks),
    )
