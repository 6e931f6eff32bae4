"""The figures and sentences of a case in plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from signoff_ledger.queries.figures_answer import (
    BarRatesAnswer,
    FiguresAnswer,
    FixEffectAnswer,
    SentencesAnswer,
    ShownAnswer,
)

if TYPE_CHECKING:
    from signoff_ledger.domain.figures import (
        BarFigures,
        DecisionSentences,
        Figures,
        FixFigures,
    )


def figures_answer(figures: Figures) -> FiguresAnswer:
    """Write figures as plain data; what there is none of is absent."""
    return cast("FiguresAnswer", figures.model_dump(mode="json", exclude_none=True))


def bar_rates(figures: BarFigures) -> BarRatesAnswer:
    """Write what a bar lets through as plain data."""
    return cast("BarRatesAnswer", figures.model_dump(mode="json"))


def fix_effect(figures: FixFigures) -> FixEffectAnswer:
    """Write the comparison of two batches as plain data."""
    return cast("FixEffectAnswer", figures.model_dump(mode="json", exclude_none=True))


def sentences(says: DecisionSentences | None) -> SentencesAnswer:
    """Write rule, evidence and limits apart; empty where no batch is in question."""
    if says is None:
        return {"rule": [], "evidence": [], "limits": []}
    return {
        "rule": list(says.rule),
        "evidence": list(says.evidence),
        "limits": list(says.limits),
    }


def shown_answer(figures: Figures | None, says: DecisionSentences | None) -> ShownAnswer:
    """Write what is shown with a verdict as plain data."""
    return {
        "figures": figures_answer(figures) if figures else None,
        "says": sentences(says),
    }
