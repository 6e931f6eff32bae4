"""Two batches of a process, before and after: did the fix hold?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypedDict

from signoff_ledger.errors import Advice, InputError
from signoff_ledger.figures.charts import before_after
from signoff_ledger.figures.fix_effect import effect_between
from signoff_ledger.figures.number_format import p_value
from signoff_ledger.figures.sentences import fix_sentences
from signoff_ledger.queries.answer_with_pictures import AnswerWithPictures
from signoff_ledger.queries.figures_answer import FixEffectAnswer
from signoff_ledger.queries.reader import filled
from signoff_ledger.queries.value_forms import DecimalText

if TYPE_CHECKING:
    from signoff_ledger.application.ledger import Ledger
    from signoff_ledger.application.unit_of_work import UnitOfWork
    from signoff_ledger.domain.batch import Batch

SCHEMA = "signoff.compare/1"


class ComparisonAnswer(TypedDict):
    """Two batches compared: `signoff compare`. The rows are the modes."""

    process: str  #: The process's key.
    before: str  #: Key of the earlier batch.
    after: str  #: Key of the later batch.
    effect: FixEffectAnswer  #: Whether the fix held.
    says: list[str]  #: The comparison in sentences.


class ModeRowAnswer(TypedDict):
    """One mode before and after, every key of it there."""

    mode: str  #: The mode.
    before: int  #: Units with it before.
    after: int  #: Units with it after.
    named: bool  #: Whether a change between the batches was meant to fix it.
    boschloo: DecimalText | None  #: One-sided p; null where the batches are too large for it.
    fisher: DecimalText  #: One-sided p.
    #: Fisher's p adjusted over the modes named in advance; null for the others.
    holm: DecimalText | None
    still_at_most: DecimalText  #: One-sided upper bound of its rate after.


ANSWER = ComparisonAnswer
ROW = ModeRowAnswer


def compare(ledger: Ledger, before: str, after: str) -> AnswerWithPictures[ComparisonAnswer]:
    """Compare two batches of one process.

    Args:
        ledger: The ledger.
        before: The earlier batch.
        after: The later batch.

    Raises:
        NotFoundError: There is no such batch.
        InputError: SL109, they cannot be compared.
    """
    work = ledger.work()
    first, second = _comparable(work, before, after)
    process = first.started.process
    case = work.case(process, after)
    effect = effect_between(case, first, second, second.bar)
    if effect is None:
        raise InputError(
            "SL109",
            f"{before} and {after} cannot be compared",
            why="one of them has no inspected unit, so there is nothing to compare",
        )
    kept = {key: batch for key, batch in case.batches.items() if key in {before, after}}
    picture = before_after(replace(case, batches=kept))
    data: ComparisonAnswer = {
        "process": process,
        "before": before,
        "after": after,
        "effect": effect.model_dump(mode="json", exclude_none=True),
        "says": [
            *fix_sentences(effect),
            f"Fisher, two-sided: {p_value(effect.fisher_two_sided)}.",
        ],
    }
    return AnswerWithPictures(data, (picture,) if picture else ())


def mode_rows(answer: ComparisonAnswer) -> list[ModeRowAnswer]:
    """Give a comparison mode by mode."""
    return [filled(ModeRowAnswer, mode) for mode in answer["effect"]["modes"]]


def _comparable(work: UnitOfWork, before: str, after: str) -> tuple[Batch, Batch]:
    """Load two batches of one process, the earlier one first."""
    first, second = (work.known_batch(key) for key in (before, after))
    if first.started.process != second.started.process:
        raise InputError(
            "SL109",
            f"{before} and {after} cannot be compared",
            why=f"one is of {first.started.process}, the other of {second.started.process}",
            advice=Advice("compare-one-process"),
        )
    if first.started.attempt >= second.started.attempt:
        raise InputError(
            "SL109",
            f"{before} is not before {after}",
            why=f"they are attempts {first.started.attempt} and {second.started.attempt}",
            advice=Advice("compare-earlier-first"),
        )
    return first, second
