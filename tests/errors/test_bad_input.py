"""What comes from outside and is wrong: one clear error, its exit code, a remedy, no change.

Every case of a table is tried in full: the code, the words that name the trouble, and the ledger
line by line as it was.
"""

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from signoff_ledger.bootstrap import open_ledger
from tests.cli.shops import at
from tests.cli.terminal import EXIT_CODES, Terminal
from tests.errors.reproducers import planted
from tests.ledgers import reading, unit, wide

SHEET = ("import", "sheet.csv", "--batch", "B1")
UNIT = ("record", "U-1", "--batch", "B1", "--method", "line")
GOOD = wide([unit("U-1"), unit("U-2")])

SHEETS: dict[str, tuple[bytes, str, str]] = {
    "an unknown characteristic": (
        wide([unit("U-1", width="0.2")]), "SL104", "no such characteristic or column",
    ),
    "an unknown characteristic in a long sheet": (
        wide([reading("U-1", "width", "0.2")]), "SL104", "no such characteristic",
    ),
    "a value finer than the plan's scale": (
        wide([unit("U-1", gap="0.251")]), "SL104", "finer than the plan's scale of 2 decimals",
    ),
    "a value beyond every scale": (
        wide([unit("U-1", gap="9" * 30)]), "SL104", "outside the range that can be recorded",
    ),
    "another unit of measure": (
        wide([unit("U-1", gap="0.25 inch")]), "SL104", "is in inch, the plan says mm",
    ),
    "another unit of measure in a long sheet": (
        wide([reading("U-1", "gap", "0.25", unit_of_measure="inch")]), "SL104", "the plan says mm",
    ),
    "NaN": (wide([unit("U-1", gap="NaN")]), "SL104", "not a plain decimal number"),
    "infinity": (wide([unit("U-1", gap="inf")]), "SL104", "not a plain decimal number"),
    "1e400": (wide([unit("U-1", gap="1e400")]), "SL104", "e400"),
    "a decimal comma": (wide([unit("U-1", gap="0,25")], ";"), "SL104", "a decimal point, not"),
    "a cell of 10 MB": (
        wide([unit("U-1", note="x" * 10_000_000)]), "SL104", "has 10000000 characters",
    ),
    "a NUL in a note": (wide([unit("U-1", note="a\x00b")]), "SL101", "NUL"),
    "an escape in a note": (wide([unit("U-1", note="a\x1b[2Jb")]), "SL104", "U+001B"),
    "a direction mark in a note": (wide([unit("U-1", note="a\u202eb")]), "SL104", "U+202E"),
    "an escape in a serial": (wide([unit("U\x1b[2J")]), "SL104", "U+001B"),
    "an escape in the header": (GOOD.replace(b"gap", b"g\x1b[2Jp"), "SL104", "no such char"),
    "a serial twice": (wide([unit("U-1"), unit("U-1")]), "SL104", "appears twice, first in line 2"),
    "a serial of another batch": (wide([unit("B1-1")]), "SL104", "belongs to batch B1"),
    "a row of another batch": (wide([unit("U-1", batch_id="B7")]), "SL104", "another batch than"),
    "results dated before the bar": (
        wide([unit("U-1", observed_at="2026-01-01T08:00:00Z")]), "SL104", "before the bar",
    ),
    "a time without its offset": (
        wide([unit("U-1", observed_at="2026-03-30T08:00:00")]), "SL104", "an offset from UTC",
    ),
    "a row cut off": (GOOD[:-12], "SL104", "cut off?"),
    "a quote left open": (GOOD.replace(b"U-2", b'"U-2'), "SL101", "is a quote left open?"),
    "a header alone, cut off": (b"unit_ser", "SL101", "no column unit_serial"),
    "a column twice": (GOOD.replace(b"finish", b"gap"), "SL104", "gap: is there twice"),
    "bytes of another encoding": (GOOD.replace(b"U-1", b"U\xfc1"), "SL101", "is not UTF-8"),
    "a binary": (b"\x7fELF\x02\x01\x01" + bytes(64), "SL101", "NUL"),
    "an unknown way of building": (wide([unit("U-1", build_method="magic")]), "SL104", "line"),
    "no way of building": (wide([unit("U-1", build_method="")]), "SL104", "is blank"),
    "an unknown mode": (wide([unit("U-1", defects="DENT")]), "SL104", "no such nonconformity"),
    "a result that is not the judged one": (
        wide([unit("U-1", gap="0.60", result="pass")]), "SL104", "stated as pass",
    ),
    "more units than planned": (
        wide([unit(f"U-{n}") for n in range(8)]), "SL104", "has its 7 planned units",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "code", "says"), SHEETS.values(), ids=list(SHEETS))
def test_a_bad_sheet_is_refused_as_a_whole(
    tmp_path: Path, content: bytes, code: str, says: str
) -> None:
    terminal = at("answered", tmp_path)
    terminal.did("open", "mug", "--batch", "B2", by="egon")
    before = terminal.lines()
    terminal.write("sheet.csv", content)
    line = ("import", "sheet.csv", "--batch", "B2")

    error = terminal.refused(code, *line, by="ines")
    reported = terminal(*line, by="ines")

    assert says in error["why"]
    assert error["fix"]
    assert EXIT_CODES[code[:3]] == reported.code
    assert says in reported.unwrapped
    assert "\x1b" not in reported.err
    assert "\x00" not in reported.err
    assert 20_000 > len(reported.err)
    assert before == terminal.lines()


TYPED: dict[str, tuple[tuple[str, ...], str, str]] = {
    "an unknown characteristic": (("width=1",), "SL204", "the plan has no characteristic width"),
    "a value finer than the scale": (("gap=0.251",), "SL103", "finer than the plan's scale"),
    "another unit of measure": (("gap=0.25 inch",), "SL103", "is in inch, the plan says mm"),
    "NaN": (("gap=NaN",), "SL103", "not a plain decimal number"),
    "1e400": (("gap=1e400",), "SL103", "1e400"),
    "a value of 10 MB": ((f"gap={'1' * 10_000_000}",), "SL103", "…"),
    "a NUL in a note": (("gap=0.2", "--note", "a\x00b"), "SL105", "U+0000"),
    "an escape in a note": (("gap=0.2", "--note", "a\x1b[2Jb"), "SL105", "U+001B"),
    "a note of 10 MB": (("gap=0.2", "--note", "x" * 10_000_000), "SL105", "has 10000000 char"),
    "a note from a binary": (("gap=0.2", "--note", "@binary"), "SL101", "cannot be read as text"),
    "a note in another encoding": (("gap=0.2", "--note", "@latin"), "SL101", "cannot be read"),
    "a note from a folder": (("gap=0.2", "--note", "@folder"), "SL101", "cannot be read"),
    "a mode with an escape": (("gap=0.2", "--defect", "\x1b[2J"), "SL106", "nonconformity's mode"),
    "an unknown mode": (("gap=0.2", "--defect", "DENT"), "SL204", "no nonconformity mode DENT"),
    "a result before the bar": (
        ("gap=0.2", "--observed-at", "2026-01-01T08:00:00Z"), "SL310", "before the bar",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("args", "code", "says"), TYPED.values(), ids=list(TYPED))
def test_a_bad_word_is_refused(tmp_path: Path, args: tuple[str, ...], code: str, says: str) -> None:
    terminal = at("open", tmp_path)
    terminal.write("binary", b"\x7fELF\x02\x01\x01" + bytes(64))
    terminal.write("latin", b"f\xfcr")
    (tmp_path / "folder").mkdir()
    before = terminal.lines()

    error = terminal.refused(code, *UNIT, *args, by="ines")
    reported = terminal(*UNIT, *args, by="ines")

    assert says in error["what"]
    assert error["why"] + error["fix"]
    assert says in reported.unwrapped
    assert "\x1b" not in reported.err
    assert "\x00" not in reported.err
    assert 2_000 > len(reported.err)
    assert before == terminal.lines()


@pytest.mark.parametrize("file", ["folder", "binary", "missing"])
@pytest.mark.parametrize(
    "line",
    [
        ("import", "{}", "--batch", "B1"),
        ("plan", "publish", "{}"),
        ("bar", "register", "{}"),
        ("dissent", "mug", "@{}"),
    ],
    ids=lambda line: line[0],
)
def test_a_folder_or_a_binary_is_no_file_to_read(
    tmp_path: Path, line: tuple[str, ...], file: str
) -> None:
    terminal = at("open", tmp_path)
    terminal.write("binary", b"\x7fELF\x02\x01\x01" + bytes(64))
    (tmp_path / "folder").mkdir()
    before = terminal.lines()

    error = terminal.refused("SL101", *(word.format(file) for word in line), by="egon")

    assert f"{file} cannot be read" in error["what"]
    assert error["fix"]
    assert before == terminal.lines()


NO_LEDGERS = {
    "a text": b"dear diary\n" * 100,
    "an empty file": b"",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(200),
    "the beginning of one": b"SQLite format 3\x00",
}


@pytest.mark.parametrize("content", NO_LEDGERS.values(), ids=list(NO_LEDGERS))
@pytest.mark.parametrize(
    "args", [("status",), ("dissent", "mug", "x"), ("doctor",), ("backup", "b")]
)
def test_what_is_not_a_ledger_is_not_opened(
    tmp_path: Path, content: bytes, args: tuple[str, ...]
) -> None:
    terminal = at("empty", tmp_path)
    terminal.write("ledger.db", content)
    there = sorted(path.name for path in tmp_path.iterdir())

    error = terminal.refused("SL701", *args, by="bela")

    assert "name the ledger with --ledger or SIGNOFF_LEDGER" == error["fix"]
    assert content == terminal.ledger.read_bytes()
    assert there == sorted(path.name for path in tmp_path.iterdir())


def test_another_programs_database_is_not_a_ledger(tmp_path: Path) -> None:
    terminal = at("empty", tmp_path)
    with closing(sqlite3.connect(terminal.ledger)) as connection:
        connection.execute("CREATE TABLE mine (x)")
        connection.commit()
    before = terminal.ledger.read_bytes()

    terminal.refused("SL701", "dissent", "mug", "x", by="bela")

    assert before == terminal.ledger.read_bytes()


def test_a_ledger_of_a_newer_format_is_left_to_a_newer_program(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)
    with closing(sqlite3.connect(terminal.ledger)) as connection:
        connection.execute("PRAGMA user_version = 2")
    before = terminal.lines()

    for args in (("status",), ("history",), ("dissent", "mug", "x")):
        error = terminal.refused("SL702", *args, by="bela")
        assert "this program reads formats up to 1" == error["why"]
        assert "install a newer signoff-ledger; nothing was changed" == error["fix"]
    assert before == terminal.lines()


def test_nothing_is_recorded_on_a_read_only_disk_and_all_of_it_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = at("clear", tmp_path)
    expected = [terminal.asked(*args) for args in (("why", "mug"), ("status",), ("history",))]
    before = terminal.lines()
    access = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode, **more: mode != os.W_OK and access(path, mode, **more)
    )

    error = terminal.refused("SL703", "dissent", "mug", "x", by="bela")

    assert "the file, its folder or the disk is read-only" == error["why"]
    assert "nothing was recorded; write where you have permission" == error["fix"]
    assert before == terminal.lines()
    assert expected == [terminal.asked(*args) for args in (("why",), ("status",), ("history",))]
    assert 0 == terminal("doctor").code


def test_a_read_only_ledger_can_be_read_before_anybody_has_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An auditor is handed a copy: what was never shown must be shown there, too."""
    terminal = at("signed", tmp_path)
    access = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode, **more: mode != os.W_OK and access(path, mode, **more)
    )

    for args in (("why", "mug"), ("status",), ("history",), ("replay",), ("status", "mug")):
        terminal.did(*args)


@pytest.mark.skipif(
    sys.platform == "win32" or getattr(os, "geteuid", lambda: 0)() == 0,
    reason="only an ordinary person on a POSIX system is refused by permissions",
)
def test_a_folder_without_permission_is_a_read_only_disk(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)
    terminal.did("status")
    tmp_path.chmod(0o555)
    try:
        terminal.refused("SL703", "dissent", "mug", "x", by="bela")
        terminal.did("why", "mug")
    finally:
        tmp_path.chmod(0o755)


MODULE = """
import pathlib
pathlib.Path(__file__).with_name("ran").touch()


class Event:
    def __init__(self, **_):
        pathlib.Path(__file__).with_name("ran").touch()
"""


@pytest.mark.parametrize("kind", ["planted:Event", "os:system", "signoff.other-thing.v1"])
@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("history",), 5),
        (("why", "mug"), 5),
        (("replay", "mug"), 5),
        (("status",), 5),
        (("status", "mug"), 5),
        (("check", "mug"), 5),
        (("rebuild",), 5),
        (("doctor",), 5),
        (("dissent", "mug", "x"), 5),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_planted_event_is_refused_and_runs_no_code(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    args: tuple[str, ...],
    code: int,
    kind: str,
) -> None:
    """A stored name is looked up in a list, and never imported."""
    terminal = at("signed", tmp_path)
    terminal.write("planted.py", MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    planted(terminal, kind)
    before = terminal.lines()

    said = terminal(*args, by="bela")

    assert code == said.code
    assert "an event of an unknown kind" in said.err + said.out
    assert kind in said.err + said.out
    assert not (tmp_path / "ran").exists()
    assert "planted" not in sys.modules
    assert before == terminal.lines()


def test_a_row_that_was_planted_while_the_views_were_kept_is_met_all_the_same(
    tmp_path: Path,
) -> None:
    terminal = at("signed", tmp_path)
    terminal.did("history")
    planted(terminal, "planted:Event")

    for args in (("history",), ("status",), ("doctor",)):
        assert 5 == terminal(*args).code


def test_a_hostile_name_in_a_line_paints_no_screen(tmp_path: Path) -> None:
    """A line past us may hold what we would have refused."""
    terminal = at("signed", tmp_path)
    planted(terminal, "\x1b[2J\x07")

    reported = terminal("history")
    asked = terminal("history", "--json")

    assert (5, 5) == (reported.code, asked.code)
    for said in (reported, asked):
        assert "\x1b" not in said.err + said.out
        assert "\x07" not in said.err + said.out


def test_a_ledger_that_is_open_elsewhere_is_no_trouble(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)

    with open_ledger(terminal.ledger) as opened:
        terminal.did("dissent", "mug", "x", by="bela")

        assert terminal.events() == opened.store.size()


def test_a_folder_that_is_gone_is_reported_plainly(tmp_path: Path) -> None:
    """The ledger's folder was renamed while its settings still name it."""
    terminal = Terminal(tmp_path)
    terminal.write("signoff.toml", 'ledger = "gone/ledger.db"\n')

    error = terminal.refused("SL205", "status")

    assert "signoff init" in error["fix"]
