"""Tables, rows and progress, whatever the command."""

import csv
import io
import json
from pathlib import Path

import pytest

from signoff_cli import output
from signoff_cli.color import paint, with_codes
from signoff_cli.output import as_csv, progress, safe, table
from signoff_cli.session import Session
from tests.cli.shops import at
from tests.cli.terminal import Stream


def test_our_own_colours_are_painted_and_nobody_else_s() -> None:
    painted = paint("yes", "good", on=True) + " \x1b[8m" + paint("NO", "bad", on=True)

    assert "yes" == paint("yes", "good", on=False)
    assert "\x1b[32myes\x1b[0m \\u001b[8m\x1b[31;1mNO\x1b[0m" == with_codes(safe(painted))


def test_an_escape_in_an_answer_stays_json() -> None:
    text = "a\x1b[8m\u202e\U000e0041\udcff"

    assert text == json.loads(safe(json.dumps(text, ensure_ascii=False)))


def test_a_line_end_in_a_cell_begins_no_row() -> None:
    shown = table(("who", "what"), [("a\nproved  all", "b\nproved  more")])

    assert 2 == len(shown.splitlines())


@pytest.mark.parametrize("first", ["=", "+", "-", "@"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_a_text(first: str) -> None:
    text = f"{first}HYPERLINK(A1)"

    rows = list(csv.reader(io.StringIO(as_csv([{"note": text, "count": -1}]))))

    assert [["note", "count"], [f"'{text}", "-1"]] == rows


def test_a_remark_cannot_run_in_a_spreadsheet(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)
    terminal.did("person", "enrol", "eve", "--name", "=1+1", by="olga")

    said = terminal.did("person", "list", "--format", "csv")

    assert "eve,'=1+1,[]" == said.out.splitlines()[-1]


def test_what_is_nested_stands_as_json_in_its_cell() -> None:
    assert 'a\n"[1, 2]"\n' == as_csv([{"a": [1, 2]}])


def test_no_rows_make_no_table() -> None:
    assert "" == as_csv([])


def test_the_last_column_wraps_and_the_others_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")

    text = table(("key", "words"), [("a", "one two three four five six seven eight nine")])

    assert ["key  words", "a    one two three four five six seven", "     eight nine"] == (
        text.splitlines()
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\nwords", "plain\nwords"),
        ("Größe 5 µm, 漢字", "Größe 5 µm, 漢字"),
        ("\x1b[32myes\x1b[0m", "\\u001b[32myes\\u001b[0m"),
        ("\x1b[8mNO", "\\u001b[8mNO"),
        ("\x9b8m", "\\u009b8m"),
        ("\U000e0041\ufffa", "\\udb40\\udc41\\ufffa"),
        ("\x1b[2J", "\\u001b[2J"),
        ("\x1b]0;title\x07", "\\u001b]0;title\\u0007"),
        ("a\rb\x00c\x9b2J", "a\\u000db\\u0000c\\u009b2J"),
        ("a\u202eb\u200b", "a\\u202eb\\u200b"),
    ],
)
def test_a_screen_is_given_nothing_to_obey_but_our_colours(text: str, shown: str) -> None:
    assert shown == safe(text)


class Seconds:
    """A stop-watch that the test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def progress_text(
    monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool, quiet: bool = False
) -> str:
    """Work on four units, half a second each; gives what was told of it."""
    watch, err = Seconds(), Stream(is_terminal=is_terminal)
    monkeypatch.setattr("signoff_cli.output.time.monotonic", watch)
    monkeypatch.setattr("sys.stderr", err)
    count = progress(Session(quiet=quiet), "units")
    for done, seconds in ((1, 0.4), (2, 0.6), (2, 0.61), (3, 0.8), (4, 0.81)):
        watch.now = seconds
        count(done, 4)
    return err.written


def test_progress_is_reported_on_a_terminal_after_half_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "\r2/4 units, 3/s \r3/4 units, 4/s \r4/4 units, 5/s \n" == progress_text(
        monkeypatch, is_terminal=True
    )


@pytest.mark.parametrize(("is_terminal", "quiet"), [(False, False), (True, True), (False, True)])
def test_progress_is_for_somebody_who_watches(
    monkeypatch: pytest.MonkeyPatch, is_terminal: bool, quiet: bool
) -> None:
    assert "" == progress_text(monkeypatch, is_terminal=is_terminal, quiet=quiet)


@pytest.mark.parametrize(
    ("stage", "args", "noun"),
    [
        ("open", ("import", "sheet-1.csv", "--batch", "B1"), "units"),
        ("clear", ("rebuild",), "events"),
        ("clear", ("doctor",), "events"),
    ],
)
def test_long_work_tells_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str, args: tuple[str, ...], noun: str
) -> None:
    terminal = at(stage, tmp_path)
    monkeypatch.setattr(output, "_PROGRESS_AFTER_S", 0)

    watched = terminal(*args, by="ines", is_terminal=True)
    piped = terminal("rebuild")

    assert f" {noun}, " in watched.err
    assert watched.err.endswith("/s \n")
    assert "" == piped.err
