"""`signoff import`."""

from pathlib import Path

import pytest

from tests.cli.shops import at
from tests.cli.terminal import Terminal
from tests.ledgers import readings, unit, wide

IMPORT = ("import", "sheet.csv", "--batch", "B1")


def bad_rows(terminal: Terminal, content: str | bytes, *more: str) -> list[tuple[object, ...]]:
    """Import a sheet that must be refused as a whole; gives line, column, value and problem."""
    terminal.write("sheet.csv", content)
    before = terminal.events()
    error = terminal.refused("SL104", *IMPORT, *more, by="ines")
    assert before == terminal.events()
    assert {"sheet.csv"} == {row["file"] for row in error["rows"]}
    return [(r["line"], r["column"], r["value"], r["problem"]) for r in error["rows"]]


def test_a_sheet_is_recorded_row_by_row_with_its_digest(tmp_path: Path) -> None:
    terminal = at("open", tmp_path)

    data = terminal.asked("import", "sheet-1.csv", "--batch", "B1", by="ines")

    assert {"new": 7, "already_recorded": 0, "retests": 0, "sheet_already_imported": None} == {
        name: data["import"][name]
        for name in ("new", "already_recorded", "retests", "sheet_already_imported")
    }
    assert 64 == len(data["import"]["sha256"])
    assert "signoff.process-held.v1" == data["events"][-2]["type"]


def test_a_long_answer_shows_its_beginning_and_its_end(tmp_path: Path) -> None:
    terminal = at("planned", tmp_path)
    plan = (tmp_path / "plan.toml").read_text("utf-8").replace("units = 7", "units = 30")
    terminal.write("big.toml", plan)
    terminal.did("bar", "register", "big.toml", by="egon")
    terminal.did("open", "mug", "--batch", "B1", by="egon")
    terminal.write("sheet.csv", wide([unit(f"U-{n}") for n in range(30)]))

    said = terminal.did(*IMPORT, by="ines")

    lines = said.out.splitlines()
    assert "sheet.csv: 30 unit(s) new, 0 already recorded." == lines[0]
    assert "      ... 24 more ..." == lines[4]
    assert 9 == len(lines)


def test_the_same_file_twice_adds_nothing(tmp_path: Path) -> None:
    terminal = at("built", tmp_path)
    before = terminal.events()

    said = terminal.did("import", "sheet-1.csv", "--batch", "B1", by="ines")

    assert before == terminal.events()
    assert "sheet-1.csv: already recorded as sheet 1.\nNothing to record.\n" == said.out


def test_a_file_that_overlaps_adds_only_what_is_new(tmp_path: Path) -> None:
    terminal = at("open", tmp_path)
    terminal.write("sheet.csv", wide([unit("U-1"), unit("U-2")]))
    terminal.did(*IMPORT, by="ines")
    terminal.write("sheet.csv", wide([unit("U-1"), unit("U-2"), unit("U-3")]))

    data = terminal.asked(*IMPORT, by="ines")

    assert (1, 2) == (data["import"]["new"], data["import"]["already_recorded"])


@pytest.mark.parametrize(
    "content",
    [
        wide([unit("U-1", gap="0.2")], ";"),
        b"\xef\xbb\xbf" + wide([unit("U-1", gap="0.2")]),
        wide([unit("U-1", gap="0.2")]).replace(b"\r\n", b"\n"),
        wide(readings("U-1", gap="0.2")),
        b"serial,build_method,gap,finish,function,build_minutes\nU-1,line,0.2,pass,pass,11\n",
    ],
    ids=["semicolons", "byte-order mark", "unix", "long", "other names"],
)
def test_sheets_come_as_spreadsheets_write_them(tmp_path: Path, content: bytes) -> None:
    terminal = at("open", tmp_path)
    terminal.write("sheet.csv", content)

    terminal.did(*IMPORT, by="ines")

    (found,) = terminal.asked("status", "--batch", "B1")["units"]
    assert {"gap": "0.20 mm", "finish": "pass", "function": "pass", "build_minutes": "11 min"} == (
        found["readings"]
    )


def test_a_sheet_can_be_piped_in(tmp_path: Path) -> None:
    terminal = at("open", tmp_path)

    said = terminal.did("import", "-", "--batch", "B1", by="ines", stdin=wide([unit("U-1")]))

    assert "standard-input: 1 unit(s) new, 0 already recorded." in said.out


def test_nothing_is_awaited_from_a_terminal(tmp_path: Path) -> None:
    terminal = at("open", tmp_path)

    said = terminal("--json", "import", "-", "--batch", "B1", by="ines", is_terminal=True)

    assert 2 == said.code
    assert ("SL101", "standard input is a terminal") == (said.error["code"], said.error["why"])


def test_the_method_may_be_said_once_for_all(tmp_path: Path) -> None:
    """S-05: but somebody has to say it."""
    terminal = at("open", tmp_path)
    content = "unit_serial,gap\nU-1,0.2\nU-2,0.3\n"

    refused = bad_rows(terminal, content)
    terminal.did(*IMPORT, "--method", "bench", by="ines")

    says = "is missing, and nothing else says how the units were made"
    assert (1, "build_method", "", says) == refused[0]
    units = terminal.asked("status", "--batch", "B1")["units"]
    assert [["BENCH_BUILT"], ["BENCH_BUILT"]] == [found["excluded"] for found in units]


def test_every_bad_cell_is_named_and_nothing_is_recorded(tmp_path: Path) -> None:
    terminal = at("open", tmp_path)
    rows = [unit("U-1", gap="0.2", finish="ok"), unit("U-2", gap="NaN"), unit("U-2"), unit("U-3")]

    found = bad_rows(terminal, wide(rows))

    assert [
        (2, "finish", "ok", "must be pass or fail"),
        (3, "gap", "NaN", "is not a plain decimal number such as 0.25"),
        (4, "unit_serial", "U-2", "appears twice, first in line 3"),
    ] == found


def test_people_read_where_each_bad_cell_stands(tmp_path: Path) -> None:
    terminal = at("open", tmp_path)
    terminal.write("sheet.csv", wide([unit("U-1", finish="ok"), unit("U-2", gap="-")]))

    said = terminal(*IMPORT, by="ines")

    assert 2 == said.code
    assert "signoff: sheet.csv: 2 bad value(s), nothing was recorded [SL104]" in said.err
    assert "  why: sheet.csv:2: finish = 'ok': must be pass or fail (accepted:" in said.err
    assert "       sheet.csv:3: gap = '-': is not a plain decimal number" in said.err


def test_a_dry_run_finds_what_is_bad(tmp_path: Path) -> None:
    terminal = at("open", tmp_path)

    assert 1 == len(bad_rows(terminal, wide([unit("U-1", finish="ok")]), "--dry-run"))


def test_a_stated_result_is_held_against_the_plan(tmp_path: Path) -> None:
    terminal = at("open", tmp_path)

    found = bad_rows(terminal, wide([unit("U-1", gap="0.55", result="pass")]))

    assert [(2, "result", "pass")] == [row[:3] for row in found]
    assert "unit U-1 is stated as pass (by the plan it has LID-SEAT)" == found[0][3]


def test_a_limit_in_a_file_is_held_against_the_plan(tmp_path: Path) -> None:
    terminal = at("open", tmp_path)
    rows = readings("U-1")
    rows[0] |= {"upper_limit": "0.60"}

    assert [(2, "upper_limit", "0.60", "the plan's limit is 0.40 mm")] == bad_rows(
        terminal, wide(rows)
    )


def test_a_second_attempt_in_a_file_is_a_retest(tmp_path: Path) -> None:
    """G4."""
    terminal = at("open", tmp_path)
    first = readings("U-1", gap="0.55")
    again = [row | {"attempt": "2"} for row in readings("U-1", gap="0.25")]
    terminal.write("sheet.csv", wide([*(row | {"attempt": "1"} for row in first), *again]))

    said = terminal.did(*IMPORT, by="ines")

    assert "sheet.csv: 1 unit(s) new, 0 already recorded, 1 retest(s)." in said.out
    (found,) = terminal.asked("status", "--batch", "B1")["units"]
    assert (True, 1) == (found["reject"], found["retests"])


def test_units_of_an_earlier_batch_are_not_fresh(tmp_path: Path) -> None:
    """S-28: a reworked unit proves nothing."""
    terminal = at("answered", tmp_path)
    terminal.did("open", "mug", "--batch", "B2", by="egon")

    terminal.write("again.csv", (tmp_path / "sheet-1.csv").read_bytes().replace(b"0.5", b"0.3"))
    error = terminal.refused("SL104", "import", "again.csv", "--batch", "B2", by="ines")

    assert 7 == len(error["rows"])
    assert "unit B1-1 belongs to batch B1" in error["rows"][0]["problem"]


def test_a_sheet_that_another_batch_has_read_is_refused(tmp_path: Path) -> None:
    """G21: by its content, whatever it is called."""
    terminal = at("answered", tmp_path)
    terminal.did("open", "mug", "--batch", "B2", by="egon")
    terminal.write("b2.csv", (tmp_path / "sheet-1.csv").read_bytes())

    error = terminal.refused("SL313", "import", "b2.csv", "--batch", "B2", by="ines")

    assert "b2.csv was read into another batch" == error["what"]


def test_a_file_for_another_batch_is_refused(tmp_path: Path) -> None:
    terminal = at("open", tmp_path)

    found = bad_rows(terminal, wide([unit("U-1", batch_id="B7")]))

    assert [(2, "batch_id", "B7", "this row belongs to another batch than B1")] == found
