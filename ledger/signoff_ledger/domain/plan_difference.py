"""Differences between two inspection plans: limits, grades and families, one by one.

The limits behind the bar are part of the bar (G15), so a plan that is published after results of
the design is compared with the one before it. What is neither the same nor plainly stricter counts
as loosened.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

from signoff_ledger.domain.plan import NO_FIXTURE, OTHER_MODE
from signoff_ledger.domain.values import TEXT_LIMIT, Text, Value

if TYPE_CHECKING:
    from signoff_ledger.domain.characteristic import Characteristic
    from signoff_ledger.domain.plan import InspectionPlan, Mode


class Difference(StrEnum):
    """Kind of difference between a plan and the one before it."""

    TIGHTENED = "TIGHTENED"
    LOOSENED = "LOOSENED"
    REMOVED = "REMOVED"
    ADDED = "ADDED"


class PlanDifference(Value):
    """One characteristic, mode or rule of a plan that is another one than before."""

    difference: Difference  #: What became of it.
    #: The characteristic's id; or `mode CODE`, `family NAME`, `operator_roles`,
    #: `signer_may_inspect`, `fixture`, `tooling_revision`, `run`.
    item: Text
    now: Text | None = None  #: What the new plan says; absent where it is gone.
    was: Text | None = None  #: What the old plan said; absent where it is new.

    @property
    def loosens(self) -> bool:
        """True where the new plan passes what the old one did not."""
        return self.difference in {Difference.LOOSENED, Difference.REMOVED}


def differences(older: InspectionPlan, newer: InspectionPlan) -> tuple[PlanDifference, ...]:
    """Compare two plans; gives the differences in the older plan's order, then what is new."""
    found = [
        *_characteristics(older, newer),
        *_modes(older, newer),
        *_families(older, newer),
        *_builders(older, newer),
        *_made_on(older, newer),
    ]
    return tuple(found)


def _characteristics(older: InspectionPlan, newer: InspectionPlan) -> Iterator[PlanDifference]:
    for old in older.characteristics:
        new = newer.by_id.get(old.id)
        if new is None:
            yield PlanDifference(difference=Difference.REMOVED, item=old.id, was=_described(old))
        elif _judged(old) != _judged(new):
            yield PlanDifference(
                difference=_how(old, new), item=old.id, now=_described(new), was=_described(old)
            )
    for new in newer.characteristics:
        if new.id not in older.ids:
            yield PlanDifference(difference=Difference.ADDED, item=new.id, now=_described(new))


def _judged(each: Characteristic) -> tuple[object, ...]:
    """Give all of a characteristic that decides what a reading of it comes to."""
    scale = (each.family, each.kind, each.unit, each.decimals, each.mode)
    return (*scale, each.accepted, each.severity)


def _described(each: Characteristic) -> str:
    """Say it in words."""
    kind = f"{each.family}, {each.kind}"
    if each.unit is not None:
        kind += f" in {each.unit} to {each.decimals} decimals"
    limits = [f"from {each.lower}"] if each.lower is not None else []
    limits += [f"to {each.upper}"] if each.upper is not None else []
    return ", ".join([kind, *limits, f"{each.mode} ({each.severity})"])


def _how(old: Characteristic, new: Characteristic) -> Difference:
    same_scale = (old.family, old.kind, old.unit, old.decimals, old.mode) == (
        new.family, new.kind, new.unit, new.decimals, new.mode
    )  # fmt: skip
    (old_low, old_high), (new_low, new_high) = old.accepted, new.accepted
    stricter = new_low >= old_low and new_high <= old_high
    if same_scale and stricter and new.severity.rank >= old.severity.rank:
        return Difference.TIGHTENED
    return Difference.LOOSENED


def _modes(older: InspectionPlan, newer: InspectionPlan) -> Iterator[PlanDifference]:
    named = dict.fromkeys(mode.code for mode in (*older.modes, *newer.modes))
    for code in named:
        old, new = older.mode_catalogue.get(code), newer.mode_catalogue.get(code)
        was, now = (None if m is None else _graded(m) for m in (old, new))
        if new is None:
            how = Difference.REMOVED
        elif old is None:
            # Its nonconformities would have been OTHER before.
            other = older.mode_catalogue[OTHER_MODE]
            how = Difference.LOOSENED if _is_milder(new, other) else Difference.ADDED
        else:
            changed = _regraded(old, new)
            if changed is None:
                continue
            how = changed
        yield PlanDifference(
            difference=how,
            item=f"mode {code}",
            now=now and now[:TEXT_LIMIT],
            was=was and was[:TEXT_LIMIT],
        )


def _graded(mode: Mode) -> str:
    zones = [f"{zone} {severity}" for zone, severity in mode.zones.items()]
    return ", ".join([str(mode.severity), *zones])


def _is_milder(mode: Mode, other: Mode) -> bool:
    return any(mode.severity_at(p).rank < other.severity.rank for p in (None, *mode.zones))


def _regraded(old: Mode, new: Mode) -> Difference | None:
    """Say how the grades of a mode changed at any place; None where all are what they were."""
    places: list[str | None] = [None, *old.zones, *new.zones]
    steps = [new.severity_at(place).rank - old.severity_at(place).rank for place in places]
    if not any(steps):
        return None
    return Difference.LOOSENED if min(steps) < 0 else Difference.TIGHTENED


def _families(older: InspectionPlan, newer: InspectionPlan) -> Iterator[PlanDifference]:
    before, after = ({n.family: n.reason for n in plan.not_applicable} for plan in (older, newer))
    for family in [*before, *(family for family in after if family not in before)]:
        if (family in before) == (family in after):
            continue
        gone = family in after
        yield PlanDifference(
            difference=Difference.REMOVED if gone else Difference.ADDED,
            item=f"family {family}",
            now=f"not applicable: {after[family]}"[:TEXT_LIMIT] if gone else "checked",
            was="checked" if gone else f"not applicable: {before[family]}"[:TEXT_LIMIT],
        )


def _made_on(older: InspectionPlan, newer: InspectionPlan) -> Iterator[PlanDifference]:
    """Give what is required of the making and is another, and a run that is wider."""
    for name in ("fixture", "tooling_revision"):
        was, now = (getattr(plan.provenance, name) for plan in (older, newer))
        if was != now:
            how = Difference.TIGHTENED if was == NO_FIXTURE else Difference.LOOSENED
            yield PlanDifference(difference=how, item=name, now=now, was=was)
    old, new = older.identity, newer.identity
    if (old.run_min, old.run_max) != (new.run_min, new.run_max):
        wider = new.run_min < old.run_min or new.run_max > old.run_max
        yield PlanDifference(
            difference=Difference.LOOSENED if wider else Difference.TIGHTENED,
            item="run",
            now=f"{new.run_min} to {new.run_max}",
            was=f"{old.run_min} to {old.run_max}",
        )


def _builders(older: InspectionPlan, newer: InspectionPlan) -> Iterator[PlanDifference]:
    if older.counted_roles != newer.counted_roles:
        looser = bool(newer.counted_roles - older.counted_roles)
        yield PlanDifference(
            difference=Difference.LOOSENED if looser else Difference.TIGHTENED,
            item="operator_roles",
            now=", ".join(newer.operator_roles)[:TEXT_LIMIT],
            was=", ".join(older.operator_roles)[:TEXT_LIMIT],
        )
    if older.signer_may_inspect != newer.signer_may_inspect:
        yield PlanDifference(
            difference=Difference.LOOSENED if newer.signer_may_inspect else Difference.TIGHTENED,
            item="signer_may_inspect",
            now=str(newer.signer_may_inspect).lower(),
            was=str(older.signer_may_inspect).lower(),
        )
