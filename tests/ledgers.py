"""Ledgers to test with: in a file, with a clock that ticks and ids that count.

`Shop` is one ledger with its people enrolled, and with the steps of a story as methods. What one
begins with is made once in a process, and copied from then on.
`check_ledger` re-verifies a whole file by its own means: tests call it when they are done.
"""

import csv
import io
import json
import sqlite3
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Self, cast

from signoff_ledger.application.commands.bars import RegisterBar
from signoff_ledger.application.commands.batches import CloseBatch, OpenBatch
from signoff_ledger.application.commands.changes import ApplyChange
from signoff_ledger.application.commands.corrections import RequestCorrection
from signoff_ledger.application.commands.decisions import Hold, SignOff
from signoff_ledger.application.commands.inspection import RecordUnit
from signoff_ledger.application.commands.nonconformities import AttributeNonconformity, StateCause
from signoff_ledger.application.commands.orders import CommitOrder
from signoff_ledger.application.commands.people import BeginLedger, EnrolPerson
from signoff_ledger.application.commands.plans import PublishPlan
from signoff_ledger.application.commands.sheet_import import ImportSheet, ImportSummary
from signoff_ledger.application.ledger import Call, Ledger, Receipt
from signoff_ledger.application.ports import Clock, IdSource
from signoff_ledger.bootstrap import OpenLedger
from signoff_ledger.domain.plan import UnitBuild
from signoff_ledger.domain.process import Change
from signoff_ledger.domain.values import (
    BuildMethod,
    CauseKind,
    ChangeKind,
    Origin,
    Role,
)
from signoff_ledger.errors import RuleRefusedError
from signoff_ledger.formats.plan_toml import PlanFile, read_plan
from signoff_ledger.integrity.canonical import parse
from signoff_ledger.persistence.sqlite.store import SqliteStore
from signoff_ledger.persistence.store import LedgerStore

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""When the ticking clock begins."""

PEOPLE: Mapping[str, tuple[str, tuple[Role, ...]]] = {
    "ines": ("Ines Inspector", (Role.INSPECTOR,)),
    "egon": ("Egon Engineer", (Role.ENGINEER,)),
    "anna": ("Anna Approver", (Role.APPROVER,)),
    "bela": ("Bela Buyer", (Role.BUYER,)),
    "aude": ("Aude Auditor", (Role.AUDITOR,)),
}
"""Everybody besides olga, who founds the ledger and is its owner."""

PLAN = """\
format = "signoff.plan/1"

[process]
id = "mug"
name = "A mug with a lid"
run_min = 50
run_max = 100

[process.design]
document = "DRW-1 rev B"
reference = "DS-1"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"

[process.provenance]
tooling = "T-1"
tooling_revision = "A"
line = "Line 1"
site = "Stoke"
fixture = "none specified"

[[characteristic]]
id = "gap"
family = "fit"
kind = "variable"
name = "Gap between lid and body"
unit = "mm"
decimals = 2
lower = "0.10"
upper = "0.40"
mode = "LID-SEAT"

[[characteristic]]
id = "finish"
family = "finish"
kind = "attribute"
name = "Visible surfaces"

[[characteristic]]
id = "function"
family = "function"
kind = "attribute"
name = "Works as specified"

[[characteristic]]
id = "build_minutes"
family = "build_time"
kind = "time"
name = "Build time"
unit = "min"

[[mode]]
code = "LID-SEAT"
text = "The lid does not seat"
severity = "major"
zones = { inside = "minor" }

[[mode]]
code = "CRACK"
text = "A crack"
severity = "critical"

[bar]
units = 7
max_rejects = 1
"""

CUP = PLAN.replace('id = "mug"', 'id = "cup"')
"""The same for another process."""

GOOD: dict[str, str] = {
    "build_method": "line",
    "gap": "0.25",
    "finish": "pass",
    "function": "pass",
    "build_minutes": "11",
}
"""The cells of a unit that conforms."""


SKIMMED = Change(ChangeKind.PROCESS, "skimmed the face", "it fouled", touches_design=False)
"""A process change."""


class TickingClock:
    """Moves on by one second each time it is asked."""

    def __init__(self, now: datetime = START) -> None:
        self.time = now

    def now(self) -> datetime:
        """Give the next second."""
        self.time += timedelta(seconds=1)
        return self.time


class CountingIds:
    """Gives id-1, id-2 and so on.

    Attributes:
        given: How many it gave.
    """

    def __init__(self, prefix: str = "id", given: int = 0) -> None:
        self._prefix = prefix
        self.given = given

    def new(self) -> str:
        """Give the next id."""
        self.given += 1
        return f"{self._prefix}-{self.given}"


def on_file(store: LedgerStore) -> SqliteStore:
    """Give a store of which it is known that it stands in a file."""
    assert isinstance(store, SqliteStore)
    return store


class Begun(NamedTuple):
    """A ledger as it was when its first steps were done.

    Attributes:
        files: Mode and content of its files and folders by their paths; of the ledger itself the
            path is empty, of a folder the content is None.
        time: The time by its clock.
        ids: How many ids were given out.
    """

    files: Mapping[str, tuple[int, bytes | None]]
    time: datetime
    ids: int


_BEGUN: dict[tuple[object, ...], Begun] = {}


@dataclass
class Shop:
    """A ledger in a file, with everybody of `PEOPLE` enrolled."""

    store: SqliteStore
    clock: Clock = field(default_factory=TickingClock)
    ids: IdSource = field(default_factory=CountingIds)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.store, self.clock, self.ids)

    def by(self, person: str) -> Call:
        """Give a call of somebody; here nobody has a key."""
        return Call(person)

    @classmethod
    def founded(cls, path: Path) -> Self:
        """Begin a ledger at a path and enrol everybody."""
        return cls.copied(path, cls._founded)

    @classmethod
    def _founded(cls, path: Path) -> Self:
        shop = cls(SqliteStore.create(path))
        shop.ledger.execute(BeginLedger(name="test", printed_name="Olga Owner"), Call("olga"))
        shop.enrol_everybody()
        return shop

    @classmethod
    def copied(cls, path: Path, begin: Callable[..., Self], *options: str) -> Self:
        """Put a ledger that was begun in a way, and everything beside it, at a path."""
        key = (cls, begin.__name__, *options)
        if key not in _BEGUN:
            with TemporaryDirectory() as folder:
                _BEGUN[key] = begin(Path(folder, "ledger.db"), *options).as_begun()
        files, time, given = _BEGUN[key]
        for name, (mode, content) in files.items():
            placed = path.parent / name if name else path
            if content is None:
                placed.mkdir(exist_ok=True)
            else:
                with placed.open("xb") as opened:
                    opened.write(content)
            placed.chmod(mode)
        return cls(SqliteStore.open(path), TickingClock(time), CountingIds(given=given))

    def as_begun(self) -> Begun:
        """Close the ledger, and give what it takes to have it again."""
        assert isinstance(self.clock, TickingClock)
        assert isinstance(self.ids, CountingIds)
        self.store.close()
        ledger = self.store.path
        files = {
            path.relative_to(ledger.parent).as_posix() * (path != ledger): (
                stat.S_IMODE(path.stat().st_mode),
                None if path.is_dir() else path.read_bytes(),
            )
            for path in sorted(ledger.parent.rglob("*"))
            if path.name != f"{ledger.name}.lock"
        }
        return Begun(files, self.clock.time, self.ids.given)

    @classmethod
    def of(cls, opened: OpenLedger, ids: IdSource) -> Self:
        """Give the steps of a story in a ledger that was opened, wherever it stands."""
        # The steps need nothing of a file.
        shop = cls(cast("SqliteStore", opened.store), opened.ledger.clock, ids)
        shop.ledger = Ledger(opened.store, opened.ledger.clock, ids, opened.sealer)
        return shop

    def enrol_everybody(self) -> None:
        """Enrol the people of `PEOPLE`."""
        for key, (name, roles) in PEOPLE.items():
            self.ledger.execute(
                EnrolPerson(person=key, printed_name=name, roles=tuple(roles)), Call("olga")
            )

    @classmethod
    def ready(cls, path: Path, plan: str = PLAN) -> Self:
        """Begin a ledger whose plan is published and whose bar is registered."""
        return cls.copied(path, cls._ready, plan)

    @classmethod
    def _ready(cls, path: Path, plan: str) -> Self:
        shop = cls.founded(path)
        shop.publish(plan)
        shop.register(plan)
        return shop

    @classmethod
    def opened(cls, path: Path, plan: str = PLAN) -> Self:
        """Begin a ledger whose first batch, B1, is open."""
        return cls.copied(path, cls._opened, plan)

    @classmethod
    def _opened(cls, path: Path, plan: str) -> Self:
        shop = cls.ready(path, plan)
        shop.open("B1")
        return shop

    # --- the steps of a story -------------------------------------------------------------------

    def publish(self, plan: str = PLAN, reason: str | None = None) -> Receipt:
        """Publish a plan file."""
        return self.ledger.execute(PublishPlan.from_file(plan_file(plan), reason), self.by("egon"))

    def register(self, plan: str = PLAN) -> Receipt:
        """Register the bar of a plan file."""
        file = plan_file(plan)
        assert file.bar is not None
        return self.ledger.execute(RegisterBar(process=file.process, bar=file.bar), self.by("egon"))

    def open(self, batch: str, **made_on: str) -> Receipt:
        """Open a batch."""
        return self.ledger.execute(
            OpenBatch(process="mug", batch=batch, made_on=made_on), self.by("egon")
        )

    def record(self, batch: str, serial: str, call: Call | None = None, **cells: str) -> Receipt:
        """Record one unit by hand; it conforms except for the cells given."""
        values = {k: v for k, v in (GOOD | cells).items() if k != "build_method" and v}
        build = UnitBuild(method=BuildMethod((GOOD | cells)["build_method"]))
        command = RecordUnit(batch=batch, serial=serial, build=build, values=values)
        return self.ledger.execute(command, call or self.by("ines"))

    def bring(
        self,
        batch: str,
        content: bytes,
        call: Call | None = None,
        name: str = "results.csv",
        **fields: Any,
    ) -> tuple[Receipt, ImportSummary]:
        """Import a sheet."""
        command = ImportSheet(batch=batch, file=content, name=name, method=None, **fields)
        receipt = self.ledger.execute(command, call or self.by("ines"))
        return receipt, receipt.result

    def close(self, batch: str) -> Receipt:
        """Close a batch."""
        return self.ledger.execute(CloseBatch(batch=batch, note=None), self.by("ines"))

    def build(self, batch: str, rejects: int = 0, units: int = 7) -> None:
        """Open a batch, import its units with so many rejects, and close it."""
        self.open(batch)
        rows = [
            unit(f"{batch}-{n}", gap="0.50" if n <= rejects else "0.25")
            for n in range(1, units + 1)
        ]
        self.bring(batch, wide(rows))
        self.close(batch)

    def answer(self, batch: str, mode: str = "LID-SEAT") -> None:
        """Attribute a mode to the process, state its cause, and change something about it."""
        self.ledger.execute(
            AttributeNonconformity(
                process="mug", mode=mode, origin=Origin.PROCESS, reason="shrinkage"
            ),
            self.by("egon"),
        )
        self.state_cause(batch, mode)
        self.change(mode)

    def state_cause(self, batch: str, mode: str = "LID-SEAT") -> Receipt:
        """State the cause of a mode."""
        return self.ledger.execute(
            StateCause(batch=batch, mode=mode, kind=CauseKind.FOUND, statement="it shrank"),
            self.by("egon"),
        )

    def change(self, *addresses: str) -> Receipt:
        """Change the process."""
        change = SKIMMED._replace(addresses=addresses)
        return self.ledger.execute(ApplyChange(process="mug", change=change), self.by("egon"))

    def sign(self, call: Call | None = None, batch: str | None = None) -> Receipt:
        """Try to sign the process off."""
        return self.ledger.execute(
            SignOff(process="mug", batch=batch, note=None), call or self.by("anna")
        )

    def hold(self, call: Call | None = None, reason: str = "not yet") -> Receipt:
        """Hold the process."""
        return self.ledger.execute(
            Hold(process="mug", batch=None, reason=reason), call or self.by("anna")
        )

    def order(self, call: Call | None = None, quantity: int = 50) -> Receipt:
        """Try to commit a production run."""
        command = CommitOrder(process="mug", quantity=quantity, reference="PO-1")
        return self.ledger.execute(command, call or self.by("bela"))

    def refused_order(self) -> RuleRefusedError:
        """Try to order more than anybody signed for, in vain."""
        try:
            self.order(quantity=1_000)
        except RuleRefusedError as error:
            return error
        raise AssertionError("the order was not refused")

    def correct(
        self, batch: str, serial: str, field: str, becomes: str, remeasured: str | None = None
    ) -> Receipt:
        """Ask for a correction."""
        return self.ledger.execute(
            RequestCorrection(
                batch=batch,
                serial=serial,
                field=field,
                becomes=becomes,
                reason="typed wrong",
                remeasured=remeasured,
            ),
            self.by("ines"),
        )

    def sign_off_a_repeat(self) -> None:
        """Tell the whole story: two rejects hold B1, a change is made, B2 is clean and signed."""
        self.build("B1", rejects=2)
        self.answer("B1")
        self.build("B2")
        self.sign()

    # --- looking --------------------------------------------------------------------------------

    def lines(self) -> list[bytes]:
        """Give every line of the log."""
        return [recorded.entry.line for recorded in self.store.read(0)]

    def topics(self, after: int = 0) -> list[str]:
        """Name the kind of every event behind a position, shortly."""
        return [topic(recorded.entry.line) for recorded in self.store.read(after)]


def plan_file(text: str = PLAN) -> PlanFile:
    """Read a plan file that is meant to be good."""
    return read_plan(text, "plan.toml")


def topic(line: bytes) -> str:
    """Give the kind of an event without prefix and version."""
    name: str = json.loads(line)["type"]
    return name.removeprefix("signoff.").removesuffix(".v1")


def unit(serial: str, **cells: str) -> dict[str, str]:
    """Make a row of a wide sheet: a unit that conforms, except for the cells given."""
    return {"unit_serial": serial, **GOOD, **cells}


def reading(serial: str, characteristic: str, value: str, **cells: str) -> dict[str, str]:
    """Make a row of a long sheet."""
    return {
        "unit_serial": serial,
        "characteristic_id": characteristic,
        "value": value,
        "build_method": "line",
        **cells,
    }


def readings(serial: str, **cells: str) -> list[dict[str, str]]:
    """Make the rows of a conforming unit for a long sheet, except for the values given."""
    values = GOOD | cells
    return [reading(serial, name, values[name]) for name in GOOD if name != "build_method"]


def wide(rows: Sequence[Mapping[str, str]], delimiter: str = ",") -> bytes:
    """Write rows as CSV; the columns are those of all the rows."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


long = wide
"""A long sheet is written the same way."""


# --- raw access to the file ---------------------------------------------------------------------


def raw(path: Path) -> sqlite3.Connection:
    """Connect the way anybody with the file can, past everything that is ours."""
    return sqlite3.connect(path, isolation_level=None)


def plant(path: Path, line: bytes, **index: object) -> int:
    """Append a row as somebody with the file would, its index as given; gives its position."""
    fields = json.loads(line) | index
    row = (
        fields["stream"],
        fields["version"],
        fields["type"],
        line,
        sha256(b"\x00" + line).digest(),
    )
    with closing(raw(path)) as connection:
        connection.execute(
            "INSERT INTO events SELECT coalesce(max(position), 0) + 1, ?, ?, ?, ?, ? FROM events",
            row,
        )
        (position,) = connection.execute("SELECT max(position) FROM events").fetchone()
    return int(position)


def disarmed(path: Path) -> sqlite3.Connection:
    """Connect, and drop every trigger that protects the rows."""
    connection = raw(path)
    triggers = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
    for (name,) in triggers.fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    return connection


def rewrite(path: Path, position: int, line: bytes) -> None:
    """Put another line in place of a recorded one."""
    with closing(disarmed(path)) as connection:
        connection.execute(
            "UPDATE events SET line = ?, leaf = ? WHERE position = ?",
            (line, sha256(b"\x00" + line).digest(), position),
        )


def check_ledger(path: Path) -> int:
    """Verify a ledger file line by line, without the code that wrote it; gives its size."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        events = connection.execute(
            "SELECT position, stream, version, type, line, leaf FROM events ORDER BY position"
        ).fetchall()
        commands = connection.execute("SELECT id, first, last FROM commands").fetchall()
    return check_rows(events, commands)


def check_rows(events: Sequence[Sequence[Any]], commands: Sequence[Sequence[Any]]) -> int:
    """Verify the rows of a ledger, by whichever store: position, stream, version, type, line, leaf.

    Args:
        events: All of them, in order of position.
        commands: Id, first and last position of each.
    """
    heads: dict[str, tuple[int, bytes | None]] = {}
    given: dict[str, list[int]] = {}
    for expected, (position, stream, version, kind, line, leaf) in enumerate(events, 1):
        assert position == expected, f"position {position} stands where {expected} should"
        assert leaf == sha256(b"\x00" + line).digest(), f"wrong leaf at {position}"
        fields = parse(line)
        indexed = (stream, version, kind)
        assert indexed == (fields["stream"], fields["version"], fields["type"]), position
        last, head = heads.get(stream, (0, None))
        assert version == last + 1, f"version {version} after {last} at {position}"
        assert fields.get("prev") == (head.hex() if head else None), f"broken chain at {position}"
        heads[stream] = (version, leaf)
        given.setdefault(fields["cmd"].rpartition("#")[0], []).append(position)
    assert {id_: [*range(first, last + 1)] for id_, first, last in commands} == given
    return len(events)


def positions_of(receipts: Iterable[Receipt]) -> list[int]:
    """Give the positions that receipts acknowledge, in ascending order."""
    return sorted(r.position for receipt in receipts for r in receipt.recorded)
