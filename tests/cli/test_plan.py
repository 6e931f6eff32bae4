"""`signoff plan`."""

from pathlib import Path

import pytest

from tests.cli.shops import at
from tests.ledgers import PLAN


def test_the_first_plan_defines_the_process(tmp_path: Path) -> None:
    said = at("begun", tmp_path).did("plan", "publish", "plan.toml", by="egon")

    assert "Process mug defined" in said.out
    assert "mug builds DRW-1 rev B, approved under DS-1" in said.out
    assert "Inspection plan 1 of mug published: 4 characteristics" in said.out


def test_the_same_plan_again_is_nothing_to_record(tmp_path: Path) -> None:
    terminal = at("planned", tmp_path)
    before = terminal.events()

    said = terminal.did("plan", "publish", "plan.toml", by="egon")

    assert "Nothing to record.\n" == said.out
    assert before == terminal.events()


def test_another_plan_needs_a_reason(tmp_path: Path) -> None:
    terminal = at("planned", tmp_path)
    terminal.write("other.toml", PLAN.replace('upper = "0.40"', 'upper = "0.35"'))

    terminal.refused("SL109", "plan", "publish", "other.toml", by="egon")
    said = terminal.did("plan", "publish", "other.toml", "--reason", "it rattled", by="egon")

    assert "Inspection plan 2 of mug published: 4 characteristics, because: it rattled" in said.out


def test_the_plan_of_an_open_batch_is_frozen(tmp_path: Path) -> None:
    """S-03."""
    terminal = at("open", tmp_path)
    terminal.write("other.toml", PLAN.replace('upper = "0.40"', 'upper = "0.35"'))

    error = terminal.refused("SL311", "plan", "publish", "other.toml", "--reason", "x", by="egon")

    assert "batch B1 is open and its plan is frozen" == error["why"]


def test_another_plan_ends_a_sign_off(tmp_path: Path) -> None:
    """G12."""
    terminal = at("signed", tmp_path)
    terminal.write("other.toml", PLAN.replace('upper = "0.40"', 'upper = "0.35"'))

    terminal.did("plan", "publish", "other.toml", "--reason", "it rattled", by="egon")

    assert "LAPSED" == terminal.asked("status", "mug")["standing"]


def test_a_family_left_out_says_why(tmp_path: Path) -> None:
    """S-06."""
    terminal = at("begun", tmp_path)
    start, end = (
        PLAN.index('[[characteristic]]\nid = "finish"'),
        PLAN.index('[[characteristic]]\nid = "function"'),
    )
    without = PLAN[:start] + PLAN[end:]
    waived = without.replace(
        "[bar]", '[[not_applicable]]\nfamily = "finish"\nreason = "never seen"\n\n[bar]'
    )
    terminal.write("without.toml", without)
    terminal.write("waived.toml", waived)

    error = terminal.refused("SL102", "plan", "publish", "without.toml", by="egon")
    said = terminal.did("plan", "publish", "waived.toml", by="egon")

    assert "no characteristic checks finish" in error["why"]
    assert "finish is not applicable: never seen" in said.out


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('format = "signoff.plan/1"', "", 'its first line must be  format = "signoff.plan/1"'),
        ('upper = "0.40"', 'upper = "0.05"', "lower limit 0.10 is above the upper limit 0.05"),
        ('upper = "0.40"', 'upper = "NaN"', "characteristic"),
        ('upper = "0.40"', "upper = 1e400", "is outside the range that can be recorded"),
        ("max_rejects = 1", "max_rejects = 7", "can never be exceeded"),
        ("run_max = 100", "run_max = 10", "run_min 50 is above run_max 10"),
        ('id = "mug"', 'id = "m ug"', "must be 1 to 64 of"),
        ('name = "A mug', 'colour = "red"\nname = "A mug', "process.colour"),
        ('name = "A mug with a lid"', 'name = "A \\u001b[2Jmug"', "U+001B"),
        ("[bar]", "[bor]", "there is no such table"),
        ("[process.design]", "[process.drawing]", "document"),
        ("units = 7", "units = ", "line"),
    ],
    ids=lambda value: value[:24],
)
def test_a_plan_that_is_not_valid_says_where(tmp_path: Path, old: str, new: str, says: str) -> None:
    terminal = at("begun", tmp_path)
    assert 1 == PLAN.count(old)
    terminal.write("bad.toml", PLAN.replace(old, new))
    before = terminal.events()

    said = terminal("--json", "plan", "publish", "bad.toml", by="egon")

    assert 2 == said.code
    assert says in said.error["what"] + said.error["why"]
    assert "\x1b" not in said.err
    assert before == terminal.events()


def test_a_plan_may_be_piped_in(tmp_path: Path) -> None:
    terminal = at("begun", tmp_path)

    terminal.did("plan", "publish", "-", by="egon", stdin=b"\xef\xbb\xbf" + PLAN.encode())

    assert "mug" == terminal.asked("status")["processes"][0]["process"]
