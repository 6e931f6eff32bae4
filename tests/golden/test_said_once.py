"""One unit however it is spelt, one grade wherever its zone is, one order by its reference.

Each is a situation that people met with programs of this kind; see also the ways around the gate.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.golden.hinge import GOOD, HEADER, PLAN, UNITS, Hinge

LINE = ("--batch", "B1", "--method", "line")
PLAN_WITH_ZONE = PLAN.replace(
    "[bar]",
    '[[mode]]\ncode = "LID-SEAT"\ntext = "The lid does not seat"\n'
    'zones = { rim = "critical" }\n\n[bar]',
)
ROW = ",line,0.24,pass,pass,6\n"
DECOMPOSED = "SE\N{COMBINING ACUTE ACCENT}RIE-1"
COMPOSED = "S\N{LATIN CAPITAL LETTER E WITH ACUTE}RIE-1"


# --- serials ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (COMPOSED, DECOMPOSED),
        ("SN 001", "SN\N{NO-BREAK SPACE}001"),
        ("SN-001", "SN-\N{ZERO WIDTH SPACE}001"),
        ("SN-001", "  SN-001\N{NO-BREAK SPACE}"),
        ("SN 001", "SN\N{FIGURE SPACE}001"),
    ],
)
def test_canonical_equivalents_are_one_unit(tmp_path: Path, first: str, again: str) -> None:
    shop = Hinge.opened(tmp_path)
    shop.record(first)

    said = shop.record(again).out

    assert "Nothing to record." in said
    assert {first: "yes"} == shop.counts()


def test_what_was_typed_is_kept_beside_the_canonical_spelling(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)

    shop.record(DECOMPOSED)

    (unit,) = shop.asked("status", "--batch", "B1")["units"]
    assert (COMPOSED, DECOMPOSED) == (unit["serial"], unit["typed"])


@pytest.mark.parametrize(
    "serial",
    ["S\N{HANGUL FILLER}8", "\N{BRAILLE PATTERN BLANK}", "S8\N{VARIATION SELECTOR-16}", " ", ""],
)
def test_a_serial_that_looks_blank_is_refused(tmp_path: Path, serial: str) -> None:
    shop = Hinge.opened(tmp_path)

    error = shop.refused("SL106", "record", *LINE, "--", serial, *GOOD, by="ines")

    assert "nothing was recorded" in error["fix"]


@pytest.mark.parametrize(
    ("first", "alike"),
    [
        ("00123", "123"),
        ("S-8", "s-8"),
        ("S-8", "S-08"),
        ("S-8", "S8"),
        ("S-8", "S-8."),
        ("S-8", "s\N{NON-BREAKING HYPHEN}8"),
        ("S-8", "\N{FULLWIDTH LATIN CAPITAL LETTER S}-8"),
    ],
)
def test_a_serial_that_looks_like_another_is_recorded_on_purpose_only(
    tmp_path: Path, first: str, alike: str
) -> None:
    shop = Hinge.opened(tmp_path)
    shop.record(first)

    error = shop.refused("SL313", "record", alike, *GOOD, *LINE, by="ines")
    shop.record(alike, more=("--distinct-from", first))

    assert f"looks like unit {first} of batch B1" in error["what"]
    assert f"--distinct-from {first}" in error["fix"]
    assert {first: "yes", alike: "yes"} == shop.counts()
    assert f"SERIALS THAT LOOK ALIKE: unit {alike} of batch B1 was said not to be {first}" in (
        shop.disclosed()
    )


def test_numbers_that_are_parted_at_other_places_do_not_look_alike(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.record("1-11")

    shop.record("11-1")

    assert {"1-11": "yes", "11-1": "yes"} == shop.counts()


def test_a_sheet_is_held_to_the_same_and_names_the_other_units(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.write("first.csv", f"{HEADER}\n00123{ROW}S-8{ROW}")
    shop.write("second.csv", f"{HEADER}\n123{ROW}s-8{ROW}SN\N{NO-BREAK SPACE}1{ROW}")
    shop.did("import", "first.csv", "--batch", "B1", by="ines")

    error = shop.refused("SL104", "import", "second.csv", "--batch", "B1", by="ines")
    others = ("--distinct-from", "00123", "--distinct-from", "S-8")
    shop.did("import", "second.csv", "--batch", "B1", *others, by="ines")

    assert [(2, "123"), (3, "s-8")] == [(r["line"], r["value"]) for r in error["rows"]]
    assert "unit 123 looks like unit 00123 of batch B1" in error["rows"][0]["problem"]
    assert ["00123", "S-8", "123", "s-8", "SN 1"] == [*shop.counts()]


def test_a_serial_that_a_spreadsheet_rewrote_is_asked_about(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)

    said = shop.bring("B1", [("1E5", "0.24"), ("12-03", "0.24"), ("S-1", "0.24")]).out

    assert "1E5 looks like a number or a date" in said
    assert "12-03 looks like a number or a date" in said
    assert "S-1 looks" not in said


def test_a_reworked_unit_does_not_come_back_as_a_fresh_one(tmp_path: Path) -> None:
    """S-28: in the next batch, too."""
    shop = Hinge.opened(tmp_path)
    shop.bring("B1", [("S-8", "0.55"), ("S-9", "0.55")])
    shop.did("close", "B1", by="ines")
    shop.answer()
    shop.change("LID-SEAT")
    shop.open("B2")

    words = (*GOOD, "--batch", "B2", "--method", "line")
    for serial in ("S-08", "s\N{NON-BREAKING HYPHEN}8", "S-8."):
        error = shop.refused("SL313", "record", serial, *words, by="ines")

        assert "looks like unit S-8 of batch B1" in error["what"]


def test_a_unit_asked_for_in_another_spelling_is_named(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.record("S-8")

    words = ("dispose", "s8", "scrap", "--batch", "B1", "--reason", "dropped")
    error = shop.refused("SL204", *words, by="max")

    assert "it has S-8, which looks like it" == error["why"]


# --- zones and grades ---------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["sealing-face", "Sealing-Face", "sealing_face", "sealing face"])
def test_a_zone_of_the_plan_is_that_zone_however_it_is_spelt(tmp_path: Path, zone: str) -> None:
    shop = Hinge.opened(tmp_path)

    said = shop.record("S-1", more=("--defect", f"CHIP@{zone}")).out

    assert "D-1 CHIP at sealing-face (critical)" in said
    assert "no-critical" in shop.failing()


def test_a_zone_that_the_plan_does_not_grade_is_said_aloud(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)

    said = shop.record("S-1", more=("--defect", "CHIP@rim")).out

    assert "D-1 CHIP at rim (minor, a zone that the plan does not grade)" in said


def test_a_zone_that_was_mistyped_can_be_corrected(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    shop.record("S-1", more=("--defect", "CHIP@rim"))

    shop.correct("S-1", "D-1=CHIP@Sealing Face")

    assert 1 == shop.rules()["no-critical"]["numbers"]["critical"]


@pytest.mark.parametrize("severity", ["critical", ""])
def test_a_failing_row_with_a_zone_and_no_code_keeps_its_grade(
    tmp_path: Path, severity: str
) -> None:
    shop = Hinge.opened(tmp_path, PLAN_WITH_ZONE)
    head = "unit_serial,build_method,characteristic_id,value,location,severity"
    shop.write("long.csv", f"{head}\nS-1,line,gap,0.55,Rim,{severity}\n")

    said = shop.did("import", "long.csv", "--batch", "B1", by="ines").out

    assert "D-1 LID-SEAT at rim (critical)" in said


def test_a_grade_that_the_plan_does_not_give_is_refused(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path, PLAN_WITH_ZONE)
    head = "unit_serial,build_method,characteristic_id,value,location,severity"
    rows = "S-1,line,gap,0.55,rim,minor\nS-2,line,gap,0.55,,critical\nS-3,line,gap,0.24,,critical\n"
    shop.write("long.csv", f"{head}\n{rows}S-4,line,gap,0.24,rim,\n")

    error = shop.refused("SL104", "import", "long.csv", "--batch", "B1", by="ines")

    columns = [(2, "severity"), (3, "severity"), (4, "severity"), (5, "location")]
    assert columns == [(row["line"], row["column"]) for row in error["rows"]]


def test_a_failing_reading_is_as_grave_as_its_mode(tmp_path: Path) -> None:
    grave = PLAN_WITH_ZONE.replace('code = "LID-SEAT"', 'code = "LID-SEAT"\nseverity = "critical"')
    shop = Hinge.opened(tmp_path, grave)

    assert "D-1 LID-SEAT (critical)" in shop.record("S-1", "gap=0.55").out


# --- orders -------------------------------------------------------------------------------------


def signed(folder: Path) -> Hinge:
    """Give a shop whose process is signed off."""
    shop = Hinge.opened(folder)
    shop.build()
    shop.sign()
    return shop


def test_an_order_given_twice_is_answered_as_committed_already(tmp_path: Path) -> None:
    shop = signed(tmp_path)
    shop.order(200, "PO-1")
    before = shop.events()

    for reference in ("PO-1", "po-1", " PO -1".strip()):
        said = shop.order(200, reference)

        assert 0 == said.code
        assert f"Order PO-1 of 200 units is committed already, at #{before}." in said.out
    assert before == shop.events()


def test_another_quantity_under_a_reference_is_a_conflict(tmp_path: Path) -> None:
    shop = signed(tmp_path)
    shop.order(200, "PO-1")

    words = ("order", "commit", "hinge", "300", "--reference", "PO-1")
    error = shop.refused("SL606", *words, by="dan")

    assert "is of 200 units" in error["why"]


def test_a_cancelled_order_is_an_event_frees_its_units_and_keeps_its_reference(
    tmp_path: Path,
) -> None:
    shop = signed(tmp_path)
    shop.order(400, "PO-1")
    full = shop.order(200, "PO-2").code

    said = shop.did("order", "cancel", "hinge", "PO-1", "--reason", "no fair", by="dan").out
    after = shop.order(200, "PO-2").code

    assert (3, 0) == (full, after)
    assert "Order PO-1 for 400 units of hinge CANCELLED, because: no fair" in said
    shop.refused("SL606", "order", "commit", "hinge", "400", "--reference", "PO-1", by="dan")
    again = ("order", "cancel", "hinge", "PO-1", "--reason", "no fair")
    shop.refused("SL309", *again, by="dan")
    shop.refused("SL209", "order", "cancel", "hinge", "PO-9", "--reason", "x", by="dan")
    assert 200 == shop.asked("status", "hinge")["ordered"]


def test_a_lapse_names_the_orders_at_risk_everywhere(tmp_path: Path) -> None:
    shop = signed(tmp_path)
    shop.order(200, "PO-1")
    shop.order(200, "PO-2")
    shop.did("order", "cancel", "hinge", "PO-2", "--reason", "no fair", by="dan")

    said = shop.change("LID-SEAT").out

    at_risk = "PO-1 (200)"
    assert f"orders at risk: {at_risk}" in said
    status = shop.did("status", "hinge").out
    assert f"ORDERS AT RISK: {at_risk}" in status
    assert "0 ordered" not in status.replace("200 ordered", "")
    assert f"ORDERS AT RISK: {at_risk}" in shop.did("why", "hinge").out
    assert f"orders at risk: {at_risk}" in shop.did("history", "hinge").out
    certificate = shop.did("report", "hinge", "--format", "md").out
    assert f"Orders at risk: {at_risk}." in certificate


# --- what a sign-off stands on now --------------------------------------------------------------


def test_an_unsupported_sign_off_names_the_rules_that_fail_now(tmp_path: Path) -> None:
    """G11: two corrections, of which the second takes it over the bar, and answers in between."""
    shop = signed(tmp_path)
    shop.correct("B1-7", "gap=0.55")
    shop.correct("B1-6", "gap=0.56")
    shop.answer()

    lost = "rejects-within-ac: 2/8 nonconforming (LID-SEAT 2); the bar accepts at most 1 of 8"
    refused = shop.order(200, "P2")
    answers = [
        shop.did("status", "hinge").out,
        shop.did("why", "hinge").out,
        refused.err,
        shop.did("report", "hinge", "--format", "md").out,
    ]

    assert {"rejects-within-ac"} == shop.failing()
    for answer in answers:
        line = " ".join(answer.split())
        said = line.partition("these rules do not hold now: ")[2]
        assert said.startswith(lost)
    assert "nonconformities-closed" not in refused.err


# --- time ---------------------------------------------------------------------------------------


def test_an_observation_does_not_lie_in_the_future(tmp_path: Path) -> None:
    shop = Hinge.opened(tmp_path)
    near = (shop.clock.now() + timedelta(minutes=4)).isoformat()
    far = (shop.clock.now() + timedelta(minutes=10)).isoformat()
    shop.record("S-1", more=("--observed-at", near))
    sheet = f"{HEADER},observed_at\nS-2,line,0.24,pass,pass,6,{far}\n"
    shop.write("sheet.csv", sheet)

    for words in (
        ("record", "S-3", *GOOD, *LINE, "--observed-at", far),
        ("record", "S-1", *GOOD, *LINE, "--observed-at", far, "--retest"),
        ("defect", "add", "S-1", "CHIP", "--batch", "B1", "--observed-at", far),
    ):
        error = shop.refused("SL310", *words, by="ines")

        assert "which is yet to come" in error["what"]
    rows = shop.refused("SL104", "import", "sheet.csv", "--batch", "B1", by="ines")["rows"]
    assert [(2, "observed_at")] == [(row["line"], row["column"]) for row in rows]
    assert UNITS > len(shop.counts())
