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
    """A bar by an acceptable quality level: `signoff bar pick`."""

    standard: str  #: The standard.
    aql: str  #: The acceptable quality level asked for.
    level: str  #: The inspection level.
    lot: int  #: Units in the lot.
    inspection: str  #: Severity of inspection.
    code_letter: str  #: The code letter.
    units: int  #: Units to inspect.
    max_rejects: int  #: Acceptance number Ac.
    reject_from: int  #: Rejection number Re.
    inspect_all: bool  #: Whether that is every unit of the lot.
    bar: dict[str, int]  #: The bar to write into a plan file.


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
