"""Stories for tests of the rules: a lidded bowl, its plan and bar, and its batches, step by step.

Nothing here touches a clock, a file or a database: a `Story` holds the aggregates themselves, and
each step is one command under the next stamp. `told`, `clear`, `signed` and `fixed` begin a story
where most tests want to begin it.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from signoff_ledger.domain import decision
from signoff_ledger.domain.bar import Bar
from signoff_ledger.domain.batch import Batch
from signoff_ledger.domain.case import Case
from signoff_ledger.domain.characteristic import Characteristic, Family, Kind
from signoff_ledger.domain.events.batch import BatchStarted, Replacement
from signoff_ledger.domain.events.event import Event, EventEnvelope, EventMetadata
from signoff_ledger.domain.events.process import BarRegistered, BatchFinished
from signoff_ledger.domain.gate.rule_sets import judge
from signoff_ledger.domain.person import Person
from signoff_ledger.domain.plan import (
    DesignApproval,
    InspectionPlan,
    Mode,
    ProcessIdentity,
    Provenance,
    StatedProvenance,
    UnitBuild,
    content_sha256,
)
from signoff_ledger.domain.process import Change, Process
from signoff_ledger.domain.unit import NonconformityReport, UnitReport
from signoff_ledger.domain.values import (
    BuildMethod,
    CauseKind,
    ChangeKind,
    Origin,
    Role,
    Severity,
)
from signoff_ledger.domain.verdict import Finding, Verdict
from signoff_ledger.errors import RuleRefusedError

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

PEOPLE: Mapping[str, tuple[str, Role]] = {
    "ines": ("Ines Inspector", Role.INSPECTOR),
    "ivan": ("Ivan Inspector", Role.INSPECTOR),
    "egon": ("Egon Engineer", Role.ENGINEER),
    "anna": ("Anna Approver", Role.APPROVER),
    "bela": ("Bela Buyer", Role.BUYER),
}

DESIGN = DesignApproval(document="DRW-7 rev C", reference="DA-7", sha256="c" * 64)
NEW_DESIGN = DesignApproval(document="DRW-7 rev D", reference="DA-8", sha256="d" * 64)

PROVENANCE = Provenance(line="Line 2", site="Stoke-on-Trent", tooling="T-1", tooling_revision="A")

LID = Characteristic(
    decimals=2,
    family=Family.FIT,
    id="lid",
    kind=Kind.VARIABLE,
    lower=Decimal("0.10"),
    mode="LID-SEAT",
    name="Gap between lid and body",
    nominal=Decimal("0.25"),
    unit="mm",
    upper=Decimal("0.40"),
)
GLAZE = Characteristic(
    family=Family.FINISH, id="glaze", kind=Kind.ATTRIBUTE, mode="PINHOLE", name="Top face"
)
HEAT = Characteristic(
    family=Family.FUNCTION,
    id="heat",
    kind=Kind.ATTRIBUTE,
    mode="NO-HEAT",
    name="Keeps warm without a shock",
    severity=Severity.CRITICAL,
)
BUILD = Characteristic(
    family=Family.BUILD_TIME,
    id="build",
    kind=Kind.TIME,
    mode="SLOW",
    name="Assembly",
    reference=Decimal(4),
    reference_note="the engineer at the bench",
    unit="min",
)
PINHOLE = Mode(
    code="PINHOLE",
    text="a pinhole in the glaze",
    zones={"base": Severity.MINOR, "rim": Severity.CRITICAL},
)

GOOD: Mapping[str, int] = {"build": 360, "glaze": 1, "heat": 1, "lid": 25}
BAD: Mapping[str, int] = {"glaze": 0, "heat": 0, "lid": 55}


# --- values -------------------------------------------------------------------------------------


def plan(**changes: Any) -> InspectionPlan:
    """Make the bowl's plan, or one that differs in some fields."""
    fields = {
        "characteristics": (LID, GLAZE, HEAT, BUILD),
        "identity": identity(),
        "modes": (PINHOLE,),
        "provenance": PROVENANCE,
    }
    return InspectionPlan.model_validate(fields | changes)


def identity(**changes: Any) -> ProcessIdentity:
    """Say what the process is called and for which run it is: 500 to 1,000 bowls."""
    fields = {"name": "Lidded bowl", "run_max": 1_000, "run_min": 500}
    return ProcessIdentity.model_validate(fields | changes)


def bar(**changes: Any) -> Bar:
    """Make the bar of the story: at most 1 reject of 20."""
    return Bar.model_validate({"max_rejects": 1, "units": 20} | changes)


def unit(
    serial: str,
    *fails: str,
    readings: Mapping[str, int] | None = None,
    without: Iterable[str] = (),
    nonconformities: Iterable[NonconformityReport] = (),
    replaces: str | None = None,
    observed_at: datetime | None = None,
    stated: bool | None = None,
    method: BuildMethod = BuildMethod.LINE,
    **build: Any,
) -> UnitReport:
    """Report a unit that conforms except for the characteristics named.

    Args:
        serial: The unit.
        fails: Characteristics whose readings do not conform.
        readings: Readings that differ from the good ones.
        without: Characteristics that were not read.
        nonconformities: Nonconformities the inspector saw besides.
        replaces: The unit it stands in for.
        observed_at: When the inspector says it was.
        stated: What the source calls the result.
        method: How it was built.
        build: Other fields of its build.
    """
    values = {**GOOD, **{name: BAD[name] for name in fails}, **(readings or {})}
    return UnitReport(
        serial=serial,
        build=UnitBuild(method=method, **build),
        readings={name: value for name, value in values.items() if name not in set(without)},
        nonconformities=tuple(nonconformities),
        observed_at=observed_at,
        replaces=Replacement(reason="dropped", serial=replaces) if replaces else None,
        stated_conforms=stated,
    )


def change(*addresses: str, kind: ChangeKind = ChangeKind.PROCESS, **fields: Any) -> Change:
    """Describe a change of the process that is meant to fix some modes."""
    facts: dict[str, Any] = {
        "what": "skimmed the mating face",
        "why": "it fouled",
        "touches_design": False,
    }
    return Change(kind=kind, addresses=addresses, **(facts | fields))


def rules_of(error: RuleRefusedError) -> set[str]:
    """Name the rules that a refusal is recorded with."""
    return {rule for rule, _ in error.attempt.findings} if error.attempt else set()


# --- a story ------------------------------------------------------------------------------------


class Story:
    """One process with its batches and people; `journal` holds every event in order."""

    def __init__(self) -> None:
        self.now = START
        self.journal: list[EventEnvelope] = []
        self.process = Process("bowl")
        self.process.journal = self.journal
        self.batches: dict[str, Batch] = {}
        self.people: dict[str, Person] = {}
        for key, (name, role) in PEOPLE.items():
            self.people[key] = person = Person(key)
            person.journal = self.journal
            person.enrol(self.stamp(), name)
            person.grant(self.stamp(), role, "by contract")

    def stamp(self, by: str = "egon") -> EventMetadata:
        """Give the next stamp; the clock moves on by a minute."""
        self.now += timedelta(minutes=1)
        return EventMetadata(self.now, by, f"c-{len(self.journal)}#0123456789abcdef")

    def wait(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)

    # --- steps ----------------------------------------------------------------------------------

    def publish(
        self,
        plan_: InspectionPlan | None = None,
        design: DesignApproval = DESIGN,
        reason: str | None = None,
    ) -> bool:
        """Publish a plan."""
        return self.process.publish_plan(self.stamp(), plan_ or plan(), design, reason)

    def register(self, bar_: Bar | None = None) -> bool:
        """Register the first bar.

        Rules are tested on few units, too: a bar that the command refuses for that (G22) is put on
        record past it.
        """
        made = bar_ or bar()
        if not made.passes_half_bad:
            return self.process.register_bar(self.stamp(), made)
        registered = BarRegistered(bar=made, bar_sha256=content_sha256(made), number=1)
        self.process.emit(self.stamp(), registered)
        return True

    def supersede(self, bar_: Bar, reason: str = "agreed again") -> None:
        """Supersede the bar."""
        self.process.supersede_bar(self.stamp(), bar_, reason)

    def countersign(self, by: str = "anna") -> None:
        """Agree to the plan in force."""
        self.process.countersign_plan(self.stamp(by))

    def open(self, key: str = "B1", **made_on: Any) -> Batch:
        """Open a batch that says it is made on all that changes demand, but for the fields given.

        A field given as None is not said.
        """
        stamp = self.stamp()
        opened = self.process.open_batch_under(stamp, key)
        in_force, published = self.process.bars[-1], self.process.plans[-1]
        required = self.process.made_on()
        self.batches[key] = batch = Batch(key)
        batch.journal = self.journal
        started = BatchStarted(
            attempt=opened.attempt,
            bar=in_force.bar,
            bar_number=in_force.number,
            bar_set_at=in_force.at,
            bar_sha256=in_force.sha256,
            batch=key,
            demanded=tuple(sorted(self.process.demanded)),
            made_on=StatedProvenance.model_validate(
                {**self.process.demanded, "parameters": self.process.required_parameters, **made_on}
            ),
            plan=published.plan,
            plan_number=published.number,
            plan_sha256=published.plan_sha256,
            process=self.process.key,
            process_revision=opened.process_revision,
            required=required,
            required_parameters=self.process.required_parameters,
        )
        batch.start(stamp, started)
        return batch

    def record(self, *reports: UnitReport, by: str = "ines") -> bool:
        """Record units in the latest batch; says whether the last one was new."""
        done = False
        for report in reports:
            earlier = list(self.batches.values())[:-1]
            done = self.batch.record_unit(self.stamp(by), report, earlier)
        return done

    def close(self) -> None:
        """Close the latest batch."""
        stamp = self.stamp("ines")
        self.batch.close(stamp, None)
        finished = BatchFinished(batch=self.batch.key, units=len(self.batch.units))
        self.process.emit(stamp, finished)

    def build(
        self,
        key: str = "B1",
        *,
        lids: int = 0,
        pinholes: int = 0,
        units: int = 20,
        seconds: int = 360,
    ) -> Batch:
        """Open a batch, record its units with so many rejects of each kind, and close it."""
        self.open(key)
        for number in range(1, units + 1):
            fails = ["lid"] if number <= lids else []
            fails += ["glaze"] if lids < number <= lids + pinholes else []
            self.record(unit(f"{key}-{number:02}", *fails, readings={"build": seconds}))
        self.close()
        return self.batch

    def attribute(
        self, mode: str, origin: Origin = Origin.PROCESS, by: str = "egon", **single: int
    ) -> None:
        """Say where a mode comes from, or one nonconformity of it as `B1=3`."""
        named = next(iter(single.items()), None)
        self.process.attribute(self.stamp(by), mode, origin, "by its looks", named)

    def cause(self, mode: str, batch: str = "B1", kind: CauseKind = CauseKind.FOUND) -> None:
        """State the cause of a mode in a batch, or what stands in its place."""
        self.process.state_cause(self.stamp(), batch, mode, kind, "more shrinkage in the kiln")

    def change(self, *addresses: str, by: str = "egon", **fields: Any) -> int:
        """Change the process."""
        return self.process.apply_change(self.stamp(by), change(*addresses, **fields))

    def correct(
        self,
        serial: str,
        field: str,
        becomes: str,
        *,
        remeasured: str | None = None,
        by: str = "ines",
    ) -> int:
        """Ask for a correction in the latest batch."""
        return self.batch.request_correction(
            self.stamp(by), serial, field, becomes, reason="a slip", remeasured=remeasured
        )

    def confirm(self, number: int = 1, by: str = "ivan") -> Verdict | None:
        """Confirm a correction, and follow up on it as the ledger does."""
        stamp = self.stamp(by)
        self.batch.confirm_correction(stamp, number)
        self.process.amend_batch(stamp, self.batch.key)
        decision.hold_if_missed(stamp, self.case(), reviewed=self.reviewed)
        return decision.reconsider(stamp, self.case())

    @property
    def reviewed(self) -> decision.TreeHead:
        """What a signer can review: no tree stands behind these events."""
        return decision.TreeHead(None, len(self.journal))

    def sign(self, by: str = "anna", batch: str | None = None, note: str | None = None) -> Verdict:
        """Sign the process off, or be refused."""
        return decision.sign_off(
            self.stamp(by),
            self.case(batch, by),
            self.people[by],
            reviewed=self.reviewed,
            note=note,
        )

    def hold(
        self, reason: str = "not yet", by: str = "anna", awaiting: str | None = None
    ) -> Verdict:
        """Hold the process."""
        case = self.case(signer=by)
        return decision.hold(
            self.stamp(by),
            case,
            self.people[by],
            reviewed=self.reviewed,
            reason=reason,
            awaiting=awaiting,
        )

    def reconsider(self) -> Verdict | None:
        """Ask again whether the sign-off follows."""
        return decision.reconsider(self.stamp(), self.case())

    def settle(self) -> Verdict | None:
        """Let the bar hold the process where the batch has missed it."""
        return decision.hold_if_missed(self.stamp("ines"), self.case(), reviewed=self.reviewed)

    def order(self, quantity: int = 500, by: str = "bela", reference: str | None = None) -> None:
        """Commit a production run, or be refused; each under a reference of its own."""
        named = reference or f"PO-{len(self.process.orders) + 1}"
        self.process.commit_order(self.stamp(by), quantity, named)

    # --- looking --------------------------------------------------------------------------------

    @property
    def batch(self) -> Batch:
        """The batch opened last."""
        return next(reversed(self.batches.values()))

    def case(self, batch: str | None = None, signer: str | None = "anna") -> Case:
        """Put the case on a batch, the latest unless one is named."""
        person = self.people[signer] if signer else None
        case = Case.of(self.process, self.batches.values(), person)
        return case if batch is None else case.on(batch)

    def check(self, batch: str | None = None, signer: str | None = "anna") -> Verdict:
        """Ask the gate."""
        return judge(self.case(batch, signer))

    def finding(self, rule: str, batch: str | None = None, signer: str | None = "anna") -> Finding:
        """Ask the gate for one rule."""
        return self.check(batch, signer).finding(rule)

    def blockers(self, batch: str | None = None, signer: str | None = "anna") -> list[str]:
        """Name the rules that stand against a sign-off, in their order."""
        return [finding.rule for finding in self.check(batch, signer).blockers]

    def last(self) -> Event:
        """Give the event recorded last."""
        return self.journal[-1].event

    def kinds(self, since: int = 0) -> list[str]:
        """Name the classes of the events recorded from an index on."""
        return [type(entry.event).__name__ for entry in self.journal[since:]]


def story_with_bar(**bar_changes: Any) -> Story:
    """Begin a story with its plan published and its bar registered."""
    story = Story()
    story.publish()
    story.register(bar(**bar_changes))
    return story


def opened(**bar_changes: Any) -> Story:
    """Begin a story whose first batch is open."""
    story = story_with_bar(**bar_changes)
    story.open()
    return story


def clear(**bar_changes: Any) -> Story:
    """Begin a story whose first batch clears the bar without a reject: it can be signed."""
    story = story_with_bar(**bar_changes)
    story.build(units=story.process.bars[-1].bar.units)
    return story


def signed(**bar_changes: Any) -> Story:
    """Begin a story with a standing sign-off."""
    story = clear(**bar_changes)
    story.sign()
    return story


def held() -> Story:
    """Begin the story of the card: 5 of 20 fail, 3 lids and 2 pinholes, and the bar holds it."""
    story = story_with_bar()
    story.build("B1", lids=3, pinholes=2, seconds=660)
    story.settle()
    return story


def fixed() -> Story:
    """Go on with it: causes and three changes, a week, and a fresh batch with 1 reject of 20."""
    story = held()
    for mode in ("LID-SEAT", "PINHOLE"):
        story.attribute(mode)
        story.cause(mode)
    story.change("LID-SEAT", kind=ChangeKind.TOOLING, tooling_revision="B", what="relief skim")
    story.change("PINHOLE", parameter="glaze ramp K/h", old="120", new="60", what="slower ramp")
    story.change("build", fixture="JIG-1", what="assembly jig")
    story.wait(days=7)
    story.build("B2", pinholes=1)
    story.cause("PINHOLE", "B2")
    return story
