"""Where nonconformities come from, and which of them still point at the design."""

from collections.abc import Iterable
from typing import NamedTuple

from tests.recount.ground import Ground
from tests.recount.log import Line

DESIGN = "design"
PEOPLE_NEEDED = 2
"""So many have to agree that it was not the design after all (G14)."""


class Target(NamedTuple):
    """What an attribution is about: a mode, or one nonconformity of a batch."""

    mode: str
    batch: str = ""
    number: int = 0


def attributions(ground: Ground) -> dict[Target, list[Line]]:
    """Sort the attributions by what they are about."""
    found: dict[Target, list[Line]] = {}
    for line in ground.of("nonconformity-attributed"):
        data = line.data
        if "batch" in data:
            target = Target("", data["batch"], data["number"])
        else:
            target = Target(data["mode"])
        found.setdefault(target, []).append(line)
    return found


def open_design_origins(ground: Ground) -> list[Target]:
    """Name the targets that are still held to come from the design (G14)."""
    return [
        target
        for target, lines in attributions(ground).items()
        if any(_stands(ground, line, lines) for line in lines)
    ]


def _stands(ground: Ground, line: Line, lines: Iterable[Line]) -> bool:
    """Say whether one attribution to the design still closes the series."""
    if line.data["origin"] != DESIGN or ground.is_answered_by_design(line.position):
        return False
    against = {
        other.by
        for other in lines
        if other.position > line.position and other.data["origin"] != DESIGN
    }
    return len(against) < PEOPLE_NEEDED


def open_design_changes(ground: Ground) -> list[int]:
    """Number the changes that touch a design which was not approved again since (S-52)."""
    return [
        line.data["number"]
        for line in ground.changes()
        if line.data["touches_design"] and not ground.is_answered_by_design(line.position)
    ]


def back_to_design(ground: Ground) -> bool:
    """Say whether the series is closed until another design is approved (S-35)."""
    return bool(open_design_origins(ground) or open_design_changes(ground))


def origin_of(ground: Ground, mode: str, batch: str, number: int) -> str:
    """Give the origin on record for one nonconformity: its own, else its mode's, else "".

    An origin in the design that stands, of either, is graver than all others (G14).
    """
    found = attributions(ground)
    targets = (Target("", batch, number), Target(mode))
    if any(target in open_design_origins(ground) for target in targets):
        return DESIGN
    return next((_last(found[target]) for target in targets if target in found), "")


def _last(lines: list[Line]) -> str:
    return str(lines[-1].data["origin"])
