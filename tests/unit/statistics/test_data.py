"""Published inspection data with their right answers, typed here with their sources."""

import csv

import pytest

from signoff_ledger.statistics import (
    capability,
    control_chart,
    measured_bars,
    nonconformities_per_unit,
    proportion,
    two_batches,
)
from tests.tree import ROOT

DATA = ROOT.parent / "shared" / "data"


def near(value: float) -> object:
    return pytest.approx(value, rel=1e-6)


# Montgomery, Introduction to Statistical Quality Control (1991), pp. 152-159: cans of frozen
# orange juice before and after a machine was adjusted.
BEFORE, AFTER = two_batches.Counts(347, 1500), two_batches.Counts(133, 1200)


def test_orange_juice_misses_15_percent_and_then_meets_it() -> None:
    assert "shown to miss" == proportion.evidence_against(*BEFORE, 0.15)
    assert "shown to meet" == proportion.evidence_against(*AFTER, 0.15)
    assert near(0.213491510778416) == proportion.lower_bound(*BEFORE)
    assert near(0.12687048369855) == proportion.upper_bound(*AFTER)
    assert list(proportion.clopper_pearson(*BEFORE) or ()) == [
        near(0.210202844590001),
        near(0.253520913022585),
    ]


def test_orange_juice_got_better_beyond_doubt() -> None:
    effect = two_batches.compare(BEFORE, AFTER)

    assert effect is not None
    assert pytest.approx(1.35903978482678e-16, rel=1e-9) == effect.fisher_two_sided
    assert effect.boschloo_one_sided is None


# Comizzoli, Landwehr & Sinclair (1990), AT&T: solder skips, small opening against large.
def test_solder_improves_and_still_fails() -> None:
    small, large = two_batches.Counts(275, 300), two_batches.Counts(134, 300)
    effect = two_batches.compare(small, large)

    assert effect is not None
    assert near(1.96955156451219e-37) == effect.fisher_two_sided
    assert "shown to miss" == proportion.evidence_against(*large, 0.15)


# Montgomery (1991), pp. 181-182: nonconformities on 20 samples of 5 computers.
def test_computers_have_a_rate_of_marks_and_no_rate_of_rejects() -> None:
    found = nonconformities_per_unit.nonconformity_rate(193, 100)

    assert found is not None
    assert near(1.93) == found.per_unit
    assert [near(1.66730474772028), near(2.22233607281857)] == list(found.interval)
    with pytest.raises(ValueError, match="193 rejects of 100 inspected units cannot be"):
        proportion.clopper_pearson(193, 100)


# Cano, Moguerza & Prieto, Quality Control with R (2015): flaws looked at on 23 of 84 plates.
def test_plates_that_nobody_looked_at_are_no_plates_without_flaws() -> None:
    file = DATA / "sixsigma_thickness2.csv"
    if not file.exists():
        pytest.skip("no shared/data beside the project to compare with")
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))

    blank = {"", "NA"}
    seen = [int(row["flaws"]) for row in rows if row["flaws"] not in blank]
    flaws, plates = sum(seen), len(seen)
    found = nonconformities_per_unit.nonconformity_rate(flaws, plates)

    assert (84, 121, 23) == (len(rows), flaws, plates)
    assert found is not None
    assert [near(4.36533006794528), near(6.28606781962757)] == list(found.interval)


# Bissell, Applied Statistics 39 (1990) 331-340, as in R's package boot: 75 values, limits 5.49
# and 5.79, none of them outside.
def test_capability_shows_what_counting_cannot_see() -> None:
    file = DATA / "boot_capability.csv"
    if not file.exists():
        pytest.skip("no shared/data beside the project to compare with")
    values = [float(r["value"]) for r in csv.DictReader(file.read_text("utf-8").splitlines())]
    spread, chart = measured_bars.spread(values), control_chart.individuals(values)

    assert spread is not None
    assert chart is not None
    found = capability.capability(spread.n, spread.mean, spread.sd, lsl=5.49, usl=5.79)
    assert found is not None
    assert 0 == sum(not 5.49 <= value <= 5.79 for value in values)
    assert near(1.03491454811624) == found.pp
    assert near(0.85276958764778) == found.ppk
    assert [near(0.69603246876381), near(1.00950670653175)] == list(found.ppk_interval_bissell)
    assert near(0.0463628522139161) == chart.sigma
    assert found.ppk_lower < 1
