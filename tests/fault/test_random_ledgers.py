"""Ledgers made by chance, each from a seed: whatever was done in them, the second count agrees.

The commands are those of the state machine in `tests.property`, given without Hypothesis, so that
a thousand ledgers take minutes. A failure names its seed; `wander` with it fails again.
"""

from collections import Counter
from random import Random

import pytest

from signoff_ledger.figures import compute
from tests.property.machine import LedgerMachine
from tests.rounds import ROUNDS

LEDGERS = ROUNDS // 2
"""Half as many as other rounds: 1,000 with `python3 dev.py faults`."""

PARTS = min(10, LEDGERS)
"""As many tests, so that every core has something to do."""

STEPS = 30


@pytest.fixture(autouse=True)
def _without_estimates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the estimate that takes most of the time; it decides nothing and has its tests."""
    monkeypatch.setattr(compute, "fix_effect", lambda case: None)


@pytest.mark.rounds
@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_chance_does_the_second_count_agrees(part: int) -> None:
    """Counted after every command, and at the end once more over all of it."""
    reached: Counter[str] = Counter()
    for seed in range(part, LEDGERS, PARTS):
        machine = LedgerMachine()
        try:
            machine.wander(Random(f"ledger {seed}"), STEPS)
        except AssertionError as error:
            machine.floor.clear()
            raise AssertionError(f"ledger {seed}: {error}") from error
        machine.teardown()
        reached.update(machine.floor.reached)

    # What was tried is worth trying: there were sign-offs, and they ended in several ways.
    standings = {"SIGNED_OFF", "HELD", "LAPSED", "UNSUPPORTED"}
    assert standings <= reached.keys() or LEDGERS < 1_000, reached
