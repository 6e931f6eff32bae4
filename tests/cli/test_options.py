"""Options that every command takes: where they may stand, and what wins."""

from pathlib import Path

import pytest

from tests.cli.shops import at
from tests.cli.terminal import Terminal


@pytest.mark.parametrize(
    "args",
    [
        ("--as", "anna", "status", "--mine"),
        ("status", "--mine", "--as", "anna"),
        ("--as", "ines", "status", "--mine", "--as", "anna"),
    ],
    ids=["before", "behind", "behind wins"],
)
def test_who_acts_may_be_said_before_or_behind_the_command(
    tmp_path: Path, args: tuple[str, ...]
) -> None:
    assert "anna" == at("clear", tmp_path).asked(*args)["person"]


def test_who_acts_may_be_a_variable(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)
    terminal.variables = {"SIGNOFF_ACTOR": "anna"}

    assert "anna" == terminal.asked("status", "--mine")["person"]
    assert "egon" == terminal.asked("status", "--mine", by="egon")["person"]


@pytest.mark.parametrize(
    ("args", "variables", "begins"),
    [
        (("status", "--json"), {}, "{\n"),
        (("--json", "status"), {}, "{\n"),
        (("--format", "jsonl", "status"), {}, '{"schema"'),
        (("status", "--format", "csv"), {}, "process,name,"),
        (("status",), {"SIGNOFF_FORMAT": "csv"}, "process,name,"),
        (("--json", "status"), {"SIGNOFF_FORMAT": "csv"}, "{\n"),
        (("status", "--json"), {"SIGNOFF_FORMAT": "csv"}, "{\n"),
        (("--format", "json", "status"), {"SIGNOFF_STATUS_FORMAT": "csv"}, "{\n"),
        (("--format", "json", "status", "--format", "csv"), {}, "process,name,"),
        (("status",), {}, "process  standing"),
    ],
)
def test_an_option_wins_over_a_variable_wherever_it_stands(
    tmp_path: Path, args: tuple[str, ...], variables: dict[str, str], begins: str
) -> None:
    terminal = at("clear", tmp_path)
    terminal.variables = variables

    assert terminal.did(*args).out.startswith(begins)


def test_the_ledger_may_be_named_before_or_behind_or_by_a_variable(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)
    path = str(terminal.ledger)
    elsewhere = Terminal(tmp_path / "elsewhere")
    elsewhere.folder.mkdir()
    (elsewhere.folder / "signoff.toml").write_text('ledger = "none.db"\n', "utf-8")

    expected = terminal.asked("status")
    assert expected == elsewhere.asked("status", "--ledger", path)
    assert expected == elsewhere.asked("--ledger", path, "status")
    elsewhere.refused("SL205", "status")
    elsewhere.variables = {"SIGNOFF_LEDGER": path}
    assert expected == elsewhere.asked("status")
    elsewhere.refused("SL205", "--ledger", "missing.db", "status")


def test_a_variable_that_is_no_choice_is_refused(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)
    terminal.variables = {"SIGNOFF_FORMAT": "xml"}

    said = terminal("status")

    assert 2 == said.code
    assert "'xml' is not one of" in said.err


@pytest.mark.parametrize(
    "args",
    [
        ("--json", "xyzzy"),
        ("--json", "status", "--xyzzy"),
        ("status", "--xyzzy", "--json"),
        ("status", "--format=json", "--xyzzy"),
        ("--format", "jsonl", "sign"),
        ("--json", "order", "commit", "mug", "many", "--reference", "x"),
        ("--json", "bar"),
    ],
    ids=" ".join,
)
def test_a_usage_error_is_json_where_json_was_asked_for(
    tmp_path: Path, args: tuple[str, ...]
) -> None:
    said = at("clear", tmp_path)(*args)

    assert (2, "") == (said.code, said.out)
    assert "SL111" == said.error["code"]
    assert said.error["what"]
    assert "--help" in said.error["fix"]
