"""The figures in answers are those of decisions, field by field."""

from types import NoneType
from typing import Any, NotRequired, get_args, get_origin, get_type_hints, is_typeddict

import pytest
from pydantic import BaseModel

from signoff_ledger.domain.figures import BarFigures, DecisionSentences, Figures, FixFigures
from signoff_ledger.queries.figures import sentences, shown_answer
from signoff_ledger.queries.figures_answer import (
    BarRatesAnswer,
    FiguresAnswer,
    FixEffectAnswer,
    SentencesAnswer,
)


def fields_of(kind: Any) -> Any:
    """Give the fields of a type and of those within it, with whether each may be absent."""
    if get_args(kind) and not isinstance(kind, type):
        inner = [each for each in get_args(kind) if each not in {NoneType, Ellipsis}]
        return fields_of(inner[0])
    if is_typeddict(kind):
        hints = get_type_hints(kind, include_extras=True)
        return {
            name: (get_origin(each) is NotRequired, fields_of(each)) for name, each in hints.items()
        }
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {
            name: (
                NoneType in get_args(field.annotation),
                fields_of(field.annotation),
            )
            for name, field in kind.model_fields.items()
        }
    return None


@pytest.mark.parametrize(
    ("model", "answer"),
    [
        (Figures, FiguresAnswer),
        (BarFigures, BarRatesAnswer),
        (FixFigures, FixEffectAnswer),
        (DecisionSentences, SentencesAnswer),
    ],
)
def test_an_answer_has_every_figure_and_no_other(model: type, answer: Any) -> None:
    assert fields_of(model) == fields_of(answer)


def test_fields_within_fields_are_compared() -> None:
    _, build_time = fields_of(FiguresAnswer)["build_time"]
    _, change = build_time["change"]

    assert {"batch", "change", "hours", "median_s", "run"} == set(change)


def test_nothing_is_shown_where_no_batch_is_in_question() -> None:
    assert {"figures": None, "says": sentences(None)} == shown_answer(None, None)
