"""What stands on a certificate, in plain data."""

from __future__ import annotations

from typing import TypedDict

from signoff_ledger.queries.disclosure_answer import DisclosureAnswer
from signoff_ledger.queries.figures_answer import FiguresAnswer, SentencesAnswer
from signoff_ledger.queries.unit_answer import UnitAnswer
from signoff_ledger.queries.value_forms import OutcomeName, Position


class KeySignatureAnswer(TypedDict):
    """What a key's signature consists of; its fields stand in the signature block."""

    fingerprint: str | None
    statement_at: str | None
    sshsig: str | None


class SignatureAnswer(KeySignatureAnswer):
    """The signature block (Part 11 11.50).

    Attributes:
        kind: `none` or `ssh`.
        printed_name: Printed name.
        person: Key of the person.
        signed_at: Date and time.
        meaning: Meaning of the signature.
        automatic: Whether the bar held by itself.
        fingerprint: The key that signed.
        statement_at: When the statement was made up.
        sshsig: The signature, armored.
    """

    kind: str
    printed_name: str
    person: str
    signed_at: str
    meaning: str
    automatic: bool


class DesignAnswer(TypedDict):
    """The design approval.

    Attributes:
        document: The document.
        reference: The approval's number.
        sha256: Digest of the document.
    """

    document: str
    reference: str
    sha256: str


class ScopeAnswer(TypedDict):
    """What a sign-off covers; null for a hold.

    Attributes:
        run_min: Smallest run.
        run_max: Largest run.
        tooling: The tooling.
        tooling_revision: Its revision.
        design: The design approval.
        plan_sha256: Digest of the plan.
        bar_sha256: Digest of the bar.
    """

    run_min: int
    run_max: int
    tooling: str
    tooling_revision: str
    design: DesignAnswer
    plan_sha256: str
    bar_sha256: str


class CertifiedBarAnswer(TypedDict):
    """A version of the bar.

    Attributes:
        number: Its number.
        registered_at: When.
        registered_on: The day in words.
        position: Where in the log.
        clauses: Every clause in words.
        rationale: Why this bar.
        loosened: Clauses that pass more than before.
        reason: Why it superseded.
        sha256: Its digest.
    """

    number: int
    registered_at: str
    registered_on: str
    position: Position
    clauses: list[str]
    rationale: str | None
    loosened: list[str]
    reason: str | None
    sha256: str


class CertifiedRuleAnswer(TypedDict):
    """A rule that was asked.

    Attributes:
        rule: Its name.
        holds: Whether it holds.
        says: What it found.
        settled_by: Positions of events that settle it.
    """

    rule: str
    holds: bool
    says: str
    settled_by: list[int]


class ExcludedUnitAnswer(TypedDict):
    """A unit that does not count.

    Attributes:
        serial: Its serial.
        reasons: Why.
    """

    serial: str
    reasons: list[str]


class IncompleteUnitAnswer(TypedDict):
    """A unit without every reading.

    Attributes:
        serial: Its serial.
        missing: Characteristics without a reading.
    """

    serial: str
    missing: list[str]


class CertifiedBatchAnswer(TypedDict):
    """A batch up to the one decided on.

    Attributes:
        batch: Its key.
        attempt: Which attempt.
        process_revision: Its revision.
        bar: Number of its bar.
        planned: Planned units.
        units: Units that count.
        rejects: Rejects.
        reject_serials: Serials of the rejects.
        nonconformities: Nonconformities.
        critical: Critical ones.
        excluded: Units that do not count.
        incomplete: Units without every reading.
        retests: Further results on record.
        reworked: Serials sent to rework; their first result counts.
        outcomes: What was decided on it.
    """

    batch: str
    attempt: int
    process_revision: int
    bar: int
    planned: int
    units: int
    rejects: int
    reject_serials: list[str]
    nonconformities: int
    critical: int
    excluded: list[ExcludedUnitAnswer]
    incomplete: list[IncompleteUnitAnswer]
    retests: int
    reworked: list[str]
    outcomes: list[str]


class HappenedAnswer(TypedDict):
    """Something that happened.

    Attributes:
        position: Its position.
        at: When it was recorded.
        by: Who recorded it.
        says: What happened.
    """

    position: Position
    at: str
    by: str
    says: str


class CorrectionsAnswer(TypedDict):
    """Corrections since first entry (Annex 11 8.2).

    Attributes:
        made: How many were confirmed.
        events: Every request and its answer.
    """

    made: int
    events: list[HappenedAnswer]


class HandedOverUnitsAnswer(TypedDict):
    """What went on.

    Attributes:
        activity: Code of the next activity.
        serials: The conforming units.
    """

    activity: str
    serials: list[str]


class PictureTableAnswer(TypedDict):
    """A picture in words and numbers.

    Attributes:
        name: Its short name.
        title: What is shown.
        finding: What it says.
        table: Headings, then rows.
    """

    name: str
    title: str
    finding: str
    table: list[list[str]]


class PlaceInLogAnswer(TypedDict):
    """Where it stands in the log.

    Attributes:
        position: Position the certificate is of.
        root: Root of the tree at that position.
        decision_position: Position of the decision.
        reviewed_size: Events that could be reviewed.
        reviewed_root: Root of the tree reviewed.
        decision_leaf: Leaf hash of the decision.
    """

    position: int
    root: str
    decision_position: int
    reviewed_size: int
    reviewed_root: str | None
    decision_leaf: str


class DecidedAnswer(TypedDict):
    """What was decided; its fields stand on the certificate."""

    process: str
    name: str
    called: str
    activity: str
    stage: str
    outcome: OutcomeName
    standing: str
    standing_why: str
    batch: str | None
    process_revision: int
    reason: str | None
    held_for_s: int | None
    signature: SignatureAnswer
    scope: ScopeAnswer | None
    orders_at_risk: str


class CertificateAnswer(DecidedAnswer):
    """The certificate of a decision: `signoff report --format json`.

    Attributes:
        process: The process's key.
        name: What is being made.
        called: The user's own word for a production prototype.
        activity: Code of this activity.
        stage: The stage it belongs to.
        outcome: What was decided.
        standing: Where the process stands at this position.
        standing_why: Why, where there is something to say.
        batch: The batch decided on.
        process_revision: The revision decided on.
        reason: The reason or note given.
        held_for_s: Seconds of hold before a sign-off.
        signature: The signature block (Part 11 11.50).
        scope: What a sign-off covers; null for a hold.
        orders_at_risk: Orders that stand without a sign-off, in words; empty for none.
        disclosures: What a reader has to know first.
        bars: Every version of the bar.
        rules: Every rule that was asked.
        batches: Every batch up to the one decided on.
        units: Every unit of the batch decided on.
        nonconformities_and_changes: Causes, attributions and process changes up to the decision.
        remarks_and_refusals: Dissent, notes and refusals.
        figures: Everything shown in numbers; null where no batch is in question.
        says: What is said, each part apart.
        corrections: Corrections since first entry (Annex 11 8.2).
        handover: What went on.
        pictures: What the pictures show.
        voids: What voids it.
        does_not_show: What it does not show.
        log: Where it stands in the log.
        verify: Commands that verify it.
    """

    disclosures: list[DisclosureAnswer]
    bars: list[CertifiedBarAnswer]
    rules: list[CertifiedRuleAnswer]
    batches: list[CertifiedBatchAnswer]
    units: list[UnitAnswer]
    nonconformities_and_changes: list[HappenedAnswer]
    remarks_and_refusals: list[HappenedAnswer]
    figures: FiguresAnswer | None
    says: SentencesAnswer
    corrections: CorrectionsAnswer
    handover: HandedOverUnitsAnswer
    pictures: list[PictureTableAnswer]
    voids: str
    does_not_show: str
    log: PlaceInLogAnswer
    verify: list[str]
