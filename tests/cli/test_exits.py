"""How an invocation ends: one exit code per meaning, and never a traceback."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from signoff_cli import main as command_line
from signoff_ledger.queries.reader import ViewReader
from tests.cli.shops import at
from tests.cli.terminal import COMMAND


@pytest.mark.parametrize(
    ("stage", "args", "by", "code"),
    [
        ("clear", ("check",), None, 0),
        ("begun", ("init", "ledger.db"), "olga", 1),
        ("clear", ("status", "--xyzzy"), None, 2),
        ("clear", ("dissent", "mug", ""), "bela", 2),
        ("clear", ("why", "cup"), None, 2),
        ("held", ("check",), None, 3),
        ("held", ("sign", "mug", "--yes"), "anna", 3),
        ("held", ("status", "mug", "--exit-code"), None, 3),
        ("clear", ("sign", "mug", "--yes"), "bela", 4),
        ("clear", ("sign", "mug", "--yes"), None, 4),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_each_kind_of_end_has_its_code(
    tmp_path: Path, stage: str, args: tuple[str, ...], by: str | None, code: int
) -> None:
    """5 and 6 are in test_replay.py, test_doctor.py and test_recording.py."""
    said = at(stage, tmp_path)(*args, by=by)

    assert code == said.code
    assert "Traceback" not in said.err


def test_an_unexpected_error_leaves_a_report_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = at("clear", tmp_path)
    reports = tmp_path / "reports"
    reports.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(reports))

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ViewReader, "read", fail)

    said = terminal("status")

    (report,) = reports.iterdir()
    assert 1 == said.code
    assert "" == said.out
    assert [
        "signoff: something unexpected happened: ZeroDivisionError",
        "  why: this is a fault of the program, not of your input",
        f"  fix: what was acknowledged is on disk; send the report {report}",
    ] == said.unwrapped.splitlines()
    assert "Traceback (most recent call last)" in report.read_text("utf-8")


def test_a_report_cannot_hold_the_program_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk may be what went wrong."""
    terminal = at("clear", tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "no such folder"))

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ViewReader, "read", fail)

    said = terminal("status")

    assert 1 == said.code
    assert "signoff: something unexpected happened: ZeroDivisionError" in said.err


@pytest.mark.parametrize("error", [KeyboardInterrupt, EOFError])
def test_an_interruption_ends_with_130(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    terminal = at("clear", tmp_path)
    before = terminal.lines()

    def stop(*_: object) -> None:
        raise error

    monkeypatch.setattr("signoff_ledger.persistence.store.LedgerStore.save", stop)

    said = terminal("dissent", "mug", "words", by="bela")

    assert 130 == said.code
    assert "signoff: interrupted; what was acknowledged is on disk\n" in said.err
    assert before == terminal.lines()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no broken pipe of this kind")
@pytest.mark.parametrize("args", [("history",), ("history", "--format", "jsonl"), ("new",)])
def test_a_reader_who_has_seen_enough_is_no_error(tmp_path: Path, args: tuple[str, ...]) -> None:
    terminal = at("clear", tmp_path)
    there, here = os.pipe()
    os.close(there)

    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *args],
        cwd=tmp_path,
        env=terminal.spawned_environment,
        stdout=here,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
    )
    os.close(here)

    assert (0, b"") == (done.returncode, done.stderr)


def test_the_command_ends_its_process_with_the_code(tmp_path: Path) -> None:
    terminal = at("held", tmp_path)

    assert 3 == terminal.spawn("check").code
    assert 0 == terminal.spawn("status").code
    assert 2 == terminal.spawn("why", "cup").code


def test_main_takes_the_words_of_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["signoff", "--version"])

    with pytest.raises(SystemExit) as stopped:
        command_line.main()

    assert 0 == stopped.value.code
    assert capsys.readouterr().out.startswith("signoff ")
    assert [] == list(tmp_path.iterdir())
