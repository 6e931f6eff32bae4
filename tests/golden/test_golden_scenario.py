"""The golden scenario: the lid that did not seat, and every number of it that is not a statistic.

The same story is played twice: by `signoff demo --keep`, and step by step through the command
lines themselves. The numbers come from the answers that machines get.
"""

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from signoff_cli.demo_story import STEPS, Step
from tests.agreement import assert_counted
from tests.cli.terminal import Said, Terminal
from tests.golden.story import PLAN, PROCESS, at_day, give, goes, laid_out, play_until, sheet
from tests.ledgers import check_ledger, topic

WEEK_S = 7 * 86_400


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A terminal in the folder that the demo leaves."""
    folder = tmp_path_factory.mktemp("demo")
    said = Terminal(folder).did("demo", "--keep", "story")
    (folder / "transcript").write_text(said.out, "utf-8")
    return Terminal(folder / "story")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Terminal, list[tuple[Step, Said]]]:
    """The story step by step, with what each step came to."""
    terminal = laid_out(tmp_path_factory.mktemp("steps"))
    return terminal, [(step, give(terminal, step)) for step in STEPS]


def rules_of(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the rules of an answer by name."""
    return {rule["rule"]: rule for rule in data["rules"]}


def but_for_the_key(lines: list[bytes]) -> list[bytes]:
    """Leave out the log's key, which is another one every time, and the hashes over it."""
    key = re.compile(rb'"(log_key|prev|root)":"[^"]+"')
    return [key.sub(rb'"\1":""', line) for line in lines]


def but_for_the_root(transcript: str) -> str:
    """Leave out what follows from the log's key: its origin, and every root and signature."""
    return re.sub(r"[0-9a-f]{64}|signoff/stoke/[0-9a-f]{8}.*|[A-Za-z0-9+/]{43,}=+", "", transcript)


# --- the story as a whole -------------------------------------------------------------------------


def test_step_by_step_it_is_the_very_same_ledger(
    kept: Terminal, played: tuple[Terminal, list[tuple[Step, Said]]]
) -> None:
    """Same clock, same ids, same words: the same lines, byte for byte."""
    terminal, answers = played

    assert but_for_the_key(kept.lines()) == but_for_the_key(terminal.lines())
    assert 85 == check_ledger(terminal.ledger)
    assert len(STEPS) == len(answers)


def test_a_second_count_of_the_lines_comes_to_the_same(kept: Terminal) -> None:
    """S-33, S-45: units, rejects, modes, attempts and the order gate, counted without our code."""
    assert_counted(kept.ledger)


def test_three_steps_are_refused_and_all_others_succeed(
    played: tuple[Terminal, list[tuple[Step, Said]]],
) -> None:
    _, answers = played

    refused = [" ".join(step.args[:4]) for step, said in answers if said.code]
    assert ["order commit kiln-lid 1000", "check kiln-lid", "order commit kiln-lid 1001"] == refused
    assert {3} == {said.code for _, said in answers if said.code}


def test_the_transcript_is_the_same_twice(kept: Terminal, tmp_path: Path) -> None:
    said = Terminal(tmp_path).did("demo", "--keep", "story")

    first = (kept.folder.parent / "transcript").read_text("utf-8")
    assert but_for_the_root(first) == but_for_the_root(said.out)
    again = Terminal(tmp_path / "story").lines()
    assert but_for_the_key(kept.lines()) == but_for_the_key(again)


def test_the_demo_leaves_its_ledger_its_plan_and_its_sheets(kept: Terminal) -> None:
    assert PLAN == (kept.folder / "plan.toml").read_text("utf-8")
    assert [sheet(1), sheet(2)] == [
        (kept.folder / f"batch-{number}.csv").read_text("utf-8") for number in (1, 2)
    ]
    assert kept.ledger.is_file()
    kept.refused("SL704", "demo", "--keep", str(kept.folder))


# --- the bar --------------------------------------------------------------------------------------


def test_the_bar_is_one_of_twenty_and_stood_before_the_first_unit(kept: Terminal) -> None:
    """S-26, S-54: n = 20, Ac = 1, Re = 2."""
    data = kept.asked("why", PROCESS, "--batch", "PB-1")

    (bar,) = data["bars"]
    assert (20, 1, "2026-03-02T08:50:00.000000Z") == (
        bar["units"],
        bar["max_rejects"],
        bar["registered_at"],
    )
    assert {"ac": 1, "re": 2} == {
        name: rules_of(data)["rejects-within-ac"]["numbers"][name] for name in ("ac", "re")
    }
    kinds = [topic(line) for line in kept.lines()]
    assert bar["position"] == 1 + kinds.index("bar-registered")
    assert kinds.index("bar-registered") < kinds.index("unit-inspected")


# --- batch 1 --------------------------------------------------------------------------------------


def test_batch_1_has_five_rejects_of_twenty(kept: Terminal) -> None:
    """S-45: 5/20, LID-SEAT 3, GLAZE-PINHOLE 2; here each reject has one nonconformity."""
    batch = kept.asked("why", PROCESS)["batches"][0]
    view = kept.asked("status", PROCESS)["batches"][0]

    assert ("PB-1", 1, 20, 20, 5, 5) == tuple(
        batch[name]
        for name in ("batch", "attempt", "planned", "units", "rejects", "nonconformities")
    )
    assert (20, 20, 5, 5, 0, 0) == tuple(
        view[name]
        for name in ("planned", "units", "rejects", "nonconformities", "excluded", "incomplete")
    )
    modes = kept.asked("why", PROCESS)["modes"]
    assert ("3/20", "2/20") == (modes["LID-SEAT"]["PB-1"], modes["GLAZE-PINHOLE"]["PB-1"])


def test_batch_1_took_eleven_minutes_a_unit_against_four_on_the_bench(kept: Terminal) -> None:
    """S-15: 660 s and 240 s stand beside each other and are never averaged; ratio 2.75."""
    data = kept.asked("why", PROCESS, "--batch", "PB-1")

    assert {"timed": 20, "median_s": "660", "reference_s": 240, "ratio": "2.75"} == (
        data["batches"][0]["build_time"]
    )
    numbers = rules_of(data)["build-time"]["numbers"]
    assert (660, 240, 275) == tuple(
        numbers[name] for name in ("median_s", "reference_s", "ratio_hundredths")
    )


def test_the_bar_holds_batch_1_by_itself_and_says_why(kept: Terminal) -> None:
    """S-42: both modes and the build time are named; nobody had to act."""
    data = kept.asked("why", PROCESS, "--batch", "PB-1")

    assert ("HELD", True, "the registered bar") == (
        data["outcome"],
        data["decision"]["automatic"],
        data["decision"]["printed_name"],
    )
    for part in (
        "5/20 nonconforming (LID-SEAT 3, GLAZE-PINHOLE 2)",
        "at most 1 of 20",
        "median 11 min",
        "2.75 times the reference of 4 min",
    ):
        assert part in data["decision"]["reason"]
    assert {"LID-SEAT": 3, "GLAZE-PINHOLE": 2} == rules_of(data)["rejects-within-ac"]["counts"]


def test_the_build_time_was_reported_and_not_judged(kept: Terminal) -> None:
    """S-38, G3: the story has no limit on it."""
    rule = rules_of(kept.asked("why", PROCESS, "--batch", "PB-1"))["build-time"]

    assert rule["holds"]
    assert "no limit was registered, so it is reported and not judged" in rule["says"]


def test_an_order_before_the_sign_off_was_refused_and_is_on_record(
    played: tuple[Terminal, list[tuple[Step, Said]]],
) -> None:
    """S-04, S-43, G13."""
    terminal, answers = played

    said = next(said for step, said in answers if step.args[:2] == ("order", "commit"))
    row = next(row for row in terminal.asked("history") if "refused" in row["type"])

    assert 3 == said.code
    assert "[SL302]" in said.err
    assert ("dan", 16) == (row["person"], row["position"])
    assert "the approval T-12 is of the tooling SOT-LID, not of the process" in row["sentence"]


# --- between the batches --------------------------------------------------------------------------


def test_three_changes_were_made_and_none_touched_the_design(kept: Terminal) -> None:
    """S-49, S-50, S-51, S-52."""
    changes = [
        json.loads(line)["data"] for line in kept.lines() if topic(line) == "process-change-applied"
    ]

    assert [["LID-SEAT"], ["GLAZE-PINHOLE"], ["build_minutes"]] == [c["addresses"] for c in changes]
    assert [False, False, False] == [change["touches_design"] for change in changes]
    assert ("ramp", "150 C/h", "90 C/h") == tuple(
        changes[1][n] for n in ("parameter", "old", "new")
    )
    assert "JIG-7" == changes[2]["fixture"]
    assert [2, 3, 4] == [change["process_revision"] for change in changes]


def test_dissent_is_kept_and_changed_nothing(kept: Terminal) -> None:
    """S-53."""
    remarks = [b for b in kept.asked("why", PROCESS)["context"] if "remark" in b["type"]]

    words = "Dissent on kiln-lid: I would have ordered last week; this costs us seven days."
    assert [("dan", words)] == [(b["by"], b["says"]) for b in remarks]


# --- batch 2 --------------------------------------------------------------------------------------


def test_batch_2_has_one_reject_of_twenty_and_is_signed_off(kept: Terminal) -> None:
    """S-54, S-55: the number agreed in advance."""
    data = kept.asked("why", PROCESS)

    batch = data["batches"][1]
    assert ("PB-2", 2, 20, 1, 1) == tuple(
        batch[name] for name in ("batch", "attempt", "units", "rejects", "nonconformities")
    )
    assert {"timed": 20, "median_s": "360", "reference_s": 240, "ratio": "1.50"} == (
        batch["build_time"]
    )
    assert ("SIGNED_OFF", "PB-2", "Ada Mercer") == (
        data["outcome"],
        data["batch"],
        data["decision"]["printed_name"],
    )
    assert all(rule["holds"] for rule in data["rules"])
    modes = {mode: counts["PB-2"] for mode, counts in data["modes"].items()}
    assert {"GLAZE-PINHOLE": "0/20", "HANDLING-CHIP": "1/20", "LID-SEAT": "0/20"} == modes
    assert [] == data["recurrences"]


def test_the_jig_took_the_build_time_from_eleven_to_six_minutes(kept: Terminal) -> None:
    """S-15, S-51: -45.5 %, and 5 minutes on each of 1,000 units are 83.3 hours."""
    data = kept.asked("why", PROCESS)
    change = data["figures"]["build_time"]["change"]

    assert ("PB-1", "660", "-0.454545", "-83.3333", 1_000) == tuple(
        change[name] for name in ("batch", "median_s", "change", "hours", "run")
    )
    words = "it was 11 min in batch PB-1 (-45.5 %), which makes 83.3 hours less over a run of 1,000"
    assert words in " ".join(data["says"]["rule"])
    assert words in kept.did("report", PROCESS, "--format", "md").out


def test_the_hold_lasted_seven_days(kept: Terminal) -> None:
    """S-57."""
    assert WEEK_S == 604_800 == kept.asked("why", PROCESS)["held_for_s"]
    assert "It was held for 7 days before that." in kept.did("why", PROCESS).out


def test_nineteen_conforming_units_go_on_and_the_other_one_does_not(kept: Terminal) -> None:
    """S-31."""
    handover = kept.asked("why", PROCESS)["handover"]

    assert "08.20.01" == handover["activity"]
    assert [f"SN-{n:03}" for n in range(21, 41) if n != 33] == handover["serials"]
    assert 19 == len(handover["serials"])


def test_the_decision_names_the_bar_the_plan_and_the_design_by_their_hashes(
    kept: Terminal,
) -> None:
    """S-03: what was registered is what was decided on."""
    data = kept.asked("why", PROCESS)

    recorded = {topic(line): json.loads(line)["data"] for line in kept.lines()}
    plan = recorded["inspection-plan-published"]["plan"]
    bar = recorded["bar-registered"]["bar"]
    decision = data["decision"]
    assert _digest(plan) == decision["plan_sha256"]
    assert _digest(bar) == decision["bar_sha256"] == data["bars"][0]["sha256"]
    assert (
        "5c1f0e6c2c0f4f8f0a8d7b51c5b2c1d2f2b1b8f4a4c0d9e7e6a3b5c7d9f1a3b5"
        == (decision["design"]["sha256"])
    )


def _digest(value: object) -> str:
    """Digest a value as canonical JSON, without the code that recorded it."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def test_what_was_signed_is_the_process_its_tooling_and_the_run(kept: Terminal) -> None:
    """S-08."""
    decision = kept.asked("why", PROCESS)["decision"]

    assert (4, "SOT-LID", "A", 500, 1_000) == tuple(
        decision[name]
        for name in ("process_revision", "tooling", "tooling_revision", "run_min", "run_max")
    )


def test_the_sign_off_says_what_it_does_not_show(kept: Terminal) -> None:
    """S-36."""
    says = kept.asked("why", PROCESS)["does_not_show"]

    assert "that the design is right" in says
    assert "that a customer wants to buy it" in says


def test_the_run_is_500_to_1000_and_no_unit_more_or_less(tmp_path: Path) -> None:
    """S-08: 1,001 refused, 499 refused, 1,000 accepted."""
    terminal = play_until(tmp_path, goes("order", "commit", PROCESS, "1001"))
    order = ("order", "commit", PROCESS)

    for quantity in ("1001", "499"):
        error = terminal.refused("SL302", *order, quantity, "--reference", "PO", by="dan")
        assert f"{quantity} is outside the signed run of 500 to 1000" == error["why"]
        assert error["position"] == terminal.events()
    terminal.did(*order, "1000", "--reference", "PO", by="dan")

    assert 1_000 == terminal.asked("status", PROCESS)["ordered"]


def test_every_decision_replays_to_the_same_verdict(kept: Terminal) -> None:
    data = kept.asked("replay", PROCESS)

    assert [("HELD", True), ("SIGNED_OFF", True)] == [
        (decision["outcome"], decision["same"]) for decision in data["decisions"]
    ]


def test_what_was_missing_before_the_sign_off_was_named(tmp_path: Path) -> None:
    """S-40, G2: one reject within the bar, without a cause on record."""
    terminal = play_until(tmp_path, goes("check"))

    said = terminal("check", PROCESS, "--json")

    assert 3 == said.code
    missing = [rule["rule"] for rule in said.data["rules"] if not rule["holds"]]
    assert ["nonconformities-closed", "no-design-nonconformity"] == missing


# --- where the bar stands -------------------------------------------------------------------------


def with_rejects(count: int) -> str:
    """Make a sheet of twenty units, so many of them with a lid that does not seat."""
    lines = sheet(2).replace("HANDLING-CHIP@rim", "").replace("SN-0", "SN-1").splitlines()
    bad = [line.replace(line.split(",")[4], "0.50", 1) for line in lines[1 : 1 + count]]
    return "\n".join([lines[0], *bad, *lines[1 + count :], ""])


@pytest.mark.parametrize(
    ("ac", "rejects", "clears"),
    [
        (1, 0, True),
        (1, 1, True),
        (1, 2, False),
        (0, 0, True),
        (0, 1, False),
        (2, 1, True),
        (4, 5, False),
        (5, 5, True),
    ],
)
def test_the_bar_is_inclusive(tmp_path: Path, ac: int, rejects: int, clears: bool) -> None:
    """S-54: Ac passes, Re = Ac + 1 does not; under any bar that was set in advance."""
    plan = PLAN.replace("max_rejects = 1", f"max_rejects = {ac}")
    terminal = play_until(tmp_path, goes("import"), plan)
    terminal.write("sheet.csv", with_rejects(rejects))
    at_day(terminal, 0, 7)

    terminal.did("import", "sheet.csv", "--batch", "PB-1", by="d.hart")
    terminal.did("close", "PB-1", by="d.hart")

    data = terminal("check", PROCESS, "--json").data
    rule = rules_of(data)["rejects-within-ac"]
    assert (clears, rejects, 20) == (
        rule["holds"],
        rule["numbers"]["rejects"],
        rule["numbers"]["units"],
    )
    standing = terminal.asked("status", PROCESS)["standing"]
    assert ("NOT_DECIDED" if clears else "HELD") == standing


def test_a_unit_with_two_modes_is_one_reject_and_two_nonconformities(tmp_path: Path) -> None:
    """S-45: units and nonconformities are counted apart."""
    terminal = play_until(tmp_path, goes("import"))
    both = sheet(1).replace("SN-005,line,1,k.ward,0.28,fail", "SN-005,line,1,k.ward,0.48,fail")
    assert sheet(1) != both
    terminal.write("sheet.csv", both)

    terminal.did("import", "sheet.csv", "--batch", "PB-1", by="d.hart")

    data = terminal.asked("why", PROCESS)
    assert (5, 6, 20) == tuple(
        data["batches"][0][name] for name in ("rejects", "nonconformities", "units")
    )
    assert {"LID-SEAT": 4, "GLAZE-PINHOLE": 2} == rules_of(data)["rejects-within-ac"]["counts"]


def test_nineteen_off_the_line_and_one_from_the_bench_are_nineteen(tmp_path: Path) -> None:
    """S-05: the batch is incomplete, never 20."""
    terminal = play_until(tmp_path, goes("import"))
    bench = sheet(2).replace("SN-021,line", "SN-021,bench")
    terminal.write("sheet.csv", bench)
    terminal.did("import", "sheet.csv", "--batch", "PB-1", by="d.hart")

    before = terminal.asked("status", PROCESS)["batches"][0]
    terminal.did("close", "PB-1", by="d.hart")

    assert (19, 1, 20) == tuple(before[name] for name in ("units", "excluded", "planned"))
    rule = rules_of(terminal.asked("why", PROCESS))["representative-units"]
    assert not rule["holds"]
    assert {"BENCH_BUILT": 1} == rule["counts"]


def test_the_story_needs_no_ledger_but_its_own(tmp_path: Path) -> None:
    terminal = laid_out(tmp_path)

    terminal.refused("SL205", "why", PROCESS)
