"""An advice in an answer: its key and its values, for a face to put in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from signoff_ledger.errors import Advice


class AdviceAnswer(TypedDict):
    """What to do about a finding, without words: each face has its own."""

    key: str  #: Names the advice; docs/reference/errors.md has the words of the command line.
    values: dict[str, str | int]  #: What the words name.


def advice_answer(advice: Advice | None) -> AdviceAnswer | None:
    """Give an advice as plain data; None for none."""
    return None if advice is None else {"key": advice.key, "values": dict(advice.values)}
