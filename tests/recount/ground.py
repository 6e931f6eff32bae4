"""What a process stands on at a moment: its design, plan, bars, changes, batches and people.

Every answer is read again from the lines of one log; the position of a line is its only clock.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from tests.recount.log import Data, Line, Log, of_kind
from tests.recount.spelling import name_of
from tests.recount.units import GRADES, Unit, units_of

BARS = ("bar-registered", "bar-superseded")
PLACES = ("tooling", "tooling_revision", "line", "site", "fixture")
DEMANDABLE = ("fixture", "tooling_revision")
OPERATORS = ("assembler", "line worker", "operator")
"""The operator roles that count where the plan names none."""


class Demand(NamedTuple):
    """What a unit has to be made on.

    Attributes:
        required: The value of each place, what changes demanded laid over the plan's.
        explicit: The places that a change demanded, which have to be said.
        parameters: The parameters that changes set, which have to be said too.
    """

    required: dict[str, str]
    explicit: set[str]
    parameters: dict[str, str]


class Batch:
    """One batch of a process."""

    def __init__(self, log: Log, opened: Line) -> None:
        self.key: str = opened.data["batch"]
        self.opened = opened
        self.lines = log.batch(self.key)
        self.started = self.lines[0]
        self.bar: Data = self.started.data["bar"]
        self.plan: Data = self.started.data["plan"]
        self.units: dict[str, Unit] = units_of(self.lines, self.plan)

    @property
    def is_closed(self) -> bool:
        """Say whether it takes no more units."""
        return any(of_kind(self.lines, "batch-closed"))

    @property
    def is_idle(self) -> bool:
        """Say whether it was closed without any unit, and so is no attempt (G25)."""
        return self.is_closed and not self.units

    @property
    def first_result(self) -> Line | None:
        """The line of its first result."""
        return next(of_kind(self.lines, "unit-inspected"), None)

    def identified(self) -> set[str]:
        """Name the builders who were found to be engineers or approvers later on (G23)."""
        return {line.data["built_by"] for line in of_kind(self.lines, "builder-identified")}

    def pending(self) -> list[int]:
        """Number the corrections that wait for a second person."""
        asked = [line.data["number"] for line in of_kind(self.lines, "correction-requested")]
        kinds = ("correction-confirmed", "correction-declined")
        answered = {line.data["number"] for line in of_kind(self.lines, *kinds)}
        return [number for number in asked if number not in answered]


class Ground:
    """One process in one log."""

    def __init__(self, log: Log, key: str) -> None:
        self.log = log
        self.key = key
        self.lines = log.process(key)
        self.batches = {
            line.data["batch"]: Batch(log, line)
            for line in self.of("batch-opened")
            if log.batch(line.data["batch"])
        }

    def of(self, *kinds: str) -> Iterator[Line]:
        """Give the lines of some kinds on the stream of the process."""
        return of_kind(self.lines, *kinds)

    # --- design ---------------------------------------------------------------------------------

    def approvals(self) -> list[Line]:
        """Give the approvals of a design."""
        return [*self.of("design-approval-referenced")]

    def design_at(self, position: int) -> str:
        """Give the digest of the design in force at a position, or ""."""
        digest = ""
        for line in self.approvals():
            if line.position < position:
                digest = digest_of(line)
        return digest

    def is_redesigned_after(self, position: int) -> bool:
        """Say whether another design was approved after a position: another digest (G14)."""
        before = self.design_at(position)
        later = (line for line in self.approvals() if line.position > position)
        return any(digest_of(line) != before for line in later)

    def is_answered_by_design(self, position: int) -> bool:
        """Say whether the design in force is new since a doubt at a position (G14).

        A design that was approved before, and is so again, answers no doubt that came later.
        """
        known = {digest_of(line) for line in self.approvals() if line.position < position}
        return self.design_at(self.log.size + 1) not in known

    # --- plan and bar ---------------------------------------------------------------------------

    def plans(self) -> list[Line]:
        """Give the plans as published."""
        return [*self.of("inspection-plan-published")]

    def bars(self) -> list[Line]:
        """Give the bars as registered."""
        return [*self.of(*BARS)]

    def plan_numbered(self, number: int) -> Line | None:
        """Find a plan by its number."""
        return next((line for line in self.plans() if line.data["number"] == number), None)

    def bar_numbered(self, number: int) -> Line | None:
        """Find a bar by its number."""
        return next((line for line in self.bars() if line.data["number"] == number), None)

    # --- changes --------------------------------------------------------------------------------

    def changes(self, after: int = 0, before: int | None = None) -> list[Line]:
        """Give the process changes between two positions."""
        found = self.of("process-change-applied")
        return [
            line
            for line in found
            if after < line.position and (before is None or line.position < before)
        ]

    def revision(self) -> int:
        """Give the process revision: each change makes another one."""
        return 1 + len(self.changes())

    def demand_at(self, position: int) -> Demand:
        """Say what a unit has to be made on from a position on (G17)."""
        plan = next(line for line in reversed(self.plans()) if line.position < position)
        required = dict(plan.data["plan"]["provenance"])
        explicit: set[str] = set()
        parameters: dict[str, str] = {}
        for change in self.changes(before=position):
            for place in DEMANDABLE:
                if place in change.data:
                    required[place] = change.data[place]
                    explicit.add(place)
            if "parameter" in change.data:
                name = change.data["parameter"]
                others = {n: v for n, v in parameters.items() if name_of(n) != name_of(name)}
                parameters = others | {name: change.data["new"]}
        return Demand(required, explicit, parameters)

    # --- batches --------------------------------------------------------------------------------

    def earlier(self, key: str) -> list[Batch]:
        """Give the batches before one, without those that were closed empty (G25)."""
        until = self.batches[key].opened.position
        return [b for b in self.attempts() if b.opened.position < until]

    def attempts(self) -> list[Batch]:
        """Give the batches that were tried, or still may be."""
        return [batch for batch in self.batches.values() if not batch.is_idle]

    def earlier_of_design(self, key: str) -> list[Batch]:
        """Give the batches before one that were built to the design in force."""
        design = self.design_at(self.log.size + 1)
        return [b for b in self.earlier(key) if self.design_at(b.opened.position) == design]

    def confirmed_by(self, key: str) -> list[Line]:
        """Give the changes a batch confirms: all since the last batch with results (G25)."""
        earlier = self.earlier(key)
        since = earlier[-1].opened.position if earlier else 0
        return self.changes(since, self.batches[key].opened.position)

    # --- people ---------------------------------------------------------------------------------

    def holds(self, person: str, role: str) -> bool:
        """Say whether a person has a role now."""
        return role in roles_of(self.log.person(person))

    def enrolled_as(self, name: str, position: int) -> set[str]:
        """Say which roles whoever is named so had by a position, taken back or not (G23)."""
        roles: set[str] = set()
        for key in self.log.people():
            lines = [line for line in self.log.person(key) if line.position < position]
            if lines and name_of(name) in map(name_of, (key, lines[0].data["printed_name"])):
                roles |= {line.data["role"] for line in of_kind(lines, "role-granted")}
        return roles


def digest_of(line: Line) -> str:
    """Give the digest of the design that a line approves."""
    digest: str = line.data["approval"]["sha256"]
    return digest


def roles_of(lines: Iterable[Line]) -> set[str]:
    """Give the roles that a person has after some lines."""
    roles: set[str] = set()
    for line in lines:
        if line.kind == "role-granted":
            roles.add(line.data["role"])
        elif line.kind == "role-revoked":
            roles.discard(line.data["role"])
    return roles


# --- plans against each other -------------------------------------------------------------------


def is_looser(old: Data, new: Data) -> bool:
    """Say whether a plan lets through what the one before it would not (G15)."""
    known = {c["id"]: c for c in new["characteristics"]}
    for was in old["characteristics"]:
        now = known.get(was["id"])
        if now is None or _is_looser_characteristic(was, now):
            return True
    modes = {mode["code"]: mode for mode in new["modes"]}
    if roles_in(new) - roles_in(old) or _lets_signers_inspect(new) > _lets_signers_inspect(old):
        return True
    return any(_is_looser_mode(was, modes.get(was["code"])) for was in old["modes"])


def roles_in(plan: Data) -> set[str]:
    """Give the operator roles that count under a plan (G23)."""
    return {name_of(role) for role in plan.get("operator_roles", OPERATORS)}


def _lets_signers_inspect(plan: Data) -> bool:
    return bool(plan.get("signer_may_inspect", False))


def _is_looser_characteristic(was: Data, now: Data) -> bool:
    if was["kind"] != now["kind"] or grade_of(now) < grade_of(was):
        return True
    return _opens(was, now, "lower", 1) or _opens(was, now, "upper", -1)


def _opens(was: Data, now: Data, limit: str, sign: int) -> bool:
    if limit not in was:
        return False
    return limit not in now or sign * Decimal(now[limit]) < sign * Decimal(was[limit])


def _is_looser_mode(was: Data, now: Data | None) -> bool:
    if now is None:
        return True
    zones = {**was.get("zones", {}), **now.get("zones", {})}
    return grade_of(now) < grade_of(was) or any(
        _rank(now.get("zones", {}).get(z, now["severity"]))
        < _rank(was.get("zones", {}).get(z, was["severity"]))
        for z in zones
    )


def grade_of(graded: Data) -> int:
    """Rank the severity of a characteristic or of a mode."""
    return _rank(graded["severity"])


def _rank(severity: Any) -> int:
    return GRADES.index(severity)
