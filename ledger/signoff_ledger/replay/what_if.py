"""What if the bar had been another one: every past decision under a bar that was never set.

Nothing here is a decision and nothing can become one: the answers are of a type that no command
takes, and `domain.decision` refuses a case that carries another bar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from signoff_ledger.domain.bar import Bar
from signoff_ledger.domain.gate.batch_rules import representative_units
from signoff_ledger.domain.gate.process_rules import confirmation_batch
from signoff_ledger.domain.gate.rule_sets import BAR_RULES, judge
from signoff_ledger.domain.values import Outcome
from signoff_ledger.errors import Advice, InputError
from signoff_ledger.replay.replay import case_of, decisions_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from signoff_ledger.domain.case import Case
    from signoff_ledger.domain.events.event import LogEntry
    from signoff_ledger.persistence.store import LedgerStore

STAMP = "COUNTERFACTUAL: under a bar you did not set. Not a decision, and cannot become one."

_MOST_BARS = 200
_RANGE = re.compile(r"(\d{1,9})\.\.(\d{1,9})", re.ASCII)
_TIME = re.compile(r"(\d{1,9})(s|min)?", re.ASCII)
_SECONDS = {"s": 1, "min": 60, None: 1}
_COUNTS = {"ac": "max_rejects", "n": "units", "critical": "max_critical"}
_TIMES = {"each": "build_time_each_max_s", "median": "build_time_median_max_s"}
_CHOICES = {
    "severity": "reject_from",
    "confirmation": "confirmation_batch",
    "missing": "missing_units",
    "repeat": "repeat_without_change",
}
_SINGLE = {"mode": ("modes", "mode"), "characteristic": ("characteristics", "characteristic")}
_RULES = BAR_RULES | {representative_units.name, confirmation_batch.name}
"""Rules that a bar makes; the others do not change with it."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One past decision under one other bar."""

    position: int  #: Where the decision stands in the log.
    batch: str  #: The batch it was on.
    decided: Outcome  #: What was decided under the bar that was set.
    changed: Mapping[str, str]  #: The clauses that differ, by the names they were asked with.
    would: Outcome  #: What the other bar's own rules would have come to.
    #: Those of its rules that would not have held, with what they say.
    missed: tuple[tuple[str, str], ...]
    other_rules: tuple[str, ...]  #: Other rules that did not hold then; no bar changes them.

    @property
    def flips(self) -> bool:
        """True where the other bar would have come to something else."""
        return self.would is not self.decided


def variations(question: str) -> list[dict[str, str]]:
    """Read a question such as `ac=0`, `ac=0..5` or `n=10,ac=0`; a range makes a grid.

    Raises:
        InputError: SL109 for what names no clause, or asks for too many bars.
    """
    choices: list[list[tuple[str, str]]] = []
    for part in question.split(","):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not sign or not value or not _is_clause(name):
            raise _not_understood(part.strip(), "it is not NAME=VALUE with a clause of the bar")
        span = _RANGE.fullmatch(value)
        values = [value]
        if span:
            low, high = int(span[1]), int(span[2])
            if high < low or high - low >= _MOST_BARS:
                raise _not_understood(part.strip(), f"a range goes up, by fewer than {_MOST_BARS}")
            values = [str(each) for each in range(low, high + 1)]
        choices.append([(name, each) for each in values])
    if prod(map(len, choices)) > _MOST_BARS:
        raise _not_understood(question, f"it asks for more than {_MOST_BARS} bars")
    return [dict(pairs) for pairs in product(*choices)]


def another_bar(bar: Bar, changed: Mapping[str, str]) -> Bar:
    """Make the bar that is asked about.

    Raises:
        InputError: SL109 when no bar can be like that.
    """
    content = bar.model_dump(mode="json")
    for name, value in changed.items():
        kind, _, key = name.partition(":")
        if name in _COUNTS:
            content[_COUNTS[name]] = _whole(name, value)
        elif name in _TIMES:
            content[_TIMES[name]] = None if value == "none" else _seconds(name, value)
        elif name in _CHOICES:
            content[_CHOICES[name]] = value
        else:
            _put(content, *_SINGLE[kind], key, None if value == "none" else _whole(name, value))
    try:
        return Bar.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        asked = ", ".join(f"{name}={value}" for name, value in changed.items())
        raise _not_understood(asked, str(first["msg"])) from None


def what_if(
    store: LedgerStore, process: str, question: str, until: int | None = None
) -> Iterator[WhatIf]:
    """Take every past decision on a process again under other bars.

    Args:
        store: Where the events are.
        process: The process.
        question: Clauses to change, see `variations`.
        until: The position to stop at, inclusive.

    Raises:
        InputError: The question is not understood, or no bar can be like that.
        NotFoundError: There is no such process.
    """
    bars = variations(question)
    for recorded, event in decisions_of(store, process, until):
        if event.verdict.batch is not None:
            case = case_of(store, process, recorded)
            yield from (_under(case, recorded, event.OUTCOME, changed) for changed in bars)


def _under(case: Case, recorded: LogEntry, decided: Outcome, changed: dict[str, str]) -> WhatIf:
    batch = case.batch
    assert batch is not None  # noqa: S101  # a decision without a batch was left out
    verdict = judge(replace(case, bar_instead=another_bar(batch.bar, changed)))
    missed = tuple((f.rule, f.says) for f in verdict.blockers if f.rule in _RULES)
    return WhatIf(
        position=recorded.position,
        batch=batch.key,
        decided=decided,
        changed=changed,
        would=Outcome.HELD if missed else Outcome.SIGNED_OFF,
        missed=missed,
        other_rules=tuple(f.rule for f in verdict.blockers if f.rule not in _RULES),
    )


def _is_clause(name: str) -> bool:
    kind, _, key = name.partition(":")
    return name in _COUNTS or name in _TIMES or name in _CHOICES or (kind in _SINGLE and bool(key))


def _whole(name: str, value: str) -> int:
    if not value.isascii() or not value.isdecimal() or len(value) > 9:
        raise _not_understood(f"{name}={value}", "it must be a whole number")
    return int(value)


def _seconds(name: str, value: str) -> int:
    match = _TIME.fullmatch(value)
    if match is None:
        raise _not_understood(f"{name}={value}", "it must be a time such as 360s or 6min")
    return int(match[1]) * _SECONDS[match[2]]


def _put(content: dict[str, Any], field: str, named: str, key: str, most: int | None) -> None:
    """Set, or with None take away, the clause on one mode or characteristic."""
    kept = [clause for clause in content[field] if clause[named] != key]
    content[field] = kept if most is None else [*kept, {named: key, "max_units": most}]


def _not_understood(asked: str, why: str) -> InputError:
    names = ", ".join([*_COUNTS, *_TIMES, *_CHOICES, *(f"{kind}:NAME" for kind in _SINGLE)])
    return InputError(
        "SL109",
        f"the other bar {asked[:60]!r} is not understood",
        why=why,
        advice=Advice("name-clauses", clauses=names),
    )
