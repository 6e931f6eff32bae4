"""Where nonconformities come from, and when an origin in the design stands (G14)."""

import pytest

from signoff_ledger.domain.attribution import (
    Attribution,
    Target,
    attribution_in_force,
    design_attributions,
    reattributions,
    target_name,
)
from signoff_ledger.domain.values import Origin

DESIGN, PROCESS, TOOLING = Origin.DESIGN, Origin.PROCESS, Origin.TOOLING
MODE: Target = ("", "LID-SEAT")
SINGLE: Target = ("B1", 3)


def said(*by_and_origin: tuple[str, Origin], first: int = 10) -> tuple[Attribution, ...]:
    """Make a history: who said what, one event after the other."""
    return tuple(
        Attribution(origin, first + n, by, "LID-SEAT", "by its looks")
        for n, (by, origin) in enumerate(by_and_origin)
    )


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (said(("egon", PROCESS)), PROCESS),
        (said(("egon", PROCESS), ("egon", TOOLING)), TOOLING),
        (said(("egon", DESIGN)), DESIGN),
        (said(("egon", PROCESS), ("egon", DESIGN)), DESIGN),
        (said(("egon", DESIGN), ("egon", TOOLING)), DESIGN),
        (said(("egon", DESIGN), ("egon", TOOLING), ("egon", PROCESS)), DESIGN),
        (said(("egon", DESIGN), ("anna", TOOLING)), DESIGN),
        (said(("egon", DESIGN), ("egon", TOOLING), ("anna", PROCESS)), PROCESS),
        (said(("egon", DESIGN), ("anna", TOOLING), ("bela", TOOLING)), TOOLING),
        (said(("egon", DESIGN), ("anna", TOOLING), ("egon", DESIGN), ("anna", TOOLING)), DESIGN),
        (said(("egon", TOOLING), ("egon", DESIGN), ("anna", TOOLING)), DESIGN),
    ],
)
def test_a_design_nonconformity_stands_until_two_people_have_said_otherwise_since(
    history: tuple[Attribution, ...], expected: Origin
) -> None:
    """G14: two different people, after it, whoever they are."""
    assert expected is attribution_in_force(history, 0).origin


def test_what_was_said_of_another_design_closes_nothing() -> None:
    """G14, S-35."""
    history = said(("egon", DESIGN), ("egon", TOOLING))

    assert TOOLING is attribution_in_force(history, design_version=12).origin
    assert DESIGN is attribution_in_force(history, design_version=9).origin


def test_what_one_person_said_of_another_design_does_not_count_against_this_one() -> None:
    """G14: the two speak after the nonconformity was found in this design."""
    history = (*said(("anna", TOOLING)), *said(("egon", DESIGN), ("egon", TOOLING), first=20))

    assert DESIGN is attribution_in_force(history, design_version=15).origin


def test_every_target_that_stands_at_the_design_is_named() -> None:
    """G14: by mode or by unit."""
    attributions: dict[Target, tuple[Attribution, ...]] = {
        MODE: said(("egon", PROCESS)),
        SINGLE: said(("egon", DESIGN), first=20),
        ("B1", 4): said(("egon", DESIGN), ("egon", TOOLING), ("anna", TOOLING), first=30),
    }
    found = list(design_attributions(attributions, 0))

    assert [(SINGLE, 20)] == [(target, each.version) for target, each in found]
    assert [] == list(design_attributions(attributions, 40))


def test_what_was_once_the_design_and_no_longer_is_keeps_its_story() -> None:
    """G14: both are told in `why` and on the certificate."""
    history = said(("egon", PROCESS), ("egon", DESIGN), ("egon", TOOLING), ("anna", TOOLING))
    ((target, design, after),) = reattributions({MODE: history, SINGLE: said(("egon", DESIGN))}, 0)

    assert (MODE, 11, [12, 13]) == (target, design.version, [a.version for a in after])
    assert [] == list(reattributions({MODE: history}, 20))
    assert [] == list(reattributions({MODE: said(("egon", PROCESS))}, 0))


def test_a_target_is_named_as_people_do() -> None:
    assert "LID-SEAT" == target_name(MODE, "LID-SEAT")
    assert "D-3 (LID-SEAT) of batch B1" == target_name(SINGLE, "LID-SEAT")
