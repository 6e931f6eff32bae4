"""What stands on a certificate, in plain data."""

from __future__ import annotations

from typing import TypedDict

from signoff_ledger.queries.disclosure_answer import DisclosureAnswer
from signoff_ledger.queries.figures_answer import FiguresAnswer, SentencesAnswer
from signoff_ledger.queries.unit_answer import UnitAnswer
from signoff_ledger.queries.value_forms import OutcomeName, Position


class KeySignatureAnswer(TypedDict):
    """What a key's signature consists of; its fields stand in the signature block."""

    fingerprint: str | None  #: The key that signed.
    statement_at: str | None  #: When the statement was made up.
    sshsig: str | None  #: The signature, armored.


class SignatureAnswer(KeySignatureAnswer):
    """The signature block (Part 11 11.50)."""

    kind: str  #: `none` or `ssh`.
    printed_name: str  #: Printed name.
    person: str  #: Key of the person.
    signed_at: str  #: Date and time.
    meaning: str  #: Meaning of the signature.
    automatic: bool  #: Whether the bar held by itself.


class DesignAnswer(TypedDict):
    """The design approval."""

    document: str  #: The document.
    reference: str  #: The approval's number.
    sha256: str  #: Digest of the document.


class ScopeAnswer(TypedDict):
    """What a sign-off covers; null for a hold."""

    run_min: int  #: Smallest run.
    run_max: int  #: Largest run.
    tooling: str  #: The tooling.
    tooling_revision: str  #: Its revision.
    design: DesignAnswer  #: The design approval.
    plan_sha256: str  #: Digest of the plan.
    bar_sha256: str  #: Digest of the bar.


class CertifiedBarAnswer(TypedDict):
    """A version of the bar."""

    number: int  #: Its number.
    registered_at: str  #: When.
    registered_on: str  #: The day in words.
    position: Position  #: Where in the log.
    clauses: list[str]  #: Every clause in words.
    rationale: str | None  #: Why this bar.
    loosened: list[str]  #: Clauses that pass more than before.
    reason: str | None  #: Why it superseded.
    sha256: str  #: Its digest.


class CertifiedRuleAnswer(TypedDict):
    """A rule that was asked."""

    rule: str  #: Its name.
    holds: bool  #: Whether it holds.
    says: str  #: What it found.
    settled_by: list[int]  #: Positions of events that settle it.


class ExcludedUnitAnswer(TypedDict):
    """A unit that does not count."""

    serial: str  #: Its serial.
    reasons: list[str]  #: Why.


class IncompleteUnitAnswer(TypedDict):
    """A unit without every reading."""

    serial: str  #: Its serial.
    missing: list[str]  #: Characteristics without a reading.


class CertifiedBatchAnswer(TypedDict):
    """A batch up to the one decided on."""

    batch: str  #: Its key.
    attempt: int  #: Which attempt.
    process_revision: int  #: Its revision.
    bar: int  #: Number of its bar.
    planned: int  #: Planned units.
    units: int  #: Units that count.
    rejects: int  #: Rejects.
    reject_serials: list[str]  #: Serials of the rejects.
    nonconformities: int  #: Nonconformities.
    critical: int  #: Critical ones.
    excluded: list[ExcludedUnitAnswer]  #: Units that do not count.
    incomplete: list[IncompleteUnitAnswer]  #: Units without every reading.
    retests: int  #: Further results on record.
    reworked: list[str]  #: Serials sent to rework; their first result counts.
    outcomes: list[str]  #: What was decided on it.


class HappenedAnswer(TypedDict):
    """Something that happened."""

    position: Position  #: Its position.
    at: str  #: When it was recorded.
    by: str  #: Who recorded it.
    says: str  #: What happened.


class CorrectionsAnswer(TypedDict):
    """Corrections since first entry (Annex 11 8.2)."""

    made: int  #: How many were confirmed.
    events: list[HappenedAnswer]  #: Every request and its answer.


class HandedOverUnitsAnswer(TypedDict):
    """What went on."""

    activity: str  #: Code of the next activity.
    serials: list[str]  #: The conforming units.


class PictureTableAnswer(TypedDict):
    """A picture in words and numbers."""

    name: str  #: Its short name.
    title: str  #: What is shown.
    finding: str  #: What it says.
    table: list[list[str]]  #: Headings, then rows.


class PlaceInLogAnswer(TypedDict):
    """Where it stands in the log."""

    position: int  #: Position the certificate is of.
    root: str  #: Root of the tree at that position.
    decision_position: int  #: Position of the decision.
    reviewed_size: int  #: Events that could be reviewed.
    reviewed_root: str | None  #: Root of the tree reviewed.
    decision_leaf: str  #: Leaf hash of the decision.


class DecidedAnswer(TypedDict):
    """What was decided; its fields stand on the certificate."""

    process: str  #: The process's key.
    name: str  #: What is being made.
    called: str  #: The user's own word for a production prototype.
    activity: str  #: Code of this activity.
    stage: str  #: The stage it belongs to.
    outcome: OutcomeName  #: What was decided.
    standing: str  #: Where the process stands at this position.
    standing_why: str  #: Why, where there is something to say.
    batch: str | None  #: The batch decided on.
    process_revision: int  #: The revision decided on.
    reason: str | None  #: The reason or note given.
    held_for_s: int | None  #: Seconds of hold before a sign-off.
    signature: SignatureAnswer  #: The signature block (Part 11 11.50).
    scope: ScopeAnswer | None  #: What a sign-off covers; null for a hold.
    orders_at_risk: str  #: Orders that stand without a sign-off, in words; empty for none.


class CertificateAnswer(DecidedAnswer):
    """The certificate of a decision: `signoff report --format json`."""

    disclosures: list[DisclosureAnswer]  #: What a reader has to know first.
    bars: list[CertifiedBarAnswer]  #: Every version of the bar.
    rules: list[CertifiedRuleAnswer]  #: Every rule that was asked.
    batches: list[CertifiedBatchAnswer]  #: Every batch up to the one decided on.
    units: list[UnitAnswer]  #: Every unit of the batch decided on.
    #: Causes, attributions and process changes up to the decision.
    nonconformities_and_changes: list[HappenedAnswer]
    remarks_and_refusals: list[HappenedAnswer]  #: Dissent, notes and refusals.
    #: Everything shown in numbers; null where no batch is in question.
    figures: FiguresAnswer | None
    says: SentencesAnswer  #: What is said, each part apart.
    corrections: CorrectionsAnswer  #: Corrections since first entry (Annex 11 8.2).
    handover: HandedOverUnitsAnswer  #: What went on.
    pictures: list[PictureTableAnswer]  #: What the pictures show.
    voids: str  #: What voids it.
    does_not_show: str  #: What it does not show.
    log: PlaceInLogAnswer  #: Where it stands in the log.
    verify: list[str]  #: Commands that verify it.
