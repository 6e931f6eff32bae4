"""Importing a sheet: all rows or none, each file once, every bad row named."""

import re

import pytest

from signoff_ledger.application.commands.bars import SupersedeBar
from signoff_ledger.application.commands.batches import OpenBatch
from signoff_ledger.application.commands.nonconformities import AddNonconformity
from signoff_ledger.application.commands.sheet_import import ImportSheet
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.unit import NonconformityReport
from signoff_ledger.domain.values import BuildMethod, Severity
from signoff_ledger.errors import (
    BadRow,
    InputError,
    NotFoundError,
    RowsRefusedError,
    RuleRefusedError,
)
from tests.ledgers import PLAN, Shop, long, plan_file, reading, readings, unit, wide

REPLACING = PLAN + 'missing_units = "replace"\n'


def refused(shop: Shop, content: bytes) -> tuple[BadRow, ...]:
    """Import a sheet that is bad; gives its bad rows, and checks that nothing was recorded."""
    size = shop.store.size()
    with pytest.raises(RowsRefusedError) as caught:
        shop.bring("B1", content)
    assert caught.value.code == "SL104"
    assert all(line.isprintable() for line in str(caught.value).splitlines())
    assert size == shop.store.size()
    return caught.value.rows


# --- wide -----------------------------------------------------------------------------------------


def test_a_wide_sheet_becomes_one_event_per_unit(opened: Shop) -> None:
    before = opened.store.size()
    receipt, imported = opened.bring("B1", wide([unit("S1"), unit("S2", gap="0.5")]))
    batch = opened.ledger.work().batch("B1")

    assert ["sheet-imported", "unit-inspected", "unit-inspected"] == opened.topics(before)
    assert (2, 0, 0, None) == (imported.units, imported.known, imported.retests, imported.sheet)
    assert 3 == len(receipt.recorded)
    assert {"gap": 25, "finish": 1, "function": 1, "build_minutes": 660} == batch.units[
        "S1"
    ].readings
    assert ["LID-SEAT"] == [n.mode for n in batch.units["S2"].nonconformities.values()]


def test_every_column_of_a_wide_sheet_reaches_the_record(opened: Shop) -> None:
    """S-02, S-15, S-34, S-47, G10."""
    made = {
        "tooling_id": "T-1",
        "tooling_revision": "A",
        "cavity": "2",
        "line": "Line 1",
        "station": "St 4",
        "site": "Stoke",
        "fixture_id": "none specified",
        "operator_id": "op 7",
        "operator_role": "assembler",
        "process_revision": "1",
    }
    seen = {
        "gauge_id": "feeler 3",
        "observed_at": "2026-03-02T09:02:00+01:00",
        "defects": "LID-SEAT@inside; CRACK | OTHER",
        "note": "näh",
        "result": "FAIL",
        "batch_id": "B1",
    }
    receipt, _ = opened.bring("B1", wide([unit("S1", **made, **seen)]))
    event = receipt.recorded[1].entry.event.model_dump(mode="json", exclude_none=True)

    assert {
        "method": "line",
        "tooling": "T-1",
        "tooling_revision": "A",
        "cavity": "2",
        "line": "Line 1",
        "station": "St 4",
        "site": "Stoke",
        "fixture": "none specified",
        "built_by": "op 7",
        "operator_role": "assembler",
        "process_revision": 1,
    } == event["build"]
    assert [
        ("LID-SEAT", "inside", "minor"),
        ("CRACK", None, "critical"),
        ("OTHER", None, "major"),
    ] == [(n["mode"], n.get("location"), n["severity"]) for n in event["nonconformities"]]
    assert ("feeler 3", "2026-03-02T08:02:00.000000Z", "näh", {"row": 2, "sheet": 1}) == (
        event["gauge"],
        event["observed_at"],
        event["note"],
        event["source"],
    )


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("gap", "0,25", "must use a decimal point, not a comma"),
        ("gap", "NaN", "is not a plain decimal number such as 0.25"),
        ("gap", "1e400", "has an exponent; write the number out"),
        ("gap", "inf", "is not a plain decimal number such as 0.25"),
        ("gap", "0x10", "is in x10, the plan says mm"),
        ("gap", "٢٥", "is not a plain decimal number such as 0.25"),
        ("gap", "0.255", "is finer than the plan's scale of 2 decimals"),
        ("gap", "0.25 cm", "is in cm, the plan says mm"),
        ("gap", "9" * 30, "is outside the range that can be recorded"),
        ("gap", "9" * 300, "is not a plain decimal number such as 0.25"),
        ("finish", "ok", "must be pass or fail"),
        ("finish", "1", "must be pass or fail"),
        ("build_minutes", "11 s", "is in s, the plan says min"),
        ("build_minutes", "-1", "is a negative time"),
        ("build_minutes", "0.001", "is finer than the plan's scale of whole seconds"),
        ("build_method", "lathe", "Input should be"),
        ("build_method", "", "is blank; a unit of unknown make cannot count"),
        ("process_revision", "two", "Input should be a valid integer"),
        ("process_revision", "0", "greater than or equal to 1"),
        ("process_revision", "99999999999999999999", "less than or equal to"),
        ("cavity", "x" * 81, "must have 1 to 80 characters"),
        ("operator_id", "ann\u202e", "holds the hidden character U+202E"),
        ("gauge_id", "x" * 81, "must have 1 to 80 characters"),
        ("note", "\x1b]0;owned\x07", "holds the hidden character U+001B"),
        ("note", "x" * 2_001, "has 2001 characters, the limit is 2000"),
        ("observed_at", "2026-03-02T09:30:00", "must be ISO 8601 with an offset from UTC"),
        ("observed_at", "2026-03-02", "must be ISO 8601 with an offset from UTC"),
        ("observed_at", "yesterday", "must be ISO 8601 with an offset from UTC"),
        ("observed_at", "9999-12-31T23:59:59-12:00", "must be ISO 8601 with an offset from UTC"),
        ("result", "maybe", "must be pass or fail"),
        ("defects", "NO-SUCH", "the plan has no such nonconformity mode; it has"),
        ("defects", "CRACK@top face", "must be 1 to 64 of"),
        ("batch_id", "B9", "this row belongs to another batch than B1"),
        ("replaces", "S1", "is empty"),
        ("unit_serial", "x" * 81, "must have 1 to 80 characters"),
        ("unit_serial", "", "must have 1 to 80 characters"),
        ("unit_serial", "S1\nS2", "must be a single line"),
    ],
    ids=ascii,
)
def test_a_bad_cell_of_a_wide_sheet_is_named_and_nothing_is_recorded(
    opened: Shop, column: str, value: str, problem: str
) -> None:
    (bad,) = refused(opened, wide([unit("S8"), {**unit("S9"), column: value}, unit("S10")]))

    assert 3 == bad.line
    assert bool(value) is bool(bad.value) or column == "replaces"
    assert ("replaces_reason" if column == "replaces" else column) == bad.column
    assert problem in bad.problem
    assert bad.value.isprintable()


RULES = [
    ({"result": "pass", "gap": "0.5"}, "unit S9 is stated as pass (by the plan it has LID-SEAT)"),
    ({"result": "fail"}, "unit S9 is stated as fail (by the plan it has no nonconformity)"),
    ({"replaces": "S1", "replaces_reason": "dropped"}, "batch B1 takes no replacements"),
]


@pytest.mark.parametrize(("cells", "problem"), RULES, ids=str)
def test_a_row_that_the_rules_refuse_is_named_and_nothing_is_recorded(
    opened: Shop, cells: dict[str, str], problem: str
) -> None:
    (bad,) = refused(opened, wide([unit("S8"), unit("S9", **cells)]))

    assert (3, "unit_serial", "S9") == (bad.line, bad.column, bad.value)
    assert problem in bad.problem


@pytest.mark.parametrize(
    ("moment", "problem"),
    [
        ("2026-03-02T07:59:59Z", "a result is dated 2026-03-02 07:59:59Z, before the bar"),
        ("2026-03-02T08:06:00Z", "a result is dated 2026-03-02 08:06:00Z, which is yet to come"),
    ],
)
def test_a_time_that_the_rules_refuse_is_named_and_nothing_is_recorded(
    opened: Shop, moment: str, problem: str
) -> None:
    """S-37, G10: also a file that is dated before the bar."""
    (bad,) = refused(opened, wide([unit("S8"), unit("S9", observed_at=moment)]))

    assert (3, "observed_at") == (bad.line, bad.column)
    assert moment.removesuffix("Z") in bad.value
    assert problem in bad.problem


def test_every_bad_row_is_named_and_not_only_the_first(opened: Shop) -> None:
    rows = [
        unit("S1", gap="0,25"),
        unit("S2"),
        unit("S3", note="\x1b[2J"),
        unit("S2"),
        unit("S4", finish="maybe"),
    ]
    content = wide(rows) + b"S5,line\n"
    found = [(bad.line, bad.column, bad.value) for bad in refused(opened, content)]

    assert [
        (2, "gap", "0,25"),
        (4, "note", "\\x1b[2J"),
        (5, "unit_serial", "S2"),
        (6, "finish", "maybe"),
        (7, "", "S5,line"),
    ] == found


def test_the_bad_rows_are_data_for_a_program_too(opened: Shop) -> None:
    with pytest.raises(RowsRefusedError) as caught:
        opened.bring("B1", wide([unit("S1", gap="0,25")]), name="lot 7.csv")
    data = caught.value.as_data()

    assert [
        {
            "file": "lot 7.csv",
            "line": 2,
            "column": "gap",
            "value": "0,25",
            "problem": "must use a decimal point, not a comma",
        }
    ] == data["rows"]
    assert "lot 7.csv:2: gap = '0,25': must use a decimal point" in caught.value.why


def test_a_serial_stands_for_one_unit_in_a_sheet(opened: Shop) -> None:
    (bad,) = refused(opened, wide([unit("S1"), unit("S2"), unit("S1", gap="0.3")]))

    assert (4, "appears twice, first in line 2") == (bad.line, bad.problem)


def test_a_unit_of_an_earlier_batch_is_never_fresh_again(shop: Shop) -> None:
    """S-28."""
    shop.build("B1")
    shop.change()
    shop.open("B2")
    with pytest.raises(RowsRefusedError) as caught:
        shop.bring("B2", wide([unit("S1"), unit("B1-1")]))
    (bad,) = caught.value.rows

    assert (3, "B1-1") == (bad.line, bad.value)
    assert "unit B1-1 belongs to batch B1" in bad.problem


def test_more_units_than_planned_are_refused(opened: Shop) -> None:
    """S-18: choosing among more units would not be the bar's batch."""
    (bad,) = refused(opened, wide([unit(f"S{n}") for n in range(8)]))

    assert (9, "S7") == (bad.line, bad.value)
    assert "batch B1 has its 7 planned units" in bad.problem


def test_unknown_columns_are_named_all_at_once(opened: Shop) -> None:
    content = wide([unit("S1", gab="0.25", colour="red") | {"\x1b[2J": "x"}])

    assert ["\\x1b[2J", "colour", "gab"] == sorted(bad.column for bad in refused(opened, content))


def test_a_sheet_says_how_its_units_were_made_or_the_caller_does(opened: Shop) -> None:
    """S-05: nothing is taken to be off the line by default."""
    row = {k: v for k, v in unit("S1").items() if k != "build_method"}
    (bad, *_) = refused(opened, wide([row]))
    opened.ledger.execute(
        ImportSheet(batch="B1", file=wide([row]), name="a.csv", method=BuildMethod.BENCH),
        Call("ines"),
    )

    assert (1, "build_method") == (bad.line, bad.column)
    assert BuildMethod.BENCH is opened.ledger.work().batch("B1").units["S1"].build.method


def test_what_a_row_says_about_its_making_goes_before_what_the_caller_says(opened: Shop) -> None:
    rows = [unit("S1", build_method="3d-print"), unit("S2", build_method="")]
    opened.ledger.execute(
        ImportSheet(batch="B1", file=wide(rows), name="a.csv", method=BuildMethod.LINE),
        Call("ines"),
    )
    units = opened.ledger.work().batch("B1").units

    assert [BuildMethod.PRINTED, BuildMethod.LINE] == [u.build.method for u in units.values()]


def test_a_blank_is_no_reading_and_the_unit_stays_incomplete(opened: Shop) -> None:
    """S-06: a missing result is not a pass."""
    opened.bring("B1", wide([unit("S1", finish="", gap=" ")]))
    batch = opened.ledger.work().batch("B1")
    count = opened.ledger.work().case("mug").tally

    assert {"function": 1, "build_minutes": 660} == batch.units["S1"].readings
    assert count is not None
    assert {"S1": ("gap", "finish")} == count.incomplete
    assert () == count.conforming


def test_what_was_blank_can_be_imported_later(opened: Shop) -> None:
    opened.bring("B1", wide([unit("S1", finish="")]))
    _, imported = opened.bring(
        "B1", wide([{"unit_serial": "S1", "build_method": "line", "finish": "fail"}])
    )
    batch = opened.ledger.work().batch("B1")

    assert 1 == imported.units
    assert 0 == batch.units["S1"].readings["finish"]


def test_build_minutes_are_read_into_whatever_unit_the_plan_has(shop: Shop) -> None:
    """S-15: the usual column, also where the plan calls its build time otherwise."""
    hours = PLAN.replace('id = "build_minutes"', 'id = "assembly"').replace('"min"', '"h"')
    shop.publish(hours, "in hours")
    shop.open("B1")
    shop.bring("B1", wide([unit("S1"), unit("S2", assembly="0.5 h", build_minutes="99")]))
    units = shop.ledger.work().batch("B1").units

    assert [660, 1_800] == [each.readings["assembly"] for each in units.values()]


def test_a_plan_without_a_build_time_has_no_use_for_the_minutes(shop: Shop) -> None:
    characteristics, modes = (
        PLAN.index('[[characteristic]]\nid = "build_minutes"'),
        PLAN.index("[[mode]]"),
    )
    declared = '[[not_applicable]]\nfamily = "build_time"\nreason = "poured"\n'
    shop.publish(PLAN[:characteristics] + declared + PLAN[modes:], "poured")
    shop.open("B1")
    shop.bring("B1", wide([unit("S1")]))

    assert "build_minutes" not in shop.ledger.work().batch("B1").units["S1"].readings


def test_a_replacement_names_the_unit_and_the_reason(founded: Shop) -> None:
    """G5."""
    founded.publish(REPLACING)
    founded.register(REPLACING)
    founded.open("B1")
    rows = [unit("S1", build_method="bench"), *[unit(f"S{n}") for n in (2, 3, 4)]]
    founded.bring("B1", wide(rows))
    founded.bring("B1", wide([unit("S5", replaces="S1", replaces_reason="was a bench unit")]))
    count = founded.ledger.work().case("mug").tally

    assert count is not None
    assert ("S2", "S3", "S4", "S5") == count.representative


# --- long -----------------------------------------------------------------------------------------


def test_a_long_sheet_becomes_one_event_per_unit(opened: Shop) -> None:
    before = opened.store.size()
    rows = [*readings("S1"), *readings("S2", gap="0.5", finish="fail")]
    _, imported = opened.bring("B1", long(rows))
    batch = opened.ledger.work().batch("B1")

    assert ["sheet-imported", "unit-inspected", "unit-inspected"] == opened.topics(before)
    assert 2 == imported.units
    assert {"gap": 25, "finish": 1, "function": 1, "build_minutes": 660} == batch.units[
        "S1"
    ].readings
    assert ["FINISH", "LID-SEAT"] == [n.mode for n in batch.units["S2"].nonconformities.values()]


def test_a_long_sheet_and_a_wide_one_of_the_same_results_give_the_same_unit(shop: Shop) -> None:
    shop.open("B1")
    shop.bring("B1", wide([unit("S1", gap="0.5")]))
    shop.bring("B1", long(readings("S2", gap="0.5")))
    first, second = shop.ledger.work().batch("B1").units.values()

    assert (first.readings, first.build) == (second.readings, second.build)
    assert [n.mode for n in first.nonconformities.values()] == [
        n.mode for n in second.nonconformities.values()
    ]


def test_every_column_of_a_long_sheet_reaches_the_record(opened: Shop) -> None:
    rows = [
        reading(
            "S1",
            "gap",
            "0.30 mm",
            kind="variable",
            unit_of_measure="mm",
            lower_limit="0.1",
            upper_limit="0.400",
            result="fail",
            nonconformity_code="LID-SEAT",
            severity="MINOR",
            location="inside",
            gauge_id="feeler 3",
            cavity="2",
            observed_at="2026-03-02T08:02:01Z",
            attempt="1",
            note="first",
            batch_id="B1",
        ),
        reading("S1", "finish", "PASS", kind="Attribute", result="Pass", note="second"),
        reading("S1", "function", "pass", cavity="2", note="first"),
        reading("S1", "build_minutes", "11", kind="time", observed_at="2026-03-02T08:02:00Z"),
    ]
    receipt, _ = opened.bring("B1", long(rows))
    event = receipt.recorded[1].entry.event.model_dump(mode="json", exclude_none=True)

    assert {"method": "line", "cavity": "2"} == event["build"]
    assert [("LID-SEAT", "inside", "minor")] == [
        (n["mode"], n["location"], n["severity"]) for n in event["nonconformities"]
    ]
    assert ("feeler 3", "2026-03-02T08:02:00.000000Z", "first\nsecond") == (
        event["gauge"],
        event["observed_at"],
        event["note"],
    )


@pytest.mark.parametrize(
    ("cells", "column", "problem"),
    [
        ({"value": "0,25"}, "value", "must use a decimal point, not a comma"),
        ({"value": "NaN"}, "value", "is not a plain decimal number"),
        ({"value": "1e400"}, "value", "has an exponent; write the number out"),
        ({"value": "0.255"}, "value", "is finer than the plan's scale"),
        ({"characteristic_id": "gab"}, "characteristic_id", "the plan has no such characteristic"),
        ({"characteristic_id": ""}, "characteristic_id", "the plan has no such characteristic"),
        ({"unit_of_measure": "inch"}, "unit_of_measure", "the plan says mm"),
        ({"kind": "attribute"}, "kind", "the plan says variable"),
        ({"lower_limit": "0.11"}, "lower_limit", "the plan's limit is 0.10 mm"),
        ({"upper_limit": "0.5"}, "upper_limit", "the plan's limit is 0.40 mm"),
        ({"upper_limit": "0.405"}, "upper_limit", "is finer than the plan's scale"),
        ({"upper_limit": "none"}, "upper_limit", "is not a plain decimal number"),
        ({"result": "fail"}, "result", "by the plan this row is a pass"),
        ({"result": "pass", "value": "0.5"}, "result", "by the plan this row is a fail"),
        ({"result": "maybe"}, "result", "must be pass or fail"),
        (
            {"result": "pass", "nonconformity_code": "CRACK"},
            "result",
            "by the plan this row is a fail",
        ),
        (
            {"result": "pass", "value": "0.5", "nonconformity_code": "LID-SEAT"},
            "result",
            "by the plan this row is a fail",
        ),
        ({"result": "pass", "value": ""}, "result", "has no value; a blank is not a result"),
        ({"result": "fail", "value": ""}, "result", "has no value; a blank is not a result"),
        ({"nonconformity_code": "NO-SUCH"}, "nonconformity_code", "no such nonconformity mode"),
        (
            {"nonconformity_code": "CRACK", "location": "top face"},
            "nonconformity_code",
            "must be 1 to 64",
        ),
        (
            {"nonconformity_code": "CRACK", "severity": "minor"},
            "severity",
            "the plan grades CRACK here as critical",
        ),
        (
            {"nonconformity_code": "LID-SEAT", "location": "inside", "severity": "major"},
            "severity",
            "the plan grades LID-SEAT here as minor",
        ),
        ({"attempt": "0"}, "attempt", "must be a whole number from 1 to 999"),
        ({"attempt": "two"}, "attempt", "must be a whole number from 1 to 999"),
        ({"attempt": "²"}, "attempt", "must be a whole number from 1 to 999"),
        ({"attempt": "1" * 5_000}, "attempt", "must be a whole number from 1 to 999"),
        ({"attempt": "000000001" + "9" * 3_000}, "attempt", "must be a whole number from 1 to 999"),
        ({"build_method": "lathe"}, "build_method", "Input should be"),
        ({"build_method": ""}, "build_method", "is blank"),
        ({"note": "\x1b[2J"}, "note", "holds the hidden character U+001B"),
        ({"gauge_id": "x" * 81}, "gauge_id", "must have 1 to 80 characters"),
        ({"observed_at": "2026-03-02T09:30:00"}, "observed_at", "with an offset from UTC"),
        ({"observed_at": "0001-01-01T00:00:00+12:00"}, "observed_at", "with an offset from UTC"),
        ({"batch_id": "B9"}, "batch_id", "this row belongs to another batch than B1"),
        ({"unit_serial": "\x1b[2J"}, "unit_serial", "holds the hidden character U+001B"),
    ],
    ids=str,
)
def test_a_bad_cell_of_a_long_sheet_is_named_and_nothing_is_recorded(
    opened: Shop, cells: dict[str, str], column: str, problem: str
) -> None:
    rows = [*readings("S8"), {**reading("S9", "gap", "0.25"), **cells}, *readings("S10")]
    found = refused(opened, long(rows))
    bad = next(each for each in found if each.problem.find(problem) >= 0)

    assert (6, column) == (bad.line, bad.column)
    assert {6} == {each.line for each in found}


def test_a_limit_that_the_plan_does_not_have_is_refused(shop: Shop) -> None:
    shop.publish(PLAN.replace('lower = "0.10"\n', ""), "one-sided")
    shop.open("B1")
    (bad,) = refused(shop, long([reading("S1", "gap", "0.25", lower_limit="0.10")]))

    assert "the plan's limit is none" == bad.problem


def test_limits_mean_nothing_to_what_is_passed_or_failed(opened: Shop) -> None:
    opened.bring("B1", long([reading("S1", "finish", "pass", lower_limit="0", upper_limit="x")]))

    assert {"finish": 1} == opened.ledger.work().batch("B1").units["S1"].readings


def test_a_characteristic_stands_once_for_a_unit_in_a_sheet(opened: Shop) -> None:
    (bad,) = refused(opened, long([*readings("S1"), reading("S1", "gap", "0.3")]))

    assert (6, "characteristic_id", "gap") == (bad.line, bad.column, bad.value)
    assert "this unit has it twice in the file" == bad.problem


@pytest.mark.parametrize(
    ("column", "first", "second"),
    [("build_method", "bench", "line"), ("cavity", "1", "2"), ("operator_id", "ann", "bob")],
)
def test_the_rows_of_a_unit_agree_on_how_it_was_made(
    opened: Shop, column: str, first: str, second: str
) -> None:
    """S-05: a bench unit does not become a line unit by its other rows."""
    rows = [
        {**reading("S1", "gap", "0.25"), column: first},
        {**reading("S1", "finish", "pass"), column: second},
    ]
    (bad,) = refused(opened, long(rows))

    assert (3, column, second) == (bad.line, bad.column, bad.value)
    assert f"an earlier row of this unit says {first}" == bad.problem


def test_the_notes_of_a_unit_are_all_kept_or_the_sheet_is_refused(opened: Shop) -> None:
    def noted(count: int) -> bytes:
        return long(
            [
                reading("S1", "finish", "pass", note="a" * 1_200),
                reading("S1", "function", "pass", note="b" * count),
            ]
        )

    (bad,) = refused(opened, noted(1_200))
    receipt, _ = opened.bring("B1", noted(799))

    assert 2_000 == len(receipt.recorded[1].entry.event.model_dump()["note"])
    assert (2, "note") == (bad.line, bad.column)
    assert "the notes on this unit have 2401 characters, the limit is 2000" == bad.problem


def test_a_blank_value_of_a_long_sheet_is_no_reading(opened: Shop) -> None:
    opened.bring("B1", long([*readings("S1", gap=""), reading("S2", "gap", "")]))
    units = opened.ledger.work().batch("B1").units

    assert {"finish", "function", "build_minutes"} == units["S1"].readings.keys()
    assert {} == units["S2"].readings


def test_a_nonconformity_without_a_reading_is_recorded(opened: Shop) -> None:
    opened.bring("B1", long([reading("S1", "gap", "", nonconformity_code="CRACK", result="fail")]))
    (found,) = opened.ledger.work().batch("B1").units["S1"].nonconformities.values()

    assert ("CRACK", Severity.CRITICAL) == (found.mode, found.severity)


def test_a_later_attempt_is_a_retest_and_never_counts(opened: Shop) -> None:
    """S-28, G4."""
    rows = [*readings("S1", gap="0.5"), reading("S1", "gap", "0.25", attempt="2", note="again")]
    before = opened.store.size()
    _, imported = opened.bring("B1", long(rows))
    unit_ = opened.ledger.work().batch("B1").units["S1"]

    assert ["sheet-imported", "unit-inspected", "unit-retested"] == opened.topics(before)
    assert (1, 1) == (imported.units, imported.retests)
    assert (50, 1) == (unit_.readings["gap"], unit_.retests)


def test_a_retest_of_a_unit_that_has_no_first_result_is_refused(opened: Shop) -> None:
    (bad,) = refused(opened, long([*readings("S1"), reading("S2", "gap", "0.25", attempt="2")]))

    assert (6, "S2") == (bad.line, bad.value)
    assert "batch B1 has no unit S2" in bad.problem


# --- nonconformities, settings and serials --------------------------------------------------------


@pytest.mark.parametrize(
    ("location", "severity", "expected"),
    [
        ("inside", "minor", ("inside", Severity.MINOR)),
        ("INSIDE", "", ("inside", Severity.MINOR)),
        ("", "major", (None, Severity.MAJOR)),
        ("outside", "", ("outside", Severity.MAJOR)),
    ],
)
def test_the_place_of_a_failing_reading_is_where_its_nonconformity_is_graded(
    opened: Shop, location: str, severity: str, expected: tuple[str | None, Severity]
) -> None:
    """S-47: the row's own nonconformity needs no code to have a place."""
    row = reading("S1", "gap", "0.50", location=location, severity=severity)
    opened.bring("B1", long([row]))
    (found,) = opened.ledger.work().batch("B1").units["S1"].nonconformities.values()

    assert expected == (found.location, found.severity)
    assert ("gap", "LID-SEAT") == (found.characteristic, found.mode)


@pytest.mark.parametrize("column", ["location", "severity"])
def test_a_place_or_a_grade_of_no_nonconformity_is_refused(opened: Shop, column: str) -> None:
    """S-47: no grade is lost without a word."""
    cells = {column: {"location": "inside", "severity": "minor"}[column]}
    (bad,) = refused(opened, long([reading("S1", "gap", "0.25", **cells)]))

    assert (2, column) == (bad.line, bad.column)
    assert "this row conforms and names no nonconformity_code to put it to" == bad.problem


def test_a_grade_that_the_plan_does_not_give_a_failing_reading_is_refused(opened: Shop) -> None:
    """S-47."""
    (bad,) = refused(opened, long([reading("S1", "gap", "0.50", severity="minor")]))

    assert ("severity", "the plan grades LID-SEAT here as major") == (bad.column, bad.problem)


@pytest.mark.parametrize("sheet", ["wide", "long"])
def test_settings_of_the_process_are_columns_of_their_own(opened: Shop, sheet: str) -> None:
    """G17: in the order of their names, whatever that of the columns is."""
    settings = {"parameter:ramp K/h": "60", "parameter:air": "wet"}
    rows = [{**unit("S1"), **settings}] if sheet == "wide" else readings("S1")
    if sheet == "long":
        rows = [{**row, **settings} for row in rows]
    opened.bring("B1", wide(rows))
    made = opened.ledger.work().batch("B1").units["S1"].build.parameters

    assert [("air", "wet"), ("ramp K/h", "60")] == [(p.name, p.value) for p in made or ()]


@pytest.mark.parametrize("sheet", ["wide", "long"])
def test_a_setting_without_a_name_or_with_a_hidden_value_is_refused(
    opened: Shop, sheet: str
) -> None:
    rows = [{**unit("S1"), "parameter:": "60"}, {**unit("S2"), "parameter:air": "\x1b[2J"}]
    if sheet == "long":
        rows = [
            {**reading("S1", "gap", "0.25"), "parameter:": "60"},
            {**reading("S2", "gap", "0.25"), "parameter:air": "\x1b[2J"},
        ]
    found = refused(opened, wide(rows))

    assert [2, 3] == [bad.line for bad in found]


def test_the_rows_of_a_unit_agree_on_its_settings(opened: Shop) -> None:
    """G17, S-05."""
    rows = [
        {**reading("S1", "gap", "0.25"), "parameter:air": "wet"},
        {**reading("S1", "finish", "pass"), "parameter:air": "dry"},
    ]
    (bad,) = refused(opened, long(rows))

    assert (3, "parameter:air", "dry") == (bad.line, bad.column, bad.value)


def test_a_serial_of_a_sheet_is_recorded_in_one_spelling(opened: Shop) -> None:
    """G21: also where a long sheet spells the rows of a unit in several ways."""
    rows = [
        reading("S\u00a01", "gap", "0.25"),
        reading("S 1", "finish", "pass"),
        reading("S\u200b 1", "function", "pass"),
    ]
    opened.bring("B1", long(rows))
    (only,) = opened.ledger.work().batch("B1").units.values()

    assert ("S 1", "S\u00a01") == (only.serial, only.typed)
    assert {"gap", "finish", "function"} == only.readings.keys()


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_serial_that_looks_like_another_is_named_unless_it_was_said_to_be_another(
    shop: Shop, *, elsewhere: bool
) -> None:
    """G21: in the sheet itself, or in an earlier batch."""
    if elsewhere:
        shop.build("B1", units=1)
        shop.change()
        shop.open("B2")
    else:
        shop.open("B2")
        shop.bring("B2", wide([unit("B1-1")]))
    content = wide([unit("S8"), unit("b1_01")])
    with pytest.raises(RowsRefusedError) as caught:
        shop.bring("B2", content)
    (bad,) = caught.value.rows
    shop.ledger.execute(
        ImportSheet(batch="B2", file=content, name="a.csv", method=None, distinct_from=(" B1-1",)),
        Call("ines"),
    )

    assert (3, "b1_01") == (bad.line, bad.value)
    assert "unit b1_01 looks like unit B1-1 of batch" in bad.problem
    assert ("B1-1",) == shop.ledger.work().batch("B2").units["b1_01"].distinct_from


def test_serials_that_a_spreadsheet_may_have_rewritten_are_pointed_out(opened: Shop) -> None:
    """G21: they are recorded as they are; only a person knows."""
    _, imported = opened.bring("B1", wide([unit("1E+05"), unit("S2"), unit("3-Mar")]))

    assert ("1E+05", "3-Mar") == imported.rewritten
    assert 3 == imported.units


def test_a_sheet_names_builders_whom_the_ledger_knows(opened: Shop) -> None:
    """G23."""
    rows = [unit("S1", operator_id="Egon Engineer"), unit("S2", operator_id="pat")]
    opened.bring("B1", wide(rows))

    assert {"S1": ("ENGINEER_ASSISTED",)} == opened.ledger.work().batch("B1").tally().excluded


# --- the same again -------------------------------------------------------------------------------


def test_the_same_file_twice_adds_nothing(opened: Shop) -> None:
    content = wide([unit("S1"), unit("S2")])
    opened.bring("B1", content)
    size = opened.store.size()
    receipt, imported = opened.bring("B1", content, name="under another name.csv")

    assert ((), 1, 0) == (receipt.recorded, imported.sheet, imported.units)
    assert size == opened.store.size()


def test_a_copy_of_results_on_record_adds_nothing_whatever_its_bytes(opened: Shop) -> None:
    rows = [unit("S1"), unit("S2", gap="0.5")]
    opened.bring("B1", wide(rows))
    size = opened.store.size()
    for copy in (
        wide(rows, ";"),
        wide(rows[::-1]),
        long([*readings("S1"), *readings("S2", gap="0.5")]),
    ):
        receipt, imported = opened.bring("B1", copy)

        assert ((), None, 2) == (receipt.recorded, imported.sheet, imported.known)
    assert size == opened.store.size()


def test_a_file_that_overlaps_adds_only_what_is_new(opened: Shop) -> None:
    rows = [unit("S1"), unit("S2", gap="0.5")]
    opened.bring("B1", wide(rows))
    before = opened.store.size()
    _, imported = opened.bring("B1", wide([*rows, unit("S3")]))

    assert (1, 2) == (imported.units, imported.known)
    assert ["sheet-imported", "unit-inspected"] == opened.topics(before)


def test_a_file_that_overlaps_does_not_repeat_its_retests(opened: Shop) -> None:
    again = reading("S1", "gap", "0.25", attempt="2")
    twice = reading("S1", "gap", "0.25", attempt="3")
    opened.bring("B1", long([*readings("S1"), again]))
    _, imported = opened.bring("B1", long([*readings("S1"), again, twice, *readings("S2")]))

    _, third = opened.bring("B1", long([again, twice, reading("S1", "gap", "0.3", attempt="4")]))

    assert (1, 1, 2) == (imported.units, imported.retests, imported.known)
    assert (0, 1, 2) == (third.units, third.retests, third.known)
    assert 3 == opened.ledger.work().batch("B1").units["S1"].retests


def test_a_file_that_says_otherwise_about_a_known_unit_is_refused(opened: Shop) -> None:
    """The first valid result counts; another one is a correction or a retest."""
    opened.bring("B1", wide([unit("S1"), unit("S2")]))
    for other in (
        {"gap": "0.3"},
        {"build_method": "bench"},
        {"defects": "CRACK"},
        {"cavity": "2"},
    ):
        (bad,) = refused(opened, wide([unit("S2"), unit("S1", **other)]))

        assert (3, "S1") == (bad.line, bad.value)
        assert "unit S1 of batch B1 already has" in bad.problem


def test_a_sheet_that_another_batch_has_read_is_refused(shop: Shop) -> None:
    """G21: the same rows are no evidence twice."""
    content = wide([unit("S1"), unit("S2")])
    shop.open("B1")
    shop.bring("B1", content)
    shop.close("B1")
    shop.change()
    shop.open("B2")
    size = shop.store.size()
    with pytest.raises(RuleRefusedError) as caught:
        shop.bring("B2", content, name="renamed.csv")

    assert ("SL313", "renamed.csv was read into another batch") == (
        caught.value.code,
        caught.value.what,
    )
    assert size == shop.store.size()


def test_a_sheet_that_a_batch_of_another_process_has_read_is_refused(opened: Shop) -> None:
    """G21: whatever the process is called."""
    content = wide([unit("S1")])
    opened.bring("B1", content)
    other = PLAN.replace('id = "mug"', 'id = "cup"').replace('tooling = "T-1"', 'tooling = "T-2"')
    opened.publish(other)
    opened.register(other)
    opened.ledger.execute(OpenBatch(process="cup", batch="C1", made_on={}), Call("egon"))
    with pytest.raises(RuleRefusedError) as caught:
        opened.bring("C1", content)

    assert "SL313" == caught.value.code


def test_a_file_may_be_imported_again_under_its_command_id(opened: Shop) -> None:
    content = wide([unit("S1")])
    first, _ = opened.bring("B1", content, Call("ines", "my-id"))
    again, _ = opened.bring("B1", content, Call("ines", "my-id"))

    assert first.recorded == again.recorded
    assert again.repeated


# --- all or nothing -------------------------------------------------------------------------------


def test_a_dry_run_checks_everything_and_records_nothing(opened: Shop) -> None:
    size = opened.store.size()
    receipt, imported = opened.bring(
        "B1", wide([unit("S1"), unit("S2")]), Call("ines", dry_run=True)
    )
    with pytest.raises(RowsRefusedError):
        opened.bring("B1", wide([unit("S1", gap="x")]), Call("ines", dry_run=True))

    assert (2, 3) == (imported.units, len(receipt.planned))
    assert size == opened.store.size()


def test_a_dry_run_shows_cells_and_no_count_against_the_bar(opened: Shop) -> None:
    """G16: seven rejects of seven are told by the recorded import only."""
    content = wide([unit(f"S{n}", gap="0.5", finish="") for n in range(7)])
    receipt, imported = opened.bring("B1", content, Call("ines", dry_run=True))
    recorded, _ = opened.bring("B1", content)

    assert {"UnitInspected", "SheetImported"} == {
        type(entry.event).__name__ for entry in receipt.planned
    }
    assert (2, "S0", {"gap": "0.50 mm", "function": "pass", "build_minutes": "11 min"}) == (
        imported.cells[0]
    )
    assert [*range(2, 9)] == [line for line, _, _ in imported.cells]
    assert len(receipt.planned) == len(recorded.recorded)


def test_a_full_batch_that_misses_its_bar_holds_the_process_in_the_same_save(opened: Shop) -> None:
    """S-42."""
    receipt, _ = opened.bring("B1", wide([unit(f"S{n}", gap="0.5") for n in range(7)]))

    assert ["process-held", "batch-decided"] == opened.topics()[-2:]
    assert 10 == len(receipt.recorded)
    assert 1 == len({r.entry.cmd for r in receipt.recorded})


def test_a_closed_batch_takes_no_sheet(shop: Shop) -> None:
    shop.build("B1", units=3)
    (bad,) = refused(shop, wide([unit("S9")]))

    assert "batch B1 is closed and takes no more results" in bad.problem


def test_there_must_be_a_batch_to_import_into(opened: Shop) -> None:
    with pytest.raises(NotFoundError) as caught:
        opened.bring("B9", wide([unit("S1")]))

    assert "SL202" == caught.value.code


def test_a_header_alone_is_no_sheet(opened: Shop) -> None:
    with pytest.raises(InputError) as caught:
        opened.bring("B1", b"unit_serial,build_method,gap\n")

    assert ("SL101", "it has a header and no rows") == (caught.value.code, caught.value.why)


def test_progress_is_reported_unit_by_unit(opened: Shop) -> None:
    reported: list[tuple[int, int]] = []
    opened.ledger.execute(
        ImportSheet(
            batch="B1",
            file=wide([unit("S1"), unit("S2"), unit("S3")]),
            name="a.csv",
            method=None,
            progress=lambda done, of: reported.append((done, of)),
        ),
        Call("ines"),
    )

    assert [(1, 3), (2, 3), (3, 3)] == reported


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("lot 7.csv", "lot 7.csv"),
        (" padded.csv ", "padded.csv"),
        ("", "unnamed"),
        (" ", "unnamed"),
        ("\x1b[2J.csv", "\\x1b[2J.csv"),
        ("caf\udce9.csv", "caf\\udce9.csv"),
        ("x" * 100 + ".csv", "x" * 76 + ".csv"),
        ("x" * 30 + " " * 72 + "tail.csv", "tail.csv"),
    ],
    ids=ascii,
)
def test_a_file_is_named_in_the_record_so_that_no_terminal_obeys_it(
    opened: Shop, name: str, kept: str
) -> None:
    receipt, imported = opened.bring("B1", wide([unit("S1")]), name=name)
    event = receipt.recorded[0].entry.event.model_dump()

    assert (kept, imported.sha256) == (event["name"], event["sha256"])
    assert re.fullmatch("[0-9a-f]{64}", imported.sha256)


def test_a_sheet_on_a_batch_with_later_findings_keeps_numbering(opened: Shop) -> None:
    opened.bring("B1", wide([unit("S1", gap="0.5")]))
    opened.ledger.execute(
        AddNonconformity(batch="B1", serial="S1", nonconformity=NonconformityReport("CRACK")),
        Call("ines"),
    )
    opened.bring("B1", wide([unit("S2", gap="0.5")]))
    units = opened.ledger.work().batch("B1").units

    assert [[1, 2], [3]] == [list(each.nonconformities) for each in units.values()]


def test_two_people_who_import_the_same_rows_at_once_add_them_once(
    opened: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [unit("S1"), unit("S2")]
    plain = opened.store.save

    def others_first(*given: object) -> list[int]:
        monkeypatch.undo()
        opened.bring("B1", wide(rows, ";"), Call("egon"))
        return plain(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(opened.store, "save", others_first)
    receipt, imported = opened.bring("B1", wide(rows))

    assert ((), 0, 2) == (receipt.recorded, imported.units, imported.known)
    assert 1 == opened.topics().count("sheet-imported")


def test_a_bar_that_comes_while_a_sheet_is_read_is_too_late(
    opened: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G16, G13: the bar of the batch froze when it was opened; the attempt is recorded."""
    plain = opened.store.save
    other = plan_file(PLAN.replace("units = 7", "units = 8")).bar
    assert other is not None
    late: list[str] = []

    def bar_first(*given: object) -> list[int]:
        monkeypatch.undo()
        with pytest.raises(RuleRefusedError) as refused_bar:
            opened.ledger.execute(
                SupersedeBar(process="mug", bar=other, reason="one more"), Call("anna")
            )
        late.append(refused_bar.value.code)
        return plain(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(opened.store, "save", bar_first)
    with pytest.raises(RowsRefusedError) as caught:
        opened.bring("B1", wide([unit(f"S{n}") for n in range(8)]))
    monkeypatch.setattr(opened.store, "save", bar_first)
    _, imported = opened.bring("B1", wide([unit(f"S{n}") for n in range(7)]))

    assert "batch B1 has its 7 planned units" in caught.value.rows[0].problem
    assert (["SL303"], 7) == (late, imported.units)
    assert 1 == opened.topics().count("command-refused")
    assert 7 == opened.ledger.work().batch("B1").bar.units
