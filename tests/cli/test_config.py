"""`signoff config`, and where a setting comes from."""

from pathlib import Path

import pytest

from signoff_ledger import bounded_file
from signoff_ledger.bounded_file import SizeLimit, read_regular
from tests.cli.shops import at
from tests.cli.terminal import Terminal


def settings(terminal: Terminal, *args: str, **variables: str) -> dict[str, tuple[str, str]]:
    """Ask for the settings; gives value and origin by name."""
    terminal.variables = variables
    rows = terminal.asked("config", *args)["settings"]
    return {row["setting"]: (row["value"], row["origin"]) for row in rows}


def test_each_setting_names_its_origin(tmp_path: Path) -> None:
    terminal = at("begun", tmp_path)
    mine = terminal.settings_file()
    mine.write_text('actor = "ines"\ncolor = "never"\n', "utf-8")

    found = settings(terminal, SIGNOFF_ACTOR="anna")

    assert {
        "ledger": (str(tmp_path / "ledger.db"), str(tmp_path / "signoff.toml")),
        "actor": ("anna", "SIGNOFF_ACTOR"),
        "format": ("json", "option"),
        "color": ("never", str(mine)),
        "key": ("", "default"),
        "keys": (str(tmp_path / "keys"), str(tmp_path / "signoff.toml")),
        "seal_after_events": ("1000", "default"),
        "seal_after_minutes": ("60", "default"),
    } == found
    assert str(mine) == terminal.asked("config")["user_file"]


def test_what_nobody_set_has_a_default(tmp_path: Path) -> None:
    said = Terminal(tmp_path, variables={"XDG_DATA_HOME": str(tmp_path)}).did("config")

    assert [
        ["setting", "value", "origin"],
        ["ledger", "-", "default"],
        ["actor", "-", "default"],
        ["format", "table", "default"],
        ["color", "auto", "default"],
        ["key", "-", "default"],
        ["keys", str(tmp_path / "signoff" / "keys"), "default"],
        ["seal_after_events", "1000", "default"],
        ["seal_after_minutes", "60", "default"],
    ] == [line.split() for line in said.out.splitlines()]


def test_the_folder_of_keys_is_named_by_its_variable_before_a_file(tmp_path: Path) -> None:
    terminal = at("begun", tmp_path)

    assert ("elsewhere", "SIGNOFF_KEYS") == settings(terminal, SIGNOFF_KEYS="elsewhere")["keys"]


def test_an_option_wins_over_a_variable_and_that_over_a_file(tmp_path: Path) -> None:
    terminal = at("begun", tmp_path)
    by_file = settings(terminal)["ledger"]
    by_variable = settings(terminal, SIGNOFF_LEDGER="two.db")["ledger"]
    by_option = settings(terminal, "--ledger", "one.db", SIGNOFF_LEDGER="two.db")["ledger"]

    assert (str(tmp_path / "ledger.db"), str(tmp_path / "signoff.toml")) == by_file
    assert ("two.db", "SIGNOFF_LEDGER") == by_variable
    assert ("one.db", "option") == by_option


def test_the_project_is_looked_up_from_here_upward(tmp_path: Path) -> None:
    terminal = at("begun", tmp_path)
    (tmp_path / "deep" / "down").mkdir(parents=True)
    below = Terminal(tmp_path / "deep" / "down")

    assert terminal.asked("person", "list") == below.asked("person", "list")
    (tmp_path / "deep" / "signoff.toml").write_text('ledger = "other.db"\n', "utf-8")
    assert str(tmp_path / "deep" / "other.db") == settings(below)["ledger"][0]


def test_a_persons_own_file_says_who_they_are_and_how_they_like_answers(tmp_path: Path) -> None:
    terminal = at("clear", tmp_path)
    terminal.settings_file().write_text('actor = "anna"\nformat = "json"\n', "utf-8")

    assert "anna" == terminal("status", "--mine").data["person"]
    assert "process" == terminal("status", "--format", "csv").out.split(",")[0]


@pytest.mark.parametrize(
    ("file", "content", "code"),
    [
        ("project", "ledger = ", "SL101"),
        ("project", "ledger = 7", "SL101"),
        ("project", "\xff".encode("latin-1"), "SL101"),
        ("project", 'actor = "anna"', "SL207"),
        ("project", "yes = true", "SL207"),
        ("user", 'ledger = "x"', "SL207"),
        ("user", "yes = true", "SL207"),
        ("user", 'format = "xml"', "SL101"),
        ("user", 'color = "loud"', "SL101"),
    ],
    ids=str,
)
def test_a_settings_file_holds_settings_and_answers_no_question(
    tmp_path: Path, file: str, content: str | bytes, code: str
) -> None:
    terminal = at("clear", tmp_path)
    path = tmp_path / "signoff.toml" if file == "project" else terminal.settings_file()
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    for args in (("config",), ("status",)):
        error = terminal.refused(code, *args)
        assert str(path) in error["what"]


@pytest.mark.parametrize("args", [("status",), ("sign", "mug", "--yes"), ("doctor",)])
def test_settings_are_read_once_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...]
) -> None:
    terminal = at("clear", tmp_path)
    read: list[Path] = []

    def reading(path: Path, limit: SizeLimit) -> bytes:
        read.append(path)
        return read_regular(path, limit)

    monkeypatch.setattr(bounded_file, "read_regular", reading)
    terminal.did(*args, by="anna")

    assert [tmp_path / "signoff.toml"] == read
