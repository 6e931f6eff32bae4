"""Reference answers that R gave, in the folder beside the project; it says so when it is absent."""

import csv
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from signoff_ledger.statistics import (
    capability,
    control_chart,
    forecast,
    measured_bars,
    mil_std_105e,
    nonconformities_per_unit,
    operating_characteristic,
    pareto,
    proportion,
    sample_size,
    two_batches,
)
from tests.tree import ROOT

CASES = ROOT.parent / "shared" / "cases"

Inputs = Mapping[str, Any]
Answers = dict[str, Any]


def intervals(i: Inputs) -> Answers:
    given = (i["rejects"], i["inspected"], i["confidence"])
    return {
        "clopper_pearson": proportion.clopper_pearson(*given),
        "upper_one_sided": proportion.upper_bound(*given),
        "lower_one_sided": proportion.lower_bound(*given),
        "wilson": proportion.wilson(*given),
    }


def attempts(i: Inputs) -> Answers:
    accepted = [
        operating_characteristic.chance_accepted(i["n"], i["accept_at_most"], rate)
        for rate in i["true_rates"]
    ]
    passes = operating_characteristic.passes_once
    return {"p_pass_at_least_once": [passes(each, i["attempts"]) for each in accepted]}


def oc_curve(i: Inputs) -> Answers:
    model = operating_characteristic.Model(i["model"])
    return {
        "p_accept": [
            operating_characteristic.chance_accepted(
                i["n"], i["accept_at_most"], rate, model=model, lot=i["lot_size"]
            )
            for rate in i["true_rates"]
        ]
    }


def oc_inverse(i: Inputs) -> Answers:
    inverse = operating_characteristic.rate_accepted
    return {"true_rate": [inverse(i["n"], i["accept_at_most"], pa) for pa in i["p_accept"]]}


def posterior_rate(i: Inputs) -> Answers:
    given = (i["rejects"], i["inspected"], i["bar_rate"])
    prior = tuple(i["prior"])
    return {
        "p_rate_at_most": proportion.chance_at_most(*given, prior=prior),
        "mean": forecast.BetaBinomial(i["rejects"], i["inspected"], 1, prior).mean,
    }


def needed(i: Inputs) -> Answers:
    given = (i["max_rate"], i["confidence"], i["rejects_allowed"])
    return {"n": sample_size.units_to_show(*given)}


def needed_in_lot(i: Inputs) -> Answers:
    rate, lot = i["max_rate"], i["lot_size"]
    return {
        "n": sample_size.units_to_show_in_lot(rate, i["confidence"], lot, i["rejects_allowed"]),
        "smallest_bad_count_excluded": sample_size.smallest_breaking(rate, lot),
    }


def run_prediction(i: Inputs) -> Answers:
    given = (i["rejects"], i["inspected"], i["run_size"], tuple(i["prior"]))
    found = forecast.forecast(*given)
    assert found is not None
    upto = i["run_size"] * 5 // 100
    return found._asdict() | {"p_at_most_5pct": forecast.BetaBinomial(*given).at_most(upto)}


def batches(i: Inputs) -> Answers:
    before, after = (two_batches.Counts(**i[name]) for name in ("before", "after"))
    found = two_batches.compare(before, after)
    assert found is not None
    return {
        "fisher_two_sided": found.fisher_two_sided,
        "fisher_one_sided_improved": found.fisher_one_sided,
        "boschloo_one_sided_improved": found.boschloo_one_sided,
        "difference": found.difference,
        "newcombe_95": found.newcombe_95,
    }


def power(i: Inputs) -> Answers:
    given = (i["n_before"], i["n_after"], i["true_rate_before"], i["true_rate_after"], i["alpha"])
    return {
        "fisher": two_batches.fisher_power(*given),
        "boschloo": two_batches.boschloo_power(*given),
    }


def modes(i: Inputs) -> Answers:
    return {"holm": two_batches.holm(i["p_values"])}


def measured_bar(i: Inputs) -> Answers:
    found = measured_bars.measured_bar(
        i["values"],
        i["limit"],
        upper=i["limit_side"] == "upper",
        confidence=i["confidence"],
        coverage=i["coverage"],
    )
    assert found is not None
    return found._asdict() | found.spread._asdict()


def tolerance_factor(i: Inputs) -> Answers:
    return {
        "k": measured_bars.tolerance_factor(i["n"], i["coverage"], i["confidence"], i["sides"]),
    }


def capable(i: Inputs) -> Answers:
    found = capability.capability(
        i["n"], i["mean"], i["sd"], lsl=i["lsl"], usl=i["usl"], confidence=i["confidence"]
    )
    assert found is not None
    return found._asdict() | {
        "pp_ci": found.pp_interval,
        "ppk_ci_bissell": found.ppk_interval_bissell,
        "ppk_lower_exact_single_limit": found.ppk_lower_one_limit,
        "fraction_outside_normal_plugin": found.outside_by_normal,
    }


def chart(i: Inputs) -> Answers:
    single = control_chart.individuals(i["values"])
    assert single is not None
    return {
        "center": single.center,
        "sigma_mr": single.sigma,
        "lcl": single.lower,
        "ucl": single.upper,
        "mr_bar": single.range_mean,
        "mr_ucl": single.range_upper,
        "out_of_limits_1based": list(single.beyond),
    }


def per_unit(i: Inputs) -> Answers:
    found = nonconformities_per_unit.nonconformity_rate(i["defects"], i["units"], i["confidence"])
    assert found is not None
    return {
        "dpu": found.per_unit,
        "garwood": found.interval,
        "upper_one_sided": found.upper_one_sided,
    }


def rate_ratio(i: Inputs) -> Answers:
    before, after = ((each["defects"], each["units"]) for each in (i["before"], i["after"]))
    found = nonconformities_per_unit.rate_ratio(before, after)
    assert found is not None
    return {
        "p_two_sided": found.p_two_sided,
        "p_one_sided_improved": found.p_one_sided,
        "rate_ratio": found.ratio,
        "rate_ratio_ci95": found.interval,
    }


def pareto_order(i: Inputs) -> Answers:
    found = pareto.pareto(i["counts"])
    return {
        "order": [bar.mode for bar in found],
        "cum_percent": [100 * bar.cumulative for bar in found],
    }


def lookup(i: Inputs) -> Answers:
    found = mil_std_105e.plan(
        i["lot_size"],
        i["level"],
        str(i["aql_percent"]),
        mil_std_105e.Inspection(i["inspection"]),
    )
    return {
        "code_letter": found.code_letter,
        "n": found.units,
        "ac": found.max_rejects,
        "re": found.reject_from,
        "inspect_all": found.inspect_all,
        "table_n": found.table_units,
    }


TOPICS: Mapping[str, Callable[[Inputs], Answers]] = {
    "attempts": attempts,
    "capability": capable,
    "control_chart": chart,
    "defects_per_unit": per_unit,
    "dpu_two_batches": rate_ratio,
    "intervals": intervals,
    "measured_bar": measured_bar,
    "mil_std_105e_lookup": lookup,
    "multiple_modes": modes,
    "oc_curve": oc_curve,
    "oc_inverse": oc_inverse,
    "pareto": pareto_order,
    "posterior_rate": posterior_rate,
    "power_two_batches": power,
    "run_prediction": run_prediction,
    "sample_size": needed,
    "sample_size_finite_lot": needed_in_lot,
    "tolerance_factor": tolerance_factor,
    "two_batches": batches,
}

NOT_OFFERED = {
    "barnard_zpooled_one_sided_improved",
    "benjamini_hochberg",
    "jeffreys_equal_tailed",
    "mee_score_95",
    "midp",
    "odds_ratio_cmle",
    "point",
    "tolerance_package",
}
"""Answers of R to questions that the product leaves out on purpose."""

CHARTS_NOT_OFFERED = {"np", "p", "u"}
TOPICS_NOT_OFFERED = {"finite_lot_bound", "nonparametric_n", "two_point_plan"}
"""Charts of counts and questions that no command answers."""

QUANTILES = {"median", "central_90", "central_95", "upper_95"}


def tolerance_for(case: Mapping[str, Any], key: str) -> Mapping[str, float]:
    """Find the pair that holds for one answer: its own, its family's, or the default."""
    given = case["tolerance"]
    if "abs" in given:
        return dict(given)
    family = "quantiles" if key in QUANTILES else key
    for name in (key, family, *(name for name in given if key.startswith(f"{name}_"))):
        if name in given:
            return dict(given[name])
    return dict(given.get("default", {"abs": 1e-9}))


def differs(got: Any, expected: Any, tolerance: Mapping[str, float]) -> bool:
    """Compare what a case expects, number by number."""
    if expected is None:
        # "Not computed there" or "does not exist": either way there is nothing to compare with.
        return False
    if isinstance(expected, (bool, str)):
        return bool(got != expected)
    if isinstance(expected, list):
        return len(got) != len(expected) or any(
            differs(g, e, tolerance) for g, e in zip(got, expected, strict=True)
        )
    room = tolerance["abs"] + tolerance.get("rel", 0) * abs(expected)
    return got is None or not math.isclose(got, expected, rel_tol=0, abs_tol=max(room, 1e-300))


@pytest.mark.parametrize("topic", TOPICS)
def test_every_reference_answer_is_met(topic: str) -> None:
    file = CASES / f"{topic}.json"
    if not file.exists():
        pytest.skip("no shared/cases beside the project to compare with")
    wrong, compared = [], 0
    for case in json.loads(file.read_text(encoding="utf-8"))["cases"]:
        if case["inputs"].get("chart") in CHARTS_NOT_OFFERED:
            continue
        answers = TOPICS[topic](case["inputs"])
        for key, expected in case["expected"].items():
            if key in NOT_OFFERED:
                continue
            compared += 1
            if differs(answers[key], expected, tolerance_for(case, key)):
                wrong.append((case["id"], key, answers[key], expected))

    assert compared
    assert [] == wrong


def test_every_topic_beside_the_project_is_compared() -> None:
    if not CASES.exists():
        pytest.skip("no shared/cases beside the project to compare with")
    topics = {file.stem for file in CASES.glob("*.json")} - {"mil_std_105e_tables"}

    assert topics == TOPICS.keys() | TOPICS_NOT_OFFERED


@pytest.mark.parametrize("inspection", mil_std_105e.Inspection)
def test_every_cell_of_the_standards_tables_follows_from_the_rule(
    inspection: mil_std_105e.Inspection,
) -> None:
    file = CASES / "mil_std_105e_tables.json"
    if not file.exists():
        pytest.skip("no shared/cases beside the project to compare with")
    cells = json.loads(file.read_text(encoding="utf-8"))["tables"][inspection]

    wrong = [
        cell
        for cell in cells
        if (cell["n"], cell["ac"], cell["re"])
        != mil_std_105e.cell(cell["letter"], str(cell["aql_percent"]), inspection)
    ]

    assert 416 == len(cells)
    assert [] == wrong


def test_the_416_normal_cells_agree_with_the_sheet() -> None:
    file = CASES / "mil_std_105e_normal.csv"
    if not file.exists():
        pytest.skip("no shared/cases beside the project to compare with")
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))

    assert 416 == len(rows)
    for row in rows:
        expected = (int(row["n"]), int(row["ac"]), int(row["re"]))
        assert expected == mil_std_105e.cell(row["letter"], row["aql_percent"])
