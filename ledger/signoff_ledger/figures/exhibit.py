"""Figures and sentences shown with a verdict, made now.

The statistics are imported here, in a function's body, so that a command which decides nothing
does not pay for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.domain.figures import NOTHING_SHOWN, Exhibit

if TYPE_CHECKING:
    from signoff_ledger.domain.case import Case


def show(case: Case) -> Exhibit:
    """Make the figures and sentences of a case; nothing where no batch is in question."""
    # Here, because recording a unit loads this module and shows nothing: the statistics are slow
    # to load.
    from signoff_ledger.figures.compute import figures_of  # noqa: PLC0415  # slow
    from signoff_ledger.figures.sentences import decision_sentences  # noqa: PLC0415  # slow

    figures = figures_of(case)
    return NOTHING_SHOWN if figures is None else Exhibit(figures, decision_sentences(case, figures))
