"""Every bar of a process, and what the one in force lets through."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from signoff_ledger.domain.values import format_utc
from signoff_ledger.figures.charts import oc_curve
from signoff_ledger.figures.compute import bar_figures
from signoff_ledger.figures.sentences import bar_sentences
from signoff_ledger.queries.answer_with_pictures import AnswerWithPictures
from signoff_ledger.queries.figures_answer import BarRatesAnswer
from signoff_ledger.queries.value_forms import Digest, Moment, Number, Position

if TYPE_CHECKING:
    from signoff_ledger.application.ledger import Ledger
    from signoff_ledger.domain.bar import Bar

SCHEMA = "signoff.bar/1"


class LetsThroughAnswer(TypedDict):
    """What a bar lets through."""

    lets_through: BarRatesAnswer  #: What it lets through.
    says: list[str]  #: The same in sentences.


class BarAnswer(LetsThroughAnswer):
    """A bar."""

    number: Number  #: Its number.
    units: int  #: Planned units n.
    max_rejects: int  #: Acceptance number Ac.
    clauses: list[str]  #: Every clause in words.
    registered_at: Moment  #: When it was registered.
    position: Position  #: Where in the log.
    loosened: list[str]  #: Clauses that pass more than the bar before did.
    reason: str | None  #: Why it superseded the one before.
    sha256: Digest  #: Digest of its canonical form.


class BarsAnswer(TypedDict):
    """Every bar of a process: `signoff bar show`."""

    process: str  #: The process's key.
    bars: list[BarAnswer]  #: In the order registered.


ANSWER = BarsAnswer
ROW = BarAnswer


def bars(ledger: Ledger, process: str | None = None) -> AnswerWithPictures[BarsAnswer]:
    """Show every bar of a process; the picture is of the one in force.

    Args:
        ledger: The ledger.
        process: The process; the only one there is by default.

    Raises:
        NotFoundError: There is no such process.
    """
    work = ledger.work()
    key = work.process_named(process)
    state = work.known_process(key)
    places = ledger.store.positions(state.id, [each.version for each in state.bars])
    rows: list[BarAnswer] = [
        {
            "number": each.number,
            "units": each.bar.units,
            "max_rejects": each.bar.max_rejects,
            "clauses": bar_clauses(each.bar),
            "registered_at": format_utc(each.at),
            "position": places[each.version],
            "loosened": list(each.loosened),
            "reason": each.reason,
            "sha256": each.sha256,
            **lets_through(each.bar).data,
        }
        for each in state.bars
    ]
    pictures = lets_through(state.bars[-1].bar).pictures if state.bars else ()
    return AnswerWithPictures({"process": key, "bars": rows}, pictures)


def lets_through(bar: Bar) -> AnswerWithPictures[LetsThroughAnswer]:
    """Say and draw what a bar lets through."""
    figures = bar_figures(bar)
    data: LetsThroughAnswer = {
        "lets_through": figures.model_dump(mode="json"),
        "says": list(bar_sentences(figures)),
    }
    return AnswerWithPictures(data, (oc_curve(figures),))


def bar_clauses(bar: Bar) -> list[str]:
    """Write every clause of a bar as a short phrase."""
    clauses = [
        f"at most {bar.max_rejects} of {bar.units} units rejected, from {bar.reject_from} up",
        f"at most {bar.max_critical} critical nonconformities",
    ]
    if bar.build_time_median_max_s is not None:
        clauses.append(f"median build time at most {bar.build_time_median_max_s} s")
    if bar.build_time_each_max_s is not None:
        clauses.append(f"build time of every unit at most {bar.build_time_each_max_s} s")
    clauses += [f"{c.mode} on at most {c.max_units} units" for c in bar.modes]
    clauses += [f"{c.characteristic} failing on at most {c.max_units}" for c in bar.characteristics]
    clauses += [
        f"confirmation batch: {bar.confirmation_batch}",
        f"missing units: {bar.missing_units}",
        f"repeat without change: {bar.repeat_without_change}",
    ]
    return clauses
