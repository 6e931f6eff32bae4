"""The rules of a sign-off in plain data: what each found, and the events that settle it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from signoff_ledger.integrity.line import stream_id
from signoff_ledger.queries.value_forms import Position

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from signoff_ledger.application.ports import Store
    from signoff_ledger.domain.verdict import EventRef, Finding


class RuleAnswer(TypedDict):
    """One rule of the sign-off, and what it found.

    Attributes:
        rule: The rule's name, stable within a rule set.
        holds: Whether the rule is satisfied; no evidence never satisfies one.
        says: One sentence with the numbers in it.
        numbers: The whole numbers compared, by name; a count has its total beside it.
        counts: Units by mode or by reason, where the rule counted them.
        events: Positions of the events that settle it, ascending; at most 25.
    """

    rule: str
    holds: bool
    says: str
    numbers: dict[str, int]
    counts: dict[str, int]
    events: list[Position]


def rules_of(store: Store, process: str, findings: Sequence[Finding]) -> list[RuleAnswer]:
    """Write findings as plain data; the events that settle them are looked up stream by stream.

    What holds now and is recorded with the next command only, such as a lapse by time, has no
    position.
    """
    wanted: dict[UUID, set[int]] = {}
    for ref in (ref for finding in findings for ref in finding.settled_by):
        wanted.setdefault(_stream(process, ref), set()).add(ref.version)
    places = {stream: store.positions(stream, versions) for stream, versions in wanted.items()}
    return [
        {
            "rule": f.rule,
            "holds": f.holds,
            "says": f.says,
            "numbers": dict(f.numbers),
            "counts": dict(f.counts),
            "events": sorted(
                places[stream][ref.version]
                for stream, ref in ((_stream(process, ref), ref) for ref in f.settled_by)
                if ref.version in places[stream]
            ),
        }
        for f in findings
    ]


def _stream(process: str, ref: EventRef) -> UUID:
    kind, _, key = ref.stream.partition(" ")
    return stream_id(kind, key or process)
