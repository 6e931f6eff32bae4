"""A sheet that comes again, and one of which nothing is recorded."""

import re

import pytest

from signoff_ledger.application.commands.bars import SupersedeBar
from signoff_ledger.application.commands.batches import OpenBatch
from signoff_ledger.application.commands.nonconformities import AddNonconformity
from signoff_ledger.application.commands.sheet_import import ImportSheet
from signoff_ledger.application.ledger import Call
from signoff_ledger.domain.unit import NonconformityReport
from signoff_ledger.errors import (
    InputError,
    NotFoundError,
    RowsRefusedError,
    RuleRefusedError,
)
from tests.ledgers import PLAN, Shop, long, plan_file, reading, readings, unit, wide
from tests.unit.application.commands.test_sheet_import import refused

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
    for column, cell, here, on_record in (
        ("gap", "0.3", "0.30 mm", "0.25 mm"),
        ("build_method", "bench", "bench", "line"),
        ("defects", "CRACK", "CRACK", "nothing"),
        ("cavity", "2", "2", "nothing"),
    ):
        (bad,) = refused(opened, wide([unit("S2"), unit("S1", **{column: cell})]))

        assert (3, column, here) == bad[:3]
        assert f"is {here} here, {on_record} on record of unit S1" in bad.problem


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
