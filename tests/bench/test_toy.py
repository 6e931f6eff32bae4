"""The benchmark itself works; how fast anything is, is no test."""

import json
from pathlib import Path

import pytest

from tests.bench.measure import Figure, Target, table, write_json
from tests.bench.run import measure
from tests.bench.sizes import TOY


@pytest.mark.slow
def test_everything_can_be_measured_at_toy_sizes(tmp_path: Path) -> None:
    figures = [*measure(TOY)]
    write_json(figures, tmp_path / "figures.json")

    assert 13 == len(figures)
    assert all(figure.rate_per_s > 0 < figure.ratio for figure in figures)
    assert {"name", "store", "events", "rate_per_s", "floor_per_s", "ratio", "target"} <= {
        *json.loads((tmp_path / "figures.json").read_text("utf-8"))[0]
    }


@pytest.mark.parametrize(
    ("target", "said", "is_met"),
    [
        (Target(5_000, "rate_per_s"), ">= 5,000/s", True),
        (Target(5_001, "rate_per_s"), ">= 5,001/s", False),
        (Target(1.3, "ratio"), "<= 1.3x", True),
        (Target(1.2, "ratio"), "<= 1.2x", False),
    ],
)
def test_a_target_is_a_least_rate_or_a_largest_ratio(
    target: Target, said: str, *, is_met: bool
) -> None:
    figure = Figure("x", "sqlite", 9, 5_000.0, 6_500.0, 1.3, 0.1, target)

    assert said == str(target)
    assert is_met is figure.is_met
    assert ("met" if is_met else "MISSED") == table([figure]).split()[-1]
