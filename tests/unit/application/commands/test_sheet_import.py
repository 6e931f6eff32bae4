"""Importing a sheet: all rows or none, each file once, every bad row named."""

import pytest

from signoff_ledger.application.commands.sheet_import import ImportSheet
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.values import BuildMethod
from signoff_ledger.errors import (
    BadRow,
    RowsRefusedError,
)
from tests.ledgers import PLAN, Shop, unit, wide

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
    assert {*event["readings"]} == {*event["gauges"]}
    assert ({"feeler 3"}, "2026-03-02T08:02:00.000000Z", "näh", {"row": 2, "sheet": 1}) == (
        {*event["gauges"].values()},
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
        ("build_minutes", "11 d", "is in d, the plan says min"),
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

    column = "result" if "result" in cells else "unit_serial"
    assert (3, column, cells.get("result", "S9")) == (bad.line, bad.column, bad.value)
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
            "accepted": "a number in mm with at most 2 decimals; a comma where that is "
            "said to be the decimal sign",
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
    shop.bring("B1", wide([unit("S1"), unit("S2", assembly="0.5 h", build_minutes="30")]))
    (bad,) = refused(shop, wide([unit("S3", assembly="0.5 h", build_minutes="99")]))
    units = shop.ledger.work().batch("B1").units

    assert [660, 1_800] == [each.readings["assembly"] for each in units.values()]
    assert ("build_minutes", "the column of assembly says 0.5 h") == (bad.column, bad.problem)


def test_the_minutes_are_refused_where_the_plan_has_no_build_time(shop: Shop) -> None:
    characteristics, modes = (
        PLAN.index('[[characteristic]]\nid = "build_minutes"'),
        PLAN.index("[[mode]]"),
    )
    declared = '[[not_applicable]]\nfamily = "build_time"\nreason = "poured"\n'
    shop.publish(PLAN[:characteristics] + declared + PLAN[modes:], "poured")
    shop.open("B1")
    (bad,) = refused(shop, wide([unit("S1")]))
    shop.bring("B1", wide([unit("S1", build_minutes="")]))

    assert ("build_minutes", "11", "the plan has no build time") == bad[1:4]
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
