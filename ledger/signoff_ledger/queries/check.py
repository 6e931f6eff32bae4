"""Whether a process could be signed off: every rule, asked without deciding anything."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypedDict

from signoff_ledger.application.unit_of_work import UnitOfWork
from signoff_ledger.domain.case import Case, Signer
from signoff_ledger.domain.gate.process_rules import signer_allowed
from signoff_ledger.domain.gate.rule_sets import judge
from signoff_ledger.domain.values import Role
from signoff_ledger.domain.verdict import Verdict
from signoff_ledger.queries.rule_answer import RuleAnswer
from signoff_ledger.queries.rules import rules_of

if TYPE_CHECKING:
    from signoff_ledger.application.ledger import Ledger

SCHEMA = "signoff.check/1"


class CheckAnswer(TypedDict):
    """Whether a process could be signed off: `signoff check`.

    The rows are the rules that do not hold, or every rule with --list.
    """

    process: str  #: The process's key.
    batch: str | None  #: The batch in question; null while there is none.
    may_be_signed: bool  #: Whether every rule holds.
    signer: str | None  #: Who was tried as the signer; null where no person could be.
    rule_set: str  #: The version of the rules.
    rules: list[RuleAnswer]  #: Every rule.


ANSWER = CheckAnswer
ROW = RuleAnswer


def check(
    ledger: Ledger, process: str | None = None, batch: str | None = None, signer: str | None = None
) -> CheckAnswer:
    """Say whether a process could be signed off.

    Args:
        ledger: The ledger.
        process: The process; the only one there is by default.
        batch: The batch in question; the latest by default.
        signer: Who would sign; by default the first enrolled approver who may.

    Raises:
        NotFoundError: No such process, or the batch is not one of its.
    """
    work = ledger.work()
    key = work.process_named(process)
    case, verdict = judged(work, key, batch, signer)
    return {
        "process": key,
        "batch": verdict.batch,
        "may_be_signed": verdict.allows_sign_off,
        "signer": case.signer.person if case.signer else None,
        "rule_set": verdict.rule_set,
        "rules": rules_of(ledger.store, key, verdict.findings),
    }


def judged(
    work: UnitOfWork, process: str, batch: str | None, signer: str | None
) -> tuple[Case, Verdict]:
    """Ask the gate without deciding anything.

    Args:
        work: A view of the ledger.
        process: The process.
        batch: The batch in question; the latest by default.
        signer: Who would sign; by default the first enrolled approver who may.
    """
    if signer is not None:
        case = work.case(process, batch, work.person(signer))
        return case, judge(case)
    case = tried = work.case(process, batch)
    for person in work.people():
        if Role.APPROVER not in person.roles:
            continue
        who = Signer(person.key, person.printed_name, frozenset(person.roles))
        tried = replace(case, signer=who)
        # The other rules do not depend on the signer, so they are asked once.
        if signer_allowed(tried).holds:
            return tried, judge(tried)
    return case, judge(tried)
