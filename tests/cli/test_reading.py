"""What every command that only answers has in common."""

import csv
import io
from pathlib import Path

import pytest

from tests.cli.samples import READS, Read
from tests.cli.shops import at

reads = pytest.mark.parametrize("read", READS.values(), ids=list(READS))


@reads
def test_an_answer_names_its_schema(tmp_path: Path, read: Read) -> None:
    said = at(read.stage, tmp_path)("--json", *read.args, by=read.by)

    assert read.code == said.code
    assert {"schema", "data"} == said.answer.keys()
    assert read.schema == said.answer["schema"]
    assert "" == said.err


@reads
def test_rows_come_as_lines_of_json_and_as_csv(tmp_path: Path, read: Read) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    rows = at(read.stage, tmp_path / "a")(*read.args, "--format", "jsonl", by=read.by).rows
    table = at(read.stage, tmp_path / "b")(*read.args, "--format", "csv", by=read.by).out

    assert {read.schema} == {row.pop("schema") for row in rows}
    assert [list(row) for row in rows] == [list(row) for row in csv.DictReader(io.StringIO(table))]


@reads
def test_people_get_no_json_and_no_colour_in_a_pipe(tmp_path: Path, read: Read) -> None:
    said = at(read.stage, tmp_path)(*read.args, by=read.by)

    assert read.code == said.code
    assert "" != said.out
    assert "" == said.err
    assert "{" not in said.out
    assert "\x1b" not in said.out


@reads
def test_asking_records_nothing(tmp_path: Path, read: Read) -> None:
    terminal = at(read.stage, tmp_path)
    before = terminal.lines() if terminal.ledger.exists() else []

    terminal(*read.args, by=read.by)

    assert before == (terminal.lines() if terminal.ledger.exists() else [])


@pytest.mark.parametrize("args", [("why",), ("check",), ("replay",)], ids=" ".join)
def test_the_only_process_need_not_be_named(tmp_path: Path, args: tuple[str, ...]) -> None:
    terminal = at("signed", tmp_path)

    assert terminal.asked(*args, "mug") == terminal.asked(*args)


@pytest.mark.parametrize("args", [("why",), ("check",), ("replay",), ("status", "--why-not")])
def test_a_process_must_be_named_where_there_is_none_or_are_several(
    tmp_path: Path, args: tuple[str, ...]
) -> None:
    terminal = at("begun", tmp_path)

    none = terminal.refused("SL201", *args)
    for key in ("mug", "cup"):
        plan = (tmp_path / "plan.toml").read_text("utf-8").replace('id = "mug"', f'id = "{key}"')
        terminal.write(f"{key}.toml", plan)
        terminal.did("plan", "publish", f"{key}.toml", by="egon")
    several = terminal.refused("SL201", *args)

    assert (
        "publish its plan:  signoff plan publish FILE  and list all:  signoff status" == none["fix"]
    )
    assert "this ledger has mug, cup" == several["why"]


@pytest.mark.parametrize(
    "args",
    [
        ("why", "cup"),
        ("check", "cup"),
        ("replay", "cup"),
        ("status", "cup"),
        ("history", "cup"),
        ("hold", "cup", "--reason", "x", "--yes"),
        ("order", "report", "cup", "5", "--reference", "x", "--note", "x"),
    ],
    ids=lambda args: args[0],
)
def test_a_process_that_is_not_there_is_named(tmp_path: Path, args: tuple[str, ...]) -> None:
    error = at("signed", tmp_path).refused("SL201", *args, by="anna")

    assert "there is no process cup" == error["what"]


@pytest.mark.parametrize(
    "args",
    [
        ("why", "mug", "--batch", "B9"),
        ("check", "mug", "--batch", "B9"),
        ("status", "--batch", "B9"),
        ("history", "--batch", "B9"),
        ("close", "B9"),
        ("sign", "mug", "--batch", "B9", "--yes"),
    ],
    ids=lambda args: args[0],
)
def test_a_batch_that_is_not_there_is_named(tmp_path: Path, args: tuple[str, ...]) -> None:
    error = at("signed", tmp_path).refused(
        "SL202", *args, by="anna" if args[0] == "sign" else "ines"
    )

    assert "B9" in error["what"]
