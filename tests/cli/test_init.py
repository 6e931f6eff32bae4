"""`signoff init`."""

from pathlib import Path

import pytest

from tests.cli.shops import at
from tests.ledgers import check_ledger, topic


def test_a_ledger_begins_with_its_owner(tmp_path: Path) -> None:
    terminal = at("empty", tmp_path)

    said = terminal.did("init", "ledger.db", "--printed-name", "Olga Owner", by="olga")

    assert "Ledger ledger begun in ledger.db; olga is its owner.\n" == said.out
    kinds = [topic(line) for line in terminal.lines()]
    assert ["ledger-founded", "person-enrolled", "role-granted"] == kinds
    check_ledger(terminal.ledger)


def test_the_place_may_be_a_setting(tmp_path: Path) -> None:
    data = at("empty", tmp_path).asked("init", by="olga")

    assert {
        "ledger": str(tmp_path / "ledger.db"),
        "name": "ledger",
        "owner": "olga",
        "repeated": False,
        "dry_run": False,
    } == data


def test_a_ledger_is_never_overwritten(tmp_path: Path) -> None:
    terminal = at("begun", tmp_path)
    before = terminal.ledger.read_bytes()

    error = terminal.refused("SL704", "init", "ledger.db", by="olga")

    assert "a ledger is never overwritten" == error["why"]
    assert before == terminal.ledger.read_bytes()


def test_a_dry_run_leaves_no_file(tmp_path: Path) -> None:
    terminal = at("empty", tmp_path)
    before = sorted(tmp_path.iterdir())

    said = terminal.did("init", "new.db", "--dry-run", by="olga")

    assert "Ledger new would be begun in new.db; olga is its owner.\n" == said.out
    assert before == sorted(tmp_path.rglob("*"))


def test_a_dry_run_sees_what_is_in_the_way(tmp_path: Path) -> None:
    terminal = at("begun", tmp_path)

    terminal.refused("SL704", "init", "ledger.db", "--dry-run", by="olga")
    terminal.refused("SL703", "init", "no/such/folder.db", "--dry-run", by="olga")


def test_a_repeated_command_id_begins_nothing(tmp_path: Path) -> None:
    terminal = at("empty", tmp_path)
    line = ("init", "ledger.db", "--command-id", "once")
    terminal.did(*line, by="olga")

    again = terminal.asked(*line, by="olga")

    assert again["repeated"]
    assert 3 == terminal.events()
    terminal.refused("SL602", *line, "--name", "other", by="olga")
    terminal.refused("SL704", "init", "ledger.db", "--command-id", "twice", by="olga")


@pytest.mark.parametrize(
    ("args", "by", "code"),
    [
        (("new.db",), None, "SL401"),
        (("new.db",), "o lga", "SL106"),
        (("new.db", "--name", ""), "olga", "SL106"),
        (("new.db", "--name", "\x1b[2J"), "olga", "SL106"),
        (("new.db", "--printed-name", "\x00"), "olga", "SL105"),
        (("no/such/folder.db",), "olga", "SL703"),
    ],
    ids=["nobody", "no key", "no name", "an escape", "a NUL", "no folder"],
)
def test_a_ledger_that_cannot_begin_leaves_nothing_behind(
    tmp_path: Path, args: tuple[str, ...], by: str | None, code: str
) -> None:
    terminal = at("empty", tmp_path)
    (tmp_path / "keys").mkdir()
    before = sorted(tmp_path.rglob("*"))

    terminal.refused(code, "init", *args, by=by)

    assert before == sorted(tmp_path.rglob("*"))
