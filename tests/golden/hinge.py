"""A shop that makes a hinge plate, for tests of the ways around the gate, by command lines alone.

Eight units, at most one reject. Two inspectors, two engineers, two approvers, a buyer: whoever
wants to bend a decision has a second person at hand.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.cli.terminal import LEDGER, Said, Terminal
from tests.ledgers import CountingIds, TickingClock

GOOD = ("gap=0.24", "glaze=pass", "seal=pass", "build_minutes=6")
HEADER = "unit_serial,build_method,gap,glaze,seal,build_minutes"
UNITS = 8

PEOPLE = {
    "ines": ("Ines Alves", "inspector"),
    "ivo": ("Ivo Costa", "inspector"),
    "max": ("Max Lowe", "engineer"),
    "mia": ("Mia Berg", "engineer"),
    "ada": ("Ada Mercer", "approver"),
    "abe": ("Abe Stone", "approver"),
    "dan": ("Dan Price", "buyer"),
}

PLAN = """\
format = "signoff.plan/1"

[process]
id = "hinge"
name = "Hinge plate"
run_min = 200
run_max = 500

[process.design]
document = "HP-7 rev B"
reference = "DS-0031"
sha256 = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"

[process.provenance]
tooling = "MOULD-3"
tooling_revision = "A"
line = "Line 2"
site = "Lisbon"

[[characteristic]]
id = "gap"
family = "fit"
kind = "variable"
name = "Gap"
unit = "mm"
decimals = 2
lower = "0.10"
upper = "0.40"
mode = "LID-SEAT"

[[characteristic]]
id = "glaze"
family = "finish"
kind = "attribute"
name = "Visible faces"
mode = "SCRATCH"

[[characteristic]]
id = "seal"
family = "function"
kind = "attribute"
name = "Keeps tight"
mode = "LEAK"

[[characteristic]]
id = "build_minutes"
family = "build_time"
kind = "time"
name = "Assembly"
unit = "min"

[[mode]]
code = "CHIP"
text = "Chipped edge"
severity = "minor"
zones = { sealing-face = "critical" }

[bar]
units = 8
max_rejects = 1
"""


class Hinge(Terminal):
    """A terminal in the shop; steps that must succeed, and the questions that tests ask."""

    @classmethod
    def begun(cls, folder: Path, plan: str = PLAN) -> "Hinge":
        """Begin the ledger, enrol everybody, publish the plan and register its bar.

        What was begun before in this test run is copied.
        """
        begun, time = _begun(plan)
        for name, content in begun.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return cls(folder, TickingClock(time), CountingIds("since"))

    @classmethod
    def founded(cls, folder: Path, plan: str) -> "Hinge":
        """Begin, by command lines."""
        shop = cls(folder)
        shop.write("signoff.toml", f'ledger = "{LEDGER}"\nkeys = "keys"\n')
        shop.did("init", LEDGER, "--name", "lisbon", "--printed-name", "Olive Reid", by="olive")
        for key, (name, role) in PEOPLE.items():
            shop.did("person", "enrol", key, "--name", name, "--role", role, by="olive")
        shop.publish(plan)
        shop.did("bar", "register", "plan.toml", by="max")
        return shop

    @classmethod
    def opened(cls, folder: Path, plan: str = PLAN) -> "Hinge":
        """Begin, and open batch B1."""
        shop = cls.begun(folder, plan)
        shop.open("B1")
        return shop

    def publish(self, plan: str, *, name: str = "plan.toml", by: str = "max") -> Said:
        """Publish a plan, with a reason where it is not the first."""
        self.write(name, plan)
        return self.did("plan", "publish", name, "--reason", "as drawn", by=by)

    def open(self, batch: str, *more: str, process: str = "hinge") -> Said:
        """Open a batch."""
        return self.did("open", process, "--batch", batch, *more, by="max")

    def record(
        self,
        serial: str,
        *readings: str,
        batch: str = "B1",
        by: str = "ines",
        method: str = "line",
        more: Iterable[str] = (),
    ) -> Said:
        """Record a unit; the readings given stand in for the good ones."""
        given = {reading.partition("=")[0] for reading in readings}
        good = (reading for reading in GOOD if reading.partition("=")[0] not in given)
        return self.did(
            "record", serial, *readings, *good, "--batch", batch, "--method", method, *more, by=by
        )

    def build(
        self, batch: str = "B1", *, rejects: int = 0, by: str = "ines", close: bool = True
    ) -> None:
        """Import eight units, so many of them with a gap that fails, and close the batch."""
        gaps = ["0.55" if number <= rejects else "0.24" for number in range(1, UNITS + 1)]
        self.bring(batch, [(f"{batch}-{number}", gap) for number, gap in enumerate(gaps, 1)], by=by)
        if close:
            self.did("close", batch, by="ines")

    def bring(self, batch: str, units: Iterable[tuple[str, str]], by: str = "ines") -> Said:
        """Import a sheet of units, each a serial and its gap."""
        rows = "".join(f"{serial},line,{gap},pass,pass,6\n" for serial, gap in units)
        name = self.write(f"{batch}.csv", f"{HEADER}\n{rows}")
        return self.did("import", name, "--batch", batch, by=by)

    def answer(self, mode: str = "LID-SEAT", batch: str = "B1") -> None:
        """Attribute a mode to the process and state its cause."""
        said = ("--origin", "process", "--reason", "seen at the line")
        self.did("defect", "attribute", mode, *said, by="max")
        self.did("defect", "cause", mode, "--batch", batch, "--cause", "a worn shim", by="max")

    def change(self, *addresses: str, by: str = "max", more: Iterable[str] = ()) -> Said:
        """Change the process."""
        named = [word for mode in addresses for word in ("--addresses", mode)]
        words = ("--what", "a new shim", "--why", "the gap", "--touches-design", "no")
        return self.did("change", "hinge", *words, *named, *more, by=by)

    def sign(self, process: str = "hinge", by: str = "ada") -> Said:
        """Sign the process off."""
        return self.did("sign", process, "--yes", "-q", by=by)

    def refused_sign(self, process: str = "hinge", by: str = "ada") -> dict[str, str]:
        """Try to sign, which the rules refuse; gives the rules that said no with what they say."""
        error = self.refused("SL301", "sign", process, "--yes", by=by)
        return {rule["rule"]: rule["says"] for rule in error["rules"]}

    def correct(self, serial: str, entry: str, *more: str, batch: str = "B1") -> None:
        """Ask for a correction and have it confirmed."""
        asked = ("--batch", batch, "--reason", "a slip", *more)
        said = self("correct", serial, entry, *asked, by="ines")
        assert 0 == said.code, said.err
        number = said.out.split("Correction ")[1].split()[0]
        self.did("correct", "--confirm", number, "--batch", batch, by="ivo")

    def order(self, quantity: int = 200, reference: str = "PO-1", by: str = "dan") -> Said:
        """Commit an order."""
        words = ("order", "commit", "hinge", str(quantity), "--reference", reference)
        return self(*words, by=by)

    def rules(self, process: str = "hinge") -> dict[str, Any]:
        """Give what every rule says today, by its name."""
        said = self("check", process, "--list", "--json")
        return {rule["rule"]: rule for rule in said.data["rules"]}

    def failing(self, process: str = "hinge") -> set[str]:
        """Name the rules that do not hold today."""
        return {name for name, rule in self.rules(process).items() if not rule["holds"]}

    def disclosed(self, process: str = "hinge") -> str:
        """Give the first lines of `why` that a reader has to know, checked to be first."""
        data = self.asked("why", process)
        lines = [f"{d['topic']}: {d['says']}" for d in data["disclosures"]]
        shown = self.did("why", process).out
        first = shown.partition("The rules, ")[0]
        certificate = self("report", process, "--format", "json")
        for line in lines:
            assert " ".join(line.split()) in " ".join(first.split())
        if certificate.code == 0:
            assert data["disclosures"] == certificate.data["disclosures"]
        return "\n".join(lines)

    def counts(self, batch: str = "B1") -> dict[str, str]:
        """Say of every unit of a batch whether it counts: yes, or the reasons why not."""
        units = self.asked("status", "--batch", batch)["units"]
        return {u["serial"]: "yes" if u["counts"] else ",".join(u["excluded"]) for u in units}

    def wait(self, days: int) -> None:
        """Let time pass."""
        assert isinstance(self.clock, TickingClock)
        self.clock.time += timedelta(days=days)


@cache
def _begun(plan: str) -> tuple[dict[str, bytes], datetime]:
    """Begin once; gives the files of the folder and the clock's time."""
    with TemporaryDirectory() as name:
        shop = Hinge.founded(Path(name), plan)
        files = [path for path in Path(name).rglob("*") if path.is_file()]
        content = {str(p.relative_to(name)): p.read_bytes() for p in files if p.suffix != ".lock"}
        assert isinstance(shop.clock, TickingClock)
        return content, shop.clock.time


def with_id(plan: str, process: str) -> str:
    """Give the plan to another process."""
    return plan.replace('id = "hinge"', f'id = "{process}"')
