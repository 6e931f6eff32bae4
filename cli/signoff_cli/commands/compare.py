"""`signoff compare`: two batches, before and after; did the fix hold?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from signoff_cli.output import answer, keeps_to_ascii, paragraph
from signoff_cli.session import pass_session, reading
from signoff_ledger.errors import InputError
from signoff_ledger.figures.charts import before_after
from signoff_ledger.figures.fix_effect import effect_between
from signoff_ledger.figures.number_format import p_value
from signoff_ledger.figures.sentences import fix_sentences
from signoff_ledger.reports.text_charts import draw

if TYPE_CHECKING:
    from signoff_cli.session import Session
    from signoff_ledger.domain.case import Case
    from signoff_ledger.domain.figures import FixFigures


@click.command(short_help="Compare two batches: did the fix hold?")
@click.argument("before")
@click.argument("after")
@reading
@pass_session
def compare(session: Session, before: str, after: str) -> None:
    """Compare batch BEFORE with batch AFTER, overall and mode by mode.

    Boschloo's exact test is the headline, Fisher's stands beside it, modes that a change was meant
    to fix are adjusted after Holm. It says whether the batches could have shown an improvement.

    \b
    Example:
      signoff compare PB-1 PB-2
    """
    with session.open() as opened:
        work = opened.ledger.work()
        first, second = (work.known_batch(key) for key in (before, after))
        if first.started.process != second.started.process:
            raise InputError(
                "SL109",
                f"{before} and {after} cannot be compared",
                why=f"one is of {first.started.process}, the other of {second.started.process}",
                fix="name two batches of one process",
            )
        case = work.case(first.started.process, after)
    if first.started.attempt >= second.started.attempt:
        raise InputError(
            "SL109",
            f"{before} is not before {after}",
            why=f"they are attempts {first.started.attempt} and {second.started.attempt}",
            fix="name the earlier batch first",
        )
    effect = effect_between(case, first, second, second.bar)
    if effect is None:
        raise InputError(
            "SL109",
            f"{before} and {after} cannot be compared",
            why="one of them has no inspected unit, so there is nothing to compare",
        )
    sentences = fix_sentences(effect)
    data: dict[str, Any] = {
        "process": first.started.process,
        "before": before,
        "after": after,
        "effect": effect.model_dump(mode="json", exclude_none=True),
        "says": list(sentences),
    }
    answer(
        session,
        "signoff.compare/1",
        data,
        [mode.model_dump(mode="json") for mode in effect.modes],
        lambda: _for_people(case, before, effect, ascii_only=keeps_to_ascii(session)),
    )


def _for_people(case: Case, before: str, effect: FixFigures, *, ascii_only: bool) -> str:
    kept = {key: batch for key, batch in case.batches.items() if key in {before, case.batch_key}}
    picture = before_after(replace(case, batches=kept))
    lines = [draw(picture, ascii_only=ascii_only)] if picture else []
    lines += [paragraph(each) for each in fix_sentences(effect)]
    lines.append(f"Fisher, two-sided: {p_value(effect.fisher_two_sided)}.")
    return "\n\n".join(lines)
