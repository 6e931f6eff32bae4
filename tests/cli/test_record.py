"""`signoff record`."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.samples import UNIT
from tests.cli.shops import CHANGE, at
from tests.cli.terminal import Terminal
from tests.ledgers import TickingClock

LINE = ("--batch", "B1", "--method", "line")


def a_day_later(terminal: Terminal) -> Terminal:
    """Let a day pass, so that there is a past in which something was seen."""
    clock = terminal.clock
    assert isinstance(clock, TickingClock)
    clock.time += timedelta(days=1)
    return terminal


def units(terminal: Terminal) -> dict[str, dict[str, object]]:
    """Give the units of the first batch by serial."""
    found = terminal.asked("status", "--batch", "B1")["units"]
    return {unit["serial"]: unit for unit in found}


def test_a_unit_is_recorded_with_its_readings_in_the_plans_units(tmp_path: Path) -> None:
    """S-13: readings are exact, and compared as such."""
    terminal = at("open", tmp_path)

    terminal.did("record", "U-1", "gap=0.10", *UNIT, *LINE, by="ines")
    terminal.did("record", "U-2", "gap=0.40 mm", *UNIT, *LINE, by="ines")
    terminal.did("record", "U-3", "gap=0.41", *UNIT, *LINE, by="ines")

    found = units(terminal)
    assert ["0.10 mm", "0.40 mm", "0.41 mm"] == [u["readings"]["gap"] for u in found.values()]  # type: ignore[index]
    assert [False, False, True] == [unit["reject"] for unit in found.values()]
    assert ["D-1 LID-SEAT"] == found["U-3"]["nonconformities"]


def test_a_nonconformity_is_graded_by_where_it_is(tmp_path: Path) -> None:
    """S-47."""
    terminal = at("open", tmp_path)

    said = terminal.did(
        "record", "U-1", "gap=0.2", *UNIT, *LINE, "--defect", "LID-SEAT@inside", "--defect",
        "CRACK", by="ines",
    )  # fmt: skip

    assert "D-1 LID-SEAT at inside (minor), D-2 CRACK (critical)" in said.out


def test_everything_about_how_it_was_made_is_kept(tmp_path: Path) -> None:
    """S-02."""
    terminal = a_day_later(at("open", tmp_path))
    terminal.write("note.txt", "the lid is tight\n")
    made = ("--built-by", "k.ward", "--operator-role", "assembler", "--cavity", "2", "--station",
            "ST-3", "--fixture", "JIG-7", "--tooling", "T-1", "--gauge", "FG-2")  # fmt: skip

    terminal.did(
        "record", "U-1", "gap=0.50", *UNIT, *LINE, *made, "--note", "@note.txt", "--observed-at",
        "2026-03-06T10:30:00+01:00", by="ines",
    )  # fmt: skip

    line = terminal.lines()[-1].decode()
    for value in ("k.ward", "assembler", "ST-3", "JIG-7", "FG-2", "the lid is tight"):
        assert f'"{value}"' in line
    assert '"observed_at":"2026-03-06T09:30:00.000000Z"' in line
    found = terminal.asked("status", "mug")["nonconformities"][0]
    assert ("T-1", "2", "ST-3") == (found["tooling"], found["cavity"], found["station"])


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("bench", "BENCH_BUILT"),
        ("3d-print", "PRINTED_3D"),
        ("engineer-assisted", "ENGINEER_ASSISTED"),
    ],
)
def test_only_the_line_counts(tmp_path: Path, method: str, code: str) -> None:
    """S-05, S-11."""
    terminal = at("open", tmp_path)

    terminal.did("record", "U-1", "gap=0.2", *UNIT, "--batch", "B1", "--method", method, by="ines")

    assert [code] == units(terminal)["U-1"]["excluded"]


def test_the_method_is_never_assumed(tmp_path: Path) -> None:
    """S-05."""
    said = at("open", tmp_path)("record", "U-1", "gap=0.2", "--batch", "B1", by="ines")

    assert 2 == said.code
    assert "--method" in said.err


def test_a_blank_is_not_a_pass(tmp_path: Path) -> None:
    """S-06: what was not read is missing, and can be recorded later."""
    terminal = at("open", tmp_path)

    terminal.did("record", "U-1", "gap=0.2", *LINE, by="ines")
    incomplete = units(terminal)["U-1"]["missing"]
    terminal.did("record", "U-1", *UNIT, *LINE, by="ines")

    assert ["finish", "function", "build_minutes"] == incomplete
    assert [] == units(terminal)["U-1"]["missing"]


def test_the_last_missing_unit_lets_the_bar_speak(tmp_path: Path) -> None:
    """S-42: nobody has to stop the run."""
    terminal = at("open", tmp_path)
    for number in range(1, 7):
        gap = "gap=0.50" if number < 4 else "gap=0.2"
        terminal.did("record", f"U-{number}", gap, *UNIT, *LINE, by="ines")

    said = terminal.did("record", "U-7", "gap=0.2", *UNIT, *LINE, by="ines")

    assert "mug HELD on batch B1 by its own bar: 3/7 nonconforming (LID-SEAT 3)" in said.out


def test_the_first_result_counts_and_a_retest_is_kept_beside_it(tmp_path: Path) -> None:
    """S-28, G4."""
    terminal = at("open", tmp_path)
    terminal.did("record", "U-1", "gap=0.50", *UNIT, *LINE, by="ines")

    error = terminal.refused("SL306", "record", "U-1", "gap=0.20", *LINE, by="ines")
    terminal.did("record", "U-1", "gap=0.20", *LINE, "--retest", by="ines")

    assert "record a further measurement with --retest" in error["fix"]
    unit = units(terminal)["U-1"]
    assert (True, 1) == (unit["reject"], unit["retests"])


def test_the_very_same_results_are_nothing_to_record(tmp_path: Path) -> None:
    terminal = at("open", tmp_path)
    line = ("record", "U-1", "gap=0.50", *UNIT, *LINE)
    terminal.did(*line, by="ines")

    said = terminal.did(*line, by="ines")

    assert "Nothing to record.\n" == said.out


@pytest.mark.parametrize(
    ("results", "code"),
    [
        (["gap"], "SL109"),
        (["gap=0.2", "gap=0.3"], "SL109"),
        (["width=0.2"], "SL204"),
        (["gap=0.2", "=1"], "SL204"),
        (["gap=0.251"], "SL103"),
        (["gap=0.2 inch"], "SL103"),
        (["gap=NaN"], "SL103"),
        (["gap=1e400"], "SL103"),
        (["gap=0,2"], "SL103"),
        (["gap="], "SL103"),
        (["finish=ok"], "SL103"),
        (["build_minutes=-1"], "SL103"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_result_that_is_none_is_refused(tmp_path: Path, results: list[str], code: str) -> None:
    """S-13."""
    terminal = at("open", tmp_path)
    before = terminal.events()

    terminal.refused(code, "record", "U-1", *results, *LINE, by="ines")

    assert before == terminal.events()


def test_a_unit_that_cannot_count_may_be_replaced_where_the_bar_says_so(tmp_path: Path) -> None:
    """G5."""
    terminal = at("planned", tmp_path)
    plan = (tmp_path / "plan.toml").read_text("utf-8") + 'missing_units = "replace"\n'
    terminal.write("replacing.toml", plan)
    terminal.did("bar", "register", "replacing.toml", by="egon")
    terminal.did("open", "mug", "--batch", "B1", by="egon")
    terminal.did("record", "U-1", "--batch", "B1", "--method", "bench", "gap=0.2", by="ines")

    stands_in = ("--replaces", "U-1", "--reason", "built on the bench by mistake")
    terminal.did("record", "U-9", "gap=0.2", *UNIT, *LINE, *stands_in, by="ines")

    assert ["BENCH_BUILT", "REPLACED"] == units(terminal)["U-1"]["excluded"]
    assert units(terminal)["U-9"]["counts"]


def test_no_unit_is_replaced_under_a_bar_that_does_not_say_so(tmp_path: Path) -> None:
    """G5: the default."""
    terminal = at("open", tmp_path)
    terminal.did("record", "U-1", "--batch", "B1", "--method", "bench", "gap=0.2", by="ines")

    stands_in = ("--replaces", "U-1", "--reason", "built on the bench by mistake")
    error = terminal.refused("SL305", "record", "U-9", "gap=0.2", *LINE, *stands_in, by="ines")

    assert "its bar was registered with missing_units = reject" == error["why"]


def test_a_reason_without_a_unit_to_replace_means_nothing(tmp_path: Path) -> None:
    terminal = at("open", tmp_path)

    error = terminal.refused("SL109", "record", "U-1", *LINE, "--reason", "why", by="ines")

    assert "--reason goes with --replaces" == error["what"]


@pytest.mark.parametrize(
    "moment", ["yesterday", "2026-03-20", "2026-03-20T09:30:00", "2026-13-01T00:00:00Z"]
)
def test_a_time_needs_its_offset(tmp_path: Path, moment: str) -> None:
    """G10."""
    terminal = at("open", tmp_path)

    terminal.refused("SL108", "record", "U-1", *LINE, "--observed-at", moment, by="ines")


def test_the_lag_between_seeing_and_recording_is_shown(tmp_path: Path) -> None:
    """G10: both times are kept."""
    terminal = a_day_later(at("open", tmp_path))
    seen = ("--observed-at", "2026-03-06T09:30:00Z")

    terminal.did("record", "U-1", "gap=0.2", *UNIT, *LINE, *seen, by="ines")

    assert "(seen 2026-03-06 09:30)" in terminal.did("history", "--limit", "1").out


def test_nothing_was_seen_that_is_yet_to_come(tmp_path: Path) -> None:
    """G10: a claimed time is no later than the ledger's clock, but for five minutes."""
    terminal = at("open", tmp_path)
    line = ("record", "U-1", "gap=0.2", *UNIT, *LINE, "--observed-at")
    before = terminal.events()

    error = terminal.refused("SL310", *line, "2026-03-06T08:06:00Z", by="ines")
    unchanged = terminal.events()
    terminal.did(*line, "2026-03-06T08:04:59Z", by="ines")

    assert "a result is dated 2026-03-06 08:06:00Z, which is yet to come" == error["what"]
    assert before == unchanged


def test_what_was_seen_before_the_batch_was_opened_does_not_count(tmp_path: Path) -> None:
    """G18."""
    terminal = at("open", tmp_path)
    seen = ("--observed-at", "2026-03-06T07:59:00Z")

    terminal.did("record", "U-1", "gap=0.2", *UNIT, *LINE, *seen, by="ines")

    assert ["BUILT_BEFORE"] == units(terminal)["U-1"]["excluded"]


def test_a_serial_that_looks_like_another_one_is_refused_unless_it_is_said_to_differ(
    tmp_path: Path,
) -> None:
    """G21, S-28."""
    terminal = at("open", tmp_path)
    terminal.did("record", "U-1", "gap=0.2", *UNIT, *LINE, by="ines")
    alike = ("record", "u-01", "gap=0.2", *UNIT, *LINE)

    error = terminal.refused("SL313", *alike, by="ines")
    terminal.did(*alike, "--distinct-from", "U-1", by="ines")

    assert "--distinct-from" in error["fix"]
    assert ["U-1", "u-01"] == list(units(terminal))


@pytest.mark.parametrize("role", ["engineer", "Toolmaker"])
def test_a_builder_who_is_no_operator_makes_the_unit_engineer_assisted(
    tmp_path: Path, role: str
) -> None:
    """G23."""
    terminal = at("open", tmp_path)

    terminal.did("record", "U-1", "gap=0.2", *UNIT, *LINE, "--operator-role", role, by="ines")
    terminal.did("record", "U-2", "gap=0.2", *UNIT, *LINE, "--operator-role", "Assembler",
                 by="ines")  # fmt: skip
    terminal.did("record", "U-3", "gap=0.2", *UNIT, *LINE, "--built-by", "Egon Engineer", by="ines")

    assert [["ENGINEER_ASSISTED"], [], ["ENGINEER_ASSISTED"]] == [
        unit["excluded"] for unit in units(terminal).values()
    ]


def test_a_setting_that_a_change_requires_is_said_by_the_unit_or_by_the_opening(
    tmp_path: Path,
) -> None:
    """G17."""
    terminal = at("answered", tmp_path)
    terminal.did("change", "mug", *CHANGE, "--parameter", "ramp:150 C/h:90 C/h", by="egon")
    terminal.did("open", "mug", "--batch", "B2", by="egon")
    line = ("gap=0.2", *UNIT, "--batch", "B2", "--method", "line")

    terminal.did("record", "U-1", *line, by="ines")
    terminal.did("record", "U-2", *line, "--parameter", "ramp:150 C/h", by="ines")
    terminal.did("record", "U-3", *line, "--parameter", "ramp:90 C/h", by="ines")

    excluded = [unit["excluded"] for unit in terminal.asked("status", "--batch", "B2")["units"]]
    assert [["OTHER_PARAMETER"], ["OTHER_PARAMETER"], []] == excluded


def test_results_are_never_older_than_the_bar(tmp_path: Path) -> None:
    """S-37."""
    terminal = at("open", tmp_path)
    seen = ("--observed-at", "2025-12-24T09:30:00Z")

    error = terminal.refused("SL310", "record", "U-1", "gap=0.2", *UNIT, *LINE, *seen, by="ines")

    assert "a bar set after results were seen is no bar" in error["why"]


def test_a_full_batch_takes_no_further_unit(tmp_path: Path) -> None:
    """S-18."""
    error = at("built", tmp_path).refused("SL305", "record", "U-9", "gap=0.2", *LINE, by="ines")

    assert "the batch size is part of the bar" in error["why"]


def test_a_closed_batch_takes_no_result(tmp_path: Path) -> None:
    error = at("held", tmp_path).refused("SL305", "record", "B1-9", "gap=0.2", *LINE, by="ines")

    assert "batch B1 is closed and takes no more results" == error["what"]
