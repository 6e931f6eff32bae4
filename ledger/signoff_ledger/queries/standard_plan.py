"""A bar by an acceptable quality level: the single sampling plan of MIL-STD-105E for a lot."""

from __future__ import annotations

from signoff_ledger.domain.bar import Bar
from signoff_ledger.errors import InputError
from signoff_ledger.queries.answer_with_pictures import AnswerWithPictures
from signoff_ledger.queries.bars import LetsThroughAnswer, lets_through
from signoff_ledger.statistics.mil_std_105e import LEVELS, Inspection, plan

SCHEMA = "signoff.pick/1"

INSPECTION_LEVELS = LEVELS
INSPECTIONS = tuple(str(each) for each in Inspection)


class StandardPlanAnswer(LetsThroughAnswer):
    """A bar by an acceptable quality level: `signoff bar pick`.

    Attributes:
        standard: The standard.
        aql: The acceptable quality level asked for.
        level: The inspection level.
        lot: Units in the lot.
        inspection: Severity of inspection.
        code_letter: The code letter.
        units: Units to inspect.
        max_rejects: Acceptance number Ac.
        reject_from: Rejection number Re.
        inspect_all: Whether that is every unit of the lot.
        bar: The bar to write into a plan file.
        lets_through: What it lets through.
        says: The same in sentences.
    """

    standard: str
    aql: str
    level: str
    lot: int
    inspection: str
    code_letter: str
    units: int
    max_rejects: int
    reject_from: int
    inspect_all: bool
    bar: dict[str, int]


ANSWER = StandardPlanAnswer


def standard_plan(
    lot: int, aql: str, level: str = "II", inspection: str = "normal"
) -> AnswerWithPictures[StandardPlanAnswer]:
    """Name the single sampling plan for a lot, and show what it lets through.

    Args:
        lot: Units in the lot.
        aql: Acceptable quality level, such as `2.5`.
        level: One of `INSPECTION_LEVELS`.
        inspection: One of `INSPECTIONS`.

    Raises:
        InputError: SL109, the standard has no such plan.
    """
    try:
        found = plan(lot, level, aql, Inspection(inspection))
    except ValueError as error:
        raise InputError("SL109", "there is no such plan", why=str(error)) from None
    bar = Bar(units=found.units, max_rejects=min(found.max_rejects, found.units - 1))
    shown = lets_through(bar)
    data: StandardPlanAnswer = {
        "standard": "MIL-STD-105E",
        "aql": aql,
        "level": level,
        "lot": lot,
        "inspection": inspection,
        "code_letter": found.code_letter,
        "units": found.units,
        "max_rejects": found.max_rejects,
        "reject_from": found.reject_from,
        "inspect_all": found.inspect_all,
        "bar": {"units": bar.units, "max_rejects": bar.max_rejects},
        **shown.data,
    }
    return AnswerWithPictures(data, shown.pictures)
