"""What every command that records has in common."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.samples import WRITES, Write
from tests.cli.shops import at
from tests.ledgers import check_ledger, topic

writes = pytest.mark.parametrize("write", WRITES.values(), ids=list(WRITES))


@writes
def test_a_command_records_what_it_says_and_nothing_else(tmp_path: Path, write: Write) -> None:
    terminal = at(write.stage, tmp_path)
    before = terminal.events()

    data = terminal.asked(*write.args, by=write.by)

    assert list(write.records) == [topic(line) for line in terminal.lines()[before:]]
    assert list(write.records) == [short(event["type"]) for event in data["events"]]
    assert [*range(before + 1, terminal.events() + 1)] == [e["position"] for e in data["events"]]
    assert not data["repeated"]
    assert not data["dry_run"]
    check_ledger(terminal.ledger)


@writes
def test_a_dry_run_decides_and_records_nothing(tmp_path: Path, write: Write) -> None:
    terminal = at(write.stage, tmp_path)
    before = terminal.ledger.read_bytes()

    data = terminal.asked(*write.args, "--dry-run", by=write.by)

    assert list(write.records) == [short(event["type"]) for event in data["events"]]
    assert [None] * len(write.records) == [event["position"] for event in data["events"]]
    assert data["dry_run"]
    assert before == terminal.ledger.read_bytes()


@writes
def test_a_dry_run_says_the_same_to_people(tmp_path: Path, write: Write) -> None:
    terminal = at(write.stage, tmp_path)

    said = terminal.did(*write.args, "--dry-run", by=write.by)

    assert "Dry run: nothing was recorded or signed. It would be:" in said.out


@writes
def test_a_repeated_command_id_adds_nothing(tmp_path: Path, write: Write) -> None:
    terminal = at(write.stage, tmp_path)
    line = (*write.args, "--command-id", "once")
    first = terminal.asked(*line, by=write.by)
    size = terminal.events()

    again = terminal.asked(*line, by=write.by)
    reported = terminal.did(*line, by=write.by)

    assert size == terminal.events()
    assert first["events"] == again["events"]
    assert again["repeated"]
    position = first["events"][0]["position"]
    assert f"Already recorded at position {position}; nothing was added." in reported.out


@writes
def test_a_command_id_with_another_content_is_a_conflict(tmp_path: Path, write: Write) -> None:
    terminal = at(write.stage, tmp_path)
    terminal.did(*write.args, "--command-id", "once", by=write.by)
    size = terminal.events()

    said = terminal("--json", *write.other, "--command-id", "once", by=write.by)

    assert 6 == said.code
    assert "SL602" == said.error["code"]
    assert size == terminal.events()


@writes
def test_people_read_each_event_as_a_sentence_with_its_position(
    tmp_path: Path, write: Write
) -> None:
    terminal = at(write.stage, tmp_path)
    before = terminal.events()

    said = terminal.did(*write.args, by=write.by)

    numbers = [f"#{n}" for n in range(before + 1, terminal.events() + 1)]
    assert numbers == [word for word in said.out.split() if word in set(numbers)]


@writes
def test_rows_come_as_lines_of_json_and_as_csv(tmp_path: Path, write: Write) -> None:
    terminal = at(write.stage, tmp_path)
    line = (*write.args, "--command-id", "once")

    rows = terminal.did(*line, "--format", "jsonl", by=write.by).rows
    table = terminal.did(*line, "--format", "csv", by=write.by).out

    assert ["signoff.receipt/1"] * len(write.records) == [row.pop("schema") for row in rows]
    read = list(csv.DictReader(io.StringIO(table)))
    assert [[str(row[name]) for name in row] for row in rows] == [[*row.values()] for row in read]


@writes
def test_nobody_can_act_unnamed(tmp_path: Path, write: Write) -> None:
    terminal = at(write.stage, tmp_path)
    before = terminal.events()

    error = terminal.refused("SL401", *write.args)

    assert "--as PERSON or SIGNOFF_ACTOR" in error["fix"]
    assert before == terminal.events()


@writes
def test_a_stranger_cannot_act(tmp_path: Path, write: Write) -> None:
    terminal = at(write.stage, tmp_path)
    before = terminal.events()

    terminal.refused("SL401", *write.args, by="nobody")

    assert before == terminal.events()


@writes
def test_a_command_takes_its_role(tmp_path: Path, write: Write) -> None:
    """An auditor reads (Part 11 11.10(g))."""
    terminal = at(write.stage, tmp_path)
    before = terminal.events()

    said = terminal("--json", *write.args, by="aude")

    if write.to_anybody:
        assert "SL402" not in said.err
    else:
        assert 4 == said.code
        assert "SL402" == said.error["code"]
        assert before == terminal.events()


@writes
def test_the_ledger_is_not_guessed(tmp_path: Path, write: Write) -> None:
    terminal = at(write.stage, tmp_path)
    (tmp_path / "signoff.toml").unlink()

    error = terminal.refused("SL205", *write.args, by=write.by)

    assert "--ledger FILE, SIGNOFF_LEDGER, or a signoff.toml" in error["fix"]


def test_every_answer_is_one_line_of_json_less_its_layout(tmp_path: Path) -> None:
    write = WRITES["dissent"]

    said = at(write.stage, tmp_path).did(*write.args, "--json", by=write.by)

    assert {"schema", "data"} == json.loads(said.out).keys()
    assert "" == said.err


def short(kind: str) -> str:
    """Cut a kind of event down to what tells it apart."""
    return kind.removeprefix("signoff.").removesuffix(".v1")
