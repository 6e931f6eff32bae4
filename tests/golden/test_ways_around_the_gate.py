"""Ways around the decision: who decides how often, on which units of whose making (G5, G19 to G27).

Each test is named after the rule of the domain that closes its way, or shows it where it must be:
what two people who agree can still do is told in the first lines of `why` and on the certificate.
The other ways are in `test_ways_around_the_bar`.
"""

import json
from pathlib import Path

import pytest

from tests.golden.hinge import GOOD, PLAN, UNITS, Hinge, with_id

REPLACING = PLAN.replace("max_rejects = 1", 'max_rejects = 1\nmissing_units = "replace"')


# --- G19: holding again, withdrawing, signing again ---------------------------------------------


def test_g19_a_batch_that_was_held_is_not_signed_again(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build()
    shop.did("hold", "hinge", "--reason", "two plates rattle", "--yes", by="ada")

    says = shop.refused_sign()

    assert {"not-decided-before"} == {*says}
    assert "held by Ada Mercer: two plates rattle" in says["not-decided-before"]


def test_g19_a_batch_whose_sign_off_was_withdrawn_is_not_signed_again(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build()
    shop.sign()
    shop.did("withdraw", "hinge", "--reason", "a doubt", "--yes", by="ada")

    assert {"not-decided-before"} == {*shop.refused_sign(by="abe")}


def test_g19_a_hold_on_an_empty_batch_ends_the_sign_off_on_the_one_before(tmp_path: Path) -> None:
    allow = PLAN.replace("max_rejects = 1", 'max_rejects = 1\nrepeat_without_change = "allow"')
    shop = Hinge.opened(tmp_path, allow)
    shop.build()
    shop.sign()
    shop.open("B2")
    shop.did("hold", "hinge", "--reason", "two plates rattle", "--yes", by="abe")
    shop.did("close", "B2", by="ines")

    assert {"not-decided-before"} == {*shop.refused_sign()}


def test_g19_a_hold_that_awaits_something_else_leaves_the_batch_and_is_shown(
    tmp_path: Path,
) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build()
    awaited = ("--reason", "no paper yet", "--awaiting", "the customs paper", "--yes")
    shop.did("hold", "hinge", *awaited, by="ada")

    shop.sign(by="abe")

    says = shop.disclosed()
    assert "DECIDED BEFORE: HELD on batch B1 by Ada Mercer" in says
    assert "no paper yet; it awaited the customs paper" in says


def test_g19_every_earlier_decision_is_in_the_first_lines(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build(rejects=2)
    shop.answer()
    shop.change("LID-SEAT")
    shop.open("B2")
    shop.build("B2")
    shop.sign()
    shop.did("withdraw", "hinge", "--reason", "a doubt", "--yes", by="ada")
    shop.change("LID-SEAT")
    shop.open("B3")
    shop.build("B3")
    shop.sign()

    says = shop.disclosed()

    assert "HELD on batch B1 by the registered bar" in says
    assert "SIGNED OFF on batch B2 by Ada Mercer" in says
    assert "the sign-off on batch B2 was WITHDRAWN" in says


def test_g19_an_unsupported_sign_off_is_not_signed_over(tmp_path: Path) -> None:
    """G11: somebody holds or withdraws it first."""
    shop = Hinge.opened(tmp_path)
    shop.build()
    shop.sign()
    shop.correct("B1-1", "gap=0.55")
    shop.answer()

    shop.refused("SL309", "sign", "hinge", "--yes", by="abe")


# --- G20: corrections that matter ---------------------------------------------------------------


def test_g20_a_mode_that_follows_from_a_reading_is_not_renamed(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.record("S-1", "gap=0.55")

    asked = ("correct", "S-1", "D-1=CHIP", "--batch", "B1", "--reason", "looks so")
    plain = shop.refused("SL109", *asked, by="ines")
    again = shop.refused("SL109", *asked, "--remeasured", "looked again", by="ines")

    assert "follows from its reading of gap" in plain["what"]
    assert plain == again


def test_g20_a_sign_off_after_a_reject_was_measured_away_depends_on_it(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    for number in range(1, UNITS):
        shop.record(f"B1-{number}", *(["gap=0.55"] if number < 3 else []))
    shop.correct("B1-1", "gap=0.24", "--remeasured", "with gauge G-2")
    shop.record("B1-8")
    shop.answer()
    shop.did("close", "B1", by="ines")
    shop.sign()

    says = shop.disclosed()

    assert "DEPENDS ON: correction 1 of batch B1, unit B1-1: gap 0.55 mm -> 0.24 mm" in says
    assert "by ines and ivo, measured again: with gauge G-2" in says


def test_g20_a_correction_that_changes_no_verdict_is_not_in_the_first_lines(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build()
    shop.correct("B1-1", "gap=0.25")
    shop.sign()

    assert "DEPENDS ON" not in shop.disclosed()


def test_g20_a_nonconformity_renamed_by_correction_still_counts_as_a_recurrence_in_the_first_lines(
    tmp_path: Path,
) -> None:
    shop = Hinge.opened(tmp_path)
    for number in range(1, UNITS + 1):
        chipped = ("--defect", "CHIP") if number < 3 else ()
        shop.record(f"B1-{number}", more=chipped)
    shop.did("close", "B1", by="ines")
    shop.answer("CHIP")
    shop.change("CHIP")
    shop.open("B2")
    for number in range(1, UNITS + 1):
        shop.record(f"B2-{number}", batch="B2", more=("--defect", "CHIP") if number == 1 else ())
    shop.did("close", "B2", by="ines")
    shop.correct("B2-1", "D-1=OTHER", batch="B2")
    shop.answer("OTHER", "B2")
    shop.sign()

    assert "DEPENDS ON: correction 1 of batch B2, unit B2-1: D-1 CHIP -> OTHER" in shop.disclosed()


def test_g20_a_reject_made_a_bench_unit_by_correction_is_not_replaced(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path, REPLACING)
    shop.record("S-1", "gap=0.55")
    shop.correct("S-1", "method=bench", "--remeasured", "asked the builder")

    more = ("--replaces", "S-1", "--reason", "bench built")
    words = ("record", "S-9", *GOOD, "--batch", "B1", "--method", "line", *more)
    error = shop.refused("SL305", *words, by="ines")

    assert "it shows a nonconformity, which would go with it" in error["why"]


# --- G5, at the decision ------------------------------------------------------------------------


def test_g5_a_replaced_unit_that_fails_later_counts_again(tmp_path: Path) -> None:
    bar = REPLACING.replace("max_rejects = 1", "max_rejects = 0")
    shop = Hinge.opened(tmp_path, bar)
    shop.did("record", "S-1", "--batch", "B1", "--method", "line", by="ines")
    shop.record("S-9", more=("--replaces", "S-1", "--reason", "not measured yet"))
    replaced = shop.counts()
    shop.record("S-1", "gap=0.55", "glaze=fail", "seal=fail")
    for number in range(2, UNITS + 1):
        shop.record(f"S-{number}")
    shop.did("close", "B1", by="ines")

    assert "REPLACED" == replaced["S-1"]
    assert "yes" == shop.counts()["S-1"]
    assert "1/9 nonconforming" in shop.refused_sign()["rejects-within-ac"]


def test_g5_a_replaced_bench_unit_that_turns_out_a_failing_line_unit_counts_again(
    tmp_path: Path,
) -> None:
    bar = REPLACING.replace("max_rejects = 1", "max_rejects = 0")
    shop = Hinge.opened(tmp_path, bar)
    shop.record("S-1", method="bench")
    shop.record("S-9", more=("--replaces", "S-1", "--reason", "bench built"))
    shop.correct("S-1", "gap=0.90")
    shop.correct("S-1", "method=line")
    for number in range(2, UNITS + 1):
        shop.record(f"S-{number}")
    shop.did("close", "B1", by="ines")

    assert "yes" == shop.counts()["S-1"]
    assert "1/9 nonconforming" in shop.refused_sign()["rejects-within-ac"]


# --- G21: processes that are the same process ---------------------------------------------------


def test_g21_a_second_process_id_does_not_take_the_same_serials(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build(rejects=2)
    shop.publish(with_id(PLAN, "hinge-2"), name="second.toml")
    shop.did("bar", "register", "second.toml", by="max")
    shop.open("C1", process="hinge-2")

    words = ("--batch", "C1", "--method", "line")
    same = shop.refused("SL306", "record", "B1-3", *GOOD, *words, by="ines")
    alike = shop.refused("SL313", "record", "b1-03", *GOOD, *words, by="ines")

    assert "unit B1-3 belongs to batch B1 of process hinge" == same["what"]
    assert "looks like unit B1-3 of batch B1 of process hinge" in alike["what"]


def test_g21_a_sheet_that_another_batch_has_read_is_refused(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.write("sheet.csv", "unit_serial,build_method,gap\nS-1,line,0.24\n")
    shop.did("import", "sheet.csv", "--batch", "B1", by="ines")
    shop.did("close", "B1", by="ines")
    other = with_id(PLAN, "gate").replace("MOULD-3", "MOULD-9").replace("HP-7", "GT-1")
    shop.publish(other.replace("60303ae2", "70303ae2"), name="gate.toml")
    shop.did("bar", "register", "gate.toml", by="max")
    shop.open("G1", process="gate")

    error = shop.refused("SL313", "import", "sheet.csv", "--batch", "G1", by="ines")

    assert "sheet.csv was read into another batch" == error["what"]


def test_g21_a_process_on_the_same_tooling_is_named_with_what_was_tried(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build(rejects=2)
    shop.publish(with_id(PLAN, "hinge-2"), name="second.toml")
    shop.did("bar", "register", "second.toml", by="max")
    shop.open("C1", process="hinge-2")
    shop.build("C1")
    shop.sign("hinge-2")

    says = shop.disclosed("hinge-2")

    assert "SAME PROCESS: process hinge has the same tooling and design: 1 attempt(s), HELD" in says


# --- G23: who built it --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "builder",
    [
        ("--built-by", "max", "--operator-role", "operator"),
        ("--built-by", "MAX LOWE", "--operator-role", "Line Worker"),
        ("--built-by", "ada"),
        ("--built-by", "k.ward", "--operator-role", "process lead"),
        ("--operator-role", "Engineer"),
    ],
)
def test_g23_an_engineer_under_another_title_makes_no_unit_of_the_line(
    tmp_path: Path, builder: tuple[str, ...]
) -> None:
    shop = Hinge.opened(tmp_path)

    shop.record("S-1", more=builder)

    assert {"S-1": "ENGINEER_ASSISTED"} == shop.counts()


def test_g23_a_builder_who_is_enrolled_as_an_engineer_afterwards_is_one_at_the_decision(
    tmp_path: Path,
) -> None:
    shop = Hinge.opened(tmp_path)
    for number in range(1, UNITS + 1):
        shop.record(f"B1-{number}", more=("--built-by", "n.new") if number == 1 else ())
    shop.did("close", "B1", by="ines")
    fine = shop.failing()
    shop.did("person", "enrol", "n.new", "--name", "Nia New", "--role", "engineer", by="olive")

    says = shop.refused_sign()

    assert set() == fine
    assert "B1-1 does not: ENGINEER_ASSISTED" in says["representative-units"]


def test_g23_who_built_a_unit_and_with_what_is_shown_with_it(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    made = ("--built-by", "k.ward", "--operator-role", "operator", "--cavity", "2")
    shop.record("S-1", more=(*made, "--station", "ST-4", "--gauge", "G-1"))

    shown = shop.did("status", "--batch", "B1").out
    (unit,) = shop.asked("unit", "S-1")["units"]

    words = "by k.ward (operator), cavity 2, station ST-4, gauge G-1"
    assert words in " ".join(shown.split())
    assert words == unit["made"]


# --- G24: separation ----------------------------------------------------------------------------


def test_g24_a_signer_who_inspected_a_single_reading_does_not_sign(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.did("person", "grant", "ada", "inspector", "--note", "short of hands", by="olive")
    for number in range(1, UNITS + 1):
        shop.record(f"B1-{number}", by="ada" if number == 8 else "ines")
    shop.did("close", "B1", by="ines")

    says = shop.refused_sign()

    assert {"signer-allowed": "ada recorded 1/8 units that count"} == says


def test_g24_a_small_shop_may_say_so_in_its_plan_and_it_is_shown(tmp_path: Path) -> None:
    small = PLAN.replace('id = "hinge"\n', 'id = "hinge"\nsigner_may_inspect = true\n')
    shop = Hinge.opened(tmp_path, small)
    shop.did("person", "grant", "ada", "inspector", "--note", "short of hands", by="olive")
    for number in range(1, UNITS + 1):
        shop.record(f"B1-{number}", by="ada" if number == 8 else "ines")
    shop.did("close", "B1", by="ines")
    shop.sign()

    says = shop.disclosed()

    assert "SIGNER INSPECTED: Ada Mercer recorded 1/8 units, as the plan allows" in says


def test_g24_a_signers_fix_is_not_hidden_behind_a_later_batch(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.did("person", "grant", "ada", "engineer", "--note", "short of hands", by="olive")
    shop.build(rejects=2)
    shop.answer()
    shop.change("LID-SEAT", by="ada")
    shop.open("B2")
    for number in range(1, UNITS + 1):
        shop.record(f"B2-{number}", *(["glaze=fail"] if number < 3 else []), batch="B2")
    shop.did("close", "B2", by="ines")
    shop.answer("SCRATCH", "B2")
    shop.change("SCRATCH", by="max")
    shop.open("B3")
    shop.build("B3")

    says = shop.refused_sign()

    assert {"signer-allowed": "ada applied C-1, which this sign-off rests on"} == says
    shop.sign(by="abe")


# --- G25: empty batches -------------------------------------------------------------------------


def test_g25_an_empty_batch_is_no_earlier_one_where_the_bar_always_asks_for_a_repeat(
    tmp_path: Path,
) -> None:
    always = PLAN.replace("max_rejects = 1", 'max_rejects = 1\nconfirmation_batch = "always"')
    shop = Hinge.opened(tmp_path, always)
    shop.did("close", "B1", by="ines")
    shop.open("B2")
    shop.build("B2")

    assert {"confirmation-batch"} == {*shop.refused_sign()}


def test_g25_a_batch_with_one_unit_is_no_earlier_one_either(tmp_path: Path) -> None:
    always = PLAN.replace("max_rejects = 1", 'max_rejects = 1\nconfirmation_batch = "always"')
    shop = Hinge.opened(tmp_path, always)
    shop.record("B1-1")
    shop.did("close", "B1", by="ines")
    shop.change()
    shop.open("B2")
    shop.build("B2")

    assert {"confirmation-batch"} == {*shop.refused_sign()}


def test_g25_an_empty_batch_after_a_change_leaves_the_next_one_to_be_signed(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build(rejects=2)
    shop.answer()
    shop.change("LID-SEAT")
    shop.open("B2")
    shop.did("close", "B2", by="ines")
    opened = shop.open("B3").out
    shop.build("B3")

    shop.sign()

    assert "attempt 2" in opened
    assert "to confirm C-1" in opened


# --- G26: time alone ----------------------------------------------------------------------------


def test_g26_a_lapse_by_time_holds_in_every_view_from_its_day(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build()
    shop.sign()
    assert 0 == shop.order().code
    shop.wait(731)
    before = shop.events()

    process = shop.asked("status", "hinge")
    why = shop.asked("why", "hinge")
    certificate = json.loads(shop.did("report", "hinge", "--format", "json").out)["data"]
    lists = [shop.asked("status")["processes"][0]["standing"], process["standing"]]
    lists += [why["standing"], certificate["standing"]]
    refused = shop.refused("SL309", "handover", "hinge")
    waiting = [row["task"] for row in process["tasks"]]

    assert ["LAPSED"] * 4 == lists
    assert ["change the process and open the next batch"] == waiting
    assert "LAPSED" in refused["why"]
    assert [{"quantity": 200, "reference": "PO-1"}] == why["orders_at_risk"]
    assert {"after-last-change", "not-decided-before"} == shop.failing()
    assert 3 == shop("status", "hinge", "--exit-code").code
    assert 3 == shop.order(300, "PO-2").code
    assert before + 2 == shop.events()


# --- G27: further results of a unit -------------------------------------------------------------


def test_g27_a_unit_whose_retest_failed_or_that_was_scrapped_is_not_handed_over(
    tmp_path: Path,
) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build(close=False)
    again = ("record", "B1-2", "gap=0.55", "--batch", "B1", "--method", "line", "--retest")
    shop.did(*again, by="ines")
    shop.did("dispose", "B1-3", "scrap", "--batch", "B1", "--reason", "dropped", by="max")
    shop.did("close", "B1", by="ines")
    shop.sign()
    at_first = shop.asked("handover", "hinge")
    shop.did("dispose", "B1-4", "scrap", "--batch", "B1", "--reason", "dropped", by="max")

    later = shop.asked("handover", "hinge")

    assert ["B1-1", *(f"B1-{n}" for n in range(4, 9))] == at_first["serials"]
    assert ["B1-1", *(f"B1-{n}" for n in range(5, 9))] == later["serials"]
    assert ["a retest found gap failing", "it goes to scrap", "it goes to scrap"] == [
        says.partition(": ")[2] for says in later["withheld"]
    ]
    assert "0/8 nonconforming" in shop.rules()["rejects-within-ac"]["says"]
