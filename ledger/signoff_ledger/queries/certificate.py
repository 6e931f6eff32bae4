"""The certificate of a decision as data: everything a reader must see, at one place of the log.

One decision, as of one position of the log: the same position gives the same certificate, byte for
byte, in every format. It tells Part 11 11.50 (printed name, time, meaning), Annex 11 8.2 (whether
data changed since first entry), and what the decision does not show (S-36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.domain.decision import DOES_NOT_SHOW
from signoff_ledger.domain.events import batch, process
from signoff_ledger.domain.events.process import ProcessDecision, ProcessSignedOff
from signoff_ledger.domain.orders import order_list
from signoff_ledger.domain.signature import SshSignature
from signoff_ledger.domain.tally import EXCLUSIONS
from signoff_ledger.domain.values import format_utc
from signoff_ledger.errors import Advice, RuleRefusedError
from signoff_ledger.figures.charts import pictures
from signoff_ledger.figures.picture import Picture
from signoff_ledger.figures.sentences import long_date
from signoff_ledger.integrity.tree.leaf import leaf_hash
from signoff_ledger.projections.explanation import explain
from signoff_ledger.projections.sentences import sentence
from signoff_ledger.projections.subjects import Subject
from signoff_ledger.queries.answer_with_pictures import AnswerWithPictures
from signoff_ledger.queries.bars import bar_clauses
from signoff_ledger.queries.certificate_answer import (
    CertificateAnswer,
    CertifiedRuleAnswer,
    PictureTableAnswer,
    ScopeAnswer,
)
from signoff_ledger.queries.reader import picked
from signoff_ledger.queries.rules import rules_of, sentences
from signoff_ledger.queries.units import unit_answers
from signoff_ledger.replay.replay import case_of, checked_position

if TYPE_CHECKING:
    from datetime import datetime

    from signoff_ledger.application.ledger import Ledger
    from signoff_ledger.domain.batch import Batch
    from signoff_ledger.domain.case import Case
    from signoff_ledger.domain.events.event import LogEntry
    from signoff_ledger.domain.plan import ProcessIdentity
    from signoff_ledger.domain.signature import Signature
    from signoff_ledger.persistence.store import LedgerStore
    from signoff_ledger.projections.explanation import Explanation
    from signoff_ledger.queries.certificate_answer import (
        CertifiedBarAnswer,
        CertifiedBatchAnswer,
        CorrectionsAnswer,
        DecidedAnswer,
        HappenedAnswer,
        KeySignatureAnswer,
        PlaceInLogAnswer,
    )

VOIDS = (
    "A sign-off ends by itself when the process, the tooling, the line, the site or the inspection "
    "plan changes, when the design is approved again, and after two years without a production "
    "order. A person may withdraw it with a reason. A correction that takes away what it stood on "
    "marks it unsupported, which shuts the order gate."
)
HOLDS = "A hold lasts until a batch meets every rule and a person signs the process off."

_NONCONFORMITIES_AND_CHANGES = (
    process.CauseStated,
    process.NonconformityAttributed,
    process.ProcessChangeApplied,
)
_WORDS = (process.RemarkRecorded, process.CommandRefused)
_CORRECTIONS = (
    batch.CorrectionRequested,
    batch.CorrectionConfirmed,
    batch.CorrectionDeclined,
)


SCHEMA = "signoff.certificate/1"
ANSWER = CertificateAnswer


def latest_certificate(
    ledger: Ledger, process: str | None, batch: str | None = None, until: int | None = None
) -> AnswerWithPictures[CertificateAnswer]:
    """Make the certificate of a process's latest decision, or of the one on a batch.

    Args:
        ledger: The ledger.
        process: The process; None for the only one there is.
        batch: The batch decided on; by default that of the latest decision.
        until: The position of the log to look from; by default its end, at the present.

    Raises:
        NotFoundError: There is no such process, batch or position.
        RuleRefusedError: Nothing has been decided yet.
    """
    key = ledger.work().process_named(process)
    if until is not None:
        checked_position(ledger.store, until)
    now = ledger.clock.now() if until is None else None
    return certificate(ledger.store, key, batch=batch, until=until, now=now)


def certificate(
    store: LedgerStore,
    process: str,
    *,
    batch: str | None = None,
    until: int | None = None,
    now: datetime | None = None,
) -> AnswerWithPictures[CertificateAnswer]:
    """Make the certificate of a process's latest decision, or of the one on a batch.

    Args:
        store: Where the events are.
        process: The process.
        batch: The batch decided on; by default that of the latest decision.
        until: The position of the log to look from; by default its end.
        now: The moment to say where the process stands at; by default that of the last event.

    Raises:
        NotFoundError: There is no such process or batch.
        RuleRefusedError: Nothing has been decided yet.
    """
    explanation = explain(store, process, batch, until, now=now)
    decision = explanation.decision
    if decision is None:
        raise RuleRefusedError(
            "SL308",
            f"nothing has been decided on {process} that a certificate could show",
            why="a certificate is of a sign-off or a hold",
            advice=Advice("see-process", process=process),
        )
    case = case_of(store, process, decision)
    figures, words = explanation.shown
    position = until or store.size()
    story = list(store.stream(case.process.id, position))
    drawn = pictures(case, figures) if figures else ()
    data: CertificateAnswer = {
        **_subject(process, explanation, decision),
        "disclosures": [{"topic": str(d.topic), "says": d.says} for d in explanation.disclosures],
        "bars": _bars(store, explanation.case),
        "rules": [
            picked(CertifiedRuleAnswer, {**rule, "settled_by": rule["events"]})
            for rule in rules_of(store, process, explanation.verdict.findings)
        ],
        "batches": [_batch(b) for b in (*case.earlier, *([case.batch] if case.batch else []))],
        "units": unit_answers(case.batch) if case.batch else [],
        "nonconformities_and_changes": _sentences(
            story, _NONCONFORMITIES_AND_CHANGES, process, decision.position
        ),
        "remarks_and_refusals": _sentences(story, _WORDS, process, position),
        "figures": figures.model_dump(mode="json", exclude_none=True) if figures else None,
        "says": sentences(words),
        "corrections": _corrections(store, explanation.case, position),
        "handover": {
            "activity": _identity(case).next_activity,
            "serials": list(explanation.handed_over),
        },
        "pictures": [_picture(each) for each in drawn],
        "voids": VOIDS if explanation.outcome == "SIGNED_OFF" else HOLDS,
        "does_not_show": DOES_NOT_SHOW,
        "log": _log(store, decision, position),
        "verify": _verify(process, decision, position),
    }
    return AnswerWithPictures(data, drawn)


def _picture(picture: Picture) -> PictureTableAnswer:
    return {
        "name": picture.name,
        "title": picture.title,
        "finding": picture.finding,
        "table": [list(picture.headings), *map(list, picture.rows)],
    }


def _identity(case: Case) -> ProcessIdentity:
    batch = case.batch
    plan = batch.plan if batch else case.process.plans[-1].plan
    return plan.identity


def _subject(process: str, explanation: Explanation, decision: LogEntry) -> DecidedAnswer:
    event = decision.event_as(ProcessDecision)
    identity = _identity(explanation.case)
    data: DecidedAnswer = {
        "process": process,
        "name": identity.name,
        "called": identity.called,
        "activity": identity.activity,
        "stage": identity.stage,
        "outcome": explanation.outcome,
        "standing": str(explanation.standing),
        "standing_why": explanation.standing_why,
        "orders_at_risk": order_list(explanation.orders_at_risk),
        "batch": explanation.batch,
        "process_revision": event.process_revision,
        "reason": event.words,
        "held_for_s": explanation.held_for_s,
        "signature": {
            "kind": event.signature.kind,
            "printed_name": event.printed_name,
            "person": decision.entry.by,
            "signed_at": format_utc(decision.entry.at),
            "meaning": event.meaning,
            "automatic": event.is_automatic,
            **_key(event.signature),
        },
        "scope": None,
    }
    if isinstance(event, ProcessSignedOff):
        data["scope"] = picked(ScopeAnswer, event.model_dump())
    return data


def _key(signature: Signature) -> KeySignatureAnswer:
    """Give what a key's signature consists of, so that it can be checked from the page alone."""
    if not isinstance(signature, SshSignature):
        return {"fingerprint": None, "statement_at": None, "sshsig": None}
    return {
        "fingerprint": signature.fingerprint,
        "statement_at": format_utc(signature.at),
        "sshsig": signature.sshsig,
    }


def _bars(store: LedgerStore, case: Case) -> list[CertifiedBarAnswer]:
    places = store.positions(case.process.id, [each.version for each in case.process.bars])
    return [
        {
            "number": each.number,
            "registered_at": format_utc(each.at),
            "registered_on": long_date(each.at),
            "position": places[each.version],
            "clauses": bar_clauses(each.bar),
            "rationale": each.bar.rationale,
            "loosened": list(each.loosened),
            "reason": each.reason,
            "sha256": each.sha256,
        }
        for each in case.process.bars
    ]


def _batch(batch: Batch) -> CertifiedBatchAnswer:
    count = batch.tally()
    return {
        "batch": batch.key,
        "attempt": batch.started.attempt,
        "process_revision": batch.started.process_revision,
        "bar": batch.started.bar_number,
        "planned": count.planned,
        "units": len(count.representative),
        "rejects": len(count.rejects),
        "reject_serials": list(count.rejects),
        "nonconformities": count.nonconformities,
        "critical": count.critical,
        "excluded": [
            {"serial": serial, "reasons": [EXCLUSIONS[code] for code in codes]}
            for serial, codes in count.excluded.items()
        ],
        "incomplete": [
            {"serial": serial, "missing": list(ids)} for serial, ids in count.incomplete.items()
        ],
        "retests": sum(unit.retests for unit in batch.units.values()),
        "reworked": [
            serial for serial, unit in batch.units.items() if str(unit.disposition) == "rework"
        ],
        "outcomes": [str(outcome) for outcome in batch.outcomes],
    }


def _sentences(
    story: list[LogEntry], kinds: tuple[type, ...], process: str, until: int
) -> list[HappenedAnswer]:
    subject = Subject("process", process, process)
    return [
        _event(r, subject)
        for r in story
        if isinstance(r.entry.event, kinds) and r.position <= until
    ]


def _event(recorded: LogEntry, subject: Subject) -> HappenedAnswer:
    return {
        "position": recorded.position,
        "at": format_utc(recorded.entry.at),
        "by": recorded.entry.by,
        "says": sentence(recorded.entry, subject),
    }


def _corrections(store: LedgerStore, case: Case, until: int) -> CorrectionsAnswer:
    """List every correction asked for since first entry, with what became of it."""
    events = [
        _event(recorded, Subject("batch", batch.key, case.process.key))
        for batch in case.batches.values()
        for recorded in store.stream(batch.id, until)
        if isinstance(recorded.entry.event, _CORRECTIONS)
    ]
    made = sum(
        1
        for batch in case.batches.values()
        for correction in batch.corrections.values()
        if correction.confirmed_by is not None
    )
    return {"made": made, "events": sorted(events, key=lambda each: each["position"])}


def _log(store: LedgerStore, decision: LogEntry, position: int) -> PlaceInLogAnswer:
    event = decision.event_as(ProcessDecision)
    return {
        "position": position,
        "root": store.root(position).hex(),
        "decision_position": decision.position,
        "reviewed_size": event.heads.size,
        "reviewed_root": event.heads.root,
        "decision_leaf": leaf_hash(decision.entry.line).hex(),
    }


def _verify(process: str, decision: LogEntry, position: int) -> list[str]:
    event = decision.event_as(ProcessDecision)
    on = f" --batch {event.verdict.batch}" if event.verdict.batch else ""
    return [
        "signoff verify",
        f"signoff export dossier --decision {decision.position}",
        f"signoff replay {process} --until {position}",
        f"signoff report {process}{on} --until {position} --format json",
    ]
