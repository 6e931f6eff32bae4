"""A case for every column of every layout, taken from the table of columns."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from signoff_ledger.application.commands.corrections import ConfirmCorrection
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.notation import SheetNotation
from signoff_ledger.errors import BadRow, RowsRefusedError
from signoff_ledger.formats.columns import BOTH, COLUMNS, LONG, WIDE, Column
from tests.ledgers import PLAN, Shop, long, reading, readings, unit, wide

LAYOUTS = [
    pytest.param(column, layout, id=f"{layout} {column.name}")
    for column in COLUMNS
    for layout in (WIDE, LONG)
    if column.layout in {BOTH, layout}
]


class Case(NamedTuple):
    """A cell that is kept, one that is not, and what else its row needs.

    Attributes:
        good: A cell, and how its field of the event shows it.
        bad: A cell that is refused under this column's header.
        header: The header, where it is another than the column's name.
        cells: Further cells of the row.
    """

    good: str
    shown: str
    bad: str
    header: str = ""
    cells: Mapping[str, str] = {}


LONG_TEXT = "x" * 81
FAILING = {"gap": "0.50", "value": "0.50"}
CASES = {
    "unit_serial": Case("S77", "S77", "x" * 81),
    "batch_id": Case("B1", "", "B9"),
    "build_method": Case("Bench", "bench", "lathe"),
    "observed_at": Case("2026-03-02T08:02:01Z", "08:02:01", "2026-03-02 08:02"),
    "result": Case("PASS", "", "fail"),
    "operator_id": Case("op 7", "op 7", LONG_TEXT),
    "operator_role": Case("assembler", "assembler", LONG_TEXT),
    "tooling_id": Case("T-9", "T-9", LONG_TEXT),
    "tooling_revision": Case("R9", "R9", LONG_TEXT),
    "fixture_id": Case("JIG-9", "JIG-9", LONG_TEXT),
    "line": Case("Line 9", "Line 9", LONG_TEXT),
    "site": Case("Nine", "Nine", LONG_TEXT),
    "process_revision": Case("9", "9", "nine"),
    "cavity": Case("c9", "c9", LONG_TEXT),
    "station": Case("st9", "st9", LONG_TEXT),
    "parameter:NAME": Case("90 C/h", "90 C/h", LONG_TEXT, "parameter:ramp"),
    "gauge_id": Case("FG-9", "FG-9", LONG_TEXT),
    "note": Case("seen twice", "seen twice", "\x1b[2J"),
    "NAME": Case("0.31", "31", "0.315", "gap"),
    "build_minutes": Case("7:20", "440", "7.33"),
    "gauge:NAME": Case("FG-9", "FG-9", LONG_TEXT, "gauge:gap"),
    "defects": Case("crack", "CRACK", "NO-SUCH"),
    "replaces": Case("S0", "S0", LONG_TEXT, cells={"replaces_reason": "was dropped"}),
    "replaces_reason": Case("was dropped", "was dropped", "\x1b", cells={"replaces": "S0"}),
    "characteristic_id": Case("gap", "gap", "gab"),
    "value": Case("0.31", "31", "0.315"),
    "kind": Case("Variable", "", "attribute"),
    "unit_of_measure": Case("mm", "", "inch"),
    "lower_limit": Case("0.1", "", "0.11"),
    "upper_limit": Case("0.4", "", "0.41"),
    "nonconformity_code": Case("crack", "CRACK", "NO-SUCH"),
    "location": Case("Inside", "inside", "top face", cells=FAILING),
    "severity": Case("MAJOR", "", "minor", cells=FAILING),
    "attempt": Case("2", "2", "0"),
}


@pytest.fixture
def replacing(founded: Shop) -> Shop:
    """A batch that takes replacements, with a unit that does not count."""
    plan = PLAN + 'missing_units = "replace"\n'
    founded.publish(plan)
    founded.register(plan)
    founded.open("B1")
    founded.bring("B1", wide([unit("S0", build_method="bench")]))
    return founded


def sheet_with(layout: str, column: Column, cell: str) -> bytes:
    """Write a sheet of one unit in which a column has this cell."""
    case = CASES[column.name]
    cells = {**case.cells, (case.header or column.name): cell}
    if layout == WIDE:
        cells.pop("value", None)
        return wide([{**unit("S1"), **cells}])
    cells.pop("gap", None)
    rows = [{**reading("S1", "gap", "0.25"), **cells}]
    if column.name == "attempt":
        rows = [reading("S1", "gap", "0.25"), *rows]
    return long(rows)


def recorded_by(shop: Shop, sheet: bytes) -> dict[str, Any]:
    """Import a sheet; gives the fields of the last event."""
    receipt, _ = shop.bring("B1", sheet)
    return receipt.recorded[-1].entry.event.model_dump(mode="json", exclude_none=True)


def refused(shop: Shop, content: bytes) -> tuple[BadRow, ...]:
    with pytest.raises(RowsRefusedError) as caught:
        shop.bring("B1", content)
    return caught.value.rows


def test_every_column_has_a_case() -> None:
    assert {column.name for column in COLUMNS} == set(CASES)


@pytest.mark.parametrize(("column", "layout"), LAYOUTS)
def test_a_cell_is_recorded_where_the_table_says_so(
    replacing: Shop, column: Column, layout: str
) -> None:
    case = CASES[column.name]
    event = recorded_by(replacing, sheet_with(layout, column, case.good))
    if not column.recorded:
        assert case.shown == ""
        return
    found: Any = event
    for name in column.recorded.split(",")[0].split("."):
        found = found[name]

    assert case.shown in json.dumps(found)


@pytest.mark.parametrize(("column", "layout"), LAYOUTS)
def test_a_cell_that_cannot_be_kept_is_refused_under_its_header(
    replacing: Shop, column: Column, layout: str
) -> None:
    case = CASES[column.name]
    found = refused(replacing, sheet_with(layout, column, case.bad))

    where = "nonconformity_code" if column.name == "location" else case.header or column.name
    assert where in {bad.column for bad in found}
    assert column.refused


# --- gauges ---------------------------------------------------------------------------------------


def test_each_reading_of_a_long_sheet_keeps_its_gauge_and_its_time(opened: Shop) -> None:
    rows = [
        reading("S1", "gap", "0.25", gauge_id="FG-3", observed_at="2026-03-02T08:02:00Z"),
        reading("S1", "finish", "pass", gauge_id="EYE", observed_at="2026-03-02T08:03:00Z"),
        reading("S1", "function", "pass", gauge_id=""),
    ]
    event = recorded_by(opened, long(rows))
    shown = opened.ledger.work().batch("B1").units["S1"]

    assert {"finish": "EYE", "gap": "FG-3"} == event["gauges"] == dict(shown.gauges)
    assert ["2026-03-02T08:03:00.000000Z", "2026-03-02T08:02:00.000000Z"] == [
        *event["seen"].values()
    ]


def test_one_reading_of_a_row_may_have_a_gauge_of_its_own(opened: Shop) -> None:
    event = recorded_by(opened, wide([unit("S1", gauge_id="FG-3") | {"gauge:Gap": "FG-9"}]))

    assert ("FG-9", "FG-3") == (event["gauges"]["gap"], event["gauges"]["finish"])


@pytest.mark.parametrize("layout", [WIDE, LONG])
def test_a_gauge_without_a_reading_is_refused(opened: Shop, layout: str) -> None:
    rows = [unit("S1", gap="", defects="CRACK") | {"gauge:gap": "FG-9"}]
    if layout == LONG:
        rows = [reading("S1", "gap", "", nonconformity_code="CRACK", gauge_id="FG-9")]
    (bad,) = refused(opened, wide(rows))

    assert "it could have taken" in bad.problem


# --- build minutes --------------------------------------------------------------------------------


def test_minutes_are_converted_where_the_plan_counts_in_seconds(shop: Shop) -> None:
    shop.publish(PLAN.replace('unit = "min"', 'unit = "s"'), "in seconds")
    shop.open("B1")
    event = recorded_by(shop, wide([unit("S1", build_minutes="6")]))
    (bad,) = refused(shop, long([reading("S2", "build_minutes", "360")]))
    said = recorded_by(shop, long([reading("S2", "build_minutes", "360", unit_of_measure="s")]))

    assert (360, 360) == (event["readings"]["build_minutes"], said["readings"]["build_minutes"])
    assert "may be minutes, as its name says, or s, as the plan does" == bad.problem


# --- what is on record already --------------------------------------------------------------------

GIVEN = {"gauge_id": "FG-3", "note": "fine", "observed_at": "2026-03-02T08:02:00Z"}


@pytest.mark.parametrize(
    ("cells", "column", "here", "on_record"),
    [
        ({"gap": "0.27"}, "gap", "0.27 mm", "0.25 mm"),
        ({"gauge_id": "FG-4"}, "gauge_id", "FG-4", "FG-3"),
        ({"gauge:gap": "FG-4"}, "gauge:gap", "FG-4", "FG-3"),
        ({"note": "not so fine"}, "note", "not so fine", "fine"),
        (
            {"observed_at": "2026-03-02T08:03:00Z"},
            "observed_at",
            "2026-03-02T08:03:00.000000Z",
            "2026-03-02T08:02:00.000000Z",
        ),
        ({"defects": ""}, "defects", "nothing", "D-1 CRACK@inside"),
        ({"defects": "crack@inside;CRACK"}, "defects", "CRACK", "nothing"),
        ({"cavity": "2"}, "cavity", "2", "nothing"),
        ({"parameter:ramp": "90 C/h"}, "parameters", "ramp 90 C/h", "nothing"),
    ],
    ids=str,
)
def test_a_row_that_says_otherwise_than_the_record_is_named(
    opened: Shop, cells: dict[str, str], column: str, here: str, on_record: str
) -> None:
    row = unit("S1", defects="CRACK@inside", **GIVEN)
    opened.bring("B1", wide([row]))
    _, same = opened.bring("B1", wide([row, unit("S2", **dict.fromkeys(cells, ""))]))
    (bad,) = refused(opened, wide([row | cells]))

    assert (1, 1) == (same.units, same.known)
    assert (2, column, here, on_record) == (bad.line, bad.column, bad.value, bad.accepted)
    assert f"is {here} here, {on_record} on record of unit S1" in bad.problem


def test_a_stated_result_is_compared_again(opened: Shop) -> None:
    opened.bring("B1", wide([unit("S1", result="pass")]))
    (bad,) = refused(opened, wide([unit("S1", result="fail")]))

    assert "unit S1 is stated as fail (by the plan it has no nonconformity)" == bad.problem


def test_further_readings_of_a_row_are_added_to_those_on_record(opened: Shop) -> None:
    opened.bring("B1", wide([unit("S1", finish="", note="first")]))
    event = recorded_by(opened, wide([unit("S1", note="first", gauge_id="")]))

    assert ({"finish": 1}, False) == (event["readings"], "note" in event)


def test_what_was_corrected_agrees_with_the_sheet_as_it_was_and_as_it_is(shop: Shop) -> None:
    shop.open("B1")
    shop.bring("B1", wide([unit("S1", gap="0.31")]))
    shop.correct("B1", "S1", "gap", "0.30")
    shop.ledger.execute(ConfirmCorrection(batch="B1", number=1), Call("egon"))
    known = [shop.bring("B1", wide([unit("S1", gap=gap)], ";"))[1].known for gap in ("0.31", "0.3")]
    (bad,) = refused(shop, wide([unit("S1", gap="0.29")]))

    assert [1, 1] == known
    assert ("0.29 mm", "0.30 mm") == (bad.value, bad.accepted)


def test_a_retest_is_compared_with_the_one_of_its_number(opened: Shop) -> None:
    again = reading("S1", "gap", "0.25", attempt="2", note="again", gauge_id="FG-3")
    opened.bring("B1", long([*readings("S1"), again]))
    for cells, column in (
        ({"value": "0.26"}, "gap"),
        ({"note": "more"}, "note"),
        ({"gauge_id": "FG-4"}, "gauge:gap"),
        ({"observed_at": "2026-03-02T08:02:00Z"}, "observed_at"),
        ({"build_method": "bench"}, "build_method"),
    ):
        (bad,) = refused(opened, long([again | cells]))
        assert column == bad.column
    (left_out,) = refused(opened, long([again | {"attempt": "4"}]))

    assert "attempt 4 of unit S1 would be the 3. on record of batch B1" in left_out.problem
    assert 1 == opened.bring("B1", long([again]))[1].known


def test_the_place_of_a_fault_that_a_retest_shows_is_refused(opened: Shop) -> None:
    """No cell is dropped: a retest keeps readings, and no nonconformity."""
    opened.bring("B1", long(readings("S1")))
    again = reading("S1", "gap", "0.5", attempt="2", location="inside")
    (bad,) = refused(opened, long([again]))

    assert "a retest of unit S1 reports LID-SEAT" in bad.problem


# --- how people write -----------------------------------------------------------------------------


def test_all_that_is_wrong_is_named_at_once(opened: Shop) -> None:
    """Header, cells of one row, and what the rules refuse."""
    opened.bring("B1", wide([unit("S1")]))
    rows = [
        unit("S1", gap="0.3"),
        unit("S2", gap="0,25", finish="maybe", note="\x1b", gab="1"),
        unit("S3", observed_at="2026-03-01T08:00:00Z"),
    ]
    found = [(bad.line, bad.column) for bad in refused(opened, wide(rows))]

    assert [(1, "gab"), (2, "gap"), (3, "finish"), (3, "gap"), (3, "note"), (4, "observed_at")] == (
        found
    )


@pytest.mark.parametrize(
    "header",
    ["GAP", " Gap ", "Lid to body", "lid-to_body", "\u200bgap", "\uff27\uff21\uff30"],
    ids=ascii,
)
def test_a_header_may_be_spelt_otherwise(opened: Shop, header: str) -> None:
    name = opened.ledger.work().batch("B1").plan.by_id["gap"].name
    header = header if "ody" not in header else name.upper().replace(" ", header[3])
    content = f"Unit Serial;BUILD-METHOD;{header}\nS1;3D Print;0.25\n".encode()
    event = recorded_by(opened, content)

    assert ({"gap": 25}, "3d-print") == (event["readings"], event["build"]["method"])


@pytest.mark.parametrize(
    ("header", "problem"),
    [("unit_serial,gap,GAP", "is there twice, as gap"), ("unit_serial,,gap", "no such")],
)
def test_a_header_that_is_twice_or_none_is_refused(opened: Shop, header: str, problem: str) -> None:
    found = refused(opened, f"{header},build_method\nS1,0.25,0.26,line\n".encode())

    assert any(problem in bad.problem for bad in found if bad.line == 1)


def test_the_plan_says_how_values_are_written(shop: Shop) -> None:
    notation = (
        '[sheet]\ndecimal = "comma"\nanswers = ["OK/NOK", "1/0"]\nencoding = "windows-1252"\n'
    )
    shop.publish(PLAN.replace("[[characteristic]]", notation + "\n[[characteristic]]", 1), "comma")
    shop.open("B1")
    rows = [
        unit("S1", gap="0,25 mm", finish="ok", function="1", build_minutes="7,5", note="Löwe"),
        unit("S2", gap="0,5", finish="NOK", function="0", result="nok"),
    ]
    opened = shop.bring("B1", wide(rows, ";").decode().encode("cp1252"))
    units = shop.ledger.work().batch("B1").units
    (bad,) = refused(shop, wide([unit("S3", gap="0.25", build_minutes="7")], ";"))

    assert 2 == opened[1].units
    assert {"gap": 25, "finish": 1, "function": 1, "build_minutes": 450} == units["S1"].readings
    assert (50, 0, 0) == tuple(units["S2"].readings[n] for n in ("gap", "finish", "function"))
    assert "has a point, and the decimal sign here is a comma" == bad.problem
    assert SheetNotation(answers=("OK/NOK",)).encoding is None


@pytest.mark.parametrize("serial", ["Upper Limit---->", "AVERAGE", "Cpk", "END", "Std. Dev."])
def test_a_limit_an_average_and_the_end_of_a_table_are_no_units(opened: Shop, serial: str) -> None:
    (bad,) = refused(opened, wide([unit("S1"), unit(serial)]))

    assert (3, serial) == (bad.line, bad.value)
    assert "is the name of a limit, an average or the end of a table" in bad.problem


@pytest.mark.parametrize("layout", [WIDE, LONG])
def test_a_row_without_any_value_is_no_unit(opened: Shop, layout: str) -> None:
    rows = [unit("S1", gap="", finish="", function="", build_minutes="")]
    if layout == LONG:
        rows = [reading("S1", "gap", "")]
    (bad,) = refused(opened, wide(rows))

    assert "has no value at all, so it is no unit" == bad.problem


def test_a_row_that_lacks_most_readings_needs_a_word(opened: Shop) -> None:
    few = unit("S2", finish="", function="", build_minutes="")
    with pytest.raises(RowsRefusedError) as caught:
        opened.bring("B1", wide([unit("S1"), few]))
    taken = opened.bring("B1", wide([unit("S1"), few]), accept_incomplete=True)[1]
    later = opened.bring("B1", wide([few | {"gap": "", "finish": "pass"}, unit("S3")]))[1]

    assert "has 1 of the 4 readings of this sheet; is it a unit?" == caught.value.rows[0].problem
    assert caught.value.advice is not None
    assert "accept-incomplete-rows" == caught.value.advice.key
    assert (2, 2) == (taken.units, later.units)


def test_a_defect_that_a_reading_shows_need_not_be_named_again(opened: Shop) -> None:
    """What the reading says is said; only its place goes unmentioned."""
    opened.bring("B1", wide([unit("S1", gap="0.5", defects="LID-SEAT@inside")]))

    assert 1 == opened.bring("B1", wide([unit("S1", gap="0.5", defects="")]))[1].known


@pytest.mark.parametrize("layout", [WIDE, LONG])
def test_a_mode_is_recorded_as_the_plan_spells_it_and_as_it_was_typed(
    opened: Shop, layout: str
) -> None:
    rows = [unit("S1", gap="0.5", defects="lid seat@Inside")]
    if layout == LONG:
        row = reading("S1", "gap", "0.5", nonconformity_code="lid seat", location="Inside")
        rows = [row, reading("S1", "finish", "pass")]
    (found,) = recorded_by(opened, wide(rows))["nonconformities"]

    assert ("LID-SEAT", "inside", "lid seat@Inside") == (
        found["mode"],
        found["location"],
        found["typed"],
    )
