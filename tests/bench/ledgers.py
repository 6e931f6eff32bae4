"""Ledgers and sheets of any size to measure on, the same each time they are made."""

import csv
import io
import random
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from signoff_ledger.application.commands.bars import RegisterBar
from signoff_ledger.application.commands.batches import CloseBatch, OpenBatch
from signoff_ledger.application.commands.people import BeginLedger, EnrolPerson
from signoff_ledger.application.commands.plans import PublishPlan
from signoff_ledger.application.commands.sheet_import import ImportSheet
from signoff_ledger.application.ledger import Call, Ledger
from signoff_ledger.application.ports import RandomIds, SystemClock
from signoff_ledger.domain.batch import Batch
from signoff_ledger.domain.events.batch import UnitInspected
from signoff_ledger.domain.events.event import EventEnvelope, EventMetadata
from signoff_ledger.domain.values import BuildMethod, Role
from signoff_ledger.formats.plan_toml import PlanFile, read_plan
from signoff_ledger.persistence.store import LedgerStore

_HEAD = """\
format = "signoff.plan/1"
[process]
id = "{process}"
name = "Something with many dimensions"
run_min = 500
run_max = 1000
[process.design]
document = "DRW-1"
reference = "DS-1"
sha256 = "{digest}"
[process.provenance]
tooling = "T-1"
tooling_revision = "A"
line = "Line 1"
site = "Stoke"
[[not_applicable]]
family = "build_time"
reason = "not timed here"
[bar]
units = {units}
max_rejects = {max_rejects}
"""
_CHARACTERISTIC = """\
[[characteristic]]
id = "d{number:02}"
family = "{family}"
kind = "variable"
name = "Dimension {number}"
unit = "mm"
decimals = 3
lower = "1"
upper = "2"
"""
_FAMILIES = ("fit", "finish", "function")


def plan(process: str, units: int, characteristics: int) -> PlanFile:
    """Make a plan; its bar accepts a tenth of the units as rejects."""
    text = _HEAD.format(process=process, digest="0" * 64, units=units, max_rejects=units // 10)
    for number in range(characteristics):
        text += _CHARACTERISTIC.format(number=number, family=_FAMILIES[number % 3])
    return read_plan(text, "plan.toml")


def sheet(prefix: str, units: int, characteristics: int, rejects: int = 0) -> bytes:
    """Make a wide sheet of seeded readings, the last so many units out of tolerance."""
    chance = random.Random(prefix)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["unit_serial", *(f"d{number:02}" for number in range(characteristics))])
    for unit in range(units):
        whole = 1 if unit < units - rejects else 3
        readings = [f"{whole}.{chance.randrange(1_000):03}" for _ in range(characteristics)]
        writer.writerow([f"{prefix}-{unit:05}", *readings])
    return out.getvalue().encode()


def begun(store: LedgerStore) -> Ledger:
    """Begin a ledger with an engineer, who also inspects, and an approver."""
    ledger = given(store)
    ledger.execute(BeginLedger(name="bench", printed_name="Olga Owner"), Call("olga"))
    ledger.execute(
        EnrolPerson(person="egon", printed_name="Egon Engineer", roles=(Role.ENGINEER,)),
        Call("olga"),
    )
    ledger.execute(
        EnrolPerson(person="anna", printed_name="Anna Approver", roles=(Role.APPROVER,)),
        Call("olga"),
    )
    return ledger


def given(store: LedgerStore) -> Ledger:
    """Take a ledger up that has begun."""
    return Ledger(store, SystemClock(), RandomIds())


def opened(ledger: Ledger, file: PlanFile, batch: str) -> None:
    """Define a process, register its bar, and open a batch."""
    assert file.bar is not None
    ledger.execute(PublishPlan.from_file(file, None), Call("egon"))
    ledger.execute(RegisterBar(process=file.process, bar=file.bar), Call("egon"))
    ledger.execute(OpenBatch(process=file.process, batch=batch, made_on={}), Call("egon"))


def bring(ledger: Ledger, batch: str, content: bytes) -> None:
    """Import a sheet."""
    method = BuildMethod.LINE
    ledger.execute(
        ImportSheet(batch=batch, file=content, name=f"{batch}.csv", method=method), Call("egon")
    )


def held(ledger: Ledger, process: str, units: int, characteristics: int) -> None:
    """Add a process whose one batch is whole and has missed its bar, so that it is held."""
    opened(ledger, plan(process, units, characteristics), f"{process}-1")
    content = sheet(process, units, characteristics, rejects=units // 10 + 1)
    bring(ledger, f"{process}-1", content)
    ledger.execute(CloseBatch(batch=f"{process}-1", note=None), Call("egon"))


def grow(store: LedgerStore, events: int, units: int) -> None:
    """Fill an empty ledger with so many events: `p-0`, always the same, and others around it."""
    ledger = begun(store)
    held(ledger, "p-0", 20, 4)
    number = 0
    while (left := events - store.size()) > 20:
        number += 1
        held(ledger, f"p-{number}", min(units, left - 10), 4)


def fields_of_units(units: int, characteristics: int) -> list[dict[str, Any]]:
    """Make what is said of units, with seeded readings, before anything has looked at it."""
    chance = random.Random(units)
    return [
        {
            "build": {"method": "line"},
            "readings": {
                f"d{number:02}": chance.randrange(1_000, 2_000) for number in range(characteristics)
            },
            "serial": f"unit-{unit:06}",
        }
        for unit in range(units)
    ]


def emitted(batch: Batch, units: Iterable[dict[str, Any]], command_id: str) -> list[EventEnvelope]:
    """Make events of what is said, and write their lines behind a batch's last one."""
    stamp = EventMetadata(datetime.now(UTC), "egon", f"{command_id}#0123456789abcdef")
    return [batch.emit(stamp, UnitInspected.model_validate(fields)) for fields in units]
