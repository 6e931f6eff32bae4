"""Figures and sentences in answers.

Figures stand in an answer as a decision keeps them: what they are is in `domain.figures` alone.
"""

from typing import Annotated, Any, TypedDict

from signoff_ledger.queries.value_forms import ModelData

_FIGURES = "signoff_ledger.domain.figures"

FiguresAnswer = Annotated[dict[str, Any], ModelData(_FIGURES, "Figures")]
BarRatesAnswer = Annotated[dict[str, Any], ModelData(_FIGURES, "BarFigures")]
FixEffectAnswer = Annotated[dict[str, Any], ModelData(_FIGURES, "FixFigures")]


class SentencesAnswer(TypedDict):
    """What is said, each part apart."""

    rule: list[str]  #: What was agreed in advance, and whether it was met.
    evidence: list[str]  #: What the units show.
    limits: list[str]  #: What must not be read into it.
