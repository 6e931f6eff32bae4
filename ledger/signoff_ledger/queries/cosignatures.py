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
    """The answer of a witness.

    Attributes:
        witness: Its name.
        size: Events in the checkpoint; null where it refused.
        at: When it cosigned, in UTC, by its own clock; null where it refused.
        state: Whether the cosignature is new, one of that witness was kept before, or it refused.
        why: Why it refused; null where it did not.
    """

    witness: str
    size: Position | None
    at: str | None
    state: Annotated[str, Form(choices=("new", "kept before", "refused"))]
    why: str | None


class CosignaturesAnswer(TypedDict):
    """What witnesses cosigned: `signoff witness request` and `signoff witness attach`.

    The rows are the witnesses' answers.

    Attributes:
        cosignatures: One for each witness's line, and for each witness that refused.
        ignored_lines: Lines of a file whose keys this ledger does not know; null where nothing was
            read from a file.
    """

    cosignatures: list[CosignatureAnswer]
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
