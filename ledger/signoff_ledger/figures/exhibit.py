"""Figures and sentences shown with a verdict: made now, or as a decision kept them.

The statistics are imported here, in a function's body, so that a command which decides nothing
does not pay for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from signoff_ledger.domain.figures import NOTHING_SHOWN, Exhibit

if TYPE_CHECKING:
    from signoff_ledger.domain.case import Case
    from signoff_ledger.domain.events.process import ProcessHeld, ProcessSignedOff
    from signoff_ledger.domain.figures import DecisionSentences, Figures


def show(case: Case) -> Exhibit:
    """Make the figures and sentences of a case; nothing where no batch is in question."""
    # Here, because recording a unit loads this module and shows nothing: the statistics are slow
    # to load.
    from signoff_ledger.figures.compute import figures_of  # noqa: PLC0415  # see above
    from signoff_ledger.figures.sentences import said  # noqa: PLC0415  # see above

    figures = figures_of(case)
    return NOTHING_SHOWN if figures is None else Exhibit(figures, said(case, figures))


def say(case: Case, figures: Figures) -> DecisionSentences:
    """Say figures that were made before."""
    from signoff_ledger.figures.sentences import said  # noqa: PLC0415  # as in `show`

    return said(case, figures)


def shown_by(event: ProcessHeld | ProcessSignedOff, case: Case) -> Exhibit:
    """Give what a decision showed; one that kept nothing is shown as its case would be now.

    Args:
        event: The decision.
        case: The case it was taken on.
    """
    if event.figures is None or event.says is None:
        return show(case)
    return Exhibit(event.figures, event.says)
