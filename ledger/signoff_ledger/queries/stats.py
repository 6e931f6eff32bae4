"""What the batches of a process show, in numbers, words and pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, TypedDict

from signoff_ledger.queries.answer_with_pictures import AnswerWithPictures
from signoff_ledger.queries.batch_stats import BatchStatsAnswer, evaluation
from signoff_ledger.queries.reader import filled
from signoff_ledger.queries.value_forms import DecimalText, Form

if TYPE_CHECKING:
    from signoff_ledger.application.ledger import Ledger

SCHEMA = "signoff.stats/1"


class BatchRowAnswer(TypedDict):
    """A batch in short."""

    batch: str  #: Its key.
    attempt: int  #: Which attempt it is.
    rejects: int  #: Rejects.
    inspected: int  #: Units inspected.
    lower: DecimalText | None  #: Two-sided 95 % interval.
    upper: DecimalText | None  #: Two-sided 95 % interval.
    at_most: DecimalText | None  #: One-sided 95 % bound.
    #: Against the bar's rate.
    evidence: Annotated[str, Form(choices=("shown to meet", "shown to miss", "open"))]


class StatsAnswer(TypedDict):
    """What the batches of a process show: `signoff stats`. The rows are the batches."""

    process: str  #: The process's key.
    batch: str | None  #: The batch shown in full to people.
    batches: list[BatchStatsAnswer]  #: Every batch, oldest first.


ANSWER = StatsAnswer
ROW = BatchRowAnswer


def stats(
    ledger: Ledger, process: str | None = None, batch: str | None = None
) -> AnswerWithPictures[StatsAnswer]:
    """Say what the batches of a process show; the pictures are of the batch in question.

    Args:
        ledger: The ledger.
        process: The process; the only one there is by default.
        batch: The batch to show in full; the latest by default.

    Raises:
        NotFoundError: No such process, or the batch is not one of its.
    """
    work = ledger.work()
    key = work.process_named(process)
    case = work.case(key, batch)
    evaluated = {name: evaluation(replace(case, batch_key=name)) for name in case.batches}
    shown = evaluated.get(case.batch_key or "")
    data: StatsAnswer = {
        "process": key,
        "batch": case.batch_key,
        "batches": [each.data for each in evaluated.values() if each is not None],
    }
    return AnswerWithPictures(data, shown.pictures if shown else ())


def batch_rows(answer: StatsAnswer) -> list[BatchRowAnswer]:
    """Give each batch in short."""
    rates = ((each, each["figures"]["rate"]) for each in answer["batches"])
    return [filled(BatchRowAnswer, {**each, **rate}) for each, rate in rates]
