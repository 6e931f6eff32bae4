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
from signoff_ledger.queries.figures_answer import SentencesAnswer
from signoff_ledger.queries.reader import picked
from signoff_ledger.queries.rule_answer import RuleAnswer
from signoff_ledger.queries.rules import rules_of, sentences
from signoff_ledger.queries.value_forms import Count, Digest, Moment, Number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signoff_ledger.application.commands.command import Command
    from signoff_ledger.application.ledger import Call, Ledger

SCHEMA = "signoff.preview/1"

_MEANINGS = {"sign": SIGN_OFF_MEANING, "hold": HOLD_MEANING}
_DECISIONS: Mapping[str, type[Command]] = {"sign": SignOff, "hold": Hold}


class ReviewedAnswer(TypedDict):
    """What the decision is taken on."""

    size: Count  #: Events in the tree reviewed.
    root: Digest | None  #: Its root; null where the log has no tree.
    process: Number  #: Version of the process's stream.
    batches: dict[str, int]  #: Version of each batch's stream, by the batch's key.
    person: Number  #: Version of the signer's stream.


class PreviewAnswer(TypedDict):
    """What is about to be decided, and on what."""

    command: str  #: What is decided: sign or hold.
    process: str  #: The process's key.
    batch: str | None  #: The batch in question; null while there is none.
    words: str  #: The reason or the note given.
    person: str  #: Key of the person who decides.
    printed_name: str  #: Their name as printed on decisions.
    at: Moment  #: The present, by the ledger's clock.
    meaning: str  #: What the signature means.
    #: What the decision is taken on; nothing else can be decided on with it.
    reviewed: ReviewedAnswer
    must_sign: bool  #: Whether the decision needs a signature by a key.
    keys: list[str]  #: Fingerprints of the keys in force that may sign.
    disclosures: list[DisclosureAnswer]  #: What a signer has to know first.
    rule_set: str  #: The version of the rules.
    rules: list[RuleAnswer]  #: Every rule.
    #: Rule, evidence and limits apart, as they will be kept with the decision and signed.
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
    heads = heads_of(case, person.version, work.reviewed)
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
        "reviewed": picked(ReviewedAnswer, heads.model_dump()),
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
