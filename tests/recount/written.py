"""Logs written by hand, line by line, for tests of the recount itself.

`Written` numbers the lines of each stream and lets a minute pass between two commands; everything
else is said by the test. It has its own words for a mug with a lid, and nothing of the product's.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.recount.comparison import differences
from tests.recount.count import Count, count
from tests.recount.ground import Ground
from tests.recount.log import Log, line_of
from tests.recount.rules import Finding, expected_findings
from tests.recount.standing import order_blockers, walk

Fields = dict[str, Any]

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
UNSIGNED = {"kind": "none"}
PLACES = {
    "fixture": "none specified",
    "line": "Line 1",
    "site": "Stoke",
    "tooling": "T-1",
    "tooling_revision": "A",
}
GAP: Fields = {
    "decimals": 2,
    "family": "fit",
    "id": "gap",
    "kind": "variable",
    "lower": "0.10",
    "mode": "LID-SEAT",
    "name": "Gap",
    "severity": "major",
    "unit": "mm",
    "upper": "0.40",
}
LOOK: Fields = {
    "decimals": 0,
    "family": "finish",
    "id": "look",
    "kind": "attribute",
    "mode": "DULL",
    "name": "Look",
    "severity": "major",
}
MINUTES: Fields = {
    "decimals": 0,
    "family": "build_time",
    "id": "minutes",
    "kind": "time",
    "mode": "SLOW",
    "name": "Build time",
    "severity": "major",
    "unit": "min",
}
MODES: list[Fields] = [
    {"code": "LID-SEAT", "severity": "major", "text": "it does not seat", "zones": {}},
    {"code": "CRACK", "severity": "critical", "text": "a crack", "zones": {"inside": "minor"}},
]
GOOD = {"gap": 25, "look": 1, "minutes": 660}
BAR: Fields = {
    "characteristics": [],
    "confirmation_batch": "after_change",
    "max_critical": 0,
    "max_rejects": 1,
    "missing_units": "reject",
    "modes": [],
    "reject_from": "minor",
    "repeat_without_change": "refuse",
    "units": 7,
}


def plan(**changes: Any) -> Fields:
    """Write a plan, or one that differs in some fields."""
    fields: Fields = {
        "characteristics": [GAP, LOOK, MINUTES],
        "identity": {"run_max": 100, "run_min": 50},
        "modes": MODES,
        "not_applicable": [],
        "provenance": PLACES,
    }
    return fields | changes


def digest(content: Mapping[str, Any]) -> str:
    """Give the digest of canonical JSON."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def settings(values: Mapping[str, str]) -> list[Fields]:
    """Write settings of the process as a line has them."""
    return [{"name": name, "value": value} for name, value in sorted(values.items())]


class Written:
    """A log with one process, mug, and its people.

    Attributes:
        log: The lines so far.
        at: The time of the last line.
    """

    def __init__(self, **plan_changes: Any) -> None:
        self.log = Log()
        self.at = START
        self._versions: dict[str, int] = {}
        self._opened: dict[str, Fields] = {}
        self._numbers = 0
        people = {"anna": "approver", "bela": "buyer", "egon": "engineer", "ines": "inspector"}
        for key, role in people.items():
            self.enrol(key, f"{key.title()} {role.title()}", role)
        self.say("process-defined", {"process": "mug"})
        self.approve("0" * 64)
        self.publish(plan(**plan_changes))

    # --- lines ----------------------------------------------------------------------------------

    def say(
        self, kind: str, data: Fields, by: str = "egon", stream: str = "mug", command: str = ""
    ) -> int:
        """Write a line; gives its position."""
        self.at += timedelta(minutes=1)
        version = self._versions[stream] = self._versions.get(stream, 0) + 1
        position = self.log.size + 1
        fields = {
            "at": self.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "by": by,
            "cmd": command or f"c-{position}",
            "data": data,
            "stream": stream,
            "type": f"signoff.{kind}.v1",
            "v": 1,
            "version": version,
        }
        self.log.add(line_of(fields, position))
        return position

    def wait(self, **time: float) -> None:
        """Let time pass."""
        self.at += timedelta(**time)

    def enrol(self, key: str, name: str, *roles: str) -> None:
        """Enrol somebody."""
        self.say("person-enrolled", {"person": key, "printed_name": name}, "olga", key)
        for role in roles:
            self.grant(key, role)

    def grant(self, key: str, role: str) -> None:
        """Give a role."""
        self.say("role-granted", {"note": "as agreed", "role": role}, "olga", key)

    def approve(self, sha256: str, document: str = "DRW-1") -> int:
        """Refer to the approval of a design."""
        approval = {"document": document, "reference": "DS-1", "sha256": sha256}
        return self.say("design-approval-referenced", {"approval": approval})

    def publish(self, content: Fields, by: str = "egon", **more: Any) -> int:
        """Publish a plan."""
        number = 1 + len([n for n in self.log.lines if n.kind == "inspection-plan-published"])
        sha256 = digest(content)
        self._plan: Fields = {"plan": content, "plan_number": number, "plan_sha256": sha256}
        data = {"number": number, "plan": content, "plan_sha256": sha256, **more}
        return self.say("inspection-plan-published", data, by)

    def register(self, **changes: Any) -> int:
        """Register a bar, or supersede it."""
        bar = BAR | changes
        number = 1 + len([n for n in self.log.lines if "acceptance-criteria" in n.kind])
        self._bar: Fields = {"bar": bar, "bar_number": number, "bar_sha256": digest(bar)}
        kind = "registered" if number == 1 else "superseded"
        data = {"bar": bar, "bar_sha256": digest(bar), "number": number}
        return self.say(f"bar-{kind}", data)

    def change(self, *addresses: str, by: str = "egon", **more: Any) -> int:
        """Change the process."""
        number = 1 + len(self.ground.changes())
        data = {
            "addresses": list(addresses),
            "kind": "process",
            "number": number,
            "process_revision": number + 1,
            "touches_design": False,
            "what": "skimmed the face",
            "why": "it fouled",
        }
        return self.say("process-change-applied", data | more, by)

    def open(self, batch: str = "B1", *, unchanged: bool = False, **made_on: Any) -> None:
        """Open a batch."""
        demand = self.ground.demand_at(self.log.size + 1)
        facts: Fields = {"batch": batch, "process_revision": self.ground.revision()}
        opened = facts | {"bar": self._bar["bar_number"], "plan": self._plan["plan_number"]}
        batches = self.ground.attempts()
        since = batches[-1].opened.position if batches else 0
        confirms = [change.data["number"] for change in self.ground.changes(after=since)]
        attempt = {"attempt": len(batches) + 1}
        self.say("batch-opened", opened | attempt | {"confirms": confirms, "unchanged": unchanged})
        demands = {
            "demanded": sorted(demand.explicit),
            "required": demand.required,
            "required_parameters": settings(demand.parameters),
        }
        started = facts | attempt | self._bar | self._plan | demands
        self.say("batch-started", started | {"made_on": made_on, "process": "mug"}, stream=batch)
        self._numbers = 0

    def unit(
        self,
        serial: str,
        batch: str = "B1",
        *seen: Fields,
        by: str = "ines",
        build: Fields | None = None,
        **more: Any,
    ) -> int:
        """Record a unit that conforms, except for what `more` says of its readings.

        Args:
            serial: The unit.
            batch: Its batch.
            seen: Nonconformities that no reading shows.
            by: Who records it.
            build: How it was made.
            more: Readings by name, None for one that was not taken; other fields of the line.
        """
        readings = {n: more.pop(n, good) for n, good in GOOD.items()}
        found = [*seen]
        if (readings["gap"] or 25) > 40:
            found.append(self.nonconformity("LID-SEAT", characteristic="gap"))
        if readings["look"] == 0:
            found.append(self.nonconformity("DULL", characteristic="look"))
        data = {
            "build": {"method": "line"} | (build or {}),
            "nonconformities": found,
            "readings": {n: value for n, value in readings.items() if value is not None},
            "serial": serial,
        }
        return self.say("unit-inspected", data | more, by, batch)

    def nonconformity(self, mode: str, severity: str = "major", **more: Any) -> Fields:
        """Number a nonconformity."""
        self._numbers += 1
        return {"mode": mode, "number": self._numbers, "severity": severity, **more}

    def close(self, batch: str = "B1") -> None:
        """Close a batch."""
        self.say("batch-closed", {}, "ines", batch)
        units = len(self.ground.batches[batch].units)
        self.say("batch-finished", {"batch": batch, "units": units}, "ines")

    def build(self, batch: str = "B1", rejects: int = 0, units: int = 7) -> None:
        """Open a batch, record its units with so many rejects, and close it."""
        self.open(batch)
        for n in range(units):
            self.unit(f"{batch}-{n}", batch, gap=50 if n < rejects else 25)
        self.close(batch)

    def correct(self, serial: str, field: str, becomes: str, batch: str = "B1", **more: Any) -> int:
        """Ask for a correction; gives its number."""
        asked = [n for n in self.log.batch(batch) if n.kind == "correction-requested"]
        data = {"becomes": becomes, "field": field, "number": len(asked) + 1, "serial": serial}
        self.say("correction-requested", data | {"reason": "a slip"} | more, "ines", batch)
        return len(asked) + 1

    def confirm(self, number: int = 1, batch: str = "B1", **more: Any) -> None:
        """Confirm a correction."""
        self.say("correction-confirmed", {"number": number, **more}, "ivan", batch)

    def attribute(self, mode: str, origin: str, by: str = "egon", **single: Any) -> None:
        """Attribute a mode, or one nonconformity."""
        data = {"mode": mode, "origin": origin, "reason": "by its looks", **single}
        self.say("nonconformity-attributed", data, by)

    def cause(self, mode: str, batch: str = "B1", kind: str = "found") -> None:
        """State a cause."""
        data = {"batch": batch, "kind": kind, "mode": mode, "statement": "it shrank"}
        self.say("cause-stated", data)

    def verdict(self, batch: str | None = None, signer: str = "anna") -> Fields:
        """Write the verdict that the recount expects, as a decision holds it."""
        named = batch or self.latest
        findings = expected_findings(self.ground, named, signer, self.at)
        written: list[Fields] = [
            {"rule": rule, "holds": f.holds, "numbers": dict(f.numbers), "counts": {}}
            for rule, f in findings.items()
        ]
        if named:
            counts = {
                "representative-units": dict(self.count(named).reasons),
                "rejects-within-ac": dict(self.count(named).modes),
            }
            for finding in written:
                finding["counts"] = counts.get(finding["rule"], {})
        return {"findings": written} | ({"batch": named} if named else {})

    def heads(self, person: str) -> Fields:
        """Name the versions of every stream."""
        batches = {key: self._versions[key] for key in self.ground.batches}
        return {
            "batches": batches,
            "person": self._versions[person],
            "process": self._versions["mug"],
            "size": self.log.size,
        }

    def orders(self) -> list[Fields]:
        """Name the orders at risk."""
        now = walk(self.ground, self.at).orders
        return [{"quantity": order.quantity, "reference": order.reference} for order in now]

    def sign(self, by: str = "anna", batch: str | None = None) -> int:
        """Sign the process off."""
        data = {
            "heads": self.heads(by),
            "run_max": 100,
            "run_min": 50,
            "verdict": self.verdict(batch, by),
        }
        return self.say("process-signed-off", data, by)

    def hold(self, by: str = "anna", **more: Any) -> int:
        """Hold the process."""
        data = {
            "automatic": False,
            "heads": self.heads(by),
            "orders": self.orders(),
            "reason": "not yet",
            "verdict": self.verdict(signer=by),
        }
        return self.say("process-held", data | more, by)

    def withdraw(self) -> int:
        """Withdraw the sign-off."""
        data = {"orders": self.orders(), "reason": "a doubt"}
        return self.say("sign-off-withdrawn", data, "anna")

    def order(self, quantity: int = 50, reference: str = "PO-1", by: str = "bela") -> int:
        """Order a run."""
        data = {"quantity": quantity, "reference": reference}
        return self.say("production-order-committed", data, by)

    def cancel(self, quantity: int = 50, reference: str = "PO-1") -> int:
        """Cancel an order."""
        data = {"quantity": quantity, "reason": "too early", "reference": reference}
        return self.say("production-order-cancelled", data, "bela")

    # --- asking the recount ---------------------------------------------------------------------

    @property
    def ground(self) -> Ground:
        """The process as it stands."""
        return Ground(self.log, "mug")

    @property
    def latest(self) -> str | None:
        """The batch opened last."""
        return next(reversed(self.ground.batches), None)

    @property
    def standing(self) -> str:
        """Where the process stands now."""
        return walk(self.ground, self.at).standing

    def count(self, batch: str = "B1") -> Count:
        """Count a batch."""
        return count(self.ground, batch)

    def finding(self, rule: str, batch: str | None = None, signer: str = "anna") -> Finding:
        """Ask for one rule."""
        return expected_findings(self.ground, batch or self.latest, signer, self.at)[rule]

    def lacking(self, batch: str | None = None, signer: str = "anna") -> list[str]:
        """Name the rules that do not hold."""
        findings = expected_findings(self.ground, batch or self.latest, signer, self.at)
        return [rule for rule, finding in findings.items() if not finding.holds]

    def against(self, quantity: int = 50, buyer: str = "bela") -> list[str]:
        """Name what stands against an order."""
        return order_blockers(self.ground, quantity, buyer, self.at)

    def differences(self) -> list[str]:
        """Compare the whole log with the recount."""
        return differences(self.log)


def opened(**bar: Any) -> Written:
    """Begin with a batch that is open."""
    written = Written()
    written.register(**bar)
    written.open()
    return written


def clear(**bar: Any) -> Written:
    """Begin with a batch that clears its bar."""
    written = Written()
    written.register(**bar)
    written.build()
    return written


def signed(**bar: Any) -> Written:
    """Begin with a standing sign-off."""
    written = clear(**bar)
    written.sign()
    return written


def repeated(*addresses: str, rejects: int = 2, **bar: Any) -> Written:
    """Begin with a batch that failed, a change, and a batch that is clear."""
    written = Written()
    written.register(**bar)
    written.build("B1", rejects=rejects)
    written.attribute("LID-SEAT", "process")
    written.cause("LID-SEAT")
    written.change(*(addresses or ["LID-SEAT"]))
    written.build("B2")
    return written
