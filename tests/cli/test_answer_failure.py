"""An answer that cannot be written: what is recorded is said, and nothing looks like a failure."""

import errno
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from signoff_cli import streams
from signoff_cli.output import write
from tests.cli.samples import READS, WRITES, Write
from tests.cli.shops import at
from tests.cli.terminal import COMMAND, RefusingStream, Said, Stream, Terminal

REMARK = ("dissent", "mug", "a week costs us the fair")
UNANSWERED = "and the answer could not be written [SL703]"
NOTHING = """\
signoff: the answer could not be written [SL703]
  why: No space left on device
  fix: nothing was recorded; ask again where the answer can be written
"""
DONE = {
    "backup": "events copied to copy.db",
    "move": "events are in elsewhere.db",
    "rebuild": "every view was built again",
    "repair": "1 thing(s) put right",
    "checkpoint": "sealed at ",
    "export": "events are in out, ",
    "restore": "events are back in again.db",
    "witness request": "the request is in asked",
    "witness attach": "new cosignatures kept: 1",
    "witness serve": "w.example has cosigned",
    "init": "ledger new begun in new.db, recorded from #1 on",
}
"""What is said to be done by what records nothing in this ledger, and yet does something."""

needs_a_full_disk = pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="there is no /dev/full here"
)
needs_a_shell = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such shell")


def full(*, is_terminal: bool = False) -> RefusingStream:
    """Make a standard stream on a full disk."""
    return RefusingStream(errno.ENOSPC, is_terminal=is_terminal)


def left() -> RefusingStream:
    """Make a standard stream that nobody reads any more."""
    return RefusingStream(errno.EPIPE)


@pytest.fixture(autouse=True)
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder where reports of unexpected errors would be."""
    folder = tmp_path / "reports"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("write", WRITES.values(), ids=list(WRITES))
def test_what_is_recorded_is_said_where_the_answer_cannot_be_written(
    tmp_path: Path, reports: Path, write: Write
) -> None:
    terminal = at(write.stage, tmp_path)
    before = terminal.events()

    said = terminal(*write.args, by=write.by, out=full())
    after = terminal.events()

    first, last = before + 1, before + len(write.records)
    where = f"#{first}" if first == last else f"#{first} to #{last}"
    assert (0, last) == (said.code, after)
    assert f"signoff: recorded at {where}, {UNANSWERED}\n" in said.err
    assert "  why: No space left on device\n  fix: it is recorded: there is no need " in said.err
    assert "fault of the program" not in said.err
    assert [] == list(reports.iterdir())


@pytest.mark.parametrize("name", [name for name in WRITES if name != "key rotate-log"])
def test_giving_it_again_with_the_id_that_is_said_adds_nothing(tmp_path: Path, name: str) -> None:
    write = WRITES[name]
    terminal = at(write.stage, tmp_path)

    error = terminal(*write.args, "--json", by=write.by, out=full()).error
    recorded = terminal.events()
    again = terminal.did(*write.args, "--command-id", error["command_id"], "--json", by=write.by)

    assert recorded == terminal.events()
    assert again.data["repeated"]
    assert error["positions"] == [event["position"] for event in again.data["events"]]
    assert f"--command-id {error['command_id']}  doing so adds nothing" in error["fix"]


def test_a_repeated_command_says_where_it_was_recorded(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)
    line = (*REMARK, "--command-id", "mes-1")
    terminal.did(*line, by="bela")

    said = terminal(*line, by="bela", out=full())

    assert 0 == said.code
    assert f"recorded at #{terminal.events()}, {UNANSWERED}" in said.err


def test_a_dry_run_has_recorded_nothing(tmp_path: Path) -> None:
    said = at("clear", tmp_path)(*REMARK, "--dry-run", by="bela", out=full())

    assert (1, NOTHING) == (said.code, said.err)


def test_what_is_recorded_is_said_in_quiet_too(tmp_path: Path) -> None:
    said = at("clear", tmp_path)(*REMARK, "--quiet", by="bela", out=full())

    assert UNANSWERED in said.unwrapped


def test_a_reader_who_has_left_gets_what_is_recorded_on_the_other_stream_and_code_0(
    tmp_path: Path,
) -> None:
    terminal = at("clear", tmp_path)

    said = terminal(*REMARK, by="bela", out=left())

    assert 0 == said.code
    assert said.err.startswith(f"signoff: recorded at #{terminal.events()}, {UNANSWERED}\n")
    assert "  why: Broken pipe\n" in said.err


@pytest.mark.parametrize("name", READS)
def test_a_question_that_is_not_answered_says_what_was_done_besides(
    tmp_path: Path, reports: Path, name: str
) -> None:
    read = READS[name]

    said = at(read.stage, tmp_path)(*read.args, by=read.by, out=full())

    if name in DONE:
        assert 0 == said.code
        assert DONE[name] in said.err
        assert UNANSWERED in said.unwrapped
        assert "  fix: it is done: there is no need to give it again\n" in said.err
    else:
        assert (read.code or 1) == said.code
        assert NOTHING == said.err
    assert [] == list(reports.iterdir())


@pytest.mark.parametrize("name", [name for name in READS if name not in DONE])
def test_a_reader_who_has_left_changes_no_exit_code(tmp_path: Path, name: str) -> None:
    """A failed verification is one, however much of it was read."""
    read = READS[name]

    said = at(read.stage, tmp_path)(*read.args, by=read.by, out=left())

    assert (read.code, "") == (said.code, said.err)


def test_the_rules_say_no_whoever_reads_it(tmp_path: Path) -> None:
    terminal = at("held", tmp_path)

    assert 3 == terminal("check", "mug", out=left()).code
    assert 3 == terminal("check", "mug", out=full()).code


def test_an_error_that_cannot_be_reported_keeps_its_code(tmp_path: Path) -> None:
    terminal = at("held", tmp_path)
    before = terminal.events()

    for err in (full(), left()):
        assert 3 == terminal("sign", "mug", "--yes", by="anna", err=err).code
        assert 2 == terminal("why", "cup", err=err).code
        assert 2 == terminal("why", "cup", "--json", err=err).code
        assert 2 == terminal("xyzzy", err=err).code
    assert before + 2 == terminal.events()


def test_a_sign_off_without_a_standard_error_is_taken(tmp_path: Path) -> None:
    """Whoever says --yes has seen it before."""
    said = at("clear", tmp_path)("sign", "mug", "--yes", by="anna", err=full())

    assert 0 == said.code
    assert "mug SIGNED OFF by Anna Approver" in said.out


def test_nobody_signs_what_cannot_be_shown(tmp_path: Path) -> None:
    """Part 11 11.50: the printed name, the time and the meaning are shown to the signer."""
    terminal = at("clear", tmp_path)
    before = terminal.events()

    said = terminal(
        "sign", "mug", by="anna", stdin="y\n", is_terminal=True, err=full(is_terminal=True)
    )

    assert (2, "") == (said.code, said.out)
    assert before == terminal.events()


def test_neither_stream_can_be_written_and_it_is_recorded_all_the_same(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)
    before = terminal.events()

    said = terminal(*REMARK, by="bela", out=full(), err=full())

    assert 0 == said.code
    assert before + 1 == terminal.events()


@pytest.mark.parametrize("kind", ["html", "json"])
def test_a_certificate_that_cannot_be_written_is_reported(tmp_path: Path, kind: str) -> None:
    said = at("signed", tmp_path)("report", "mug", "--format", kind, out=full())

    assert (1, NOTHING) == (said.code, said.err)


def test_a_statement_that_is_written_is_said_to_be(tmp_path: Path) -> None:
    terminal = at("begun", tmp_path)
    said = terminal("key", "register", "ines.pub", "--statement-only", "s", by="ines", out=full())

    assert 0 == said.code
    assert f"the statement is in s, {UNANSWERED}" in said.err
    assert (tmp_path / "s").exists()


def test_files_of_a_proof_are_said_to_be_written(tmp_path: Path) -> None:
    said = at("signed", tmp_path)("prove", "5", "-o", "five", "-q", out=full())

    assert f"the line and its proof are in five.*, {UNANSWERED}" in said.err


def test_a_story_that_nobody_reads_is_not_reported_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played: list[object] = []

    def play(*step: object) -> None:
        played.append(step)
        write("a step")

    monkeypatch.setattr("signoff_cli.commands.demo._play", play)

    reported = Terminal(tmp_path)("demo", out=Stream())
    steps = len(played)
    unread = Terminal(tmp_path)("demo", out=left())

    assert (0, 0) == (reported.code, unread.code)
    assert "" == unread.err
    assert steps < len(played) <= steps + 1


def test_a_story_that_is_kept_is_kept_whole(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)

    said = terminal("demo", "--keep", "story", out=left())

    assert 0 == said.code
    assert f"the story is kept in story, {UNANSWERED}" in said.err
    assert "SIGNED_OFF" == Terminal(tmp_path / "story").asked("why")["standing"]


def test_a_walk_that_cannot_be_shown_ends(tmp_path: Path) -> None:
    said = at("held", tmp_path)(
        "replay", "mug", "--step", stdin="n\n" * 3, is_terminal=True, out=full(is_terminal=True)
    )

    assert 1 == said.code
    assert NOTHING in said.err


def test_a_witness_that_cannot_introduce_itself_does_not_serve(tmp_path: Path) -> None:
    terminal = at("witnessed", tmp_path)
    line = ("witness", "serve", "--state", "w", "--name", "w.example", "--port", "0")

    said = terminal(*line, "--trust", "handed-over/log.vkey", out=full())

    assert 1 == said.code
    assert "the answer could not be written [SL703]" in said.err


def test_a_stream_that_does_not_wait_is_one_that_failed() -> None:
    """Whoever gave it to us has set it so, and reads no more for now."""
    there, here = os.pipe()
    os.set_blocking(here, False)
    with os.fdopen(here, "w", encoding="utf-8") as pipe:
        stream = streams.StandardStream(pipe)
        stream.write("x" * (1 << 20))
        os.close(there)

    assert isinstance(stream.failure, BlockingIOError)
    assert not streams.is_left(stream.failure)


def test_a_stream_that_was_closed_takes_nothing() -> None:
    closed = Stream()
    closed.close()
    stream = streams.StandardStream(closed)
    stream.write("x")

    assert stream.failure is not None
    assert errno.EBADF == stream.failure.errno


def test_a_closed_pipe_of_windows_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = OSError(errno.EINVAL, "Invalid argument")

    assert not streams.is_left(refused)
    monkeypatch.setattr(sys, "platform", "win32")
    assert streams.is_left(refused)


def in_a_shell(terminal: Terminal, line: str, **variables: str) -> Said:
    """Give a command line to a shell, in which `signoff` is ours."""
    function = f'signoff() {{ "{sys.executable}" -X dev -W ignore -c "{COMMAND}" "$@"; }}'
    done = subprocess.run(
        ["bash", "-c", f"{function}\n{line}"],
        cwd=terminal.folder,
        env={**terminal.spawned_environment, **variables},
        stdin=subprocess.DEVNULL,
        check=False,
        capture_output=True,
        timeout=60,
    )
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())


@needs_a_full_disk
@pytest.mark.parametrize(
    ("line", "variables"),
    [
        ("signoff history", {}),
        ("signoff --help", {}),
        ("signoff --version", {}),
        ("signoff help rules", {}),
        ("signoff", {"_SIGNOFF_COMPLETE": "bash_complete", "COMP_WORDS": "signoff st",
                     "COMP_CWORD": "1"}),
    ],
)  # fmt: skip
def test_a_full_disk_is_reported_in_one_message(
    tmp_path: Path, line: str, variables: dict[str, str]
) -> None:
    said = in_a_shell(at("clear", tmp_path), f"{line} > /dev/full", **variables)

    assert (1, NOTHING) == (said.code, said.err)


@needs_a_full_disk
def test_a_sign_off_on_a_full_disk_is_said_to_be_one(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)
    before = terminal.events()

    said = in_a_shell(terminal, "signoff --as anna sign mug --yes --json > /dev/full")

    assert 0 == said.code
    assert [*range(before + 1, before + 5)] == json.loads(said.err)["error"]["positions"]
    assert "SIGNED_OFF" == terminal.asked("why")["standing"]


@needs_a_full_disk
def test_standard_error_on_a_full_disk_brings_nothing_down(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)

    assert 2 == in_a_shell(terminal, "signoff why cup 2> /dev/full").code
    said = in_a_shell(terminal, "signoff --as anna sign mug --yes 2> /dev/full")
    assert (0, "") == (said.code, said.err)
    assert "SIGNED OFF" in said.out


@needs_a_shell
def test_closed_streams_bring_nothing_down(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)

    unheard = in_a_shell(terminal, "signoff history >&-")
    silent = in_a_shell(terminal, "signoff why cup 2>&-")
    signed = in_a_shell(terminal, "signoff --as anna sign mug --yes >&- 2>&- <&-")

    assert 1 == unheard.code
    assert "  why: Bad file descriptor\n" in unheard.err
    assert (2, "") == (silent.code, silent.err)
    assert 0 == signed.code
    assert "SIGNED_OFF" == terminal.asked("why")["standing"]


@needs_a_shell
@pytest.mark.parametrize(
    ("line", "code"),
    [("signoff history", 0), ("signoff history --follow", 0), ("signoff demo", 0),
     ("signoff --help", 0), ("signoff why cup", 2)],
)  # fmt: skip
def test_nothing_is_said_where_both_streams_go_to_a_reader_who_has_left(
    tmp_path: Path, line: str, code: int
) -> None:
    terminal = at("clear", tmp_path)

    # `true` has ended long before anything is written.
    said = in_a_shell(terminal, f"{line} 2>&1 | true; exit ${{PIPESTATUS[0]}}")

    assert (code, "", "") == (said.code, said.out, said.err)


@needs_a_shell
def test_a_record_that_nobody_reads_is_said_on_standard_error(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)

    said = in_a_shell(terminal, "signoff --as bela dissent mug words | true; exit ${PIPESTATUS[0]}")

    assert 0 == said.code
    assert said.err.startswith(f"signoff: recorded at #{terminal.events()}, {UNANSWERED}\n")
    assert 3 == len(said.unwrapped.splitlines())
