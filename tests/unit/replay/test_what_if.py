"""Bars that nobody set: what may be asked, what comes back, and what is refused."""

import pytest

from signoff_ledger.errors import InputError
from signoff_ledger.replay.what_if import another_bar, variations
from tests.stories import bar


def test_a_range_makes_a_grid() -> None:
    asked = variations("ac=0..2, n=20")

    assert [{"ac": str(n), "n": "20"} for n in range(3)] == asked
    assert 6 == len(variations("ac=0..2,n=20..21"))


def test_every_clause_can_be_another_one() -> None:
    changed = another_bar(
        bar(modes=[{"mode": "PINHOLE", "max_units": 1}]),
        {
            "ac": "2",
            "n": "10",
            "critical": "1",
            "each": "7min",
            "median": "360s",
            "severity": "major",
            "confirmation": "always",
            "missing": "replace",
            "repeat": "allow",
            "mode:PINHOLE": "none",
            "characteristic:lid": "0",
        },
    )

    assert (2, 10, 1, 420, 360) == (
        changed.max_rejects,
        changed.units,
        changed.max_critical,
        changed.build_time_each_max_s,
        changed.build_time_median_max_s,
    )
    assert ("major", "always", "replace", "allow") == (
        changed.reject_from,
        changed.confirmation_batch,
        changed.missing_units,
        changed.repeat_without_change,
    )
    assert () == changed.modes
    assert [("lid", 0)] == [(c.characteristic, c.max_units) for c in changed.characteristics]
    assert another_bar(changed, {"each": "none"}).build_time_each_max_s is None


@pytest.mark.parametrize(
    "question",
    ["", "ac", "ac=", "zz=1", "mode:=1", "ac=5..0", "ac=0..900", "ac=0..99,n=20..40"],
)
def test_what_names_no_clause_is_not_understood(question: str) -> None:
    with pytest.raises(InputError) as refused:
        variations(question)

    assert "SL109" == refused.value.code


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ac", "x"),
        ("ac", "20"),
        ("ac", "1234567890123"),
        ("each", "fast"),
        ("severity", "awful"),
        ("mode:PINHOLE", "-1"),
    ],
)
def test_what_no_bar_can_be_is_refused(name: str, value: str) -> None:
    with pytest.raises(InputError) as refused:
        another_bar(bar(), {name: value})

    assert "SL109" == refused.value.code
