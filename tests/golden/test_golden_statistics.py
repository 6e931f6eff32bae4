"""The statistics of the golden story, from the answers that machines get and on its certificate.

Every number that the story is known by stands here: the rates and their intervals, what the bar
lets through, whether the fixes held, what the run will cost, and what other bars would have done.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.terminal import Terminal
from tests.golden.story import PROCESS, goes, play_until


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A terminal at the end of the story."""
    return play_until(tmp_path_factory.mktemp("statistics"), goes("replay", PROCESS))


@pytest.fixture(scope="module")
def batches(terminal: Terminal) -> dict[str, Any]:
    """The batches of `signoff stats`, by key."""
    data = terminal.asked("stats", PROCESS)
    return {each["batch"]: each for each in data["batches"]}


def near(expected: float, digits: float) -> Any:
    return pytest.approx(expected, abs=digits)


@pytest.mark.parametrize(
    ("batch", "rejects", "exact", "wilson"),
    [
        ("PB-1", 5, (0.0866, 0.4910), (0.112, 0.469)),
        ("PB-2", 1, (0.0013, 0.2487), (0.009, 0.236)),
    ],
)
def test_each_batch_has_its_rate_and_intervals(
    batches: dict[str, Any],
    batch: str,
    rejects: int,
    exact: tuple[float, float],
    wilson: tuple[float, float],
) -> None:
    rate = batches[batch]["figures"]["rate"]

    assert (rejects, 20) == (rate["rejects"], rate["inspected"])
    assert near(exact[0], 5e-5) == float(rate["lower"])
    assert near(exact[1], 5e-5) == float(rate["upper"])
    assert near(wilson[0], 5e-4) == float(rate["wilson_lower"])
    assert near(wilson[1], 5e-4) == float(rate["wilson_upper"])


def test_the_one_sided_bound_and_the_evidence(batches: dict[str, Any]) -> None:
    rate = batches["PB-2"]["figures"]["rate"]

    assert near(0.216, 5e-4) == float(rate["at_most"])
    assert "open" == rate["evidence"]
    assert "shown to miss" == batches["PB-1"]["figures"]["rate"]["evidence"]


def test_the_bar_lets_through_what_was_published(terminal: Terminal) -> None:
    lets = terminal.asked("bar", "show", PROCESS)["bars"][0]["lets_through"]

    chances = {float(each["rate"]): float(each["chance"]) for each in lets["accepted"]}
    assert near(0.983, 5e-4) == chances[0.01]
    assert near(0.736, 5e-4) == chances[0.05]
    assert near(0.392, 5e-4) == chances[0.10]
    assert near(0.0243, 5e-5) == chances[0.25]
    assert near(0.181, 5e-4) == float(lets["consumer_rate"])
    assert near(0.0825, 5e-5) == float(lets["indifferent_rate"])
    assert near(0.018, 5e-4) == float(lets["producer_rate"])


def test_the_fixes_look_good_and_are_not_shown(terminal: Terminal) -> None:
    """S-27: before and after, overall and per mode."""
    effect = terminal.asked("compare", "PB-1", "PB-2")["effect"]

    expected = {
        "boschloo": 0.0524,
        "boschloo_two_sided": 0.1047,
        "fisher": 0.0909,
        "fisher_two_sided": 0.1818,
        "difference": 0.2,
        "difference_lower": -0.0318,
        "difference_upper": 0.4225,
    }
    assert expected == {key: near(float(effect[key]), 5e-5) for key in expected}
    assert near(0.38, 5e-3) == float(effect["power_fisher"])
    assert near(0.47, 5e-3) == float(effect["power_boschloo"])
    assert 45 == effect["units_to_see"]
    modes = {mode["mode"]: mode for mode in effect["modes"]}
    assert near(0.115, 5e-4) == float(modes["LID-SEAT"]["fisher"])
    assert near(0.244, 5e-4) == float(modes["GLAZE-PINHOLE"]["fisher"])
    assert [True, True, False] == [
        modes[mode]["named"] for mode in ("LID-SEAT", "GLAZE-PINHOLE", "HANDLING-CHIP")
    ]


def test_the_run_costs_what_was_published(batches: dict[str, Any]) -> None:
    """S-09, S-32: exposure at 500 and at 1,000, in units and in money."""
    before = {run["run"]: run for run in batches["PB-1"]["figures"]["runs"]}
    after = {run["run"]: run for run in batches["PB-2"]["figures"]["runs"]}

    assert ("250", "37250.00") == (before[1000]["expected"], before[1000]["expected_money"])
    assert "125" == before[500]["expected"]
    for run, lower, upper in ((1000, 87, 491), (500, 43, 246)):
        assert near(lower, 0.5) == float(before[run]["expected_lower"])
        assert near(upper, 0.5) == float(before[run]["expected_upper"])
    assert (58, 5, 212, 8, 181) == tuple(
        after[1000][key] for key in ("median", "lower_95", "upper_95", "lower_90", "upper_90")
    )
    assert near(71, 0.5) == float(after[1000]["mean"])


def test_what_was_spared_is_an_estimate_gross_and_net(batches: dict[str, Any]) -> None:
    """S-56."""
    spared = {each["run"]: each for each in batches["PB-2"]["figures"]["spared"]}[1000]

    assert ("250", "200") == (spared["gross"], spared["net"])
    assert ("37250.00", "29800.00") == (spared["gross_money"], spared["net_money"])
    assert (16, 376) == (spared["lower_90"], spared["upper_90"])
    assert near(190, 1) == float(spared["mean"])
    said = " ".join(batches["PB-2"]["says"]["evidence"])
    assert "An estimate of what the run of 1,000 is spared: 250 bad units gross" in said


def test_trying_again_is_counted(batches: dict[str, Any]) -> None:
    attempts = batches["PB-2"]["figures"]["attempts"]

    assert (2, 1) == (attempts["batches"], attempts["on_revision"])
    chances = {each["rate"]: float(each["chance"]) for each in attempts["passed_once"]}
    assert [near(0.93, 5e-3), near(0.63, 5e-3), near(0.048, 5e-4)] == [
        chances[rate] for rate in ("0.05", "0.1", "0.25")
    ]


def test_to_show_the_bars_rate_takes_more_units(terminal: Terminal) -> None:
    rows = terminal.asked("plan", "size", "--show", "5%", "--confidence", "95%")["needed"]

    assert [59, 93, 124, 153] == [row["units"] for row in rows]


def test_build_times_are_reported_in_order(batches: dict[str, Any]) -> None:
    """S-15, S-38: 11 minutes against 4 on the bench; reported, not judged."""
    first = batches["PB-1"]["figures"]["build_time"]
    second = batches["PB-2"]["figures"]["build_time"]

    assert ("660", 240, "2.75") == (first["median_s"], first["reference_s"], first["ratio"])
    assert ("360", "1.5") == (second["median_s"], second["ratio"])
    assert "reported and not judged" in " ".join(batches["PB-1"]["says"]["rule"])


@pytest.mark.parametrize(
    ("bar", "first", "second"),
    [
        ("ac=0", "HELD", "HELD"),
        ("ac=2", "HELD", "SIGNED_OFF"),
        ("ac=4", "HELD", "SIGNED_OFF"),
        ("ac=5", "SIGNED_OFF", "SIGNED_OFF"),
    ],
)
def test_other_bars_would_have_decided_otherwise(
    terminal: Terminal, bar: str, first: str, second: str
) -> None:
    data = terminal.asked("replay", PROCESS, "--what-if", bar)

    assert data["counterfactual"]
    assert "you did not set" in data["stamp"]
    assert [("PB-1", first), ("PB-2", second)] == [
        (each["batch"], each["would"]) for each in data["answers"]
    ]


def test_every_format_bears_the_stamp_of_what_never_happened(terminal: Terminal) -> None:
    question = ("replay", PROCESS, "--what-if", "ac=0..5")

    table = terminal.did(*question).out
    assert table.startswith("COUNTERFACTUAL: under a bar you did not set.")
    assert 12 == len(terminal.did(*question, "--format", "csv").out.splitlines()) - 1
    rows = terminal.did(*question, "--format", "jsonl").rows
    assert 12 == len(rows)
    assert all(row["counterfactual"] and row["bar_you_did_not_set"] for row in rows)
    assert terminal.did(*question, "--format", "csv").out.startswith("counterfactual,")


def test_a_decision_keeps_what_it_showed_and_shows_it_again(terminal: Terminal) -> None:
    why = terminal.asked("why", PROCESS)
    kept = [json.loads(line) for line in terminal.lines()]
    signed = next(line for line in kept if line["type"] == "signoff.process-signed-off.v1")

    assert why["figures"] == signed["data"]["figures"]
    assert why["says"] == signed["data"]["says"]
    assert all(not isinstance(value, float) for value in _leaves(signed["data"]))
    replayed = terminal.asked("replay", PROCESS)["decisions"]
    assert [True, True] == [each["figures_same"] for each in replayed]


def _leaves(data: Any) -> list[Any]:
    if isinstance(data, dict):
        return [leaf for value in data.values() for leaf in _leaves(value)]
    if isinstance(data, list):
        return [leaf for value in data for leaf in _leaves(value)]
    return [data]


def test_rule_evidence_and_limits_are_never_one_sentence(terminal: Terminal) -> None:
    says = terminal.asked("why", PROCESS)["says"]

    assert says["rule"][0].startswith(
        "Batch PB-2 met the bar on rejects agreed on 2 March 2026, before its first result: "
        "at most 1 reject in 20; 1 found."
    )
    assert "anywhere from 0.1 % to 25 % would fit" in says["evidence"][0]
    assert "Assumes the run uses the same tooling" in says["limits"][0]
    words = " ".join(each for part in says.values() for each in part)
    assert "significant" not in words
    assert "proven" not in words
    assert "sure" not in words.replace("measure", "")


CERTIFIED = (
    "SIGNED OFF",
    "Ada Mercer (a.mercer)",
    "I approve this process revision for the production run stated.",
    "at most 1 of 20 units rejected",
    "5 of 20",
    "1 of 20",
    "0.1 % to 25 %",
    "at most 22 %",
    "8 to 181",
    "p = 0.052",
    "p = 0.091",
    "47 times in 100",
    "45 units a batch",
    "250 bad units gross",
    "GBP 37,250",
    "7 days",
    "SN-040",
    "does not show that the design is right",
    "no entry was changed since it was first made",
    "signoff verify",
)


@pytest.mark.parametrize("kind", ["html", "md"])
def test_the_certificate_holds_the_numbers(terminal: Terminal, kind: str) -> None:
    """S-36 and every number that a buyer is to read."""
    text = terminal.did("report", PROCESS, "--format", kind).out.replace("&#x27;", "'")

    assert [] == [each for each in CERTIFIED if each not in text]


def test_a_place_of_the_log_has_one_certificate(terminal: Terminal, tmp_path: Path) -> None:
    """Same position, same bytes, in every format."""
    size = str(terminal.events())
    for kind in ("html", "md", "json"):
        first = terminal.did("report", PROCESS, "--format", kind).out
        assert first == terminal.did("report", PROCESS, "--format", kind, "--until", size).out
    early = json.loads(terminal.did("report", PROCESS, "--json", "--until", "41").out)["data"]
    assert ("HELD", "PB-1", 41) == (early["outcome"], early["batch"], early["log"]["position"])
    assert early["signature"]["automatic"]
    file = tmp_path / "certificate.html"
    wrote = terminal.did("report", PROCESS, "-o", str(file)).err
    assert "wrote" in wrote
    assert "the same bytes" in terminal.did("report", PROCESS, "-o", str(file)).err
    refused = terminal("report", PROCESS, "-o", str(file), "--batch", "PB-1")
    assert "[SL704]" in refused.err


def test_the_handover_names_exactly_the_conforming_units(terminal: Terminal) -> None:
    """S-31: never a nonconforming one."""
    data = terminal.asked("handover", PROCESS)

    assert "08.20.01" == data["activity"]
    assert 19 == len(data["serials"])
    assert "SN-033" not in data["serials"]
