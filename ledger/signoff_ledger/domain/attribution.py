"""Origins of nonconformities, and when an origin in the design is in force (G14).

A design origin given to a mode, or to one nonconformity of it, stands until two people after it
have said otherwise of the very same target, or another design is approved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from signoff_ledger.domain.values import Origin

Target = tuple[str, str | int]
"""`("", mode)`, or a batch with the number of one nonconformity in it."""


class Attribution(NamedTuple):
    """Statement of a person on the origin of a mode, or of one nonconformity of it."""

    origin: Origin  #: Where from.
    version: int  #: Version of its event in the process's stream.
    by: str  #: Who said so.
    mode: str
    reason: str  #: Why.


def attribution_in_force(history: Sequence[Attribution], design_version: int) -> Attribution:
    """Give the attribution of a target that stands.

    Args:
        history: Every attribution of the target, oldest first, at least one.
        design_version: When the present design was approved; what was said of another design
            closes nothing.
    """
    designs = [n for n, a in enumerate(history) if _is_design(a, design_version)]
    if not designs:
        return history[-1]
    after = history[designs[-1] + 1 :]
    agreed = len({a.by for a in after}) > 1
    return history[-1] if agreed else history[designs[-1]]


def design_attributions(
    attributions: Mapping[Target, Sequence[Attribution]], design_version: int
) -> Iterator[tuple[Target, Attribution]]:
    """Give every target whose standing origin is the present design."""
    for target, history in attributions.items():
        attribution = attribution_in_force(history, design_version)
        if _is_design(attribution, design_version):
            yield target, attribution


def reattributions(
    attributions: Mapping[Target, Sequence[Attribution]], design_version: int
) -> Iterator[tuple[Target, Attribution, Sequence[Attribution]]]:
    """Give every target that was once given to the present design and no longer is.

    With the attribution to the design and those that took its place.
    """
    for target, history in attributions.items():
        designs = [n for n, a in enumerate(history) if _is_design(a, design_version)]
        if designs and not _is_design(
            attribution_in_force(history, design_version), design_version
        ):
            yield target, history[designs[-1]], history[designs[-1] + 1 :]


def design_targets_before(
    attributions: Mapping[Target, Sequence[Attribution]], version: int
) -> list[str]:
    """Name the targets that had been given to a design before an event, whatever came since."""
    return [
        target_name(target, history[0].mode)
        for target, history in attributions.items()
        if any(a.origin is Origin.DESIGN and a.version < version for a in history)
    ]


def target_name(target: Target, mode: str) -> str:
    """Name a target as people do: LID-SEAT, or D-3 (LID-SEAT) of batch B1."""
    batch, number = target
    return f"D-{number} ({mode}) of batch {batch}" if batch else mode


def _is_design(attribution: Attribution, design_version: int) -> bool:
    return attribution.origin is Origin.DESIGN and attribution.version > design_version
