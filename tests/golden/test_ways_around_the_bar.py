"""Ways around what is set in advance: design, plan, bar, demands of a change (G14 to G18, G22).

Each test is named after the rule of the domain that closes its way, or shows it where it must be;
the other ways are in `test_ways_around_the_gate`.
"""

from pathlib import Path

import pytest

from tests.golden.hinge import PLAN, UNITS, Hinge

PROCESS = ("--origin", "process", "--reason", "it was the shim")
DESIGN = ("--origin", "design", "--reason", "the rib is too thin")
REPLACING = PLAN.replace("max_rejects = 1", 'max_rejects = 1\nmissing_units = "replace"')
WIDER = PLAN.replace('upper = "0.40"', 'upper = "0.60"')


# --- G14: a design nonconformity on record --------------------------------------------------------


def test_g14_a_mode_given_to_the_design_is_not_taken_back_unit_by_unit(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build(rejects=1)
    shop.answer()
    shop.did("defect", "attribute", "LID-SEAT", *DESIGN, by="max")

    shop.did("defect", "attribute", "D-1", "--batch", "B1", *PROCESS, by="max")

    assert {"no-design-nonconformity"} == {*shop.refused_sign()}


def test_g14_one_engineer_alone_does_not_take_a_design_nonconformity_back(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build(rejects=1)
    shop.answer()
    shop.did("defect", "attribute", "LID-SEAT", *DESIGN, by="max")
    shop.did("defect", "attribute", "LID-SEAT", *PROCESS, by="mia")
    shop.did("defect", "attribute", "LID-SEAT", *PROCESS, by="mia")
    alone = shop.failing()

    shop.did("defect", "attribute", "LID-SEAT", *PROCESS, by="abe")
    shop.sign()

    assert {"no-design-nonconformity"} == alone
    says = shop.disclosed()
    assert (
        "DESIGN NONCONFORMITY RE-ATTRIBUTED: LID-SEAT was attributed to the design by max" in says
    )
    assert "to process by mia" in says
    assert "to process by abe" in says


def test_g14_a_design_nonconformity_of_a_unit_that_does_not_count_blocks_too(
    tmp_path: Path,
) -> None:
    shop = Hinge.opened(tmp_path, REPLACING)
    shop.record("X-1", "--defect", "CHIP", method="bench")
    for number in range(2, UNITS + 1):
        shop.record(f"B1-{number}")
    shop.did("defect", "attribute", "CHIP", *DESIGN, by="max")
    shop.did("close", "B1", by="ines")

    assert "no-design-nonconformity" in shop.refused_sign()


def test_g14_a_design_nonconformity_that_no_unit_shows_blocks_too(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build()

    shop.did("defect", "attribute", "LEAK", *DESIGN, by="max")

    assert {"no-design-nonconformity"} == {*shop.refused_sign()}


def test_g14_a_design_nonconformity_found_after_the_sign_off_ends_it_and_shuts_the_gate(
    tmp_path: Path,
) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build()
    shop.sign()

    shop.did("defect", "attribute", "LEAK", *DESIGN, by="max")

    assert "LAPSED" == shop.asked("why", "hinge")["standing"]
    assert 3 == shop.order().code


def test_g14_the_same_document_under_another_reference_resets_nothing(tmp_path: Path) -> None:
    """The same digest is the same design: no repeat without a change; the origin stands."""
    shop = Hinge.opened(tmp_path)
    shop.build(rejects=2)
    shop.answer()
    shop.did("defect", "attribute", "LEAK", *DESIGN, by="max")

    sha256 = PLAN.partition('sha256 = "')[2][:64]
    approval = ("--reference", "DS-0099", "--document", "HP-7 rev B", "--sha256", sha256)
    shop.did("approval", "hinge", "--of", "design", *approval, by="max")

    shop.refused("SL308", "open", "hinge", "--batch", "B2", by="max")
    for by in ("max", "abe"):
        shop.did("defect", "attribute", "LEAK", *PROCESS, by=by)
    shop.refused("SL304", "open", "hinge", "--batch", "B2", by="max")


def test_g14_a_plan_published_again_opens_no_repeat_without_a_change(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build(rejects=2)
    shop.answer()

    shop.publish(PLAN.replace('reference = "DS-0031"', 'reference = "DS-0032"'))
    shop.publish(PLAN.replace('name = "Hinge plate"', 'name = "Hinge plates"'))

    shop.refused("SL304", "open", "hinge", "--batch", "B2", by="max")


def test_g14_another_design_begins_anew(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build(rejects=2)
    shop.answer()
    shop.did("defect", "attribute", "LID-SEAT", *DESIGN, by="max")

    approval = ("--reference", "DS-0040", "--document", "HP-7 rev C", "--sha256", "c" * 64)
    shop.did("approval", "hinge", "--of", "design", *approval, by="max")
    shop.open("B2")
    shop.build("B2")

    assert "no-design-nonconformity" not in shop.failing()


# --- G15: the limits behind the bar -------------------------------------------------------------


def test_g15_a_plan_loosened_after_results_takes_two_people_and_says_how_they_would_have_fared(
    tmp_path: Path,
) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build(rejects=2)
    shop.answer()
    shop.change("LID-SEAT")
    published = shop.publish(WIDER).out

    error = shop.refused("SL308", "open", "hinge", "--batch", "B2", by="max")
    shop.refused("SL402", "plan", "countersign", "hinge", by="max")
    shop.did("plan", "countersign", "hinge", by="dan")
    shop.open("B2")
    shop.build("B2")
    shop.sign()

    assert "gap LOOSENED" in published
    assert "gap LOOSENED" in error["why"]
    says = shop.disclosed()
    assert "PLAN CHANGED AFTER RESULTS: plan 2 by max and dan: gap LOOSENED" in says
    assert "batch B1 had 2/8 and would have 0" in says


@pytest.mark.parametrize(
    ("old", "new", "reported"),
    [
        ('upper = "0.40"', 'upper = "0.30"', "gap TIGHTENED"),
        ('severity = "minor"', 'severity = "major"', "mode CHIP TIGHTENED"),
        ('sealing-face = "critical"', 'sealing-face = "minor"', "mode CHIP LOOSENED"),
        ('mode = "LID-SEAT"', 'mode = "OTHER"', "gap LOOSENED"),
        ('mode = "LEAK"', 'mode = "LEAK"\nseverity = "minor"', "seal LOOSENED"),
    ],
)
def test_g15_every_change_of_a_limit_or_a_grade_is_named(
    tmp_path: Path, old: str, new: str, reported: str
) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build()

    assert reported in shop.publish(PLAN.replace(old, new)).out


def test_g15_a_plan_before_any_result_is_free(tmp_path: Path) -> None:
    shop = Hinge.begun(tmp_path)

    said = shop.publish(WIDER).out
    shop.open("B1")

    assert "LOOSENED" not in said


# --- G16: when the bar freezes ------------------------------------------------------------------


def test_g16_a_dry_run_shows_cells_and_no_count_and_the_bar_does_not_move_behind_it(
    tmp_path: Path,
) -> None:
    shop = Hinge.opened(tmp_path)
    header = "unit_serial,build_method,gap,glaze,seal,build_minutes\n"
    rows = "".join(f"S-{n},line,0.55,pass,pass,6\n" for n in range(1, UNITS + 1))
    shop.write("sheet.csv", header + rows)
    looser = PLAN.replace("units = 8", "units = 12")
    shop.write("looser.toml", looser.replace("max_rejects = 1", "max_rejects = 2"))

    tried = shop.did("import", "sheet.csv", "--batch", "B1", "--dry-run", by="ines").out
    one = ("record", "S-1", "gap=0.55", "--batch", "B1", "--method", "line", "--dry-run")
    recorded = shop.did(*one, by="ines").out
    late = shop.refused("SL303", "bar", "supersede", "looser.toml", "--reason", "x", by="ada")

    assert "0.55 mm" in tried
    for said in (tried, recorded):
        for word in ("LID-SEAT", "conforms", "HELD", "nonconforming", "/8"):
            assert word not in said
    assert late["position"] == shop.events()


def test_g16_a_batch_under_the_wrong_bar_is_closed_empty_and_is_no_attempt(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.did("close", "B1", by="ines")
    shop.write("looser.toml", PLAN.replace("units = 8", "units = 9"))
    shop.did("bar", "supersede", "looser.toml", "--reason", "a slip", by="ada")

    opened = shop.open("B2").out

    assert "attempt 1 under bar 2" in opened


# --- G17: what a change demands stays demanded --------------------------------------------------


def test_g17_a_fixture_that_a_change_demands_survives_a_later_plan(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build(rejects=2)
    shop.answer()
    shop.change("LID-SEAT", more=("--fixture", "JIG-7"))
    shop.publish(PLAN.replace('name = "Gap"', 'name = "The gap"'))
    shop.open("B2")

    shop.record("B2-1", batch="B2")
    shop.record("B2-2", batch="B2", more=("--fixture", "JIG-7"))

    assert {"B2-1": "OTHER_FIXTURE", "B2-2": "yes"} == shop.counts("B2")


def test_g17_the_opening_of_the_batch_may_say_it_for_the_whole_run(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build(rejects=2)
    shop.answer()
    shop.change("LID-SEAT", more=("--tooling-revision", "B", "--parameter", "ramp:150:90"))
    silent = shop("open", "hinge", "--batch", "B2", "--dry-run", by="max").out
    shop.open("B2", "--tooling-revision", "B", "--parameter", "ramp:90")

    shop.record("B2-1", batch="B2")

    assert "only where its own record says tooling revision B, ramp 90" in " ".join(silent.split())
    assert {"B2-1": "yes"} == shop.counts("B2")


def test_g17_a_setting_is_met_by_a_unit_or_its_sheet_and_by_the_right_value_only(
    tmp_path: Path,
) -> None:
    shop = Hinge.opened(tmp_path)
    shop.build(rejects=2)
    shop.answer()
    shop.change("LID-SEAT", more=("--parameter", "ramp:150 C/h:90 C/h"))
    shop.open("B2")
    header = "unit_serial,build_method,gap,glaze,seal,build_minutes,parameter:ramp\n"
    rows = "B2-1,line,0.24,pass,pass,6,90 C/h\nB2-2,line,0.24,pass,pass,6,150 C/h\n"
    shop.write("sheet.csv", f"{header}{rows}B2-3,line,0.24,pass,pass,6,\n")

    shop.did("import", "sheet.csv", "--batch", "B2", by="ines")
    shop.record("B2-4", batch="B2", more=("--parameter", "ramp:90 C/h"))

    other = "OTHER_PARAMETER"
    assert {"B2-1": "yes", "B2-2": other, "B2-3": other, "B2-4": "yes"} == shop.counts("B2")


# --- G18: built after the change ----------------------------------------------------------------


def test_g18_a_reject_does_not_leave_the_count_by_a_later_claim(tmp_path: Path) -> None:
    """S-23: one person says of a reject afterwards that it is older than its batch."""
    shop = Hinge.begun(tmp_path)
    between = shop.clock.now().isoformat()
    shop.wait(1)
    shop.open("B1")
    shop.record("S-1", "gap=0.55")

    claim = ("--batch", "B1", "--observed-at", between)
    shop.did("record", "S-1", "gap=0.55", "--method", "line", "--retest", *claim, by="ines")
    shop.did("defect", "add", "S-1", "CHIP", *claim, by="ines")

    assert {"S-1": "yes"} == shop.counts()


def test_g18_a_unit_seen_before_the_batch_was_opened_does_not_count_in_any_intake(
    tmp_path: Path,
) -> None:
    shop = Hinge.begun(tmp_path)
    between = shop.clock.now().isoformat()
    shop.wait(1)
    shop.open("B1")
    head = "unit_serial,build_method,observed_at,"
    shop.write("wide.csv", f"{head}gap\nS-2,line,{between},0.24\n")
    shop.write("long.csv", f"{head}characteristic_id,value\nS-3,line,{between},gap,0.24\n")

    shop.record("S-1", more=("--observed-at", between))
    shop.did("import", "wide.csv", "--batch", "B1", by="ines")
    shop.did("import", "long.csv", "--batch", "B1", by="ines")
    shop.record("S-4")
    late = ("defect", "add", "S-4", "CHIP", "--batch", "B1", "--observed-at", between)
    shop.did(*late, by="ines")

    assert {f"S-{n}": "BUILT_BEFORE" for n in range(1, 5)} == shop.counts()


# --- G22: no bar --------------------------------------------------------------------------------


@pytest.mark.parametrize(("units", "most"), [(1, 0), (2, 0), (3, 0), (5, 4), (8, 3)])
def test_g22_a_bar_that_half_bad_units_would_pass_is_none(
    tmp_path: Path, units: int, most: int
) -> None:
    shop = Hinge.begun(tmp_path)
    text = PLAN.replace("units = 8", f"units = {units}")
    shop.write("weak.toml", text.replace("max_rejects = 1", f"max_rejects = {most}"))

    shop.refused("SL314", "bar", "supersede", "weak.toml", "--reason", "cheap", by="ada")
