"""`signoff replay`: take every decision again from the events, and compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from signoff_cli.commands.why import as_data as explanation_data
from signoff_cli.commands.why import for_people
from signoff_cli.inputs import moment
from signoff_cli.output import answer, colored, table
from signoff_cli.session import pass_session, reading
from signoff_cli.walking import walk
from signoff_ledger.application import replay as replaying
from signoff_ledger.application.planning import only_process
from signoff_ledger.domain.values import format_utc
from signoff_ledger.errors import EvidenceError, NotFoundError
from signoff_ledger.projections.explanation import explain

if TYPE_CHECKING:
    from signoff_cli.session import Session
    from signoff_ledger.application.ports import Store

_DIFFERS = EvidenceError.exit_code
_LONGEST_POSITION = 15
"""Digits of the largest position; whatever is longer is none."""


@click.command(short_help="Take every decision again and compare.")
@click.argument("process", required=False)
@click.option("--until", metavar="POSITION|DATE", help="Show the state as of then.")
@click.option("--step", is_flag=True, help="Walk through the events on a terminal.")
@reading
@pass_session
def replay(
    session: Session,
    process: str | None,
    until: str | None,
    step: bool,  # a flag
) -> int:
    """Take every decision on PROCESS again from the events up to it, and compare with the record.

    Exits 5 when one does not come out the same. --until rebuilds the state as of a position, or of
    a time with its offset. --step walks event by event: n next, b back, d next decision, q quit.

    \b
    Example:
      signoff replay kiln-lid
      signoff replay kiln-lid --until 2026-03-09T12:00:00Z
    """
    with session.open() as opened:
        store = opened.store
        key = only_process(opened.ledger.work(), process)
        end = _position(store, until)
        if step:
            walk(store, key, end)
            return 0
        decisions = [_decision(d) for d in replaying.replay(store, key, end)]
        data: dict[str, Any] = {"process": key, "until": end, "decisions": decisions}
        if end is not None:
            data["state"] = explanation_data(store, key, explain(store, key, until=end))
    same = all(d["same"] for d in decisions)

    def human() -> str:
        shown = [
            (f"#{d['position']}", d["outcome"], d["batch"] or "-", d["rule_set"],
             "same" if d["same"] else "DIFFERENT")
            for d in decisions
        ]  # fmt: skip
        text = (
            table(("event", "outcome", "batch", "rules", "replayed"), shown)
            if shown
            else f"No decision has been taken on {key}."
        )
        if "state" in data:
            text += f"\n\nAs of position {end}:\n" + for_people(
                data["state"], color=colored(session)
            )
        return text

    answer(session, "signoff.replay/1", data, decisions, human)
    return 0 if same else _DIFFERS


def _decision(replayed: replaying.ReplayedDecision) -> dict[str, Any]:
    return {
        "position": replayed.position,
        "at": format_utc(replayed.at),
        "by": replayed.by,
        "automatic": replayed.automatic,
        "batch": replayed.recorded.batch,
        "outcome": str(replayed.outcome),
        "rule_set": replayed.recorded.rule_set,
        "recorded": replayed.recorded.model_dump(mode="json", exclude_none=True),
        "replayed": replayed.replayed.model_dump(mode="json", exclude_none=True),
        "same": replayed.same,
    }


def _position(store: Store, until: str | None) -> int | None:
    if until is None:
        return None
    if until.isdecimal() and len(until) <= _LONGEST_POSITION:
        return replaying.checked_position(store, int(until))
    text = until if len(until) > len("2026-03-09") else f"{until}T23:59:59.999999+00:00"
    when = moment(text)
    position = replaying.position_at(store, when) if when else 0
    if position == 0:
        raise NotFoundError(
            "SL206",
            f"nothing was recorded by {until}",
            fix="signoff history  shows when the first event was",
        )
    return position
