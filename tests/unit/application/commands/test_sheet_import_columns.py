"""Columns of nonconformities, settings and serials, in either layout."""

import pytest

from signoff_ledger.application.commands.sheet_import import ImportSheet
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.values import Severity
from signoff_ledger.errors import (
    RowsRefusedError,
)
from tests.ledgers import Shop, long, reading, readings, unit, wide
from tests.unit.application.commands.test_sheet_import import refused


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
