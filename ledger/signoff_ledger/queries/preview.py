"""What a signer must see: who decides what, with which meaning, on which evidence.

Part 11 11.50 asks for the printed name, the time and the meaning; the time recorded is that of
signing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from signoff_ledger.application.authorization import authorise
from signoff_ledger.application.commands.decisions import Hold, SignOff
from signoff_ledger.application.ledger import named_actor
from signoff_ledger.domain.decision import HOLD_MEANING, SIGN_OFF_MEANING, heads_of
from signoff_ledger.domain.disclosure import Disclosure, Topic, disclosures
from signoff_ledger.domain.events.process import Heads
from signoff_ledger.domain.values import format_utc
from signoff_ledger.figures.exhibit import show
from signoff_ledger.projections.explanation import same_processes
from signoff_ledger.queries.check import judged
from signoff_ledger.queries.disclosure_answer import DisclosureAnswer
from signoff_ledger.queries.figures import sentences
from signoff_ledger.queries.figures_answer import SentencesAnswer
from signoff_ledger.queries.rule_answer import RuleAnswer
from signoff_ledger.queries.rules import rules_of
from signoff_ledger.queries.value_forms import Count, Digest, Moment, Number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signoff_ledger.application.commands.command import Command
    from signoff_ledger.application.ledger import Call, Ledger

SCHEMA = "signoff.preview/1"

_MEANINGS = {"sign": SIGN_OFF_MEANING, "hold": HOLD_MEANING}
_DECISIONS: Mapping[str, type[Command]] = {"sign": SignOff, "hold": Hold}


class ReviewedAnswer(TypedDict):
    """What the decision is taken on.

    Attributes:
        size: Events in the tree reviewed.
        root: Its root; null where the log has no tree.
        process: Version of the process's stream.
        batches: Version of each batch's stream, by the batch's key.
        person: Version of the signer's stream.
    """

    size: Count
    root: Digest | None
    process: Number
    batches: dict[str, int]
    person: Number


class PreviewAnswer(TypedDict):
    """What is about to be decided, and on what.

    Attributes:
        command: What is decided: sign or hold.
        process: The process's key.
        batch: The batch in question; null while there is none.
        words: The reason or the note given.
        person: Key of the person who decides.
        printed_name: Their name as printed on decisions.
        at: The present, by the ledger's clock.
        meaning: What the signature means.
        reviewed: What the decision is taken on; nothing else can be decided on with it.
        must_sign: Whether the decision needs a signature by a key.
        keys: Fingerprints of the keys in force that may sign.
        disclosures: What a signer has to know first.
        rule_set: The version of the rules.
        rules: Every rule.
        says: Rule, evidence and limits apart, as they will be kept with the decision and signed.
    """

    command: str
    process: str
    batch: str | None
    words: str
    person: str
    printed_name: str
    at: Moment
    meaning: str
    reviewed: ReviewedAnswer
    must_sign: bool
    keys: list[str]
    disclosures: list[DisclosureAnswer]
    rule_set: str
    rules: list[RuleAnswer]
    says: SentencesAnswer


ANSWER = PreviewAnswer


def preview(
    ledger: Ledger,
    call: Call,
    command: str,
    process: str,
    batch: str | None = None,
    *,
    words: str = "",
) -> PreviewAnswer:
    """Say what is about to be decided.

    Args:
        ledger: The ledger.
        call: By whom, and how they sign.
        command: `sign` or `hold`.
        process: The process.
        batch: The batch in question; the latest by default.
        words: The reason or the note that goes with it.

    Raises:
        IdentityError: The person is unknown or lacks the role.
        NotFoundError: No such process, or the batch is not one of its.
    """
    actor = named_actor(call)
    work = ledger.work(moment=call.signer.moment if call.signer else None)
    person = work.person(actor)
    authorise(person, _DECISIONS[command])
    case, verdict = judged(work, process, batch, actor)
    reviewed = work.reviewed
    heads = heads_of(case, person.version, reviewed)
    known = [
        *disclosures(case),
        *(
            Disclosure(Topic.SAME_PROCESS, says)
            for says in same_processes(work.store, case.process)
        ),
    ]
    return {
        "command": command,
        "process": process,
        "batch": verdict.batch,
        "words": words,
        "person": actor,
        "printed_name": person.printed_name,
        "at": format_utc(work.stamp.at),
        "meaning": _MEANINGS[command],
        "reviewed": {
            "size": heads.size,
            "root": heads.root,
            "process": heads.process,
            "batches": dict(heads.batches),
            "person": person.version,
        },
        "must_sign": person.must_sign
        or (call.signer is not None and not call.signer.only_if_required),
        "keys": list(person.keys_in_force),
        "disclosures": [{"topic": str(d.topic), "says": d.says} for d in known],
        "rule_set": verdict.rule_set,
        "rules": rules_of(work.store, process, verdict.findings),
        "says": sentences(show(case).says),
    }


def heads_seen(answer: PreviewAnswer) -> Heads:
    """Give what was looked at, so that nothing else can be decided on."""
    return Heads.model_validate(answer["reviewed"])
