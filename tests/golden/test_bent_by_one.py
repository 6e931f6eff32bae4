"""Ways by which one person alone bent a count or an answer, and honest work that was refused.

The neighbours of the ways around the bar and the gate: found by trying, each by its rule.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.golden.hinge import GOOD, HEADER, PLAN, UNITS, Hinge, with_id

REPLACING = PLAN.replace("max_rejects = 1", 'max_rejects = 0\nmissing_units = "replace"')
LINE = ("--batch", "B1", "--method", "line")


def holds_together(shop: Hinge, process: str = "hinge") -> None:
    """Check that the ledger proves itself, and that every decision replays to the same."""
    shop.did("verify")
    shop.did("replay", process)


# --- counting -----------------------------------------------------------------------------------


def test_a_retest_before_the_first_result_is_none(tmp_path: Path) -> None:
    """S-23, S-28: the first valid result counts, and no good one is picked after a bad one."""
    shop = Hinge.opened(tmp_path)
    shop.did("record", "S-1", *LINE, by="ines")

    error = shop.refused("SL306", "record", "S-1", "gap=0.55", *LINE, "--retest", by="ines")

    assert "has no first result of gap yet" in error["what"]


def test_a_unit_too_many_does_not_make_up_for_one_that_does_not_count(tmp_path: Path) -> None:
    """G5, S-18: a replaced unit that counts again leaves a surplus one, and no spare."""
    shop = Hinge.opened(tmp_path, REPLACING)
    shop.did("record", "S-1", *LINE, by="ines")
    shop.record("S-9", more=("--replaces", "S-1", "--reason", "not measured yet"))
    shop.record("S-1")
    shop.record("S-3", "gap=0.55", method="bench")
    for number in (2, 4, 5, 6, 7, 8):
        shop.record(f"S-{number}")
    shop.did("close", "B1", by="ines")

    says = shop.refused_sign()["representative-units"]

    assert says.startswith("7/8 planned units count; 8 units count in all")


def test_a_replacement_of_a_replacement_fills_one_place(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path, REPLACING)
    shop.record("S-1", method="bench")
    shop.record("S-9", method="bench", more=("--replaces", "S-1", "--reason", "bench built"))
    shop.record("S-10", more=("--replaces", "S-9", "--reason", "bench built"))
    for number in range(2, UNITS + 1):
        shop.record(f"S-{number}")
    shop.did("close", "B1", by="ines")

    shop.sign()

    assert "8/8 planned units count" in shop.rules()["representative-units"]["says"]


@pytest.mark.parametrize("dash", ["\N{MINUS SIGN}", "\N{FRACTION SLASH}", "|", "+", "~"])
def test_whatever_separates_the_parts_of_a_serial_is_a_separator(tmp_path: Path, dash: str) -> None:
    shop = Hinge.opened(tmp_path)
    shop.record("S-8")

    shop.refused("SL313", "record", f"S{dash}8", *GOOD, *LINE, by="ines")


def test_rejects_are_reported_from_units_that_fail_in_a_lower_grade(tmp_path: Path) -> None:
    """S-33: x of n, and what x leaves out."""
    lenient = PLAN.replace("max_rejects = 1", 'max_rejects = 1\nreject_from = "major"')
    shop = Hinge.opened(tmp_path, lenient)
    for number in range(1, UNITS + 1):
        shop.record(f"B1-{number}", more=("--defect", "CHIP") if number < 4 else ())

    says = shop.rules()["rejects-within-ac"]["says"]

    expected = "0/8 nonconforming in a grade that counts, major and up; 3/8 in any grade (CHIP 3)"
    assert says.startswith(expected)
    assert "nonconforming" == shop.asked("status", "--batch", "B1")["units"][0]["result"]


def test_no_time_of_a_long_sheet_lies_in_the_future(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    now = shop.clock.now()
    far = (now + timedelta(days=400)).isoformat()
    head = "unit_serial,build_method,characteristic_id,value,observed_at"
    rows = f"S-1,line,gap,0.24,{now.isoformat()}\nS-1,line,glaze,pass,{far}\n"
    shop.write("long.csv", f"{head}\n{rows}")

    error = shop.refused("SL104", "import", "long.csv", "--batch", "B1", by="ines")

    assert ["observed_at"] == [row["column"] for row in error["rows"]]


def test_a_scrapped_unit_stays_scrapped(tmp_path: Path) -> None:
    """S-31: one engineer does not take a unit out of the bin."""
    shop = Hinge.opened(tmp_path)
    shop.build()
    shop.did("dispose", "B1-3", "scrap", "--batch", "B1", "--reason", "dropped", by="max")
    shop.did("dispose", "B1-3", "use-as-is", "--batch", "B1", "--reason", "looks fine", by="max")
    shop.sign()

    assert "B1-3" not in shop.asked("handover", "hinge")["serials"]


def test_an_import_says_which_units_do_not_count(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.write("sheet.csv", f"{HEADER}\nS-1,bench,0.24,pass,pass,6\nS-2,line,0.24,pass,pass,6\n")

    said = shop.did("import", "sheet.csv", "--batch", "B1", by="ines").out

    assert "Unit S-1 does not count: BENCH_BUILT" in said
    assert "Unit S-2 does not" not in said


# --- what is told first -------------------------------------------------------------------------


def test_corrections_that_matter_together_are_all_named(tmp_path: Path) -> None:
    """G20: one is decisive alone, two others only together."""
    shop = Hinge.opened(tmp_path)
    for number in range(1, UNITS):
        fails = {1: ["gap=0.55"], 2: ["gap=0.55"], 3: ["gap=0.55"]}.get(number, [])
        shop.record(f"B1-{number}", *fails)
    for number in (1, 2, 3):
        shop.correct(f"B1-{number}", "gap=0.24", "--remeasured", "with gauge G-2")
    shop.record("B1-8")
    shop.did("close", "B1", by="ines")
    shop.sign()

    says = shop.disclosed()

    assert ["B1-1", "B1-2", "B1-3"] == [
        line.partition("unit ")[2].partition(":")[0]
        for line in says.splitlines()
        if line.startswith("DEPENDS ON")
    ]


def test_another_design_tells_what_ended_with_the_one_before(tmp_path: Path) -> None:
    """G14, G15: another digest begins again, and a reader is told."""
    shop = Hinge.opened(tmp_path)
    shop.build(rejects=2)
    shop.answer()
    shop.did("defect", "attribute", "LEAK", "--origin", "design", "--reason", "the rib", by="max")
    shop.publish(PLAN.replace("60303ae2", "60303ae3").replace('upper = "0.40"', 'upper = "0.60"'))
    shop.change("LID-SEAT")
    shop.open("B2")
    shop.build("B2", rejects=2)
    shop.sign()

    says = shop.disclosed()

    assert "DESIGN APPROVED AGAIN: HP-7 rev B (60303ae22b99) gave way to HP-7 rev B" in says
    assert "attributed to the design before: LEAK" in says
    assert "looser than what its results were judged by: gap LOOSENED" in says


@pytest.mark.parametrize(
    ("old", "new", "reported"),
    [
        ('site = "Lisbon"', 'site = "Lisbon"\nfixture = "JIG-2"', "fixture TIGHTENED"),
        ('tooling_revision = "A"', 'tooling_revision = "B"', "tooling_revision LOOSENED"),
        ("run_max = 500", "run_max = 50000", "run LOOSENED"),
        ("run_max = 500", "run_max = 400", "run TIGHTENED"),
    ],
)
def test_what_the_plan_itself_requires_is_compared_too(
    tmp_path: Path, old: str, new: str, reported: str
) -> None:
    """G15, G17."""
    shop = Hinge.opened(tmp_path)
    shop.build()

    assert reported in shop.publish(PLAN.replace(old, new)).out


def test_a_fixture_that_the_plan_required_is_not_dropped_by_one_person(tmp_path: Path) -> None:
    fixed = PLAN.replace('site = "Lisbon"', 'site = "Lisbon"\nfixture = "JIG-1"')
    shop = Hinge.opened(tmp_path, fixed)
    shop.build(rejects=2)
    shop.answer()
    shop.change("LID-SEAT")

    shop.publish(PLAN)

    error = shop.refused("SL308", "open", "hinge", "--batch", "B2", by="max")
    assert "fixture LOOSENED: JIG-1 -> none specified" in error["why"]


def test_a_process_beside_it_in_doubt_about_its_design_says_so(tmp_path: Path) -> None:
    """G21."""
    shop = Hinge.opened(tmp_path)
    shop.build(rejects=2)
    shop.did("defect", "attribute", "LEAK", "--origin", "design", "--reason", "the rib", by="max")
    shop.publish(with_id(PLAN, "hinge-2"), name="second.toml")
    shop.did("bar", "register", "second.toml", by="max")
    shop.open("C1", process="hinge-2")

    assert "LEAK comes from the design" in shop.disclosed("hinge-2")


def test_orders_from_before_are_named_beside_those_under_the_sign_off(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build()
    shop.sign()
    shop.order(400, "PO-1")
    shop.change("LID-SEAT")
    at_risk = shop.order(400, "PO-1").out
    shop.open("B2")
    shop.build("B2")
    shop.sign()

    assert "It is AT RISK: hinge is LAPSED." in at_risk
    status = shop.did("status", "hinge").out
    assert "nothing ordered; orders from before, or without it: PO-1 (400)" in status


def test_the_next_step_is_one_that_can_be_taken(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build(close=False)
    full = [row["task"] for row in shop.asked("status", "hinge")["tasks"]]
    shop.did("close", "B1", by="ines")
    shop.sign()
    shop.correct("B1-1", "gap=0.55")
    shop.answer()

    lost = [row["task"] for row in shop.asked("status", "hinge")["tasks"]]

    assert ["close the batch"] == full
    assert ["hold the process, or withdraw its sign-off"] == lost


# --- honest work --------------------------------------------------------------------------------


def test_a_hold_that_awaits_something_else_proves_itself(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build()
    words = ("--reason", "no paper", "--awaiting", "the customs paper", "--yes")
    shop.did("hold", "hinge", *words, by="ada")
    shop.sign(by="abe")

    holds_together(shop)


def test_what_time_people_and_cancellations_did_proves_itself(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    for number in range(1, UNITS + 1):
        shop.record(f"B1-{number}", more=("--built-by", "n.new") if number == 1 else ())
    shop.did("close", "B1", by="ines")
    shop.sign()
    shop.order(200, "PO-1")
    shop.did("order", "cancel", "hinge", "PO-1", "--reason", "no fair", by="dan")
    shop.did("person", "enrol", "n.new", "--name", "Nia New", "--role", "engineer", by="olive")
    shop.wait(731)
    shop.change("LID-SEAT")
    shop.open("B2")
    shop.build("B2")
    shop.sign()

    holds_together(shop)
    shop.did("export", "out")
    shop.did("verify", "out")


def test_a_design_origin_of_a_void_nonconformity_is_taken_back_by_two(
    tmp_path: Path,
) -> None:
    """G14: there is a way back from it."""
    shop = Hinge.opened(tmp_path)
    shop.build(rejects=1)
    shop.did("defect", "add", "B1-2", "CHIP", "--batch", "B1", by="ines")
    origin = ("defect", "attribute", "D-2", "--batch", "B1", "--reason", "so it looks")
    shop.did(*origin, "--origin", "design", by="max")
    shop.correct("B1-2", "D-2=void", "--remeasured", "it was dust")

    for by in ("mia", "abe"):
        shop.did(*origin, "--origin", "measurement", by=by)

    shop.answer()
    assert "no-design-nonconformity" not in shop.failing()


def test_a_repeat_that_the_bar_always_asks_for_may_follow_a_hold_that_awaits(
    tmp_path: Path,
) -> None:
    always = PLAN.replace("max_rejects = 1", 'max_rejects = 1\nconfirmation_batch = "always"')
    shop = Hinge.opened(tmp_path, always)
    shop.build()
    words = ("--reason", "no paper", "--awaiting", "the customs paper", "--yes")
    shop.did("hold", "hinge", *words, by="ada")

    shop.open("B2")
    shop.build("B2")
    shop.sign()

    holds_together(shop)


def test_a_setting_is_stated_once(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)

    words = ("--parameter", "ramp:90", "--parameter", "RAMP:150")
    shop.refused("SL109", "record", "S-1", *GOOD, *LINE, *words, by="ines")
