"""What was proved of a ledger, an exported log or a dossier, and what was not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypedDict

from signoff_ledger.errors import EvidenceError
from signoff_ledger.integrity.log_check import FAILED, FLAGGED, OPEN, PROVED, Check
from signoff_ledger.queries.advice import AdviceAnswer, advice_answer
from signoff_ledger.queries.reader import picked
from signoff_ledger.queries.value_forms import Form, Position

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA = "signoff.verification/2"


class ProvedAnswer(TypedDict):
    """One thing that was looked at."""

    name: str  #: What.
    state: Annotated[str, Form(choices=(PROVED, FLAGGED, OPEN, FAILED))]  #: What came of it.
    says: str  #: What was found, or why it could not be.
    #: Files that lie next to the evidence, where the check is about those; what a screen would obey
    #: in a name is escaped.
    files: list[str]
    advice: AdviceAnswer | None  #: What to do about it; null where there is nothing to do.


class VerificationAnswer(TypedDict):
    """What was proved and what was not: `signoff verify`. The rows are checks."""

    verified: bool  #: Whether everything that was looked at holds.
    of: str  #: The ledger or the folder.
    #: Where in the log it does not hold; null where it does, or where no line is to blame.
    position: Position | None
    #: What to do where it does not hold; null where it does, or where that is not known.
    advice: AdviceAnswer | None
    checks: list[ProvedAnswer]  #: What was looked at, in that order; a failure is the last one.
    #: Files of the folder that nothing was proved of: extra ones, and a README that is not the one
    #: that goes with it.
    unproved: list[str]


ANSWER = VerificationAnswer
ROW = ProvedAnswer


def verification(of: str, made: Iterable[Check]) -> VerificationAnswer:
    """Make every check, up to the first that does not hold.

    Args:
        of: What is verified, as people see it.
        made: The checks; making one raises `EvidenceError` where it does not hold.
    """
    checks: list[Check] = []
    failed: EvidenceError | None = None
    try:
        checks.extend(made)
    except EvidenceError as error:
        failed = error
        at = f"position {error.position}: " if error.position else ""
        why = f": {error.why}" if error.why else ""
        checks.append(Check(error.code, FAILED, f"{at}{error.what}{why}"))
    return {
        "verified": failed is None,
        "of": of,
        "position": failed.position if failed else None,
        "advice": advice_answer(failed.advice if failed else None),
        "checks": [
            picked(
                ProvedAnswer,
                {**c._asdict(), "files": [*c.files], "advice": advice_answer(c.advice)},
            )
            for c in checks
        ],
        "unproved": [name for c in checks if c.state != PROVED for name in c.files],
    }
