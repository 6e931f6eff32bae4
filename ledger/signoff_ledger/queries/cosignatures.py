"""What witnesses cosigned, or why they refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypedDict

from signoff_ledger.queries.value_forms import Count, Form, Position
from signoff_ledger.queries.witnesses import witness_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signoff_ledger.application.witnesses import VerifiedCosignature
    from signoff_ledger.errors import ConflictError

SCHEMA = "signoff.cosignatures/1"


class CosignatureAnswer(TypedDict):
    """The answer of a witness."""

    witness: str  #: Its name.
    size: Position | None  #: Events in the checkpoint; null where it refused.
    at: str | None  #: When it cosigned, in UTC, by its own clock; null where it refused.
    #: Whether the cosignature is new, one of that witness was kept before, or it refused.
    state: Annotated[str, Form(choices=("new", "kept before", "refused"))]
    why: str | None  #: Why it refused; null where it did not.


class CosignaturesAnswer(TypedDict):
    """What witnesses cosigned: `signoff witness request` and `signoff witness attach`.

    The rows are the witnesses' answers.
    """

    #: One for each witness's line, and for each witness that refused.
    cosignatures: list[CosignatureAnswer]
    #: Lines of a file whose keys this ledger does not know; null where nothing was read from a
    #: file.
    ignored_lines: Count | None


ANSWER = CosignaturesAnswer
ROW = CosignatureAnswer


def cosignature_answers(cosigned: Iterable[VerifiedCosignature]) -> list[CosignatureAnswer]:
    """Write what verified as plain data."""
    return [
        {
            "witness": one.key.name,
            "size": one.size,
            "at": witness_time(one.time_s),
            "state": "new" if one.is_new else "kept before",
            "why": None,
        }
        for one in cosigned
    ]


def refused_cosignature(witness: str, error: ConflictError) -> CosignatureAnswer:
    """Write the refusal of a witness as plain data."""
    return {
        "witness": witness,
        "size": None,
        "at": None,
        "state": "refused",
        "why": f"{error.what}: {error.why}",
    }


def cosignatures_answer(
    cosignatures: list[CosignatureAnswer], ignored_lines: int | None = None
) -> CosignaturesAnswer:
    """Give what witnesses cosigned; see `CosignaturesAnswer`."""
    return {"cosignatures": cosignatures, "ignored_lines": ignored_lines}
