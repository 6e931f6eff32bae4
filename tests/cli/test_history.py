"""`signoff history`."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.shops import at
from tests.cli.terminal import COMMAND, PATIENCE_S


def test_every_event_is_one_sentence_in_the_logs_order(tmp_path: Path) -> None:
    terminal = at("ordered", tmp_path)

    rows = terminal.asked("history")

    assert [*range(1, terminal.events() + 1)] == [row["position"] for row in rows]
    lines = [json.loads(line) for line in terminal.lines()]
    assert [line["type"] for line in lines] == [row["type"] for row in rows]
    assert [line["by"] for line in lines] == [row["person"] for row in rows]
    assert [line["at"] for line in lines] == [row["recorded_at"] for row in rows]
    assert all(row["sentence"] for row in rows)


def test_people_read_number_time_person_and_sentence(tmp_path: Path) -> None:
    said = at("begun", tmp_path).did("history", "--limit", "1")

    heading, line = said.out.splitlines()
    assert ["event", "recorded", "(UTC)", "by", "what", "happened"] == heading.split()
    assert line.startswith("#15    2026-03-03 08:00  olga  aude became auditor")


def test_a_process_has_its_own_history(tmp_path: Path) -> None:
    """The process with its batches, and nobody's enrolment."""
    rows = at("signed", tmp_path).asked("history", "mug")

    assert {"process", "batch"} == {row["kind"] for row in rows}


def test_a_batch_has_its_own_history(tmp_path: Path) -> None:
    terminal = at("signed", tmp_path)
    terminal.did("person", "enrol", "B1", "--name", "Bee One", by="olga")

    rows = terminal.asked("history", "--batch", "B1")

    assert {("batch", "B1")} == {(row["kind"], row["subject"]) for row in rows}
    assert "signoff.batch-started.v1" == rows[0]["type"]


def test_a_person_has_their_own_history(tmp_path: Path) -> None:
    """What they did, not what was done to them."""
    rows = at("signed", tmp_path).asked("history", "--person", "anna")

    assert {"anna"} == {row["person"] for row in rows}
    assert 4 == len(rows)


def test_filters_go_together(tmp_path: Path) -> None:
    terminal = at("signed", tmp_path)

    rows = terminal.asked("history", "mug", "--batch", "B1", "--person", "ines", "--after", "22",
                          "--limit", "2")  # fmt: skip

    positions = [row["position"] for row in rows]
    assert 2 == len(positions)
    assert min(positions) > 22
    assert {("ines", "B1", "mug")} == {(r["person"], r["subject"], r["process"]) for r in rows}


def test_the_latest_ones_are_kept_by_a_limit(tmp_path: Path) -> None:
    terminal = at("signed", tmp_path)
    size = terminal.events()

    assert [size - 1, size] == [r["position"] for r in terminal.asked("history", "--limit", "2")]
    assert [] == terminal.asked("history", "--limit", "0")
    assert [size] == [r["position"] for r in terminal.asked("history", "--after", str(size - 1))]
    assert [] == terminal.asked("history", "--after", "1000000")


@pytest.mark.parametrize(
    "args", [("--limit", "-1"), ("--after", "-1"), ("--after", "9" * 30), ("--limit", "many")]
)
def test_a_filter_that_is_no_number_is_refused(tmp_path: Path, args: tuple[str, ...]) -> None:
    assert 2 == at("begun", tmp_path)("history", *args).code


def test_a_person_who_is_not_there_is_named(tmp_path: Path) -> None:
    """An empty answer would look like an empty past."""
    at("begun", tmp_path).refused("SL203", "history", "--person", "annna")


def test_a_long_history_goes_to_the_pager_of_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = at("begun", tmp_path)
    shown: list[str] = []
    monkeypatch.setattr("click.echo_via_pager", shown.append)

    paged = terminal("history", is_terminal=True)
    straight = terminal("history", "--no-pager", is_terminal=True)
    piped = terminal("history")
    asked = terminal("history", "--json", is_terminal=True)

    assert ("", 1) == (paged.out, len(shown))
    assert shown[0] == straight.out == piped.out
    assert asked.out.startswith("{")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such interrupt")
def test_what_is_recorded_while_one_follows_comes_as_lines_until_an_interrupt(
    tmp_path: Path,
) -> None:
    terminal = at("clear", tmp_path)
    before = terminal.asked("history")
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, "history", "--follow", "--format", "jsonl"],
        cwd=terminal.folder,
        env=terminal.spawned_environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        reported = [json.loads(process.stdout.readline()) for _ in before]
        terminal.did("dissent", "mug", "one more thing", by="bela")
        reported.append(json.loads(process.stdout.readline()))
        process.send_signal(signal.SIGINT)

    assert 130 == process.wait(PATIENCE_S)
    assert [*range(1, len(before) + 2)] == [row["position"] for row in reported]
    assert {"signoff.history/1"} == {row["schema"] for row in reported}


@pytest.mark.parametrize("format_", ["json", "csv"])
def test_an_answer_with_an_end_cannot_be_followed(tmp_path: Path, format_: str) -> None:
    said = at("clear", tmp_path)("history", "--follow", "--format", format_)

    assert 2 == said.code
    assert "SL109" in said.err
