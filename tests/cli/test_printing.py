"""What is printed is bytes of ours: UTF-8 with line feeds, whatever the platform's code page.

A stream in cp1252 that ends lines in two characters stands in for what Windows gives to a file.
"""

import io
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from signoff_cli.choices import FORMATS
from signoff_cli.main import run
from signoff_cli.session import Session
from tests.cli.samples import READS, WRITES
from tests.cli.shops import at
from tests.cli.terminal import COMMAND, Said, Stream, Terminal, needs_a_screen

FOREIGN = "gap \u2264 0.40 \u2192 fine, says Zbyn\u011bk"
UNSHOWN = "gap \\u2264 0.40 \\u2192 fine, says Zbyn\\u011bk"
"""The same where only cp1252 can be shown."""

WITH_NEW_KEYS = {"key rotate-log", "witness serve"}
"""What answers with a key that was made at random, or with its signature."""


def windows(*, is_terminal: bool = False) -> Stream:
    """Make a standard stream as it is on Windows."""
    return Stream(is_terminal=is_terminal, encoding="cp1252", newline="\r\n")


def redirected(terminal: Terminal, *args: str, by: str | None = None) -> bytes:
    """Give a command line that must succeed, with its answer in a file on Windows."""
    out = windows()
    said = terminal(*args, by=by, out=out)
    assert 0 == said.code, said.err
    return out.content


def spawned(
    terminal: Terminal, *args: str, by: str, options: tuple[str, ...] = ()
) -> tuple[int, bytes, bytes]:
    """Give a command line to a process of its own, in which Python would write cp1252."""
    done = subprocess.run(
        [sys.executable, *options, "-c", COMMAND, "--as", by, *args],
        cwd=terminal.folder,
        env={**terminal.spawned_environment, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
        check=False,
        capture_output=True,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


def remarked(folder: Path) -> Terminal:
    """Give a ledger in which somebody has recorded more than cp1252 can show."""
    terminal = at("held", folder)
    terminal.did("dissent", "mug", FOREIGN, by="bela")
    return terminal


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("args", [("history",), ("person", "list")])
def test_what_somebody_typed_is_written_in_utf_8(
    tmp_path: Path, kind: str, args: tuple[str, ...]
) -> None:
    terminal = remarked(tmp_path)
    terminal.did("person", "enrol", "zb", "--name", "Zbyn\u011bk Dvo\u0159\u00e1k", by="olga")

    written = redirected(terminal, *args, "--format", kind)

    assert written == terminal.did(*args, "--format", kind).out.encode()
    assert b"\r" not in written
    assert "Zbyn\u011bk" in written.decode()


@pytest.mark.parametrize("name", [name for name in READS if name not in WITH_NEW_KEYS])
def test_every_answer_has_the_same_bytes_on_every_platform(tmp_path: Path, name: str) -> None:
    read = READS[name]

    assert_alike(tmp_path / "shop", read.stage, read.args, read.by)


@pytest.mark.parametrize("name", [name for name in WRITES if name not in WITH_NEW_KEYS])
def test_every_receipt_has_the_same_bytes_on_every_platform(tmp_path: Path, name: str) -> None:
    write = WRITES[name]

    assert_alike(tmp_path / "shop", write.stage, write.args, write.by)


def assert_alike(folder: Path, stage: str, args: tuple[str, ...], by: str | None) -> None:
    """Give a command line twice to the same ledger, and hold what is written against it."""
    out, err = windows(), windows()
    folder.mkdir()
    here = at(stage, folder)(*args, by=by)
    shutil.rmtree(folder)
    folder.mkdir()
    there = at(stage, folder)(*args, by=by, out=out, err=err)

    assert here.code == there.code
    assert (here.out.encode(), here.err.encode()) == (out.content, err.content)


@pytest.mark.parametrize(
    "args",
    [("--help",), ("sign", "--help"), ("--version",), ("help", "rules"), ("new",),
     ("completion", "bash"), ("demo",)],
)  # fmt: skip
def test_what_needs_no_ledger_has_the_same_bytes_on_every_platform(
    tmp_path: Path, args: tuple[str, ...]
) -> None:
    terminal = Terminal(tmp_path)

    assert terminal.did(*args).out.encode() == redirected(terminal, *args)


@pytest.mark.parametrize("args", [(), ("--json",)])
def test_errors_are_written_in_utf_8(tmp_path: Path, args: tuple[str, ...]) -> None:
    terminal, err = at("clear", tmp_path), windows()

    said = terminal("help", FOREIGN.lower(), *args, err=err)

    assert 2 == said.code
    assert terminal("help", FOREIGN.lower(), *args).err.encode() == err.content
    assert args or FOREIGN.lower() in err.content.decode()


def test_a_usage_error_is_written_in_utf_8(tmp_path: Path) -> None:
    err = windows()

    said = Terminal(tmp_path)(FOREIGN, err=err)

    assert 2 == said.code
    assert f"there is no command '{FOREIGN}' [SL111]" in err.content.decode()


@pytest.mark.parametrize("options", [(), ("-X", "utf8=0")])
def test_a_sign_off_in_a_legacy_code_page_is_answered(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    """It was signed, and then said to have failed."""
    terminal = at("clear", tmp_path)

    code, out, err = spawned(
        terminal, "sign", "mug", "--yes", "--note", FOREIGN, by="anna", options=options
    )

    assert 0 == code
    assert b"mug SIGNED OFF by Anna Approver" in out
    assert f"About to record: SIGN mug: {FOREIGN}\n".encode() in err
    assert "SIGNED_OFF" == terminal.asked("why", "mug")["standing"]


@pytest.mark.parametrize("kind", ["html", "md", "json"])
def test_a_certificate_is_the_same_in_a_file_and_redirected(tmp_path: Path, kind: str) -> None:
    terminal = remarked(tmp_path)
    terminal.did("report", "mug", "--format", kind, "-o", f"report.{kind}")

    assert (tmp_path / f"report.{kind}").read_bytes() == redirected(
        terminal, "report", "mug", "--format", kind
    )


def test_a_certificate_on_a_terminal_is_shown_so_that_no_screen_obeys_it(tmp_path: Path) -> None:
    terminal, out = remarked(tmp_path), windows(is_terminal=True)

    terminal("report", "mug", "--format", "md", is_terminal=True, out=out)

    assert UNSHOWN in out.written


def test_a_cosignature_is_the_same_when_redirected(tmp_path: Path) -> None:
    terminal = at("witnessed", tmp_path)
    keys = [path.name for path in (tmp_path / "handed-over").glob("*.vkey")]
    line = ("witness", "serve", "--state", "w", "--name", "w.example/1", "--answer", "request")
    trusted = (*line, "--trust", f"handed-over/{keys[0]}")

    written = redirected(terminal, *trusted)

    assert written.decode().startswith("\u2014 w.example/1 ")


def test_a_terminal_is_shown_an_escape_for_what_it_cannot_show(tmp_path: Path) -> None:
    terminal, out = remarked(tmp_path), windows(is_terminal=True)

    said = terminal("history", "--no-pager", is_terminal=True, out=out)

    assert 0 == said.code
    assert "gap \\u2264 0.40 \\u2192 fine" in said.out


def test_a_terminal_is_shown_what_it_can_show(tmp_path: Path) -> None:
    terminal, out = at("held", tmp_path), windows(is_terminal=True)
    terminal.did("dissent", "mug", "Gr\u00f6\u00dfe 5 \u00b5m", by="bela")

    said = terminal("history", "--no-pager", is_terminal=True, out=out)

    assert "Gr\u00f6\u00dfe 5 \u00b5m" in said.out
    assert b"\xf6" in out.content


@needs_a_screen
def test_a_screen_in_a_legacy_code_page_asks_and_answers(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)
    terminal.variables = {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}

    code, shown = terminal.typed(
        "--as", "anna", "sign", "mug", "--note", FOREIGN, keys=["y"], asked="[y/N]: "
    )

    assert 0 == code
    assert f"About to record: SIGN mug: {UNSHOWN}" in shown
    assert "mug SIGNED OFF by Anna Approver" in shown


@needs_a_screen
def test_a_pager_in_a_legacy_code_page_is_given_an_escape(tmp_path: Path) -> None:
    terminal = remarked(tmp_path)
    terminal.variables = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0",
                          "PAGER": "cat"}  # fmt: skip

    code, shown = terminal.typed("history", "mug", keys=[], asked="")

    assert 0 == code
    assert "\\u2264" in shown


@needs_a_screen
def test_a_pager_that_cannot_be_run_is_done_without(tmp_path: Path) -> None:
    terminal = remarked(tmp_path)
    (tmp_path / "broken").write_bytes(b"\x7fELF")
    (tmp_path / "broken").chmod(0o755)
    terminal.variables = {"PAGER": str(tmp_path / "broken")}

    code, shown = terminal.typed("history", "mug", keys=[], asked="")

    assert 0 == code
    assert "what happened" in shown
    assert "something unexpected" not in shown


def test_what_stands_on_a_stream_before_comes_first(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w", encoding="cp1252") as file, redirect_stdout(file):
        file.write("gr\u00f6\u00dfer\n")
        run(["help"], Session())

    assert (tmp_path / "out").read_bytes().startswith(b"gr\xf6\xdfer\nnames ")


def test_streams_without_bytes_beneath_them_are_written_to(tmp_path: Path) -> None:
    """A notebook's are of this kind."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        codes = run(["help", "rules"], Session()), run(["help", FOREIGN], Session())

    assert (0, 2) == codes
    assert out.getvalue().startswith("WHAT A SIGN-OFF TAKES")
    assert "there is no help on" in err.getvalue()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no shell of this kind")
def test_no_standard_input_is_one_that_is_empty(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)

    said = in_a_shell(terminal, "sign mug <&-")

    assert 2 == said.code
    assert "[SL107]" in said.err


def in_a_shell(terminal: Terminal, line: str) -> Said:
    """Give a command line as Anna, in a shell."""
    command = f'"{sys.executable}" -c "{COMMAND}" --as anna {line}'
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=terminal.folder,
        env=terminal.spawned_environment,
        stdin=subprocess.DEVNULL,
        check=False,
        capture_output=True,
        timeout=60,
    )
    return Said(done.returncode, os.fsdecode(done.stdout), os.fsdecode(done.stderr))
